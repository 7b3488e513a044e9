#pragma once

// For tests: one log-in from Start to Finish against the scripted provider.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "base/rng.h"
#include "control/sso/oidc/errors.h"
#include "control/sso/oidc/oidc_adapter.h"
#include "control/sso/oidc/scripted_provider.h"

namespace gatehouse::sso::oidc {

inline constexpr const char* kReturnUrl = "https://gate.test/auth/sso/acme/";

class LoginTest : public testing::Test {
 protected:
  using Mutate = std::function<void(json::Object&)>;

  LoginTest() { BuildConfig(); }

  void BuildConfig(Settings extra = {}) {
    Settings settings = {
        {"issuer", "https://idp.test"}, {"client_id", "client-1"}, {"client_secret", "s3cret &:"}};
    for (auto& item : extra) {
      std::erase_if(settings, [&](const auto& known) { return known.first == item.first; });
      settings.push_back(item);
    }
    auto outcome = runtime::RunSync(adapter.BuildConfig(settings, std::nullopt));
    ASSERT_TRUE(outcome.has_value());
    ASSERT_TRUE(outcome->config.has_value())
        << outcome->errors.at(0).field << " " << outcome->errors.at(0).reason;
    config = *outcome->config;
    provider.requests.clear();
  }

  void Begin() {
    auto result = runtime::RunSync(adapter.Start(
        config, StartInput{.state = "st-1", .redirect_uri = kReturnUrl, .login_hint = ""}));
    ASSERT_TRUE(result.has_value());
    started = *result;
    nonce = QueryValue(started.redirect_url, "nonce");
  }

  CallbackOutcome End(std::vector<std::pair<std::string, std::string>> params = {
                          {"code", "c-1"}, {"state", "st-1"}}) {
    auto result = runtime::RunSync(adapter.Finish(config, CallbackInput{.params = std::move(params),
                                                                        .redirect_uri = kReturnUrl,
                                                                        .flow = started.flow}));
    EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().reason);
    return result ? *result : CallbackOutcome{};
  }

  // A log-in whose ID token has these claims (after `mutate`), honestly signed.
  CallbackOutcome Login(const Mutate& mutate = {}, const json::Object& header = {}) {
    Begin();
    json::Object claims = provider.Claims(nonce);
    if (mutate) mutate(claims);
    provider.id_token = provider.Sign(claims, header);
    return End();
  }

  // A log-in whose ID token is this text, made from the honest payload.
  CallbackOutcome LoginRaw(const std::function<std::string(const std::string&)>& make) {
    Begin();
    provider.id_token = make(json::Serialize(provider.Claims(nonce)));
    return End();
  }

  void ExpectRefused(const CallbackOutcome& outcome, std::string_view reason) {
    EXPECT_FALSE(outcome.assertion.has_value());
    EXPECT_EQ(outcome.reason, reason);
    ASSERT_FALSE(outcome.checks.empty());
    EXPECT_FALSE(outcome.checks.back().passed) << "the last row explains the refusal";
    EXPECT_FALSE(outcome.checks.back().expected.empty());
    EXPECT_FALSE(outcome.checks.back().received.empty());
  }

  ManualClock clock;
  SeededRng rng{7};
  ScriptedProvider provider{clock};
  OidcAdapter adapter{provider, clock, rng};
  json::Object config;
  Started started;
  std::string nonce;
};

}  // namespace gatehouse::sso::oidc
