#pragma once

// Counting against quotas in fixed windows. Whoever keeps the counters reads those of the plan,
// decides, and adds the quantity to each of them if the decision is to accept: in one atomic step.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "region/ingest/quotas/quota.h"

namespace gatehouse::ingest {

// What is kept for a while after its window, for clocks that differ.
inline constexpr std::int64_t kCounterGraceSeconds = 60;

struct Counter {
  const Quota* quota = nullptr;
  std::int64_t scope_id = 0;
  std::int64_t slot = 0;
  std::string key;         // "quota:{id}{<organization>}<scope id>:<slot>"
  std::string refund_key;  // "r:" and the key: what was counted and given back
  Timestamp window_end;
  Timestamp expiry;  // the counter may be forgotten
};

struct CounterPlan {
  std::vector<Counter> counters;
  // Quotas that reject everything: no counter is needed to know.
  std::vector<const Quota*> rejecting;
};

// The quotas that match, in their order. Views into `quotas`.
CounterPlan PlanCounters(std::span<const Quota> quotas, const Scoping& scoping,
                         DataCategory category, Timestamp now,
                         std::string_view metric_namespace = {});

struct QuotaDecision {
  bool accepted = true;
  std::vector<RateLimit> limits;  // one for each exceeded quota
};

// `used[i]` is the value of counters[i] less its refunds. A quantity of 0 asks whether anything at
// all is left. REQUIRES: used.size() == plan.counters.size().
QuotaDecision Decide(const CounterPlan& plan, std::span<const std::uint64_t> used,
                     std::uint64_t quantity, Timestamp now);

}  // namespace gatehouse::ingest
