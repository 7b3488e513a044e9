#pragma once

// Sessions, log-ins that wait for their second factor, API tokens, and what happened to an account.
// A session knows how it was born: it carries proofs. A proof by an organization's provider opens
// that organization only; own credentials open the rest (isolation law L2). A cookie holds 256
// random bits, the database their SHA-256.
//
// A user with a second factor has no session after the first proof, but a pending login: Begin()
// decides, and every log-in goes through it.
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
#include "control/users/service.h"
#include "platform/runtime/task.h"
#include "platform/sql/sql.h"

namespace gatehouse::authn {

// Own credentials are kPassword, kRecovery (a mailed link) and kPasskey. Second factors are kTotp,
// kWebAuthn, kRecoveryCode and kPasskey, which verifies its user by itself and so is both.
enum class ProofKind { kPassword, kRecovery, kSso, kTotp, kWebAuthn, kRecoveryCode, kPasskey };
bool IsOwn(ProofKind kind);
bool IsFactor(ProofKind kind);
std::string_view ProofName(ProofKind kind);  // "password", "recovery", "sso", "totp", …

// So long after a proof, its session may change what protects the account ("sudo").
inline constexpr Duration kFresh = std::chrono::minutes(15);

struct Proof {
  ProofKind kind = ProofKind::kPassword;
  Timestamp at;
  // kSso only: who vouched, for which organization, under which configuration.
  OrgId organization{};
  ProviderId provider{};
  std::int64_t revision = 0;
  IdentityId identity{};
};

// At most one proof per kind, of kSso per organization: the newest.
struct Session {
  SessionId id;
  UserId user;
  std::vector<Proof> proofs;
  std::string ip;
  std::string user_agent;
  Timestamp created_at;
  Timestamp last_seen_at;
  Timestamp expires_at;

  // The newest proof by the user's own credentials.
  const Proof* OwnProof() const;
  // The newest proof by a second factor of the user.
  const Proof* FactorProof() const;
  // The newest proof by this organization's provider.
  const Proof* SsoProof(OrgId organization) const;
  // There is an own proof, and the newest own or factor proof is at most kFresh old. One that lies
  // ahead of `now` (a clock set back) is not fresh.
  bool IsFresh(Timestamp now) const;
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

// A first proof whose user has a second factor: no session yet. Lives kPendingLife, works once.
inline constexpr Duration kPendingLife = std::chrono::minutes(5);
struct PendingLogin {
  std::int64_t id = 0;
  users::User user;
  Proof proof;
  std::optional<SessionId> previous;
  std::string next;  // where to go afterwards; a path of ours or ""
  std::int64_t epoch = 0;
  Timestamp expires_at;
};

// What a first proof led to: a session, or the token of a pending login for a cookie of its own.
struct LoginOutcome {
  std::optional<IssuedSession> session;
  std::string pending_token;  // "" with a session
};

using users::AccountEvent;

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

// Expiry is written at creation, by the wall clock of that moment. A clock set back extends nothing
// that is stored: a session whose creation lies more than 5 minutes ahead is refused, and neither
// expiry nor last_seen_at ever moves back or is written anew.
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

  // ---- log-in -----------------------------------------------------------------------------------
  // The one way from a first proof to a session. A user without second factor gets the session. One
  // who has it gets a pending login, unless the provider vouched for a second factor
  // (`vouched_second_factor`: its proof opens nothing but its organization), the proof is one by
  // itself (kPasskey), or `previous` is a live session of the same user in this browser that holds
  // a factor proof, which carries over. With a session: notes last_login_at and the event "login".
  // Errors: kPermissionDenied "account_inactive".
  Result<LoginOutcome> Begin(sql::Tx& tx, const users::User& user, const Proof& proof,
                             std::optional<SessionId> previous, std::string_view ip,
                             std::string_view user_agent, std::string_view next,
                             bool vouched_second_factor,
                             std::string_view correlation_id = {}) const;
  // The session after a complete log-in (first proof and second factor, or a passkey). If
  // `previous` names a live session of the same user, its proofs that are not outdated are carried
  // over; in every case the previous session is deleted, so that an id known before a log-in is
  // worthless after it (fixation). Notes last_login_at and the event "login".
  Result<IssuedSession> CreateWithProofs(sql::Tx& tx, const users::User& user,
                                         const std::vector<Proof>& proofs,
                                         std::optional<SessionId> previous, std::string_view ip,
                                         std::string_view user_agent,
                                         std::string_view correlation_id = {}) const;
  // Errors: kUnauthenticated "pending_login_invalid" (unknown, older than kPendingLife, the
  // account's epoch has passed, user inactive).
  Result<PendingLogin> FindPending(sql::Tx& tx, std::string_view token) const;
  // Uses it up, in one statement: of parallel right answers one opens a session.
  Result<PendingLogin> TakePending(sql::Tx& tx, std::string_view token) const;

