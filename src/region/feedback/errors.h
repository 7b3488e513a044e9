#pragma once

// Reason slugs of this module.

#include <string_view>

namespace gatehouse::feedback {

inline constexpr std::string_view kFeedbackFrozen = "feedback_frozen";
inline constexpr std::string_view kFeedbackInvalid = "feedback_invalid";

}  // namespace gatehouse::feedback
