// Forgotten passwords. The answer is the same for a known and an unknown address.

#include "base/text.h"
#include "edge/web/messages.h"
#include "edge/web/site.h"

namespace gatehouse::web {

namespace {

http::Response RecoverPage(Site& site, Call& call, std::string email, std::string_view error_slug,
                           int status) {
  Page page("recover.tpl", "Reset your password");
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  body.Set("EMAIL", std::move(email));
  return site.ShowCard(call, std::move(page), status);
}

Task<http::Response> ShowRecover(Site& site, Call& call) {
  co_return RecoverPage(site, call, Field(call.query, "email"), "", 200);
}

Task<http::Response> PostRecover(Site& site, Call& call) {
  if (call.form.HasDuplicates()) {
    co_return Fail(Code::kInvalidArgument, "bad_request", "a field came twice");
  }
  std::string email(Trim(Field(call.form, "email")));
  if (email.empty()) co_return RecoverPage(site, call, "", "email_invalid", 400);
  auto started = co_await site.d.users.StartRecovery(email, call.client_info());
  if (!started) {
    const Error& error = started.error();
    if (error.code == Code::kResourceExhausted || error.code == Code::kInvalidArgument) {
      co_return RecoverPage(site, call, std::move(email), error.reason, FormStatus(error));
    }
    co_return std::unexpected(error);
  }
  co_return site.ShowCard(call, Page("recover_sent.tpl", "Check your e-mail"));
}

Task<http::Response> NewPasswordPage(Site& site, Call& call, std::string_view error_slug,
                                     int status) {
  const std::string token = call.request.Param("token");
  auto link = co_await site.d.users.PeekLink(users::LinkPurpose::kRecover, token);
  if (!link && link.error().Is("link_invalid")) {
    link = co_await site.d.users.PeekLink(users::LinkPurpose::kSetPassword, token);
  }
  if (!link) co_return std::unexpected(std::move(link).error());
  Page page("recover_confirm.tpl", "Choose a new password");
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  body.Set("EMAIL", link->email);
  co_return site.ShowCard(call, std::move(page), status);
}

Task<http::Response> ShowNewPassword(Site& site, Call& call) {
  co_return co_await NewPasswordPage(site, call, "", 200);
}

Task<http::Response> PostNewPassword(Site& site, Call& call) {
  auto user = co_await site.d.users.FinishRecovery(
      call.request.Param("token"), Field(call.form, "password"), call.client_info());
  if (!user) {
    const Error& error = user.error();
    if (error.code != Code::kInvalidArgument) co_return std::unexpected(error);
    co_return co_await NewPasswordPage(site, call, error.reason, FormStatus(error));
  }
  site.d.authn.Forget(user->id);
  // Whoever was signed in here before is not carried over.
  GH_CO_TRY(auto outcome,
            co_await site.d.authn.Start(user->id, authn::ProofKind::kRecovery, call.previous(),
                                        "/organizations/", call.client_info()));
  co_return site.Enter(call, outcome, "/organizations/", "password_set");
}

}  // namespace

void RegisterRecovery(Site& site, http::Router& router) {
  site.Get(router, "/account/recover/", ShowRecover);
  site.Post(router, "/account/recover/", PostRecover);
  for (const char* pattern :
       {"/account/recover/confirm/{token}/", "/account/password/confirm/{token}/"}) {
    site.Get(router, pattern, ShowNewPassword, {.token_in_url = true});
    site.Post(router, pattern, PostNewPassword, {.token_in_url = true});
  }
}

}  // namespace gatehouse::web
