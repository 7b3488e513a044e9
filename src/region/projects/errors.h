#pragma once

// Reason slugs of this module.

#include <string_view>

namespace gatehouse::projects {

inline constexpr std::string_view kProjectNotFound = "project_not_found";
inline constexpr std::string_view kProjectKeyNotFound = "project_key_not_found";
inline constexpr std::string_view kProjectKeyInvalid = "project_key_invalid";
inline constexpr std::string_view kProjectKeyTaken = "project_key_taken";
inline constexpr std::string_view kPlatformInvalid = "platform_invalid";
inline constexpr std::string_view kRateLimitInvalid = "rate_limit_invalid";
inline constexpr std::string_view kEnvironmentNotFound = "environment_not_found";
inline constexpr std::string_view kOptionUnknown = "option_unknown";

}  // namespace gatehouse::projects
