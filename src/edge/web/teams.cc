// Teams of an organization: list, create, rename, delete; join, leave, ask; who is in, as what.

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/web/messages.h"
#include "edge/web/organization.h"
#include "edge/web/people.h"
#include "edge/web/site.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kTeamMembersPerPage = 100;

std::string TeamsPath(const access::OrgAccess& access) {
  return "/organizations/" + access.organization.slug + "/teams/";
}

std::string NameOf(const orgs::Member& member) {
  return member.name.empty() ? member.email : member.name;
}

std::string CountOf(const teams::Team& team) {
  return std::to_string(team.member_count) + (team.member_count == 1 ? " member" : " members");
}

void FillMembership(html::Data& row, const teams::Team& team) {
  row.Show(team.is_member ? "IN" : team.has_pending_request ? "ASKED" : "OUT");
  if (team.idp_provisioned) row.Show("MANAGED");
}

Task<http::Response> ListPage(Site& site, Call& call, const access::OrgAccess& access,
                              std::string error_slug, int status) {
  const members::Caller caller = access::CallerOf(call.visitor, access);
  GH_CO_TRY(auto teams, co_await site.d.teams.List(access.organization.id, caller));
  GH_CO_TRY(auto requests, co_await site.d.teams.Requests(access.organization.id, caller));
  Page page("teams.tpl", "Teams");
  page.InOrg(access, "teams");
  html::Data& body = page.body();
  body.Set("ACTION", TeamsPath(access));
  body.Show(access.organization.open_membership() ? "OPEN" : "CLOSED");
  if (teams.empty()) body.Show("EMPTY");
  for (const teams::Team& team : teams) {
    html::Data& row = body.Add("TEAM");
    row.Set("NAME", team.name)
        .Set("SLUG", team.slug)
        .Set("URL", TeamsPath(access) + team.slug + "/")
        .Set("COUNT", CountOf(team));
    FillMembership(row, team);
  }
  for (const teams::AccessRequest& request : requests) {
    body.Add("REQUEST")
        .Set("ID", std::to_string(request.id))
        .Set("WHO", NameOf(request.member))
        .Set("TEAM_NAME", request.team.name)
        .Set("WHEN", FormatHuman(request.created_at));
  }
  if (!error_slug.empty()) AddError(body, error_slug);
  if (access.can("team:write")) {
    body.Add("CREATE")
        .Set("NEW_NAME", Field(call.form, "name"))
        .Set("NEW_SLUG", Field(call.form, "new_slug"));
  }
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowTeams(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "team:read"));
  co_return co_await ListPage(site, call, access, "", 200);
}

Task<http::Response> PostTeams(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "team:read"));
  const members::Caller caller = access::CallerOf(call.visitor, access);
  const std::string op = Field(call.form, "op");
  Result<void> done;
  std::string target = TeamsPath(access);
  std::string_view flash;
  if (op == "create") {
    auto team = co_await site.d.teams.Create(access.organization.id,
                                             AsciiLower(Trim(Field(call.form, "new_slug"))),
                                             std::string(Trim(Field(call.form, "name"))), caller);
    if (team) {
      target += team->slug + "/";
    } else {
      done = std::unexpected(team.error());
    }
    flash = "team_created";
  } else if (op == "approve" || op == "deny") {
    auto id = StrongId<struct RequestTag>::Parse(Field(call.form, "id"));
    if (!id) co_return Fail(Code::kInvalidArgument, "bad_request", "id");
    done = co_await site.d.teams.Decide(access.organization.id, id->value, op == "approve", caller);
    flash = op == "approve" ? "request_approved" : "request_rejected";
  } else {
    co_return Fail(Code::kInvalidArgument, "bad_request", "unknown op");
  }
  if (done) co_return Go(std::move(target), flash);
  GH_CO_TRY_VOID(co_await Refused(site, call, access, done.error()));
  co_return co_await ListPage(site, call, access, std::string(done.error().reason),
                              FormStatus(done.error()));
}

