#pragma once

// Every SQL text of the product, for the test that prepares them. The table is made at build time
// from the statements.h files (cmake/CollectStatements.cmake).

#include <vector>

#include "platform/sql/sql.h"

namespace gatehouse::app {

std::vector<const sql::Statement*> AllStatements();

}  // namespace gatehouse::app
