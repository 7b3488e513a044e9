// Organization → where members may link accounts. Every page here needs org:write.

#include <algorithm>

#include "edge/access/access.h"
#include "edge/web/messages.h"
#include "edge/web/organization.h"
#include "edge/web/settings_form.h"
#include "edge/web/site.h"

namespace gatehouse::web {
namespace {

std::string ProvidersPath(const access::OrgAccess& access) {
  return "/settings/" + access.organization.slug + "/identity-providers/";
}

Task<http::Response> PlacesPage(Site& site, Call& call, const access::OrgAccess& access,
                                std::string error_slug, int status) {
  GH_CO_TRY(auto places, co_await site.d.linking.Places(access.organization.id));
  Page page("identity_providers.tpl", "Linked accounts");
  page.InOrg(access, "providers");
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  body.Set("ORGANIZATION", access.organization.name).Set("ACTION", ProvidersPath(access));
  const std::string csrf = site.d.guard.CsrfToken(call.visitor);
  for (const linking::Place& place : places) {
    body.Add("PLACE")
        .Set("ID", place.provider.id.ToString())
        .Set("NAME", place.provider.name)
        .Set("KIND", place.kind_name)
        .Set("EXTERNAL_ID", place.provider.external_id)
        .Set("ADDED", FormatHuman(place.provider.created_at))
        .Set("LINK", site.d.guard.base_url() + "/account/settings/identities/associate/" +
                         access.organization.slug + "/" + place.provider.type + "/" +
                         place.provider.external_id + "/")
        .Set("CSRF", csrf)
        .Set("ACTION", ProvidersPath(access));
  }
  if (places.empty()) body.Show("NONE");
  for (const sso::Adapter* adapter : site.d.linking.Kinds()) {
    body.Add("KIND_ROW")
        .Set("URL", ProvidersPath(access) + "add/?kind=" + std::string(adapter->kind()))
        .Set("NAME", std::string(adapter->name()));
  }
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowPlaces(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "org:write"));
  co_return co_await PlacesPage(site, call, access, "", 200);
}

Task<http::Response> PostPlaces(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "org:write"));
  auto id = identity::PlaceId::Parse(Field(call.form, "id"));
  if (Field(call.form, "op") != "remove" || !id) {
    co_return Fail(Code::kInvalidArgument, "bad_request", "no provider");
  }
  auto removed =
      co_await site.d.linking.RemovePlace(call.visitor.client, access.organization.id, *id);
  if (removed) co_return Go(ProvidersPath(access), "identity_provider_removed");
  if (removed.error().code != Code::kNotFound) co_return std::unexpected(removed.error());
  co_return co_await PlacesPage(site, call, access, std::string(removed.error().reason), 404);
}

// ---- the form -----------------------------------------------------------------------------------

struct EnteredProvider {
  std::string external_id;
  std::string name;
  FormContent content;
  std::string error_slug;
};

Task<http::Response> FormPage(Site& site, Call& call, const access::OrgAccess& access,
                              const sso::Adapter& adapter, EnteredProvider entered, int status) {
  Page page("identity_provider_form.tpl", "Let members link accounts");
  page.InOrg(access, "providers");
  html::Data& body = page.body();
  if (!entered.error_slug.empty()) AddError(body, entered.error_slug);
  body.Set("ACTION", ProvidersPath(access) + "add/?kind=" + std::string(adapter.kind()))
      .Set("CANCEL_URL", ProvidersPath(access))
      .Set("ADAPTER", std::string(adapter.name()))
      .Set("REDIRECT_URI", site.d.linking.RedirectUri())
      .Set("NAME", entered.name)
      .Set("EXTERNAL_ID", entered.external_id);
  for (const sso::FieldError& error : entered.content.errors) {
    const auto fields = adapter.fields();
    const bool shown =
        std::ranges::find(fields, error.field, &sso::SettingField::name) != fields.end();
    if (!shown) AddError(body, error.reason);
  }
  for (const sso::GuideStep& step : adapter.Guide(site.d.linking.RedirectUri())) {
    html::Data& item = body.Add("GUIDE");
    item.Set("TEXT", step.text).SetIf("VALUE", step.value);
  }
  for (const sso::SettingField& field : adapter.fields()) {
    if (field.kind == "choice") continue;
    AddField(body.Add("FIELD"), field, entered.content);
  }
  AddChecks(body, entered.content.checks);
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowAdd(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "org:write"));
  const sso::Adapter* adapter = site.d.sso.FindAdapter(Field(call.query, "kind"));
  if (adapter == nullptr) co_return Fail(Code::kInvalidArgument, "provider_unknown", "no kind");
  co_return co_await FormPage(site, call, access, *adapter, {}, 200);
}

Task<http::Response> PostAdd(Site& site, Call& call) {
  GH_CO_TRY(auto access, co_await Enter(site, call, "org:write"));
  const sso::Adapter* adapter = site.d.sso.FindAdapter(Field(call.query, "kind"));
  if (adapter == nullptr) co_return Fail(Code::kInvalidArgument, "provider_unknown", "no kind");
  EnteredProvider entered;
  entered.external_id = Field(call.form, "external_id");
  entered.name = Field(call.form, "display_name");
  sso::Settings settings;
  for (const sso::SettingField& field : adapter->fields()) {
    std::string value = Field(call.form, field.name);
    if (field.kind != "secret") entered.content.values[field.name] = value;
    if (!value.empty()) settings.emplace_back(field.name, std::move(value));
  }
  auto added = co_await site.d.linking.AddPlace(call.visitor.client, access.organization.id,
                                                std::string(adapter->kind()), entered.external_id,
                                                entered.name, std::move(settings));
  if (added && added->place) co_return Go(ProvidersPath(access), "identity_provider_added");
  int status = 400;
  if (added) {
    entered.content.errors = std::move(added->errors);
    entered.content.checks = std::move(added->checks);
  } else {
    const Error& error = added.error();
    if (error.code != Code::kInvalidArgument && error.code != Code::kAlreadyExists) {
      co_return std::unexpected(error);
    }
    entered.error_slug = error.reason;
    status = FormStatus(error);
  }
  co_return co_await FormPage(site, call, access, *adapter, std::move(entered), status);
}

}  // namespace

void RegisterIdentityProviders(Site& site, http::Router& router) {
  site.Get(router, "/settings/{slug}/identity-providers/", ShowPlaces);
  site.Post(router, "/settings/{slug}/identity-providers/", PostPlaces);
  site.Get(router, "/settings/{slug}/identity-providers/add/", ShowAdd);
  site.Post(router, "/settings/{slug}/identity-providers/add/", PostAdd);
}

}  // namespace gatehouse::web
