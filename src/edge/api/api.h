#pragma once

// The REST API, /api/0/…: JSON in the field's shapes. A caller is a browser session or
// "Authorization: Bearer ghp_…". Ids are decimal text. Lists page by cursor in a Link header.
//
// Every route is a row of the table in routes.h: who may call, which scopes, which proof. The door
// (Enter in api.cc) is the same for all of them and runs before any handler.
//
// Refusals: 401 {"detail": {"code", "message", "extra"}} when the caller can do something about it:
// "sso-required" {loginUrl}, "reauth-required" {loginUrl}, "2fa-required" {loginUrl or enrollUrl},
// "email-verification-required" {username}, "sudo-required" {username}. Else {"detail": text,
// "code": reason}, and the text again under the field's name where a field is wrong. Unknown and
// foreign objects answer the same 404.

#include <optional>

#include "control/authn/authn.h"
#include "control/authn/factors/service.h"
#include "control/identity/linking/service.h"
#include "control/sso/service.h"
#include "control/users/service.h"
#include "core/audit/audit.h"
#include "core/audit/sealer.h"
#include "edge/access/access.h"
#include "platform/http/form.h"
#include "platform/http/router.h"
#include "platform/json/json.h"
#include "platform/sql/sql.h"
#include "region/events/services.h"
#include "region/orgs/invites/service.h"
#include "region/orgs/members/service.h"
#include "region/orgs/service.h"
#include "region/orgs/teams/service.h"

namespace gatehouse::api {

// All of it outlives the Api.
struct Deps {
  access::Guard& guard;
  users::Service& users;
  authn::Service& authn;
  factors::Service& factors;
  sso::Service& sso;
  orgs::Service& orgs;
  members::Service& members;
  invites::Service& invites;
  teams::Service& teams;
  sql::Database& control;  // the audit log
  const audit::Log& audit;
  audit::Sealer& sealer;
  const Clock& clock;
  linking::Service& linking;
  const events::Services* events;
};

// One request that has passed the door.
struct Call {
  const Deps& d;
  http::Request& request;
  access::Visitor visitor;
  std::optional<access::OrgAccess> entered = {};  // of a route with scopes

  const events::Services& events() const { return *d.events; }

  // REQUIRES: the route demands a caller, a session, scopes.
  const users::User& user() const { return visitor.principal->user; }
  const authn::Session& session() const { return *visitor.principal->session; }
  const access::OrgAccess& org() const { return *entered; }
  OrgId organization() const { return entered->organization.id; }
  members::Caller caller() const { return access::CallerOf(visitor, *entered); }
  users::ClientInfo client() const { return access::ClientInfoOf(visitor); }
  factors::Caller factor_caller() const;

  // For what pages ask a fresh proof for, in routes that tokens may call within their scopes.
  // Errors: those of Guard::RequireFreshProof, for a session only.
  Result<void> RequireFreshSession() const;

  // Errors: kInvalidArgument "bad_request", those of json::Parse.
  Result<http::Form> Query() const { return http::Form::Parse(request.query); }
  Result<json::Object> Body() const { return json::ParseObject(request.body); }
  // The answer carries the caller's session under its new id.
  void SetSession(http::Response& response, const authn::IssuedSession& session) const;
};

// Thread-safe after Register; outlives the router's server.
class Api {
 public:
  explicit Api(Deps deps) : d_(deps) {}

  void Register(http::Router& router) const;
  // Any error under /api/, those of the server itself included. May choose another status than
  // `status`, where the field documents one.
  http::Response RenderError(const http::Request& request, const Error& error, int status) const;

 private:
  Deps d_;
};

}  // namespace gatehouse::api
