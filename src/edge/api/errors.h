#pragma once

// Reason slugs of the API itself; those of the services pass through it.

#include <string_view>

namespace gatehouse::api {

inline constexpr std::string_view kBadRequest = "bad_request";
inline constexpr std::string_view kCursor = "cursor";
inline constexpr std::string_view kFieldRequired = "field_required";  // detail: the field's name
inline constexpr std::string_view kFieldInvalid = "field_invalid";    // detail: the field's name
// What the path names is not there: the slugs of the services that would say so.
inline constexpr std::string_view kUserNotFound = "user_not_found";
inline constexpr std::string_view kMemberNotFound = "member_not_found";
inline constexpr std::string_view kRequestNotFound = "request_not_found";
inline constexpr std::string_view kSessionNotFound = "session_not_found";
inline constexpr std::string_view kTokenNotFound = "token_not_found";
inline constexpr std::string_view kFactorNotFound = "factor_not_found";
inline constexpr std::string_view kIdentityNotFound = "identity_not_found";
inline constexpr std::string_view kNotInTeam = "not_in_team";
inline constexpr std::string_view kInviteInvalid = "invite_invalid";
inline constexpr std::string_view kProjectKeyNotFound = "project_key_not_found";
inline constexpr std::string_view kEnvironmentNotFound = "environment_not_found";
inline constexpr std::string_view kNoteNotFound = "note_not_found";
inline constexpr std::string_view kTagNotFound = "tag_not_found";
inline constexpr std::string_view kEventNotFound = "event_not_found";
inline constexpr std::string_view kItemNotFound = "item_not_found";
inline constexpr std::string_view kVisibilityInvalid = "visibility_invalid";
inline constexpr std::string_view kEventIdInvalid = "event_id_malformed";
inline constexpr std::string_view kStatsPeriodInvalid = "stats_period_invalid";
inline constexpr std::string_view kSortInvalid = "sort_invalid";
inline constexpr std::string_view kGroupInvalid = "group_id_invalid";

// As the services say it.
inline constexpr std::string_view kForbidden = "forbidden";
inline constexpr std::string_view kRoleTooHigh = "role_too_high";

}  // namespace gatehouse::api
