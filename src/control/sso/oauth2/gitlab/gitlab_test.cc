// GitLab: the contract and attacks.

#include "control/sso/oauth2/gitlab/gitlab.h"

#include "control/sso/oauth2/errors.h"
#include "control/sso/oauth2/gitlab/errors.h"
#include "control/sso/oauth2/oauth2_adapter.h"
#include "control/sso/oauth2/testing/adapter_contract.h"
#include "control/sso/oidc/errors.h"

namespace gatehouse::sso::oauth2::simulator {
namespace {

ContractCase GitlabCase() {
  return {.kind = "gitlab",
          .settings = {},
          .simulator = [](const Clock& clock) { return std::make_unique<GitlabSimulator>(clock); },
          .adapter =
              [](http::Client& client, const Clock& clock, Rng& rng) {
                return std::make_unique<OAuth2Adapter>(gitlab::NewVendor(), client, clock, rng);
              },
          .subject = "90210",
          .elsewhere = {"host", "https://gitlab.evil.test"}};
}

INSTANTIATE_TEST_SUITE_P(Gitlab, AdapterContract, testing::Values(GitlabCase()));
INSTANTIATE_TEST_SUITE_P(Gitlab, RefreshContract, testing::Values(GitlabCase()));

class Gitlab : public testing::Test {
 protected:
  Gitlab() { stage.SetUp(); }
  GitlabSimulator& vendor() { return static_cast<GitlabSimulator&>(*stage.vendor); }
  Stage stage{GitlabCase()};
};

TEST_F(Gitlab, StrangerToTheGroupIsRefused) {
  for (const json::Value& groups :
       {json::Value(json::Array{"acme/backend", "acme-evil", "Acme"}), json::Value(json::Array{}),
        json::Value("acme"), json::Value(nullptr), json::Value(json::Array{"*"})}) {
    vendor().user["groups"] = groups;
    CallbackOutcome outcome = stage.LogIn();
    ExpectRefused(outcome, gitlab::kGroup);
    EXPECT_EQ(outcome.user_message, "You do not have access to the required GitLab group.");
  }
}

TEST_F(Gitlab, EverybodyCanBeChosenOnAnInstanceOfOnesOwnOnly) {
  CallbackOutcome public_instance = stage.LogIn(/*is_setup=*/true);
  for (const Choice::Option& option : public_instance.choice.value().options) {
    EXPECT_NE(option.value, gitlab::kEverybody);
  }
  // Entered by hand it opens nothing there either.
  stage.config["org"] = Parse(R"({"id":"*","name":"x"})");
  vendor().user["groups"] = json::Array{"*"};
  ExpectRefused(stage.LogIn(), gitlab::kGroup);

  ContractCase own = GitlabCase();
  own.settings = {{"host", "https://gitlab.example.com/"}};
  own.simulator = [](const Clock& clock) {
    return std::make_unique<GitlabSimulator>(clock, "https://gitlab.example.com");
  };
  Stage there(own);
  there.SetUp();
  CallbackOutcome offered = there.LogIn(/*is_setup=*/true);
  EXPECT_EQ(offered.choice.value().options.back().value, gitlab::kEverybody);
  there.config = there.adapter->WithChoice(there.config, offered.choice->options.back());
  static_cast<GitlabSimulator&>(*there.vendor).user["groups"] = json::Array();
  CallbackOutcome outcome = there.LogIn();
  ASSERT_TRUE(outcome.assertion.has_value()) << outcome.reason;
  EXPECT_EQ(outcome.assertion->issuer, "https://gitlab.example.com");
  // The choice does not follow the configuration to another instance.
  Settings settings = there.GoodSettings();
  settings.back().second = "https://gitlab.com";
  EXPECT_FALSE(there.Build(settings, there.config).config.value().contains("org"));
}

TEST_F(Gitlab, Oidc40_OnlyJsonTrueVerifiesAnEmail) {
  EXPECT_TRUE(stage.LogIn().assertion.value().email_verified);
  vendor().user["email_verified"] = "true";
  EXPECT_FALSE(stage.LogIn().assertion.value().email_verified);
}

TEST_F(Gitlab, RefreshAsksForTheGroupAgain) {
  json::Object data = stage.LogIn().assertion.value().data;
  vendor().user["groups"] = json::Array{"other"};
  RefreshOutcome outcome = stage.Refresh(data);
  EXPECT_EQ(outcome.kind, RefreshOutcome::Kind::kInvalid);
  EXPECT_EQ(outcome.reason, identity::kRefreshForbidden);
}

}  // namespace
}  // namespace gatehouse::sso::oauth2::simulator
