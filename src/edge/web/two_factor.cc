// The account's second factors: authenticator app, security keys and passkeys, recovery codes.

#include "base/text.h"
#include "edge/web/factors.h"
#include "edge/web/messages.h"
#include "platform/html/qr.h"

namespace gatehouse::web {

namespace {

using access::Guard;

constexpr std::string_view kTwoFactorPath = "/account/two-factor/";

std::string NextOf(const Call& call) {
  const bool post = call.request.method == http::Method::kPost;
  return NextOr(Field(post ? call.form : call.query, "next"), "");
}

// An organization that keeps the user from going without.
Task<std::optional<orgs::Organization>> RequiredBy(Site& site, UserId user) {
  GH_CO_TRY(auto memberships, co_await site.d.orgs.ListForUser(user));
  for (orgs::OrgMembership& membership : memberships) {
    if (membership.organization.require_2fa()) {
      co_return std::optional(std::move(membership.organization));
    }
  }
  co_return std::nullopt;
}

Task<http::Response> OverviewPage(Site& site, Call& call, std::string error_slug, int status) {
  GH_CO_TRY(auto overview, co_await site.d.factors.List(call.user().id));
  GH_CO_TRY(auto required, co_await RequiredBy(site, call.user().id));
  Page page("two_factor.tpl", "Two-factor authentication");
  page.InAccount("two-factor");
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  const std::string next = NextOf(call);
  auto with_next = [&](std::string path) {
    return next.empty() ? path : WithQuery(std::move(path), "next", next);
  };
  body.Set("ACTION", std::string(kTwoFactorPath))
      .Set("APP_URL", with_next("/account/two-factor/app/"))
      .Set("KEY_URL", with_next("/account/two-factor/key/"));
  if (Field(call.query, "reason") == "required") body.Show("REASON");
  if (!next.empty() && !overview.factors.empty()) body.Add("GO_ON").Set("URL", next);
  if (required) body.Add("REQUIRED").Set("ORGANIZATION", required->name);
  bool has_totp = false;
  for (const factors::Factor& factor : overview.factors) {
    html::Data& row = body.Add("FACTOR");
    row.Set("ID", factor.id.ToString())
        .Set("NAME", factor.name)
        .Set("ADDED", FormatHuman(factor.created_at))
        .Set("USED", factor.last_used_at ? FormatHuman(*factor.last_used_at) : "never");
    // An app is called so unless it was renamed.
    const bool app = factor.kind == factors::Kind::kTotp;
    if (!app) row.Show(factor.is_passkey ? "IS_PASSKEY" : "IS_KEY");
    if (app && !EqualsIgnoreCase(factor.name, "authenticator app")) row.Show("IS_TOTP");
    if (required && overview.factors.size() == 1) row.Show("KEPT");
    has_totp = has_totp || factor.kind == factors::Kind::kTotp;
  }
  if (overview.factors.empty()) {
    body.Show("NONE");
  } else {
    body.Add("RECOVERY").Set("LEFT", std::to_string(overview.recovery_left));
    if (overview.recovery_left < 3) body.Show("FEW_LEFT");
  }
  if (call.user().email_verified) {
    html::Data& add = body.Add("CAN_ADD");
    if (!has_totp) add.Show("ADD_TOTP");
  } else {
    body.Add("UNVERIFIED").Set("EMAIL", call.user().email);
  }
  co_return co_await site.Show(call, std::move(page), status);
}

Task<http::Response> ShowFactors(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireOwnProof(call.visitor));
  co_return co_await OverviewPage(site, call, "", 200);
}

Task<http::Response> TotpPage(Site& site, Call& call, const factors::TotpEnrolment& enrolment) {
  GH_CO_TRY(html::QrCode picture, html::MakeQrCode(enrolment.uri));
  Page page("totp.tpl", "Add an authenticator app");
  page.InAccount("two-factor");
  page.body()
      .Set("ACTION", std::string(kTwoFactorPath))
      .Set("NEXT", NextOf(call))
      .Add("PICTURE")
      .Set("SECRET", enrolment.secret)
      .Set("SIZE", std::to_string(picture.size))
      .Set("PATH", std::move(picture.path));
  co_return co_await site.Show(call, std::move(page));
}

// After a wrong code: the app has the secret already, and the server still waits for a code of it.
Task<http::Response> TotpAgainPage(Site& site, Call& call, const Error& error) {
  Page page("totp.tpl", "Add an authenticator app");
  page.InAccount("two-factor");
  AddError(page.body(), error.reason);
  page.body().Set("ACTION", std::string(kTwoFactorPath)).Set("NEXT", NextOf(call)).Show("AGAIN");
  co_return co_await site.Show(call, std::move(page), FormStatus(error));
}

// The changed account: a new session, and codes that are shown this once.
Task<http::Response> ChangedPage(Site& site, Call& call, factors::Changed changed,
                                 std::string_view flash) {
  site.d.authn.Forget(call.user().id);
  const std::string next = NextOf(call);
  http::Response response;
  if (changed.recovery_codes.empty()) {
    response = Go(next.empty() ? std::string(kTwoFactorPath) : next, flash);
  } else {
    Page page("recovery_codes.tpl", "Your recovery codes");
    html::Data& body = page.body();
    for (const std::string& code : changed.recovery_codes) body.Add("CODE").Set("TEXT", code);
    body.Set("URL", next.empty() ? std::string(kTwoFactorPath) : next);
    page.Notice("ok", std::string(FindNotice(flash)->text));
    response = site.ShowCard(call, std::move(page));
  }
  site.SetSession(response, call, changed.session);
  co_return response;
}

bool IsForForm(const Error& error) {
  return HttpStatus(error.code) < 500 && error.code != Code::kUnauthenticated;
}

Task<http::Response> Change(Site& site, Call& call, std::string_view op) {
  const factors::Caller caller = FactorCallerOf(call);
  Result<factors::Changed> changed = Fail(Code::kInvalidArgument, "bad_request", "unknown op");
  std::string_view flash = "factor_added";
  if (op == "confirm-totp") {
    changed = co_await site.d.factors.ConfirmTotp(caller, Field(call.form, "code"));
  } else if (op == "finish-key") {
    changed = co_await site.d.factors.FinishWebAuthn(
        caller, std::string(Trim(Field(call.form, "name"))), Field(call.form, "response"));
  } else if (op == "new-codes") {
    changed = co_await site.d.factors.RegenerateRecoveryCodes(caller);
    flash = "codes_created";
  } else if (op == "remove") {
    auto id = AuthenticatorId::Parse(Field(call.form, "id"));
    if (!id || !call.form.Has("confirm")) {
      co_return Fail(Code::kInvalidArgument, "bad_request", "id");
    }
    GH_CO_TRY(auto required, co_await RequiredBy(site, call.user().id));
    std::optional<OrgId> by;
    if (required) by = required->id;
    changed = co_await site.d.factors.Remove(caller, *id, by);
    flash = "factor_removed";
  }
  if (changed) co_return co_await ChangedPage(site, call, std::move(*changed), flash);
  if (!IsForForm(changed.error())) co_return std::unexpected(changed.error());
  if (changed.error().Is("otp_invalid")) {
    co_return co_await TotpAgainPage(site, call, changed.error());
  }
  co_return co_await OverviewPage(site, call, std::string(changed.error().reason),
                                  FormStatus(changed.error()));
}

Task<http::Response> PostOverview(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireFreshProof(call.visitor));
  const std::string op = Field(call.form, "op");
  if (op == "begin-totp") {
    auto enrolment = co_await site.d.factors.BeginTotp(FactorCallerOf(call));
    if (enrolment) co_return co_await TotpPage(site, call, *enrolment);
    if (!IsForForm(enrolment.error())) co_return std::unexpected(enrolment.error());
    co_return co_await OverviewPage(site, call, std::string(enrolment.error().reason),
                                    FormStatus(enrolment.error()));
  }
  if (op == "rename") {
    auto id = AuthenticatorId::Parse(Field(call.form, "id"));
    if (!id) co_return Fail(Code::kInvalidArgument, "bad_request", "id");
    auto renamed = co_await site.d.factors.Rename(FactorCallerOf(call), *id,
                                                  std::string(Trim(Field(call.form, "name"))));
    if (renamed) co_return Go(std::string(kTwoFactorPath), "factor_renamed");
    if (!IsForForm(renamed.error())) co_return std::unexpected(renamed.error());
    co_return co_await OverviewPage(site, call, std::string(renamed.error().reason),
                                    FormStatus(renamed.error()));
  }
  co_return co_await Change(site, call, op);
}

