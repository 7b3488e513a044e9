#pragma once

// Organization single sign-on, as pages, API and command line see it. Thread-safe.
//
// A flow is a pipeline: durable state owned by one browser (and, for set-up, one user), bound to
// organization, provider, configuration revision and step list, living one hour (ten minutes
// between the redirect to the provider and its answer). Steps do not call each other: each request
// loads the state, does what its step says, and answers with the Step to show next.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/authn/authn.h"
#include "control/sso/adapter.h"
#include "platform/runtime/task.h"
#include "region/orgs/invites/service.h"
#include "region/orgs/service.h"

namespace gatehouse::sso {

// Whence a request came.
struct Client {
  std::string browser;  // value of the browser cookie; binds pipelines
  std::string ip;
  std::string user_agent;
  std::string correlation_id;
  std::optional<authn::Principal> principal;  // with session; absent for anonymous
};

struct Provider {
  ProviderId id;
  OrgId organization;
  std::string kind;
  std::string name;  // display name
  std::string issuer;
  std::int64_t revision = 0;
  bool allow_unlinked = false;
  json::Object public_config;
  Timestamp created_at;
  Timestamp updated_at;
};

// What a person sees before the last click of set-up or of a protocol change.
struct Review {
  std::vector<Check> checks;
  std::vector<Adapter::Mapped> mapping;
  json::Object claims;
  json::Object public_config;
  std::string subject;
  std::string email;
  std::optional<Choice> choice;  // FinishSetup() wants one of its options
  bool is_edit = false;
  bool issuer_changed = false;  // all members will have to link again
  bool clears_require_2fa = false;
};

// Why the confirmation page is shown and what it may offer.
struct Confirm {
  enum class Kind {
    kLink,     // logged in: link this identity to the account you are in (or make a new one)
    kAccount,  // the matching account has no password: a mail was sent, open its link here
    kIdentity  // log in to an existing account, or make a new one
  };
  Kind kind = Kind::kIdentity;
  std::string provider_name;
  std::string identity_name;  // name, else e-mail, else subject
  std::string identity_email;
  std::string existing_hint;  // kLink: the account's label; kIdentity: "" (never disclosed)
  bool offer_new_user = true;
  bool moves_identity = false;      // kLink: the identity belongs to somebody else now
  bool needs_recent_login = false;  // kLink with moves_identity: prove the password first
};

// What to show or do next. Exactly one of the optionals is set.
struct Step {
  std::optional<std::string> redirect;                 // to the provider, or a path of ours
  std::optional<std::vector<FieldError>> form_errors;  // the settings form again
  std::vector<Check> checks;                           // with form_errors
  std::string provider_message;                        // with form_errors: what it said, ""
  std::string kind;                                    // with form_errors: the form to show, …
  std::string display_name;                            // … and what was entered, secrets left out
  json::Object settings;
  std::optional<Review> review;
  std::optional<Confirm> confirm;
  // A log-in or set-up that is done: set the session cookie, flash, go to `redirect`.
  std::optional<authn::IssuedSession> session;
  // The provider's (or the confirmation page's) proof is given, the account's second factor is not:
  // set the pending-login cookie; `redirect` leads to the second-factor page, which goes on to
  // where the session would have gone.
  std::string pending_token;
  std::string flash;  // message catalogue slug, "" for none
};

// A refusal that the person should read: `reason` in the Error is the slug, and the correlation id
// of the request leads the administrators to the chain of checks. Common ones:
//   sso_state_invalid (kInvalidArgument), sso_failed (kPermissionDenied; same for every cause),
//   sso_cancelled (kInvalidArgument; the provider answered "access_denied"),
//   not_authed, uid_mismatch, invalid_identity, provider_exists (kConflict), provider_changed,
//   link_proof_invalid, identity_conflict, account_inactive, ambiguous_email, sso_not_configured,
//   idp_unavailable, rate_limited, forbidden.

struct Decision {
  std::int64_t id = 0;
  std::string flow, outcome, reason, correlation_id, subject, email, ip;
  std::optional<UserId> user;
  std::vector<Check> checks;
  Timestamp created_at;
};

// An identity as its owner sees it. What needs it stands in the way of taking it off the account.
struct LinkedIdentity {
  identity::Identity identity;
  std::string provider_kind;
  std::string provider_name;
  bool needed_by_organization = false;  // single sign-on is required there
  bool needed_by_account = false;       // there is no password to log in with
};

// The state of (session or token, organization, member): may the request enter?
struct SsoState {
  bool provider_exists = false;
  bool required = false;   // SSO must have been used
  bool valid = true;       // the member's link is good
  bool completed = false;  // this session has a fresh proof for the organization
  bool own_proof = false;  // the session has a proof by own credentials
  // needs_sso = required and not (valid and completed)
  bool needs_sso() const { return required && !(valid && completed); }
};

struct SettingsChange {
  std::optional<bool> require_link;
  std::optional<std::string> default_role;
};

class Service {
 public:
  virtual ~Service() = default;

