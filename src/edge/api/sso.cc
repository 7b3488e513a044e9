// /api/0/organizations/{organization}/auth-provider/ and its neighbours: single sign-on, read only.
// Setting it up needs a browser, because no configuration goes live without a log-in through it.

#include "edge/api/api.h"
#include "edge/api/encode.h"

namespace gatehouse::api {
namespace {

Task<http::Response> GetProvider(const Api& api, http::Request& request) {
  GH_CO_TRY(access::Visitor caller, co_await api.Caller(request));
  GH_CO_TRY(access::OrgAccess access, co_await api.Enter(request, caller, "org:read"));
  GH_CO_TRY(auto provider, co_await api.deps().sso.FindProvider(access.organization.id));
  if (!provider) co_return http::Response::Empty(204);
  GH_CO_TRY(std::int64_t pending, co_await api.deps().orgs.CountWithoutSso(access.organization.id));
  json::Object o;
  o["id"] = provider->id.ToString();
  o["provider_name"] = provider->kind;
  o["display_name"] = provider->name;
  o["pending_links_count"] = pending;
  o["login_url"] = api.deps().guard.base_url() + "/auth/login/" + access.organization.slug + "/";
  o["default_role"] = access.organization.default_role;
  o["require_link"] = !provider->allow_unlinked;
  o["scim_enabled"] = false;
  // The configuration concerns those who may change it.
  if (access.can("org:write")) o["config"] = provider->public_config;
  co_return Reply(std::move(o));
}

Task<http::Response> ListProviders(const Api& api, http::Request& request) {
  GH_CO_TRY(access::Visitor caller, co_await api.Caller(request));
  GH_CO_TRY_VOID(co_await api.Enter(request, caller, "org:read"));
  json::Array list;
  for (const sso::Adapter* adapter : api.deps().sso.adapters()) {
    list.push_back(json::Object{{"key", adapter->kind()},
                                {"name", adapter->name()},
                                {"requiredFeature", "organizations:sso-basic"}});
  }
  co_return Reply(std::move(list));
}

// For identity providers: our public keys (private_key_jwt). Nothing here is secret, and whether an
// organization exists shows no more than on its log-in page.
Task<http::Response> ClientKeys(const Api& api, http::Request& request) {
  GH_CO_TRY(orgs::Organization organization,
            co_await api.deps().orgs.GetBySlug(request.Param("organization")));
  GH_CO_TRY(json::Object keys, co_await api.deps().sso.ClientKeys(organization.id));
  http::Response response = Reply(std::move(keys));
  response.headers.Set("Cache-Control", "public, max-age=60");
  co_return response;
}

Task<http::Response> Decisions(const Api& api, http::Request& request) {
  GH_CO_TRY(access::Visitor caller, co_await api.Caller(request));
  GH_CO_TRY(access::OrgAccess access, co_await api.Enter(request, caller, "org:write"));
  GH_CO_TRY(http::Form query, http::Form::Parse(request.query));
  GH_CO_TRY(auto cursor, query.One("cursor"));
  std::optional<std::int64_t> before;
  if (cursor && !cursor->empty()) {
    auto id = StrongId<struct CursorTag>::Parse(*cursor);
    if (!id) co_return Fail(Code::kInvalidArgument, "cursor");
    before = id->value;
  }
  GH_CO_TRY(auto correlation, query.One("correlationId"));
  std::optional<std::string> correlation_id;
  if (correlation && !correlation->empty()) correlation_id = std::string(*correlation);
  constexpr std::size_t kPage = 100;
  GH_CO_TRY(auto decisions, co_await api.deps().sso.Decisions(access.organization.id, before,
                                                              correlation_id, kPage));
  json::Array list;
  for (const sso::Decision& decision : decisions) list.push_back(Encode(decision));
  http::Response response = Reply(std::move(list));
  std::optional<std::string> next;
  if (decisions.size() == kPage && !correlation_id) next = std::to_string(decisions.back().id);
  AddCursor(response, request, std::move(next));
  co_return response;
}

}  // namespace

void RegisterSso(Api& api, http::Router& router) {
  using http::Method;
  Route(api, router, Method::kGet, "/api/0/organizations/{organization}/auth-provider/",
        GetProvider);
  Route(api, router, Method::kGet, "/api/0/organizations/{organization}/auth-providers/",
        ListProviders);
  Route(api, router, Method::kGet, "/auth/sso/{organization}/jwks.json", ClientKeys);
  Route(api, router, Method::kGet, "/api/0/organizations/{organization}/sso-decisions/", Decisions);
}

}  // namespace gatehouse::api
