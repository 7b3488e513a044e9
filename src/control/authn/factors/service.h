#pragma once

// Two-factor authentication: TOTP (RFC 6238), WebAuthn keys and passkeys (W3C WebAuthn Level 2),
// recovery codes; the challenge after a first proof; step-up before sensitive changes. Thread-safe.
//
// Every change of factors needs a session with an own proof not older than 15 minutes
// (access::Guard::RequireFreshProof, checked by the edge and here again), is one transaction with
// audit and the kUserUpdate effect, ends the user's other sessions and mails the user.
//
// Attempts are counted durably, per account and per factor: 5 in 15 minutes, 100 failures in a row
// ever (a success gives them back). A lock of one factor leaves the others open.

#include <optional>
#include <string>
#include <vector>

#include "control/authn/authn.h"

namespace gatehouse::factors {

enum class Kind { kTotp, kWebAuthn, kRecovery };
std::string_view KindName(Kind kind);  // "totp", "webauthn", "recovery"

struct Factor {
  AuthenticatorId id;
  Kind kind = Kind::kTotp;
  std::string name;
  bool is_passkey = false;
  Timestamp created_at;
  std::optional<Timestamp> last_used_at;
};

struct Overview {
  std::vector<Factor> factors;  // TOTP and WebAuthn, oldest first
  std::int64_t recovery_left = 0;
  std::optional<Timestamp> recovery_created_at;
};

// Who asks, from where.
struct Caller {
  authn::Principal principal;
  std::string browser;
  std::string ip;
  std::string user_agent;
  std::string correlation_id;
};

struct TotpEnrolment {
  std::string secret;  // base32, for typing
  std::string uri;     // otpauth://totp/…
  std::string qr_svg;  // the same as a picture
};

// What a change of factors gives back: the caller's session under a new id (every other one has
// ended), and recovery codes when they were made now: shown once.
struct Changed {
  authn::IssuedSession session;
  std::vector<std::string> recovery_codes;
};

// An answer to a challenge.
struct Answer {
  Kind kind = Kind::kTotp;
  std::string code;           // TOTP or recovery code
  std::string response_json;  // WebAuthn: PublicKeyCredential as JSON
};

// The second step of a log-in as a page shows it.
struct Challenge {
  std::vector<Kind> kinds;   // what the account has, strongest first; recovery last
  std::string options_json;  // PublicKeyCredentialRequestOptions as JSON; "" without WebAuthn
  std::string user_label;
  Timestamp expires_at;
};

struct LoggedIn {
  authn::IssuedSession session;
  std::string next;
};

class Service {
 public:
  virtual ~Service() = default;

  virtual Task<Overview> List(UserId user) = 0;

  // The secret is the server's; it counts after a code of it has been shown. Errors:
  // kFailedPrecondition "already_enrolled", "email_unverified", "too_many_factors" (20);
  // kUnauthenticated "sudo_required"; kResourceExhausted "rate_limited" (10 a day per kind).
  virtual Task<TotpEnrolment> BeginTotp(Caller caller) = 0;
  // Errors: kPermissionDenied "otp_invalid"; kFailedPrecondition "enrolment_expired".
  virtual Task<Changed> ConfirmTotp(Caller caller, std::string code) = 0;
  // PublicKeyCredentialCreationOptions as JSON. Errors: those of BeginTotp.
  virtual Task<std::string> BeginWebAuthn(Caller caller) = 0;
  // Errors: kPermissionDenied "webauthn_challenge", "webauthn_origin", "webauthn_flags",
  // "webauthn_signature"; kInvalidArgument "webauthn_malformed", "name_invalid"; kAlreadyExists
  // "credential_taken".
  virtual Task<Changed> FinishWebAuthn(Caller caller, std::string name,
                                       std::string response_json) = 0;
  // Errors: kNotFound "factor_not_found"; kInvalidArgument "name_invalid"; "sudo_required".
  virtual Task<void> Rename(Caller caller, AuthenticatorId id, std::string name) = 0;
  // The last one takes the recovery codes with it. `required_by`: an organization of the user that
  // requires 2FA, if there is one. Errors: kFailedPrecondition "factor_required" (the last one, and
  // required_by is set); "factor_not_found", "sudo_required".
  virtual Task<Changed> Remove(Caller caller, AuthenticatorId id,
                               std::optional<OrgId> required_by) = 0;
  // Errors: kFailedPrecondition "no_factor"; "sudo_required".
  virtual Task<Changed> RegenerateRecoveryCodes(Caller caller) = 0;
  // An administrator, or the operator, takes all factors from a user who lost them. Authority is
  // the caller's to check. Audited; all sessions of the user end; the user is mailed. Errors:
  // kFailedPrecondition "no_factor".
  virtual Task<void> Reset(UserId user, std::string actor_label, std::optional<UserId> actor,
                           std::optional<OrgId> organization, std::string correlation_id) = 0;

  // ---- log-in -----------------------------------------------------------------------------------
  // Errors: kUnauthenticated "pending_login_invalid" (unknown, older than 5 minutes, account
  // changed since).
  virtual Task<Challenge> GetChallenge(std::string pending_token) = 0;
  // One right answer opens one session. Errors: "pending_login_invalid"; kPermissionDenied
  // "otp_invalid", "recovery_invalid", "webauthn_challenge", "webauthn_origin", "webauthn_flags",
  // "webauthn_signature", "webauthn_counter"; kResourceExhausted "otp_locked".
  virtual Task<LoggedIn> FinishLogin(std::string pending_token, Answer answer,
                                     users::ClientInfo client) = 0;
  // Passkeys, without a name typed: options for this browser, then the log-in. User verification is
  // required: a passkey is both factors. Errors: those of FinishLogin; kUnauthenticated
  // "login_failed" (unknown credential, inactive account).
  virtual Task<std::string> BeginPasskey(std::string browser) = 0;
  virtual Task<LoggedIn> FinishPasskey(std::string browser, std::string response_json,
                                       std::optional<SessionId> previous,
                                       users::ClientInfo client) = 0;

  // ---- step-up ----------------------------------------------------------------------------------
  // Options for a WebAuthn step-up of this session; "" if the user has no key.
  virtual Task<std::string> BeginStepUp(Caller caller) = 0;
  // Proves the user again, by factor; the session goes on under a new id with a fresh proof.
  // (By password: authn::Service::StepUpByPassword.) Errors: those of FinishLogin.
  virtual Task<authn::IssuedSession> StepUp(Caller caller, Answer answer) = 0;

  // Ceremonies that have ended; for the periodic worker. (Pending log-ins and old account events:
  // authn::Service::DeleteExpired.)
  virtual Task<std::int64_t> DeleteExpired() = 0;
};

}  // namespace gatehouse::factors
