#pragma once

// Why a project's rules were refused. The detail names the line.

#include <string_view>

namespace gatehouse::grouping {

inline constexpr std::string_view kEnhancementRulesInvalid = "enhancement_rules_invalid";
inline constexpr std::string_view kFingerprintRulesInvalid = "fingerprint_rules_invalid";

}  // namespace gatehouse::grouping
