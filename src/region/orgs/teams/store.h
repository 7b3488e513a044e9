#pragma once

// Teams in SQL: synchronous functions over an open transaction. The organization is the first
// argument of everything. `viewer` is the caller's member, of whom Team says whether they are in.
// Errors: those of sql::Tx and what each line says.

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/sql/sql.h"
#include "region/orgs/teams/service.h"

namespace gatehouse::teams::store {

// By slug.
Result<std::vector<Team>> All(sql::Tx& tx, OrgId organization, MemberId viewer);
// Errors: kNotFound "team_not_found".
Result<Team> Find(sql::Tx& tx, OrgId organization, std::string_view slug, MemberId viewer);
// Errors: kAlreadyExists "slug_taken".
Result<void> Insert(sql::Tx& tx, const Team& team);
// Slug and name. Errors: kAlreadyExists "slug_taken".
Result<void> Update(sql::Tx& tx, const Team& team);
// With its memberships and requests.
Result<void> Delete(sql::Tx& tx, OrgId organization, TeamId team);

Result<std::vector<TeamMember>> Members(sql::Tx& tx, OrgId organization, TeamId team,
                                        MemberId after, std::size_t limit);
struct Place {
  std::optional<std::string> role;  // as stored
};
// None: not in the team.
Result<std::optional<Place>> PlaceIn(sql::Tx& tx, OrgId organization, TeamId team, MemberId member);
// false: in the team already. A request of the member's for it is settled either way.
Result<bool> Add(sql::Tx& tx, OrgId organization, TeamId team, MemberId member, Timestamp now);
// false: was not in it.
Result<bool> Take(sql::Tx& tx, OrgId organization, TeamId team, MemberId member);
Result<void> SetRole(sql::Tx& tx, OrgId organization, TeamId team, MemberId member,
                     const std::optional<std::string>& role);

// Members and addresses of those who may decide on requests for the team, at most `limit`.
Result<std::vector<std::pair<MemberId, std::string>>> Deciders(sql::Tx& tx, OrgId organization,
                                                               TeamId team, std::size_t limit);
Result<std::vector<AccessRequest>> Requests(sql::Tx& tx, OrgId organization, MemberId viewer);
// Errors: kNotFound "request_not_found".
Result<AccessRequest> FindRequest(sql::Tx& tx, OrgId organization, std::int64_t request,
                                  MemberId viewer);
// false: the member has asked already.
Result<bool> InsertRequest(sql::Tx& tx, const AccessRequest& request);
Result<void> DeleteRequest(sql::Tx& tx, OrgId organization, TeamId team, MemberId member);

}  // namespace gatehouse::teams::store
