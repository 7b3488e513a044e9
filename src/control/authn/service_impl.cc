#include "control/authn/service_impl.h"

#include "control/authn/errors.h"
#include "control/users/errors.h"
#include "platform/crypto/hash.h"

namespace gatehouse::authn {
namespace {

Result<void> CheckOwn(ProofKind kind) {
  // A proof by a provider comes with an organization and is written by the flow that verified it.
  if (kind == ProofKind::kSso) {
    return Fail(Code::kInternal, "internal", "an SSO proof is not one by own credentials");
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
  GH_CO_TRY(auto found, co_await parts_.db.Read(find));
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
  GH_CO_TRY(auto found, co_await parts_.db.Read(find));
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

Task<IssuedSession> ServiceImpl::LogIn(std::string username, std::string password,
                                       std::optional<SessionId> previous, std::string ip,
                                       std::string user_agent, std::string correlation_id) {
  users::ClientInfo client{
      .ip = ip, .user_agent = user_agent, .correlation_id = std::move(correlation_id)};
  GH_CO_TRY(users::User proven, co_await parts_.users.CheckPassword(
                                    std::move(username), std::move(password), std::move(client)));
  auto write = [&](sql::Tx& tx) -> Result<IssuedSession> {
    GH_TRY(users::User user, parts_.user_store.Find(tx, proven.id));
    // Deactivated, or the password changed, since it was checked.
    if (!user.is_active || user.session_epoch != proven.session_epoch) {
      return Fail(Code::kUnauthenticated, users::kLoginFailed);
    }
    GH_TRY_VOID(parts_.user_store.TouchLogin(tx, user.id));
    Proof proof{.kind = ProofKind::kPassword, .at = parts_.clock.Now()};
    return parts_.store.Create(tx, user, proof, previous, ip, user_agent);
  };
  GH_CO_TRY(IssuedSession issued, co_await parts_.db.Write(write));
  if (previous) cache_.Forget(*previous);
  cache_.Forget(proven.id);
  co_return issued;
}

Task<IssuedSession> ServiceImpl::Start(UserId user, ProofKind kind,
                                       std::optional<SessionId> previous, std::string ip,
                                       std::string user_agent) {
  GH_CO_TRY_VOID(CheckOwn(kind));
  auto write = [&](sql::Tx& tx) -> Result<IssuedSession> {
    GH_TRY(users::User owner, parts_.user_store.Find(tx, user));
    if (!owner.is_active) return Fail(Code::kUnauthenticated, kSessionInvalid, "user is inactive");
    GH_TRY_VOID(parts_.user_store.TouchLogin(tx, user));
    Proof proof{.kind = kind, .at = parts_.clock.Now()};
    return parts_.store.Create(tx, owner, proof, previous, ip, user_agent);
  };
  GH_CO_TRY(IssuedSession issued, co_await parts_.db.Write(write));
  if (previous) cache_.Forget(*previous);
  cache_.Forget(user);
  co_return issued;
}

Task<IssuedSession> ServiceImpl::Reissue(UserId user, SessionId current, ProofKind kind,
                                         std::string ip, std::string user_agent) {
  GH_CO_TRY_VOID(CheckOwn(kind));
  auto write = [&](sql::Tx& tx) -> Result<IssuedSession> {
    GH_TRY(users::User owner, parts_.user_store.Find(tx, user));
    if (!owner.is_active) return Fail(Code::kUnauthenticated, kSessionInvalid, "user is inactive");
    Proof proof{.kind = kind, .at = parts_.clock.Now()};
    return parts_.store.Reissue(tx, owner, proof, current, ip, user_agent);
  };
  GH_CO_TRY(IssuedSession issued, co_await parts_.db.Write(write));
  cache_.Forget(user);
  co_return issued;
}

Task<void> ServiceImpl::LogOut(UserId user, SessionId session) {
  auto write = [this, user, session](sql::Tx& tx) {
    return parts_.store.Delete(tx, user, session);
  };
  GH_CO_TRY_VOID(co_await parts_.db.Write(write));
  cache_.Forget(session);
  co_return Result<void>();
}

Task<void> ServiceImpl::EndOthers(UserId user, SessionId keep) {
  auto write = [this, user, keep](sql::Tx& tx) {
    return parts_.store.DeleteAllExcept(tx, user, keep);
  };
  GH_CO_TRY_VOID(co_await parts_.db.Write(write));
  cache_.Forget(user);
  co_return Result<void>();
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
