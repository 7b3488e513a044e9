#include "control/sso/recheck.h"

#include <algorithm>

#include "control/sso/errors.h"
#include "control/sso/statements.h"

namespace gatehouse::sso {
namespace {

constexpr Duration kClaimLife = std::chrono::minutes(10);
constexpr Duration kFirstPause = std::chrono::minutes(5);
constexpr Duration kLongestPause = std::chrono::hours(6);
constexpr int kUnansweredLimit = 3;
constexpr Duration kCountEvery = std::chrono::seconds(10);

Duration PauseAfter(std::int64_t failures) {
  Duration pause = kFirstPause;
  for (std::int64_t i = 0; i < failures && pause < kLongestPause; ++i) pause *= 2;
  return std::min(pause, kLongestPause);
}

telemetry::Counter& CounterOf(telemetry::Registry& metrics, std::string_view outcome) {
  return metrics.AddCounter("gatehouse_sso_rechecks_total",
                            "Identities looked at by the periodic re-check.",
                            {{"outcome", outcome}});
}

}  // namespace

struct Recheck::Due {
  IdentityId id;
  ProviderId provider;
  OrgId organization;
  UserId user;
  Timestamp last_synced;
  std::int64_t failures = 0;
};

Recheck::Recheck(Parts parts, RecheckOptions options)
    : p_(parts),
      options_(options),
      valid_(CounterOf(parts.metrics, "valid")),
      invalid_(CounterOf(parts.metrics, "invalid")),
      unavailable_(CounterOf(parts.metrics, "unavailable")),
      deferred_(CounterOf(parts.metrics, "deferred")),
      removed_(CounterOf(parts.metrics, "removed")) {
  parts.metrics.AddGauge("gatehouse_sso_recheck_due",
                         "Identities that wait for the periodic re-check.",
                         [due = due_] { return static_cast<double>(due->load()); });
}

Duration Recheck::Skew() {
  const std::int64_t most = options_.skew.count();
  if (most <= 0) return Duration{0};
  return Duration{static_cast<std::int64_t>(p_.rng.Next64() % static_cast<std::uint64_t>(most))};
}

Task<void> Recheck::CountDue() {
  const Duration since = p_.clock.Monotonic();
  if (counted_at_ && since < *counted_at_ + kCountEvery) co_return Result<void>();
  const Timestamp now = p_.clock.Now();
  std::vector<std::string> kinds;
  for (const Adapter* adapter : p_.sso.adapters()) {
    if (adapter->requires_refresh()) kinds.emplace_back(adapter->kind());
  }
  // All: the re-check is everybody's, by its nature.
  GH_CO_TRY(std::int64_t due,
            co_await p_.db.Read(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<std::int64_t> {
              std::int64_t sum = 0;
              for (const std::string& kind : kinds) {
                GH_TRY(sql::Rows rows, tx.Query(statements::kRecheckDue, {kind, now}));
                sum += rows.front().Int(0);
              }
              return sum;
            }));
  due_->store(due);
  counted_at_ = since;
  co_return Result<void>();
}

Task<std::vector<Recheck::Due>> Recheck::Claim(std::string kind, std::size_t most) {
  const Timestamp now = p_.clock.Now();
  // All: the re-check is everybody's, by its nature.
  co_return co_await p_.db.Write(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<std::vector<Due>> {
    GH_TRY(sql::Rows rows,
           tx.Query(statements::kRecheckClaim, {kind, now, now + kClaimLife, most}));
    std::vector<Due> taken;
    for (sql::Row row : rows) {
      taken.push_back({.id = row.As<IdentityId>(0),
                       .provider = row.As<ProviderId>(1),
                       .organization = row.As<OrgId>(2),
                       .user = row.As<UserId>(3),
                       .last_synced = row.Time(4),
                       .failures = row.Int(5)});
    }
    return taken;
  });
}

Task<void> Recheck::Postpone(const Due& due, Timestamp next, bool looked) {
  const Due one = due;
  co_return co_await p_.db.Write(
      sql::Tenant::Of(one.organization), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY_VOID(tx.Exec(statements::kRecheckNext, {one.organization, one.id, next,
                                                       looked ? p_.clock.Now() : Timestamp{}}));
        return {};
      });
}

