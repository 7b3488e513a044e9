#pragma once

// Counts what is sent against limits, in fixed windows: in memory, and in the database every
// second, so that a restart goes on where it was. After a crash what the last second counted may be
// sent once more.

#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "platform/sql/sql.h"
#include "region/ingest/quotas/active_limits.h"
#include "region/ingest/quotas/counter.h"
#include "region/ingest/settings/settings.h"
#include "region/projects/types.h"

namespace gatehouse::ingest {

// The limits of one sender: `installation` is for everybody, an organization's own go before it.
std::vector<Quota> QuotasOf(const QuotaSettings& installation,
                            const OrganizationSettings& organization, const projects::Key& key);

// Thread-safe. One per database.
class QuotaCounters {
 public:
  explicit QuotaCounters(sql::Database& db) : db_(db) {}

  // The limits that `quantity` more units run into; none: they have been counted.
  std::vector<RateLimit> Take(const std::vector<Quota>& quotas, const Scoping& scoping,
                              DataCategory category, std::uint64_t quantity, Timestamp now);
  // Gives back what was taken at that time and is not kept after all.
  void Refund(const std::vector<Quota>& quotas, const Scoping& scoping, DataCategory category,
              std::uint64_t quantity, Timestamp taken);
  // What is known to be used up: for the headers of an accepted request.
  std::vector<RateLimit> Active(const Scoping& scoping, Timestamp now) const;

  // What a process before this one counted. Before the first Take.
  Task<void> Load(Timestamp now);
  // Writes what has changed since the last time; again after an error.
  Task<void> Flush(Timestamp now);

 private:
  struct Window {
    std::int64_t organization = 0;
    std::uint64_t used = 0;
    Timestamp expiry;
    bool is_dirty = false;
  };
  void Sweep(Timestamp now);

  sql::Database& db_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Window> windows_;
  ActiveLimits active_;
};

}  // namespace gatehouse::ingest
