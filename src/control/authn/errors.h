#pragma once

// Reason slugs of this module.

#include <string_view>

namespace gatehouse::authn {

inline constexpr std::string_view kSessionInvalid = "session_invalid";
// The first proof is given and the second factor is not.
inline constexpr std::string_view kPendingLoginInvalid = "pending_login_invalid";
inline constexpr std::string_view kTwoFactorRequired = "2fa_required";
inline constexpr std::string_view kSudoRequired = "sudo_required";
inline constexpr std::string_view kAccountInactive = "account_inactive";
inline constexpr std::string_view kSessionNotFound = "session_not_found";
inline constexpr std::string_view kTokenInvalid = "token_invalid";
inline constexpr std::string_view kTokenExpiryInvalid = "token_expiry_invalid";
inline constexpr std::string_view kTokenNameInvalid = "token_name_invalid";
inline constexpr std::string_view kScopeUnknown = "scope_unknown";

inline constexpr std::string_view kTokenNotFound = "token_not_found";

}  // namespace gatehouse::authn