// The challenge for a new key, when the button is pressed and not before.
Task<http::Response> PostKeyOptions(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireFreshProof(call.visitor));
  GH_CO_TRY(std::string options, co_await site.d.factors.BeginWebAuthn(FactorCallerOf(call)));
  co_return http::Response::Json(200, std::move(options));
}

// The overview says what is missing: a confirmed address.
std::string BackTo(const Call& call) {
  const std::string next = NextOf(call);
  return next.empty() ? std::string(kTwoFactorPath)
                      : WithQuery(std::string(kTwoFactorPath), "next", next);
}

// Where a fresh proof is asked for before the form is filled in.
Task<http::Response> ShowAddKey(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireFreshProof(call.visitor));
  if (!call.user().email_verified) co_return Go(BackTo(call));
  Page page("add_key.tpl", "Add a security key or passkey");
  page.InAccount("two-factor");
  page.body().Set("ACTION", std::string(kTwoFactorPath)).Set("NEXT", NextOf(call));
  co_return co_await site.Show(call, std::move(page));
}

Task<http::Response> ShowAddTotp(Site& site, Call& call) {
  GH_CO_TRY_VOID(Guard::RequireFreshProof(call.visitor));
  if (!call.user().email_verified) co_return Go(BackTo(call));
  Page page("add_totp.tpl", "Add an authenticator app");
  page.InAccount("two-factor");
  page.body().Set("ACTION", std::string(kTwoFactorPath)).Set("NEXT", NextOf(call));
  co_return co_await site.Show(call, std::move(page));
}

}  // namespace

void RegisterTwoFactor(Site& site, http::Router& router) {
  site.Get(router, std::string(kTwoFactorPath), ShowFactors);
  site.Post(router, std::string(kTwoFactorPath), PostOverview);
  site.Get(router, "/account/two-factor/app/", ShowAddTotp);
  site.Get(router, "/account/two-factor/key/", ShowAddKey);
  site.Post(router, "/account/two-factor/key/", PostKeyOptions);
}

}  // namespace gatehouse::web
