#include "control/authn/authn.h"

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "control/authn/errors.h"
#include "control/authn/proofs.h"
#include "control/authn/statements.h"
#include "platform/crypto/hash.h"

namespace gatehouse::authn {
namespace {

constexpr Duration kTouchInterval = std::chrono::minutes(1);
constexpr std::size_t kMaxUserAgent = 256;
constexpr std::size_t kMaxIp = 64;
constexpr std::size_t kMaxTokenName = 64;

constexpr std::size_t kSecretLength = 43;  // 32 bytes in base64url
constexpr std::string_view kTokenPrefix = "ghp_";
constexpr std::size_t kChecksumLength = 6;

bool IsBase64Url(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

std::string Checksum(std::string_view prefix_and_secret) {
  return crypto::Sha256Hex(prefix_and_secret).substr(0, kChecksumLength);
}

std::unexpected<Error> SessionInvalid(std::string why) {
  return Fail(Code::kUnauthenticated, kSessionInvalid, std::move(why));
}
std::unexpected<Error> TokenInvalid(std::string why) {
  return Fail(Code::kUnauthenticated, kTokenInvalid, std::move(why));
}

template <class Match>
const Proof* Newest(const std::vector<Proof>& proofs, Match match) {
  const Proof* newest = nullptr;
  for (const Proof& proof : proofs) {
    if (match(proof) && (newest == nullptr || proof.at >= newest->at)) newest = &proof;
  }
  return newest;
}

}  // namespace

bool IsOwn(ProofKind kind) {
  return kind == ProofKind::kPassword || kind == ProofKind::kRecovery ||
         kind == ProofKind::kPasskey;
}

bool IsFactor(ProofKind kind) {
  return kind == ProofKind::kTotp || kind == ProofKind::kWebAuthn ||
         kind == ProofKind::kRecoveryCode || kind == ProofKind::kPasskey;
}

const Proof* Session::OwnProof() const {
  return Newest(proofs, [](const Proof& proof) { return IsOwn(proof.kind); });
}

const Proof* Session::FactorProof() const {
  return Newest(proofs, [](const Proof& proof) { return IsFactor(proof.kind); });
}

const Proof* Session::SsoProof(OrgId organization) const {
  return Newest(proofs, [organization](const Proof& proof) {
    return proof.kind == ProofKind::kSso && proof.organization == organization;
  });
}

bool Session::IsFresh(Timestamp now) const {
  if (OwnProof() == nullptr) return false;
  return std::ranges::any_of(proofs, [now](const Proof& proof) {
    return proof.kind != ProofKind::kSso && now - proof.at <= kFresh &&
           proof.at <= now + kMaxClockAhead;
  });
}

bool Store::LooksLikeSession(std::string_view token) {
  return token.size() == kSecretLength && IsBase64Url(token);
}

bool Store::LooksLikeToken(std::string_view token) {
  constexpr std::size_t kBody = kTokenPrefix.size() + kSecretLength;
  if (token.size() != kBody + kChecksumLength || !token.starts_with(kTokenPrefix)) return false;
  // No secret: it guards against typing errors, not against forgers.
  return IsBase64Url(token) && Checksum(token.substr(0, kBody)) == token.substr(kBody);
}

Result<Store::Loaded> Store::Load(const sql::Row& row) {
  Loaded loaded;
  Session& session = loaded.session;
  session.id = row.As<SessionId>(0);
  session.user = row.As<UserId>(1);
  loaded.epoch = row.Int(2);
  GH_TRY(session.proofs, ParseProofs(row.Text(3)));
  session.ip = row.String(4);
  session.user_agent = row.String(5);
  session.created_at = row.Time(6);
  session.last_seen_at = row.Time(7);
  session.expires_at = row.Time(8);
  return loaded;
}

bool Store::IsCurrent(const Session& session) const {
  Timestamp now = clock_.Now();
  if (session.created_at > now + kMaxClockAhead) return false;
  // A session seen at a later time has lived until then, whatever the clock says now.
  Timestamp latest = std::max(now, session.last_seen_at);
  return session.expires_at > latest && latest - session.last_seen_at < lifetimes_.idle;
}

bool Store::IsOutdated(const Proof& proof) const {
  Duration life = proof.kind == ProofKind::kSso ? lifetimes_.sso : lifetimes_.absolute;
  return clock_.Now() - proof.at >= life;
}

bool Store::IsStale(const Session& session) const {
  return clock_.Now() - session.last_seen_at >= kTouchInterval;
}

// ---- issuing
// --------------------------------------------------------------------------------------

Result<std::optional<Session>> Store::Carried(sql::Tx& tx, SessionId id, UserId user,
                                              std::int64_t epoch, bool take) const {
  GH_TRY(sql::Rows rows, tx.Query(take ? sqls::kTake : sqls::kFindById, {id}));
  if (rows.empty()) return std::nullopt;
  GH_TRY(Loaded old, Load(rows.front()));
  if (old.session.user != user || old.epoch != epoch || !IsCurrent(old.session)) {
    return std::nullopt;
  }
  std::erase_if(old.session.proofs, [this](const Proof& p) { return IsOutdated(p); });
  return std::move(old.session);
}

Result<IssuedSession> Store::Issue(sql::Tx& tx, const users::User& user,
                                   const std::vector<Proof>& proofs, std::optional<Session> before,
                                   bool keep_end, std::string_view ip,
                                   std::string_view user_agent) const {
  IssuedSession issued;
  Session& session = issued.session;
  Timestamp now = clock_.Now();
  session.created_at = session.last_seen_at = now;
  session.expires_at = now + lifetimes_.absolute;
  if (before) {
    session.proofs = std::move(before->proofs);
    if (keep_end) {
      session.created_at = before->created_at;
      session.last_seen_at = std::max(now, before->last_seen_at);
      session.expires_at = before->expires_at;
    }
  }
  for (const Proof& proof : proofs) AddProof(session.proofs, proof);
  issued.token = rng_.Token(32);
  session.id = ids_.Next<SessionId>();
  session.user = user.id;
  session.ip = Printable(ip, kMaxIp);
  session.user_agent = Printable(user_agent, kMaxUserAgent);
  std::string hash = crypto::Sha256Hex(issued.token);
  std::string serialized = SerializeProofs(session.proofs);
  GH_TRY_VOID(tx.Exec(sqls::kInsert, {session.id, hash, user.id, user.session_epoch, serialized,
                                      session.ip, session.user_agent, session.created_at,
                                      session.last_seen_at, session.expires_at}));
  return issued;
}

Result<IssuedSession> Store::Continue(sql::Tx& tx, const users::User& user,
                                      const std::vector<Proof>& fresh, SessionId current,
                                      std::int64_t current_epoch, std::string_view ip,
                                      std::string_view user_agent) const {
  GH_TRY(auto before, Carried(tx, current, user.id, current_epoch, /*take=*/true));
  // Nothing to go on with: a fresh session would be one that nobody logged in to.
  if (!before) return SessionInvalid("ended meanwhile");
  return Issue(tx, user, fresh, std::move(before), /*keep_end=*/true, ip, user_agent);
}

Result<IssuedSession> Store::Create(sql::Tx& tx, const users::User& user, const Proof& proof,
                                    std::optional<SessionId> previous, std::string_view ip,
                                    std::string_view user_agent) const {
  std::optional<Session> before;
  if (previous) {
    GH_TRY(before, Carried(tx, *previous, user.id, user.session_epoch, /*take=*/true));
  }
  return Issue(tx, user, {proof}, std::move(before), /*keep_end=*/false, ip, user_agent);
}

Result<IssuedSession> Store::Reissue(sql::Tx& tx, const users::User& user,
                                     const std::vector<Proof>& fresh, SessionId current,
                                     std::string_view ip, std::string_view user_agent) const {
  GH_TRY(auto untouched, Carried(tx, current, user.id, user.session_epoch, /*take=*/false));
  std::int64_t epoch = untouched ? user.session_epoch : user.session_epoch - 1;
  return Continue(tx, user, fresh, current, epoch, ip, user_agent);
}

Result<IssuedSession> Store::ReissueAfterChange(sql::Tx& tx, const users::User& user,
                                                const std::vector<Proof>& fresh, SessionId current,
                                                std::string_view ip,
                                                std::string_view user_agent) const {
  GH_TRY_VOID(users::Store(clock_, ids_, rng_).RaiseEpoch(tx, user.id));
  GH_TRY(users::User changed, users::Store(clock_, ids_, rng_).Find(tx, user.id));
  return Continue(tx, changed, fresh, current, changed.session_epoch - 1, ip, user_agent);
}

Result<IssuedSession> Store::Renew(sql::Tx& tx, const users::User& user,
                                   const std::vector<Proof>& fresh, SessionId current,
                                   std::string_view ip, std::string_view user_agent) const {
  return Continue(tx, user, fresh, current, user.session_epoch, ip, user_agent);
}

// ---- finding
// --------------------------------------------------------------------------------------

Result<std::pair<Session, users::User>> Store::Find(sql::Tx& tx, std::string_view token) const {
  if (!LooksLikeSession(token)) return SessionInvalid("not a session token");
  std::string hash = crypto::Sha256Hex(token);
  GH_TRY(sql::Rows rows, tx.Query(sqls::kFindByToken, {hash}));
  if (rows.empty()) return SessionInvalid("unknown");
  GH_TRY(Loaded loaded, Load(rows.front()));
  Session& session = loaded.session;
  if (!IsCurrent(session)) return SessionInvalid("expired");
  GH_TRY(users::User user, users::Store(clock_, ids_, rng_).Find(tx, session.user));
  if (!user.is_active) return SessionInvalid("user is inactive");
  if (loaded.epoch != user.session_epoch) return SessionInvalid("epoch has passed");
  // Own credentials carried over from older sessions do not outlive a session. (An outdated SSO
  // proof stays visible: it tells which organization to log in to again.)
  std::erase_if(session.proofs, [this](const Proof& proof) {
    return proof.kind != ProofKind::kSso && IsOutdated(proof);
  });
  if (std::ranges::none_of(session.proofs, [](const Proof& proof) {
        return IsOwn(proof.kind) || proof.kind == ProofKind::kSso;
      })) {
    return SessionInvalid("no proof left");
  }
  return std::pair(std::move(session), std::move(user));
}

Result<void> Store::Touch(sql::Tx& tx, SessionId id) const {
  GH_TRY_VOID(tx.Exec(sqls::kTouch, {id, clock_.Now()}));
  return {};
}

Result<std::vector<Session>> Store::List(sql::Tx& tx, UserId user) const {
  GH_TRY(users::User owner, users::Store(clock_, ids_, rng_).Find(tx, user));
  GH_TRY(sql::Rows rows, tx.Query(sqls::kList, {user}));
  std::vector<Session> sessions;
  for (sql::Row row : rows) {
    GH_TRY(Loaded loaded, Load(row));
    if (loaded.epoch == owner.session_epoch && IsCurrent(loaded.session)) {
      sessions.push_back(std::move(loaded.session));
    }
  }
  return sessions;
}

// ---- ending
// ---------------------------------------------------------------------------------------

Result<void> Store::Delete(sql::Tx& tx, UserId user, SessionId id) const {
  GH_TRY(std::int64_t deleted, tx.Exec(sqls::kDelete, {id, user}));
  if (deleted == 0) return Fail(Code::kNotFound, kSessionNotFound);
  return {};
}

Result<void> Store::DeleteAllExcept(sql::Tx& tx, UserId user, std::optional<SessionId> keep) const {
  // No session has the id 0.
  GH_TRY_VOID(tx.Exec(sqls::kDeleteOthers, {user, keep.value_or(SessionId{})}));
  GH_TRY_VOID(tx.Exec(sqls::kDeletePendingOfUser, {user}));
  return {};
}

Result<std::int64_t> Store::RevokeProofs(sql::Tx& tx, ProviderId provider,
                                         const std::vector<UserId>& users) const {
  std::string pattern = ProviderPattern(provider);
  std::int64_t changed = 0;
  for (std::size_t at = 0; at < users.size(); at += sqls::kUsersWidth) {
    std::vector<sql::Param> params{sql::Param(pattern)};
    for (std::size_t i = at; i < at + sqls::kUsersWidth; ++i) {
      params.push_back(i < users.size() ? sql::Param(users[i]) : sql::Param(0));
    }
    GH_TRY_VOID(tx.Run(sqls::kDeletePendingByProof, params));
    GH_TRY(sql::Rows rows, tx.Run(sqls::kListByProof, params));
    for (sql::Row row : rows) {
      GH_TRY(Loaded loaded, Load(row));
      Session& session = loaded.session;
      if (std::erase_if(session.proofs, [provider](const Proof& proof) {
            return proof.kind == ProofKind::kSso && proof.provider == provider;
          }) == 0) {
        continue;
      }
      ++changed;
      // A second factor without a first proof is no log-in.
      if (std::ranges::none_of(session.proofs, [](const Proof& proof) {
            return IsOwn(proof.kind) || proof.kind == ProofKind::kSso;
          })) {
        GH_TRY_VOID(tx.Exec(sqls::kDelete, {session.id, session.user}));
      } else {
        std::string proofs = SerializeProofs(session.proofs);
        GH_TRY_VOID(tx.Exec(sqls::kSetProofs, {session.id, proofs}));
      }
    }
  }
  return changed;
}

Result<std::int64_t> Store::DeleteExpired(sql::Tx& tx) const {
  Timestamp now = clock_.Now();
  GH_TRY_VOID(tx.Exec(sqls::kDeleteExpiredPending, {now}));
  GH_TRY_VOID(users::Store(clock_, ids_, rng_).DeleteOldEvents(tx));
  return tx.Exec(sqls::kDeleteExpired, {now, now - lifetimes_.idle});
}

Result<void> Store::RecordEvent(sql::Tx& tx, const AccountEvent& event) const {
  return users::Store(clock_, ids_, rng_).RecordEvent(tx, event);
}

// ---- API tokens
// -----------------------------------------------------------------------------------

Result<std::string> Store::CreateToken(sql::Tx& tx, UserId user, std::string_view name,
                                       const std::vector<std::string>& scopes,
                                       std::optional<Timestamp> expires_at) const {
  name = Trim(name);
  if (name.empty() || name.size() > kMaxTokenName || !IsValidUtf8(name) || HasControl(name)) {
    return Fail(Code::kInvalidArgument, kTokenNameInvalid);
  }
  Timestamp now = clock_.Now();
  if (expires_at && *expires_at <= now) return Fail(Code::kInvalidArgument, kTokenExpiryInvalid);
  std::vector<std::string> granted = scopes;
  std::ranges::sort(granted);
  granted.erase(std::unique(granted.begin(), granted.end()), granted.end());
  bool known = std::ranges::all_of(granted, [this](const std::string& scope) {
    return std::ranges::find(known_scopes_, scope) != known_scopes_.end();
  });
  if (granted.empty() || !known) return Fail(Code::kInvalidArgument, kScopeUnknown);

  std::string token = std::string(kTokenPrefix) + rng_.Token(32);
  token += Checksum(token);
  std::string hash = crypto::Sha256Hex(token);
  std::string hint = token.substr(token.size() - 4);
  std::string scope_text = Join(granted, " ");
  GH_TRY_VOID(tx.Exec(sqls::kInsertToken,
                      {ids_.NextValue(), user, name, hint, hash, scope_text, now, expires_at}));
  return token;
}

Result<std::vector<ApiToken>> Store::ListTokens(sql::Tx& tx, UserId user) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kListTokens, {user}));
  std::vector<ApiToken> tokens;
  for (sql::Row row : rows) {
    ApiToken token;
    token.id = row.Int(0);
    token.name = row.String(1);
    token.hint = row.String(2);
    for (std::string_view scope : Split(row.Text(3), ' ')) token.scopes.emplace_back(scope);
    token.created_at = row.Time(4);
    token.expires_at = row.OptTime(5);
    token.last_used_at = row.OptTime(6);
    tokens.push_back(std::move(token));
  }
  return tokens;
}

