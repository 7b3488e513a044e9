// OpenID Connect runs the contract of all kinds too.

#include "control/sso/oauth2/testing/adapter_contract.h"
#include "control/sso/oidc/oidc_adapter.h"

namespace gatehouse::sso::oauth2::simulator {
namespace {

ContractCase OidcCase() {
  return {
      .kind = "oidc",
      .settings = {{"issuer", "https://idp.test"}},
      .simulator = [](const Clock& clock) { return std::make_unique<OidcSimulator>(clock); },
      .adapter = [](http::Client& client, const Clock& clock,
                    Rng& rng) { return std::make_unique<oidc::OidcAdapter>(client, clock, rng); },
      .subject = "alice-1",
      .elsewhere = {"issuer", "https://other.test"}};
}

INSTANTIATE_TEST_SUITE_P(Oidc, AdapterContract, testing::Values(OidcCase()));
INSTANTIATE_TEST_SUITE_P(Oidc, RefreshContract, testing::Values(OidcCase()));

TEST(Conceal, BlotsOutSecretsAndLeavesWords) {
  EXPECT_EQ(oidc::Conceal("the code abc-123 and abc-123", {"abc-123"}),
            "the code [secret] and [secret]");
  EXPECT_EQ(oidc::Conceal("a short word", {"a", "", "short"}), "a short word");
  CallbackOutcome outcome;
  outcome.checks = {{"x", false, "abc-123", "was abc-123"}};
  outcome.user_message = "abc-123";
  outcome.claims["echo"] = "abc-123";
  outcome.claims["name"] = "Alice";
  oidc::Conceal(outcome, {"abc-123"});
  EXPECT_EQ(outcome.checks[0].expected, "[secret]");
  EXPECT_EQ(outcome.checks[0].received, "was [secret]");
  EXPECT_EQ(outcome.user_message, "[secret]");
  EXPECT_EQ(json::Serialize(outcome.claims), R"({"echo":"[secret]","name":"Alice"})");
}

}  // namespace
}  // namespace gatehouse::sso::oauth2::simulator
