// What every page must have, and what people meet on the way: the doors, the notices, the refusals.

#include <gtest/gtest.h>

#include <fstream>
#include <regex>

#include "core/audit/audit.h"
#include "edge/web/testing/web_rig.h"
#include "platform/mail/mail.h"

namespace gatehouse::web {
namespace {

using testing::Browser;
using testing::Fields;
using testing::Location;
using testing::PasswordProof;
using testing::SsoProof;
using testing::Town;

bool Has(const http::Response& response, std::string_view text) {
  return response.body.find(text) != std::string::npos;
}

sso::Step ConfirmStep(sso::Confirm::Kind kind) {
  sso::Step step;
  step.confirm.emplace();
  step.confirm->kind = kind;
  step.confirm->provider_name = "Acme ID";
  step.confirm->identity_name = "Ada <b>L</b>";
  step.confirm->identity_email = "ada@idp.example";
  step.confirm->existing_hint = "Ada Lovelace";
  return step;
}

sso::Step ReviewStep() {
  sso::Step step;
  step.review.emplace();
  step.review->checks = {{"discovery.issuer", true, "https://idp.example", "https://idp.example"},
                         {"id_token.audience", true, "gatehouse", "gatehouse"}};
  step.review->mapping = {{"E-mail", "email", "ada@idp.example"}, {"Name", "name", ""}};
  step.review->claims["sub"] = "u-1";
  step.review->claims["email"] = "ada@idp.example";
  step.review->subject = "u-1";
  step.review->clears_require_2fa = true;
  step.review->issuer_changed = true;
  return step;
}

void AddDecisions(Town& town) {
  sso::Decision refused;
  refused.id = 2;
  refused.flow = "login";
  refused.outcome = "refused";
  refused.reason = "oidc_aud";
  refused.correlation_id = "corr-2";
  refused.email = "mallory@evil.example";
  refused.checks = {{"id_token.signature", true, "", ""},
                    {"id_token.audience", false, "gatehouse", "<script>alert(1)</script>"}};
  town.world.decisions.push_back(refused);
  sso::Decision accepted = refused;
  accepted.id = 1;
  accepted.outcome = "accepted";
  accepted.reason = "known_identity";
  accepted.correlation_id = "corr-1";
  accepted.user = town.ada;
  town.world.decisions.push_back(accepted);
}

void AddAudit(Town& town) {
  ManualClock clock;
  IdGenerator ids(clock, 1);
  audit::Log log(clock, ids, "audit key");
  audit::Entry entry;
  entry.organization = town.acme;
  entry.event = audit::Event::kSsoEdit;
  entry.actor = town.ada;
  entry.actor_label = "ada";
  entry.ip = "192.0.2.1";
  entry.correlation_id = "corr-9";
  json::Object change;
  change["before"] = "https://old.example";
  change["after"] = "https://new.example";
  entry.data["issuer"] = change;
  ASSERT_TRUE(town.database.db()
                  .WriteSync(sql::Tenant::All(), [&](sql::Tx& tx) { return log.Record(tx, entry); })
                  .has_value());
  entry.organization = town.beta;
  entry.data["issuer"] = "of another organization";
  ASSERT_TRUE(town.database.db()
                  .WriteSync(sql::Tenant::All(), [&](sql::Tx& tx) { return log.Record(tx, entry); })
                  .has_value());
}

// ---- every page: WEB-10, WEB-11, WEB-13 ---------------------------------------------------------

void ExpectClean(const http::Response& response, const std::string& what) {
  const std::string& page = response.body;
  static const std::regex handler(R"(<[^>]*\son[a-z]+\s*=)", std::regex::icase);
  static const std::regex style(R"(<[^>]*\sstyle\s*=|<style)", std::regex::icase);
  static const std::regex script(R"(<script(?![^>]*\ssrc="/static/[^"]+"[^>]*></script>))",
                                 std::regex::icase);
  static const std::regex javascript(R"((href|src|action)\s*=\s*"\s*javascript:)",
                                     std::regex::icase);
  static const std::regex elsewhere(
      R"re(<(script|link|img|form)[^>]*(src|href|action)="(https?:)?//)re", std::regex::icase);
  // Names of attributes only: a value may say anything.
  static const std::regex value(R"("[^"]*")");
  const std::string names = std::regex_replace(page, value, "\"\"");
  EXPECT_FALSE(std::regex_search(names, handler)) << what;
  EXPECT_FALSE(std::regex_search(names, style)) << what;
  EXPECT_FALSE(std::regex_search(page, script)) << what;
  EXPECT_FALSE(std::regex_search(page, javascript)) << what;
  EXPECT_FALSE(std::regex_search(page, elsewhere)) << what;
  EXPECT_NE(page.find("<html lang=\"en\">"), std::string::npos) << what;
  EXPECT_NE(page.find("<main id=\"main\""), std::string::npos) << what;
  EXPECT_NE(page.find("<h1>"), std::string::npos) << what;
  EXPECT_EQ(page.find("{{"), std::string::npos) << what;
  EXPECT_NE(response.headers.Get("Content-Security-Policy").find("frame-ancestors 'none'"),
            std::string_view::npos)
      << what;
  EXPECT_TRUE(response.headers.Get("Cache-Control").starts_with("no-store")) << what;
  EXPECT_EQ(response.headers.Get("X-Content-Type-Options"), "nosniff") << what;
  EXPECT_NE(response.headers.Get("Content-Type").find("charset=utf-8"), std::string_view::npos)
      << what;
  // A token in the page is not empty.
  EXPECT_EQ(page.find("name=\"csrf\" value=\"\""), std::string::npos) << what;
}

TEST(EveryPage, IsCleanForAnonymousVisitors) {
  Demo demo{"Gatehouse test provider", "oidc", {}, {{"Owner", "ada@acme.example", "secret words"}}};
  Town town("https://gate.example", demo);
  town.world.AddProvider(town.acme, true);
  for (const char* target :
       {"/auth/login/", "/auth/login/?reason=reauth_required", "/auth/login/acme/",
        "/auth/link/acme/", "/auth/login/beta/", "/account/recover/",
        "/account/recover/confirm/good/", "/account/password/confirm/good/", "/setup/good/",
        "/account/user-confirm/any/"}) {
    Browser browser(town);
    auto response = browser.Get(target);
    EXPECT_EQ(response.status, 200) << target;
    ExpectClean(response, target);
  }
  for (const char* target : {"/nowhere", "/setup/bad/", "/account/recover/confirm/bad/",
                             "/static/none.css", "/account/x.css", "/organizations/a/b/c/"}) {
    Browser browser(town);
    auto response = browser.Get(target);
    EXPECT_EQ(response.status, 404) << target;
    ExpectClean(response, target);
  }
}

TEST(EveryPage, IsCleanForAnOwner) {
  Town town;
  AddDecisions(town);
  AddAudit(town);
  for (bool configured : {false, true}) {
    if (configured) town.world.AddProvider(town.acme, false);
    for (const char* target :
         {"/organizations/", "/organizations/acme/", "/organizations/acme/members/",
          "/organizations/acme/audit-log/", "/organizations/acme/audit-log/?event=sso.edit",
          "/organizations/acme/sso-decisions/", "/organizations/acme/sso-decisions/?id=corr-2",
          "/account/", "/account/security/", "/account/sessions/", "/account/tokens/",
          "/account/confirm-email/good/", "/auth/logout/"}) {
      Browser browser(town);
      browser.SignIn(town.world.AddSession(town.ada, {PasswordProof(), SsoProof(town.acme)}));
      auto response = browser.Get(target);
      EXPECT_EQ(response.status, 200) << target;
      ExpectClean(response, target);
    }
  }
  Browser browser(town);
  browser.SignIn(town.world.AddSession(town.ada, {PasswordProof(), SsoProof(town.acme)}));
  for (const char* target :
       {"/organizations/acme/auth/configure/", "/organizations/acme/auth/configure/?edit=1"}) {
    auto response = browser.Get(target);
    EXPECT_EQ(response.status, 200) << target;
    ExpectClean(response, target);
  }
  town.world.steps.push_back(ReviewStep());
  auto review = browser.Get("/organizations/acme/auth/configure/?review=1");
  ExpectClean(review, "review");
  EXPECT_TRUE(Has(review, "Switch on single sign-on"));
  town.world.providers.clear();
  for (const char* target :
       {"/settings/acme/auth/", "/organizations/acme/auth/configure/?provider=oidc"}) {
    auto response = browser.Get(target);
    EXPECT_EQ(response.status, 200) << target;
    ExpectClean(response, target);
  }
  for (auto kind :
       {sso::Confirm::Kind::kLink, sso::Confirm::Kind::kAccount, sso::Confirm::Kind::kIdentity}) {
    town.world.steps.push_back(ConfirmStep(kind));
    auto response = browser.Get("/auth/login/acme/?flow=1");
    ExpectClean(response, "confirm");
    EXPECT_TRUE(Has(response, "Ada &lt;b&gt;L&lt;/b&gt;"));
    EXPECT_FALSE(Has(response, "<b>L</b>"));
  }
}

TEST(EveryPage, HostileNamesStayText) {
  Town town;
  const std::string evil = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";
  UserId user = town.world.AddUser(evil, "evil@acme.example", "correct horse battery");
  town.world.organizations[0].name = evil;
  town.world.AddMember(town.acme, user, "owner");
  town.world.AddProvider(town.acme, true).name = evil;
  Browser browser(town);
  browser.SignIn(town.world.AddSession(user, {PasswordProof()}));
  for (const char* target :
       {"/organizations/", "/organizations/acme/", "/organizations/acme/members/",
        "/organizations/acme/auth/configure/", "/organizations/acme/auth/configure/?edit=1",
        "/account/", "/auth/login/acme/", "/auth/logout/"}) {
    auto response = browser.Get(target);
    ExpectClean(response, target);
    EXPECT_FALSE(Has(response, "<script>alert")) << target;
    EXPECT_FALSE(Has(response, "<img src=x")) << target;
  }
}

TEST(EveryPage, TokenBearingPagesSendNoReferrer) {
  Town town;
  Browser browser(town);
  for (const char* target : {"/setup/good/", "/account/recover/confirm/good/",
                             "/account/user-confirm/good/", "/auth/sso/acme/?code=c&state=s"}) {
    EXPECT_EQ(browser.Get(target).headers.Get("Referrer-Policy"), "no-referrer") << target;
  }
  EXPECT_EQ(browser.Get("/auth/login/").headers.Get("Referrer-Policy"), "same-origin");
}

// ---- WEB-01: nothing changes without a token or by GET ------------------------------------------

TEST(StateChanges, WithoutTokenAnswerCsrfAndChangeNothing) {
  Town town;
  town.world.AddProvider(town.acme, true);
  const std::string token = town.world.AddSession(town.ada, {PasswordProof()});
  int routes = 0;
  for (const auto& route : town.router.routes()) {
    if (route->method != http::Method::kPost) continue;
    ++routes;
    std::string target = std::regex_replace(route->pattern, std::regex(R"(\{slug\})"), "acme");
    target = std::regex_replace(target, std::regex(R"(\{token\})"), "good");
    const std::string with_none;
    for (const std::string& csrf : {with_none, std::string("wrong")}) {
      Browser browser(town);
      browser.SignIn(token);
      Fields fields = {{"op", "disable"}, {"confirm", "1"}, {"init", "1"}, {"provider", "oidc"}};
      if (!csrf.empty()) fields.emplace_back("csrf", csrf);
      auto response = browser.PostRaw(target, fields);
      EXPECT_EQ(response.status, 403) << target;
      EXPECT_TRUE(Has(response, "<code>csrf</code>")) << target;
    }
  }
  EXPECT_GE(routes, 14);
  EXPECT_TRUE(town.world.calls.empty());
  EXPECT_EQ(town.world.sessions.size(), 1u);
}

TEST(StateChanges, CrossSiteLoginIsRefused) {
  Town town;
  Browser victim(town);
  victim.Get("/auth/login/");
  http::Request request;
  request.method = http::Method::kPost;
  request.target = "/auth/login/";
  request.headers.Add("Content-Type", "application/x-www-form-urlencoded");
  request.headers.Add("Origin", "https://evil.example");
  request.headers.Add("Sec-Fetch-Site", "cross-site");
  request.headers.Add("Cookie", "__Host-bid=" + victim.cookies().at("__Host-bid"));
  request.body =
      "op=login&username=bob%40acme.example&password=another+long+password&csrf=" + victim.csrf();
  auto response = town.Send(request);
  EXPECT_EQ(response.status, 403);
  for (const auto& [name, value] : response.headers.all()) {
    EXPECT_FALSE(name == "Set-Cookie" && value.starts_with("__Host-sid")) << value;
  }
  EXPECT_FALSE(response.headers.Has("Access-Control-Allow-Origin"));
}

// ---- signing in ---------------------------------------------------------------------------------

TEST(Login, RightPasswordSetsTheCookieAndGoesOn) {
  Town town;
  Browser browser(town);
  browser.Get("/auth/login/?next=/organizations/acme/members/");
  auto response = browser.Post("/auth/login/", {{"op", "login"},
                                                {"username", " ada@acme.example "},
                                                {"password", "correct horse battery"},
                                                {"next", "/organizations/acme/members/"}});
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(Location(response), "/organizations/acme/members/");
  EXPECT_TRUE(browser.cookies().contains("__Host-sid"));
  EXPECT_EQ(browser.Get("/organizations/acme/members/").status, 200);
}

TEST(Login, WrongPasswordAndUnknownNameLookTheSame) {
  Town town;
  auto page = [&](const char* name) {
    Browser browser(town);
    browser.Get("/auth/login/");
    auto response =
        browser.Post("/auth/login/", {{"op", "login"}, {"username", name}, {"password", "x"}});
    EXPECT_EQ(response.status, 401);
    std::string body = std::regex_replace(response.body, std::regex("value=\"[^\"]*\""), "");
    return body;
  };
  EXPECT_EQ(page("ada@acme.example"), page("nobody@acme.example"));
}

TEST(Login, OrganizationWithoutSsoAndUnknownOneLookTheSame) {
  Town town;
  town.world.AddProvider(town.acme, false);
  Browser browser(town);
  browser.Get("/auth/login/");
  auto go = [&](const char* slug) {
    return Location(browser.Post("/auth/login/", {{"op", "sso"}, {"organization", slug}}));
  };
  EXPECT_EQ(go("ACME "), "/auth/login/acme/");
  EXPECT_EQ(go("beta"), "/auth/login/?flash=sso_org_unknown");
  EXPECT_EQ(go("nowhere"), "/auth/login/?flash=sso_org_unknown");
  EXPECT_EQ(go("../admin"), "/auth/login/?flash=sso_org_unknown");
  EXPECT_EQ(Location(browser.Get("/auth/login/nowhere/")), "/auth/login/?flash=sso_org_unknown");
  EXPECT_TRUE(Has(browser.Get("/auth/login/?flash=sso_org_unknown"),
                  "The organization does not exist or does not have Single Sign-On enabled."));
}

// WEB-05.
TEST(Login, NextNeverLeavesThisSite) {
  const std::vector<std::string> attacks = {"https://evil.example/",
                                            "//evil.example",
                                            "///evil.example",
                                            "/\\evil.example",
                                            "\\\\evil.example",
                                            "/%5cevil.example",
                                            "/%2fevil.example",
                                            "javascript:alert(1)",
                                            "data:text/html,x",
                                            "/\tevil.example",
                                            "/\nevil.example",
                                            "\t//evil.example",
                                            "/./\\evil.example",
                                            "/.//evil.example",
                                            "/x/..//evil.example",
                                            "http:evil.example",
                                            "https:/evil.example",
                                            "@evil.example",
                                            "/\xE3\x80\x82"
                                            "evil.example",
                                            "evil.example",
                                            "/auth/logout/",
                                            "/auth/login/",
                                            "%2f%2fevil.example",
                                            "/a\r\nSet-Cookie: x=y",
                                            ""};
  for (const std::string& next : attacks) {
    Town town;
    Browser browser(town);
    browser.Get("/auth/login/");
    auto login = browser.Post("/auth/login/", {{"op", "login"},
                                               {"username", "ada@acme.example"},
                                               {"password", "correct horse battery"},
                                               {"next", next}});
    if (login.status != 302) {
      EXPECT_EQ(login.status, 400) << next;  // not a valid form at all
    } else {
      EXPECT_EQ(Location(login), "/organizations/") << next;
    }
    auto again = browser.Get("/auth/login/?next=" + http::PercentEncode(next));
    EXPECT_TRUE(again.status == 400 || Location(again) == "/organizations/") << next;
    browser.Get("/auth/logout/");
    auto logout = browser.Post("/auth/logout/", {{"next", next}});
    EXPECT_TRUE(logout.status == 400 || Location(logout) == "/auth/login/?flash=logged_out")
        << next;
  }
}

TEST(Login, FlashOfAForeignLinkShowsNothing) {
  Town town;
  Browser browser(town);
  auto response = browser.Get("/auth/login/?flash=Your+account+is+locked");
  EXPECT_FALSE(Has(response, "locked"));
  EXPECT_TRUE(Has(browser.Get("/auth/login/?flash=logged_out"), "You are signed out."));
}

TEST(Login, LogoutEndsTheSessionOnTheServer) {
  Town town;
  Browser browser(town);
  browser.SignIn(town.world.AddSession(town.ada, {PasswordProof()}));
  browser.Get("/auth/logout/");
  auto response = browser.Post("/auth/logout/", {});
  EXPECT_EQ(Location(response), "/auth/login/?flash=logged_out");
  EXPECT_TRUE(town.world.sessions.empty());
  EXPECT_FALSE(browser.cookies().contains("__Host-sid"));
}

TEST(Login, FreshInstallationSaysWhatToDo) {
  testing::Rig rig;
  Browser browser(rig);
  EXPECT_TRUE(Has(browser.Get("/auth/login/"), "Not set up yet"));
  EXPECT_EQ(Location(browser.Get("/")), "/auth/login/");
}

// ---- the doors ----------------------------------------------------------------------------------

TEST(Doors, AnonymousIsSentToTheOrganizationsLogIn) {
  Town town;
  Browser browser(town);
  EXPECT_EQ(Location(browser.Get("/organizations/acme/members/?after=3")),
            "/auth/login/acme/?next=%2Forganizations%2Facme%2Fmembers%2F%3Fafter%3D3");
  EXPECT_EQ(Location(browser.Get("/account/")), "/auth/login/?next=%2Faccount%2F");
  EXPECT_EQ(Location(browser.Get("/organizations/")), "/auth/login/?next=%2Forganizations%2F");
}

// A page opened under another name of this server would begin a log-in whose cookies get lost.
TEST(Doors, AnotherNameOfThisServerGoesToItsOwn) {
  for (const char* host : {"127.0.0.1:8000", "gate.example:8443", "evil.example", ""}) {
    Town town;
    http::Request request;
    request.target = "/auth/login/?next=/account/";
    request.headers.Add("Host", host);
    auto response = town.Send(request);
    EXPECT_EQ(response.status, 302) << host;
    EXPECT_EQ(Location(response), "https://gate.example/auth/login/?next=/account/") << host;
    EXPECT_TRUE(response.headers.Get("Cache-Control").starts_with("no-store"));
  }
  for (const char* host : {"gate.example", "GATE.example", "gate.example:443"}) {
    Town town;
    http::Request request;
    request.target = "/auth/login/";
    request.headers.Add("Host", host);
    EXPECT_EQ(town.Send(request).status, 200) << host;
  }
  // A default port written in the configuration is no endless redirect.
  Town spelled("https://gate.example:443");
  http::Request request;
  request.target = "/auth/login/";
  request.headers.Add("Host", "gate.example");
  EXPECT_EQ(spelled.Send(request).status, 200);
}

TEST(Doors, DeadSessionIsToldSoAndItsCookieGoes) {
  Town town;
  Browser browser(town);
  browser.SignIn("gone");
  auto response = browser.Get("/account/");
  EXPECT_TRUE(Location(response).ends_with("flash=session_expired"));
  EXPECT_FALSE(browser.cookies().contains("__Host-sid"));
}

TEST(Doors, SsoRequiredLeadsToTheProvider) {
  Town town;
  town.world.AddProvider(town.acme, false);
  Browser browser(town);
  browser.SignIn(town.world.AddSession(town.ada, {PasswordProof()}));
  auto response = browser.Get("/organizations/acme/");
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(Location(response), "/auth/login/acme/?next=%2Forganizations%2Facme%2F");
  auto page = browser.Get(Location(response));
  EXPECT_TRUE(Has(page, "Continue with Acme ID"));
  EXPECT_FALSE(Has(page, "type=\"password\""));
}

TEST(Doors, ForeignProofAsksForTheOwnPassword) {
  Town town;
  town.world.AddProvider(town.acme, false);
  town.world.members[1].flags = orgs::kSsoLinked;  // Bob in Acme
  Browser browser(town);
  browser.SignIn(town.world.AddSession(town.bob, {SsoProof(town.acme)}));
  EXPECT_EQ(browser.Get("/organizations/acme/").status, 200);
  for (const char* target : {"/organizations/beta/", "/account/", "/account/security/",
                             "/account/sessions/", "/account/tokens/"}) {
    auto response = browser.Get(target);
    EXPECT_EQ(Location(response),
              "/auth/login/?next=" + http::PercentEncode(target) + "&reason=reauth_required");
  }
  auto page = browser.Get("/auth/login/?next=%2Faccount%2F&reason=reauth_required");
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(Has(page, "You came in through Acme Corporation’s single sign-on."));
  EXPECT_TRUE(Has(page, "value=\"bob@acme.example\""));
  // Other organizations of the person are not even named to such a session.
  EXPECT_FALSE(Has(browser.Get("/organizations/"), "Beta Ltd"));
  EXPECT_FALSE(Has(browser.Get("/organizations/acme/"), "Beta Ltd"));
  // Nor may it create one.
  EXPECT_TRUE(Location(browser.Post("/organizations/new/", {{"name", "X"}, {"slug", "x1"}}))
                  .ends_with("reason=reauth_required"));
}

TEST(Doors, MembersMayNotSeeManagersPages) {
  Town town;
  Browser browser(town);
  browser.SignIn(town.world.AddSession(town.bob, {PasswordProof()}));
  for (const char* target :
       {"/settings/acme/auth/", "/organizations/acme/auth/configure/",
        "/organizations/acme/audit-log/", "/organizations/acme/sso-decisions/"}) {
    auto response = browser.Get(target);
    EXPECT_EQ(response.status, 403) << target;
    EXPECT_TRUE(Has(response, "<code>forbidden</code>")) << target;
  }
  EXPECT_FALSE(Has(browser.Get("/organizations/acme/"), "audit-log"));
  browser.Get("/organizations/");
  auto post = browser.Post("/organizations/acme/auth/configure/",
                           {{"init", "1"}, {"provider", "oidc"}, {"issuer", "x"}});
  EXPECT_EQ(post.status, 403);
  EXPECT_TRUE(town.world.calls.empty());
}

TEST(Doors, ForeignOrganizationIs404) {
  Town town;
  Browser browser(town);
  browser.SignIn(town.world.AddSession(town.ada, {PasswordProof()}));
  for (const char* page : {"", "members/", "audit-log/", "sso-decisions/", "auth/configure/"}) {
    auto foreign = browser.Get(std::string("/organizations/beta/") + page);
    auto unknown = browser.Get(std::string("/organizations/none/") + page);
    EXPECT_EQ(foreign.status, 404);
    EXPECT_EQ(foreign.body, unknown.body);
  }
}

// WEB-16.
TEST(Doors, ErrorPagesNameReasonAndCorrelationIdAndNoCause) {
  Town town;
  http::Request request;
  request.correlation_id = "c-77";
  auto response = town.web->RenderError(
      request, Error{Code::kInternal, "internal", "SELECT secret FROM /srv/gatehouse.cc"}, 500);
  EXPECT_EQ(response.status, 500);
  EXPECT_TRUE(Has(response, "c-77"));
  EXPECT_TRUE(Has(response, "<code>internal</code>"));
  EXPECT_FALSE(Has(response, "SELECT"));
  EXPECT_FALSE(Has(response, "gatehouse.cc"));
}

TEST(Doors, EveryRefusedSignInShowsTheSamePage) {
  Town town;
  std::string first;
  for (const char* cause : {"oidc_aud", "oidc_sig_invalid", "account_inactive"}) {
    Browser browser(town);
    town.world.steps.push_back(Fail(Code::kPermissionDenied, "sso_failed", cause));
    auto response = browser.Get("/auth/sso/acme/?code=c&state=s");
    EXPECT_EQ(response.status, 403);
    if (first.empty()) first = response.body;
    EXPECT_EQ(response.body, first);
    EXPECT_FALSE(Has(response, cause));
  }
}

// ---- static files: WEB-14, WEB-17 ---------------------------------------------------------------

TEST(Static, CachedForEverUnderItsVersionOnly) {
  Town town;
  Browser browser(town);
  auto page = browser.Get("/auth/login/");
  std::smatch match;
  ASSERT_TRUE(
      std::regex_search(page.body, match, std::regex(R"((/static/gatehouse\.css\?v=\w+))")));
  const std::string url = match[1];
  auto css = browser.Get(url);
  EXPECT_EQ(css.status, 200);
  EXPECT_NE(css.headers.Get("Cache-Control").find("immutable"), std::string_view::npos);
  EXPECT_EQ(css.headers.Get("Content-Type"), "text/css; charset=utf-8");
  EXPECT_EQ(css.headers.Count("Set-Cookie"), 0u);
  auto old = browser.Get("/static/gatehouse.css?v=old");
  EXPECT_EQ(old.headers.Get("Cache-Control"), "no-cache");
  http::Request request;
  request.target = url;
  request.headers.Add("If-None-Match", std::string(css.headers.Get("ETag")));
  auto again = town.Send(request);
  EXPECT_EQ(again.status, 304);
  EXPECT_TRUE(again.body.empty());
  for (const char* target : {"/static/", "/static/..%2fweb.h", "/static/.git", "/static/x",
                             "/static/templates/login.tpl", "/static/gatehouse.css.map"}) {
    EXPECT_EQ(browser.Get(target).status, 404) << target;
  }
}

// ---- mailbox ------------------------------------------------------------------------------------

TEST(Mailbox, ExistsOnlyWithAFolderAndShowsLinks) {
  Town without;
  Browser stranger(without);
  EXPECT_EQ(stranger.Get("/demo/mailbox/").status, 404);

  const auto folder = without.database.file().parent_path() / "mail";
  std::filesystem::create_directories(folder);
  mail::Message message;
  message.id = "m1";
  message.to = "ada@acme.example";
  message.subject = "Action Required for <Acme>";
  message.text = "Open https://gate.example/auth/login/acme/. Or javascript:alert(1)\n";
  ASSERT_TRUE(
      runtime::RunSync(mail::NewFileMailer(folder, "g@gate.example")->Send(message)).has_value());
  Town town("https://gate.example", {}, folder);
  Browser browser(town);
  auto page = browser.Get("/demo/mailbox/");
  EXPECT_EQ(page.status, 200);
  ExpectClean(page, "mailbox");
  EXPECT_TRUE(Has(page, "href=\"https://gate.example/auth/login/acme/\""));
  EXPECT_TRUE(Has(page, "Action Required for &lt;Acme&gt;"));
}

}  // namespace
}  // namespace gatehouse::web
