#pragma once

// Reason slugs of the door. access.h says when each is returned.

#include <string_view>

namespace gatehouse::access {

inline constexpr std::string_view kCsrf = "csrf";
inline constexpr std::string_view kLoginRequired = "login_required";
inline constexpr std::string_view kSsoRequired = "sso_required";
inline constexpr std::string_view kReauthRequired = "reauth_required";
inline constexpr std::string_view kHttpsRequired = "https_required";
// Only in the audit log: the visitor hears organization_not_found.
inline constexpr std::string_view kNotAMember = "not_a_member";
inline constexpr std::string_view kForbidden = "forbidden";
inline constexpr std::string_view kOrganizationNotFound = "organization_not_found";
inline constexpr std::string_view kSessionRequired = "session_required";
inline constexpr std::string_view kSudoRequired = "sudo_required";
inline constexpr std::string_view k2faRequired = "2fa_required";
inline constexpr std::string_view k2faRequiredByOrganization = "2fa_required_by_organization";
inline constexpr std::string_view kEmailVerificationRequired = "email_verification_required";
// The member is over the number that the organization may have.
inline constexpr std::string_view kMemberOverLimit = "member_over_limit";
// Other organizations know this member as well.
inline constexpr std::string_view kMemberElsewhere = "member_elsewhere";
inline constexpr std::string_view kInviteInvalid = "invite_invalid";
inline constexpr std::string_view kTokenInvalid = "token_invalid";

}  // namespace gatehouse::access
