// Linked accounts of the account, and where an organization lets members link them.

#include <gtest/gtest.h>

#include "edge/web/testing/web_rig.h"

namespace gatehouse::web {
namespace {

using testing::Browser;
using testing::Location;
using testing::PasswordProof;
using testing::SsoProof;
using testing::Town;

bool Has(const http::Response& response, std::string_view text) {
  return response.body.find(text) != std::string::npos;
}

class IdentityPagesTest : public ::testing::Test {
 protected:
  IdentityPagesTest() {
    world().places.push_back({.provider = {.id = identity::PlaceId{70},
                                           .organization = town_.acme,
                                           .type = "oidc",
                                           .external_id = "main",
                                           .name = "Acme <b>Hub</b>",
                                           .issuer = "https://idp.example",
                                           .created_at = {}},
                              .kind_name = "OpenID Connect"});
    SignIn(town_.ada);
  }
  access::testing::World& world() { return town_.world; }
  void SignIn(UserId user) {
    browser_.SignIn(world().AddSession(user, {PasswordProof()}));
    browser_.Get("/account/");
  }
  linking::Account Account() {
    linking::Account account;
    account.id = identity::LinkedId{88};
    account.user = town_.ada;
    account.organization = town_.acme;
    account.kind = "oidc";
    account.kind_name = "OpenID Connect";
    account.provider_name = "Acme Hub";
    account.external_id = "gh-1";
    account.name = "octo<script>";
    return account;
  }
  static linking::Return Linked() {
    linking::Return done;
    done.kind = linking::Return::Kind::kLinked;
    done.provider_name = "Acme Hub";
    done.account_name = "octo";
    return done;
  }
  static constexpr const char* kAssociate =
      "/account/settings/identities/associate/acme/oidc/main/";

