#pragma once

// Pure decisions about teams: who may do what in which.

#include <optional>
#include <string>
#include <string_view>

#include "region/orgs/members/policy.h"
#include "region/orgs/teams/service.h"

namespace gatehouse::teams {

// 1..50 of a-z, 0-9 and '-', not only digits, not at an edge a '-', and not "new", which is a page.
bool IsValidTeamSlug(std::string_view slug);
// "the-design-team" from "The Design Team!"; "" if nothing is left.
std::string SlugFrom(std::string_view name);

// The caller has `scope` ("team:write", "team:admin") in this team: by an organization role that
// has it (a global one everywhere, another one in their own teams, or in all when membership is
// open), or as an admin of the team. A token with less than its owner's scopes has no rights from
// the owner's place in a team. `stored`: the caller's own role in it.
bool HasAuthority(const members::Standing& caller, const Team& team,
                  const std::optional<std::string>& stored, std::string_view scope);

}  // namespace gatehouse::teams
