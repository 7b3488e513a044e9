#pragma once

// Commands that PostgreSQL refuses inside a transaction, such as CREATE DATABASE: for tests and the
// command line. The text is sent as it is: never build it from input.

#include <string>

#include "base/error.h"

namespace gatehouse::sql {

// Opens a connection, runs one command, closes the connection. Errors: those of OpenPostgres and
// Tx.
Result<void> RunPostgresCommand(const std::string& url, const std::string& command);

}  // namespace gatehouse::sql
