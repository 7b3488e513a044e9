// Members of an organization: find them, look at one, change role and teams, remove, leave.

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/access/factor_reset.h"
#include "edge/web/messages.h"
#include "edge/web/organization.h"
#include "edge/web/people.h"
#include "edge/web/site.h"
#include "platform/http/url.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kMembersPerPage = 50;
constexpr std::size_t kMaxQuery = 200;

std::string MembersPath(const access::OrgAccess& access) {
  return "/organizations/" + access.organization.slug + "/members/";
}

// Users whom only the control half can find: by a secondary address.
Task<std::vector<UserId>> FindElsewhere(Site& site, std::string_view query) {
  std::vector<UserId> found;
  for (std::string_view word : Split(query, ' ')) {
    if (!word.starts_with("email:")) continue;
    std::string address(word.substr(6));
    std::erase(address, '"');
    auto users = co_await site.d.users.FindByAnyEmail(std::move(address));
    if (users) {
      found.insert(found.end(), users->begin(), users->end());
    } else if (users.error().code != Code::kInvalidArgument) {
      co_return std::unexpected(users.error());
    }
  }
  co_return found;
}

void FillFlags(html::Data& row, const orgs::Member& member, bool has_sso) {
  if (member.pending()) row.Show("PENDING");
  if (!member.pending() && !member.user_is_active) row.Show("INACTIVE");
  if (!member.pending()) row.Show(member.user_has_2fa ? "HAS_2FA" : "NO_2FA");
  if (has_sso) {
    html::Data& sso = row.Add("SSO");
    sso.Show(member.sso_invalid() ? "INVALID" : member.sso_linked() ? "LINKED" : "UNLINKED");
  }
}

Task<http::Response> ShowMembers(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "member:read"));
  members::Search search;
  search.query = std::string(Trim(Field(call.query, "query")));
  if (search.query.size() > kMaxQuery) {
    co_return Fail(Code::kInvalidArgument, "bad_request", "query");
  }
  if (call.query.Has("after")) {
    search.after = MemberId::Parse(Field(call.query, "after"));
    if (!search.after) co_return Fail(Code::kInvalidArgument, "bad_request", "cursor");
  }
  // One more than shown tells whether there is a next page.
  search.limit = kMembersPerPage + 1;
  const std::string query = search.query;
  const bool further = search.after.has_value();
  GH_CO_TRY(auto elsewhere, co_await FindElsewhere(site, query));
  GH_CO_TRY(auto provider, co_await site.d.sso.FindProvider(access.organization.id));
  GH_CO_TRY(auto list, co_await site.d.members.List(access.organization.id, std::move(search),
                                                    std::move(elsewhere)));
  const bool more = list.members.size() > kMembersPerPage;
  if (more) list.members.resize(kMembersPerPage);

  Page page("members.tpl", "Members");
  page.InOrg(access, "members");
  html::Data& body = page.body();
  const std::string base = MembersPath(access);
  body.Set("QUERY", query).Set("ACTION", base);
  body.Add(query.empty() ? "ALL" : "FOUND").Set("TOTAL", std::to_string(list.total));
  body.Set("INVITES_URL", "/organizations/" + access.organization.slug + "/invites/");
  body.Show(access.can("member:write") ? "CAN_INVITE" : "CAN_ASK");
  if (list.members.empty()) {
    body.Show("EMPTY");
  } else if (html::Data& table = body.Add("TABLE"); provider) {
    table.Show("HAS_SSO");
  }
  for (const orgs::Member& member : list.members) {
    html::Data& row = body.Add("MEMBER");
    const std::string name = member.name.empty() ? member.email : member.name;
    row.Set("NAME", name)
        .Set("URL", base + member.id.ToString() + "/")
        .SetIf("EMAIL", name != member.email ? member.email : "")
        .Set("ROLE", RoleName(member.role));
    if (member.user == call.user().id) row.Show("YOU");
    FillFlags(row, member, provider.has_value());
  }
  auto page_url = [&](std::string_view after) {
    std::string url = base;
    if (!query.empty()) http::AppendQuery(url, "query", query);
    if (!after.empty()) http::AppendQuery(url, "after", after);
    return url;
  };
  if (more) body.Add("MORE").Set("URL", page_url(list.members.back().id.ToString()));
  if (further) body.Add("FIRST").Set("URL", page_url(""));
  if (!query.empty()) body.Add("CLEAR").Set("URL", base);
  co_return co_await site.Show(call, std::move(page));
}

Result<MemberId> MemberOf(const Call& call) {
  auto id = MemberId::Parse(call.request.Param("member"));
  if (!id) return Fail(Code::kNotFound, "member_not_found");
  return *id;
}

