#pragma once

// PostgreSQL driver: a pool of connections, one thread each. Writes run REPEATABLE READ, reads run
// READ ONLY REPEATABLE READ. Statements are prepared once per connection. A lost connection is
// re-opened with back-off; the job that lost it answers kUnavailable.

#include <memory>
#include <string>

#include "platform/sql/sql.h"

namespace gatehouse::sql {

struct PostgresOptions {
  std::string url = {};  // postgresql://user:password@host:port/database?sslmode=...
  std::size_t connections = 8;
  std::size_t max_queue = 4096;
};

// Refuses a server with fsync=off or synchronous_commit=off: kFailedPrecondition
// "database_not_durable". Errors: kUnavailable "database_unavailable".
Result<std::unique_ptr<Database>> OpenPostgres(const PostgresOptions& options);

}  // namespace gatehouse::sql
