// Account, recovery and first-run pages.

#include <gtest/gtest.h>

#include "edge/web/testing/web_rig.h"

namespace gatehouse::web {
namespace {

using testing::Browser;
using testing::Location;
using testing::PasswordProof;
using testing::Town;

bool Has(const http::Response& response, std::string_view text) {
  return response.body.find(text) != std::string::npos;
}

class AccountPagesTest : public ::testing::Test {
 protected:
  AccountPagesTest() {
    browser_.SignIn(town_.world.AddSession(town_.ada, {PasswordProof()}));
    browser_.Get("/account/");
  }
  Town town_;
  Browser browser_{town_};
};

TEST_F(AccountPagesTest, NameIsSavedAndChecked) {
  EXPECT_EQ(Location(browser_.Post("/account/", {{"op", "name"}, {"name", " Ada L. "}})),
            "/account/?flash=name_saved");
  EXPECT_EQ(town_.world.accounts.at(town_.ada).user.name, "Ada L.");
  EXPECT_EQ(browser_.Post("/account/", {{"op", "name"}, {"name", "  "}}).status, 400);
  EXPECT_EQ(browser_.Post("/account/", {{"op", "name"}, {"name", "a\nb"}}).status, 400);
}

TEST_F(AccountPagesTest, PasswordChangeGoesOnInANewSession) {
  const std::string before = browser_.cookies().at("__Host-sid");
  auto wrong =
      browser_.Post("/account/security/", {{"current", "x"}, {"password", "a new long password"}});
  EXPECT_EQ(wrong.status, 403);
  EXPECT_TRUE(Has(wrong, "The current password is wrong"));
  auto weak = browser_.Post("/account/security/",
                            {{"current", "correct horse battery"}, {"password", "short"}});
  EXPECT_EQ(weak.status, 400);
  EXPECT_TRUE(Has(weak, "Choose a stronger password"));
  auto good = browser_.Post("/account/security/", {{"current", "correct horse battery"},
                                                   {"password", "a new long password"}});
  EXPECT_EQ(Location(good), "/account/security/?flash=password_changed");
  EXPECT_NE(browser_.cookies().at("__Host-sid"), before);
  EXPECT_FALSE(town_.world.sessions.contains(before));
  EXPECT_EQ(browser_.Get("/account/security/").status, 200);
}

TEST_F(AccountPagesTest, SessionsAreListedAndEnded) {
  town_.world.AddSession(town_.ada, {PasswordProof()});
  town_.world.AddSession(town_.ada, {PasswordProof()});
  const std::string foreign = town_.world.AddSession(town_.bob, {PasswordProof()});
  auto page = browser_.Get("/account/sessions/");
  EXPECT_TRUE(Has(page, "Firefox on Linux"));
  EXPECT_TRUE(Has(page, "This session"));
  auto bobs = town_.world.sessions.at(foreign)->session->id.ToString();
  EXPECT_EQ(browser_.Post("/account/sessions/", {{"op", "end"}, {"session", bobs}}).status, 404);
  EXPECT_TRUE(town_.world.sessions.contains(foreign));
  EXPECT_EQ(Location(browser_.Post("/account/sessions/", {{"op", "end-others"}})),
            "/account/sessions/?flash=sessions_ended");
  EXPECT_EQ(town_.world.sessions.size(), 2u);
}

TEST_F(AccountPagesTest, TokenIsShownOnce) {
  auto page = browser_.Get("/account/tokens/");
  EXPECT_TRUE(Has(page, "value=\"org:read\""));
  auto none = browser_.Post("/account/tokens/", {{"name", "x"}, {"days", "30"}});
  EXPECT_EQ(none.status, 400);
  EXPECT_TRUE(Has(none, "Choose at least one permission"));
  auto created = browser_.Post(
      "/account/tokens/",
      {{"name", "export"}, {"days", "90"}, {"scope", "org:read"}, {"scope", "member:read"}});
  EXPECT_EQ(created.status, 200);
  EXPECT_TRUE(Has(created, "ghp_"));
  EXPECT_TRUE(created.headers.Get("Cache-Control").starts_with("no-store"));
  EXPECT_EQ(town_.world.tokens.begin()->second->scopes.size(), 2u);
  EXPECT_FALSE(Has(browser_.Get("/account/tokens/"), "ghp_"));
}

// AUTH-27, AUTH-30.
TEST_F(AccountPagesTest, RecoveryAnswersAlikeForAnyAddressAndTakesOne) {
  Browser browser(town_);
  browser.Get("/account/recover/?email=ada%40acme.example");
  auto known = browser.Post("/account/recover/", {{"email", "ada@acme.example"}});
  auto unknown = browser.Post("/account/recover/", {{"email", "nobody@acme.example"}});
  EXPECT_EQ(known.status, 200);
  EXPECT_EQ(known.body, unknown.body);
  auto two = browser.Post("/account/recover/",
                          {{"email", "ada@acme.example"}, {"email", "eve@evil.example"}});
  EXPECT_EQ(two.status, 400);
  EXPECT_EQ(town_.world.calls.size(), 2u);
}

TEST_F(AccountPagesTest, RecoveryLinkSetsThePasswordAndSignsIn) {
  Browser browser(town_);
  EXPECT_EQ(browser.Get("/account/recover/confirm/bad/").status, 404);
  browser.Get("/account/recover/confirm/good/");
  auto weak = browser.Post("/account/recover/confirm/good/", {{"password", "short"}});
  EXPECT_EQ(weak.status, 400);
  auto done = browser.Post("/account/recover/confirm/good/", {{"password", "a new long password"}});
  EXPECT_EQ(Location(done), "/organizations/?flash=password_set");
  EXPECT_TRUE(browser.cookies().contains("__Host-sid"));
}

TEST(FirstRunPageTest, CreatesAccountAndOrganization) {
  testing::Rig rig;
  Browser browser(rig);
  EXPECT_EQ(browser.Get("/setup/bad/").status, 404);
  browser.Get("/setup/good/");
  testing::Fields form = {{"name", "Ada"},
                          {"email", "ada@acme.example"},
                          {"password", "correct horse battery"},
                          {"organization", "Acme"},
                          {"slug", "-bad-"}};
  auto bad = browser.Post("/setup/good/", form);
  EXPECT_EQ(bad.status, 400);
  EXPECT_TRUE(Has(bad, "That short name cannot be used"));
  EXPECT_TRUE(Has(bad, "value=\"ada@acme.example\""));
  EXPECT_FALSE(Has(bad, "correct horse"));
  EXPECT_TRUE(rig.world.accounts.empty());

  form.back().second = "acme";
  auto done = browser.Post("/setup/good/", form);
  EXPECT_EQ(Location(done), "/organizations/acme/?flash=welcome");
  auto home = browser.Get("/organizations/acme/");
  EXPECT_EQ(home.status, 200);
  EXPECT_TRUE(Has(home, "Owner"));
}

TEST(FirstRunPageTest, AccountSurvivesATakenShortName) {
  testing::Rig rig;
  rig.world.AddOrganization("acme", "Other");
  Browser browser(rig);
  browser.Get("/setup/good/");
  auto done = browser.Post("/setup/good/", {{"name", "Ada"},
                                            {"email", "ada@acme.example"},
                                            {"password", "correct horse battery"},
                                            {"organization", "Acme"},
                                            {"slug", "acme"}});
  EXPECT_EQ(Location(done), "/organizations/?flash=slug_taken");
  auto list = browser.Get("/organizations/?flash=slug_taken");
  EXPECT_TRUE(Has(list, "Your account is ready"));
  EXPECT_TRUE(Has(list, "You are not in an organization yet."));
}

TEST_F(AccountPagesTest, NewOrganizationErrorsKeepWhatWasTyped) {
  browser_.Get("/organizations/");
  auto taken = browser_.Post("/organizations/new/", {{"name", "My Beta"}, {"slug", "beta"}});
  EXPECT_EQ(taken.status, 409);
  EXPECT_TRUE(Has(taken, "value=\"My Beta\""));
  EXPECT_TRUE(Has(taken, "That short name is taken"));
  EXPECT_EQ(Location(browser_.Post("/organizations/new/", {{"name", "New"}, {"slug", "new1"}})),
            "/organizations/new1/?flash=organization_created");
}

}  // namespace
}  // namespace gatehouse::web