Task<void> Recheck::Look(const Due& due, Batch& batch) {
  const Timestamp now = p_.clock.Now();
  if (due.last_synced + options_.interval - options_.skew > now) {
    // A log-in, or a refresh that somebody wanted, has proven it since.
    ++batch.early;
    co_return co_await Postpone(due, due.last_synced + options_.interval - Skew(), false);
  }
  if (unanswered_[due.provider] >= kUnansweredLimit) {
    ++batch.deferred;
    deferred_.Add();
    co_return co_await Postpone(due, now + PauseAfter(due.failures), false);
  }
  auto member = co_await p_.orgs.CheckMembership(due.organization, due.user);
  if (!member) {
    // The region does not answer: nothing is known about the person.
    co_await Postpone(due, now + kFirstPause, false);
    co_return std::unexpected(member.error());
  }
  if (!*member) {
    GH_CO_TRY_VOID(co_await p_.sso.ForgetNoMember(due.organization, due.user));
    ++batch.removed;
    removed_.Add();
    co_return Result<void>();
  }
  auto refreshed = co_await p_.refresher.Refresh(
      {.table = identity::Table::kSso, .organization = due.organization, .id = due.id.value}, 0);
  if (!refreshed && refreshed.error().code != Code::kFailedPrecondition) {
    if (refreshed.error().code == Code::kNotFound) co_return Result<void>();  // gone meanwhile
    ++unanswered_[due.provider];
    ++batch.unavailable;
    unavailable_.Add();
    co_return co_await Postpone(due, now + PauseAfter(due.failures), false);
  }
  unanswered_[due.provider] = 0;
  const bool valid = refreshed.has_value();
  ++(valid ? batch.valid : batch.invalid);
  (valid ? valid_ : invalid_).Add();
  const bool shown_valid = (*member)->sso_linked() && !(*member)->sso_invalid();
  if (shown_valid != valid) {
    // Usually the refresher's own row is on its way already; saying it twice is harmless.
    GH_CO_TRY_VOID(co_await p_.sso.RepairLink(due.organization, due.user));
    co_await p_.drainer.DrainShard({outbox::Scope::kOrganization, due.organization.value});
  }
  co_return co_await Postpone(due, now + options_.interval - Skew(), true);
}

Task<Recheck::Batch> Recheck::RunBatch() {
  Batch batch;
  unanswered_.clear();
  const Timestamp began = p_.clock.Now();
  GH_CO_TRY_VOID(co_await CountDue());
  for (const Adapter* adapter : p_.sso.adapters()) {
    if (!adapter->requires_refresh() || batch.taken >= options_.batch) continue;
    GH_CO_TRY(std::vector<Due> taken,
              co_await Claim(std::string(adapter->kind()), options_.batch - batch.taken));
    batch.taken += taken.size();
    // In between counts; others may take some, too.
    *due_ -= std::min<std::int64_t>(*due_, static_cast<std::int64_t>(taken.size()));
    for (const Due& due : taken) {
      auto looked = co_await Look(due, batch);
      if (looked) continue;
      if (looked.error().code == Code::kCancelled) co_return std::unexpected(looked.error());
      p_.log.LogError("sso_recheck_failed", looked.error(),
                      {{"identity", due.id}, {"organization", due.organization}});
    }
  }
  if (batch.taken == 0) {
    due_->store(0);
    co_return batch;
  }
  p_.log.Log(telemetry::Level::kInfo, "sso_recheck",
             {{"taken", batch.taken},
              {"early", batch.early},
              {"valid", batch.valid},
              {"invalid", batch.invalid},
              {"unavailable", batch.unavailable},
              {"deferred", batch.deferred},
              {"removed", batch.removed},
              {"due", due_->load()},
              {"elapsed_ms", p_.clock.Now() - began}});
  co_return batch;
}

Task<void> Recheck::Run(Duration budget) {
  const Duration until = p_.clock.Monotonic() + budget;
  while (p_.clock.Monotonic() < until) {
    GH_CO_TRY(Batch batch, co_await RunBatch());
    if (batch.taken == 0) break;
  }
  co_return Result<void>();
}

}  // namespace gatehouse::sso
