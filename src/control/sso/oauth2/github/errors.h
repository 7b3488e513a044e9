#pragma once

// Reason slugs of GitHub log-ins.

#include <string_view>

namespace gatehouse::sso::oauth2::github {

inline constexpr std::string_view kOrganization = "github_organization";  // no member of it
// The primary address: none, more than one, and the same among the verified ones.
inline constexpr std::string_view kNoEmail = "github_email_none";
inline constexpr std::string_view kManyEmails = "github_email_many";
inline constexpr std::string_view kNoVerifiedEmail = "github_verified_email_none";
inline constexpr std::string_view kManyVerifiedEmails = "github_verified_email_many";

}  // namespace gatehouse::sso::oauth2::github
