#include "region/ingest/intake/quota_counters.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kSweepAt = 10'000;

}  // namespace

std::vector<RateLimit> QuotaCounters::Take(const std::vector<Quota>& quotas, const Scoping& scoping,
                                           DataCategory category, std::uint64_t quantity,
                                           Timestamp now) {
  if (quotas.empty()) return {};
  const CounterPlan plan = PlanCounters(quotas, scoping, category, now);
  std::lock_guard lock(mutex_);
  if (windows_.size() > kSweepAt) Sweep(now);
  std::vector<std::uint64_t> used;
  used.reserve(plan.counters.size());
  for (const Counter& counter : plan.counters) {
    auto found = windows_.find(counter.key);
    used.push_back(found == windows_.end() ? 0 : found->second.used);
  }
  QuotaDecision decision = Decide(plan, used, quantity, now);
  if (!decision.accepted) return std::move(decision.limits);
  for (const Counter& counter : plan.counters) {
    Window& window = windows_[counter.key];
    window.used += quantity;
    window.expiry = counter.expiry;
  }
  return {};
}

void QuotaCounters::Sweep(Timestamp now) {
  std::erase_if(windows_, [&](const auto& entry) { return entry.second.expiry < now; });
}

}  // namespace gatehouse::ingest
