#pragma once

// How a sub-command says on standard error that it failed: the words of the pages' catalogue where
// it has them, with slug and detail, or JSON.

#include <string>

#include "base/error.h"

namespace gatehouse::app {

// Prints and returns the exit code that belongs to the error.
int Complain(const Error& error, bool as_json = false);
std::string Complaint(const Error& error, bool as_json);

}  // namespace gatehouse::app
