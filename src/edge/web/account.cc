// The account's own pages. Every one needs the user's own credentials: a session that came in
// through an organization's provider opens that organization and none of these (isolation law L2).

#include "base/text.h"
#include "edge/access/access.h"
#include "edge/web/messages.h"
#include "edge/web/site.h"

namespace gatehouse::web {

namespace {

using access::Guard;

constexpr std::size_t kMaxName = 200;

Task<http::Response> ProfilePage(Site& site, Call& call, std::string error_slug, int status) {
  GH_CO_TRY(users::User user, co_await site.d.users.Get(call.user().id));
  Page page("account.tpl", "Profile");
  page.InAccount("profile");
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  body.Set("NAME", user.name).Set("USERNAME", user.username);
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowProfile(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireOwnProof(call.visitor));
  co_return co_await ProfilePage(site, call, "", 200);
}

Task<http::Response> PostProfile(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireOwnProof(call.visitor));
  const std::string op = Field(call.form, "op");
  if (op == "name") {
    std::string name(Trim(Field(call.form, "name")));
    if (name.empty() || name.size() > kMaxName || HasControl(name)) {
      co_return co_await ProfilePage(site, call, "name_invalid", 400);
    }
    GH_CO_TRY_VOID(co_await site.d.users.Rename(call.user().id, std::move(name)));
    site.d.authn.Forget(call.user().id);
    co_return Go("/account/", "name_saved");
  }
  co_return Fail(Code::kInvalidArgument, "bad_request", "unknown op");
}

Task<http::Response> SecurityPage(Site& site, Call& call, std::string error_slug, int status) {
  Page page("security.tpl", "Password");
  page.InAccount("security");
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  body.Show(call.user().has_password ? "CHANGE" : "NONE");
  body.Set("EMAIL", call.user().email).Set("USERNAME", call.user().username);
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowSecurity(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireOwnProof(call.visitor));
  co_return co_await SecurityPage(site, call, "", 200);
}

Task<http::Response> PostSecurity(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireOwnProof(call.visitor));
  const UserId user = call.user().id;
  auto changed = co_await site.d.users.ChangePassword(
      user, Field(call.form, "current"), Field(call.form, "password"), call.client_info());
  if (!changed) {
    const Error& error = changed.error();
    if (HttpStatus(error.code) >= 500) co_return std::unexpected(error);
    co_return co_await SecurityPage(site, call, std::string(error.reason), FormStatus(error));
  }
  // Every session has ended, this one too: it goes on as a new one.
  site.d.authn.Forget(user);
  GH_CO_TRY(auto issued,
            co_await site.d.authn.Reissue(user, *call.previous(), authn::ProofKind::kPassword,
                                          call.client_info()));
  auto response = Go("/account/security/", "password_changed");
  site.SetSession(response, call, issued);
  co_return response;
}

Task<http::Response> ShowConfirmEmail(Site& site, Call& call) {
  // The link proves the mailbox; whoever came in through single sign-on may have nothing else.
  if (!call.visitor.principal) co_return Fail(Code::kUnauthenticated, "login_required");
  Page page("post_link.tpl", "Confirm your address");
  page.body()
      .Set("TITLE", "Confirm your address")
      .Set("TEXT", "This confirms that the address the mail went to is yours.")
      .Set("BUTTON", "Confirm my address");
  co_return site.ShowCard(call, std::move(page));
}

Task<http::Response> PostConfirmEmail(Site& site, Call& call) {
  if (!call.visitor.principal) co_return Fail(Code::kUnauthenticated, "login_required");
  GH_CO_TRY_VOID(co_await site.d.users.ConfirmEmail(call.user().id, call.request.Param("token")));
  site.d.authn.Forget(call.user().id);
  co_return Go(call.visitor.has_own_proof() ? "/account/emails/" : "/organizations/",
               "email_confirmed");
}

}  // namespace

void RegisterAccount(Site& site, http::Router& router) {
  site.Get(router, "/account/", ShowProfile);
  site.Post(router, "/account/", PostProfile);
  site.Get(router, "/account/security/", ShowSecurity);
  site.Post(router, "/account/security/", PostSecurity);
  site.Get(router, "/account/confirm-email/{token}/", ShowConfirmEmail, {.token_in_url = true});
  site.Post(router, "/account/confirm-email/{token}/", PostConfirmEmail, {.token_in_url = true});
}

}  // namespace gatehouse::web
