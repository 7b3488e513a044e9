#pragma once

// Sessions and API tokens. A session knows how it was born: it carries proofs. A proof by an
// organization's provider opens that organization only; own credentials open the rest (isolation
// law L2). The cookie holds 256 random bits, the database their SHA-256.
//
// The Store functions run in a control transaction, for the control half's own modules. Other rooms
// use Service.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "control/users/users.h"
#include "platform/runtime/task.h"
#include "platform/sql/sql.h"

namespace gatehouse::authn {

enum class ProofKind { kPassword, kRecovery, kSso };

struct Proof {
  ProofKind kind = ProofKind::kPassword;
  Timestamp at;
  // kSso only: who vouched, for which organization, under which configuration.
  OrgId organization{};
  ProviderId provider{};
  std::int64_t revision = 0;
  IdentityId identity{};
};

// At most one proof per own kind and per organization, the newest.
struct Session {
  SessionId id;
  UserId user;
  std::vector<Proof> proofs;
  std::string ip;
  std::string user_agent;
  Timestamp created_at;
  Timestamp last_seen_at;
  Timestamp expires_at;

  // A proof by the user's own credentials.
  const Proof* OwnProof() const;
  // The newest proof by this organization's provider.
  const Proof* SsoProof(OrgId organization) const;
};

// A session or token that stands behind a request.
struct Principal {
  users::User user;
  std::optional<Session> session;   // set for a cookie
  std::vector<std::string> scopes;  // of an API token; a session has those of its role
  std::optional<std::int64_t> token_id;
};

struct Lifetimes {
  Duration absolute = std::chrono::hours(24 * 7);
  Duration idle = std::chrono::hours(24);
  Duration sso = std::chrono::hours(24 * 7);  // an SSO proof opens its organization for so long
};

struct IssuedSession {
  std::string token;  // for the cookie; not stored
  Session session;
};

// Expiry is written at creation, by the wall clock of that moment. A clock set back extends nothing
// that is stored: a session whose creation lies more than 5 minutes ahead is refused, and neither
// expiry nor last_seen_at ever moves back or is written anew.
// An API token as its owner sees it afterwards: the secret is gone.
struct ApiToken {
  std::int64_t id = 0;
  std::string name;
  std::string hint;  // its last characters
  std::vector<std::string> scopes;
  Timestamp created_at;
  std::optional<Timestamp> expires_at;
  std::optional<Timestamp> last_used_at;
};

class Store {
 public:
  // `known_scopes`: what an API token may be granted.
  Store(const Clock& clock, IdGenerator& ids, Rng& rng, Lifetimes lifetimes,
        std::vector<std::string> known_scopes = {})
      : clock_(clock),
        ids_(ids),
        rng_(rng),
        lifetimes_(lifetimes),
        known_scopes_(std::move(known_scopes)) {}

  // A new session of the user with one proof. If `previous` names a live session of the same user,
  // its proofs that are not outdated are carried over; in every case the previous session is
  // deleted, so that an id known before a log-in is worthless after it (fixation).
  Result<IssuedSession> Create(sql::Tx& tx, const users::User& user, const Proof& proof,
                               std::optional<SessionId> previous, std::string_view ip,
                               std::string_view user_agent) const;
  // The same after a change of the user's own password, which has just killed `current`: its proofs
  // are carried over although its epoch is the one before.
  Result<IssuedSession> Reissue(sql::Tx& tx, const users::User& user, const Proof& proof,
                                SessionId current, std::string_view ip,
                                std::string_view user_agent) const;
  // Finds a live session: not expired, not idle too long, epoch current, user active. Errors:
  // kUnauthenticated "session_invalid".
  Result<std::pair<Session, users::User>> Find(sql::Tx& tx, std::string_view token) const;
  // last_seen_at is now, unless it is later already.
  Result<void> Touch(sql::Tx& tx, SessionId id) const;
  // Not seen for a minute: worth a Touch.
  bool IsStale(const Session& session) const;
  Result<std::vector<Session>> List(sql::Tx& tx, UserId user) const;
  // Of this user only. Errors: kNotFound "session_not_found".
  Result<void> Delete(sql::Tx& tx, UserId user, SessionId id) const;
  Result<void> DeleteAllExcept(sql::Tx& tx, UserId user, std::optional<SessionId> keep) const;
  // Removes the proofs of this provider from the sessions of the given user (all users when
  // absent); a session left without proof is deleted. Returns how many sessions changed.
  Result<std::int64_t> RevokeProofs(sql::Tx& tx, ProviderId provider,
                                    std::optional<UserId> user) const;
  Result<std::int64_t> DeleteExpired(sql::Tx& tx) const;

