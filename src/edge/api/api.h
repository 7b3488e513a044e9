#pragma once

// The REST API, /api/0/…: JSON in the field's shapes. A caller is a browser session or
// "Authorization: Bearer ghp_…". Ids are decimal text. Lists page by cursor in a Link header.
//
// Refusals: 401 {"detail": {"code": "sso-required", "message", "extra": {"loginUrl"}}} when single
// sign-on has to be used first, 401 "reauth-required" for a session that proves nothing here, 401,
// 403 and 404 with {"detail": text} else. Unknown and foreign objects answer the same 404.

#include "control/authn/authn.h"
#include "control/sso/service.h"
#include "control/users/service.h"
#include "edge/access/access.h"
#include "platform/http/router.h"
#include "platform/sql/sql.h"
#include "region/orgs/service.h"

namespace gatehouse::api {

// All of it outlives the Api.
struct Deps {
  access::Guard& guard;
  users::Service& users;
  authn::Service& authn;
  sso::Service& sso;
  orgs::Service& orgs;
  sql::Database& control;  // the audit log
  const Clock& clock;
};

// Thread-safe after Register; outlives the router's server.
class Api {
 public:
  explicit Api(Deps deps) : d_(deps) {}

  void Register(http::Router& router);
  http::Response RenderError(const http::Request& request, const Error& error, int status) const;

  // Who calls, with CSRF checked for a session that wants to change something. Errors:
  // kUnauthenticated "login_required", "token_invalid"; kPermissionDenied "csrf".
  Task<access::Visitor> Caller(http::Request& request) const;
  // {organization} of the path, slug or id, if the caller may use `scope` there.
  Task<access::OrgAccess> Enter(http::Request& request, const access::Visitor& visitor,
                                std::string_view scope) const;
  const Deps& deps() const { return d_; }

 private:
  Deps d_;
};

using ApiHandler = Task<http::Response> (*)(const Api&, http::Request&);
void Route(Api& api, http::Router& router, http::Method method, std::string pattern,
           ApiHandler handler);

void RegisterAuth(Api& api, http::Router& router);
void RegisterOrganizations(Api& api, http::Router& router);
void RegisterSso(Api& api, http::Router& router);

}  // namespace gatehouse::api
