// Signing in through an organization: its log-in page, the provider's answer, and the confirmation
// of an identity that nobody knows yet.

#include "base/text.h"
#include "edge/access/errors.h"
#include "edge/web/messages.h"
#include "edge/web/site.h"
#include "edge/web/steps.h"
#include "platform/http/url.h"

namespace gatehouse::web {

namespace {

std::string LoginPath(const std::string& slug) {
  return "/auth/login/" + http::PercentEncode(slug) + "/";
}

Task<http::Response> ConfirmPage(Site& site, Call& call, orgs::Organization organization,
                                 sso::Confirm confirm, std::string error_slug, int status) {
  using Kind = sso::Confirm::Kind;
  const char* title = confirm.kind == Kind::kLink      ? "Link your account"
                      : confirm.kind == Kind::kAccount ? "Check your e-mail"
                                                       : "Almost there";
  Page page("confirm.tpl", title);
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);
  body.Set("TITLE", title)
      .Set("ACTION", LoginPath(organization.slug))
      .Set("ORGANIZATION", organization.name)
      .Set("PROVIDER", confirm.provider_name)
      .Set("IDENTITY", confirm.identity_name)
      .SetIf("IDENTITY_EMAIL",
             confirm.identity_email == confirm.identity_name ? "" : confirm.identity_email)
      .Set("EXISTING", confirm.existing_hint);
  std::string username = Field(call.form, "username");
  switch (confirm.kind) {
    case Kind::kLink:
      body.Show("LINK");
      if (confirm.moves_identity) body.Show("MOVES");
      if (confirm.needs_recent_login) {
        // Somebody else's session in this browser: the owner's own user name is the one to prove.
        if (username.empty() && call.visitor.principal) username = call.user().username;
        body.Show("RECENT_LOGIN");
      } else {
        body.Show("MAY_LINK");
      }
      break;
    case Kind::kAccount:
      body.Show("ACCOUNT");
      break;
    case Kind::kIdentity:
      body.Show("IDENTITY_NEW");
      break;
  }
  if (confirm.offer_new_user) {
    // An identity that has an owner makes no new account: going on means going on as that owner.
    body.Set("NEW_LABEL",
             confirm.moves_identity ? "Continue as the other account" : "Create a new account");
    body.Show("NEW_USER");
  }
  body.Set("USERNAME", username);
  co_return site.ShowCard(call, std::move(page), status);
}

Task<http::Response> OrgLoginPage(Site& site, Call& call, orgs::Organization organization) {
  GH_CO_TRY(auto provider, co_await site.d.sso.FindProvider(organization.id));
  Page page("org_login.tpl", "Sign in to " + organization.name);
  html::Data& body = page.body();
  body.Set("ORGANIZATION", organization.name).Set("ACTION", LoginPath(organization.slug));
  body.Set("NEXT", NextOr(Field(call.query, "next"), ""));
  // The form below answers at /auth/login/, which does not know the organization.
  body.Set("PASSWORD_NEXT",
           NextOr(Field(call.query, "next"), "/organizations/" + organization.slug + "/"));
  if (provider) {
    body.Add("PROVIDER").Set("NAME", provider->name);
  }
  if (!provider || provider->allow_unlinked) {
    body.Show("PASSWORD");
  } else {
    body.Show("REQUIRED");
  }
  if (call.visitor.principal) body.Add("SIGNED_IN").Set("NAME", call.user().Display());
  co_return site.ShowCard(call, std::move(page));
}

// The organization of the address, or the neutral way back.
Task<std::optional<orgs::Organization>> Find(Site& site, Call& call) {
  auto found = co_await site.d.orgs.GetBySlug(call.request.Param("slug"));
  if (found) co_return std::optional(std::move(*found));
  if (found.error().code != Code::kNotFound) co_return std::unexpected(std::move(found).error());
  co_return std::nullopt;
}

http::Response UnknownOrganization(const Call& call) {
  std::string path = "/auth/login/";
  const std::string next = NextOr(Field(call.query, "next"), "");
  if (!next.empty()) path = WithQuery(std::move(path), "next", next);
  return Go(std::move(path), "sso_org_unknown");
}

Task<http::Response> Answer(Site& site, Call& call, orgs::Organization organization,
                            sso::Step step) {
  if (!step.redirect && !step.session && step.confirm) {
    if (call.request.method == http::Method::kGet) {
      co_return co_await ConfirmPage(site, call, std::move(organization), std::move(*step.confirm),
                                     "", 200);
    }
    step.redirect = WithQuery(LoginPath(organization.slug), "flow", "1");
  }
  co_return AnswerStep(site, call, std::move(step), LoginPath(organization.slug));
}

Task<http::Response> ShowOrgLogin(Site& site, Call& call) {
  GH_CO_TRY(auto organization, co_await Find(site, call));
  if (!organization) co_return UnknownOrganization(call);
  if (call.query.Has("flow")) {
    GH_CO_TRY(sso::Step step, co_await site.d.sso.ShowConfirm(call.visitor.client, *organization));
    co_return co_await Answer(site, call, std::move(*organization), std::move(step));
  }
  co_return co_await OrgLoginPage(site, call, std::move(*organization));
}

Task<http::Response> ConfirmLogin(Site& site, Call& call, orgs::Organization organization) {
  const sso::Client& client = call.visitor.client;
  auto step = co_await site.d.sso.ConfirmLogin(client, organization,
                                               std::string(Trim(Field(call.form, "username"))),
                                               Field(call.form, "password"));
  if (step) co_return co_await Answer(site, call, std::move(organization), std::move(*step));
  Error error = std::move(step).error();
  if (!error.Is("login_failed") && !error.Is("rate_limited")) co_return std::unexpected(error);
  // The same page, with what was wrong.
  GH_CO_TRY(sso::Step again, co_await site.d.sso.ShowConfirm(client, organization));
  if (!again.confirm) co_return std::unexpected(error);
  co_return co_await ConfirmPage(site, call, std::move(organization), std::move(*again.confirm),
                                 std::string(error.reason), FormStatus(error));
}

Task<http::Response> PostOrgLogin(Site& site, Call& call) {
  GH_CO_TRY(auto organization, co_await Find(site, call));
  if (!organization) co_return UnknownOrganization(call);
  const sso::Client& client = call.visitor.client;
  const std::string op = Field(call.form, "op");
  if (call.form.Has("init")) {
    GH_CO_TRY(sso::Step step,
              co_await site.d.sso.BeginLogin(client, *organization,
                                             NextOr(Field(call.form, "next"), ""), std::nullopt));
    co_return co_await Answer(site, call, std::move(*organization), std::move(step));
  }
  if (op == "login") co_return co_await ConfirmLogin(site, call, std::move(*organization));
  if (op == "confirm") {
    GH_CO_TRY(sso::Step step, co_await site.d.sso.ConfirmLink(client, *organization));
    co_return co_await Answer(site, call, std::move(*organization), std::move(step));
  }
  if (op == "newuser") {
    GH_CO_TRY(sso::Step step, co_await site.d.sso.ConfirmNewUser(client, *organization));
    co_return co_await Answer(site, call, std::move(*organization), std::move(step));
  }
  co_return Fail(Code::kInvalidArgument, "bad_request", "unknown op");
}

// What the browser sees of a refused log-in: one page for every cause. Three tell themselves apart
// without telling anything: an answer that the provider sent as an error says so in the request (it
// is no log-in at all), "access_denied" among them by a page of its own ("sso_cancelled"), and a
// provider that did not answer has judged nobody.
Result<http::Response> RefuseCallback(const Site& site, const Call& call, Error error) {
  constexpr int kBadRequest = 400;
  constexpr int kBadGateway = 502;
  if (error.Is("sso_failed") && call.query.Has("error")) {
    return site.RenderError(call.request, error, kBadRequest);
  }
  if (error.Is("sso_failed") && error.detail == "idp_unavailable") {
    return site.RenderError(call.request, Error{Code::kUnavailable, "idp_unavailable", ""},
                            kBadGateway);
  }
  return std::unexpected(std::move(error));
}

// The provider's answer. A machine's route: it takes no decision that belongs to a person, and each
// parameter may come once.
Task<http::Response> Callback(Site& site, Call& call) {
  if (call.query.HasDuplicates()) {
    co_return Fail(Code::kInvalidArgument, "bad_request", "a parameter came twice");
  }
  std::string slug;
  for (const auto& [name, value] : call.request.params) {
    if (name == "slug") slug = value;
  }
  auto answered = co_await site.d.sso.Callback(call.visitor.client, slug, call.query.all());
  if (!answered) co_return RefuseCallback(site, call, std::move(answered).error());
  sso::Step step = *std::move(answered);
  if (!step.redirect && !slug.empty()) {
    if (step.confirm) step.redirect = WithQuery(LoginPath(slug), "flow", "1");
    if (step.review || step.form_errors) {
      step.redirect = "/organizations/" + http::PercentEncode(slug) + "/auth/configure/?review=1";
    }
  }
  co_return AnswerStep(site, call, std::move(step), "/auth/login/");
}

Task<http::Response> ShowUserConfirm(Site& site, Call& call) {
  Page page("post_link.tpl", "Confirm it is you");
  page.body()
      .Set("TITLE", "Confirm it is you")
      .Set("TEXT",
           "You are about to link a single sign-on identity to your account. Go on only if you "
           "began this sign-in in this browser a moment ago.")
      .Set("BUTTON", "Yes, link my account");
  co_return site.ShowCard(call, std::move(page));
}

Task<http::Response> PostUserConfirm(Site& site, Call& call) {
  GH_CO_TRY(std::string slug,
            co_await site.d.sso.ProveMailbox(call.visitor.client, call.request.Param("token")));
  co_return Go(WithQuery(LoginPath(slug), "flow", "1"));
}

}  // namespace

