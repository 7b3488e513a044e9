#pragma once

// Reason slugs of the built-in provider. What clients of the protocol see are the OAuth error
// codes.

#include <string_view>

namespace gatehouse::idp {

inline constexpr std::string_view kOptionsInvalid = "idp_options_invalid";

}  // namespace gatehouse::idp
