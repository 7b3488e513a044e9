#pragma once

// SQLite driver: one writer thread that group-commits (queued writes run as savepoints of one
// transaction and are answered after its commit), a few reader threads with a connection each. WAL,
// synchronous=FULL, foreign_keys=ON, trusted_schema=OFF, file mode 0600. Only the writer
// checkpoints.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "platform/sql/sql.h"

namespace gatehouse::sql {

struct SqliteOptions {
  std::filesystem::path file = {};
  std::size_t readers = 2;
  std::size_t max_queue = 4096;      // jobs waiting, per kind
  std::size_t max_group = 256;       // jobs in one commit
  std::string synchronous = "FULL";  // another value only in the control run of a durability test
  // Called on the writer thread after each commit with the number of jobs in it: for metrics.
  std::function<void(std::size_t jobs)> on_commit = {};
};

// Errors: kUnavailable "database_unavailable" with the cause in detail.
Result<std::unique_ptr<Database>> OpenSqlite(const SqliteOptions& options);

}  // namespace gatehouse::sql
