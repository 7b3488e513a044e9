#pragma once

// Reasons for which a project's scrubbing settings are refused.

#include <string_view>

namespace gatehouse::events::scrub {

inline constexpr std::string_view kSettingsInvalid = "scrub_settings_invalid";
inline constexpr std::string_view kRuleInvalid = "scrub_rule_invalid";
inline constexpr std::string_view kPatternInvalid = "scrub_pattern_invalid";
inline constexpr std::string_view kSelectorInvalid = "scrub_selector_invalid";

}  // namespace gatehouse::events::scrub
