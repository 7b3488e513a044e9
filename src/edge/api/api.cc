#include "edge/api/api.h"

#include "base/text.h"
#include "edge/access/errors.h"
#include "edge/api/encode.h"
#include "edge/api/errors.h"
#include "edge/api/refusals.h"
#include "edge/api/routes.h"

namespace gatehouse::api {
namespace {

bool IsSafe(http::Method method) {
  return method == http::Method::kGet || method == http::Method::kHead;
}

bool HasBearer(const http::Request& request) {
  // Any other scheme is looked at by the handler that knows it.
  return request.headers.Has("Authorization") &&
         !EqualsIgnoreCase(SplitOnce(request.headers.Get("Authorization"), ' ').first, "Basic");
}

// Who calls, with CSRF checked for a session that wants to change something. A request with a token
// acts by the token alone, whatever cookies came along.
Task<access::Visitor> Identify(const Deps& d, const Route& route, http::Request& request) {
  if (HasBearer(request)) {
    auto found = co_await d.guard.VisitByToken(request);
    if (!found && found.error().code == Code::kUnauthenticated &&
        route.operation == "validateAuth") {
      // The documented answer to "is it good?" is no, not "who are you?".
      co_return Fail(Code::kPermissionDenied, found.error().reason, found.error().detail);
    }
    GH_CO_TRY(access::Visitor visitor, std::move(found));
    if (route.who == Who::kSession) {
      co_return Fail(Code::kPermissionDenied, access::kSessionRequired);
    }
    co_return visitor;
  }
  GH_CO_TRY(access::Visitor visitor, co_await d.guard.Visit(request));
  if (!visitor.principal && route.who != Who::kAnyone) {
    co_return Fail(Code::kUnauthenticated,
                   visitor.awaits_second_factor() ? access::k2faRequired : access::kLoginRequired);
  }
  if (visitor.principal && !IsSafe(request.method)) {
    GH_CO_TRY_VOID(d.guard.CheckHeader(request, visitor));
  }
  co_return visitor;
}

// {user} is the caller, by id or as "me". Somebody else's id is as unknown as a made-up one.
Result<void> CheckUser(const Route& route, const Call& call) {
  for (const auto& [name, value] : call.request.params) {
    if (name != "user" || route.other_users) continue;
    if (value != "me" && value != call.user().id.ToString()) {
      return Fail(Code::kNotFound, kUserNotFound);
    }
  }
  return {};
}

// {organization} of the path, slug or id, if the caller may use one of the scopes there.
Task<void> EnterOrganization(const Route& route, Call& call) {
  std::string slug = call.request.Param("organization");
  if (auto id = OrgId::Parse(slug)) {
    GH_CO_TRY(orgs::Organization organization, co_await call.d.orgs.Get(*id));
    slug = std::move(organization.slug);
  }
  GH_CO_TRY(call.entered,
            co_await call.d.guard.EnterOrg(
                call.visitor, std::move(slug), route.scopes,
                route.without_seat ? access::Seat::kNotNeeded : access::Seat::kNeeded));
  co_return Result<void>();
}

Task<void> Enter(const Route& route, Call& call) {
  GH_CO_TRY_VOID(CheckUser(route, call));
  switch (route.proof) {
    case Proof::kNone:
      break;
    case Proof::kOwn:
      GH_CO_TRY_VOID(access::Guard::RequireOwnProof(call.visitor));
      break;
    case Proof::kFresh:
      GH_CO_TRY_VOID(access::Guard::RequireFreshProof(call.visitor));
      break;
  }
  if (!route.scopes.empty()) GH_CO_TRY_VOID(co_await EnterOrganization(route, call));
  co_return Result<void>();
}

Task<http::Response> Handle(const Route& route, Call& call) {
  GH_CO_TRY_VOID(co_await Enter(route, call));
  co_return co_await route.handler(call);
}

Task<http::Response> Answer(const Deps& d, const Route& route, http::Request& request) {
  if (route.takes_dsn &&
      EqualsIgnoreCase(SplitOnce(request.headers.Get("Authorization"), ' ').first, "DSN")) {
    Call call{d, request, {}};
    GH_CO_TRY(http::Response answer, co_await route.handler(call));
    answer.headers.Set("Cache-Control", "no-store");
    co_return answer;
  }
  GH_CO_TRY(access::Visitor visitor, co_await Identify(d, route, request));
  Call call{d, request, std::move(visitor)};
  Result<http::Response> answer = co_await Handle(route, call);
  if (answer) {
    if (!answer->headers.Has("Cache-Control")) answer->headers.Set("Cache-Control", "no-store");
    co_return answer;
  }
  // The door notes its own refusals; what a service refused behind it is noted here.
  if (call.entered && answer.error().code == Code::kPermissionDenied) {
    GH_CO_TRY_VOID(co_await d.guard.NoteDenied(call.visitor, *call.entered, answer.error().reason));
  }
  if (call.visitor.principal) {
    if (auto body = CodedRefusal(request, answer.error(), call.user().username)) {
      (*body)["correlationId"] = request.correlation_id;
      co_return Reply(std::move(*body), HttpStatus(answer.error().code));
    }
  }
  co_return answer;
}

}  // namespace

factors::Caller Call::factor_caller() const {
  return {*visitor.principal, visitor.browser, visitor.client.ip, visitor.client.user_agent,
          visitor.client.correlation_id};
}

Result<void> Call::RequireFreshSession() const {
  if (!visitor.principal->session) return {};
  return access::Guard::RequireFreshProof(visitor);
}

void Call::SetSession(http::Response& response, const authn::IssuedSession& issued) const {
  response.headers.Add(
      "Set-Cookie",
      d.guard.cookies().Session(issued.token, d.clock.Now(), issued.session.expires_at).ToString());
}

http::Response Api::RenderError(const http::Request& request, const Error& error,
                                int status) const {
  if (auto body = CodedRefusal(request, error, "")) {
    (*body)["correlationId"] = request.correlation_id;
    return Reply(std::move(*body), status);
  }
  Refusal refusal = RefusalOf(error, status);
  refusal.body["correlationId"] = request.correlation_id;
  return Reply(std::move(refusal.body), refusal.status);
}

void Api::Register(http::Router& router) const {
  const Deps* deps = &d_;
  for (const Route& row : d_.events != nullptr ? Routes() : PeopleRoutes()) {
    const Route* route = &row;
    router.Add(row.method, std::string(row.pattern),
               [deps, route](http::Request& request) { return Answer(*deps, *route, request); },
               {.max_body = route->max_body});
  }
}

}  // namespace gatehouse::api
