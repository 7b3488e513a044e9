// What every page must have, and what people meet on the way: the doors, the notices, the refusals.

#include <gtest/gtest.h>

#include <regex>

#include "core/audit/audit.h"
#include "edge/web/testing/expect_clean.h"
#include "edge/web/testing/web_rig.h"

namespace gatehouse::web {
namespace {

using testing::Browser;
using testing::ExpectClean;
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
  ASSERT_TRUE(
      town.database.db()
          .WriteSync(sql::Tenant::All(), [&](sql::Tx& tx) { return town.audit.Record(tx, entry); })
          .has_value());
  entry.organization = town.beta;
  entry.data["issuer"] = "of another organization";
  ASSERT_TRUE(
      town.database.db()
          .WriteSync(sql::Tenant::All(), [&](sql::Tx& tx) { return town.audit.Record(tx, entry); })
          .has_value());
}

// ---- every page: WEB-10, WEB-11, WEB-13 ---------------------------------------------------------

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
    for (const char* target : {"/organizations/",
                               "/organizations/acme/",
                               "/organizations/acme/members/",
                               "/organizations/acme/audit-log/",
                               "/organizations/acme/audit-log/?event=sso.edit",
                               "/organizations/acme/sso-decisions/",
                               "/organizations/acme/sso-decisions/?id=corr-2",
                               "/organizations/acme/settings/",
                               "/organizations/acme/teams/",
                               "/organizations/acme/invites/",
                               "/account/emails/",
                               "/account/two-factor/",
                               "/account/two-factor/app/",
                               "/account/two-factor/key/",
                               "/account/history/",
                               "/auth/sudo/",
                               "/join-request/acme/",
                               "/account/",
                               "/account/security/",
                               "/account/sessions/",
                               "/account/tokens/",
                               "/account/confirm-email/good/",
                               "/auth/logout/"}) {
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

}  // namespace
}  // namespace gatehouse::web
