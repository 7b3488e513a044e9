// /api/0/auth/…: who is asking, logging in and out, proving oneself again.

#include "base/bytes.h"
#include "base/text.h"
#include "edge/access/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/values.h"

namespace gatehouse::api {
namespace {

constexpr std::string_view kNextUri = "/organizations/";

std::optional<SessionId> PreviousOf(const access::Visitor& visitor) {
  if (!visitor.principal || !visitor.principal->session) return std::nullopt;
  return visitor.principal->session->id;
}

// For routes that anybody may call, whatever they show to nobody.
Result<void> RequireCaller(const Call& call) {
  if (call.visitor.principal) return {};
  return Fail(Code::kUnauthenticated,
              call.visitor.awaits_second_factor() ? access::k2faRequired : access::kLoginRequired);
}

// {"detail": {"code": …}}, without a word about what exactly was wrong.
http::Response Bare(std::string_view code, int status) {
  return Reply(json::Object{{"detail", json::Object{{"code", code}}}}, status);
}

// "Basic base64(name:password)"
std::optional<std::pair<std::string, std::string>> BasicCredentials(const http::Request& request) {
  if (request.headers.Count("Authorization") != 1) return std::nullopt;
  auto [scheme, encoded] = SplitOnce(request.headers.Get("Authorization"), ' ');
  if (!EqualsIgnoreCase(scheme, "Basic")) return std::nullopt;
  auto text = Base64Decode(encoded);
  if (!text || !IsValidUtf8(*text)) return std::nullopt;
  auto [name, password] = SplitOnce(*text, ':');
  if (name.empty() || password.empty()) return std::nullopt;
  return std::pair(std::string(name), std::string(password));
}

// The step-up that the body asks for; std::nullopt: it holds nothing to prove with.
Task<std::optional<authn::IssuedSession>> StepUp(Call& call, const json::Object& body) {
  GH_CO_TRY(auto password, OptionalText(body, "password"));
  if (password) {
    co_return co_await call.d.authn.StepUpByPassword(*call.visitor.principal, *std::move(password),
                                                     call.client());
  }
  GH_CO_TRY(auto otp, OptionalText(body, "otp"));
  GH_CO_TRY(auto response, OptionalText(body, "response"));
  if (!otp && !response) co_return std::nullopt;
  factors::Answer answer;
  answer.kind = otp ? factors::Kind::kTotp : factors::Kind::kWebAuthn;
  answer.code = otp.value_or("");
  answer.response_json = response.value_or("");
  co_return co_await call.d.factors.StepUp(call.factor_caller(), std::move(answer));
}

}  // namespace

Task<http::Response> GetSelf(Call& call) {
  if (call.visitor.principal) co_return Reply(EncodeSelf(call.user()));
  if (call.visitor.awaits_second_factor()) GH_CO_TRY_VOID(RequireCaller(call));
  co_return Reply(json::Object{{"detail", "You are not logged in."},
                               {"code", access::kLoginRequired},
                               {"correlationId", call.request.correlation_id}},
                  400);
}

Task<http::Response> LogInBasic(Call& call) {
  auto credentials = BasicCredentials(call.request);
  if (!credentials) {
    co_return Reply(json::Object{{"detail", "You are not logged in."},
                                 {"code", access::kLoginRequired},
                                 {"correlationId", call.request.correlation_id}},
                    400);
  }
  GH_CO_TRY(
      authn::LoginOutcome outcome,
      co_await call.d.authn.LogIn(std::move(credentials->first), std::move(credentials->second),
                                  PreviousOf(call.visitor), "", call.client()));
  if (!outcome.session) {
    co_return Reply(
        json::Object{
            {"2fa_required", true},
            {"message", "Cannot sign-in with password authentication when 2fa is enabled."}},
        403);
  }
  GH_CO_TRY(users::User user, co_await call.d.users.Get(outcome.session->session.user));
  http::Response response = Reply(EncodeSelf(user));
  call.SetSession(response, *outcome.session);
  co_return response;
}

Task<http::Response> VerifySelf(Call& call) {
  GH_CO_TRY(json::Object body, call.Body());
  auto proved = co_await StepUp(call, body);
  if (!proved && proved.error().code == Code::kPermissionDenied) co_return Bare("ignore", 403);
  if (!proved) co_return std::unexpected(proved.error());
  if (!*proved) co_return Bare("missing_password_or_u2f", 400);
  http::Response response = Reply(EncodeSelf(call.user()));
  call.SetSession(response, **proved);
  co_return response;
}

Task<http::Response> LogOut(Call& call) {
  GH_CO_TRY_VOID(co_await call.d.authn.LogOut(call.user().id, call.session().id, call.client()));
  http::Response response = http::Response::Empty(204);
  response.headers.Add("Set-Cookie", call.d.guard.cookies().ClearSession().ToString());
  co_return response;
}

Task<http::Response> GetAuthConfig(Call& call) {
  if (call.visitor.principal) co_return Reply(json::Object{{"nextUri", kNextUri}});
  json::Object o;
  std::string_view origin = call.d.guard.origin();
  o["serverHostname"] = origin.substr(origin.find("://") + 3);
  o["canRegister"] = false;
  o["hasNewsletter"] = false;
  if (call.visitor.stale_session) {
    o["warning"] = "Your session has expired.";
  }
  co_return Reply(std::move(o));
}

Task<http::Response> LogIn(Call& call) {
  // Also for nobody: else another site could log a browser in to an account of its choice.
  GH_CO_TRY_VOID(call.d.guard.CheckHeader(call.request, call.visitor));
  GH_CO_TRY(json::Object body, call.Body());
  GH_CO_TRY(std::string username, RequiredText(body, "username"));
  GH_CO_TRY(std::string password, RequiredText(body, "password"));
  auto outcome =
      co_await call.d.authn.LogIn(std::move(username), std::move(password),
                                  PreviousOf(call.visitor), std::string(kNextUri), call.client());
  if (!outcome && outcome.error().code == Code::kUnauthenticated) {
    json::Object errors{{"__all__", json::Array{"Please enter a correct username and password."}}};
    co_return Reply(json::Object{{"detail", "Login attempt failed"}, {"errors", std::move(errors)}},
                    400);
  }
  if (!outcome) co_return std::unexpected(outcome.error());
  if (!outcome->session) {
    // Who it is stays unsaid until the second factor is there.
    http::Response response = Reply(json::Object{{"nextUri", "/auth/2fa/"}, {"user", nullptr}});
    response.headers.Add("Set-Cookie",
                         call.d.guard.cookies().Pending(outcome->pending_token).ToString());
    co_return response;
  }
  GH_CO_TRY(users::User user, co_await call.d.users.Get(outcome->session->session.user));
  http::Response response = Reply(json::Object{{"nextUri", kNextUri}, {"user", EncodeSelf(user)}});
  call.SetSession(response, *outcome->session);
  co_return response;
}

Task<http::Response> Validate(Call& call) {
  if (call.visitor.principal) co_return http::Response::Empty(200);
  if (call.visitor.awaits_second_factor()) GH_CO_TRY_VOID(RequireCaller(call));
  co_return http::Response::Empty(403);
}

Task<http::Response> GetStepUpChallenge(Call& call) {
  GH_CO_TRY(std::string options, co_await call.d.factors.BeginStepUp(call.factor_caller()));
  json::Array list;
  if (!options.empty()) {
    list.push_back(json::Object{
        {"id", "u2f"},
        {"challenge", json::Object{{"webAuthnAuthenticationData", Base64Encode(options)}}}});
  }
  co_return Reply(std::move(list));
}

}  // namespace gatehouse::api
