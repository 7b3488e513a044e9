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

// As the services say it.
inline constexpr std::string_view kForbidden = "forbidden";
inline constexpr std::string_view kRoleTooHigh = "role_too_high";

}  // namespace gatehouse::api