Task<http::Response> DetailPage(Site& site, Call& call, const access::OrgAccess& access,
                                MemberId id, std::string error_slug, int status) {
  GH_CO_TRY(auto detail, co_await site.d.members.Get(access.organization.id, id,
                                                     access::CallerOf(call.visitor, access)));
  GH_CO_TRY(auto provider, co_await site.d.sso.FindProvider(access.organization.id));
  GH_CO_TRY(auto teams, co_await site.d.teams.List(access.organization.id,
                                                   access::CallerOf(call.visitor, access)));
  const orgs::Member& member = detail.member;
  const bool self = member.user == call.user().id;
  const std::string name = member.name.empty() ? member.email : member.name;
  Page page("member.tpl", name);
  page.InOrg(access, "members");
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  body.Set("NAME", name)
      .Set("EMAIL", member.email)
      .Set("ROLE", RoleName(member.role))
      .Set("SINCE", FormatHuman(member.created_at))
      .Set("ORGANIZATION", access.organization.name)
      .Set("ACTION", MembersPath(access) + id.ToString() + "/")
      .Set("LIST_URL", MembersPath(access))
      .Set("VERSION", std::to_string(member.version));
  if (self) body.Show("YOU");
  FillFlags(body, member, provider.has_value());
  if (detail.is_only_owner) body.Show("ONLY_OWNER");

  const bool managed = (member.flags & (orgs::kIdpRoleRestricted | orgs::kPartnershipRestricted));
  if (managed) body.Show("MANAGED");
  const bool may_role =
      access.can("member:write") && !self && !managed && !detail.grantable_roles.empty();
  if (may_role) {
    html::Data& form = body.Add("ROLE_FORM");
    for (const orgs::Role& role : orgs::Roles()) {
      const bool mine = role.id == member.role;
      if (!mine &&
          std::ranges::find(detail.grantable_roles, role.id) == detail.grantable_roles.end())
        continue;
      html::Data& option = form.Add("OPTION");
      option.Set("ID", std::string(role.id))
          .Set("LABEL", std::string(role.name))
          .Set("HELP", std::string(role.description));
      if (mine) option.Show("SELECTED");
    }
  }
  if (access.can("member:write") && !teams.empty()) {
    html::Data& form = body.Add("TEAMS_FORM");
    for (const teams::Team& team : teams) {
      html::Data& row = form.Add("TEAM");
      row.Set("SLUG", team.slug).Set("LABEL", team.name);
      for (const members::TeamRole& in : detail.teams) {
        if (in.team_slug != team.slug) continue;
        row.Show("IN");
        if (in.role == "admin") row.Show("ADMIN");
      }
    }
  } else {
    if (!detail.teams.empty()) {
      html::Data& list = body.Add("TEAM_LIST");
      for (const members::TeamRole& in : detail.teams) {
        list.Add("TEAM_ROW").Set("SLUG", in.team_slug);
      }
    }
  }
  if (provider && access.can("member:write") && !member.pending() && !member.sso_linked()) {
    body.Add("SEND_LINK").Set("PROVIDER", provider->name);
  }
  if (!self && access.can("member:admin") && member.user_has_2fa &&
      orgs::RolePriority(access.member.role) >= orgs::RolePriority(member.role)) {
    body.Show("RESET");
  }
  if ((self || access.can("member:admin")) && !detail.is_only_owner) {
    html::Data& card = body.Add(self ? "LEAVE" : "REMOVE");
    if (provider) card.Show("LINK_GOES");
  }
  if (access.can("org:write") && member.user) {
    std::string url = "/organizations/" + access.organization.slug + "/audit-log/";
    body.Add("AUDIT")
        .Set("DID_URL", WithQuery(url, "actor", member.user->ToString()))
        .Set("ABOUT_URL", WithQuery(url, "target", member.user->ToString()));
  }
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowMember(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "member:read"));
  GH_CO_TRY(MemberId id, MemberOf(call));
  co_return co_await DetailPage(site, call, access, id, "", 200);
}

Result<members::Change> ChangeOf(const Call& call, std::string_view op) {
  members::Change change;
  const std::string version = Field(call.form, "version");
  std::int64_t seen = 0;
  auto [end, ec] = std::from_chars(version.data(), version.data() + version.size(), seen);
  if (ec != std::errc() || end != version.data() + version.size()) {
    return Fail(Code::kInvalidArgument, "bad_request", "version");
  }
  change.version = seen;
  if (op == "role") {
    change.role = Field(call.form, "role");
  } else {
    change.teams.emplace();
    for (const auto& [field, slug] : call.form.all()) {
      if (field != "team") continue;
      members::TeamRole team{slug, std::nullopt};
      if (call.form.Has("admin-" + slug)) team.role = "admin";
      change.teams->push_back(std::move(team));
    }
  }
  return change;
}

// Mails a member who is not linked to the identity provider the way to link.
Task<void> SendLink(Site& site, Call& call, const access::OrgAccess& access, MemberId id) {
  GH_CO_TRY(auto provider, co_await site.d.sso.FindProvider(access.organization.id));
  if (!provider) co_return Fail(Code::kInvalidArgument, "bad_request", "no provider");
  co_return co_await site.d.invites.SendLink(access.organization.id, id, provider->name,
                                             access::CallerOf(call.visitor, access));
}

