#pragma once

// Teams as the API shows them to the caller.

#include <map>
#include <string>
#include <vector>

#include "edge/api/api.h"
#include "edge/api/encode.h"

namespace gatehouse::api {

// The caller's role in each of their teams, by slug.
using TeamRolesOfCaller = std::map<std::string, std::string>;
Task<TeamRolesOfCaller> OwnTeamRoles(Call& call);

// With what the caller has to do with it: `access`, `hasAccess`, `teamRole`.
json::Object EncodeTeamFor(const Call& call, const teams::Team& team,
                           const TeamRolesOfCaller& roles);
Task<json::Array> EncodeTeamsFor(Call& call, std::vector<teams::Team> teams);
Task<http::Response> ReplyTeam(Call& call, teams::Team team, int status = 200);

}  // namespace gatehouse::api
