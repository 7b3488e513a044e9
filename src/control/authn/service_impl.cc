#include "control/authn/service_impl.h"

#include "control/authn/errors.h"
#include "control/users/errors.h"
#include "platform/crypto/hash.h"

namespace gatehouse::authn {
namespace {

Result<void> CheckOwn(ProofKind kind) {
  // A proof by a provider comes with an organization and is written by the flow that verified it.
  if (!IsOwn(kind)) {
    return Fail(Code::kInternal, "internal", "not a proof by own credentials");
  }
  return {};
}

// A session by a provider that vouched for the second factor: a password alone would make one by
// own credentials of it.
Result<void> CheckFactor(const users::User& user, const Session& session) {
  if (user.has_2fa && session.OwnProof() != nullptr && session.FactorProof() == nullptr) {
    return Fail(Code::kUnauthenticated, kTwoFactorRequired, "the second factor first");
  }
  return {};
}

}  // namespace

Task<std::shared_ptr<const Principal>> ServiceImpl::FromSession(std::string token) {
  if (!Store::LooksLikeSession(token)) {
    co_return Fail(Code::kUnauthenticated, kSessionInvalid, "not a session token");
  }
  std::string key = crypto::Sha256(token);
  if (auto hit = cache_.Find(key)) co_return hit;
  std::uint64_t generation = cache_.generation();

  auto find = [this, &token](sql::Tx& tx) { return parts_.store.Find(tx, token); };
  GH_CO_TRY(auto found, co_await parts_.db.Lookup(find));
  auto principal = std::make_shared<Principal>();
  principal->session = std::move(found.first);
  principal->user = std::move(found.second);
  if (parts_.store.IsStale(*principal->session)) {
    auto touch = [this, id = principal->session->id](sql::Tx& tx) {
      return parts_.store.Touch(tx, id);
    };
    // The session is good even when its use cannot be noted (disk full, say).
    (void)co_await parts_.db.Write(touch);
  }
  cache_.Put(std::move(key), principal, generation);
  co_return principal;
}

Task<std::shared_ptr<const Principal>> ServiceImpl::FromToken(std::string token) {
  if (!Store::LooksLikeToken(token)) {
    co_return Fail(Code::kUnauthenticated, kTokenInvalid, "checksum");
  }
  std::string key = crypto::Sha256(token);
  if (auto hit = cache_.Find(key)) co_return hit;
  std::uint64_t generation = cache_.generation();

  auto find = [this, &token](sql::Tx& tx) { return parts_.store.FindToken(tx, token); };
  GH_CO_TRY(auto found, co_await parts_.db.Lookup(find));
  auto principal = std::make_shared<Principal>();
  principal->user = std::move(found.user);
  principal->scopes = std::move(found.scopes);
  principal->token_id = found.id;
  if (!found.last_used_at || parts_.clock.Now() - *found.last_used_at >= std::chrono::minutes(1)) {
    auto touch = [this, id = found.id](sql::Tx& tx) { return parts_.store.TouchToken(tx, id); };
    (void)co_await parts_.db.Write(touch);
  }
  cache_.Put(std::move(key), principal, generation);
  co_return principal;
}

// ---- log-in and step-up
// ---------------------------------------------------------------------------

Task<LoginOutcome> ServiceImpl::Open(users::User proven, ProofKind kind,
                                     std::optional<SessionId> previous, std::string next,
                                     users::ClientInfo client) {
  auto write = [&](sql::Tx& tx) -> Result<LoginOutcome> {
    GH_TRY(users::User user, parts_.user_store.Find(tx, proven.id));
    // Deactivated, or the password changed, since it was proven.
    if (!user.is_active || user.session_epoch != proven.session_epoch) {
      return Fail(Code::kUnauthenticated, users::kLoginFailed, "changed meanwhile");
    }
    Proof proof{.kind = kind, .at = parts_.clock.Now()};
    return parts_.store.Begin(tx, user, proof, previous, client.ip, client.user_agent, next,
                              /*vouched_second_factor=*/false, client.correlation_id);
  };
  GH_CO_TRY(LoginOutcome outcome, co_await parts_.db.Write(write));
  if (outcome.session) {
    if (previous) cache_.Forget(*previous);
    cache_.Forget(proven.id);
  }
  co_return outcome;
}

Task<LoginOutcome> ServiceImpl::LogIn(std::string username, std::string password,
                                      std::optional<SessionId> previous, std::string next,
                                      users::ClientInfo client) {
  GH_CO_TRY(users::User proven,
            co_await parts_.users.CheckPassword(std::move(username), std::move(password), client));
  co_return co_await Open(std::move(proven), ProofKind::kPassword, previous, std::move(next),
                          std::move(client));
}

Task<LoginOutcome> ServiceImpl::Start(UserId user, ProofKind kind,
                                      std::optional<SessionId> previous, std::string next,
                                      users::ClientInfo client) {
  GH_CO_TRY_VOID(CheckOwn(kind));
  auto read = [this, user](sql::Tx& tx) { return parts_.user_store.Find(tx, user); };
  GH_CO_TRY(users::User owner, co_await parts_.db.Lookup(read));
  co_return co_await Open(std::move(owner), kind, previous, std::move(next), std::move(client));
}

Task<IssuedSession> ServiceImpl::Reissue(UserId user, SessionId current,
                                         std::optional<ProofKind> kind, users::ClientInfo client) {
  std::vector<Proof> fresh;
  if (kind) {
    GH_CO_TRY_VOID(CheckOwn(*kind));
    fresh.push_back({.kind = *kind, .at = parts_.clock.Now()});
  }
  auto write = [&](sql::Tx& tx) -> Result<IssuedSession> {
    GH_TRY(users::User owner, parts_.user_store.Find(tx, user));
    if (!owner.is_active) return Fail(Code::kUnauthenticated, kSessionInvalid, "user is inactive");
    GH_TRY(IssuedSession issued,
           parts_.store.Reissue(tx, owner, fresh, current, client.ip, client.user_agent));
    GH_TRY_VOID(CheckFactor(owner, issued.session));
    return issued;
  };
  GH_CO_TRY(IssuedSession issued, co_await parts_.db.Write(write));
  cache_.Forget(user);
  co_return issued;
}

Task<IssuedSession> ServiceImpl::StepUpByPassword(Principal principal, std::string password,
                                                  users::ClientInfo client) {
  if (!principal.session) co_return Fail(Code::kUnauthenticated, kSessionInvalid, "no session");
  const Session& session = *principal.session;
  GH_CO_TRY(users::User proven,
            co_await parts_.users.ConfirmPassword(principal.user.id, std::move(password), client));
  auto write = [&](sql::Tx& tx) -> Result<IssuedSession> {
    GH_TRY(users::User user, parts_.user_store.Find(tx, proven.id));
    if (!user.is_active || user.session_epoch != proven.session_epoch) {
      return Fail(Code::kUnauthenticated, kSessionInvalid, "changed meanwhile");
    }
    std::vector<Proof> fresh{{.kind = ProofKind::kPassword, .at = parts_.clock.Now()}};
    GH_TRY(IssuedSession issued,
           parts_.store.Renew(tx, user, fresh, session.id, client.ip, client.user_agent));
    GH_TRY_VOID(CheckFactor(user, issued.session));
    GH_TRY_VOID(Note(tx, user.id, "step-up", ProofName(ProofKind::kPassword), client));
    return issued;
  };
  GH_CO_TRY(IssuedSession issued, co_await parts_.db.Write(write));
  cache_.Forget(session.id);
  co_return issued;
}

// ---- ending
// ---------------------------------------------------------------------------------------

Task<void> ServiceImpl::LogOut(UserId user, SessionId session, users::ClientInfo client) {
  auto write = [&](sql::Tx& tx) -> Result<void> {
    GH_TRY_VOID(parts_.store.Delete(tx, user, session));
    return Note(tx, user, "logout", "", client);
  };
  GH_CO_TRY_VOID(co_await parts_.db.Write(write));
  cache_.Forget(session);
  co_return Result<void>();
}

Task<void> ServiceImpl::EndSession(UserId user, SessionId session, users::ClientInfo client) {
  auto write = [&](sql::Tx& tx) -> Result<void> {
    GH_TRY_VOID(parts_.store.Delete(tx, user, session));
    GH_TRY_VOID(RecordEnd(tx, user, "one", client));
    return Note(tx, user, "session-ended", "", client);
  };
  GH_CO_TRY_VOID(co_await parts_.db.Write(write));
  cache_.Forget(session);
  co_return Result<void>();
}

Task<void> ServiceImpl::EndOthers(UserId user, SessionId keep, users::ClientInfo client) {
  auto write = [&](sql::Tx& tx) -> Result<void> {
    GH_TRY_VOID(parts_.store.DeleteAllExcept(tx, user, keep));
    GH_TRY_VOID(RecordEnd(tx, user, "all others", client));
    return Note(tx, user, "sessions-ended", "", client);
  };
  GH_CO_TRY_VOID(co_await parts_.db.Write(write));
  cache_.Forget(user);
  co_return Result<void>();
}

Result<void> ServiceImpl::Note(sql::Tx& tx, UserId user, std::string_view kind,
                               std::string_view detail, const users::ClientInfo& client) const {
  AccountEvent event;
  event.user = user;
  event.kind = kind;
  event.detail = detail;
  event.ip = client.ip;
  event.user_agent = client.user_agent;
  event.correlation_id = client.correlation_id;
  return parts_.store.RecordEvent(tx, event);
}

Result<void> ServiceImpl::RecordEnd(sql::Tx& tx, UserId user, std::string_view which,
                                    const users::ClientInfo& client) const {
  GH_TRY(users::User owner, parts_.user_store.Find(tx, user));
  audit::Entry entry;
  entry.event = audit::Event::kSessionsEnd;
  entry.actor = user;
  entry.actor_label = owner.Display();
  entry.target_user = user;
  entry.ip = client.ip;
  entry.correlation_id = client.correlation_id;
  entry.data["which"] = which;
  GH_TRY_VOID(parts_.audit.Record(tx, entry));
  return {};
}

Task<std::vector<AccountEvent>> ServiceImpl::ListEvents(UserId user,
                                                        std::optional<std::int64_t> before,
                                                        std::size_t limit) {
  co_return co_await parts_.users.ListEvents(user, before, limit);
}

Task<std::vector<Session>> ServiceImpl::List(UserId user) {
  auto list = [this, user](sql::Tx& tx) { return parts_.store.List(tx, user); };
  co_return co_await parts_.db.Read(list);
}

Task<std::string> ServiceImpl::CreateToken(UserId user, std::string name,
                                           std::vector<std::string> scopes,
                                           std::optional<Timestamp> expires_at) {
  auto write = [&](sql::Tx& tx) -> Result<std::string> {
    GH_TRY(users::User owner, parts_.user_store.Find(tx, user));
    GH_TRY(std::string token, parts_.store.CreateToken(tx, user, name, scopes, expires_at));
    audit::Entry entry{.organization = {},
                       .event = audit::Event::kTokenCreate,
                       .actor = user,
                       .actor_label = owner.Display(),
                       .target_object = {},
                       .target_user = user,
                       .ip = {},
                       .data = {},
                       .correlation_id = {}};
    entry.data["name"] = name;
    json::Array granted(scopes.begin(), scopes.end());
    entry.data["scopes"] = std::move(granted);
    GH_TRY_VOID(parts_.audit.Record(tx, entry));
    return token;
  };
  co_return co_await parts_.db.Write(write);
}

Task<std::vector<ApiToken>> ServiceImpl::ListTokens(UserId user) {
  auto read = [&](sql::Tx& tx) { return parts_.store.ListTokens(tx, user); };
  co_return co_await parts_.db.Read(read);
}

Task<void> ServiceImpl::DeleteToken(UserId user, std::int64_t id) {
  auto write = [&](sql::Tx& tx) -> Result<void> {
    GH_TRY(users::User owner, parts_.user_store.Find(tx, user));
    GH_TRY(std::vector<ApiToken> tokens, parts_.store.ListTokens(tx, user));
    GH_TRY_VOID(parts_.store.DeleteToken(tx, user, id));
    audit::Entry entry;
    entry.event = audit::Event::kTokenRemove;
    entry.actor = user;
    entry.actor_label = owner.Display();
    entry.target_user = user;
    for (const ApiToken& token : tokens) {
      if (token.id == id) entry.data["name"] = token.name;
    }
    GH_TRY_VOID(parts_.audit.Record(tx, entry));
    return {};
  };
  GH_CO_TRY_VOID(co_await parts_.db.Write(write));
  cache_.Forget(user);
  co_return Result<void>();
}

Task<std::int64_t> ServiceImpl::DeleteExpired() {
  auto write = [this](sql::Tx& tx) { return parts_.store.DeleteExpired(tx); };
  co_return co_await parts_.db.Write(write);
}

}  // namespace gatehouse::authn
