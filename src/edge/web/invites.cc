// Invitations and requests of an organization: invite, ask to invite, send again, revoke, decide.

#include <algorithm>
#include <set>

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/web/messages.h"
#include "edge/web/organization.h"
#include "edge/web/people.h"
#include "edge/web/site.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kMaxAddresses = 50;
// So many are shown; the others are found by the search of the member list.
constexpr std::size_t kMaxShown = 200;

std::string InvitesPath(const access::OrgAccess& access) {
  return "/organizations/" + access.organization.slug + "/invites/";
}

// What the form held, and what is wrong with it.
struct EnteredInvite {
  std::string addresses;
  std::string role = "member";
  std::set<std::string> teams;
  std::string error_slug;
  std::string error_address;
};

// One address a line, or separated by commas, semicolons or spaces.
std::vector<std::string> SplitAddresses(std::string_view text) {
  std::vector<std::string> addresses;
  std::string current;
  auto take = [&] {
    if (!current.empty() && std::ranges::find(addresses, current) == addresses.end()) {
      addresses.push_back(current);
    }
    current.clear();
  };
  for (char c : text) {
    const bool gap = c == ',' || c == ';' || c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (gap) {
      take();
    } else {
      current += c;
    }
  }
  take();
  return addresses;
}

std::string_view StatusText(const invites::Invite& invite) {
  switch (invite.status) {
    case invites::Status::kRequestedToJoin:
      return "Asked to join";
    case invites::Status::kRequestedToBeInvited:
      return "Proposed by a member";
    case invites::Status::kApproved:
      break;
  }
  return invite.expired ? "Expired" : "Invited";
}

void FillRoles(html::Data& form, const std::vector<std::string>& grantable,
               std::string_view selected) {
  for (const orgs::Role& role : orgs::Roles()) {
    if (std::ranges::find(grantable, role.id) == grantable.end()) continue;
    html::Data& option = form.Add("OPTION");
    option.Set("ID", std::string(role.id)).Set("LABEL", std::string(role.name));
    if (role.id == selected) option.Show("SELECTED");
  }
}

Task<http::Response> InvitesPage(Site& site, Call& call, const access::OrgAccess& access,
                                 EnteredInvite entered, int status) {
  const members::Caller caller = access::CallerOf(call.visitor, access);
  const bool may_invite = access.can("member:write");
  GH_CO_TRY(auto pending, co_await site.d.invites.ListPending(access.organization.id, caller));
  GH_CO_TRY(auto teams, co_await site.d.teams.List(access.organization.id, caller));
  const std::size_t all = pending.size();
  // What waits for a decision first; the list has it last.
  const auto first_request = std::ranges::find_if(pending, [](const invites::Invite& invite) {
    return invite.status != invites::Status::kApproved;
  });
  std::ranges::rotate(pending, first_request);
  if (pending.size() > kMaxShown) pending.resize(kMaxShown);
  std::vector<UserId> ids;
  for (const invites::Invite& invite : pending) {
    if (invite.inviter) ids.push_back(*invite.inviter);
  }
  GH_CO_TRY(People people, co_await LoadPeople(site.d.users, std::move(ids)));
  // Anybody may be proposed for any role; who approves must be able to grant it.
  std::vector<std::string> roles = orgs::GrantableRoles(access.organization, access.scopes);
  if (!may_invite) {
    roles.clear();
    for (const orgs::Role& role : orgs::Roles()) {
      if (!role.is_retired) roles.emplace_back(role.id);
    }
  }

  Page page("invites.tpl", may_invite ? "Invite people" : "Ask to invite somebody");
  page.InOrg(access, "members");
  html::Data& body = page.body();
  body.Set("ACTION", InvitesPath(access))
      .Set("ORGANIZATION", access.organization.name)
      .Set("MEMBERS_URL", "/organizations/" + access.organization.slug + "/members/");
  if ((access.organization.flags & orgs::kNoInvites) != 0) {
    body.Show("CLOSED");
  } else {
    html::Data& form = body.Add("FORM");
    if (!entered.error_slug.empty()) {
      AddError(form, entered.error_slug);
      form.SetIf("ERROR_ADDRESS", entered.error_address);
    }
    form.Show(may_invite ? "INVITE" : "ASK");
    form.Set("ADDRESSES", entered.addresses);
    FillRoles(form, roles, entered.role);
    if (!teams.empty()) {
      html::Data& list = form.Add("TEAMS");
      for (const teams::Team& team : teams) {
        html::Data& row = list.Add("TEAM");
        row.Set("SLUG", team.slug).Set("LABEL", team.name);
        if (entered.teams.contains(team.slug)) row.Show("CHOSEN");
      }
    }
  }
  if (pending.empty()) body.Show("NONE");
  if (all > pending.size()) {
    body.Add("CUT")
        .Set("SHOWN", std::to_string(pending.size()))
        .Set("ALL", std::to_string(all))
        .Set("URL", WithQuery("/organizations/" + access.organization.slug + "/members/", "query",
                              "isInvited:true"));
  }
  for (const invites::Invite& invite : pending) {
    html::Data& row = body.Add("PENDING");
    row.Set("ID", invite.member.id.ToString())
        .Set("EMAIL", invite.member.email)
        .Set("ROLE", RoleName(invite.member.role))
        .Set("STATUS", std::string(StatusText(invite)));
    if (invite.inviter) row.SetIf("INVITER", people.Name(*invite.inviter));
    const bool request = invite.status != invites::Status::kApproved;
    row.Show(request ? "IS_REQUEST" : invite.expired ? "IS_EXPIRED" : "IS_OPEN");
    if (invite.expires_at && !request) row.SetIf("EXPIRES", FormatHuman(*invite.expires_at));
    if (!invite.link.empty() && !invite.expired) row.SetIf("LINK", invite.link);
    if (!may_invite) continue;
    html::Data& actions = row.Add(request ? "DECIDE" : "MANAGE");
    if (request) FillRoles(actions, roles, invite.member.role);
    if (!request && !invite.expired) actions.Show("RESEND");
    if (!request && access.can("member:admin")) actions.Show("RENEW");
  }
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowInvites(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "member:read"));
  co_return co_await InvitesPage(site, call, access, {}, 200);
}

