// What people meet on the way: the doors, the notices, the refusals, static files, the mailbox.

#include <gtest/gtest.h>

#include <filesystem>
#include <regex>

#include "edge/web/testing/expect_clean.h"
#include "edge/web/testing/web_rig.h"
#include "platform/mail/mail.h"

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
  EXPECT_FALSE(Has(page, "as HTML"));
}

// The other part of a mail runs nothing, has no origin, and is reached by its name alone.
TEST(Mailbox, ShowsTheHtmlPartInASandbox) {
  testing::Rig first;
  const auto folder = first.database.file().parent_path() / "mail";
  std::filesystem::create_directories(folder);
  mail::Message message;
  message.id = "m2";
  message.to = "ada@acme.example";
  message.subject = "Hello";
  message.text =
      "This line is so long that the mail had to be broken just here, right in\nthe middle.\n\n-- "
      "\nshort\n";
  message.html = "<p style=\"color:red\">Hello</p><script>alert(1)</script>";
  ASSERT_TRUE(
      runtime::RunSync(mail::NewFileMailer(folder, "g@gate.example")->Send(message)).has_value());
  Town town("https://gate.example", {}, folder);
  Browser browser(town);
  auto list = browser.Get("/demo/mailbox/");
  EXPECT_TRUE(Has(list, "href=\"/demo/mailbox/m2/\""));
  EXPECT_TRUE(Has(list, "right in the middle."));
  EXPECT_TRUE(Has(list, "<br>short"));
  auto shown = browser.Get("/demo/mailbox/m2/");
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.body, message.html);
  const std::string csp(shown.headers.Get("Content-Security-Policy"));
  EXPECT_TRUE(csp.starts_with("default-src 'none'; style-src 'unsafe-inline';")) << csp;
  EXPECT_TRUE(csp.contains("sandbox ")) << csp;
  EXPECT_FALSE(csp.contains("script-src")) << csp;
  EXPECT_FALSE(csp.contains("allow-same-origin")) << csp;
  for (const char* other : {"/demo/mailbox/m3/", "/demo/mailbox/..%2fm2/"}) {
    EXPECT_EQ(browser.Get(other).status, 404) << other;
  }
}

TEST(Doors, ErrorPagesOfferWhatTheVisitorCanUse) {
  Town town;
  Browser stranger(town), guest(town);
  auto outside = stranger.Get("/setup/bad/");
  EXPECT_EQ(outside.status, 404);
  EXPECT_FALSE(Has(outside, "Go to your organizations"));
  EXPECT_TRUE(Has(outside, ">Sign in</a>"));
  guest.SignIn(town.world.AddSession(town.ada, {PasswordProof()}));
  auto inside = guest.Get("/organizations/none/");
  EXPECT_EQ(inside.status, 404);
  EXPECT_TRUE(Has(inside, "Go to your organizations"));
  EXPECT_FALSE(Has(inside, ">Sign in</a>"));
}

}  // namespace
}  // namespace gatehouse::web