Result<void> Store::DeleteToken(sql::Tx& tx, UserId user, std::int64_t id) const {
  GH_TRY(std::int64_t deleted, tx.Exec(sqls::kDeleteToken, {user, id}));
  if (deleted == 0) return Fail(Code::kNotFound, kTokenNotFound);
  return {};
}

Result<Store::FoundToken> Store::FindToken(sql::Tx& tx, std::string_view token) const {
  if (!LooksLikeToken(token)) return TokenInvalid("checksum");
  std::string hash = crypto::Sha256Hex(token);
  GH_TRY(sql::Rows rows, tx.Query(sqls::kFindToken, {hash}));
  if (rows.empty()) return TokenInvalid("unknown");
  sql::Row row = rows.front();
  if (auto expires_at = row.OptTime(3); expires_at && *expires_at <= clock_.Now()) {
    return TokenInvalid("expired");
  }
  GH_TRY(users::User user, users::Store(clock_, ids_, rng_).Find(tx, row.As<UserId>(1)));
  if (!user.is_active) return TokenInvalid("user is inactive");
  FoundToken found{
      .id = row.Int(0), .scopes = {}, .last_used_at = row.OptTime(4), .user = std::move(user)};
  for (std::string_view scope : Split(row.Text(2), ' ')) found.scopes.emplace_back(scope);
  return found;
}

Result<void> Store::TouchToken(sql::Tx& tx, std::int64_t id) const {
  GH_TRY_VOID(tx.Exec(sqls::kTouchToken, {id, clock_.Now()}));
  return {};
}

}  // namespace gatehouse::authn
