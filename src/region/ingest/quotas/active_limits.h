#pragma once

// Limits that are known to be exceeded, until they end: the first look at a request, before any
// counter.

#include <string>
#include <vector>

#include "base/clock.h"
#include "region/ingest/quotas/quota.h"

namespace gatehouse::ingest {

// Not thread-safe: the owner guards it, or keeps one for each thread.
class ActiveLimits {
 public:
  // A limit of the same scope, id, categories and namespaces is replaced if the new one ends later.
  void Add(const RateLimit& limit, const Scoping& scoping, Timestamp now);

  // The limits that hold now for data of `category`, with what is left of them.
  std::vector<RateLimit> Find(const Scoping& scoping, DataCategory category, Timestamp now) const;
  // All that hold for the scoping: for the header of an accepted request.
  std::vector<RateLimit> All(const Scoping& scoping, Timestamp now) const;

  // Forgets what has ended.
  void Clean(Timestamp now);
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    RateLimit limit;
    std::int64_t scope_id = 0;  // organization, project or key; 0 for global
    Timestamp end;
  };
  static std::int64_t IdOf(LimitScope scope, const Scoping& scoping);

  std::vector<Entry> entries_;
};

}  // namespace gatehouse::ingest
