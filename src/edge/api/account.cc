// /api/0/users/{user}/…: the account itself, its addresses, password and history.

#include "edge/api/cursor.h"
#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/refusals.h"
#include "edge/api/values.h"

namespace gatehouse::api {
namespace {

Task<json::Array> Emails(Call& call) {
  GH_CO_TRY(auto emails, co_await call.d.users.Emails(call.user().id));
  json::Array list;
  bool primary = true;
  for (const auto& [address, verified] : emails) {
    list.push_back(
        json::Object{{"email", address}, {"isPrimary", primary}, {"isVerified", verified}});
    primary = false;
  }
  co_return std::move(list);
}

Result<std::string> EmailOf(const Call& call) {
  GH_TRY(json::Object body, call.Body());
  return RequiredText(body, "email");
}

}  // namespace

Task<http::Response> GetUser(Call& call) { co_return Reply(EncodeSelf(call.user())); }

Task<http::Response> ListEmails(Call& call) {
  GH_CO_TRY(json::Array list, co_await Emails(call));
  co_return Reply(std::move(list));
}

Task<http::Response> AddEmail(Call& call) {
  GH_CO_TRY(std::string email, EmailOf(call));
  GH_CO_TRY_VOID(co_await call.d.users.AddEmail(call.user().id, email, call.client()));
  // The same answer whoever holds the address: what was asked for, not what there is.
  co_return Reply(json::Object{{"email", email}, {"isPrimary", false}, {"isVerified", false}}, 201);
}

Task<http::Response> SetPrimaryEmail(Call& call) {
  GH_CO_TRY(std::string email, EmailOf(call));
  GH_CO_TRY(users::User before, co_await call.d.users.Get(call.user().id));
  GH_CO_TRY(users::User user,
            co_await call.d.users.SetPrimaryEmail(call.user().id, std::move(email), call.client()));
  http::Response response =
      Reply(json::Object{{"email", user.email}, {"isPrimary", true}, {"isVerified", true}});
  if (before.session_epoch != user.session_epoch) {
    GH_CO_TRY(
        authn::IssuedSession session,
        co_await call.d.authn.Reissue(user.id, call.session().id, std::nullopt, call.client()));
    call.SetSession(response, session);
  }
  co_return response;
}

Task<http::Response> RemoveEmail(Call& call) {
  GH_CO_TRY(std::string email, EmailOf(call));
  GH_CO_TRY_VOID(
      co_await call.d.users.RemoveEmail(call.user().id, std::move(email), call.client()));
  co_return http::Response::Empty(204);
}

Task<http::Response> ConfirmEmail(Call& call) {
  GH_CO_TRY(std::string email, EmailOf(call));
  auto sent =
      co_await call.d.users.SendEmailConfirmation(call.user().id, std::move(email), call.client());
  if (!sent && sent.error().Is("email_not_found")) {
    co_return FieldError(call.request, "email", sent.error().reason, "Invalid email");
  }
  if (!sent) co_return std::unexpected(sent.error());
  co_return http::Response::Empty(204);
}

Task<http::Response> ChangePassword(Call& call) {
  GH_CO_TRY(json::Object body, call.Body());
  GH_CO_TRY(std::string current, RequiredText(body, "password"));
  GH_CO_TRY(std::string fresh, RequiredText(body, "passwordNew"));
  GH_CO_TRY(std::string again, RequiredText(body, "passwordVerify"));
  if (fresh != again) {
    co_return FieldError(call.request, "passwordVerify", kFieldInvalid,
                         "The passwords you entered did not match.");
  }
  GH_CO_TRY_VOID(co_await call.d.users.ChangePassword(call.user().id, std::move(current),
                                                      std::move(fresh), call.client()));
  GH_CO_TRY(authn::IssuedSession session,
            co_await call.d.authn.Reissue(call.user().id, call.session().id,
                                          authn::ProofKind::kPassword, call.client()));
  http::Response response = http::Response::Empty(204);
  call.SetSession(response, session);
  co_return response;
}

Task<http::Response> ListAccountEvents(Call& call) {
  GH_CO_TRY(http::Form query, call.Query());
  GH_CO_TRY(auto before, CursorOf(query));
  GH_CO_TRY(auto events, co_await call.d.users.ListEvents(call.user().id, before, kPage));
  json::Array list;
  for (const users::AccountEvent& event : events) list.push_back(Encode(event));
  http::Response response = Reply(std::move(list));
  std::optional<std::int64_t> next;
  if (events.size() == kPage) next = events.back().id;
  AddCursor(response, call.request, next);
  co_return response;
}

}  // namespace gatehouse::api
