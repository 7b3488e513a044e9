#pragma once

// What became of what was sent, added up in memory and written to the database every few seconds:
// received = accepted + rejected + duplicate, by hour.

#include <map>
#include <mutex>
#include <span>
#include <tuple>

#include "platform/sql/sql.h"
#include "region/ingest/protocol/outcome.h"

namespace gatehouse::ingest {

// Thread-safe.
class Outcomes {
 public:
  explicit Outcomes(sql::Database& db) : db_(db) {}

  void Add(const Outcome& outcome);
  // Now, in the caller's transaction.
  static Result<void> Write(sql::Tx& tx, std::span<const Outcome> outcomes);
  // Writes what has come since the last time. After an error it stays for the next.
  Task<void> Flush();

  struct Row {
    std::int64_t hour = 0;  // since the epoch
    std::string outcome;
    std::string reason;
    std::string category;
    std::int64_t quantity = 0;
    std::int64_t project = 0;  // of ListRange
  };
  // Of one project, oldest first.
  Task<std::vector<Row>> List(OrgId organization, std::int64_t project, std::int64_t from_hour);

  // Of several, one after the other; hours in [from, to).
  Task<std::vector<Row>> ListRange(OrgId organization, std::vector<std::int64_t> projects,
                                   std::int64_t from_hour, std::int64_t to_hour);
  // The same added up in buckets of so many hours; Row::hour is the first hour of one.
  Task<std::vector<Row>> ListBuckets(OrgId organization, std::vector<std::int64_t> projects,
                                     std::int64_t from_hour, std::int64_t to_hour,
                                     std::int64_t bucket_hours);

 private:
  // organization, project, key, hour, outcome, reason, category
  using Key = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::string,
                         std::string, std::string>;
  using Counts = std::map<Key, std::int64_t>;
  static void Count(const Outcome& outcome, Counts& counts);
  static Result<void> WriteCounts(sql::Tx& tx, const Counts& counts);

  sql::Database& db_;
  std::mutex mutex_;
  Counts counts_;
};

}  // namespace gatehouse::ingest
