#pragma once

// Renewing the tokens of an identity at its provider (RFC 6749 §6), for identities that log people
// in and for linked accounts alike.
//
// Many callers, one request: within a process they share a flight, and between processes the row
// says that a refresh is under way ("refreshing since"). That mark is committed before the provider
// is asked. A provider that rotates refresh tokens kills the old one with its answer, so a process
// that dies between answer and commit leaves a row that nobody may call valid: once the mark is
// older than kRefreshLease the identity is stale, "refresh_interrupted", until a log-in, a new link
// or another refresh settles it.
//
// | the provider                    | state     | the caller hears                              |
// |---------------------------------|-----------|-----------------------------------------------|
// | new tokens                      | valid     | the new data                                  |
// | no refresh token to ask with    | suspended | kFailedPrecondition missing_refresh_token     |
// | invalid_grant, 401              | suspended | kFailedPrecondition refresh_refused           |
// | tokens of somebody else         | suspended | kFailedPrecondition refresh_other_identity    |
// | access withdrawn                | suspended | kFailedPrecondition refresh_forbidden         |
// | another 4xx                     | stale     | kUnavailable refresh_rejected                 |
// | 5xx, 429, unreachable           | stale     | kUnavailable refresh_failed                   |
// | nothing in time                 | stale     | kDeadlineExceeded refresh_timeout             |
// | anything that is no token       | stale     | kUnavailable refresh_garbled                  |
//
// Stale changes nothing else: data, and whether the identity is good, stay. Thread-safe.

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "control/identity/identity.h"
#include "platform/runtime/task.h"

namespace gatehouse::identity {

enum class Table { kSso, kLinked };

struct Target {
  Table table = Table::kSso;
  OrgId organization;
  std::int64_t id = 0;
  auto operator<=>(const Target&) const = default;
};

// Whoever knows the providers of one table. Outlives the refresher.
class ProviderPort {
 public:
  virtual ~ProviderPort() = default;
  // Asks the provider `provider` of `organization`. Errors: kNotFound when there is no such
  // provider (any more), kCancelled; what the provider answers is a value.
  virtual Task<RefreshOutcome> AskProvider(OrgId organization, std::int64_t provider,
                                           json::Object data) = 0;
  // In the transaction that stores the answer: the identity of `user` has become good or bad.
  virtual Result<void> OnValidityChange(sql::Tx& tx, OrgId organization, std::int64_t provider,
                                        UserId user, bool valid) = 0;
};

struct Refreshed {
  json::Object data;
  std::int64_t version = 0;
  bool asked = false;  // by this flight; false: somebody else had renewed it before
};

class Refresher {
 public:
  struct Parts {
    sql::Database& db;  // control
    const Clock& clock;
    const crypto::KeyRing& keys;
    const audit::Log& audit;
    ProviderPort& sso;
    ProviderPort& linked;
  };
  explicit Refresher(Parts parts);
  ~Refresher();

  // `seen` is the version of the data that the caller found expired: when the row is newer than
  // that, it is returned as it is, and nobody is asked. 0: asks in any case. Errors besides those
  // of the table above: kNotFound "identity_not_found"; kUnavailable "refresh_in_progress" (another
  // process is at it, and took longer than ten seconds).
  Task<Refreshed> Refresh(Target target, std::int64_t seen);

 private:
  struct Flight;
  struct Row;
  struct Sql;

  Task<Refreshed> Fly(Target target, std::int64_t seen);
  // Marks the row. No row: nothing to do but return what is there, or wait for whoever is at it.
  struct Begun {
    enum class Kind { kMarked, kNewer, kBusy } kind = Kind::kMarked;
    std::int64_t provider = 0;
    UserId user;
    std::int64_t version = 0;
    bool was_valid = false;
    json::Object data;
    Timestamp mark;
  };
  Result<Begun> Begin(sql::Tx& tx, Target target, std::int64_t seen) const;
  Result<Refreshed> Store(sql::Tx& tx, Target target, const Begun& begun,
                          const RefreshOutcome& outcome) const;
  static const Sql& SqlOf(Table table);
  ProviderPort& PortOf(Table table) const { return table == Table::kSso ? p_.sso : p_.linked; }

  Parts p_;
  std::mutex mutex_;
  std::map<Target, std::shared_ptr<Flight>> flights_;
};

}  // namespace gatehouse::identity
