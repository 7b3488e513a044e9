// /api/0/auth/…, /api/0/users/me/…: who is asking, logging in and out.

#include "edge/api/api.h"
#include "edge/api/encode.h"

namespace gatehouse::api {
namespace {

Task<http::Response> Validate(const Api& api, http::Request& request) {
  auto caller = co_await api.Caller(request);
  if (caller) co_return http::Response::Empty(200);
  if (caller.error().code == Code::kUnauthenticated) co_return http::Response::Empty(403);
  co_return std::unexpected(caller.error());
}

Task<http::Response> WhoAmI(const Api& api, http::Request& request) {
  auto caller = co_await api.Caller(request);
  if (!caller && caller.error().Is("login_required")) {
    co_return Reply(json::Object{{"detail", "You are not logged in."}}, 400);
  }
  if (!caller) co_return std::unexpected(caller.error());
  co_return Reply(Encode(caller->principal->user));
}

Task<http::Response> Me(const Api& api, http::Request& request) {
  GH_CO_TRY(access::Visitor caller, co_await api.Caller(request));
  co_return Reply(Encode(caller.principal->user));
}

Task<http::Response> LogIn(const Api& api, http::Request& request) {
  GH_CO_TRY(access::Visitor visitor, co_await api.deps().guard.Visit(request));
  GH_CO_TRY_VOID(api.deps().guard.CheckHeader(request, visitor));
  GH_CO_TRY(json::Object body, json::ParseObject(request.body));
  auto username = json::GetString(body, "username");
  auto password = json::GetString(body, "password");
  if (!username || !password) co_return Fail(Code::kInvalidArgument, "bad_request");
  std::optional<SessionId> previous;
  if (visitor.principal && visitor.principal->session) previous = visitor.principal->session->id;
  auto issued = co_await api.deps().authn.LogIn(
      std::string(*username), std::string(*password), previous, visitor.client.ip,
      visitor.client.user_agent, visitor.client.correlation_id);
  if (!issued && issued.error().code == Code::kUnauthenticated) {
    json::Object errors{{"__all__", json::Array{"Please enter a correct username and password."}}};
    co_return Reply(json::Object{{"detail", "Login attempt failed"}, {"errors", std::move(errors)}},
                    400);
  }
  if (!issued) co_return std::unexpected(issued.error());
  GH_CO_TRY(users::User user, co_await api.deps().users.Get(issued->session.user));
  http::Response response =
      Reply(json::Object{{"nextUri", "/organizations/"}, {"user", Encode(user)}});
  response.headers.Add(
      "Set-Cookie", api.deps()
                        .guard.cookies()
                        .Session(issued->token, api.deps().clock.Now(), issued->session.expires_at)
                        .ToString());
  co_return response;
}

Task<http::Response> LogOut(const Api& api, http::Request& request) {
  GH_CO_TRY(access::Visitor caller, co_await api.Caller(request));
  if (caller.principal->session) {
    GH_CO_TRY_VOID(
        co_await api.deps().authn.LogOut(caller.principal->user.id, caller.principal->session->id));
  }
  http::Response response = http::Response::Empty(204);
  response.headers.Add("Set-Cookie", api.deps().guard.cookies().ClearSession().ToString());
  co_return response;
}

}  // namespace

void RegisterAuth(Api& api, http::Router& router) {
  using http::Method;
  Route(api, router, Method::kGet, "/api/0/auth/validate/", Validate);
  Route(api, router, Method::kGet, "/api/0/auth/", WhoAmI);
  Route(api, router, Method::kDelete, "/api/0/auth/", LogOut);
  Route(api, router, Method::kPost, "/api/0/auth/login/", LogIn);
  Route(api, router, Method::kGet, "/api/0/users/me/", Me);
}

}  // namespace gatehouse::api
