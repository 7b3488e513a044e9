#pragma once

// The one table of API routes. Registration, the door in front of the handlers, docs/routes.md, the
// check of api/openapi.yaml and the matrix test of src/app all come from it, so that a route cannot
// have one rule here and another one there.

#include <span>
#include <string>
#include <string_view>

#include "edge/api/api.h"

namespace gatehouse::api {

using Handler = Task<http::Response> (*)(Call&);

// Who may call.
enum class Who {
  kAnyone,   // also nobody: the handler looks at Call::visitor itself
  kCaller,   // a session or an API token
  kSession,  // a browser session: no token reaches it (isolation law L2)
};

// What the session must show besides. Only with kSession.
enum class Proof {
  kNone,
  kOwn,    // a log-in by the user's own credentials, not by an organization's provider alone
  kFresh,  // … or a second factor, within the last 15 minutes ("sudo")
};

struct Route {
  std::string_view operation;  // id in the OpenAPI document
  http::Method method;
  std::string_view pattern;
  std::string_view summary;
  Handler handler;
  // "member:read|member:write": one of them, in {organization}. "": not inside an organization.
  std::string_view scopes = "";
  Who who = Who::kCaller;
  Proof proof = Proof::kNone;
  // {user} is "me" or the caller's id, and anything else unknown; but for this route.
  bool other_users = false;
  // Also for a member over the organization's limit: the handler lets them do no more than leave.
  bool without_seat = false;
  std::size_t max_body = 64 * 1024;
  // "Authorization: DSN …" comes in, too: the handler looks at the key itself.
  bool takes_dsn = false;
};

// A row that nobody has to log in for.
constexpr Route Anyone(std::string_view operation, http::Method method, std::string_view pattern,
                       std::string_view summary, Handler handler) {
  Route route{operation, method, pattern, summary, handler};
  route.who = Who::kAnyone;
  return route;
}

inline constexpr std::string_view kProjectRead = "project:read|project:write|project:admin";
inline constexpr std::string_view kEventRead = "event:read|event:write|event:admin";

// All of them: those of people and organizations, and those of routes_events.h.
std::span<const Route> Routes();
std::span<const Route> PeopleRoutes();

// docs/routes.md.
std::string DescribeRoutes();

}  // namespace gatehouse::api
