#pragma once

// Reason slugs of this module.

#include <string_view>

namespace gatehouse::authn {

inline constexpr std::string_view kSessionInvalid = "session_invalid";
inline constexpr std::string_view kSessionNotFound = "session_not_found";
inline constexpr std::string_view kTokenInvalid = "token_invalid";
inline constexpr std::string_view kTokenExpiryInvalid = "token_expiry_invalid";
inline constexpr std::string_view kTokenNameInvalid = "token_name_invalid";
inline constexpr std::string_view kScopeUnknown = "scope_unknown";

inline constexpr std::string_view kTokenNotFound = "token_not_found";

}  // namespace gatehouse::authn