  Town town_;
  Browser browser_{town_};
};

TEST_F(IdentityPagesTest, BothKindsAreListedWithTheirState) {
  linking::Account account = Account();
  account.state = identity::TokenState::kSuspended;
  account.state_reason = "refresh_refused";
  world().linked = {account};
  sso::LinkedIdentity login;
  login.identity.id = IdentityId{77};
  login.identity.user = town_.ada;
  login.identity.organization = town_.acme;
  login.identity.subject = "s-1";
  login.identity.state = identity::TokenState::kStale;
  login.provider_name = "Acme ID";
  login.needed_by_organization = true;
  world().identities = {login};
  auto page = browser_.Get("/account/identities/");
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(Has(page, "octo&lt;script&gt;"));
  EXPECT_TRUE(Has(page, "Link it again"));
  EXPECT_TRUE(Has(page, "The provider has withdrawn the link"));
  EXPECT_TRUE(Has(page, "To be tried again"));
  EXPECT_TRUE(Has(page, "lets members in through its provider only"));
  EXPECT_TRUE(Has(page, kAssociate)) << "where to link";
}

TEST_F(IdentityPagesTest, DisconnectingNeedsAFreshProofAndTakesTheOwnOnly) {
  world().linked = {Account()};
  auto gone = browser_.Post("/account/identities/", {{"op", "disconnect"}, {"id", "88"}});
  EXPECT_EQ(Location(gone), "/account/identities/?flash=identity_disconnected");
  EXPECT_TRUE(world().linked.empty());
  EXPECT_EQ(browser_.Post("/account/identities/", {{"op", "disconnect"}, {"id", "88"}}).status,
            404);
  EXPECT_EQ(browser_.Post("/account/identities/", {{"op", "burn"}, {"id", "88"}}).status, 400);
  world().linked = {Account()};
  authn::Proof old = PasswordProof();
  old.at = old.at - std::chrono::hours(2);
  browser_.SignIn(world().AddSession(town_.ada, {old}));
  browser_.Get("/account/identities/");
  auto refused = browser_.Post("/account/identities/", {{"op", "disconnect"}, {"id", "88"}});
  EXPECT_NE(refused.status, 200);
  EXPECT_EQ(world().linked.size(), 1u);
}

TEST_F(IdentityPagesTest, ASessionByAProviderAloneSeesAndLinksNothing) {  // L2
  browser_.SignIn(world().AddSession(town_.ada, {SsoProof(town_.acme)}));
  EXPECT_NE(browser_.Get("/account/identities/").status, 200);
  EXPECT_NE(browser_.Get(kAssociate).status, 200);
  EXPECT_NE(browser_.Get("/extensions/default/setup/?code=x&state=s").status, 200);
  EXPECT_TRUE(world().calls.empty());
}

TEST_F(IdentityPagesTest, LinkingBeginsWithAPostAndEndsInTheList) {
  auto ask = browser_.Get(kAssociate);
  EXPECT_EQ(ask.status, 200);
  EXPECT_TRUE(Has(ask, "Acme &lt;b&gt;Hub&lt;/b&gt;"));
  EXPECT_TRUE(world().calls.empty()) << "a link that somebody sends begins nothing";
  auto leave = browser_.Post(kAssociate, {});
  EXPECT_TRUE(Has(leave, "0;url=https://idp.example/authorize?state=s"));
  EXPECT_TRUE(Has(leave, "href=\"https://idp.example/authorize?state=s\""))
      << "for browsers that do not go on by themselves";
  EXPECT_EQ(world().calls.back(), "linking.Start 70");
  EXPECT_EQ(browser_.PostRaw(kAssociate, {}).status, 403) << "csrf";
  world().link_return = Linked();
  EXPECT_EQ(Location(browser_.Get("/extensions/default/setup/?code=x&state=s")),
            "/account/identities/?flash=account_linked");
}

TEST_F(IdentityPagesTest, APopUpGetsAPageAndConflictsAreSaid) {
  world().link_return = Linked();
  world().link_return->popup = true;
  auto done = browser_.Get("/extensions/default/setup/?code=x&state=s");
  EXPECT_EQ(done.status, 200);
  EXPECT_TRUE(Has(done, "You can close this window."));
  world().link_return->kind = linking::Return::Kind::kLinkedToOther;
  world().link_return->reason = "linked_to_other";
  done = browser_.Get("/extensions/default/setup/?code=x&state=s");
  EXPECT_EQ(done.status, 409);
  EXPECT_TRUE(Has(done, "Somebody else has linked that account"));
  world().link_return->kind = linking::Return::Kind::kRefused;
  world().link_return->reason = "link_failed";
  world().link_return->text = "<script>no</script>";
  done = browser_.Get("/extensions/default/setup/?error=access_denied&state=s");
  EXPECT_EQ(done.status, 403);
  EXPECT_TRUE(Has(done, "&lt;script&gt;no"));
  EXPECT_EQ(browser_.Get("/extensions/default/setup/?state=a&state=b").status, 400);
  world().link_return.reset();
  EXPECT_EQ(browser_.Get("/extensions/default/setup/?state=a").status, 400);
}

TEST_F(IdentityPagesTest, UnknownPlacesAndForeignOrganizationsAreNotFound) {
  EXPECT_EQ(browser_.Get("/account/settings/identities/associate/acme/oidc/other/").status, 404);
  EXPECT_EQ(browser_.Get("/account/settings/identities/associate/nowhere/oidc/main/").status, 404);
}

// ---- the organization's page --------------------------------------------------------------------

TEST_F(IdentityPagesTest, OwnersAddAndRemoveProviders) {
  const std::string path = "/settings/acme/identity-providers/";
  auto page = browser_.Get(path);
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(Has(page, "Acme &lt;b&gt;Hub&lt;/b&gt;"));
  EXPECT_TRUE(Has(page, kAssociate));
  auto form = browser_.Get(path + "add/?kind=oidc");
  EXPECT_EQ(form.status, 200);
  EXPECT_TRUE(Has(form, "https://gate.example/extensions/default/setup/"));
  EXPECT_EQ(browser_.Get(path + "add/?kind=nothing").status, 400);
  auto wrong = browser_.Post(
      path + "add/?kind=oidc",
      {{"display_name", "Wrong"}, {"external_id", "wrong"}, {"client_secret", "cs-planted"}});
  EXPECT_EQ(wrong.status, 400);
  EXPECT_TRUE(Has(wrong, "value=\"wrong\"")) << "what was entered stays";
  EXPECT_FALSE(Has(wrong, "cs-planted")) << "but no secret";
  auto added = browser_.Post(path + "add/?kind=oidc",
                             {{"display_name", "Second"}, {"external_id", "second"}});
  EXPECT_EQ(Location(added), path + "?flash=identity_provider_added");
  EXPECT_EQ(world().places.size(), 2u);
  world().next_change = Fail(Code::kAlreadyExists, "identity_provider_taken");
  auto taken = browser_.Post(path + "add/?kind=oidc",
                             {{"display_name", "Second"}, {"external_id", "second"}});
  EXPECT_TRUE(Has(taken, "That identifier is taken"));
  EXPECT_EQ(Location(browser_.Post(path, {{"op", "remove"}, {"id", "70"}})),
            path + "?flash=identity_provider_removed");
  EXPECT_EQ(browser_.Post(path, {{"op", "remove"}, {"id", "70"}}).status, 404);
}

TEST_F(IdentityPagesTest, MembersDoNotSeeTheOrganizationsPage) {
  SignIn(town_.bob);
  EXPECT_NE(browser_.Get("/settings/acme/identity-providers/").status, 200);
  EXPECT_NE(browser_.Get("/settings/acme/identity-providers/add/?kind=oidc").status, 200);
}

}  // namespace
}  // namespace gatehouse::web
