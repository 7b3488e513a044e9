// Signing in with a password, finding an organization's log-in page, signing out.

#include <utility>

#include "base/text.h"
#include "edge/access/errors.h"
#include "edge/web/messages.h"
#include "edge/web/site.h"

namespace gatehouse::web {

namespace {

constexpr std::string_view kHome = "/organizations/";

Task<http::Response> Home(Site&, Call& call) {
  if (call.visitor.principal) co_return Go(std::string(kHome));
  co_return Go("/auth/login/");
}

// "Acme's": whose provider opened this session, for the page that asks for the own password.
Task<std::string> WhoseSso(Site& site, const Call& call) {
  const auto& session = call.visitor.principal->session;
  if (session) {
    for (const authn::Proof& proof : session->proofs) {
      if (proof.kind != authn::ProofKind::kSso) continue;
      auto organization = co_await site.d.orgs.Get(proof.organization);
      if (organization) co_return organization->name;
    }
  }
  co_return std::string();
}

Task<http::Response> LoginPage(Site& site, Call& call, std::string error_slug, std::string username,
                               int status) {
  const bool post = call.request.method == http::Method::kPost;
  std::string next = NextOr(Field(post ? call.form : call.query, "next"), "");
  const std::string reason = Field(post ? call.form : call.query, "reason");
  Page page("login.tpl", "Sign in");
  html::Data& body = page.body();
  if (!error_slug.empty()) AddError(body, error_slug);

  if (call.visitor.principal) {
    const users::User& user = call.user();
    if (username.empty()) username = user.email.empty() ? user.username : user.email;
    if (reason == access::kReauthRequired) {
      GH_CO_TRY(std::string whose, co_await WhoseSso(site, call));
      html::Data& why = body.Add("REAUTH");
      why.Set("WHOSE", whose.empty() ? "an organization" : whose);
      why.Set("TARGET", next.empty() ? "this page" : std::string(SplitOnce(next, '?').first));
      if (!user.has_password) why.Show("NO_PASSWORD");
      why.Set("EMAIL", user.email);
      body.Set("REASON", reason);
    }
  } else {
    GH_CO_TRY(bool set_up, co_await site.IsSetUp());
    if (!set_up) body.Show("NOT_SET_UP");
  }
  body.Set("USERNAME", username).Set("NEXT", next);
  body.Show(username.empty() ? "FOCUS_NAME" : "FOCUS_PASSWORD");
  if (reason != access::kReauthRequired) body.Show("SSO");
  if (site.d.demo && !site.d.demo->people.empty()) {
    html::Data& demo = body.Add("DEMO");
    for (const Demo::Person& person : site.d.demo->people) {
      demo.Add("PERSON")
          .Set("LABEL", person.label)
          .Set("EMAIL", person.email)
          .Set("PASSWORD", person.password);
    }
  }
  co_return site.ShowCard(call, std::move(page), status);
}

Task<http::Response> ShowLogin(Site& site, Call& call) {
  const bool reauth = Field(call.query, "reason") == access::kReauthRequired;
  if (call.visitor.principal && (!reauth || call.visitor.has_own_proof())) {
    co_return Go(NextOr(Field(call.query, "next"), kHome));
  }
  co_return co_await LoginPage(site, call, "", "", 200);
}

Task<http::Response> FindOrganization(Site& site, Call& call) {
  std::string slug = AsciiLower(Trim(Field(call.form, "organization")));
  const std::string next = NextOr(Field(call.form, "next"), "");
  auto with_next = [&](std::string path) {
    return next.empty() ? path : WithQuery(std::move(path), "next", next);
  };
  auto organization = co_await site.d.orgs.GetBySlug(slug);
  if (organization) {
    GH_CO_TRY(auto provider, co_await site.d.sso.FindProvider(organization->id));
    if (provider) co_return Go(with_next("/auth/login/" + organization->slug + "/"));
  } else if (organization.error().code != Code::kNotFound) {
    co_return std::unexpected(std::move(organization).error());
  }
  // One answer for "no such organization" and "no single sign-on there".
  co_return Go(with_next("/auth/login/"), "sso_org_unknown");
}

// A passkey is both factors: no second step follows.
Task<http::Response> PostPasskey(Site& site, Call& call) {
  auto done = co_await site.d.factors.FinishPasskey(
      call.visitor.browser, Field(call.form, "response"), call.previous(), call.client_info());
  if (!done) {
    const Error& error = done.error();
    if (HttpStatus(error.code) >= 500) co_return std::unexpected(error);
    co_return co_await LoginPage(site, call, std::string(error.reason), "", FormStatus(error));
  }
  auto response = Go(NextOr(Field(call.form, "next"), kHome));
  site.SetSession(response, call, done->session);
  co_return response;
}

// The challenge of a passkey log-in, when the button is pressed and not before.
Task<http::Response> PostPasskeyOptions(Site& site, Call& call) {
  GH_CO_TRY(std::string options, co_await site.d.factors.BeginPasskey(call.visitor.browser));
  co_return http::Response::Json(200, std::move(options));
}

Task<http::Response> PostLogin(Site& site, Call& call) {
  const std::string op = Field(call.form, "op");
  if (op == "sso") co_return co_await FindOrganization(site, call);
  if (op == "passkey") co_return co_await PostPasskey(site, call);
  std::string username(Trim(Field(call.form, "username")));
  std::string password = Field(call.form, "password");
  if (username.empty() || password.empty()) {
    co_return co_await LoginPage(site, call, "login_failed", std::move(username), 401);
  }
  const std::string next = NextOr(Field(call.form, "next"), kHome);
  auto outcome = co_await site.d.authn.LogIn(username, std::move(password), call.previous(), next,
                                             call.client_info());
  if (!outcome) {
    const Error& error = outcome.error();
    if (error.code != Code::kUnauthenticated && error.code != Code::kResourceExhausted &&
        !error.Is("overloaded")) {
      co_return std::unexpected(error);
    }
    co_return co_await LoginPage(site, call, std::string(error.reason), std::move(username),
                                 FormStatus(error));
  }
  co_return site.Enter(call, *outcome, next);
}

Task<http::Response> ShowLogout(Site& site, Call& call) {
  if (!call.visitor.principal) co_return Go("/auth/login/");
  Page page("logout.tpl", "Sign out");
  page.body().Set("NAME", call.user().Display());
  page.body().Set("NEXT", NextOr(Field(call.query, "next"), ""));
  co_return site.ShowCard(call, std::move(page));
}

Task<http::Response> PostLogout(Site& site, Call& call) {
  if (auto session = call.previous()) {
    auto done = co_await site.d.authn.LogOut(call.user().id, *session, call.client_info());
    // Already ended elsewhere is what was asked for.
    if (!done && done.error().code != Code::kNotFound) {
      co_return std::unexpected(std::move(done).error());
    }
  }
  const std::string next = NextOr(Field(call.form, "next"), "");
  auto response = next.empty() ? Go("/auth/login/", "logged_out") : Go(next);
  response.headers.Add("Set-Cookie", site.d.guard.cookies().ClearSession().ToString());
  co_return response;
}

}  // namespace

void RegisterLogin(Site& site, http::Router& router) {
  site.Get(router, "/", Home);
  site.Get(router, "/auth/login/", ShowLogin);
  site.Post(router, "/auth/login/", PostLogin);
  site.Post(router, "/auth/passkey/", PostPasskeyOptions);
  site.Get(router, "/auth/logout/", ShowLogout);
  site.Post(router, "/auth/logout/", PostLogout);
}

}  // namespace gatehouse::web
