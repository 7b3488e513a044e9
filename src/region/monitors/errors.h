#pragma once

// Reason slugs of this module.

#include <string_view>

namespace gatehouse::monitors {

inline constexpr std::string_view kMonitorNotFound = "monitor_not_found";
inline constexpr std::string_view kMonitorEnvironmentNotFound = "monitor_environment_not_found";
inline constexpr std::string_view kMonitorSlugInvalid = "monitor_slug_invalid";
inline constexpr std::string_view kMonitorSlugTaken = "monitor_slug_taken";
inline constexpr std::string_view kMonitorConfigInvalid = "monitor_config_invalid";

}  // namespace gatehouse::monitors
