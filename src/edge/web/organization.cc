// Organizations: the list, a new one, its overview.

#include "edge/web/organization.h"
#include "base/text.h"
#include "edge/access/access.h"
#include "edge/access/people.h"
#include "edge/web/messages.h"
#include "edge/web/site.h"

namespace gatehouse::web {

namespace {

Task<http::Response> ListPage(Site& site, Call& call, std::string error_slug, int status) {
  GH_CO_TRY(auto memberships, co_await site.VisibleOrgs(call));
  Page page("organizations.tpl", "Organizations");
  page.InAccount("organizations");
  html::Data& body = page.body();
  for (const auto& membership : memberships) {
    body.Add("ORGANIZATION")
        .Set("NAME", membership.organization.name)
        .Set("SLUG", membership.organization.slug)
        .Set("ROLE", RoleName(membership.member.role));
  }
  if (memberships.empty()) body.Show("EMPTY");
  if (call.visitor.has_own_proof()) {
    html::Data& form = body.Add("CREATE");
    if (!error_slug.empty()) {
      AddError(form, error_slug);
      form.Set("NAME", Field(call.form, "name")).Set("SLUG", Field(call.form, "slug"));
    }
    form.Set("CSRF", site.d.guard.CsrfToken(call.visitor));
  } else {
    body.Show("LIMITED");
  }
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowList(Site& site, Call& call) {
  if (!call.visitor.principal) co_return Fail(Code::kUnauthenticated, "login_required");
  co_return co_await ListPage(site, call, "", 200);
}

Task<http::Response> PostNew(Site& site, Call& call) {
  GH_CO_TRY_VOID(access::Guard::RequireOwnProof(call.visitor));
  // As they are now, not as the session's cache has them: the region keeps the copy.
  GH_CO_TRY(users::User user, co_await site.d.users.Get(call.user().id));
  const sso::Client& client = call.visitor.client;
  orgs::Actor actor{user.id, user.Display(), client.ip, client.correlation_id};
  auto created = co_await site.d.orgs.Create(AsciiLower(Trim(Field(call.form, "slug"))),
                                             std::string(Trim(Field(call.form, "name"))),
                                             access::CopyOf(user), actor);
  if (!created) {
    const Error& error = created.error();
    if (HttpStatus(error.code) >= 500) co_return std::unexpected(error);
    co_return co_await ListPage(site, call, std::string(error.reason), FormStatus(error));
  }
  co_return Go("/organizations/" + created->slug + "/", "organization_created");
}

Task<http::Response> ShowOverview(Site& site, Call& call) {
  GH_CO_TRY(auto access,
            co_await site.d.guard.EnterOrg(call.visitor, call.request.Param("slug"), "org:read"));
  GH_CO_TRY(auto provider, co_await site.d.sso.FindProvider(access.organization.id));
  GH_CO_TRY(auto members, co_await site.d.orgs.ListMembers(access.organization.id, {}, 1));
  Page page("organization.tpl", access.organization.name);
  page.InOrg(access, "overview");
  html::Data& body = page.body();
  const std::string& slug = access.organization.slug;
  body.Set("NAME", access.organization.name)
      .Set("SLUG", slug)
      .Set("ROLE", RoleName(access.member.role))
      .Set("CREATED", FormatHuman(access.organization.created_at))
      .Set("MEMBERS", std::to_string(members.total))
      .Set("LOGIN_URL", site.d.guard.base_url() + "/auth/login/" + slug + "/");
  if (const orgs::Role* role = orgs::FindRole(access.member.role)) {
    body.Set("ROLE_DESCRIPTION", std::string(role->description));
  }
  html::Data& card = body.Add(provider ? "SSO_ON" : "SSO_OFF");
  card.Set("SLUG", slug);
  if (provider) {
    card.Set("PROVIDER", provider->name);
    card.Show(provider->allow_unlinked ? "OPTIONAL" : "REQUIRED");
    card.Show(access.member.sso_linked() && !access.member.sso_invalid() ? "LINKED" : "UNLINKED");
  }
  if (access.can("org:write")) {
    card.Show("MANAGE");
    body.Add("MANAGE").Set("SLUG", slug);
  }
  if (access.organization.require_2fa()) body.Show("REQUIRE_2FA");
  co_return co_await site.Show(call, std::move(page));
}

}  // namespace

std::string RoleName(std::string_view id) {
  const orgs::Role* role = orgs::FindRole(id);
  return std::string(role ? role->name : id);
}

Task<access::OrgAccess> Enter(Site& site, Call& call, std::string_view scopes) {
  co_return co_await site.d.guard.EnterOrg(call.visitor, call.request.Param("slug"), scopes);
}

Task<void> Refused(Site& site, Call& call, const access::OrgAccess& access, Error error) {
  if (error.code == Code::kPermissionDenied) {
    GH_CO_TRY_VOID(co_await site.d.guard.NoteDenied(call.visitor, access, error.reason));
  }
  if (HttpStatus(error.code) >= 500 || error.code == Code::kUnauthenticated) {
    co_return std::unexpected(std::move(error));
  }
  co_return Result<void>();
}

void RegisterOrganization(Site& site, http::Router& router) {
  site.Get(router, "/organizations/", ShowList);
  site.Post(router, "/organizations/new/", PostNew);
  site.Get(router, "/organizations/{slug}/", ShowOverview);
}

}  // namespace gatehouse::web
