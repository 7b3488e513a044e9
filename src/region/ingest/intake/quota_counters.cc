#include "region/ingest/intake/quota_counters.h"

#include <algorithm>

#include "region/ingest/intake/statements.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kSweepAt = 10'000;

}  // namespace

std::vector<Quota> QuotasOf(const QuotaSettings& installation,
                            const OrganizationSettings& organization, const projects::Key& key) {
  QuotaSettings limits = installation;
  limits.organization_per_hour = organization.events_per_hour;
  if (const std::int64_t own = organization.project_events_per_minute; own != 0) {
    limits.project_per_minute = own;
  }
  if (const std::int64_t own = organization.check_ins_per_minute; own != 0) {
    limits.monitor_check_ins_per_minute = own;
  }
  if (const std::int64_t own = organization.attachment_bytes_per_second; own != 0) {
    limits.abuse_attachments = own;
  }
  limits.key_count = key.rate_count;
  limits.key_window = key.rate_seconds;
  limits.key_id = key.id.value;
  return QuotasOf(limits);
}

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
  if (!decision.accepted) {
    active_.Clean(now);
    for (const RateLimit& limit : decision.limits) active_.Add(limit, scoping, now);
    return std::move(decision.limits);
  }
  for (const Counter& counter : plan.counters) {
    Window& window = windows_[counter.key];
    window.organization = scoping.organization_id;
    window.used += quantity;
    window.expiry = counter.expiry;
    window.is_dirty = true;
  }
  return {};
}

void QuotaCounters::Refund(const std::vector<Quota>& quotas, const Scoping& scoping,
                           DataCategory category, std::uint64_t quantity, Timestamp taken) {
  if (quotas.empty()) return;
  const CounterPlan plan = PlanCounters(quotas, scoping, category, taken);
  std::lock_guard lock(mutex_);
  for (const Counter& counter : plan.counters) {
    auto found = windows_.find(counter.key);
    if (found == windows_.end()) continue;
    found->second.used -= std::min(found->second.used, quantity);
    found->second.is_dirty = true;
  }
}

std::vector<RateLimit> QuotaCounters::Active(const Scoping& scoping, Timestamp now) const {
  std::lock_guard lock(mutex_);
  return active_.empty() ? std::vector<RateLimit>() : active_.All(scoping, now);
}

Task<void> QuotaCounters::Load(Timestamp now) {
  // All: the counters of every organization.
  GH_CO_TRY(auto rows, co_await db_.Read(sql::Tenant::All(), [&](sql::Tx& tx) {
    return tx.Query(sqls::kQuotaLoad, {now});
  }));
  std::lock_guard lock(mutex_);
  for (const sql::Row row : rows) {
    windows_[row.String(0)] = {
        .organization = row.Int(1),
        .used = static_cast<std::uint64_t>(std::max<std::int64_t>(row.Int(2), 0)),
        .expiry = row.Time(3)};
  }
  co_return Result<void>();
}

Task<void> QuotaCounters::Flush(Timestamp now) {
  std::vector<std::pair<std::string, Window>> changed;
  {
    std::lock_guard lock(mutex_);
    for (auto& [key, window] : windows_) {
      if (!window.is_dirty) continue;
      window.is_dirty = false;
      changed.emplace_back(key, window);
    }
  }
  if (changed.empty()) co_return Result<void>();
  // All: the counters of every organization.
  auto written = co_await db_.Write(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<void> {
    for (const auto& [key, window] : changed) {
      GH_TRY_VOID(tx.Exec(
          sqls::kQuotaPut,
          {key, window.organization, static_cast<std::int64_t>(window.used), window.expiry}));
    }
    GH_TRY_VOID(tx.Exec(sqls::kQuotaForget, {now}));
    return {};
  });
  if (!written) {
    std::lock_guard lock(mutex_);
    for (const auto& [key, window] : changed) {
      if (auto found = windows_.find(key); found != windows_.end()) found->second.is_dirty = true;
    }
  }
  co_return written;
}

void QuotaCounters::Sweep(Timestamp now) {
  std::erase_if(windows_, [&](const auto& entry) { return entry.second.expiry < now; });
}

}  // namespace gatehouse::ingest