  // ---- sessions ---------------------------------------------------------------------------------
  // A bare session with one proof: no second factor is asked for and nothing is noted. For tests
  // and for Begin's own use; a log-in calls Begin.
  Result<IssuedSession> Create(sql::Tx& tx, const users::User& user, const Proof& proof,
                               std::optional<SessionId> previous, std::string_view ip,
                               std::string_view user_agent) const;
  // After a change of the user's own password, which has just killed `current`: it goes on under a
  // new id, its end unchanged, with `fresh` added. `user` is as after the change. Errors:
  // kUnauthenticated "session_invalid" (current was not alive: nothing is issued).
  Result<IssuedSession> Reissue(sql::Tx& tx, const users::User& user,
                                const std::vector<Proof>& fresh, SessionId current,
                                std::string_view ip, std::string_view user_agent) const;
  // After any other change of what protects the account (a factor, the primary address): raises the
  // user's epoch, so that every other session and pending login dies, and lets `current` go on
  // under a new id with `fresh` added. The same errors.
  Result<IssuedSession> ReissueAfterChange(sql::Tx& tx, const users::User& user,
                                           const std::vector<Proof>& fresh, SessionId current,
                                           std::string_view ip, std::string_view user_agent) const;
  // Step-up: `current` goes on under a new id with `fresh` added; its end stays. The same errors.
  Result<IssuedSession> Renew(sql::Tx& tx, const users::User& user, const std::vector<Proof>& fresh,
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
  // Removes the proofs of this provider from the sessions and pending logins of these users; a
  // session left without proof is deleted. Only users with an identity at a provider hold proofs of
  // it: whoever removes an identity calls this. Returns how many sessions changed.
  Result<std::int64_t> RevokeProofs(sql::Tx& tx, ProviderId provider,
                                    const std::vector<UserId>& users) const;
  // Sessions and pending logins that have ended by themselves, and events older than
  // users::kEventLife.
  Result<std::int64_t> DeleteExpired(sql::Tx& tx) const;

  // users::Store::RecordEvent, for modules that know only this store.
  Result<void> RecordEvent(sql::Tx& tx, const AccountEvent& event) const;

  // ---- API tokens -------------------------------------------------------------------------------
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
  // The live session of the user, taken out of the table (`take`) or only looked at.
  Result<std::optional<Session>> Carried(sql::Tx& tx, SessionId id, UserId user, std::int64_t epoch,
                                         bool take) const;
  // Writes a session under a new id and token. `before`: what it continues; `keep_end`: its
  // beginning and end stay too.
  Result<IssuedSession> Issue(sql::Tx& tx, const users::User& user,
                              const std::vector<Proof>& proofs, std::optional<Session> before,
                              bool keep_end, std::string_view ip,
                              std::string_view user_agent) const;
  Result<IssuedSession> Continue(sql::Tx& tx, const users::User& user,
                                 const std::vector<Proof>& fresh, SessionId current,
                                 std::int64_t current_epoch, std::string_view ip,
                                 std::string_view user_agent) const;
  Result<PendingLogin> LoadPending(sql::Tx& tx, const sql::Row& row) const;

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

  // Password log-in. `next`: where the second-factor pages go on to. A refusal of a known account
  // is in its history with the true reason; the caller hears the same for every cause. Errors:
  // those of users::Service::CheckPassword.
  virtual Task<LoginOutcome> LogIn(std::string username, std::string password,
                                   std::optional<SessionId> previous, std::string next,
                                   users::ClientInfo client) = 0;
  // A session after recovery or first-run set-up, or the second factor before it: a mailbox alone
  // opens no account that has one. `proof` is kRecovery or kPassword.
  virtual Task<LoginOutcome> Start(UserId user, ProofKind proof, std::optional<SessionId> previous,
                                   std::string next, users::ClientInfo client) = 0;
  // The caller's session after ChangePassword or SetPrimaryEmail, which ended all of them: a new
  // token, the old proofs and a fresh one. Errors: kUnauthenticated "session_invalid" (the session
  // was not alive before the change), "2fa_required" (as for StepUpByPassword).
  virtual Task<IssuedSession> Reissue(UserId user, SessionId current,
                                      std::optional<ProofKind> proof, users::ClientInfo client) = 0;
  // The user proves the password again; the session goes on under a new id with a fresh proof and
  // the old id is dead. (By second factor: factors::Service::StepUp.) Errors: kPermissionDenied
  // "password_wrong"; kResourceExhausted "rate_limited" (5 in 15 minutes); kUnauthenticated
  // "session_invalid", "2fa_required" (the user has a second factor and this session has no proof
  // of it: a password alone does not make one by own credentials out of it).
  virtual Task<IssuedSession> StepUpByPassword(Principal principal, std::string password,
                                               users::ClientInfo client) = 0;
  // Errors: kNotFound "session_not_found" (not a session of this user).
  virtual Task<void> LogOut(UserId user, SessionId session, users::ClientInfo client) = 0;
  // Ends one of the user's sessions from another one. Audited (sessions end). The same errors.
  virtual Task<void> EndSession(UserId user, SessionId session, users::ClientInfo client) = 0;
  // Pending logins too. Audited.
  virtual Task<void> EndOthers(UserId user, SessionId keep, users::ClientInfo client) = 0;
  virtual Task<std::vector<Session>> List(UserId user) = 0;
  // The account's history, newest first; at most 100 a page.
  virtual Task<std::vector<AccountEvent>> ListEvents(UserId user,
                                                     std::optional<std::int64_t> before,
                                                     std::size_t limit) = 0;
  // Audited (token create). Errors: those of Store::CreateToken.
  virtual Task<std::string> CreateToken(UserId user, std::string name,
                                        std::vector<std::string> scopes,
                                        std::optional<Timestamp> expires_at) = 0;
  virtual Task<std::vector<ApiToken>> ListTokens(UserId user) = 0;
  // Audited (token delete). Errors: kNotFound "token_not_found".
  virtual Task<void> DeleteToken(UserId user, std::int64_t id) = 0;
  // Deletes sessions and pending logins that have ended by themselves, and events older than
  // users::kEventLife; for the periodic worker. Returns how many sessions.
  virtual Task<std::int64_t> DeleteExpired() = 0;
  // Drops cached sessions of the user at once; called after a commit that changed them.
  virtual void Forget(UserId user) = 0;
  virtual void ForgetAll() = 0;
};

}  // namespace gatehouse::authn
