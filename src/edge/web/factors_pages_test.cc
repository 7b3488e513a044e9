// Second factors: enrolment, the second step of a log-in, "confirm it is you"; and the lists of the
// account: addresses, sessions, tokens, history.

#include <gtest/gtest.h>

#include "edge/web/scope_words.h"
#include "edge/web/testing/web_rig.h"

namespace gatehouse::web {
namespace {

using access::testing::kGoodCode;
using access::testing::kGoodRecoveryCode;
using access::testing::kGoodResponse;
using testing::Browser;
using testing::Fields;
using testing::Location;
using testing::PasswordProof;
using testing::SsoProof;
using testing::Town;

constexpr const char* kPath = "/account/two-factor/";
constexpr const char* kEvil = "<img src=x onerror=alert(1)>";

bool Has(const http::Response& response, std::string_view text) {
  return response.body.find(text) != std::string::npos;
}

class FactorsPagesTest : public ::testing::Test {
 protected:
  FactorsPagesTest() {
    town_.world.accounts.at(town_.ada).user.email_verified = true;
    SignIn();
  }
  void SignIn() {
    browser_.SignIn(town_.world.AddSession(town_.ada, {PasswordProof()}));
    browser_.Get("/account/");
  }
  // Signed in long ago.
  Browser Stale() {
    authn::Proof proof = PasswordProof();
    proof.at = Timestamp::FromSeconds(1'700'000'000);
    Browser browser(town_);
    browser.SignIn(town_.world.AddSession(town_.ada, {proof}));
    browser.Get("/account/");
    return browser;
  }
  Town town_;
  Browser browser_{town_};
};

TEST_F(FactorsPagesTest, AnAppIsAddedAndAMistypedCodeMayBeTypedAgain) {
  EXPECT_TRUE(Has(browser_.Get(kPath), "Add an app"));
  EXPECT_TRUE(Has(browser_.Get("/account/two-factor/app/"), "Show the picture"));
  EXPECT_EQ(browser_.PostRaw(kPath, {{"op", "begin-totp"}}).status, 403);
  auto picture = browser_.Post(kPath, {{"op", "begin-totp"}});
  EXPECT_EQ(picture.status, 200);
  EXPECT_TRUE(Has(picture, "<svg role=\"img\""));
  EXPECT_TRUE(Has(picture, "JBSWY3DPEHPK3PXP"));
  auto wrong = browser_.Post(kPath, {{"op", "confirm-totp"}, {"code", "000000"}});
  EXPECT_EQ(wrong.status, 403);
  EXPECT_TRUE(Has(wrong, "That code is not right"));
  EXPECT_TRUE(Has(wrong, "Code that the app shows"));
  // The secret is shown once.
  EXPECT_FALSE(Has(wrong, "JBSWY3DPEHPK3PXP"));
  auto done = browser_.Post(kPath, {{"op", "confirm-totp"}, {"code", std::string(kGoodCode)}});
  EXPECT_EQ(done.status, 200);
  EXPECT_TRUE(Has(done, kGoodRecoveryCode));
  EXPECT_FALSE(Has(browser_.Get(kPath), kGoodRecoveryCode));
}

TEST_F(FactorsPagesTest, KeysAreNamedRenamedAndRemoved) {
  const Fields add = {
      {"op", "finish-key"}, {"name", kEvil}, {"response", std::string(kGoodResponse)}};
  EXPECT_EQ(browser_.Post(kPath, add).status, 200);
  auto page = browser_.Get(kPath);
  EXPECT_TRUE(Has(page, "&lt;img src=x"));
  EXPECT_FALSE(Has(page, kEvil));
  const std::string id = town_.world.factors[town_.ada].factors.front().id.ToString();
  EXPECT_EQ(Location(browser_.Post(kPath, {{"op", "rename"}, {"id", id}, {"name", "Blue"}})),
            std::string(kPath) + "?flash=factor_renamed");
  EXPECT_EQ(browser_.Post(kPath, {{"op", "remove"}, {"id", id}}).status, 400);
  town_.world.organizations[0].flags = orgs::kRequire2fa;
  auto kept = browser_.Post(kPath, {{"op", "remove"}, {"id", id}, {"confirm", "1"}});
  EXPECT_EQ(kept.status, 409);
  EXPECT_TRUE(Has(kept, "add another one before you remove this"));
  town_.world.organizations[0].flags = 0;
  EXPECT_EQ(Location(browser_.Post(kPath, {{"op", "remove"}, {"id", id}, {"confirm", "1"}})),
            std::string(kPath) + "?flash=factor_removed");
}

TEST_F(FactorsPagesTest, ChangesAskForAFreshProofFirst) {
  Browser stale = Stale();
  EXPECT_EQ(stale.Get(kPath).status, 200);
  for (const char* form : {"/account/two-factor/app/", "/account/two-factor/key/"}) {
    EXPECT_EQ(Location(stale.Get(form)), "/auth/sudo/?next=" + http::PercentEncode(form));
  }
  EXPECT_EQ(Location(stale.Post(kPath, {{"op", "begin-totp"}})),
            "/auth/sudo/?next=%2Faccount%2Ftwo-factor%2F");
  EXPECT_TRUE(
      Location(stale.Post("/account/emails/", {{"op", "add"}, {"new_email", "a@b.example"}}))
          .starts_with("/auth/sudo/"));
  EXPECT_TRUE(town_.world.more_emails[town_.ada].empty());
}

TEST_F(FactorsPagesTest, ConfirmItIsYouTakesAnyProofAndGoesOn) {
  town_.world.AddFactor(town_.ada, factors::Kind::kTotp, "App");
  Browser stale = Stale();
  auto page = stale.Get("/auth/sudo/?next=/account/tokens/");
  EXPECT_TRUE(Has(page, "Confirm with code"));
  EXPECT_TRUE(Has(page, "Use a recovery code"));
  EXPECT_EQ(stale.PostRaw("/auth/sudo/", {{"kind", "totp"}, {"code", "123456"}}).status, 403);
  auto wrong = stale.Post("/auth/sudo/",
                          {{"kind", "password"}, {"password", "no"}, {"next", "/account/tokens/"}});
  EXPECT_EQ(wrong.status, 403);
  EXPECT_TRUE(Has(wrong, "value=\"/account/tokens/\""));
  EXPECT_FALSE(Has(wrong, "value=\"no\""));
  EXPECT_EQ(Location(stale.Post(
                "/auth/sudo/",
                {{"kind", "totp"}, {"code", std::string(kGoodCode)}, {"next", "//evil.example/"}})),
            "/account/?flash=stepped_up");
  // Nobody without an own credential gets so far.
  Browser guest(town_);
  guest.SignIn(town_.world.AddSession(town_.ada, {SsoProof(town_.acme)}));
  EXPECT_TRUE(Location(guest.Get("/auth/sudo/")).ends_with("reason=reauth_required"));
}

TEST_F(FactorsPagesTest, SecondStepTakesItsFactorsAndNothingElse) {
  town_.world.AddFactor(town_.ada, factors::Kind::kTotp, "App");
  town_.world.AddFactor(town_.ada, factors::Kind::kWebAuthn, "Key");
  Browser browser(town_);
  EXPECT_EQ(Location(browser.Get("/auth/2fa/")), "/auth/login/");
  browser.Get("/auth/login/");
  auto first = browser.Post("/auth/login/", {{"op", "login"},
                                             {"username", "ada@acme.example"},
                                             {"password", "correct horse battery"},
                                             {"next", "/account/history/"}});
  EXPECT_EQ(Location(first), "/auth/2fa/");
  EXPECT_FALSE(browser.cookies().contains("__Host-sid"));
  auto page = browser.Get("/auth/2fa/");
  EXPECT_TRUE(Has(page, "Signing in as <b>Ada Lovelace</b>"));
  EXPECT_TRUE(Has(page, "<noscript>"));
  EXPECT_EQ(browser.Post("/auth/2fa/", {{"kind", "password"}}).status, 400);
  auto wrong = browser.Post("/auth/2fa/", {{"kind", "totp"}, {"code", "000000"}});
  EXPECT_EQ(wrong.status, 403);
  EXPECT_TRUE(Has(wrong, "That code is not right"));
  auto done =
      browser.Post("/auth/2fa/", {{"kind", "recovery"}, {"code", std::string(kGoodRecoveryCode)}});
  EXPECT_EQ(Location(done), "/account/history/");
  EXPECT_TRUE(browser.cookies().contains("__Host-sid"));
  // The log-in is used up.
  EXPECT_EQ(Location(browser.Get("/auth/2fa/")), "/auth/login/");
}

// ---- addresses ----------------------------------------------------------------------------------

TEST_F(FactorsPagesTest, AddressesAreAddedMadePrimaryAndRemoved) {
  const char* path = "/account/emails/";
  EXPECT_EQ(browser_.PostRaw(path, {{"op", "add"}, {"new_email", "a@b.example"}}).status, 403);
  EXPECT_EQ(Location(browser_.Post(path, {{"op", "add"}, {"new_email", " a@b.example "}})),
            "/account/emails/?flash=email_added");
  auto wrong = browser_.Post(path, {{"op", "add"}, {"new_email", kEvil}});
  EXPECT_EQ(wrong.status, 400);
  EXPECT_FALSE(Has(wrong, kEvil));
  auto page = browser_.Get(path);
  EXPECT_TRUE(Has(page, "Not confirmed"));
  EXPECT_FALSE(Has(page, "Make primary"));
  auto early = browser_.Post(path, {{"op", "primary"}, {"email", "a@b.example"}});
  EXPECT_EQ(early.status, 409);
  town_.world.more_emails[town_.ada].front().second = true;
  EXPECT_TRUE(Has(browser_.Get(path), "Make primary"));
  EXPECT_EQ(Location(browser_.Post(path, {{"op", "primary"}, {"email", "a@b.example"}})),
            "/account/emails/?flash=email_primary");
  EXPECT_EQ(town_.world.accounts.at(town_.ada).user.email, "a@b.example");
  browser_.Get(path);  // of the new session
  EXPECT_EQ(Location(browser_.Post(path, {{"op", "remove"}, {"email", "ada@acme.example"}})),
            "/account/emails/?flash=email_removed");
}

// ---- sessions, tokens, history ------------------------------------------------------------------

TEST_F(FactorsPagesTest, SessionsTellDevicePlaceProofsAndTimes) {
  town_.world.AddProvider(town_.acme, true);
  town_.world.AddSession(town_.ada, {PasswordProof(), SsoProof(town_.acme)});
  auto page = browser_.Get("/account/sessions/");
  for (const char* text : {"Last used", "Place", "Signed in", "Ends", "Proven by</dt><dd>password",
                           "single sign-on of Acme Corporation"}) {
    EXPECT_TRUE(Has(page, text)) << text;
  }
}

TEST_F(FactorsPagesTest, EveryScopeIsExplainedOnce) {
  std::vector<std::string_view> explained;
  for (const ScopeGroup& group : ScopeGroups()) {
    for (const ScopeWords& scope : group.scopes) {
      explained.push_back(scope.id);
      EXPECT_TRUE(scope.help.ends_with(".")) << scope.id;
    }
  }
  std::vector<std::string_view> all = orgs::AllScopes();
  std::ranges::sort(all);
  std::ranges::sort(explained);
  EXPECT_EQ(all, explained);
}

TEST_F(FactorsPagesTest, TokenFormKeepsWhatWasChosenAndTellsWhatTokensReach) {
  auto page = browser_.Get("/account/tokens/");
  EXPECT_FALSE(Has(page, "checked"));
  EXPECT_TRUE(Has(page, "value=\"90\" selected"));
  EXPECT_TRUE(Has(page, "What your tokens reach"));
  EXPECT_TRUE(Has(page, "<span class=\"pill ok\">Open</span>"));
  auto wrong =
      browser_.Post("/account/tokens/", {{"name", " "}, {"days", "365"}, {"scope", "team:read"}});
  EXPECT_EQ(wrong.status, 400);
  EXPECT_TRUE(Has(wrong, "value=\"team:read\" checked"));
  EXPECT_FALSE(Has(wrong, "value=\"org:read\" checked"));
  EXPECT_TRUE(Has(wrong, "value=\"365\" selected"));
  // Ada's link is what opens the organization to her tokens.
  town_.world.AddProvider(town_.acme, false);
  EXPECT_TRUE(Has(browser_.Get("/account/tokens/"), "<span class=\"pill ok\">Open</span>"));
  town_.world.members[0].flags = 0;
  EXPECT_TRUE(Has(browser_.Get("/account/tokens/"), "Link your account first"));
  town_.world.providers.clear();
  town_.world.organizations[0].flags = orgs::kRequire2fa;
  EXPECT_TRUE(Has(browser_.Get("/account/tokens/"), "Set up a second factor first"));
}

TEST_F(FactorsPagesTest, HistoryReadsLikeSentences) {
  const auto add = [&](std::string kind, std::string detail, std::string ip) {
    users::AccountEvent event;
    event.id = town_.world.next_id++;
    event.user = town_.ada;
    event.kind = std::move(kind);
    event.detail = std::move(detail);
    event.ip = std::move(ip);
    event.user_agent = "Mozilla/5.0 (X11; Linux x86_64) Firefox/131.0";
    town_.world.events.push_back(std::move(event));
  };
  EXPECT_TRUE(Has(browser_.Get("/account/history/"), "Nothing yet."));
  add("login", "password totp", "10.0.0.7");
  add("login-refused", "password_wrong", "127.0.0.1");
  add("login-refused", "step_up_otp_invalid", "198.51.100.7");
  add("factor-added", std::string("webauthn ") + kEvil, "");
  add("factors-reset", "olga", "");
  auto page = browser_.Get("/account/history/");
  for (const char* text :
       {"Signed in", "with password and authenticator code", "10.0.0.7 (private network)",
        "wrong password<", "127.0.0.1 (this computer)", "That code is not right, while signed in",
        "Firefox on Linux", "security key “&lt;img", "by olga"}) {
    EXPECT_TRUE(Has(page, text)) << text;
  }
  EXPECT_FALSE(Has(page, kEvil));
  EXPECT_EQ(browser_.Get("/account/history/?before=x").status, 400);
  EXPECT_TRUE(Has(browser_.Get("/account/history/?before=1"), "Newest"));
}

}  // namespace
}  // namespace gatehouse::web
