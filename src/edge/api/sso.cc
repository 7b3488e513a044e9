// /api/0/organizations/{organization}/auth-provider/ and its neighbours: single sign-on, read only.
// Setting it up needs a browser, because no configuration goes live without a log-in through it.

#include "edge/api/cursor.h"
#include "edge/api/handlers.h"
#include "edge/api/refusals.h"
#include "edge/api/values.h"

namespace gatehouse::api {

Task<http::Response> GetAuthProvider(Call& call) {
  GH_CO_TRY(auto provider, co_await call.d.sso.FindProvider(call.organization()));
  if (!provider) co_return http::Response::Empty(204);
  GH_CO_TRY(std::int64_t pending, co_await call.d.orgs.CountWithoutSso(call.organization()));
  const orgs::Organization& organization = call.org().organization;
  json::Object o;
  o["id"] = provider->id.ToString();
  o["provider_name"] = provider->kind;
  o["display_name"] = provider->name;
  o["pending_links_count"] = pending;
  o["login_url"] = call.d.guard.base_url() + "/auth/login/" + organization.slug + "/";
  o["default_role"] = organization.default_role;
  o["require_link"] = !provider->allow_unlinked;
  o["scim_enabled"] = false;
  // The configuration concerns those who may change it.
  if (call.org().can("org:write")) o["config"] = provider->public_config;
  co_return Reply(std::move(o));
}

Task<http::Response> ListAuthProviders(Call& call) {
  json::Array list;
  for (const sso::Adapter* adapter : call.d.sso.adapters()) {
    list.push_back(json::Object{{"key", adapter->kind()},
                                {"name", adapter->name()},
                                {"requiredFeature", "organizations:sso-basic"}});
  }
  co_return Reply(std::move(list));
}

// For identity providers: our public keys (private_key_jwt). Nothing here is secret, and whether an
// organization exists shows no more than on its log-in page.
Task<http::Response> GetClientKeys(Call& call) {
  auto organization = co_await call.d.orgs.GetBySlug(call.request.Param("organization"));
  if (!organization && organization.error().code == Code::kNotFound) {
    // Among the addresses of pages, but a machine asks: it is not answered with one.
    co_return FieldError(call.request, "", organization.error().reason,
                         "The requested resource does not exist", 404);
  }
  if (!organization) co_return std::unexpected(organization.error());
  GH_CO_TRY(json::Object keys, co_await call.d.sso.ClientKeys(organization->id));
  http::Response response = Reply(std::move(keys));
  response.headers.Set("Cache-Control", "public, max-age=60");
  co_return response;
}

Task<http::Response> ListSsoDecisions(Call& call) {
  GH_CO_TRY(http::Form query, call.Query());
  GH_CO_TRY(auto before, CursorOf(query));
  GH_CO_TRY(auto correlation, query.One("correlationId"));
  std::optional<std::string> correlation_id;
  if (correlation && !correlation->empty()) correlation_id = std::string(*correlation);
  GH_CO_TRY(auto decisions,
            co_await call.d.sso.Decisions(call.organization(), before, correlation_id, kPage));
  json::Array list;
  for (const sso::Decision& decision : decisions) list.push_back(Encode(decision));
  http::Response response = Reply(std::move(list));
  std::optional<std::int64_t> next;
  if (decisions.size() == kPage && !correlation_id) next = decisions.back().id;
  AddCursor(response, call.request, next);
  co_return response;
}

}  // namespace gatehouse::api
