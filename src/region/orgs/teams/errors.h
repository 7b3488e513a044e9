#pragma once

// Reason slugs of teams; service.h says when each is returned. The ones shared with members
// (member_not_found, forbidden, role_too_high, membership_locked, team_role_unknown) are in
// region/orgs/members/errors.h, those shared with organizations (slug_invalid, slug_taken,
// name_invalid) in region/orgs/errors.h.

#include <string_view>

namespace gatehouse::teams {

inline constexpr std::string_view kTeamNotFound = "team_not_found";
inline constexpr std::string_view kNotInTeam = "not_in_team";
inline constexpr std::string_view kRequestNotFound = "request_not_found";

}  // namespace gatehouse::teams
