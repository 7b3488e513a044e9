// The one-time page that creates the first account and the first organization.

#include "base/text.h"
#include "edge/access/people.h"
#include "edge/web/messages.h"
#include "edge/web/site.h"

namespace gatehouse::web {

namespace {

http::Response SetupPage(Site& site, Call& call, std::string_view error_slug, int status) {
  Page page("first_run.tpl", "Set up Gatehouse");
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  for (const char* field : {"name", "email", "organization", "slug"}) {
    std::string upper(field);
    for (char& c : upper) c = static_cast<char>(c - 'a' + 'A');
    body.Set(upper, Field(call.form, field));
  }
  return site.ShowCard(call, std::move(page), status);
}

Task<http::Response> ShowSetup(Site& site, Call& call) {
  GH_CO_TRY_VOID(
      co_await site.d.users.PeekLink(users::LinkPurpose::kFirstRun, call.request.Param("token")));
  co_return SetupPage(site, call, "", 200);
}

Task<http::Response> PostSetup(Site& site, Call& call) {
  std::string slug = AsciiLower(Trim(Field(call.form, "slug")));
  std::string organization(Trim(Field(call.form, "organization")));
  // Before the link is used up: what the organization service would refuse afterwards.
  if (!orgs::IsValidSlug(slug)) co_return SetupPage(site, call, "slug_invalid", 400);
  if (organization.empty() || HasControl(organization)) {
    co_return SetupPage(site, call, "name_invalid", 400);
  }
  auto user = co_await site.d.users.FinishFirstRun(
      call.request.Param("token"), std::string(Trim(Field(call.form, "email"))),
      std::string(Trim(Field(call.form, "name"))), Field(call.form, "password"),
      call.client_info());
  if (!user) {
    const Error& error = user.error();
    if (error.code != Code::kInvalidArgument && error.code != Code::kAlreadyExists) {
      co_return std::unexpected(error);
    }
    co_return SetupPage(site, call, error.reason, FormStatus(error));
  }
  const sso::Client& client = call.visitor.client;
  GH_CO_TRY(auto outcome,
            co_await site.d.authn.Start(user->id, authn::ProofKind::kPassword, call.previous(),
                                        "/organizations/", call.client_info()));
  orgs::Actor actor{user->id, user->Display(), client.ip, client.correlation_id};
  auto created =
      co_await site.d.orgs.Create(slug, std::move(organization), access::CopyOf(*user), actor);
  http::Response response;
  if (created) {
    response = Go("/organizations/" + created->slug + "/", "welcome");
  } else if (FindNotice(created.error().reason)) {
    // The account exists: go on signed in, and say what is missing.
    response = Go("/organizations/", created.error().reason);
  } else {
    response = site.RenderError(call.request, created.error(), HttpStatus(created.error().code));
  }
  if (outcome.session) site.SetSession(response, call, *outcome.session);
  co_return response;
}

}  // namespace

void RegisterFirstRun(Site& site, http::Router& router) {
  site.Get(router, "/setup/{token}/", ShowSetup, {.token_in_url = true});
  site.Post(router, "/setup/{token}/", PostSetup, {.token_in_url = true});
}

}  // namespace gatehouse::web
