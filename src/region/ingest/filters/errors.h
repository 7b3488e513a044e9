#pragma once

// Reason slugs of this module.

#include <string_view>

namespace gatehouse::ingest {

inline constexpr std::string_view kFilterConditionInvalid = "filter_condition_invalid";

}  // namespace gatehouse::ingest
