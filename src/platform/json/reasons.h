#pragma once

// Why a text was refused, for the parsers of this module.

#include <string_view>

namespace gatehouse::json {

inline constexpr std::string_view kInvalid = "json_invalid";
inline constexpr std::string_view kDepth = "json_depth";
inline constexpr std::string_view kDuplicateKey = "json_duplicate_key";
inline constexpr std::string_view kTooLarge = "json_too_large";

}  // namespace gatehouse::json
