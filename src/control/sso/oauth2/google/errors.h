#pragma once

// Reason slugs of Google log-ins.

#include <string_view>

namespace gatehouse::sso::oauth2::google {

inline constexpr std::string_view kDomain = "google_domain";  // hosted domain missing or not ours
inline constexpr std::string_view kEmail = "google_email";    // the ID token has no address

}  // namespace gatehouse::sso::oauth2::google
