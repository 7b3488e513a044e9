#include "control/sso/oidc/second_factor.h"

#include <gtest/gtest.h>

#include "control/sso/oidc/errors.h"
#include "control/sso/oidc/login_fixture.h"

namespace gatehouse::sso::oidc {
namespace {

json::Object Claims(std::string_view text) { return json::ParseObject(text).value(); }

TEST(ReadSecondFactor, MethodsThatCount) {
  for (const char* amr :
       {R"(["mfa"])", R"(["otp"])", R"(["pwd","otp"])", R"(["hwk"])", R"(["swk"])", R"(["sc"])",
        R"(["fpt"])", R"(["face"])", R"(["iris"])", R"(["pwd","sms"])", R"(["pin","pop"])",
        R"(["pwd","vbm"])", R"(["x", 7, "mfa"])"}) {
    EXPECT_TRUE(ReadSecondFactor(Claims("{\"amr\":" + std::string(amr) + "}"), {}).vouched) << amr;
  }
}

TEST(ReadSecondFactor, MethodsThatDoNot) {
  for (const char* amr :
       {R"([])", R"(["pwd"])", R"(["pwd","pin"])", R"(["pwd","kba"])", R"(["sms"])", R"(["pin"])",
        R"(["MFA"])", R"([" mfa"])", R"(["pwd mfa"])", R"("mfa")", R"(["rba","geo","user"])",
        R"([["mfa"]])", R"([{"mfa":true}])", R"(null)", R"(true)"}) {
    EXPECT_FALSE(ReadSecondFactor(Claims("{\"amr\":" + std::string(amr) + "}"), {}).vouched) << amr;
  }
  EXPECT_FALSE(ReadSecondFactor({}, {}).vouched);
}

TEST(ReadSecondFactor, AcrCountsOnlyWhenItIsListed) {
  json::Object claims = Claims(R"({"acr": "https://refeds.org/profile/mfa"})");
  EXPECT_FALSE(ReadSecondFactor(claims, {}).vouched);
  EXPECT_FALSE(ReadSecondFactor(claims, {"https://refeds.org/profile/mf"}).vouched);
  EXPECT_FALSE(ReadSecondFactor(Claims(R"({"acr": ""})"), {""}).vouched);
  EXPECT_FALSE(ReadSecondFactor(Claims(R"({"acr": ["mfa"]})"), {"mfa"}).vouched);
  EXPECT_TRUE(ReadSecondFactor(claims, {"phr", "https://refeds.org/profile/mfa"}).vouched);
}

using SecondFactorLogin = LoginTest;

TEST_F(SecondFactorLogin, IsSaidButNotRequiredByDefault) {
  CallbackOutcome plain = Login();
  EXPECT_TRUE(plain.assertion.has_value());
  EXPECT_FALSE(plain.second_factor);
  CallbackOutcome strong = Login([](json::Object& c) { c["amr"] = json::Array{"pwd", "otp"}; });
  EXPECT_TRUE(strong.assertion.has_value());
  EXPECT_TRUE(strong.second_factor);
}

TEST_F(SecondFactorLogin, WithoutItALogInIsRefusedWhenItIsRequired) {
  BuildConfig({{"require_second_factor", "1"}});
  ExpectRefused(Login(), kSecondFactorMissing);
  ExpectRefused(Login([](json::Object& c) { c["amr"] = json::Array{"pwd"}; }),
                kSecondFactorMissing);
  ExpectRefused(Login([](json::Object& c) { c["acr"] = "mfa"; }), kSecondFactorMissing);
  CallbackOutcome good = Login([](json::Object& c) { c["amr"] = json::Array{"mfa"}; });
  ASSERT_TRUE(good.assertion.has_value()) << good.reason;
  EXPECT_TRUE(good.second_factor);
  bool explained = false;
  for (const Check& check : good.checks) {
    explained = explained || (check.name == "id_token.second_factor" && check.passed &&
                              check.received == "acr absent; amr mfa");
  }
  EXPECT_TRUE(explained);
}

TEST_F(SecondFactorLogin, AcrValuesAreAskedForAndTaken) {
  BuildConfig({{"require_second_factor", "on"}, {"acr_values", " phr  phrh phr "}});
  CallbackOutcome good = Login([](json::Object& c) { c["acr"] = "phrh"; });
  EXPECT_TRUE(good.assertion.has_value()) << good.reason;
  EXPECT_EQ(QueryValue(started.redirect_url, "acr_values"), "phr phrh");
  ExpectRefused(Login([](json::Object& c) { c["acr"] = "0"; }), kSecondFactorMissing);
}

// Only what the provider signed for this log-in counts.
TEST_F(SecondFactorLogin, UserinfoDoesNotVouch) {
  BuildConfig({{"require_second_factor", "on"}, {"use_userinfo", "on"}});
  provider.userinfo["amr"] = json::Array{"mfa"};
  provider.userinfo["acr"] = "mfa";
  ExpectRefused(Login(), kSecondFactorMissing);
}

TEST_F(SecondFactorLogin, ARefusedLogInVouchesForNothing) {
  CallbackOutcome outcome = Login([](json::Object& c) {
    c["amr"] = json::Array{"mfa"};
    c["aud"] = "client-2";
  });
  EXPECT_FALSE(outcome.assertion.has_value());
  EXPECT_FALSE(outcome.second_factor);
}

TEST_F(SecondFactorLogin, SettingsReadBackAndOldConfigsNeedNothing) {
  BuildConfig({{"require_second_factor", "on"}, {"acr_values", "phr"}});
  json::Object shown = adapter.PublicConfig(config);
  EXPECT_EQ(json::GetBool(shown, "require_second_factor"), true);
  EXPECT_EQ(json::GetString(shown, "acr_values"), "phr");
  EXPECT_TRUE(adapter.RequiresSecondFactor(config));
  config.erase("require_second_factor");
  config.erase("acr_values");
  EXPECT_FALSE(adapter.RequiresSecondFactor(config));
  EXPECT_TRUE(Login().assertion.has_value());
  auto bad = ReadSettings({{"issuer", "https://idp.test"},
                           {"client_id", "c"},
                           {"client_secret", "s"},
                           {"acr_values", "a\"b"}},
                          nullptr);
  ASSERT_EQ(bad.errors.size(), 1u);
  EXPECT_EQ(bad.errors.front().field, "acr_values");
  EXPECT_EQ(bad.errors.front().reason, kFieldInvalid);
}

}  // namespace
}  // namespace gatehouse::sso::oidc
