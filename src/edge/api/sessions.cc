// /api/0/users/{user}/sessions/ and /api/0/api-tokens/: what acts for the account.

#include <algorithm>

#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/values.h"

namespace gatehouse::api {

Task<http::Response> ListSessions(Call& call) {
  GH_CO_TRY(auto sessions, co_await call.d.authn.List(call.user().id));
  json::Array list;
  for (const authn::Session& session : sessions) {
    list.push_back(Encode(session, call.session().id));
  }
  co_return Reply(std::move(list));
}

Task<http::Response> EndOtherSessions(Call& call) {
  GH_CO_TRY_VOID(co_await call.d.authn.EndOthers(call.user().id, call.session().id, call.client()));
  co_return http::Response::Empty(204);
}

Task<http::Response> EndSession(Call& call) {
  auto id = SessionId::Parse(call.request.Param("session"));
  if (!id) co_return Fail(Code::kNotFound, kSessionNotFound);
  GH_CO_TRY_VOID(co_await call.d.authn.EndSession(call.user().id, *id, call.client()));
  http::Response response = http::Response::Empty(204);
  if (*id == call.session().id) {
    response.headers.Add("Set-Cookie", call.d.guard.cookies().ClearSession().ToString());
  }
  co_return response;
}

Task<http::Response> ListTokens(Call& call) {
  GH_CO_TRY(auto tokens, co_await call.d.authn.ListTokens(call.user().id));
  json::Array list;
  for (const authn::ApiToken& token : tokens) list.push_back(Encode(token));
  co_return Reply(std::move(list));
}

Task<http::Response> CreateToken(Call& call) {
  GH_CO_TRY(json::Object body, call.Body());
  GH_CO_TRY(std::string name, RequiredText(body, "name"));
  GH_CO_TRY(auto scopes, OptionalTexts(body, "scopes"));
  if (!scopes) co_return Fail(Code::kInvalidArgument, kFieldRequired, "scopes");
  std::optional<Timestamp> expires_at;
  if (const json::Value* days = body.if_contains("expiresInDays"); days && !days->is_null()) {
    constexpr std::int64_t kMaxDays = 3650;
    if (!days->is_int64() || days->as_int64() < 1 || days->as_int64() > kMaxDays) {
      co_return Fail(Code::kInvalidArgument, kFieldInvalid, "expiresInDays");
    }
    expires_at = call.d.clock.Now() + std::chrono::hours(24) * days->as_int64();
  }
  GH_CO_TRY(std::string secret, co_await call.d.authn.CreateToken(call.user().id, std::move(name),
                                                                  *std::move(scopes), expires_at));
  GH_CO_TRY(auto tokens, co_await call.d.authn.ListTokens(call.user().id));
  auto made = std::ranges::find_if(tokens, [&secret](const authn::ApiToken& token) {
    return !token.hint.empty() && secret.ends_with(token.hint);
  });
  json::Object o;
  if (made != tokens.end()) o = Encode(*made);
  o["token"] = std::move(secret);
  co_return Reply(std::move(o), 201);
}

Task<http::Response> DeleteToken(Call& call) {
  auto id = StrongId<struct ApiTokenTag>::Parse(call.request.Param("token"));
  if (!id) co_return Fail(Code::kNotFound, kTokenNotFound);
  GH_CO_TRY_VOID(co_await call.d.authn.DeleteToken(call.user().id, id->value));
  co_return http::Response::Empty(204);
}

}  // namespace gatehouse::api
