#pragma once

// Reason slugs of this module.

#include <string_view>

namespace gatehouse::releases {

inline constexpr std::string_view kReleaseNotFound = "release_not_found";
inline constexpr std::string_view kReleaseInvalid = "release_invalid";
// Issues that are not done with name it as the first one they were seen in.
inline constexpr std::string_view kReleaseReferenced = "release_referenced";
// Sessions name it.
inline constexpr std::string_view kReleaseHasHealth = "release_has_health";
inline constexpr std::string_view kReleaseStatusUnknown = "release_status_unknown";
inline constexpr std::string_view kReleaseSortUnknown = "release_sort_unknown";
inline constexpr std::string_view kRepositoryUnknown = "repository_unknown";  // detail: its name
inline constexpr std::string_view kEnvironmentInvalid = "environment_invalid";
inline constexpr std::string_view kCommitInvalid = "commit_invalid";  // detail: the field
inline constexpr std::string_view kReleaseProjectInvalid = "release_project_invalid";

}  // namespace gatehouse::releases
