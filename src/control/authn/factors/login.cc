// Answers to a challenge: the second step of a log-in, a passkey, a step-up.

#include "base/bytes.h"
#include "control/authn/errors.h"
#include "control/authn/factors/errors.h"
#include "control/authn/factors/options.h"
#include "control/authn/factors/service_impl.h"
#include "control/users/errors.h"
#include "platform/crypto/otp.h"
#include "platform/ratelimit/ratelimit.h"

namespace gatehouse::factors {
namespace {

// What the log and the history say where the caller hears less: details of kOtpInvalid and
// users::kLoginFailed.
constexpr std::string_view kReplay = "otp_replay";
constexpr std::string_view kNoPasskey = "not_a_passkey";
// A flood of tries at a locked factor is one line of the history, not thousands.
constexpr ratelimit::Limit kLockedNotes{1, std::chrono::minutes(15)};

std::string PendingBinding(std::int64_t pending) { return "pending:" + std::to_string(pending); }
std::unexpected<Error> PendingInvalid(std::string why) {
  return Fail(Code::kUnauthenticated, authn::kPendingLoginInvalid, std::move(why));
}

}  // namespace

// ---- judging an answer
// ----------------------------------------------------------------------------

Task<ServiceImpl::Attempt> ServiceImpl::Prepare(UserId user, Answer answer, Purpose purpose,
                                                std::string bound_to, users::ClientInfo client) {
  struct Taken {
    bool allowed = false;
    std::optional<Ceremony> ceremony;
  };
  auto take = [&](sql::Tx& tx) -> Result<Taken> {
    Taken taken;
    GH_TRY(taken.allowed, store_.TakeTry(tx, user, answer.kind));
    if (taken.allowed && answer.kind == Kind::kWebAuthn) {
      // Gone whatever comes of it: a challenge is answered once.
      GH_TRY(taken.ceremony, store_.TakeCeremony(tx, purpose, bound_to));
    }
    return taken;
  };
  GH_CO_TRY(Taken taken, co_await parts_.db.Write(take));
  Kind kind = answer.kind;
  if (!taken.allowed) {
    Error locked{Code::kResourceExhausted, kOtpLocked, {}};
    GH_CO_TRY_VOID(co_await Refused(user, kind, locked, std::move(client)));
    co_return std::unexpected(std::move(locked));
  }
  if (kind != Kind::kWebAuthn) {
    co_return Attempt{.kind = kind, .code = std::move(answer.code), .key = {}, .counter = 0};
  }
  auto attempt = co_await PrepareWebAuthn(user, std::move(answer), std::move(taken.ceremony));
  if (!attempt) {
    GH_CO_TRY_VOID(co_await Refused(user, kind, attempt.error(), std::move(client)));
  }
  co_return attempt;
}

Task<ServiceImpl::Attempt> ServiceImpl::PrepareWebAuthn(UserId user, Answer answer,
                                                        std::optional<Ceremony> ceremony) {
  if (!ceremony || ceremony->user != user) {
    co_return Fail(Code::kPermissionDenied, kWebauthnChallenge, "none is waiting");
  }
  auto challenge = Base64UrlDecode(ceremony->data);
  if (!challenge) co_return Fail(Code::kDataLoss, "internal", "a challenge cannot be read");
  GH_CO_TRY(crypto::webauthn::Assertion assertion,
            crypto::webauthn::ParseAssertion(answer.response_json));
  auto find = [&](sql::Tx& tx) {
    return store_.FindCredential(tx, Base64UrlEncode(assertion.credential_id));
  };
  GH_CO_TRY(auto key, co_await parts_.db.Lookup(find));
  if (!key || key->user != user) {
    co_return Fail(Code::kPermissionDenied, kWebauthnSignature, "no key of the account");
  }
  if (!assertion.user_handle.empty() && assertion.user_handle != UserHandle(user)) {
    co_return Fail(Code::kPermissionDenied, kWebauthnSignature, "another user handle");
  }
  GH_CO_TRY(crypto::webauthn::Verified verified,
            crypto::webauthn::VerifyAssertion(Expect(std::move(*challenge), false), key->secret,
                                              assertion));
  co_return Attempt{
      .kind = Kind::kWebAuthn, .code = {}, .key = key->id, .counter = verified.counter};
}

Result<authn::Proof> ServiceImpl::Use(sql::Tx& tx, const users::User& user, const Attempt& attempt,
                                      const users::ClientInfo& client) const {
  authn::Proof proof;
  proof.at = parts_.clock.Now();
  switch (attempt.kind) {
    case Kind::kTotp: {
      proof.kind = authn::ProofKind::kTotp;
      GH_TRY(auto totp, store_.FindTotp(tx, user.id));
      auto step = totp ? crypto::MatchTotp(totp->secret, attempt.code, parts_.clock.Now())
                       : std::optional<std::int64_t>();
      if (!step) return Fail(Code::kPermissionDenied, kOtpInvalid);
      GH_TRY(bool used, store_.UseTotp(tx, user.id, totp->id, *step));
      if (!used) return Fail(Code::kPermissionDenied, kOtpInvalid, std::string(kReplay));
      break;
    }
    case Kind::kRecovery: {
      proof.kind = authn::ProofKind::kRecoveryCode;
      GH_TRY(bool used, store_.UseRecoveryCode(tx, user.id, attempt.code));
      if (!used) return Fail(Code::kPermissionDenied, kRecoveryInvalid);
      GH_TRY(auto left, store_.CountRecoveryCodes(tx, user.id));
      GH_TRY_VOID(Send(tx, user,
                       MailOf(Change::kRecoveryCodeUsed, Kind::kRecovery, client.ip, left.first)));
      break;
    }
    case Kind::kWebAuthn: {
      proof.kind = authn::ProofKind::kWebAuthn;
      GH_TRY(bool advanced, store_.UseWebAuthn(tx, user.id, attempt.key, attempt.counter));
      if (!advanced) return Fail(Code::kPermissionDenied, kWebauthnCounter);
      break;
    }
  }
  GH_TRY_VOID(store_.ClearTries(tx, user.id, attempt.kind));
  return proof;
}

Task<void> ServiceImpl::Refused(UserId user, Kind kind, Error error, users::ClientInfo client) {
  switch (error.code) {
    case Code::kPermissionDenied:
    case Code::kResourceExhausted:
    case Code::kInvalidArgument:
      break;
    default:
      co_return Result<void>();  // nothing was judged
  }
  // Other details may quote the answer.
  bool says_less = error.Is(kOtpInvalid) || error.Is(users::kLoginFailed);
  std::string reason(says_less && !error.detail.empty() ? std::string_view(error.detail)
                                                        : error.reason);
  if (error.Is(kOtpLocked)) {
    std::string bucket = "factor-note:" + std::string(KindName(kind)) + ":" + user.ToString();
    auto first = [&](sql::Tx& tx) -> Result<bool> {
      GH_TRY(ratelimit::Verdict verdict,
             ratelimit::RateLimiter().Take(tx, bucket, kLockedNotes, parts_.clock.Now()));
      return verdict.allowed;
    };
    GH_CO_TRY(bool is_first, co_await parts_.db.Write(first));
    if (!is_first) co_return Result<void>();
  }
  co_return co_await RecordRefusal(user, kind, std::move(reason), std::move(client));
}

Task<void> ServiceImpl::RecordRefusal(UserId user, Kind kind, std::string reason,
                                      users::ClientInfo client) {
  auto write = [&](sql::Tx& tx) -> Result<void> {
    audit::Entry entry{.organization = {},
                       .event = audit::Event::kAuthRefused,
                       .actor = {},
                       .actor_label = {},
                       .target_object = {},
                       .target_user = user,
                       .ip = client.ip,
                       .data = {},
                       .correlation_id = client.correlation_id};
    entry.data["reason"] = reason;
    entry.data["kind"] = KindName(kind);
    GH_TRY_VOID(parts_.audit.Record(tx, entry));
    return Note(tx, user, "login-refused", reason, client);
  };
  co_return co_await parts_.db.Write(write);
}

// ---- after a first proof
// --------------------------------------------------------------------------

Task<Challenge> ServiceImpl::GetChallenge(std::string pending_token) {
  auto write = [&](sql::Tx& tx) -> Result<Challenge> {
    GH_TRY(authn::PendingLogin pending, parts_.sessions.FindPending(tx, pending_token));
    UserId user = pending.user.id;
    GH_TRY(std::vector<Factor> factors, store_.List(tx, user));
    if (factors.empty()) return PendingInvalid("no factor is left");
    Challenge challenge;
    challenge.user_label = pending.user.Display();
    challenge.expires_at = pending.expires_at;
    GH_TRY(std::vector<std::string> keys, store_.CredentialIds(tx, user));
    if (!keys.empty()) {
      challenge.kinds.push_back(Kind::kWebAuthn);
      GH_TRY(std::string secret,
             NewChallenge(tx, Purpose::kLogin, PendingBinding(pending.id), user));
      challenge.options_json = RequestOptionsJson(rp_, secret, keys, false);
    }
    if (factors.size() > keys.size()) challenge.kinds.push_back(Kind::kTotp);
    GH_TRY(auto recovery, store_.CountRecoveryCodes(tx, user));
    if (recovery.first > 0) challenge.kinds.push_back(Kind::kRecovery);
    return challenge;
  };
  co_return co_await parts_.db.Write(write);
}

Task<LoggedIn> ServiceImpl::FinishLogin(std::string pending_token, Answer answer,
                                        users::ClientInfo client) {
  auto find = [&](sql::Tx& tx) { return parts_.sessions.FindPending(tx, pending_token); };
  GH_CO_TRY(authn::PendingLogin pending, co_await parts_.db.Lookup(find));
  UserId user = pending.user.id;
  GH_CO_TRY(Attempt attempt, co_await Prepare(user, std::move(answer), Purpose::kLogin,
                                              PendingBinding(pending.id), client));
  auto write = [&](sql::Tx& tx) -> Result<LoggedIn> {
    // An error rolls this back: a mistyped code does not end the log-in.
    GH_TRY(authn::PendingLogin taken, parts_.sessions.TakePending(tx, pending_token));
    GH_TRY(authn::Proof proof, Use(tx, taken.user, attempt, client));
    std::vector<authn::Proof> proofs{taken.proof, proof};
    LoggedIn done;
    GH_TRY(done.session,
           parts_.sessions.CreateWithProofs(tx, taken.user, proofs, taken.previous, client.ip,
                                            client.user_agent, client.correlation_id));
    done.next = std::move(taken.next);
    return done;
  };
  auto done = co_await parts_.db.Write(write);
  if (!done) {
    GH_CO_TRY_VOID(co_await Refused(user, attempt.kind, done.error(), std::move(client)));
    co_return std::unexpected(std::move(done).error());
  }
  // The session before may have been another user's.
  if (pending.previous) parts_.authn.ForgetAll();
  parts_.authn.Forget(user);
  co_return std::move(*done);
}

// ---- passkeys
// -------------------------------------------------------------------------------------

Task<std::string> ServiceImpl::BeginPasskey(std::string browser) {
  std::string challenge =
      SealPasskeyChallenge(passkey_key_, browser, parts_.clock.Now(), parts_.rng);
  co_return RequestOptionsJson(rp_, Base64UrlEncode(challenge), {}, true);
}

Task<LoggedIn> ServiceImpl::FinishPasskey(std::string browser, std::string response_json,
                                          std::optional<SessionId> previous,
                                          users::ClientInfo client) {
  GH_CO_TRY(crypto::webauthn::Assertion assertion, crypto::webauthn::ParseAssertion(response_json));
  if (!IsPasskeyChallenge(passkey_key_, browser, assertion.challenge, parts_.clock.Now())) {
    co_return Fail(Code::kPermissionDenied, kWebauthnChallenge);
  }
  auto find = [&](sql::Tx& tx) {
    return store_.FindCredential(tx, Base64UrlEncode(assertion.credential_id));
  };
  GH_CO_TRY(auto key, co_await parts_.db.Lookup(find));
  if (!key) co_return Fail(Code::kUnauthenticated, users::kLoginFailed, "unknown credential");

  enum class Start { kGo, kLocked, kReused };
  auto take = [&](sql::Tx& tx) -> Result<Start> {
    GH_TRY(bool allowed, store_.TakeTry(tx, key->user, Kind::kWebAuthn));
    if (!allowed) return Start::kLocked;
    // Three lives: a challenge that a clock set back revives is still known.
    GH_TRY(bool first, store_.PutCeremonyOnce(tx, Purpose::kPasskeyUsed,
                                              "challenge:" + Base64UrlEncode(assertion.challenge),
                                              3 * kChallengeLife));
    return first ? Start::kGo : Start::kReused;
  };
  GH_CO_TRY(Start start, co_await parts_.db.Write(take));

  auto judge = [&]() -> Result<Attempt> {
    if (start == Start::kLocked) return Fail(Code::kResourceExhausted, kOtpLocked);
    if (start == Start::kReused) {
      return Fail(Code::kPermissionDenied, kWebauthnChallenge, "used before");
    }
    if (!key->is_passkey) {
      return Fail(Code::kPermissionDenied, users::kLoginFailed, std::string(kNoPasskey));
    }
    if (!assertion.user_handle.empty() && assertion.user_handle != UserHandle(key->user)) {
      return Fail(Code::kPermissionDenied, kWebauthnSignature, "another user handle");
    }
    GH_TRY(crypto::webauthn::Verified verified,
           crypto::webauthn::VerifyAssertion(Expect(assertion.challenge, true), key->secret,
                                             assertion));
    return Attempt{
        .kind = Kind::kWebAuthn, .code = {}, .key = key->id, .counter = verified.counter};
  };
  Result<Attempt> attempt = judge();
  Result<LoggedIn> done = std::unexpected(Error{});
  if (attempt) {
    auto write = [&](sql::Tx& tx) -> Result<LoggedIn> {
      GH_TRY(users::User user, parts_.users.Find(tx, key->user));
      if (!user.is_active) {
        return Fail(Code::kPermissionDenied, users::kLoginFailed,
                    std::string(authn::kAccountInactive));
      }
      GH_TRY(authn::Proof proof, Use(tx, user, *attempt, client));
      proof.kind = authn::ProofKind::kPasskey;
      std::vector<authn::Proof> proofs{proof};
      LoggedIn logged_in;
      GH_TRY(logged_in.session,
             parts_.sessions.CreateWithProofs(tx, user, proofs, previous, client.ip,
                                              client.user_agent, client.correlation_id));
      return logged_in;
    };
    done = co_await parts_.db.Write(write);
  } else {
    done = std::unexpected(attempt.error());
  }
  if (!done) {
    Error error = std::move(done).error();
    GH_CO_TRY_VOID(co_await Refused(key->user, Kind::kWebAuthn, error, std::move(client)));
    // Whose account it is, and that it is inactive, is nobody's business.
    if (error.Is(users::kLoginFailed)) error.code = Code::kUnauthenticated;
    co_return std::unexpected(std::move(error));
  }
  if (previous) parts_.authn.ForgetAll();
  parts_.authn.Forget(key->user);
  co_return std::move(*done);
}

// ---- step-up
// --------------------------------------------------------------------------------------

Task<std::string> ServiceImpl::BeginStepUp(Caller caller) {
  if (!caller.principal.session) co_return Fail(Code::kUnauthenticated, authn::kSessionInvalid);
  UserId user = caller.principal.user.id;
  std::string bound_to = SessionBinding(caller.principal.session->id);
  auto write = [&](sql::Tx& tx) -> Result<std::string> {
    GH_TRY(std::vector<std::string> keys, store_.CredentialIds(tx, user));
    if (keys.empty()) return std::string();
    GH_TRY(std::string challenge, NewChallenge(tx, Purpose::kStepUp, bound_to, user));
    return RequestOptionsJson(rp_, challenge, keys, false);
  };
  co_return co_await parts_.db.Write(write);
}

Task<authn::IssuedSession> ServiceImpl::StepUp(Caller caller, Answer answer) {
  if (!caller.principal.session) co_return Fail(Code::kUnauthenticated, authn::kSessionInvalid);
  SessionId session = caller.principal.session->id;
  UserId id = caller.principal.user.id;
  users::ClientInfo client{
      .ip = caller.ip, .user_agent = caller.user_agent, .correlation_id = caller.correlation_id};
  GH_CO_TRY(Attempt attempt, co_await Prepare(id, std::move(answer), Purpose::kStepUp,
                                              SessionBinding(session), client));
  auto write = [&](sql::Tx& tx) -> Result<authn::IssuedSession> {
    GH_TRY(users::User user, parts_.users.Find(tx, id));
    GH_TRY(authn::Proof proof, Use(tx, user, attempt, client));
    std::vector<authn::Proof> proofs{proof};
    return parts_.sessions.Renew(tx, user, proofs, session, client.ip, client.user_agent);
  };
  auto issued = co_await parts_.db.Write(write);
  if (!issued) {
    GH_CO_TRY_VOID(co_await Refused(id, attempt.kind, issued.error(), std::move(client)));
    co_return std::unexpected(std::move(issued).error());
  }
  parts_.authn.Forget(id);
  co_return std::move(*issued);
}

}  // namespace gatehouse::factors
