#include "control/sso/oidc/config.h"

#include <gtest/gtest.h>

#include "control/sso/oidc/errors.h"
#include "control/sso/oidc/login_fixture.h"

namespace gatehouse::sso::oidc {
namespace {

Settings Good() {
  return {{"issuer", "https://idp.test"}, {"client_id", "client-1"}, {"client_secret", "s"}};
}

Settings With(std::string name, std::string value) {
  Settings settings = Good();
  std::erase_if(settings, [&](const auto& item) { return item.first == name; });
  settings.emplace_back(std::move(name), std::move(value));
  return settings;
}

TEST(ReadSettings, EveryBadFieldIsNamed) {
  struct Row {
    std::string field, value;
    std::string_view reason;
  };
  const std::vector<Row> rows = {
      {"issuer", "", kFieldRequired},
      {"issuer", "idp.test", kUrlInvalid},
      {"issuer", "ftp://idp.test", kUrlInvalid},
      {"issuer", "javascript:alert(1)", kUrlInvalid},
      {"issuer", "https://user:pw@idp.test", kUrlInvalid},
      {"issuer", "https://idp.test/?tenant=1", kUrlInvalid},
      {"issuer", "https://idp.test/#x", kUrlInvalid},
      {"issuer", "https://idp.test/" + std::string(300, 'x'), kFieldTooLong},
      {"client_id", " ", kFieldRequired},
      {"client_id", "a\nb", kFieldInvalid},
      {"client_id", std::string(2000, 'x'), kFieldTooLong},
      {"client_secret", "", kFieldRequired},
      {"client_secret", "a\r\nb", kFieldInvalid},
      {"auth_method", "none", kFieldInvalid},
      {"scopes", "openid \"x\"", kFieldInvalid},
      {"claim_email", "a\tb", kFieldInvalid},
  };
  for (const Row& row : rows) {
    EnteredOutcome out = ReadSettings(With(row.field, row.value), nullptr);
    ASSERT_EQ(out.errors.size(), 1u) << row.field << " = " << row.value;
    EXPECT_EQ(out.errors[0].field, row.field);
    EXPECT_EQ(out.errors[0].reason, row.reason);
  }
}

TEST(ReadSettings, ShortFormGetsDefaults) {
  EnteredOutcome out =
      ReadSettings(With("issuer", "  https://idp.test/.well-known/openid-configuration "), nullptr);
  ASSERT_TRUE(out.errors.empty());
  EXPECT_EQ(out.entered.issuer, "https://idp.test");
  EXPECT_EQ(out.entered.auth_method, kSecretBasic);
  EXPECT_EQ(out.entered.scopes, "openid email profile");
  EXPECT_EQ(out.entered.claim_email, "email");
  EXPECT_FALSE(out.entered.use_userinfo);
  EXPECT_EQ(ReadSettings(With("scopes", "email  email groups"), nullptr).entered.scopes,
            "openid email groups");
  EXPECT_TRUE(ReadSettings(With("use_userinfo", "on"), nullptr).entered.use_userinfo);
}

TEST(ReadSettings, StoredSecretIsNeverSentToAnotherIssuerOrClient) {
  Config stored;
  stored.entered = ReadSettings(Good(), nullptr).entered;
  EXPECT_EQ(ReadSettings(With("client_secret", ""), &stored).entered.client_secret, "s");
  for (auto [field, value] :
       {std::pair("issuer", "https://evil.test"), std::pair("client_id", "other")}) {
    Settings settings = With(field, value);
    std::erase_if(settings, [](const auto& item) { return item.first == "client_secret"; });
    EnteredOutcome out = ReadSettings(settings, &stored);
    ASSERT_EQ(out.errors.size(), 1u);
    EXPECT_EQ(out.errors[0].field, "client_secret");
    EXPECT_EQ(out.errors[0].reason, kSecretRequired);
    EXPECT_EQ(out.entered.client_secret, "");
  }
}

TEST(DiscoveryUrl, FinalSlashIsNotDoubled) {
  EXPECT_EQ(DiscoveryUrl("https://a.test"), "https://a.test/.well-known/openid-configuration");
  EXPECT_EQ(DiscoveryUrl("https://a.test/"), "https://a.test/.well-known/openid-configuration");
  EXPECT_EQ(DiscoveryUrl("https://a.test/t/v2.0"),
            "https://a.test/t/v2.0/.well-known/openid-configuration");
}

using ProviderSetUp = LoginTest;

TEST_F(ProviderSetUp, ConfigSurvivesItsJsonForm) {
  auto parsed = Config::FromJson(config).value();
  EXPECT_EQ(json::Serialize(parsed.ToJson()), json::Serialize(config));
  EXPECT_EQ(parsed.discovered_at, clock.Now());
  EXPECT_EQ(Config::FromJson({}).error().reason, kConfigInvalid);
}

TEST_F(ProviderSetUp, PublicConfigHasNoSecretsAndTheShapeOfTheForm) {
  BuildConfig({{"auth_method", "private_key_jwt"}});
  json::Object shown = adapter.PublicConfig(config);
  std::string text = json::Serialize(shown);
  EXPECT_FALSE(text.contains("s3cret"));
  EXPECT_FALSE(text.contains("PRIVATE"));
  for (const auto& member : shown) {
    bool known = false;
    for (const SettingField& field : adapter.fields()) known = known || field.name == member.key();
    EXPECT_TRUE(known) << member.key();
  }
  EXPECT_EQ(shown.size() + 1, adapter.fields().size());  // all but the secret
}

TEST_F(ProviderSetUp, EditKeepsTheKeyThatTheProviderKnows) {
  Settings settings = {{"issuer", "https://idp.test"},
                       {"client_id", "client-1"},
                       {"auth_method", "private_key_jwt"}};
  runtime::WorkerPool cpu("cpu", 1, 10);
  OidcAdapter pooled(provider, clock, rng, &cpu);
  auto first = runtime::RunSync(pooled.BuildConfig(settings, std::nullopt)).value();
  ASSERT_TRUE(first.config);
  auto second = runtime::RunSync(pooled.BuildConfig(settings, first.config)).value();
  EXPECT_EQ(json::Serialize(PublicJwks(*first.config)),
            json::Serialize(PublicJwks(*second.config)));
  settings[1].second = "client-2";
  auto other = runtime::RunSync(pooled.BuildConfig(settings, first.config)).value();
  EXPECT_NE(json::Serialize(PublicJwks(*first.config)), json::Serialize(PublicJwks(*other.config)));
}

TEST_F(ProviderSetUp, ReviewShowsWhatEachClaimGave) {
  CallbackOutcome outcome = Login();
  auto mapping = adapter.Mapping(config, outcome.claims);
  ASSERT_EQ(mapping.size(), 4u);
  EXPECT_EQ(mapping[0].field, "id");
  EXPECT_EQ(mapping[0].claim, "sub");
  EXPECT_EQ(mapping[0].value, "alice-1");
  EXPECT_EQ(mapping[2].value, "true");
  EXPECT_EQ(adapter.Issuer(config), "https://idp.test");
  EXPECT_EQ(adapter.kind(), "oidc");
}

}  // namespace
}  // namespace gatehouse::sso::oidc
