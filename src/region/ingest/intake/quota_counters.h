#pragma once

// Counts what keys send against their limits, in memory, in fixed windows. A restart begins new
// windows: a limit is there to keep a flood out, not to bill.

#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "region/ingest/quotas/counter.h"

namespace gatehouse::ingest {

// Thread-safe.
class QuotaCounters {
 public:
  // The limits that `quantity` more units run into; none: they have been counted.
  std::vector<RateLimit> Take(const std::vector<Quota>& quotas, const Scoping& scoping,
                              DataCategory category, std::uint64_t quantity, Timestamp now);

 private:
  struct Window {
    std::uint64_t used = 0;
    Timestamp expiry;
  };
  void Sweep(Timestamp now);

  std::mutex mutex_;
  std::unordered_map<std::string, Window> windows_;
};

}  // namespace gatehouse::ingest
