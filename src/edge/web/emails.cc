// The account's e-mail addresses: add, confirm, make primary, remove.

#include "base/text.h"
#include "edge/web/messages.h"
#include "edge/web/site.h"

namespace gatehouse::web {

namespace {

using access::Guard;

constexpr std::string_view kEmailsPath = "/account/emails/";

Task<http::Response> EmailsPage(Site& site, Call& call, std::string error_slug, int status) {
  GH_CO_TRY(auto emails, co_await site.d.users.Emails(call.user().id));
  Page page("emails.tpl", "E-mail addresses");
  page.InAccount("emails");
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  body.Set("ACTION", std::string(kEmailsPath));
  body.Set("NEW_EMAIL", error_slug.empty() ? "" : Field(call.form, "new_email"));
  if (Field(call.query, "reason") == "required") body.Show("REASON");
  if (emails.empty()) body.Show("NO_EMAIL");
  bool primary = true;  // comes first
  for (const auto& [address, verified] : emails) {
    html::Data& row = body.Add("EMAIL");
    row.Set("ADDRESS", address).Show(verified ? "VERIFIED" : "UNVERIFIED");
    row.Show(primary ? "PRIMARY" : "OTHER");
    if (!primary && verified) row.Show("CAN_LEAD");
    primary = false;
  }
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowEmails(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireOwnProof(call.visitor));
  co_return co_await EmailsPage(site, call, "", 200);
}

Task<http::Response> MakePrimary(Site& site, Call& call, std::string email) {
  const UserId user = call.user().id;
  GH_CO_TRY_VOID(co_await site.d.users.SetPrimaryEmail(user, std::move(email), call.client_info()));
  site.d.authn.Forget(user);
  // Every session has ended, this one too: it goes on as a new one.
  GH_CO_TRY(auto issued, co_await site.d.authn.Reissue(user, *call.previous(), std::nullopt,
                                                       call.client_info()));
  http::Response response = Go(std::string(kEmailsPath), "email_primary");
  site.SetSession(response, call, issued);
  co_return response;
}

Task<http::Response> PostEmails(Site& site, Call& call) {
  const std::string op = Field(call.form, "op");
  // Asking for a mail to an address that is there already changes nothing.
  GH_CO_TRY_VOID(op == "confirm" ? Guard::RequireOwnProof(call.visitor)
                                 : Guard::RequireFreshProof(call.visitor));
  const UserId user = call.user().id;
  std::string email(Trim(Field(call.form, op == "add" ? "new_email" : "email")));
  Result<void> done;
  std::string_view flash;
  if (op == "add") {
    done = co_await site.d.users.AddEmail(user, std::move(email), call.client_info());
    flash = "email_added";
  } else if (op == "confirm") {
    done = co_await site.d.users.SendEmailConfirmation(user, std::move(email), call.client_info());
    flash = "confirmation_sent";
  } else if (op == "remove") {
    done = co_await site.d.users.RemoveEmail(user, std::move(email), call.client_info());
    flash = "email_removed";
  } else if (op == "primary") {
    auto response = co_await MakePrimary(site, call, std::move(email));
    if (response) co_return std::move(*response);
    done = std::unexpected(response.error());
  } else {
    co_return Fail(Code::kInvalidArgument, "bad_request", "unknown op");
  }
  if (done) co_return Go(std::string(kEmailsPath), flash);
  const Error& error = done.error();
  if (HttpStatus(error.code) >= 500 || error.code == Code::kUnauthenticated) {
    co_return std::unexpected(error);
  }
  co_return co_await EmailsPage(site, call, std::string(error.reason), FormStatus(error));
}

}  // namespace

void RegisterEmails(Site& site, http::Router& router) {
  site.Get(router, std::string(kEmailsPath), ShowEmails);
  site.Post(router, std::string(kEmailsPath), PostEmails);
}

}  // namespace gatehouse::web
