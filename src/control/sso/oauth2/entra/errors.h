#pragma once

// Reason slugs of Microsoft Entra log-ins.

#include <string_view>

namespace gatehouse::sso::oauth2::entra {

inline constexpr std::string_view kTenant = "entra_tenant";  // another directory's account
inline constexpr std::string_view kObject = "entra_object";  // no usable object id

}  // namespace gatehouse::sso::oauth2::entra