// For a member who lost them all.
Task<void> ResetFactors(Site& site, Call& call, const access::OrgAccess& access, MemberId id) {
  if (!call.form.Has("confirm")) co_return Fail(Code::kInvalidArgument, "bad_request", "confirm");
  GH_CO_TRY_VOID(access::Guard::RequireFreshProof(call.visitor));
  if (!access.can("member:admin")) co_return Fail(Code::kPermissionDenied, "forbidden");
  GH_CO_TRY(auto detail, co_await site.d.members.Get(access.organization.id, id,
                                                     access::CallerOf(call.visitor, access)));
  const std::optional<UserId> user = detail.member.user;
  GH_CO_TRY_VOID(co_await access::CheckFactorReset(site.d.orgs, access, std::move(detail.member)));
  co_return co_await site.d.factors.Reset(*user, call.user().username, call.user().id,
                                          access.organization.id,
                                          call.visitor.client.correlation_id);
}

Task<http::Response> PostMember(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "member:read"));
  GH_CO_TRY(MemberId id, MemberOf(call));
  const std::string op = Field(call.form, "op");
  const members::Caller caller = access::CallerOf(call.visitor, access);
  const std::string here = MembersPath(access) + id.ToString() + "/";
  if (op == "role" || op == "teams") {
    GH_CO_TRY(auto change, ChangeOf(call, op));
    if (change.role == "owner") GH_CO_TRY_VOID(access::Guard::RequireFreshProof(call.visitor));
    auto updated =
        co_await site.d.members.Update(access.organization.id, id, std::move(change), caller);
    if (updated) co_return Go(here, op == "role" ? "role_saved" : "teams_saved");
    GH_CO_TRY_VOID(co_await Refused(site, call, access, updated.error()));
    co_return co_await DetailPage(site, call, access, id, std::string(updated.error().reason),
                                  FormStatus(updated.error()));
  }
  if (op == "send-link" || op == "reset-factors") {
    auto done = op == "send-link" ? co_await SendLink(site, call, access, id)
                                  : co_await ResetFactors(site, call, access, id);
    if (done) co_return Go(here, op == "send-link" ? "link_mail_sent" : "factors_reset");
    GH_CO_TRY_VOID(co_await Refused(site, call, access, done.error()));
    co_return co_await DetailPage(site, call, access, id, std::string(done.error().reason),
                                  FormStatus(done.error()));
  }
  if (op == "remove" || op == "leave") {
    if (!call.form.Has("confirm")) co_return Fail(Code::kInvalidArgument, "bad_request", "confirm");
    auto removed = co_await site.d.members.Remove(access.organization.id, id, caller);
    if (removed) {
      co_return op == "leave" ? Go("/organizations/", "organization_left")
                              : Go(MembersPath(access), "member_removed");
    }
    GH_CO_TRY_VOID(co_await Refused(site, call, access, removed.error()));
    co_return co_await DetailPage(site, call, access, id, std::string(removed.error().reason),
                                  FormStatus(removed.error()));
  }
  co_return Fail(Code::kInvalidArgument, "bad_request", "unknown op");
}

// ---- over the limit -----------------------------------------------------------------------------

Task<access::OrgAccess> EnterOnHold(Site& site, Call& call) {
  return site.d.guard.EnterOrg(call.visitor, call.request.Param("slug"), "member:read",
                               access::Seat::kNotNeeded);
}

Task<http::Response> ShowOnHold(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await EnterOnHold(site, call));
  const std::string& slug = access.organization.slug;
  if (!access.member.over_limit()) co_return Go("/organizations/" + slug + "/");
  Page page("on_hold.tpl", "Your place is on hold");
  page.body()
      .Set("ORGANIZATION", access.organization.name)
      .Set("ACTION", "/organizations/" + slug + "/disabled-member/");
  co_return site.ShowCard(call, std::move(page), 200);
}

Task<http::Response> LeaveOnHold(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await EnterOnHold(site, call));
  if (!call.form.Has("confirm")) co_return Fail(Code::kInvalidArgument, "bad_request", "confirm");
  GH_CO_TRY_VOID(co_await site.d.members.Remove(access.organization.id, access.member.id,
                                                access::CallerOf(call.visitor, access)));
  co_return Go("/organizations/", "organization_left");
}

}  // namespace

void RegisterMembers(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/disabled-member/", ShowOnHold);
  site.Post(router, "/organizations/{slug}/disabled-member/", LeaveOnHold);
  site.Get(router, "/organizations/{slug}/members/", ShowMembers);
  site.Get(router, "/organizations/{slug}/members/{member}/", ShowMember);
  site.Post(router, "/organizations/{slug}/members/{member}/", PostMember);
}

}  // namespace gatehouse::web
