#include "edge/access/denials.h"

#include <chrono>
#include <utility>

namespace gatehouse::access {

namespace {
constexpr Duration kMinute = std::chrono::minutes(1);
constexpr const char* kMany = "*";
}  // namespace

std::optional<Denials::Due> Denials::Count(Denial denial) {
  const Duration now = clock_.Monotonic();
  std::lock_guard lock(mutex_);
  Key key{denial.organization, denial.actor, denial.route, denial.reason};
  if (kept_.size() >= max_kinds_ && !kept_.contains(key)) {
    std::erase_if(kept_, [now](const auto& entry) {
      return entry.second.waiting == 0 && now - entry.second.written >= kMinute;
    });
    if (kept_.size() >= max_kinds_) {
      denial.route = key.route = kMany;
      denial.reason = key.reason = kMany;
    }
  }
  auto [at, fresh] = kept_.try_emplace(key);
  Kept& kept = at->second;
  kept.last = std::move(denial);
  ++kept.waiting;
  if (!fresh && now - kept.written < kMinute) return std::nullopt;
  kept.written = now;
  return Due{std::move(key), kept.last, std::exchange(kept.waiting, 0)};
}

Task<void> Denials::Write(Due due) {
  audit::Entry entry;
  entry.organization = due.denial.organization;
  entry.event = audit::Event::kAuthzDenied;
  entry.actor = due.denial.actor;
  entry.actor_label = due.denial.actor_label;
  entry.ip = due.denial.ip;
  entry.correlation_id = due.denial.correlation_id;
  entry.data["route"] = due.denial.route;
  entry.data["reason"] = due.denial.reason;
  entry.data["times"] = due.times;
  auto written = co_await db_.Write(sql::Tenant::Of(due.denial.organization),
                                    [&](sql::Tx& tx) -> Result<void> {
                                      GH_TRY_VOID(log_.Record(tx, entry));
                                      return {};
                                    });
  if (!written) {
    std::lock_guard lock(mutex_);
    Kept& kept = kept_[due.key];
    kept.waiting += due.times;
    if (kept.last.route.empty()) kept.last = due.denial;
    co_return std::unexpected(written.error());
  }
  co_return Result<void>();
}

Task<void> Denials::Note(Denial denial) {
  std::optional<Due> due = Count(std::move(denial));
  if (!due) co_return Result<void>();
  co_return co_await Write(std::move(*due));
}

Task<void> Denials::Flush(bool all) {
  std::vector<Due> due;
  {
    const Duration now = clock_.Monotonic();
    std::lock_guard lock(mutex_);
    for (auto at = kept_.begin(); at != kept_.end();) {
      Kept& kept = at->second;
      if (!all && now - kept.written < kMinute) {
        ++at;
        continue;
      }
      if (kept.waiting > 0) due.push_back({at->first, std::move(kept.last), kept.waiting});
      at = kept_.erase(at);
    }
  }
  Result<void> outcome;
  for (Due& one : due) {
    auto written = co_await Write(std::move(one));
    if (!written) outcome = std::move(written);
  }
  co_return outcome;
}

}  // namespace gatehouse::access
