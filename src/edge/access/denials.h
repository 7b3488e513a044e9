#pragma once

// Refusals of people who are known, in the audit log of the organization that refused them
// (authz.denied {route, reason, times}): at most one row a minute for each organization, user,
// route and reason, however often they try.
//
// The first refusal of a kind is written at once. Those of the minute after it are counted in
// memory, and written with the first one later, or by Flush. Thread-safe; what is given by
// reference outlives it.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "core/audit/audit.h"
#include "platform/runtime/task.h"
#include "platform/sql/sql.h"

namespace gatehouse::access {

struct Denial {
  OrgId organization;
  UserId actor;
  std::string actor_label;
  std::string ip;
  std::string correlation_id;
  std::string route;
  std::string reason;
};

class Denials {
 public:
  // Beyond `max_kinds` at a time, routes and reasons of a person are no longer told apart: memory
  // is bounded.
  Denials(sql::Database& control, const audit::Log& log, const Clock& clock,
          std::size_t max_kinds = 4096)
      : db_(control), log_(log), clock_(clock), max_kinds_(max_kinds) {}

  // Errors: those of the database; the refusal is then counted for the next row.
  Task<void> Note(Denial denial);
  // Writes the counts whose minute is over and forgets them; for the periodic worker. `all`: also
  // those of a minute under way, at the end of the process.
  Task<void> Flush(bool all = false);

 private:
  struct Key {
    OrgId organization;
    UserId actor;
    std::string route;
    std::string reason;
    auto operator<=>(const Key&) const = default;
  };
  struct Kept {
    Duration written{};        // Clock::Monotonic of the last row
    std::int64_t waiting = 0;  // refusals since then
    Denial last;
  };
  // A row to write, and its part of the map.
  struct Due {
    Key key;
    Denial denial;
    std::int64_t times = 0;
  };

  // The row that this refusal is due, if any.
  std::optional<Due> Count(Denial denial);
  Task<void> Write(Due due);

  sql::Database& db_;
  const audit::Log& log_;
  const Clock& clock_;
  const std::size_t max_kinds_;
  std::mutex mutex_;
  std::map<Key, Kept> kept_;
};

}  // namespace gatehouse::access
