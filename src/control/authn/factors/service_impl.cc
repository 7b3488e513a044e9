#include "control/authn/factors/service_impl.h"

#include "base/bytes.h"
#include "control/authn/errors.h"
#include "control/authn/factors/errors.h"
#include "control/authn/factors/options.h"
#include "control/users/errors.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/otp.h"
#include "platform/html/qr.h"
#include "platform/ratelimit/ratelimit.h"
#include "platform/sql/errors.h"

namespace gatehouse::factors {
namespace {

constexpr ratelimit::Limit kEnrolments{10, std::chrono::hours(24)};
constexpr std::string_view kIssuer = "Gatehouse";

std::string_view Words(Kind kind) {
  switch (kind) {
    case Kind::kTotp:
      return "an authenticator app";
    case Kind::kWebAuthn:
      return "a security key or passkey";
    case Kind::kRecovery:
      return "recovery codes";
  }
  return "";
}

users::ClientInfo ClientOf(const Caller& caller) {
  return {
      .ip = caller.ip, .user_agent = caller.user_agent, .correlation_id = caller.correlation_id};
}

const std::string& AccountLabel(const users::User& user) {
  return user.email.empty() ? user.username : user.email;
}

// A parallel request was faster.
Error Taken(Error error, std::string_view reason) {
  if (error.Is(sql::kUniqueViolation)) return Error{Code::kAlreadyExists, reason, "at commit"};
  return error;
}

}  // namespace

ServiceImpl::ServiceImpl(ServiceParts parts, std::string base_url)
    : parts_(parts),
      base_url_(std::move(base_url)),
      rp_(RelyingPartyOf(base_url_)),
      store_(parts.clock, parts.ids, parts.rng, parts.keys),
      handle_key_(parts.keys.DeriveKey("webauthn-user-handle")),
      passkey_key_(parts.keys.DeriveKey("passkey-challenge")) {}

Task<Overview> ServiceImpl::List(UserId user) {
  auto read = [this, user](sql::Tx& tx) -> Result<Overview> {
    Overview overview;
    GH_TRY(overview.factors, store_.List(tx, user));
    GH_TRY(auto recovery, store_.CountRecoveryCodes(tx, user));
    std::tie(overview.recovery_left, overview.recovery_created_at) = recovery;
    return overview;
  };
  co_return co_await parts_.db.Read(read);
}

Task<std::int64_t> ServiceImpl::DeleteExpired() {
  auto write = [this](sql::Tx& tx) { return store_.DeleteExpiredCeremonies(tx); };
  co_return co_await parts_.db.Write(write);
}

// ---- what every change needs
// ----------------------------------------------------------------------

Result<SessionId> ServiceImpl::FreshSession(const Caller& caller) const {
  // An API token changes nothing that protects its account.
  if (!caller.principal.session) return Fail(Code::kUnauthenticated, authn::kSessionInvalid);
  if (!caller.principal.session->IsFresh(parts_.clock.Now())) {
    return Fail(Code::kUnauthenticated, authn::kSudoRequired);
  }
  return caller.principal.session->id;
}

Task<SessionId> ServiceImpl::BeginEnrolment(Caller caller, Kind kind) {
  GH_CO_TRY(SessionId session, FreshSession(caller));
  UserId user = caller.principal.user.id;
  auto take = [this, user, kind](sql::Tx& tx) -> Result<Error> {
    GH_TRY(users::User owner, parts_.users.Find(tx, user));
    if (!owner.email_verified) {
      return Error{Code::kFailedPrecondition, users::kEmailUnverified, {}};
    }
    GH_TRY(std::vector<Factor> factors, store_.List(tx, user));
    auto is_totp = [](const Factor& factor) { return factor.kind == Kind::kTotp; };
    if (kind == Kind::kTotp && std::ranges::any_of(factors, is_totp)) {
      return Error{Code::kFailedPrecondition, kAlreadyEnrolled, {}};
    }
    if (factors.size() >= kMaxFactors) return Error{Code::kFailedPrecondition, kTooManyFactors, {}};
    std::string bucket = "enrol:" + std::string(KindName(kind)) + ":" + user.ToString();
    GH_TRY(ratelimit::Verdict verdict,
           ratelimit::RateLimiter().Take(tx, bucket, kEnrolments, parts_.clock.Now()));
    if (!verdict.allowed) return Error{Code::kResourceExhausted, users::kRateLimited, {}};
    return Error{};
  };
  // A refusal is a value: an error would roll the count back.
  GH_CO_TRY(Error refusal, co_await parts_.db.Write(take));
  if (!refusal.reason.empty()) co_return std::unexpected(std::move(refusal));
  co_return session;
}

mail::Composed ServiceImpl::MailOf(Change change, Kind kind, std::string_view ip,
                                   std::int64_t left) const {
  return ChangeMail(change, Words(kind), left, base_url_, parts_.clock.Now(), ip);
}

Result<void> ServiceImpl::Send(sql::Tx& tx, const users::User& user,
                               const mail::Composed& mail) const {
  if (user.email.empty()) return {};
  std::string id = "factors-" + std::to_string(parts_.ids.NextValue());
  json::Object payload = mail::Payload(id, users::MailAddress(user.email), mail);
  GH_TRY_VOID(parts_.outbox.EnqueueMail(tx, user.id.value, payload));
  return {};
}

Result<void> ServiceImpl::Note(sql::Tx& tx, UserId user, std::string_view kind,
                               std::string_view detail, const users::ClientInfo& client) const {
  authn::AccountEvent event;
  event.user = user;
  event.kind = kind;
  event.detail = detail;
  event.ip = client.ip;
  event.user_agent = client.user_agent;
  event.correlation_id = client.correlation_id;
  return parts_.sessions.RecordEvent(tx, event);
}

Result<authn::IssuedSession> ServiceImpl::Settle(sql::Tx& tx, const Caller& caller,
                                                 SessionId session, const Deed& deed) const {
  UserId id = caller.principal.user.id;
  GH_TRY(users::User before, parts_.users.Find(tx, id));
  GH_TRY(std::vector<Factor> factors, store_.List(tx, id));
  if (before.has_2fa != !factors.empty()) {
    GH_TRY_VOID(parts_.users.SetHas2fa(tx, id, !factors.empty()));
    GH_TRY_VOID(parts_.users.TellRegions(tx, parts_.outbox, id));
  }
  audit::Entry entry{.organization = {},
                     .event = deed.event,
                     .actor = id,
                     .actor_label = before.Display(),
                     .target_object = {},
                     .target_user = id,
                     .ip = caller.ip,
                     .data = {},
                     .correlation_id = caller.correlation_id};
  entry.data["kind"] = deed.kind;
  if (!deed.name.empty()) entry.data["name"] = deed.name;
  GH_TRY_VOID(parts_.audit.Record(tx, entry));
  std::string detail = deed.name.empty() ? deed.kind : deed.kind + " " + deed.name;
  GH_TRY_VOID(Note(tx, id, deed.account_event, detail, ClientOf(caller)));
  GH_TRY_VOID(Send(tx, before, deed.mail));
  // Raises the epoch: it also makes parallel changes of one account wait for each other.
  return parts_.sessions.ReissueAfterChange(tx, before, deed.proofs, session, caller.ip,
                                            caller.user_agent);
}

Result<Changed> ServiceImpl::SettleAdded(sql::Tx& tx, const Caller& caller, SessionId session,
                                         Kind kind, std::string name) const {
  UserId user = caller.principal.user.id;
  Changed changed;
  GH_TRY(std::vector<Factor> factors, store_.List(tx, user));
  if (factors.size() == 1) {
    GH_TRY(changed.recovery_codes, store_.ReplaceRecoveryCodes(tx, user));
  }
  GH_TRY_VOID(store_.ClearTries(tx, user, kind));
  authn::Proof proof;
  proof.kind = kind == Kind::kTotp ? authn::ProofKind::kTotp : authn::ProofKind::kWebAuthn;
  proof.at = parts_.clock.Now();
  Deed deed{.event = audit::Event::kTwoFactorAdd,
            .account_event = "factor-added",
            .kind = std::string(KindName(kind)),
            .name = std::move(name),
            .proofs = {proof},
            .mail = MailOf(Change::kAdded, kind, caller.ip)};
  GH_TRY(changed.session, Settle(tx, caller, session, deed));
  return changed;
}

boost::asio::awaitable<void> ServiceImpl::AfterChange(UserId user) {
  parts_.authn.Forget(user);
  // The regions know of it before the answer, in the usual case.
  co_await parts_.drainer.DrainShard({outbox::Scope::kUser, user.value});
}

// ---- TOTP
// -----------------------------------------------------------------------------------------

Task<TotpEnrolment> ServiceImpl::BeginTotp(Caller caller) {
  GH_CO_TRY(SessionId session, co_await BeginEnrolment(caller, Kind::kTotp));
  const users::User& user = caller.principal.user;
  std::string secret(crypto::kTotpSecretBytes, '\0');
  parts_.rng.Fill(std::span(reinterpret_cast<std::uint8_t*>(secret.data()), secret.size()));
  std::string bound_to = SessionBinding(session);
  std::string sealed = store_.SealEnrolment(bound_to, secret);
  auto write = [&](sql::Tx& tx) {
    return store_.PutCeremony(tx, Purpose::kTotp, bound_to, user.id, sealed, kEnrolmentLife);
  };
  GH_CO_TRY_VOID(co_await parts_.db.Write(write));
  TotpEnrolment enrolment;
  enrolment.secret = crypto::Base32Encode(secret);
  enrolment.uri = crypto::TotpUri(secret, kIssuer, AccountLabel(user));
  GH_CO_TRY(enrolment.qr_svg, html::QrSvg(enrolment.uri));
  co_return enrolment;
}

Task<Changed> ServiceImpl::ConfirmTotp(Caller caller, std::string code) {
  GH_CO_TRY(SessionId session, FreshSession(caller));
  UserId user = caller.principal.user.id;
  auto write = [&](sql::Tx& tx) -> Result<Changed> {
    std::string bound_to = SessionBinding(session);
    // An error rolls this back: a mistyped code does not end the enrolment.
    GH_TRY(auto ceremony, store_.TakeCeremony(tx, Purpose::kTotp, bound_to));
    if (!ceremony || ceremony->user != user) {
      return Fail(Code::kFailedPrecondition, kEnrolmentExpired);
    }
    GH_TRY(std::string secret, store_.OpenEnrolment(bound_to, ceremony->data));
    auto step = crypto::MatchTotp(secret, code, parts_.clock.Now());
    if (!step) return Fail(Code::kPermissionDenied, kOtpInvalid);
    GH_TRY(auto existing, store_.FindTotp(tx, user));
    if (existing) return Fail(Code::kFailedPrecondition, kAlreadyEnrolled);
    GH_TRY_VOID(store_.AddTotp(tx, user, secret, *step));
    return SettleAdded(tx, caller, session, Kind::kTotp, {});
  };
  auto changed = co_await parts_.db.Write(write);
  if (!changed) co_return std::unexpected(Taken(std::move(changed).error(), kAlreadyEnrolled));
  co_await AfterChange(user);
  co_return std::move(*changed);
}

// ---- WebAuthn
// -------------------------------------------------------------------------------------

std::string ServiceImpl::UserHandle(UserId user) const {
  return crypto::HmacSha256(handle_key_, user.ToString());
}

crypto::webauthn::Expected ServiceImpl::Expect(std::string challenge, bool user_verified) const {
  return {.rp_id = rp_.id,
          .origin = rp_.origin,
          .challenge = std::move(challenge),
          .user_verified = user_verified};
}

Result<std::string> ServiceImpl::NewChallenge(sql::Tx& tx, Purpose purpose,
                                              std::string_view bound_to, UserId user) const {
  std::string challenge = parts_.rng.Token(32);
  GH_TRY_VOID(store_.PutCeremony(tx, purpose, bound_to, user, challenge, kChallengeLife));
  return challenge;
}

Task<std::string> ServiceImpl::BeginWebAuthn(Caller caller) {
  GH_CO_TRY(SessionId session, co_await BeginEnrolment(caller, Kind::kWebAuthn));
  const users::User& user = caller.principal.user;
  auto write = [&](sql::Tx& tx) -> Result<std::string> {
    CreationOptions options;
    GH_TRY(options.challenge, NewChallenge(tx, Purpose::kCreate, SessionBinding(session), user.id));
    GH_TRY(options.existing, store_.CredentialIds(tx, user.id));
    options.user_handle = Base64UrlEncode(UserHandle(user.id));
    options.user_name = AccountLabel(user);
    options.display_name = user.Display();
    return CreationOptionsJson(rp_, options);
  };
  co_return co_await parts_.db.Write(write);
}

Task<Changed> ServiceImpl::FinishWebAuthn(Caller caller, std::string name,
                                          std::string response_json) {
  GH_CO_TRY(SessionId session, FreshSession(caller));
  UserId user = caller.principal.user.id;
  GH_CO_TRY(name, CheckFactorName(name));
  // Gone whatever comes of it: a challenge is answered once.
  auto take = [&](sql::Tx& tx) {
    return store_.TakeCeremony(tx, Purpose::kCreate, SessionBinding(session));
  };
  GH_CO_TRY(auto ceremony, co_await parts_.db.Write(take));
  if (!ceremony || ceremony->user != user) {
    co_return Fail(Code::kPermissionDenied, kWebauthnChallenge, "none is waiting");
  }
  auto challenge = Base64UrlDecode(ceremony->data);
  if (!challenge) co_return Fail(Code::kDataLoss, "internal", "a challenge cannot be read");
  GH_CO_TRY(
      crypto::webauthn::Credential credential,
      crypto::webauthn::VerifyRegistration(Expect(std::move(*challenge), false), response_json));
  auto write = [&](sql::Tx& tx) -> Result<Changed> {
    GH_TRY(std::vector<Factor> factors, store_.List(tx, user));
    if (factors.size() >= kMaxFactors) return Fail(Code::kFailedPrecondition, kTooManyFactors);
    std::string credential_id = Base64UrlEncode(credential.id);
    GH_TRY(auto holder, store_.FindCredential(tx, credential_id));
    if (holder) return Fail(Code::kAlreadyExists, kCredentialTaken);
    // A key that did not verify its user now may be set up by a thief later: no passkey.
    bool is_passkey = credential.user_verified && credential.discoverable;
    GH_TRY_VOID(store_.AddWebAuthn(tx, user, name, credential_id, credential.public_key,
                                   credential.counter, is_passkey));
    return SettleAdded(tx, caller, session, Kind::kWebAuthn, name);
  };
  auto changed = co_await parts_.db.Write(write);
  if (!changed) co_return std::unexpected(Taken(std::move(changed).error(), kCredentialTaken));
  co_await AfterChange(user);
  co_return std::move(*changed);
}

// ---- changing what is there
// -----------------------------------------------------------------------

Task<void> ServiceImpl::Rename(Caller caller, AuthenticatorId id, std::string name) {
  GH_CO_TRY_VOID(FreshSession(caller));
  GH_CO_TRY(name, CheckFactorName(name));
  auto write = [&](sql::Tx& tx) -> Result<void> {
    UserId user = caller.principal.user.id;
    GH_TRY(bool renamed, store_.Rename(tx, user, id, name));
    if (!renamed) return Fail(Code::kNotFound, kFactorNotFound);
    return Note(tx, user, "factor-renamed", name, ClientOf(caller));
  };
  co_return co_await parts_.db.Write(write);
}

Task<Changed> ServiceImpl::Remove(Caller caller, AuthenticatorId id,
                                  std::optional<OrgId> required_by) {
  GH_CO_TRY(SessionId session, FreshSession(caller));
  UserId user = caller.principal.user.id;
  auto write = [&](sql::Tx& tx) -> Result<Changed> {
    GH_TRY(std::vector<Factor> factors, store_.List(tx, user));
    auto found = std::ranges::find(factors, id, &Factor::id);
    if (found == factors.end()) return Fail(Code::kNotFound, kFactorNotFound);
    bool is_last = factors.size() == 1;
    if (is_last && required_by) {
      return Fail(Code::kFailedPrecondition, kFactorRequired, required_by->ToString());
    }
    if (is_last) {
      GH_TRY_VOID(store_.DeleteEverything(tx, user));
    } else {
      GH_TRY_VOID(store_.Delete(tx, user, id));
    }
    Deed deed{
        .event = audit::Event::kTwoFactorRemove,
        .account_event = "factor-removed",
        .kind = std::string(KindName(found->kind)),
        .name = found->kind == Kind::kTotp ? std::string() : found->name,
        .proofs = {},
        .mail = MailOf(is_last ? Change::kLastRemoved : Change::kRemoved, found->kind, caller.ip)};
    Changed changed;
    GH_TRY(changed.session, Settle(tx, caller, session, deed));
    return changed;
  };
  GH_CO_TRY(Changed changed, co_await parts_.db.Write(write));
  co_await AfterChange(user);
  co_return changed;
}

Task<Changed> ServiceImpl::RegenerateRecoveryCodes(Caller caller) {
  GH_CO_TRY(SessionId session, FreshSession(caller));
  UserId user = caller.principal.user.id;
  auto write = [&](sql::Tx& tx) -> Result<Changed> {
    GH_TRY(std::vector<Factor> factors, store_.List(tx, user));
    if (factors.empty()) return Fail(Code::kFailedPrecondition, kNoFactor);
    Changed changed;
    GH_TRY(changed.recovery_codes, store_.ReplaceRecoveryCodes(tx, user));
    Deed deed{.event = audit::Event::kRecoveryCodesCreate,
              .account_event = "recovery-codes-created",
              .kind = std::string(KindName(Kind::kRecovery)),
              .name = {},
              .proofs = {},
              .mail = MailOf(Change::kRecoveryCodes, Kind::kRecovery, caller.ip)};
    GH_TRY(changed.session, Settle(tx, caller, session, deed));
    return changed;
  };
  GH_CO_TRY(Changed changed, co_await parts_.db.Write(write));
  co_await AfterChange(user);
  co_return changed;
}

Task<void> ServiceImpl::Reset(UserId user, std::string actor_label, std::optional<UserId> actor,
                              std::optional<OrgId> organization, std::string correlation_id) {
  auto write = [&](sql::Tx& tx) -> Result<void> {
    GH_TRY(users::User owner, parts_.users.Find(tx, user));
    GH_TRY(std::vector<Factor> factors, store_.List(tx, user));
    if (factors.empty()) return Fail(Code::kFailedPrecondition, kNoFactor);
    GH_TRY_VOID(store_.DeleteEverything(tx, user));
    GH_TRY_VOID(parts_.users.SetHas2fa(tx, user, false));
    GH_TRY_VOID(parts_.users.TellRegions(tx, parts_.outbox, user));
    GH_TRY_VOID(parts_.users.RaiseEpoch(tx, user));
    GH_TRY_VOID(parts_.sessions.DeleteAllExcept(tx, user, std::nullopt));
    audit::Entry entry{.organization = organization,
                       .event = audit::Event::kTwoFactorReset,
                       .actor = actor,
                       .actor_label = actor_label,
                       .target_object = {},
                       .target_user = user,
                       .ip = {},
                       .data = {},
                       .correlation_id = correlation_id};
    entry.data["username"] = owner.username;
    GH_TRY_VOID(parts_.audit.Record(tx, entry));
    users::ClientInfo client{.ip = {}, .user_agent = {}, .correlation_id = correlation_id};
    GH_TRY_VOID(Note(tx, user, "factors-reset", actor_label, client));
    return Send(tx, owner, MailOf(Change::kReset, Kind::kTotp, {}));
  };
  auto tenant = organization ? sql::Tenant::Of(*organization) : sql::Tenant::None();
  GH_CO_TRY_VOID(co_await parts_.db.Write(tenant, write));
  co_await AfterChange(user);
  co_return Result<void>();
}

}  // namespace gatehouse::factors
