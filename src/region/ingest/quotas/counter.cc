#include "region/ingest/quotas/counter.h"

#include <algorithm>

#include "base/check.h"

namespace gatehouse::ingest {
namespace {

// A quota that has no window says "not now"; clients ask again after this.
constexpr std::int64_t kRejectSeconds = 60;

std::int64_t SecondsUntil(Timestamp end, Timestamp now) {
  std::int64_t micros = end.micros - now.micros;
  return std::max<std::int64_t>((micros + 999'999) / 1'000'000, 1);
}

RateLimit LimitOf(const Quota& quota, std::int64_t retry_after) {
  RateLimit limit;
  limit.retry_after = retry_after;
  limit.categories = quota.categories;
  limit.scope = quota.scope;
  limit.reason_code = quota.reason_code;
  if (!quota.metric_namespace.empty()) limit.namespaces = {quota.metric_namespace};
  return limit;
}

}  // namespace

CounterPlan PlanCounters(std::span<const Quota> quotas, const Scoping& scoping,
                         DataCategory category, Timestamp now, std::string_view metric_namespace) {
  CounterPlan plan;
  for (const Quota& quota : quotas) {
    if (!Matches(quota, scoping, category, metric_namespace)) continue;
    if (quota.limit == 0) {
      plan.rejecting.push_back(&quota);
      continue;
    }
    if (quota.id.empty() || quota.window <= 0) continue;
    Counter counter;
    counter.quota = &quota;
    counter.scope_id = ScopeIdOf(quota, scoping);
    bool global = quota.scope == LimitScope::kGlobal;
    std::int64_t shift = global ? 0 : scoping.organization_id % quota.window;
    counter.slot = (now.Seconds() - shift) / quota.window;
    counter.window_end = Timestamp::FromSeconds((counter.slot + 1) * quota.window + shift);
    counter.expiry = counter.window_end + std::chrono::seconds(kCounterGraceSeconds);
    std::string organization = global ? "" : std::to_string(scoping.organization_id);
    counter.key = "quota:" + quota.id + "{" + organization + "}";
    if (counter.scope_id != 0) counter.key += std::to_string(counter.scope_id);
    if (!quota.metric_namespace.empty()) counter.key += quota.metric_namespace;
    counter.key += ":" + std::to_string(counter.slot);
    counter.refund_key = "r:" + counter.key;
    plan.counters.push_back(std::move(counter));
  }
  return plan;
}

QuotaDecision Decide(const CounterPlan& plan, std::span<const std::uint64_t> used,
                     std::uint64_t quantity, Timestamp now) {
  GH_CHECK(used.size() == plan.counters.size());
  QuotaDecision decision;
  for (const Quota* quota : plan.rejecting) {
    decision.limits.push_back(LimitOf(*quota, kRejectSeconds));
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    const Counter& counter = plan.counters[i];
    if (!counter.quota->limit) continue;
    std::uint64_t limit = *counter.quota->limit;
    bool exceeded =
        quantity == 0 ? used[i] >= limit : used[i] >= limit || quantity > limit - used[i];
    if (exceeded) {
      decision.limits.push_back(LimitOf(*counter.quota, SecondsUntil(counter.window_end, now)));
    }
  }
  decision.accepted = decision.limits.empty();
  return decision;
}

}  // namespace gatehouse::ingest
