#pragma once

// Reason slugs of the door. access.h says when each is returned.

#include <string_view>

namespace gatehouse::access {

inline constexpr std::string_view kCsrf = "csrf";
inline constexpr std::string_view kLoginRequired = "login_required";
inline constexpr std::string_view kSsoRequired = "sso_required";
inline constexpr std::string_view kReauthRequired = "reauth_required";
inline constexpr std::string_view kHttpsRequired = "https_required";
inline constexpr std::string_view kForbidden = "forbidden";
inline constexpr std::string_view kOrganizationNotFound = "organization_not_found";
inline constexpr std::string_view kTokenInvalid = "token_invalid";

}  // namespace gatehouse::access
