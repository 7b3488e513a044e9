#include "edge/api/refusals.h"

#include <algorithm>
#include <array>

#include "edge/access/errors.h"
#include "edge/api/encode.h"
#include "edge/api/errors.h"
#include "platform/http/form.h"
#include "platform/http/url.h"

namespace gatehouse::api {

namespace {

struct Known {
  std::string_view reason;
  int status;              // 0: that of the code
  std::string_view field;  // "": none
  std::string_view text;
};

// By reason. The documented texts, word for word where the field has one.
constexpr std::array kKnown = {
    // ---- the request
    Known{"csrf", 0, "", "CSRF check failed: send X-CSRF-Token."},
    Known{"cursor", 0, "cursor", "Invalid cursor parameter."},
    Known{"https_required", 0, "", "Send credentials over https only."},
    Known{"session_required", 0, "", "This needs a browser session; API tokens cannot do it."},
    Known{"token_invalid", 0, "", "Invalid token"},
    Known{"rate_limited", 0, "", "You are sending too many requests. Please try again later."},
    // ---- organizations
    Known{"invalid_flag_value", 0, "", "Invalid value received for update_flags"},
    Known{"organization_changed", 0, "",
          "The organization was changed at the same moment. Read it again."},
    Known{"sso_active", 0, "require2FA",
          "Cannot require two-factor authentication with SSO enabled"},
    // ---- members and roles
    Known{"email_invalid", 0, "email", "Enter a valid email address."},
    Known{"role_unknown", 0, "role", "Invalid role."},
    Known{"role_retired", 0, "role", "This role is deprecated and may no longer be assigned."},
    Known{"member_elsewhere", 0, "", "This user belongs to other organizations, too."},
    Known{"role_too_high", 0, "role",
          "You do not have permission to assign the given role, or to change a user who has it."},
    Known{"own_role", 0, "role", "You cannot make changes to your own role."},
    Known{"only_owner", 403, "", "You cannot remove the only remaining owner of the organization."},
    Known{"membership_locked", 0, "",
          "This user is managed through your organization's identity provider."},
    Known{"member_changed", 0, "", "The member was changed at the same moment. Read it again."},
    Known{"team_unknown", 0, "teams", "Invalid teams"},
    Known{"team_role_unknown", 0, "teamRoles", "Invalid team-role"},
    Known{"team_locked", 0, "",
          "This team is managed through your organization's identity provider."},
    Known{"slug_taken", 0, "slug", "A team with this slug already exists."},
    Known{"slug_invalid", 0, "slug", "Enter a valid slug: letters a-z, digits and hyphens."},
    Known{"name_invalid", 0, "name", "Enter a valid name."},
    // ---- invitations
    Known{"invites_disabled", 0, "organization",
          "Your organization is not allowed to invite members"},
    Known{"join_requests_disabled", 0, "", "Your organization does not allow join requests."},
    Known{"invite_expired", 400, "",
          "You cannot resend an expired invitation without regenerating the token."},
    Known{"already_member", 400, "",
          "You cannot send an invitation to a user who is already a full member."},
    Known{"own_request", 0, "", "Somebody else has to approve your request."},
    Known{"invite_email_mismatch", 0, "", "This invitation was sent to another address."},
    // ---- projects, issues and events
    Known{"issue_query_invalid", 0, "",
          "Error parsing search query: an unknown value, a wildcard in a tag, or an open quote."},
    Known{"event_not_found", 0, "", "Event not found"},
    Known{"event_id_malformed", 0, "", "Event ID must be 32 hexadecimal digits"},
    Known{"stats_period_invalid", 0, "",
          "Invalid stats_period. Valid choices are '', '24h', and '14d'"},
    Known{"sort_invalid", 0, "",
          "Invalid sort. Valid choices are date, new, freq, user, trends and inbox"},
    Known{"visibility_invalid", 0, "",
          "Invalid value for \'visibility\', valid values are: all, hidden, visible"},
    Known{"group_id_invalid", 0, "", "Group IDs must be integers"},
    Known{"platform_invalid", 0, "platform", "Invalid platform"},
    Known{"project_key_invalid", 0, "public", "Give 32 lower-case hexadecimal digits."},
    Known{"project_key_taken", 409, "public", "A project of this server has that key already."},
    Known{"rate_limit_invalid", 0, "rateLimit", "Give a count and a window of at most a day."},
    Known{"option_unknown", 0, "options", "Unknown option"},
    Known{"issue_status_invalid", 0, "status", "Invalid status."},
    Known{"issue_substatus_invalid", 0, "substatus", "Invalid substatus."},
    Known{"issue_release_unknown", 0, "statusDetails",
          "Unable to find a release with the given version or commit."},
    Known{"issue_many_projects", 0, "",
          "Cannot set resolved in next release, or merge, for multiple projects."},
    Known{"assignee_invalid", 0, "assignedTo", "Unknown actor input, or not a member."},
    Known{"snooze_invalid", 0, "statusDetails", "Numbers are one at least; a window is a week."},
    Known{"note_invalid", 0, "text", "This field may not be blank, nor longer than 64 KiB."},
    // ---- the account
    Known{"password_wrong", 400, "password", "The password you entered is not correct."},
    Known{"password_policy", 400, "passwordNew",
          "Too short, too common, or built from your name or address."},
    Known{"account_managed", 400, "",
          "This account is managed and the password and addresses cannot be changed here."},
    Known{"email_not_found", 404, "", "The requested resource does not exist"},
    Known{"email_is_primary", 400, "", "Cannot remove primary email"},
    Known{"email_unverified", 400, "email",
          "You must verify your email address before marking it as primary."},
    Known{"email_taken", 400, "email",
          "That email address is already associated with another account."},
    Known{"email_already_verified", 400, "email", "Email is already verified"},
    Known{"too_many_emails", 400, "email", "There are too many addresses already."},
    Known{"identity_needed", 403, "",
          "Your organization, or your account for want of a password, needs this identity."},
    Known{"scope_unknown", 0, "scopes", "Choose at least one scope, and known ones only."},
    Known{"token_name_invalid", 0, "name", "Enter a valid name."},
    Known{"token_expiry_invalid", 0, "expiresInDays", "Enter a number of days."},
    // ---- releases and uploads
    Known{"release_referenced", 400, "",
          "This release is referenced by active issues and cannot be removed."},
    Known{"release_has_health", 400, "", "This release has health data and cannot be removed."},
    Known{"release_sort_unknown", 400, "", "invalid sort"},
    Known{"release_status_unknown", 400, "", "Invalid release status."},
    Known{"release_project_invalid", 400, "projects", "Invalid projects"},
    Known{"environment_invalid", 400, "environment", "Invalid value for environment"},
    Known{"artifact_name_invalid", 400, "name", "Enter a valid name."},
    Known{"debug_file_unknown", 400, "file", "Unsupported debug information file"},
    Known{"archive_invalid", 400, "file", "The archive is damaged or not safe to unpack"},
    Known{"archive_too_large", 400, "file", "The archive unpacks to more than allowed"},
    Known{"upload_too_large", 413, "", "The request is too large."},
    // ---- second factors
    Known{"already_enrolled", 400, "details", "Already enrolled"},
    Known{"otp_invalid", 400, "details", "Invalid OTP"},
    Known{"recovery_invalid", 400, "details", "Invalid OTP"},
    Known{"enrolment_expired", 400, "details", "Invalid auth state"},
    Known{"webauthn_malformed", 400, "details", "Invalid response"},
    Known{"webauthn_challenge", 0, "details", "Invalid auth state"},
    Known{"credential_taken", 0, "details", "This key is enrolled already"},
    Known{"factor_required", 403, "",
          "Cannot delete authenticator because organization requires 2FA"},
    Known{"no_factor", 400, "details", "Enrol an authenticator first"},
};

const Known* Find(std::string_view reason) {
  const auto* found = std::ranges::find(kKnown, reason, &Known::reason);
  return found == kKnown.end() ? nullptr : found;
}

std::string_view TextOf(int status) {
  switch (status) {
    case 400:
      return "The request is not valid.";
    case 401:
      return "Authentication credentials were not provided.";
    case 403:
      return "You do not have permission to perform this action.";
    case 404:
      return "The requested resource does not exist";
    case 405:
      return "This method is not allowed here.";
    case 409:
      return "The request conflicts with the present state.";
    case 413:
      return "The request is too large.";
    case 429:
      return "You are sending too many requests. Please try again later.";
    case 503:
      return "The service is not available at the moment. Please try again.";
    default:
      return status < 500 ? "The request was refused." : "Internal Error";
  }
}

// The page of ours that called: where its reader goes on after the log-in.
std::optional<std::string> CallingPage(const http::Request& request) {
  if (request.headers.Count("Referer") != 1) return std::nullopt;
  auto url = http::ParseUrl(request.headers.Get("Referer"));
  if (!url) return std::nullopt;
  const std::string origin = url->Origin();
  if (origin.substr(origin.find("://") + 3) != request.headers.Get("Host")) return std::nullopt;
  return http::SafeLocalPath(url->query.empty() ? url->path : url->path + "?" + url->query);
}

// /api/0/organizations/{slug}/… : the path names it; else "".
std::string OrganizationOf(const http::Request& request) {
  for (const auto& [name, value] : request.params) {
    if (name == "organization") return http::PercentEncode(value);
  }
  return "";
}

std::string LoginUrl(const http::Request& request) {
  std::string login = "/auth/login/";
  if (std::string slug = OrganizationOf(request); !slug.empty()) login += slug + "/";
  if (auto page = CallingPage(request)) http::AppendQuery(login, "next", *page);
  return login;
}

json::Object Coded(std::string_view code, std::string_view message, json::Object extra) {
  json::Object detail;
  detail["code"] = code;
  detail["message"] = message;
  detail["extra"] = std::move(extra);
  json::Object body;
  body["detail"] = std::move(detail);
  return body;
}

void SetField(json::Object& body, std::string_view field, std::string_view text) {
  if (field.empty()) return;
  if (field == "details") {
    body[field] = text;
  } else {
    body[field] = json::Array{json::Value(text)};
  }
}

}  // namespace

std::optional<json::Object> CodedRefusal(const http::Request& request, const Error& error,
                                         std::string_view username) {
  if (error.Is(access::kSsoRequired) && error.code == Code::kUnauthenticated) {
    return Coded("sso-required", "Must login via SSO", {{"loginUrl", LoginUrl(request)}});
  }
  if (error.Is(access::kReauthRequired)) {
    return Coded("reauth-required", "Log in with your own credentials to open this.",
                 {{"loginUrl", "/auth/login/?reason=reauth_required"}});
  }
  if (error.Is(access::k2faRequired)) {
    return Coded("2fa-required", "The second factor of your log-in is missing.",
                 {{"loginUrl", "/auth/2fa/"}});
  }
  if (error.Is(access::k2faRequiredByOrganization)) {
    return Coded("2fa-required", "Organization requires two-factor authentication to be enabled",
                 {{"enrollUrl", "/account/two-factor/"}});
  }
  if (error.Is(access::kEmailVerificationRequired)) {
    return Coded("email-verification-required", "Email verification required.",
                 {{"username", username}});
  }
  if (error.Is(access::kMemberOverLimit)) {
    return Coded("member-disabled-over-limit", "Organization over member limit",
                 {{"next", "/organizations/" + OrganizationOf(request) + "/disabled-member/"}});
  }
  if (error.Is(access::kSudoRequired)) {
    return Coded("sudo-required", "Account verification required.", {{"username", username}});
  }
  return std::nullopt;
}

Refusal RefusalOf(const Error& error, int status) {
  Refusal refusal{status, {}};
  if (error.Is(kFieldRequired) || error.Is(kFieldInvalid)) {
    // The detail is the name of a field of ours, not a value.
    std::string_view text =
        error.Is(kFieldRequired) ? "This field is required." : "This value is not valid.";
    refusal.body["detail"] = TextOf(status);
    SetField(refusal.body, error.detail, text);
  } else if (const Known* known = Find(error.reason); known != nullptr) {
    if (known->status != 0) refusal.status = known->status;
    refusal.body["detail"] = known->text;
    SetField(refusal.body, known->field, known->text);
  } else {
    refusal.body["detail"] = TextOf(status);
  }
  refusal.body["code"] = error.reason;
  return refusal;
}

http::Response FieldError(const http::Request& request, std::string_view field,
                          std::string_view reason, std::string_view text, int status) {
  json::Object body;
  body["detail"] = text;
  SetField(body, field, text);
  body["code"] = reason;
  body["correlationId"] = request.correlation_id;
  return Reply(std::move(body), status);
}

}  // namespace gatehouse::api
