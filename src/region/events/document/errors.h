#pragma once

// Reasons for which the text of an event is refused as a whole.

#include <string_view>

namespace gatehouse::events {

inline constexpr std::string_view kInvalidJson = "invalid_json";
inline constexpr std::string_view kJsonDepth = "json_depth";
inline constexpr std::string_view kEventTooLarge = "event_too_large";

}  // namespace gatehouse::events
