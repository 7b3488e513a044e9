#pragma once

// What became of what was sent, added up in memory and written to the database every few seconds:
// received = accepted + rejected + duplicate, by hour.

#include <map>
#include <mutex>
#include <tuple>

#include "platform/sql/sql.h"
#include "region/ingest/protocol/outcome.h"

namespace gatehouse::ingest {

// Thread-safe.
class Outcomes {
 public:
  explicit Outcomes(sql::Database& db) : db_(db) {}

  void Add(const Outcome& outcome);
  // Writes what has come since the last time. After an error it stays for the next.
  Task<void> Flush();

  struct Row {
    std::int64_t hour = 0;  // since the epoch
    std::string outcome;
    std::string reason;
    std::string category;
    std::int64_t quantity = 0;
  };
  // Of one project, oldest first.
  Task<std::vector<Row>> List(OrgId organization, std::int64_t project, std::int64_t from_hour);

 private:
  // organization, project, key, hour, outcome, reason, category
  using Key = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::string,
                         std::string, std::string>;

  sql::Database& db_;
  std::mutex mutex_;
  std::map<Key, std::int64_t> counts_;
};

}  // namespace gatehouse::ingest
