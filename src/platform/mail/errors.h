#pragma once

// Reason slugs of this module.

#include <string_view>

namespace gatehouse::mail {

inline constexpr std::string_view kMailUnavailable = "mail_unavailable";

}  // namespace gatehouse::mail
