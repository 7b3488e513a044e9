// /api/0/ and /api/0/users/{user}/regions/: where a client begins.

#include "edge/api/handlers.h"
#include "edge/api/values.h"

namespace gatehouse::api {

Task<http::Response> GetRoot(Call& call) {
  json::Object body;
  body["version"] = "0";
  body["auth"] = nullptr;
  body["user"] = nullptr;
  if (call.visitor.principal) {
    const authn::Principal& principal = *call.visitor.principal;
    // A session has the scopes of a role, which is an organization's.
    if (!principal.session) {
      json::Array scopes;
      for (const std::string& scope : principal.scopes) scopes.emplace_back(scope);
      body["auth"] = json::Object{{"scopes", std::move(scopes)}};
    }
    body["user"] = Encode(principal.user);
  }
  co_return Reply(std::move(body));
}

Task<http::Response> ListRegions(Call& call) {
  json::Array regions;
  regions.push_back(json::Object{{"name", "us"}, {"url", call.d.guard.origin()}});
  co_return Reply(json::Object{{"regions", std::move(regions)}});
}

}  // namespace gatehouse::api
