#pragma once

// Reason slugs of this module.

#include <string_view>

namespace gatehouse::issues {

inline constexpr std::string_view kIssueNotFound = "issue_not_found";
inline constexpr std::string_view kIssueQueryInvalid = "issue_query_invalid";
inline constexpr std::string_view kIssueStatusInvalid = "issue_status_invalid";

}  // namespace gatehouse::issues
