#pragma once

// Reason slugs of member administration; service.h says when each is returned. The ones that
// organizations share (role_unknown, organization_not_found) are in region/orgs/errors.h.

#include <string_view>

namespace gatehouse::members {

inline constexpr std::string_view kMemberNotFound = "member_not_found";
inline constexpr std::string_view kForbidden = "forbidden";
inline constexpr std::string_view kRoleTooHigh = "role_too_high";
inline constexpr std::string_view kRoleRetired = "role_retired";
inline constexpr std::string_view kOwnRole = "own_role";
inline constexpr std::string_view kMembershipLocked = "membership_locked";
inline constexpr std::string_view kOnlyOwner = "only_owner";
inline constexpr std::string_view kMemberChanged = "member_changed";
inline constexpr std::string_view kTeamUnknown = "team_unknown";
inline constexpr std::string_view kTeamRoleUnknown = "team_role_unknown";

}  // namespace gatehouse::members
