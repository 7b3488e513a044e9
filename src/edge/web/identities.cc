// What the account is known by elsewhere: identities at organizations' providers and accounts
// linked for the product to act there; linking one, and taking one off. Own credentials only
// (isolation law L2).

#include "base/text.h"
#include "edge/web/messages.h"
#include "edge/web/site.h"

namespace gatehouse::web {
namespace {

using access::Guard;

constexpr std::string_view kIdentitiesPath = "/account/identities/";

std::string Associate(const std::string& organization, const identity::RpcProvider& place) {
  return "/account/settings/identities/associate/" + organization + "/" + place.type + "/" +
         place.external_id + "/";
}

// "Works", or why it does not.
void AddState(html::Data& row, bool good, identity::TokenState state, const std::string& reason) {
  const bool suspended = !good || state == identity::TokenState::kSuspended;
  row.Show(suspended ? "SUSPENDED" : state == identity::TokenState::kStale ? "STALE" : "WORKS");
  if (!reason.empty() && HasMessage(reason)) {
    const Message& message = FindMessage(reason);
    row.Add("REASON")
        .Set("TITLE", std::string(message.title))
        .Set("WHAT", std::string(message.what));
  }
}

Task<std::string> OrganizationName(Site& site, OrgId id) {
  auto organization = co_await site.d.orgs.Get(id);
  if (organization) co_return organization->name;
  if (organization.error().code != Code::kNotFound) co_return std::unexpected(organization.error());
  co_return std::string();
}

Task<http::Response> IdentitiesPage(Site& site, Call& call, std::string error_slug, int status) {
  const UserId user = call.user().id;
  GH_CO_TRY(auto logins, co_await site.d.sso.IdentitiesOf(user));
  GH_CO_TRY(auto accounts, co_await site.d.linking.AccountsOf(user));
  GH_CO_TRY(auto places, co_await site.d.linking.PlacesFor(user));
  Page page("identities.tpl", "Linked accounts");
  page.InAccount("identities");
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  const std::string csrf = site.d.guard.CsrfToken(call.visitor);
  for (const sso::LinkedIdentity& one : logins) {
    GH_CO_TRY(std::string organization, co_await OrganizationName(site, one.identity.organization));
    html::Data& row = body.Add("LOGIN");
    row.Set("ID", one.identity.id.ToString())
        .Set("CSRF", csrf)
        .Set("PROVIDER", one.provider_name)
        .Set("ORGANIZATION", organization)
        .Set("NAME", one.identity.email.empty() ? one.identity.subject : one.identity.email)
        .Set("ADDED", FormatHuman(one.identity.created_at))
        .Set("VERIFIED", FormatHuman(one.identity.last_verified_at));
    row.Show(one.needed_by_organization ? "NEEDED_BY_ORGANIZATION"
             : one.needed_by_account    ? "NEEDED_BY_ACCOUNT"
                                        : "CAN_GO");
    AddState(row, one.identity.is_valid, one.identity.state, one.identity.state_reason);
  }
  if (logins.empty()) body.Show("NO_LOGINS");
  for (const linking::Account& one : accounts) {
    GH_CO_TRY(std::string organization, co_await OrganizationName(site, one.organization));
    html::Data& row = body.Add("ACCOUNT");
    row.Set("ID", one.id.ToString())
        .Set("CSRF", csrf)
        .Set("PROVIDER", one.provider_name)
        .Set("KIND", one.kind_name)
        .Set("ORGANIZATION", organization)
        .Set("NAME", one.name.empty() ? one.external_id : one.name)
        .Set("ADDED", FormatHuman(one.created_at))
        .Set("VERIFIED", FormatHuman(one.verified_at));
    AddState(row, one.status != identity::LinkStatus::kInvalid, one.state, one.state_reason);
  }
  if (accounts.empty()) body.Show("NO_ACCOUNTS");
  for (const linking::Service::Linkable& one : places) {
    body.Add("PLACE")
        .Set("URL", Associate(one.organization.slug, one.place.provider))
        .Set("NAME", one.place.provider.name)
        .Set("ORGANIZATION", one.organization.name);
  }
  if (!places.empty()) body.Show("PLACES");
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowIdentities(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireOwnProof(call.visitor));
  co_return co_await IdentitiesPage(site, call, "", 200);
}

Task<http::Response> PostIdentities(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireFreshProof(call.visitor));
  const std::string id = Field(call.form, "id");
  const std::string op = Field(call.form, "op");
  if ((op != "unlink" && op != "disconnect") || !IdentityId::Parse(id)) {
    co_return Fail(Code::kInvalidArgument, "bad_request", "no identity");
  }
  Result<void> done;
  if (op == "unlink") {
    done = co_await site.d.sso.Unlink(call.visitor.client, *IdentityId::Parse(id));
  } else {
    done = co_await site.d.linking.Disconnect(call.visitor.client, *identity::LinkedId::Parse(id));
  }
  if (done) co_return Go(std::string(kIdentitiesPath), "identity_disconnected");
  if (HttpStatus(done.error().code) >= 500) co_return std::unexpected(done.error());
  co_return co_await IdentitiesPage(site, call, std::string(done.error().reason),
                                    FormStatus(done.error()));
}

// ---- linking ------------------------------------------------------------------------------------

struct WantedPlace {
  orgs::Organization organization;
  linking::Place place;
};
// What the path names, to a member: anything else is as unknown as what is not there.
Task<WantedPlace> FindWantedPlace(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireOwnProof(call.visitor));
  GH_CO_TRY(auto access,
            co_await site.d.guard.EnterOrg(call.visitor, call.request.Param("slug"), "org:read"));
  GH_CO_TRY(auto place,
            co_await site.d.linking.FindPlace(access.organization.id, call.request.Param("kind"),
                                              call.request.Param("external_id")));
  if (!place) co_return Fail(Code::kNotFound, "identity_provider_not_found");
  co_return WantedPlace{std::move(access.organization), std::move(*place)};
}

