#include "control/identity/refresh.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "control/identity/errors.h"
#include "control/identity/seal.h"
#include "control/identity/statements.h"
#include "platform/runtime/runtime.h"

namespace gatehouse::identity {
namespace {

constexpr Duration kWaitForOthers = std::chrono::seconds(10);
constexpr Duration kLookAgain = std::chrono::milliseconds(100);

// A slug of errors.h, from what an adapter said.
std::string_view SlugOf(std::string_view reason, bool invalid) {
  static constexpr std::array kInvalid{kMissingRefreshToken, kRefreshRefused, kRefreshOther,
                                       kRefreshForbidden};
  static constexpr std::array kOther{kRefreshFailed, kRefreshTimeout, kRefreshRejected,
                                     kRefreshGarbled};
  for (std::string_view slug : invalid ? kInvalid : kOther) {
    if (slug == reason) return slug;
  }
  return invalid ? kRefreshRefused : kRefreshFailed;
}

Error ErrorOf(const RefreshOutcome& outcome) {
  const bool invalid = outcome.kind == RefreshOutcome::Kind::kInvalid;
  const std::string_view slug = SlugOf(outcome.reason, invalid);
  const Code code = invalid                   ? Code::kFailedPrecondition
                    : slug == kRefreshTimeout ? Code::kDeadlineExceeded
                                              : Code::kUnavailable;
  return Error{code, slug, outcome.detail};
}

std::string BindingOf(Target target, UserId user) {
  return target.table == Table::kSso ? IdentityBinding(target.organization, IdentityId{target.id})
                                     : LinkedBinding(target.organization, user, target.id);
}

std::string_view PurposeOf(Table table) {
  return table == Table::kSso ? kIdentityPurpose : kLinkedPurpose;
}

}  // namespace

struct Refresher::Sql {
  const sql::Statement& read;
  const sql::Statement& begin;
  const sql::Statement& valid;
  const sql::Statement& invalid;
  const sql::Statement& failed;
  audit::Event withdrawn;
};

const Refresher::Sql& Refresher::SqlOf(Table table) {
  static constexpr Sql kSso{sqls::kSsoRefreshRead,   sqls::kSsoRefreshBegin,
                            sqls::kSsoRefreshValid,  sqls::kSsoRefreshInvalid,
                            sqls::kSsoRefreshFailed, audit::Event::kSsoIdentityInvalid};
  static constexpr Sql kLinked{sqls::kLinkedRefreshRead,   sqls::kLinkedRefreshBegin,
                               sqls::kLinkedRefreshValid,  sqls::kLinkedRefreshInvalid,
                               sqls::kLinkedRefreshFailed, audit::Event::kIdentityInvalid};
  return table == Table::kSso ? kSso : kLinked;
}

// What callers of one target share.
struct Refresher::Flight {
  std::int64_t seen = 0;
  std::optional<Result<Refreshed>> outcome;
  std::vector<runtime::Resume> waiters;
};

Refresher::Refresher(Parts parts) : p_(parts) {}
Refresher::~Refresher() = default;

Task<Refreshed> Refresher::Refresh(Target target, std::int64_t seen) {
  std::shared_ptr<Flight> flight;
  bool leads = false;
  {
    std::lock_guard lock(mutex_);
    std::shared_ptr<Flight>& slot = flights_[target];
    if (!slot) {
      slot = std::make_shared<Flight>();
      slot->seen = seen;
      leads = true;
    }
    flight = slot;
  }
  if (!leads) {
    co_await runtime::Suspend([this, &flight](runtime::Resume resume) {
      {
        std::lock_guard lock(mutex_);
        if (!flight->outcome) {
          flight->waiters.push_back(std::move(resume));
          return;
        }
      }
      resume();
    });
    std::lock_guard lock(mutex_);
    co_return *flight->outcome;
  }

  // Also when this coroutine is destroyed in mid-flight, nobody waits for ever.
  struct Landing {
    Refresher& refresher;
    Target target;
    Flight& flight;
    Result<Refreshed> outcome = Fail(Code::kCancelled, kRefreshInterrupted, "abandoned");
    ~Landing() {
      std::vector<runtime::Resume> waiters;
      {
        std::lock_guard lock(refresher.mutex_);
        flight.outcome = outcome;
        waiters.swap(flight.waiters);
        refresher.flights_.erase(target);
      }
      for (runtime::Resume& resume : waiters) resume();
    }
  };
  // The flight outlives its place in the map through `flight`, which is destroyed after this.
  Landing landing{.refresher = *this, .target = target, .flight = *flight};
  landing.outcome = co_await Fly(target, seen);
  co_return landing.outcome;
}

Task<Refreshed> Refresher::Fly(Target target, std::int64_t seen) {
  const sql::Tenant tenant = sql::Tenant::Of(target.organization);
  const Duration deadline = p_.clock.Monotonic() + kWaitForOthers;
  Begun begun;
  for (Duration waited{0};; waited += kLookAgain) {
    GH_CO_TRY(begun, co_await p_.db.Write(tenant, [&](sql::Tx& tx) -> Result<Begun> {
      return Begin(tx, target, seen);
    }));
    if (begun.kind != Begun::Kind::kBusy) break;
    if (waited >= kWaitForOthers || p_.clock.Monotonic() >= deadline) {
      co_return Fail(Code::kUnavailable, kRefreshInProgress, "by another process");
    }
    // What the other process brings is what this caller wants.
    if (seen == 0) seen = begun.version;
    GH_CO_TRY_VOID(co_await runtime::Sleep(kLookAgain));
  }
  if (begun.kind == Begun::Kind::kNewer) {
    co_return Refreshed{.data = std::move(begun.data), .version = begun.version, .asked = false};
  }

  Result<RefreshOutcome> asked =
      co_await PortOf(target.table).AskProvider(target.organization, begun.provider, begun.data);
  // This end is stopping and does not know what the provider did: the mark stays.
  if (!asked && asked.error().code == Code::kCancelled) co_return std::unexpected(asked.error());
  RefreshOutcome outcome;
  if (asked) {
    outcome = std::move(*asked);
  } else {
    outcome.reason = kRefreshFailed;
    outcome.detail = std::string(asked.error().reason) + " " + asked.error().detail;
  }
  if (outcome.kind == RefreshOutcome::Kind::kValid && !outcome.data.contains(kRefreshToken)) {
    // Not rotated.
    if (const json::Value* token = begun.data.if_contains(kRefreshToken)) {
      outcome.data[kRefreshToken] = *token;
    }
  }
  GH_CO_TRY(Refreshed stored, co_await p_.db.Write(tenant, [&](sql::Tx& tx) -> Result<Refreshed> {
    return Store(tx, target, begun, outcome);
  }));
  if (!stored.asked || outcome.kind == RefreshOutcome::Kind::kValid) co_return stored;
  co_return std::unexpected(ErrorOf(outcome));
}

Result<Refresher::Begun> Refresher::Begin(sql::Tx& tx, Target target, std::int64_t seen) const {
  const Sql& sqls = SqlOf(target.table);
  GH_TRY(sql::Rows rows, tx.Query(sqls.read, {target.organization, target.id}));
  if (rows.empty()) return Fail(Code::kNotFound, kIdentityNotFound);
  const sql::Row row = rows.front();
  Begun begun;
  begun.provider = row.Int(0);
  begun.user = row.As<UserId>(1);
  begun.version = row.Int(3);
  begun.was_valid = row.Bool(7);
  begun.mark = p_.clock.Now();
  const std::optional<Timestamp> since = row.OptTime(4);
  const bool newer = seen != 0 && begun.version > seen;
  if (!newer && since && *since + kRefreshLease > begun.mark) {
    begun.kind = Begun::Kind::kBusy;
    return begun;
  }
  GH_TRY(std::string opened,
         p_.keys.Open(PurposeOf(target.table), BindingOf(target, begun.user), row.Text(2)));
  GH_TRY(begun.data, json::ParseObject(opened));
  if (newer) {
    begun.kind = Begun::Kind::kNewer;
    return begun;
  }
  // What was shown until now is written down: nobody forgets an interrupted refresh.
  const auto [state, reason] = ShownState(row.Text(5), row.String(6), since, begun.mark);
  GH_TRY(std::int64_t marked, tx.Exec(sqls.begin, {target.organization, target.id, begun.version,
                                                   begun.mark, TokenStateName(state), reason}));
  if (marked == 0) return Fail(Code::kNotFound, kIdentityNotFound, "gone meanwhile");
  return begun;
}

Result<Refreshed> Refresher::Store(sql::Tx& tx, Target target, const Begun& begun,
                                   const RefreshOutcome& outcome) const {
  using Kind = RefreshOutcome::Kind;
  const Sql& sqls = SqlOf(target.table);
  const Timestamp now = p_.clock.Now();
  const std::string_view slug = SlugOf(outcome.reason, outcome.kind == Kind::kInvalid);
  Refreshed refreshed{.data = {}, .version = begun.version, .asked = true};
  std::int64_t changed = 0;
  if (outcome.kind == Kind::kValid) {
    const std::string sealed = p_.keys.Seal(PurposeOf(target.table), BindingOf(target, begun.user),
                                            json::Serialize(outcome.data));
    GH_TRY(changed, tx.Exec(sqls.valid, {target.organization, target.id, begun.version, begun.mark,
                                         now, sealed}));
    refreshed.data = outcome.data;
    refreshed.version = begun.version + 1;
  } else if (outcome.kind == Kind::kInvalid) {
    GH_TRY(changed, tx.Exec(sqls.invalid, {target.organization, target.id, begun.version,
                                           begun.mark, now, slug}));
    refreshed.version = begun.version + 1;
  } else {
    // Refused before, and no answer now: still refused.
    GH_TRY(sql::Rows rows, tx.Query(sqls.read, {target.organization, target.id}));
    const bool suspended =
        !rows.empty() && TokenStateFromName(rows.front().Text(5)) == TokenState::kSuspended;
    const std::string kept = suspended ? rows.front().String(6) : std::string(slug);
    // Tokens that were renewed before the trouble: the old ones may be dead.
    std::optional<std::string> sealed;
    if (!outcome.data.empty()) {
      sealed = p_.keys.Seal(PurposeOf(target.table), BindingOf(target, begun.user),
                            json::Serialize(outcome.data));
      refreshed.version = begun.version + 1;
    }
    GH_TRY(changed,
           tx.Exec(sqls.failed,
                   {target.organization, target.id, begun.version, begun.mark, now,
                    TokenStateName(suspended ? TokenState::kSuspended : TokenState::kStale), kept,
                    sealed}));
  }
  if (changed == 0) {
    // A log-in or a new link was faster: its tokens are younger than these.
    GH_TRY(sql::Rows rows, tx.Query(sqls.read, {target.organization, target.id}));
    if (rows.empty()) return Fail(Code::kNotFound, kIdentityNotFound, "gone meanwhile");
    const UserId owner = rows.front().As<UserId>(1);
    GH_TRY(std::string opened,
           p_.keys.Open(PurposeOf(target.table), BindingOf(target, owner), rows.front().Text(2)));
    GH_TRY(refreshed.data, json::ParseObject(opened));
    refreshed.version = rows.front().Int(3);
    refreshed.asked = false;
    return refreshed;
  }

  const bool valid = outcome.kind == Kind::kValid;
  if (outcome.kind == Kind::kUnavailable || valid == begun.was_valid) return refreshed;
  if (!valid) {
    audit::Entry entry;
    entry.organization = target.organization;
    entry.event = sqls.withdrawn;
    entry.actor_label = "provider";
    entry.target_object = target.id;
    entry.target_user = begun.user;
    entry.data["user_id"] = begun.user.value;
    entry.data["provider"] = std::to_string(begun.provider);
    entry.data["reason"] = slug;
    GH_TRY_VOID(p_.audit.Record(tx, entry));
  }
  GH_TRY_VOID(PortOf(target.table)
                  .OnValidityChange(tx, target.organization, begun.provider, begun.user, valid));
  return refreshed;
}

}  // namespace gatehouse::identity
