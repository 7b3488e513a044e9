#include "control/authn/factors/store.h"

#include "base/bytes.h"
#include "control/authn/factors/policy.h"
#include "control/authn/factors/sealed.h"
#include "control/authn/factors/statements.h"
#include "platform/crypto/hash.h"
#include "platform/ratelimit/ratelimit.h"

namespace gatehouse::factors {
namespace {

constexpr ratelimit::Limit kWindow{5, std::chrono::minutes(15)};
constexpr std::int64_t kInARow = 100;
constexpr Duration kMaxClockAhead = std::chrono::minutes(5);

std::string_view PurposeName(Purpose purpose) {
  switch (purpose) {
    case Purpose::kTotp:
      return "totp";
    case Purpose::kCreate:
      return "webauthn-create";
    case Purpose::kLogin:
      return "webauthn-login";
    case Purpose::kStepUp:
      return "webauthn-step-up";
    case Purpose::kPasskeyUsed:
      return "passkey-used";
  }
  return "";
}

std::string WindowBucket(UserId user, Kind kind) {
  return "factor:" + std::string(KindName(kind)) + ":" + user.ToString();
}

}  // namespace

std::string_view KindName(Kind kind) {
  switch (kind) {
    case Kind::kTotp:
      return "totp";
    case Kind::kWebAuthn:
      return "webauthn";
    case Kind::kRecovery:
      return "recovery";
  }
  return "";
}

Store::Store(const Clock& clock, IdGenerator& ids, Rng& rng, const crypto::KeyRing& keys)
    : clock_(clock),
      ids_(ids),
      rng_(rng),
      keys_(keys),
      recovery_key_(keys.DeriveKey("recovery-codes")) {}

// ---- authenticators -----------------------------------------------------------------------------

Result<std::vector<Factor>> Store::List(sql::Tx& tx, UserId user) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kList, {user}));
  std::vector<Factor> factors;
  for (sql::Row row : rows) {
    factors.push_back({.id = row.As<AuthenticatorId>(0),
                       .kind = row.Text(1) == "totp" ? Kind::kTotp : Kind::kWebAuthn,
                       .name = row.String(2),
                       .is_passkey = row.Bool(3),
                       .created_at = row.Time(4),
                       .last_used_at = row.OptTime(5)});
  }
  return factors;
}

Result<std::vector<std::string>> Store::CredentialIds(sql::Tx& tx, UserId user) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kList, {user}));
  std::vector<std::string> ids;
  for (sql::Row row : rows) {
    if (auto id = row.OptString(6)) ids.push_back(std::move(*id));
  }
  return ids;
}

Result<std::optional<Authenticator>> Store::Load(const sql::Rows& rows) const {
  if (rows.empty()) return std::nullopt;
  sql::Row row = rows.front();
  Authenticator found{.id = row.As<AuthenticatorId>(0),
                      .user = row.As<UserId>(1),
                      .secret = {},
                      .counter = static_cast<std::uint32_t>(row.Int(3)),
                      .is_passkey = row.Bool(4),
                      .name = row.String(5)};
  GH_TRY(found.secret, keys_.Open(kSealPurpose, SecretBinding(found.id), row.Text(2)));
  return found;
}

Result<std::optional<Authenticator>> Store::FindTotp(sql::Tx& tx, UserId user) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kFindTotp, {user}));
  return Load(rows);
}

Result<std::optional<Authenticator>> Store::FindCredential(sql::Tx& tx,
                                                           std::string_view credential_id) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kFindCredential, {credential_id}));
  return Load(rows);
}

Result<void> Store::Insert(sql::Tx& tx, UserId user, Kind kind, std::string_view name,
                           std::string_view secret, std::optional<std::string> credential_id,
                           std::int64_t counter, bool is_passkey) const {
  auto id = ids_.Next<AuthenticatorId>();
  std::string sealed = keys_.Seal(kSealPurpose, SecretBinding(id), secret);
  GH_TRY_VOID(tx.Exec(sqls::kInsert, {id, user, KindName(kind), name, sealed, credential_id,
                                      counter, is_passkey, clock_.Now()}));
  return {};
}

Result<void> Store::AddTotp(sql::Tx& tx, UserId user, std::string_view secret,
                            std::int64_t used_step) const {
  return Insert(tx, user, Kind::kTotp, "Authenticator app", secret, {}, used_step, false);
}

Result<void> Store::AddWebAuthn(sql::Tx& tx, UserId user, std::string_view name,
                                std::string_view credential_id, std::string_view public_key,
                                std::uint32_t counter, bool is_passkey) const {
  return Insert(tx, user, Kind::kWebAuthn, name, public_key, std::string(credential_id), counter,
                is_passkey);
}

Result<bool> Store::UseTotp(sql::Tx& tx, UserId user, AuthenticatorId id, std::int64_t step) const {
  GH_TRY(std::int64_t changed, tx.Exec(sqls::kUseTotp, {user, id, step, clock_.Now()}));
  return changed == 1;
}

Result<bool> Store::UseWebAuthn(sql::Tx& tx, UserId user, AuthenticatorId id,
                                std::uint32_t counter) const {
  GH_TRY(std::int64_t changed, tx.Exec(sqls::kUseWebauthn, {user, id, counter, clock_.Now()}));
  return changed == 1;
}

Result<bool> Store::Rename(sql::Tx& tx, UserId user, AuthenticatorId id,
                           std::string_view name) const {
  GH_TRY(std::int64_t changed, tx.Exec(sqls::kRename, {user, id, name}));
  return changed == 1;
}

