// /api/0/organizations/{organization}/teams/, /api/0/teams/{organization}/{team}/…,
// …/members/{member}/teams/{team}/ and …/access-requests/.

#include "edge/api/teams.h"

#include "edge/api/cursor.h"
#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/values.h"

namespace gatehouse::api {
namespace {

Task<teams::Team> ReadTeam(Call& call) {
  return call.d.teams.Get(call.organization(), call.request.Param("team"), call.caller());
}

}  // namespace

Task<TeamRolesOfCaller> OwnTeamRoles(Call& call) {
  TeamRolesOfCaller roles;
  GH_CO_TRY(const members::Detail own,
            co_await call.d.members.Get(call.organization(), call.org().member.id, call.caller()));
  for (const members::TeamRole& one : own.teams) {
    roles.emplace(one.team_slug, teams::EffectiveTeamRole(own.member.role, one.role));
  }
  co_return roles;
}

json::Object EncodeTeamFor(const Call& call, const teams::Team& team,
                           const TeamRolesOfCaller& roles) {
  json::Object o = Encode(team);
  json::Array scopes;
  for (const std::string& scope : call.org().scopes) scopes.emplace_back(scope);
  o["access"] = std::move(scopes);
  o["hasAccess"] =
      team.is_member || call.org().organization.open_membership() || call.org().can("team:admin");
  const auto role = roles.find(team.slug);
  o["teamRole"] = role == roles.end() ? json::Value(nullptr) : json::Value(role->second);
  return o;
}

Task<json::Array> EncodeTeamsFor(Call& call, std::vector<teams::Team> teams) {
  GH_CO_TRY(const TeamRolesOfCaller roles, co_await OwnTeamRoles(call));
  json::Array list;
  for (const teams::Team& team : teams) list.push_back(EncodeTeamFor(call, team, roles));
  co_return list;
}

Task<http::Response> ReplyTeam(Call& call, teams::Team team, int status) {
  GH_CO_TRY(const TeamRolesOfCaller roles, co_await OwnTeamRoles(call));
  co_return Reply(EncodeTeamFor(call, team, roles), status);
}

Task<http::Response> ListTeams(Call& call) {
  GH_CO_TRY(auto teams, co_await call.d.teams.List(call.organization(), call.caller()));
  GH_CO_TRY(json::Array list, co_await EncodeTeamsFor(call, std::move(teams)));
  co_return Reply(std::move(list));
}

Task<http::Response> CreateTeam(Call& call) {
  GH_CO_TRY(json::Object body, call.Body());
  GH_CO_TRY(std::string slug, RequiredText(body, "slug"));
  GH_CO_TRY(auto name, OptionalText(body, "name"));
  std::string shown = name.value_or(slug);
  GH_CO_TRY(teams::Team team, co_await call.d.teams.Create(call.organization(), std::move(slug),
                                                           std::move(shown), call.caller()));
  co_return co_await ReplyTeam(call, std::move(team), 201);
}

Task<http::Response> GetTeam(Call& call) {
  GH_CO_TRY(teams::Team team, co_await ReadTeam(call));
  co_return co_await ReplyTeam(call, std::move(team));
}

Task<http::Response> UpdateTeam(Call& call) {
  GH_CO_TRY(json::Object body, call.Body());
  GH_CO_TRY(auto slug, OptionalText(body, "slug"));
  GH_CO_TRY(auto name, OptionalText(body, "name"));
  GH_CO_TRY(teams::Team team,
            co_await call.d.teams.Update(call.organization(), call.request.Param("team"),
                                         std::move(slug), std::move(name), call.caller()));
  co_return co_await ReplyTeam(call, std::move(team));
}

Task<http::Response> DeleteTeam(Call& call) {
  GH_CO_TRY_VOID(
      co_await call.d.teams.Delete(call.organization(), call.request.Param("team"), call.caller()));
  co_return http::Response::Empty(204);
}

Task<http::Response> ListTeamMembers(Call& call) {
  GH_CO_TRY(http::Form query, call.Query());
  GH_CO_TRY(auto cursor, CursorOf(query));
  std::optional<MemberId> after;
  if (cursor) after = MemberId{*cursor};
  GH_CO_TRY(auto found, co_await call.d.teams.Members(call.organization(),
                                                      call.request.Param("team"), after, kPage));
  std::vector<UserId> ids;
  for (const teams::TeamMember& one : found) AddPeople(one.member, ids);
  GH_CO_TRY(People people, co_await Load(call.d.users, std::move(ids)));
  json::Array list;
  for (const teams::TeamMember& one : found) {
    json::Object o = Encode(one.member, people, call.d.clock.Now());
    o["teamRole"] = one.role;
    o["teamSlug"] = call.request.Param("team");
    list.push_back(std::move(o));
  }
  http::Response response = Reply(std::move(list));
  std::optional<std::int64_t> next;
  if (found.size() == kPage) next = found.back().member.id.value;
  AddCursor(response, call.request, next);
  co_return response;
}

// ---- one member in one team ---------------------------------------------------------------------

Task<http::Response> GetTeamMembership(Call& call) {
  GH_CO_TRY(MemberId id, MemberOf(call));
  GH_CO_TRY(teams::Team team, co_await ReadTeam(call));
  GH_CO_TRY(members::Detail detail,
            co_await call.d.members.Get(call.organization(), id, call.caller()));
  for (const members::TeamRole& one : detail.teams) {
    if (one.team_slug != team.slug) continue;
    co_return Reply(json::Object{
        {"isActive", true}, {"teamRole", teams::EffectiveTeamRole(detail.member.role, one.role)}});
  }
  co_return Fail(Code::kNotFound, kNotInTeam);
}

Task<http::Response> JoinTeam(Call& call) {
  GH_CO_TRY(MemberId id, MemberOf(call));
  GH_CO_TRY(teams::Joined joined,
            co_await call.d.teams.Join(call.organization(), call.request.Param("team"), id,
                                       call.caller()));
  switch (joined) {
    case teams::Joined::kAlready:
      co_return http::Response::Empty(204);
    case teams::Joined::kRequested:
      co_return http::Response::Empty(202);
    case teams::Joined::kAdded:
      break;
  }
  GH_CO_TRY(teams::Team team, co_await ReadTeam(call));
  co_return co_await ReplyTeam(call, std::move(team), 201);
}

Task<http::Response> SetTeamRole(Call& call) {
  GH_CO_TRY(MemberId id, MemberOf(call));
  GH_CO_TRY(json::Object body, call.Body());
  GH_CO_TRY(std::string role, RequiredText(body, "teamRole"));
  GH_CO_TRY_VOID(co_await call.d.teams.SetRole(call.organization(), call.request.Param("team"), id,
                                               std::move(role), call.caller()));
  co_return co_await GetTeamMembership(call);
}

Task<http::Response> LeaveTeam(Call& call) {
  GH_CO_TRY(MemberId id, MemberOf(call));
  GH_CO_TRY_VOID(co_await call.d.teams.Leave(call.organization(), call.request.Param("team"), id,
                                             call.caller()));
  GH_CO_TRY(teams::Team team, co_await ReadTeam(call));
  co_return co_await ReplyTeam(call, std::move(team));
}

// ---- requests to join a team --------------------------------------------------------------------

Task<http::Response> ListAccessRequests(Call& call) {
  GH_CO_TRY(auto requests, co_await call.d.teams.Requests(call.organization(), call.caller()));
  std::vector<UserId> ids;
  for (const teams::AccessRequest& request : requests) {
    AddPeople(request.member, ids);
    if (request.requester) ids.push_back(*request.requester);
  }
  GH_CO_TRY(People people, co_await Load(call.d.users, std::move(ids)));
  json::Array list;
  for (const teams::AccessRequest& request : requests) {
    list.push_back(Encode(request, people, call.d.clock.Now()));
  }
  co_return Reply(std::move(list));
}

Task<http::Response> DecideAccessRequest(Call& call) {
  auto id = StrongId<struct RequestTag>::Parse(call.request.Param("request"));
  if (!id) co_return Fail(Code::kNotFound, kRequestNotFound);
  GH_CO_TRY(json::Object body, call.Body());
  GH_CO_TRY(bool approve, RequiredBool(body, "isApproved"));
  GH_CO_TRY_VOID(
      co_await call.d.teams.Decide(call.organization(), id->value, approve, call.caller()));
  co_return http::Response::Empty(204);
}

}  // namespace gatehouse::api
