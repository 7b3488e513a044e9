// From a first proof to a session: at once, or after the second factor.

#include "base/text.h"
#include "control/authn/authn.h"
#include "control/authn/errors.h"
#include "control/authn/proofs.h"
#include "control/authn/statements.h"
#include "platform/crypto/hash.h"

namespace gatehouse::authn {
namespace {

constexpr std::size_t kMaxNext = 2048;

std::unexpected<Error> PendingInvalid(std::string why) {
  return Fail(Code::kUnauthenticated, kPendingLoginInvalid, std::move(why));
}

std::string NamesOf(const std::vector<Proof>& proofs) {
  std::vector<std::string> names;
  for (const Proof& proof : proofs) names.emplace_back(ProofName(proof.kind));
  return Join(names, " ");
}

}  // namespace

Result<LoginOutcome> Store::Begin(sql::Tx& tx, const users::User& user, const Proof& proof,
                                  std::optional<SessionId> previous, std::string_view ip,
                                  std::string_view user_agent, std::string_view next,
                                  bool vouched_second_factor,
                                  std::string_view correlation_id) const {
  if (!user.is_active) return Fail(Code::kPermissionDenied, kAccountInactive);
  LoginOutcome outcome;
  // A provider vouches for what its proof opens: its organization.
  bool vouched = vouched_second_factor && proof.kind == ProofKind::kSso;
  bool enough = !user.has_2fa || vouched || IsFactor(proof.kind);
  if (!enough && previous) {
    GH_TRY(auto before, Carried(tx, *previous, user.id, user.session_epoch, /*take=*/false));
    enough = before && before->FactorProof() != nullptr;
  }
  if (enough) {
    GH_TRY(outcome.session,
           CreateWithProofs(tx, user, {proof}, previous, ip, user_agent, correlation_id));
    return outcome;
  }
  outcome.pending_token = rng_.Token(32);
  std::string hash = crypto::Sha256Hex(outcome.pending_token);
  std::string serialized = SerializeProofs({proof});
  Timestamp now = clock_.Now();
  GH_TRY_VOID(
      tx.Exec(sqls::kInsertPending,
              {ids_.NextValue(), hash, user.id, user.session_epoch, serialized, previous,
               next.size() <= kMaxNext ? next : std::string_view(), now, now + kPendingLife}));
  return outcome;
}

Result<IssuedSession> Store::CreateWithProofs(sql::Tx& tx, const users::User& user,
                                              const std::vector<Proof>& proofs,
                                              std::optional<SessionId> previous,
                                              std::string_view ip, std::string_view user_agent,
                                              std::string_view correlation_id) const {
  std::optional<Session> before;
  if (previous) {
    GH_TRY(before, Carried(tx, *previous, user.id, user.session_epoch, /*take=*/true));
  }
  GH_TRY(IssuedSession issued,
         Issue(tx, user, proofs, std::move(before), /*keep_end=*/false, ip, user_agent));
  GH_TRY_VOID(users::Store(clock_, ids_, rng_).TouchLogin(tx, user.id));
  AccountEvent event;
  event.user = user.id;
  event.kind = "login";
  event.detail = NamesOf(proofs);
  event.ip = ip;
  event.user_agent = user_agent;
  event.correlation_id = correlation_id;
  GH_TRY_VOID(RecordEvent(tx, event));
  return issued;
}

Result<PendingLogin> Store::LoadPending(sql::Tx& tx, const sql::Row& row) const {
  PendingLogin pending;
  pending.id = row.Int(0);
  pending.epoch = row.Int(2);
  GH_TRY(std::vector<Proof> proofs, ParseProofs(row.Text(3)));
  if (proofs.size() != 1) return Fail(Code::kDataLoss, "internal", "a pending login without proof");
  pending.proof = proofs.front();
  pending.previous = row.OptAs<SessionId>(4);
  pending.next = row.String(5);
  Timestamp created_at = row.Time(6);
  pending.expires_at = row.Time(7);
  Timestamp now = clock_.Now();
  if (pending.expires_at <= now || created_at > now + kMaxClockAhead) {
    return PendingInvalid("expired");
  }
  GH_TRY(pending.user, users::Store(clock_, ids_, rng_).Find(tx, row.As<UserId>(1)));
  if (!pending.user.is_active) return PendingInvalid("user is inactive");
  if (pending.epoch != pending.user.session_epoch) return PendingInvalid("epoch has passed");
  return pending;
}

Result<PendingLogin> Store::FindPending(sql::Tx& tx, std::string_view token) const {
  if (!LooksLikeSession(token)) return PendingInvalid("not a token");
  std::string hash = crypto::Sha256Hex(token);
  GH_TRY(sql::Rows rows, tx.Query(sqls::kFindPending, {hash}));
  if (rows.empty()) return PendingInvalid("unknown");
  return LoadPending(tx, rows.front());
}

Result<PendingLogin> Store::TakePending(sql::Tx& tx, std::string_view token) const {
  if (!LooksLikeSession(token)) return PendingInvalid("not a token");
  std::string hash = crypto::Sha256Hex(token);
  GH_TRY(sql::Rows rows, tx.Query(sqls::kTakePending, {hash}));
  if (rows.empty()) return PendingInvalid("unknown");
  return LoadPending(tx, rows.front());
}

}  // namespace gatehouse::authn
