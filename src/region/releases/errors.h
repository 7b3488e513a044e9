#pragma once

// Reason slugs of this module.

#include <string_view>

namespace gatehouse::releases {

inline constexpr std::string_view kReleaseNotFound = "release_not_found";

}  // namespace gatehouse::releases