Task<http::Response> ShowAssociate(Site& site, Call& call) {
  GH_CO_TRY(WantedPlace wanted, co_await FindWantedPlace(site, call));
  Page page("post_link.tpl", "Link an account");
  page.body()
      .Set("TITLE", "Link your account at " + wanted.place.provider.name)
      .Set("TEXT", "You sign in there next. From then on " + wanted.organization.name +
                       " can act there in your name, until you disconnect it.")
      .Set("BUTTON", "Go on to " + wanted.place.kind_name);
  co_return site.ShowCard(call, std::move(page));
}

Task<http::Response> PostAssociate(Site& site, Call& call) {
  GH_CO_TRY(WantedPlace wanted, co_await FindWantedPlace(site, call));
  const bool popup = Field(call.query, "popup") == "1";
  GH_CO_TRY(std::string url,
            co_await site.d.linking.Start(call.visitor.client, wanted.organization.id,
                                          wanted.place.provider.id, popup));
  Page page("leave.tpl", "Taking you to your provider");
  page.body().Set("URL", url);
  page.LeaveFor(std::move(url));
  co_return site.ShowCard(call, std::move(page));
}

// The way back from the provider.
Task<http::Response> ShowReturn(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireOwnProof(call.visitor));
  std::vector<std::pair<std::string, std::string>> params;
  for (const auto& [name, value] : call.query.all()) {
    if (!call.query.One(name)) co_return Fail(Code::kInvalidArgument, "bad_request", "sent twice");
    params.emplace_back(name, value);
  }
  GH_CO_TRY(linking::Return done,
            co_await site.d.linking.Finish(call.visitor.client, std::move(params)));
  const bool linked = done.kind == linking::Return::Kind::kLinked;
  if (linked && !done.popup) co_return Go(std::string(kIdentitiesPath), "account_linked");
  Page page("link_done.tpl", linked ? "Account linked" : "Not linked");
  html::Data& body = page.body();
  body.Set("PROVIDER", done.provider_name).Set("ACCOUNT", done.account_name);
  if (linked) {
    body.Show("LINKED");
  } else {
    AddError(body, done.reason);
    body.SetIf("WORDS", done.text);
  }
  if (done.popup) body.Show("POPUP");
  const int status = linked ? 200 : done.kind == linking::Return::Kind::kRefused ? 403 : 409;
  co_return site.ShowCard(call, std::move(page), status);
}

}  // namespace

void RegisterIdentities(Site& site, http::Router& router) {
  site.Get(router, std::string(kIdentitiesPath), ShowIdentities);
  site.Post(router, std::string(kIdentitiesPath), PostIdentities);
  const std::string associate =
      "/account/settings/identities/associate/{slug}/{kind}/{external_id}/";
  site.Get(router, associate, ShowAssociate);
  site.Post(router, associate, PostAssociate);
  site.Get(router, "/extensions/default/setup/", ShowReturn, {.token_in_url = true});
}

}  // namespace gatehouse::web