  virtual const std::vector<const Adapter*>& adapters() const = 0;
  virtual const Adapter* FindAdapter(std::string_view kind) const = 0;
  // The return URL to enter at the provider.
  virtual std::string RedirectUri(const orgs::Organization& organization) const = 0;
  // Where a provider fetches our keys (private_key_jwt), and what it finds there: those of the live
  // configuration and of set-ups under way, as a JWK Set (RFC 7517 §5).
  virtual std::string ClientKeysUri(const orgs::Organization& organization) const = 0;
  virtual Task<json::Object> ClientKeys(OrgId organization) = 0;
  // Errors: kNotFound "sso_not_configured".
  virtual Task<Provider> GetProvider(OrgId organization) = 0;
  virtual Task<std::optional<Provider>> FindProvider(OrgId organization) = 0;

  // ---- set-up and protocol change ---------------------------------------------------------------
  // REQUIRES (checked here again): the principal is a member with org:write. Begins a pipeline and
  // answers with the redirect to the provider, or with the form's errors. With a configured
  // provider this is an edit: a draft revision is tried while the old one serves.
  virtual Task<Step> BeginSetup(Client client, orgs::Organization organization, std::string kind,
                                std::string display_name, Settings settings) = 0;
  // The review page of the pipeline that this browser has under way here. Errors:
  // "sso_state_invalid".
  virtual Task<Step> ShowSetup(Client client, orgs::Organization organization) = 0;
  // The last click: one control transaction, its region effects, then the answer. `choice`: the
  // value of an option of the review's choice, "" when there is none. Errors: kInvalidArgument
  // "sso_choice_required", also for a value that was not offered.
  virtual Task<Step> FinishSetup(Client client, orgs::Organization organization,
                                 std::string choice = {}) = 0;
  virtual Task<void> CancelSetup(Client client, orgs::Organization organization) = 0;

  // ---- log-in -----------------------------------------------------------------------------------
  // `ticket`: the invitation that the person followed here; it is accepted with the log-in, by the
  // rules of invites::Service::Accept.
  virtual Task<Step> BeginLogin(Client client, orgs::Organization organization, std::string next,
                                std::optional<invites::Ticket> ticket) = 0;
  // The provider's answer at the return URL, for both flows. `organization_slug` is "" for the
  // shared URL.
  virtual Task<Step> Callback(Client client, std::string organization_slug,
                              std::vector<std::pair<std::string, std::string>> params) = 0;
  // The confirmation page again (after a log-in or a mail proof), and its decisions.
  virtual Task<Step> ShowConfirm(Client client, orgs::Organization organization) = 0;
  virtual Task<Step> ConfirmLink(Client client, orgs::Organization organization) = 0;
  virtual Task<Step> ConfirmNewUser(Client client, orgs::Organization organization) = 0;
  // Logs in to an existing account from the confirmation page; the page is shown again, logged in.
  // An account with a second factor proves it first (pending_token): a password alone links
  // nothing.
  virtual Task<Step> ConfirmLogin(Client client, orgs::Organization organization,
                                  std::string username, std::string password) = 0;
  // A mailed link-proof opened in this browser. Errors: "link_proof_invalid". Returns the
  // organization's slug, where the flow goes on.
  virtual Task<std::string> ProveMailbox(Client client, std::string token) = 0;

  // ---- settings of a configured provider --------------------------------------------------------
  // Errors: kFailedPrecondition "no_linked_owner" when require_link is switched on while no owner
  // has a valid link; "role_unknown", "forbidden".
  virtual Task<void> ChangeSettings(Client client, orgs::Organization organization,
                                    SettingsChange change) = 0;
  virtual Task<void> RemindUnlinked(Client client, orgs::Organization organization) = 0;
  // No untested secret goes live either: the stored settings with the new secret run the pipeline
  // of a protocol change.
  virtual Task<Step> RotateSecret(Client client, orgs::Organization organization,
                                  std::string secret) = 0;
  virtual Task<void> Disable(Client client, orgs::Organization organization) = 0;
  // Break-glass on the host: members may enter without SSO (allow_unlinked on); audited.
  virtual Task<void> Unlock(OrgId organization, std::string operator_label) = 0;

  // Effect of the region half (kMemberUpdate): the user is no member any more. The identities in
  // the organization go, audited (sso-identity.unlink), and with them the proofs by its provider in
  // sessions and pending logins; cached sessions are dropped. Idempotent.
  virtual Task<void> ApplyMemberRemoved(OrgId organization, UserId user, orgs::Actor actor) = 0;

  // ---- identities of an account -----------------------------------------------------------------
  virtual Task<std::vector<LinkedIdentity>> IdentitiesOf(UserId user) = 0;
  // The client takes an identity off the own account: audited, the provider's proofs go from the
  // account's sessions, the member is marked. REQUIRES (checked by the edge): a fresh proof.
  // Errors: kNotFound "identity_not_found" (also somebody else's); kFailedPrecondition
  // "identity_needed".
  virtual Task<void> Unlink(Client client, IdentityId identity) = 0;

  // ---- enforcement ------------------------------------------------------------------------------
  virtual Task<SsoState> QueryState(const authn::Principal& principal, OrgId organization,
                                    const orgs::Member& member) = 0;
  virtual Task<std::vector<Decision>> Decisions(OrgId organization,
                                                std::optional<std::int64_t> before,
                                                std::optional<std::string> correlation_id,
                                                std::size_t limit) = 0;
};

}  // namespace gatehouse::sso
