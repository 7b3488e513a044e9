#pragma once

// Reason slugs of this module.

#include <string_view>

namespace gatehouse::issues {

inline constexpr std::string_view kIssueNotFound = "issue_not_found";
inline constexpr std::string_view kIssueQueryInvalid = "issue_query_invalid";
inline constexpr std::string_view kIssueStatusInvalid = "issue_status_invalid";
inline constexpr std::string_view kIssueSubstatusInvalid = "issue_substatus_invalid";
inline constexpr std::string_view kIssueReleaseUnknown = "issue_release_unknown";
inline constexpr std::string_view kIssueManyProjects = "issue_many_projects";
inline constexpr std::string_view kAssigneeInvalid = "assignee_invalid";
inline constexpr std::string_view kSnoozeInvalid = "snooze_invalid";
inline constexpr std::string_view kNoteInvalid = "note_invalid";
inline constexpr std::string_view kAttachmentNotFound = "attachment_not_found";
inline constexpr std::string_view kNoteNotFound = "note_not_found";

}  // namespace gatehouse::issues