Result<bool> Store::Delete(sql::Tx& tx, UserId user, AuthenticatorId id) const {
  GH_TRY(std::int64_t changed, tx.Exec(sqls::kDelete, {user, id}));
  return changed == 1;
}

Result<void> Store::DeleteEverything(sql::Tx& tx, UserId user) const {
  GH_TRY_VOID(tx.Exec(sqls::kDeleteAll, {user}));
  GH_TRY_VOID(tx.Exec(sqls::kDeleteRecovery, {user}));
  GH_TRY_VOID(tx.Exec(sqls::kDeleteCeremoniesOfUser, {user}));
  for (Kind kind : {Kind::kTotp, Kind::kWebAuthn, Kind::kRecovery}) {
    GH_TRY_VOID(ClearTries(tx, user, kind));
  }
  return {};
}

// ---- recovery codes -----------------------------------------------------------------------------

std::string Store::RecoveryHash(UserId user, std::string_view canonical) const {
  return HexEncode(
      crypto::HmacSha256(recovery_key_, user.ToString() + ":" + std::string(canonical)));
}

Result<std::vector<std::string>> Store::ReplaceRecoveryCodes(sql::Tx& tx, UserId user) const {
  GH_TRY_VOID(tx.Exec(sqls::kDeleteRecovery, {user}));
  std::vector<std::string> codes;
  while (codes.size() < kRecoveryCodes) {
    codes.push_back(NewRecoveryCode(rng_));
    std::string hash = RecoveryHash(user, CanonicalRecoveryCode(codes.back()));
    GH_TRY_VOID(tx.Exec(sqls::kInsertRecovery, {user, hash, clock_.Now()}));
  }
  GH_TRY_VOID(ClearTries(tx, user, Kind::kRecovery));
  return codes;
}

Result<std::pair<std::int64_t, std::optional<Timestamp>>> Store::CountRecoveryCodes(
    sql::Tx& tx, UserId user) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kCountRecovery, {user}));
  return std::pair(rows.front().Int(0), rows.front().OptTime(1));
}

Result<bool> Store::UseRecoveryCode(sql::Tx& tx, UserId user, std::string_view typed) const {
  std::string canonical = CanonicalRecoveryCode(typed);
  if (canonical.empty()) return false;
  std::string hash = RecoveryHash(user, canonical);
  GH_TRY(std::int64_t used, tx.Exec(sqls::kUseRecovery, {user, hash, clock_.Now()}));
  return used == 1;
}

// ---- ceremonies ---------------------------------------------------------------------------------

Result<void> Store::PutCeremony(sql::Tx& tx, Purpose purpose, std::string_view bound_to,
                                std::optional<UserId> user, std::string_view data,
                                Duration life) const {
  Timestamp now = clock_.Now();
  GH_TRY_VOID(tx.Exec(sqls::kPutCeremony, {ids_.NextValue(), PurposeName(purpose), user, bound_to,
                                           data, now, now + life}));
  return {};
}

Result<bool> Store::PutCeremonyOnce(sql::Tx& tx, Purpose purpose, std::string_view bound_to,
                                    Duration life) const {
  Timestamp now = clock_.Now();
  GH_TRY(std::int64_t added,
         tx.Exec(sqls::kPutCeremonyOnce,
                 {ids_.NextValue(), PurposeName(purpose), nullptr, bound_to, "", now, now + life}));
  return added == 1;
}

namespace {

std::optional<Ceremony> LiveCeremony(const sql::Rows& rows, Timestamp now) {
  if (rows.empty()) return std::nullopt;
  sql::Row row = rows.front();
  if (row.Time(3) <= now || row.Time(2) > now + kMaxClockAhead) return std::nullopt;
  return Ceremony{.user = row.OptAs<UserId>(0), .data = row.String(1)};
}

}  // namespace

Result<std::optional<Ceremony>> Store::TakeCeremony(sql::Tx& tx, Purpose purpose,
                                                    std::string_view bound_to) const {
  GH_TRY(sql::Rows rows, tx.Query(sqls::kTakeCeremony, {bound_to, PurposeName(purpose)}));
  return LiveCeremony(rows, clock_.Now());
}

Result<std::int64_t> Store::DeleteExpiredCeremonies(sql::Tx& tx) const {
  return tx.Exec(sqls::kDeleteExpiredCeremonies, {clock_.Now()});
}

std::string Store::SealEnrolment(std::string_view bound_to, std::string_view secret) const {
  return keys_.Seal(kSealPurpose, EnrolmentBinding(bound_to), secret);
}

Result<std::string> Store::OpenEnrolment(std::string_view bound_to, std::string_view sealed) const {
  return keys_.Open(kSealPurpose, EnrolmentBinding(bound_to), sealed);
}

// ---- tries --------------------------------------------------------------------------------------

Result<bool> Store::TakeTry(sql::Tx& tx, UserId user, Kind kind) const {
  GH_TRY(ratelimit::Verdict verdict,
         ratelimit::RateLimiter().Take(tx, WindowBucket(user, kind), kWindow, clock_.Now()));
  if (!verdict.allowed) return false;
  // Windows end and are swept; this count ends with a success only.
  GH_TRY(sql::Rows rows, tx.Query(sqls::kTakeTry, {user, KindName(kind), kInARow}));
  return rows.front().Int(0) <= kInARow;
}

Result<void> Store::ClearTries(sql::Tx& tx, UserId user, Kind kind) const {
  GH_TRY_VOID(ratelimit::RateLimiter().Reset(tx, WindowBucket(user, kind)));
  GH_TRY_VOID(tx.Exec(sqls::kClearTries, {user, KindName(kind)}));
  return {};
}

}  // namespace gatehouse::factors