Task<http::Response> TeamPage(Site& site, Call& call, const access::OrgAccess& access,
                              std::string error_slug, int status) {
  const members::Caller caller = access::CallerOf(call.visitor, access);
  const std::string slug = call.request.Param("team");
  std::optional<MemberId> after;
  if (call.query.Has("after")) {
    after = MemberId::Parse(Field(call.query, "after"));
    if (!after) co_return Fail(Code::kInvalidArgument, "bad_request", "cursor");
  }
  GH_CO_TRY(auto team, co_await site.d.teams.Get(access.organization.id, slug, caller));
  GH_CO_TRY(auto members, co_await site.d.teams.Members(access.organization.id, slug, after,
                                                        kTeamMembersPerPage + 1));
  const bool more = members.size() > kTeamMembersPerPage;
  if (more) members.resize(kTeamMembersPerPage);
  bool team_admin = false;
  for (const teams::TeamMember& in : members) {
    if (in.member.id == access.member.id) team_admin = in.role == "admin";
  }
  const bool may_edit = access.can("team:write") || team_admin;

  Page page("team.tpl", team.name);
  page.InOrg(access, "teams");
  html::Data& body = page.body();
  const std::string here = TeamsPath(access) + team.slug + "/";
  body.Set("NAME", team.name)
      .Set("SLUG", team.slug)
      .Set("COUNT", CountOf(team))
      .Set("LIST_URL", TeamsPath(access))
      .Set("ACTION", here)
      .Set("ME", access.member.id.ToString());
  if (!error_slug.empty()) AddError(body, error_slug);
  FillMembership(body, team);
  body.Show(members.empty() ? "EMPTY" : "TABLE");
  for (const teams::TeamMember& in : members) {
    html::Data& row = body.Add("MEMBER");
    row.Set("ID", in.member.id.ToString())
        .Set("WHO", NameOf(in.member))
        .Set("URL", "/organizations/" + access.organization.slug + "/members/" +
                        in.member.id.ToString() + "/");
    row.Show(in.role == "admin" ? "ADMIN" : "CONTRIBUTOR");
    if (in.member.pending()) row.Show("PENDING");
    const bool fixed = teams::MinimumTeamRole(in.member.role) == "admin";
    if (may_edit && !team.idp_provisioned) {
      html::Data& edit = row.Add("EDIT");
      if (!fixed) edit.Show(in.role == "admin" ? "DEMOTE" : "PROMOTE");
    }
  }
  if (more) {
    body.Add("MORE").Set("URL", WithQuery(here, "after", members.back().member.id.ToString()));
  }
  if (may_edit) body.Add("RENAME");
  if (access.can("team:admin") || team_admin) body.Add("DELETE");
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowTeam(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "team:read"));
  co_return co_await TeamPage(site, call, access, "", 200);
}

Task<http::Response> PostTeam(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "team:read"));
  const members::Caller caller = access::CallerOf(call.visitor, access);
  const OrgId organization = access.organization.id;
  const std::string slug = call.request.Param("team");
  const std::string op = Field(call.form, "op");
  std::string target = TeamsPath(access) + slug + "/";
  std::string_view flash;
  Result<void> done;
  if (op == "edit") {
    auto team = co_await site.d.teams.Update(organization, slug,
                                             AsciiLower(Trim(Field(call.form, "new_slug"))),
                                             std::string(Trim(Field(call.form, "name"))), caller);
    if (team) {
      target = TeamsPath(access) + team->slug + "/";
    } else {
      done = std::unexpected(team.error());
    }
    flash = "team_saved";
  } else if (op == "delete") {
    if (!call.form.Has("confirm")) co_return Fail(Code::kInvalidArgument, "bad_request", "confirm");
    done = co_await site.d.teams.Delete(organization, slug, caller);
    target = TeamsPath(access);
    flash = "team_deleted";
  } else {
    auto member = MemberId::Parse(Field(call.form, "member"));
    if (!member) co_return Fail(Code::kInvalidArgument, "bad_request", "member");
    if (op == "join") {
      auto joined = co_await site.d.teams.Join(organization, slug, *member, caller);
      if (!joined) done = std::unexpected(joined.error());
      flash = joined && *joined == teams::Joined::kRequested ? "team_requested" : "team_joined";
    } else if (op == "leave") {
      done = co_await site.d.teams.Leave(organization, slug, *member, caller);
      flash = "team_left";
    } else if (op == "promote" || op == "demote") {
      done = co_await site.d.teams.SetRole(organization, slug, *member,
                                           op == "promote" ? "admin" : "contributor", caller);
      flash = "role_saved";
    } else {
      co_return Fail(Code::kInvalidArgument, "bad_request", "unknown op");
    }
  }
  if (done) co_return Go(std::move(target), flash);
  GH_CO_TRY_VOID(co_await Refused(site, call, access, done.error()));
  co_return co_await TeamPage(site, call, access, std::string(done.error().reason),
                              FormStatus(done.error()));
}

// The addresses in mails.
Task<http::Response> ToTeams(Site&, Call& call) {
  co_return Go("/organizations/" + http::PercentEncode(call.request.Param("slug")) + "/teams/");
}
Task<http::Response> ToTeam(Site&, Call& call) {
  co_return Go("/organizations/" + http::PercentEncode(call.request.Param("slug")) + "/teams/" +
               http::PercentEncode(call.request.Param("team")) + "/");
}

}  // namespace

void RegisterTeams(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/teams/", ShowTeams);
  site.Post(router, "/organizations/{slug}/teams/", PostTeams);
  site.Get(router, "/organizations/{slug}/teams/{team}/", ShowTeam);
  site.Post(router, "/organizations/{slug}/teams/{team}/", PostTeam);
  site.Get(router, "/settings/{slug}/teams/", ToTeams);
  site.Get(router, "/settings/{slug}/teams/{team}/", ToTeam);
}

}  // namespace gatehouse::web
