// Discord: the contract and attacks.

#include "control/sso/oauth2/discord/discord.h"

#include "control/sso/oauth2/discord/errors.h"
#include "control/sso/oauth2/errors.h"
#include "control/sso/oauth2/oauth2_adapter.h"
#include "control/sso/oauth2/testing/adapter_contract.h"
#include "control/sso/oidc/errors.h"

namespace gatehouse::sso::oauth2::simulator {
namespace {

ContractCase DiscordCase() {
  return {.kind = "discord",
          .settings = {},
          .simulator = [](const Clock& clock) { return std::make_unique<DiscordSimulator>(clock); },
          .adapter =
              [](http::Client& client, const Clock& clock, Rng& rng) {
                return std::make_unique<OAuth2Adapter>(discord::NewVendor(), client, clock, rng);
              },
          .subject = "80351110224678912"};
}

INSTANTIATE_TEST_SUITE_P(Discord, AdapterContract, testing::Values(DiscordCase()));
INSTANTIATE_TEST_SUITE_P(Discord, RefreshContract, testing::Values(DiscordCase()));

class Discord : public testing::Test {
 protected:
  Discord() { stage.SetUp(); }
  DiscordSimulator& vendor() { return static_cast<DiscordSimulator&>(*stage.vendor); }
  Stage stage{DiscordCase()};
};

TEST_F(Discord, StrangerToTheServerIsRefused) {
  vendor().servers = {Parse(R"({"id":"1","name":"acme"})")};
  CallbackOutcome outcome = stage.LogIn();
  ExpectRefused(outcome, discord::kServer);
  EXPECT_EQ(outcome.user_message, "You do not have access to the required Discord server.");
}

TEST_F(Discord, ServersThatAreNone) {
  vendor().servers = {json::Value(nullptr), json::Value("197038439483310086"),
                      Parse(R"({"id":197038439483310086})")};
  ExpectRefused(stage.LogIn(), discord::kServer);
  vendor().answers["https://discord.com/api/v10/users/@me/guilds"] = JsonAnswer(200, "{}");
  ExpectRefused(stage.LogIn(), kUser);
}

TEST_F(Discord, NameIsNoKeyAndUnverifiedAddressIsALabel) {
  vendor().user["verified"] = false;
  vendor().user["global_name"] = nullptr;
  CallbackOutcome outcome = stage.LogIn();
  EXPECT_EQ(outcome.assertion.value().name, "alice");
  EXPECT_FALSE(outcome.assertion->email_verified);
  vendor().user["id"] = nullptr;
  ExpectRefused(stage.LogIn(), kSubject);
}

TEST_F(Discord, RefreshAsksForTheServerAgain) {
  json::Object data = stage.LogIn().assertion.value().data;
  vendor().servers.erase(vendor().servers.begin());
  RefreshOutcome outcome = stage.Refresh(data);
  EXPECT_EQ(outcome.kind, RefreshOutcome::Kind::kInvalid);
  EXPECT_EQ(outcome.reason, identity::kRefreshForbidden);
}

}  // namespace
}  // namespace gatehouse::sso::oauth2::simulator
