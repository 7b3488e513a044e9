#pragma once

// Release health in the database. Synchronous; in the caller's transaction.

#include <optional>

#include "platform/sql/sql.h"
#include "region/sessions/types.h"

namespace gatehouse::sessions::store {

// Adds what has been counted; the first counts of a release make the release and its environment.
// REQUIRES: a transaction that may see every organization of the tally.
Result<void> Apply(sql::Tx& tx, IdGenerator& ids, const Tally& tally, Timestamp now);

struct Range {
  std::int64_t from_hour = 0;
  std::int64_t to_hour = 0;                     // exclusive
  std::optional<std::string> release = {};      // any
  std::optional<std::string> environment = {};  // any
};
struct Row {
  std::string release;
  std::string environment;
  std::int64_t hour = 0;
  Counts counts;
};
// Oldest first.
Result<std::vector<Row>> List(sql::Tx& tx, OrgId organization, ProjectId project,
                              const Range& range);
Result<bool> HasSessions(sql::Tx& tx, OrgId organization, ProjectId project,
                         std::string_view release);
Result<std::int64_t> DropOld(sql::Tx& tx, std::int64_t before_hour);

}  // namespace gatehouse::sessions::store