Task<http::Response> PostNew(Site& site, Call& call, const access::OrgAccess& access) {
  const bool may_invite = access.can("member:write");
  const members::Caller caller = access::CallerOf(call.visitor, access);
  EnteredInvite entered;
  entered.addresses = Field(call.form, "addresses");
  entered.role = Field(call.form, "role");
  for (const auto& [field, value] : call.form.all()) {
    if (field == "team") entered.teams.insert(value);
  }
  std::vector<invites::NewInvite> invites;
  for (std::string& address : SplitAddresses(entered.addresses)) {
    invites::NewInvite invite;
    invite.email = std::move(address);
    invite.role = entered.role;
    for (const std::string& team : entered.teams) invite.teams.push_back({team, std::nullopt});
    invites.push_back(std::move(invite));
  }
  if (invites.empty() || invites.size() > kMaxAddresses) {
    entered.error_slug = invites.empty() ? "email_invalid" : "too_many_addresses";
    co_return co_await InvitesPage(site, call, access, std::move(entered), 400);
  }
  Result<void> done;
  if (may_invite) {
    if (entered.role == "owner") {
      GH_CO_TRY_VOID(access::Guard::RequireFreshProof(call.visitor));
    }
    auto created =
        co_await site.d.invites.Create(access.organization.id, std::move(invites), caller);
    if (!created) done = std::unexpected(created.error());
  } else {
    for (invites::NewInvite& invite : invites) {
      const std::string address = invite.email;
      auto asked =
          co_await site.d.invites.Request(access.organization.id, std::move(invite), caller);
      if (asked) continue;
      done = std::unexpected(asked.error());
      done.error().detail = address;
      break;
    }
  }
  if (done) co_return Go(InvitesPath(access), may_invite ? "invited" : "invite_requested");
  GH_CO_TRY_VOID(co_await Refused(site, call, access, done.error()));
  entered.error_slug = done.error().reason;
  // The service names the address; it is one that this very form sent.
  entered.error_address = done.error().detail;
  co_return co_await InvitesPage(site, call, access, std::move(entered), FormStatus(done.error()));
}

Task<http::Response> PostInvites(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "member:read"));
  const std::string op = Field(call.form, "op");
  if (op == "new") co_return co_await PostNew(site, call, access);

  const OrgId organization = access.organization.id;
  const members::Caller caller = access::CallerOf(call.visitor, access);
  auto id = MemberId::Parse(Field(call.form, "id"));
  if (!id) co_return Fail(Code::kInvalidArgument, "bad_request", "id");
  Result<void> done;
  std::string_view flash;
  if (op == "resend" || op == "renew") {
    auto sent = op == "resend" ? co_await site.d.invites.Resend(organization, *id, caller)
                               : co_await site.d.invites.Regenerate(organization, *id, caller);
    if (!sent) done = std::unexpected(sent.error());
    flash = "invite_sent";
  } else if (op == "revoke") {
    done = co_await site.d.members.Remove(organization, *id, caller);
    flash = "invite_revoked";
  } else if (op == "approve") {
    const std::string role = Field(call.form, "role");
    if (role == "owner") GH_CO_TRY_VOID(access::Guard::RequireFreshProof(call.visitor));
    auto approved = co_await site.d.invites.Approve(organization, *id, role, std::nullopt, caller);
    if (!approved) done = std::unexpected(approved.error());
    flash = "request_approved";
  } else if (op == "reject") {
    done = co_await site.d.invites.Reject(organization, *id, caller);
    flash = "request_rejected";
  } else {
    co_return Fail(Code::kInvalidArgument, "bad_request", "unknown op");
  }
  if (done) co_return Go(InvitesPath(access), flash);
  GH_CO_TRY_VOID(co_await Refused(site, call, access, done.error()));
  EnteredInvite entered;
  entered.error_slug = done.error().reason;
  co_return co_await InvitesPage(site, call, access, std::move(entered), FormStatus(done.error()));
}

// The address in mails to those who may decide on a request.
Task<http::Response> ToInvites(Site&, Call& call) {
  co_return Go("/organizations/" + http::PercentEncode(call.request.Param("slug")) + "/invites/");
}

}  // namespace

void RegisterInvites(Site& site, http::Router& router) {
  site.Get(router, "/organizations/{slug}/invites/", ShowInvites);
  site.Post(router, "/organizations/{slug}/invites/", PostInvites);
  site.Get(router, "/settings/{slug}/members/", ToInvites);
}

}  // namespace gatehouse::web
