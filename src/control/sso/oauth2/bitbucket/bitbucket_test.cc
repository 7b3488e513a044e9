// Bitbucket: the contract and attacks.

#include "control/sso/oauth2/bitbucket/bitbucket.h"

#include "control/sso/oauth2/bitbucket/errors.h"
#include "control/sso/oauth2/errors.h"
#include "control/sso/oauth2/oauth2_adapter.h"
#include "control/sso/oauth2/testing/adapter_contract.h"
#include "control/sso/oidc/errors.h"

namespace gatehouse::sso::oauth2::simulator {
namespace {

ContractCase BitbucketCase() {
  return {
      .kind = "bitbucket",
      .settings = {},
      .simulator = [](const Clock& clock) { return std::make_unique<BitbucketSimulator>(clock); },
      .adapter =
          [](http::Client& client, const Clock& clock, Rng& rng) {
            return std::make_unique<OAuth2Adapter>(bitbucket::NewVendor(), client, clock, rng);
          },
      .subject = "{a54f16da-24e9-4d7f-a3a7-b1ba2cd98aa3}"};
}

INSTANTIATE_TEST_SUITE_P(Bitbucket, AdapterContract, testing::Values(BitbucketCase()));
INSTANTIATE_TEST_SUITE_P(Bitbucket, RefreshContract, testing::Values(BitbucketCase()));

class Bitbucket : public testing::Test {
 protected:
  Bitbucket() { stage.SetUp(); }
  BitbucketSimulator& vendor() { return static_cast<BitbucketSimulator&>(*stage.vendor); }
  Stage stage{BitbucketCase()};
};

TEST_F(Bitbucket, StrangerToTheWorkspaceIsRefused) {
  // The same short name, another workspace.
  vendor().workspaces = {BitbucketSimulator::Workspace("{other}", "acme")};
  CallbackOutcome outcome = stage.LogIn();
  ExpectRefused(outcome, bitbucket::kWorkspace);
  EXPECT_EQ(outcome.user_message, "You do not have access to the required Bitbucket workspace.");
}

TEST_F(Bitbucket, AddressInAnAnswerIsNeverFollowed) {
  json::Array many;
  for (int i = 0; i < 150; ++i) {
    many.push_back(BitbucketSimulator::Workspace("{" + std::to_string(i) + "}", "w"));
  }
  for (const json::Value& mine : vendor().workspaces) many.push_back(mine);
  vendor().workspaces = std::move(many);
  EXPECT_TRUE(stage.LogIn().assertion.has_value());
  for (const http::ClientRequest& request : stage.vendor->requests) {
    EXPECT_FALSE(request.url.contains("evil")) << request.url;
  }
  EXPECT_EQ(stage.vendor->Count("https://api.bitbucket.org/2.0/user/workspaces"), 2u);
}

TEST_F(Bitbucket, ListWithoutValuesIsNoList) {
  vendor().answers["https://api.bitbucket.org/2.0/user/workspaces"] =
      JsonAnswer(200, R"({"values":{}})");
  ExpectRefused(stage.LogIn(), kUser);
}

TEST_F(Bitbucket, OnlyTheConfirmedPrimaryAddressIsVerified) {
  EXPECT_TRUE(stage.LogIn().assertion.value().email_verified);
  vendor().emails[1].as_object()["is_confirmed"] = false;
  CallbackOutcome outcome = stage.LogIn();
  EXPECT_EQ(outcome.assertion.value().email, "alice@corp.test");
  EXPECT_FALSE(outcome.assertion->email_verified);
  vendor().emails.erase(vendor().emails.begin() + 1);
  EXPECT_EQ(stage.LogIn().assertion.value().email, "") << "none: a label only";
}

TEST_F(Bitbucket, ClientCredentialsGoIntoTheHeader) {
  stage.LogIn();
  EXPECT_TRUE(stage.vendor->requests[0].headers.Get("Authorization").starts_with("Basic "));
  EXPECT_FALSE(stage.vendor->requests[0].body.contains("client_secret"));
}

}  // namespace
}  // namespace gatehouse::sso::oauth2::simulator
