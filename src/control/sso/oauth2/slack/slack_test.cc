// Slack: the contract and attacks.

#include "control/sso/oauth2/slack/slack.h"

#include "control/sso/oauth2/errors.h"
#include "control/sso/oauth2/oauth2_adapter.h"
#include "control/sso/oauth2/slack/errors.h"
#include "control/sso/oauth2/testing/adapter_contract.h"
#include "control/sso/oidc/errors.h"

namespace gatehouse::sso::oauth2::simulator {
namespace {

ContractCase SlackCase() {
  return {.kind = "slack",
          .settings = {},
          .simulator = [](const Clock& clock) { return std::make_unique<SlackSimulator>(clock); },
          .adapter =
              [](http::Client& client, const Clock& clock, Rng& rng) {
                return std::make_unique<OAuth2Adapter>(slack::NewVendor(), client, clock, rng);
              },
          .subject = "T123ABC456.U123ABC456"};
}

INSTANTIATE_TEST_SUITE_P(Slack, AdapterContract, testing::Values(SlackCase()));
INSTANTIATE_TEST_SUITE_P(Slack, RefreshContract, testing::Values(SlackCase()));

class Slack : public testing::Test {
 protected:
  Slack() { stage.SetUp(); }
  SlackSimulator& vendor() { return static_cast<SlackSimulator&>(*stage.vendor); }
  Stage stage{SlackCase()};
};

TEST_F(Slack, PersonOfAnotherWorkspaceIsRefused) {
  vendor().user["https://slack.com/team_id"] = "T999";
  CallbackOutcome outcome = stage.LogIn();
  ExpectRefused(outcome, slack::kWorkspace);
  EXPECT_EQ(outcome.user_message, "You do not have access to the required Slack workspace.");
}

TEST_F(Slack, SameUserIdOfAnotherWorkspaceIsSomebodyElse) {
  vendor().user["https://slack.com/team_id"] = "T999";
  CallbackOutcome outcome = stage.LogIn(/*is_setup=*/true);
  EXPECT_EQ(outcome.assertion.value().subject, "T999.U123ABC456");
}

TEST_F(Slack, WorkspaceMissing) {
  vendor().user.erase("https://slack.com/team_id");
  ExpectRefused(stage.LogIn(), kSubject);
}

TEST_F(Slack, Oidc08_ForgedSignature) {
  static const crypto::Jwk stranger = crypto::Jwk::GeneratePrivate("RS256", "vendor-1").value();
  vendor().sign = [](const json::Object& claims) {
    return crypto::SignJws(stranger, {}, json::Serialize(claims)).value();
  };
  ExpectRefused(stage.LogIn(), oidc::kSigInvalid);
}

TEST_F(Slack, NonceOfAnotherFlow) {
  vendor().change_claims = [](json::Object& claims) { claims["nonce"] = "another"; };
  ExpectRefused(stage.LogIn(), oidc::kNonce);
}

TEST_F(Slack, RefusalsComeWithStatus200) {
  const std::string userinfo = "https://slack.com/api/openid.connect.userInfo";
  json::Object data = stage.LogIn().assertion.value().data;
  EXPECT_FALSE(data.contains("refresh_token"));
  EXPECT_EQ(stage.Refresh(data).kind, RefreshOutcome::Kind::kValid);
  for (const char* error : {"token_revoked", "account_inactive", "invalid_auth"}) {
    vendor().answers[userinfo] =
        JsonAnswer(200, R"({"ok":false,"error":")" + std::string(error) + "\"}");
    RefreshOutcome outcome = stage.Refresh(data);
    EXPECT_EQ(outcome.kind, RefreshOutcome::Kind::kInvalid) << error;
    EXPECT_EQ(outcome.reason, identity::kRefreshRefused);
  }
  for (const char* body : {R"({"ok":false,"error":"internal_error"})", R"({"ok":"true"})", "{}"}) {
    vendor().answers[userinfo] = JsonAnswer(200, body);
    EXPECT_EQ(stage.Refresh(data).kind, RefreshOutcome::Kind::kUnavailable) << body;
  }
}

TEST_F(Slack, TeamOfTheConfigurationIsSuggestedAndDecidesNothing) {
  stage.Begin();
  EXPECT_TRUE(stage.started.redirect_url.contains("team=T123ABC456"));
}

}  // namespace
}  // namespace gatehouse::sso::oauth2::simulator