  // Returns the token text, shown once and stored hashed: "ghp_", 256 random bits, and a checksum
  // by which a mistyped or invented one is refused without a look-up. Errors: kInvalidArgument
  // "scope_unknown" (also for none at all), "token_name_invalid", "token_expiry_invalid" (past).
  Result<std::string> CreateToken(sql::Tx& tx, UserId user, std::string_view name,
                                  const std::vector<std::string>& scopes,
                                  std::optional<Timestamp> expires_at) const;
  Result<std::vector<ApiToken>> ListTokens(sql::Tx& tx, UserId user) const;
  // Of this user only. Errors: kNotFound "token_not_found".
  Result<void> DeleteToken(sql::Tx& tx, UserId user, std::int64_t id) const;
  struct FoundToken {
    std::int64_t id = 0;
    std::vector<std::string> scopes;
    std::optional<Timestamp> last_used_at;
    users::User user;
  };
  // Errors: kUnauthenticated "token_invalid" (unknown, expired, user inactive).
  Result<FoundToken> FindToken(sql::Tx& tx, std::string_view token) const;
  Result<void> TouchToken(sql::Tx& tx, std::int64_t id) const;

  // Could the text be one of ours at all? Costs no look-up.
  static bool LooksLikeSession(std::string_view token);
  static bool LooksLikeToken(std::string_view token);

  const Lifetimes& lifetimes() const { return lifetimes_; }
  const Clock& clock() const { return clock_; }

 private:
  struct Loaded {
    Session session;
    std::int64_t epoch = 0;
  };
  static Result<Loaded> Load(const sql::Row& row);
  // Neither expired nor idle too long, and not from the future.
  bool IsCurrent(const Session& session) const;
  bool IsOutdated(const Proof& proof) const;
  Result<IssuedSession> Issue(sql::Tx& tx, const users::User& user, const Proof& proof,
                              std::optional<SessionId> previous, std::int64_t carry_epoch,
                              std::string_view ip, std::string_view user_agent) const;

  const Clock& clock_;
  IdGenerator& ids_;
  Rng& rng_;
  Lifetimes lifetimes_;
  std::vector<std::string> known_scopes_;
};

class Service {
 public:
  virtual ~Service() = default;

  // The principal behind a session cookie or "Bearer ghp_…"; never null. One seen within the last
  // second costs no database read; a change made through this process is seen at once, one made by
  // another within that second. Errors: kUnauthenticated "session_invalid", "token_invalid".
  virtual Task<std::shared_ptr<const Principal>> FromSession(std::string token) = 0;
  virtual Task<std::shared_ptr<const Principal>> FromToken(std::string token) = 0;

  // Password log-in. Errors: those of users::Service::CheckPassword.
  virtual Task<IssuedSession> LogIn(std::string username, std::string password,
                                    std::optional<SessionId> previous, std::string ip,
                                    std::string user_agent, std::string correlation_id) = 0;
  // A session after recovery or first-run set-up. `proof` is one by own credentials.
  virtual Task<IssuedSession> Start(UserId user, ProofKind proof, std::optional<SessionId> previous,
                                    std::string ip, std::string user_agent) = 0;
  // The caller's session after ChangePassword, which ended all of them: a new token, the old proofs
  // and a fresh one.
  virtual Task<IssuedSession> Reissue(UserId user, SessionId current, ProofKind proof,
                                      std::string ip, std::string user_agent) = 0;
  // Errors: kNotFound "session_not_found" (not a session of this user).
  virtual Task<void> LogOut(UserId user, SessionId session) = 0;
  virtual Task<void> EndOthers(UserId user, SessionId keep) = 0;
  virtual Task<std::vector<Session>> List(UserId user) = 0;
  // Audited (token create). Errors: those of Store::CreateToken.
  virtual Task<std::string> CreateToken(UserId user, std::string name,
                                        std::vector<std::string> scopes,
                                        std::optional<Timestamp> expires_at) = 0;
  virtual Task<std::vector<ApiToken>> ListTokens(UserId user) = 0;
  // Audited (token delete). Errors: kNotFound "token_not_found".
  virtual Task<void> DeleteToken(UserId user, std::int64_t id) = 0;
  // Deletes sessions that have ended by themselves; for the periodic worker. Returns how many.
  virtual Task<std::int64_t> DeleteExpired() = 0;
  // Drops cached sessions of the user at once; called after a commit that changed them.
  virtual void Forget(UserId user) = 0;
  virtual void ForgetAll() = 0;
};

}  // namespace gatehouse::authn
