#pragma once

// Reason slugs of this module. Each has a line in the message catalogue.

#include <string_view>

namespace gatehouse::sso {

inline constexpr std::string_view kStateInvalid = "sso_state_invalid";
inline constexpr std::string_view kSsoFailed = "sso_failed";  // one page for every refused log-in
// … but for one that the person ended at the provider, which its answer says to anybody.
inline constexpr std::string_view kCancelled = "sso_cancelled";
inline constexpr std::string_view kIdpUnavailable = "idp_unavailable";
inline constexpr std::string_view kNotAuthed = "not_authed";
inline constexpr std::string_view kUidMismatch = "uid_mismatch";
inline constexpr std::string_view kInvalidIdentity = "invalid_identity";
inline constexpr std::string_view kProviderExists = "provider_exists";
inline constexpr std::string_view kProviderChanged = "provider_changed";
inline constexpr std::string_view kProviderUnknown = "provider_unknown";
// Set-up: an organization (workspace, server) of the provider has to be chosen first.
inline constexpr std::string_view kChoiceRequired = "sso_choice_required";
inline constexpr std::string_view kLinkProofInvalid = "link_proof_invalid";
inline constexpr std::string_view kIdentityConflict = "identity_conflict";
inline constexpr std::string_view kAccountInactive = "account_inactive";
inline constexpr std::string_view kAmbiguousEmail = "ambiguous_email";
inline constexpr std::string_view kSsoNotConfigured = "sso_not_configured";
inline constexpr std::string_view kNoLinkedOwner = "no_linked_owner";
inline constexpr std::string_view kIdentityNotFound = "identity_not_found";
// The organization, or the account for want of a password, cannot do without it.
inline constexpr std::string_view kIdentityNeeded = "identity_needed";
inline constexpr std::string_view kForbidden = "forbidden";
inline constexpr std::string_view kReauthRequired = "reauth_required";
inline constexpr std::string_view kRecentLoginRequired = "recent_login_required";
inline constexpr std::string_view kRoleTooHigh = "role_too_high";
inline constexpr std::string_view kRateLimited = "rate_limited";

}  // namespace gatehouse::sso
