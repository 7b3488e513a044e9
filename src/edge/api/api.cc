#include "edge/api/api.h"

#include "edge/api/encode.h"

namespace gatehouse::api {
namespace {

std::string LoginUrl(const http::Request& request) {
  // /api/0/organizations/{slug}/… : the path names the organization.
  for (const auto& [name, value] : request.params) {
    if (name == "organization") return "/auth/login/" + value + "/";
  }
  return "/auth/login/";
}

json::Object Coded(std::string_view code, std::string_view message, json::Object extra) {
  json::Object detail;
  detail["code"] = code;
  detail["message"] = message;
  detail["extra"] = std::move(extra);
  json::Object body;
  body["detail"] = std::move(detail);
  return body;
}

std::string_view DetailOf(const Error& error, int status) {
  if (error.Is("csrf")) return "CSRF check failed: send X-CSRF-Token.";
  switch (status) {
    case 400:
      return "The request is not valid.";
    case 401:
      return "Authentication credentials were not provided.";
    case 403:
      return "You do not have permission to perform this action.";
    case 404:
      return "The requested resource does not exist";
    case 405:
      return "This method is not allowed here.";
    case 409:
      return "The request conflicts with the present state.";
    case 413:
      return "The request is too large.";
    case 429:
      return "You are sending too many requests. Please try again later.";
    case 503:
      return "The service is not available at the moment. Please try again.";
    default:
      return status < 500 ? "The request was refused." : "Internal Error";
  }
}

}  // namespace

http::Response Api::RenderError(const http::Request& request, const Error& error,
                                int status) const {
  json::Object body;
  if (error.Is("sso_required")) {
    body = Coded("sso-required", "Must login via SSO", {{"loginUrl", LoginUrl(request)}});
  } else if (error.Is("reauth_required")) {
    body = Coded("reauth-required", "Log in with your own credentials to open this.",
                 {{"loginUrl", "/auth/login/?reason=reauth_required"}});
  } else {
    body["detail"] = DetailOf(error, status);
    body["code"] = error.reason;
  }
  body["correlationId"] = request.correlation_id;
  return Reply(std::move(body), status);
}

Task<access::Visitor> Api::Caller(http::Request& request) const {
  if (request.headers.Has("Authorization")) {
    co_return co_await d_.guard.VisitByToken(request);
  }
  GH_CO_TRY(access::Visitor visitor, co_await d_.guard.Visit(request));
  if (!visitor.principal) co_return Fail(Code::kUnauthenticated, "login_required");
  const bool safe = request.method == http::Method::kGet || request.method == http::Method::kHead;
  if (!safe) GH_CO_TRY_VOID(d_.guard.CheckHeader(request, visitor));
  co_return visitor;
}

Task<access::OrgAccess> Api::Enter(http::Request& request, const access::Visitor& visitor,
                                   std::string_view scope) const {
  std::string slug = request.Param("organization");
  if (auto id = OrgId::Parse(slug)) {
    auto organization = co_await d_.orgs.Get(*id);
    if (!organization) co_return std::unexpected(organization.error());
    slug = organization->slug;
  }
  co_return co_await d_.guard.EnterOrg(visitor, std::move(slug), scope);
}

namespace {

Task<http::Response> Answer(const Api& api, ApiHandler handler, http::Request& request) {
  GH_CO_TRY(http::Response response, co_await handler(api, request));
  if (!response.headers.Has("Cache-Control")) response.headers.Set("Cache-Control", "no-store");
  co_return response;
}

}  // namespace

void Route(Api& api, http::Router& router, http::Method method, std::string pattern,
           ApiHandler handler) {
  const Api* self = &api;
  router.Add(method, std::move(pattern),
             [self, handler](http::Request& request) { return Answer(*self, handler, request); });
}

void Api::Register(http::Router& router) {
  RegisterAuth(*this, router);
  RegisterOrganizations(*this, router);
  RegisterSso(*this, router);
}

}  // namespace gatehouse::api
