#pragma once

// Reason slugs of this module.

#include <string_view>

namespace gatehouse::identity {

inline constexpr std::string_view kInvalidIdentity = "invalid_identity";
inline constexpr std::string_view kIdentityNotFound = "identity_not_found";
inline constexpr std::string_view kAccountInactive = "account_inactive";

}  // namespace gatehouse::identity
