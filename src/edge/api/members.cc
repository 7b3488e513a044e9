// /api/0/organizations/{organization}/members/…: who belongs to an organization.

#include "edge/access/errors.h"
#include "edge/api/cursor.h"
#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/values.h"

namespace gatehouse::api {
namespace {

// Addresses that the search asks for: the control half knows the secondary ones.
std::vector<std::string> AddressesOf(std::string_view query) {
  constexpr std::string_view kToken = "email:";
  std::vector<std::string> addresses;
  for (std::size_t at = 0; (at = query.find(kToken, at)) != std::string_view::npos;) {
    const bool starts = at == 0 || query[at - 1] == ' ';
    at += kToken.size();
    if (!starts) continue;
    std::string_view value = query.substr(at, query.find(' ', at) - at);
    if (value.starts_with('"')) {
      value = query.substr(at + 1);
      value = value.substr(0, value.find('"'));
    }
    if (!value.empty()) addresses.emplace_back(value);
  }
  return addresses;
}

Task<http::Response> Show(Call& call, const members::Detail& detail) {
  GH_CO_TRY(People people, co_await PeopleOf(call.d.users, detail.member));
  co_return Reply(EncodeWithRoles(detail, call.org().organization, people, call.d.clock.Now()));
}

// A mail with the link again; `regenerate` makes a new one first. A member who has come, but is not
// linked to the provider yet, is mailed the way to link.
Task<void> Reinvite(Call& call, const orgs::Member& row, bool regenerate) {
  const MemberId member = row.id;
  if (!row.pending() && !row.sso_linked()) {
    GH_CO_TRY(auto provider, co_await call.d.sso.FindProvider(call.organization()));
    if (provider) {
      co_return co_await call.d.invites.SendLink(call.organization(), member, provider->name,
                                                 call.caller());
    }
  }
  if (regenerate) {
    GH_CO_TRY_VOID(co_await call.d.invites.Regenerate(call.organization(), member, call.caller()));
  } else {
    GH_CO_TRY_VOID(co_await call.d.invites.Resend(call.organization(), member, call.caller()));
  }
  co_return Result<void>();
}

Task<http::Response> PageOfMembers(Call& call, bool only_users) {
  GH_CO_TRY(http::Form query, call.Query());
  GH_CO_TRY(auto cursor, CursorOf(query));
  GH_CO_TRY(auto text, query.One("query"));
  GH_CO_TRY(auto expand, query.One("expand"));
  members::Search search;
  search.query = std::string(text.value_or(""));
  search.limit = kPage;
  if (cursor) search.after = MemberId{*cursor};
  std::vector<UserId> also;
  for (std::string& address : AddressesOf(search.query)) {
    // What is no address finds nobody by it.
    auto found = co_await call.d.users.FindByAnyEmail(std::move(address));
    if (found) {
      also.insert(also.end(), found->begin(), found->end());
    } else if (found.error().code != Code::kInvalidArgument) {
      co_return std::unexpected(found.error());
    }
  }
  GH_CO_TRY(members::Page page,
            co_await call.d.members.List(call.organization(), std::move(search), std::move(also)));
  std::vector<UserId> ids;
  for (const orgs::Member& member : page.members) AddPeople(member, ids);
  GH_CO_TRY(People people, co_await Load(call.d.users, std::move(ids)));
  projects::SlugsByMember projects;
  // A process without projects has none to tell of.
  const bool with_projects = only_users && call.d.events != nullptr;
  if (with_projects && !page.members.empty()) {
    GH_CO_TRY(projects, co_await call.events().projects.SlugsOfMembers(
                            call.organization(), page.members.front().id, page.members.back().id));
  }
  json::Array list;
  for (const orgs::Member& member : page.members) {
    if (only_users && member.pending()) continue;
    json::Object o = Encode(member, people, call.d.clock.Now());
    if (with_projects) {
      json::Array slugs;
      for (const std::string& slug : projects[member.id]) slugs.emplace_back(slug);
      o["projects"] = std::move(slugs);
    }
    if (expand == "externalUsers") o["externalUsers"] = json::Array();
    list.push_back(std::move(o));
  }
  http::Response response = Reply(std::move(list));
  std::optional<std::int64_t> next;
  if (page.members.size() == kPage) next = page.members.back().id.value;
  AddCursor(response, call.request, next);
  if (!only_users) response.headers.Set("X-Hits", std::to_string(page.total));
  co_return response;
}

}  // namespace

Task<http::Response> ListMembers(Call& call) { return PageOfMembers(call, false); }

Task<http::Response> ListOrganizationUsers(Call& call) { return PageOfMembers(call, true); }

Task<http::Response> GetMember(Call& call) {
  GH_CO_TRY(MemberId id, MemberOf(call));
  GH_CO_TRY(members::Detail detail,
            co_await call.d.members.Get(call.organization(), id, call.caller()));
  co_return co_await Show(call, detail);
}

Task<http::Response> UpdateMember(Call& call) {
  GH_CO_TRY(MemberId id, MemberOf(call));
  GH_CO_TRY(json::Object body, call.Body());
  members::Change change;
  GH_CO_TRY(change.role, RoleOf(body));
  GH_CO_TRY(change.teams, TeamsOf(body));
  if (change.role == "owner") GH_CO_TRY_VOID(call.RequireFreshSession());
  GH_CO_TRY(auto reinvite, OptionalBool(body, "reinvite"));
  GH_CO_TRY(auto regenerate, OptionalBool(body, "regenerate"));
  // Also refuses a request that nobody has approved, whatever the body says.
  GH_CO_TRY(members::Detail detail,
            co_await call.d.members.Get(call.organization(), id, call.caller()));
  if (reinvite.value_or(false)) {
    GH_CO_TRY_VOID(co_await Reinvite(call, detail.member, regenerate.value_or(false)));
  }
  if (change.role || change.teams) {
    GH_CO_TRY(detail, co_await call.d.members.Update(call.organization(), id, std::move(change),
                                                     call.caller()));
  } else if (reinvite.value_or(false)) {
    GH_CO_TRY(detail, co_await call.d.members.Get(call.organization(), id, call.caller()));
  }
  co_return co_await Show(call, detail);
}

Task<http::Response> RemoveMember(Call& call) {
  GH_CO_TRY(MemberId id, MemberOf(call));
  if (call.org().member.over_limit() && id != call.org().member.id) {
    co_return Fail(Code::kUnauthenticated, access::kMemberOverLimit);
  }
  GH_CO_TRY_VOID(co_await call.d.members.Remove(call.organization(), id, call.caller()));
  co_return http::Response::Empty(204);
}

}  // namespace gatehouse::api