http::Response AnswerStep(const Site& site, const Call& call, sso::Step step,
                          std::string_view fallback) {
  std::string target = step.redirect.value_or(std::string(fallback));
  http::Response response;
  if (target.starts_with('/')) {
    auto safe = http::SafeLocalPath(target);
    response = Go(safe.value_or(std::string(fallback)),
                  FindNotice(step.flash) ? std::string_view(step.flash) : std::string_view());
  } else {
    // Not a redirect: browsers hold `form-action 'self'` against the redirects that follow a form.
    Page page("leave.tpl", "Taking you to your identity provider");
    page.body().Set("URL", target);
    page.LeaveFor(std::move(target));
    response = site.ShowCard(call, std::move(page));
  }
  if (step.session) site.SetSession(response, call, *step.session);
  if (!step.pending_token.empty()) site.SetPending(response, step.pending_token);
  return response;
}

void RegisterSsoLogin(Site& site, http::Router& router) {
  for (const char* pattern : {"/auth/login/{slug}/", "/auth/link/{slug}/"}) {
    site.Get(router, pattern, ShowOrgLogin);
    site.Post(router, pattern, PostOrgLogin);
  }
  // The URL carries code and state.
  site.Get(router, "/auth/sso/", Callback, {.token_in_url = true});
  site.Get(router, "/auth/sso/{slug}/", Callback, {.token_in_url = true});
  site.Get(router, "/account/user-confirm/{token}/", ShowUserConfirm, {.token_in_url = true});
  site.Post(router, "/account/user-confirm/{token}/", PostUserConfirm, {.token_in_url = true});
}

}  // namespace gatehouse::web
