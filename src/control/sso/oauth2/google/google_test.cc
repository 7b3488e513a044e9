// Google: the contract, the hosted-domain rule, attacks.

#include "control/sso/oauth2/google/google.h"

#include "control/sso/oauth2/errors.h"
#include "control/sso/oauth2/google/errors.h"
#include "control/sso/oauth2/oauth2_adapter.h"
#include "control/sso/oauth2/testing/adapter_contract.h"
#include "control/sso/oidc/errors.h"

namespace gatehouse::sso::oauth2::simulator {
namespace {

constexpr const char* kUnreadable =
    "Unable to fetch user information from Google.  Please check the log.";

ContractCase GoogleCase() {
  return {.kind = "google",
          .settings = {{"domains", "corp.test, Second.Test"}},
          .simulator = [](const Clock& clock) { return std::make_unique<GoogleSimulator>(clock); },
          .adapter =
              [](http::Client& client, const Clock& clock, Rng& rng) {
                return std::make_unique<OAuth2Adapter>(google::NewVendor(), client, clock, rng);
              },
          .subject = "110169484474386276334"};
}

INSTANTIATE_TEST_SUITE_P(Google, AdapterContract, testing::Values(GoogleCase()));
INSTANTIATE_TEST_SUITE_P(Google, RefreshContract, testing::Values(GoogleCase()));

class Google : public testing::Test {
 protected:
  Google() { stage.SetUp(); }
  GoogleSimulator& vendor() { return static_cast<GoogleSimulator&>(*stage.vendor); }
  Stage stage{GoogleCase()};
};

TEST_F(Google, DomainsAreReadAndConsumerDomainsRefused) {
  auto domains = [&](std::string text) {
    return stage.Build({{"client_id", "c"}, {"client_secret", "s"}, {"domains", std::move(text)}});
  };
  json::Object config = domains(" @Corp.test,second.test  corp.test").config.value();
  EXPECT_EQ(json::Serialize(config.at("domains")), R"(["corp.test","second.test"])");
  EXPECT_EQ(config.at("version"), "1");
  EXPECT_EQ(stage.adapter->PublicConfig(config).at("domains"), "corp.test second.test");
  for (const char* text : {"gmail.com", "corp.test gmail.com", "GoogleMail.com", "corp", "a b",
                           "corp..test", "-corp.test", "corp.test/x", "*.test"}) {
    ConfigOutcome outcome = domains(text);
    ASSERT_EQ(outcome.errors.size(), 1u) << text;
    EXPECT_EQ(outcome.errors[0].reason, oidc::kFieldInvalid) << text;
  }
}

// 2a.4, 107: set up without domains, the account of the trial says which one.
TEST_F(Google, SetUpWithoutDomainsTakesTheOneOfTheTrial) {
  stage.config = stage
                     .Build({{"client_id", std::string(kClientId)},
                             {"client_secret", std::string(kClientSecret)},
                             {"domains", " , "}})
                     .config.value();
  EXPECT_EQ(json::Serialize(stage.config.at("domains")), "[]");
  vendor().user["hd"] = "Corp.test";
  CallbackOutcome tried = stage.LogIn(/*is_setup=*/true);
  ASSERT_TRUE(tried.assertion.has_value());
  ASSERT_TRUE(tried.choice.has_value());
  ASSERT_EQ(tried.choice->options.size(), 1u);
  EXPECT_EQ(tried.choice->selected, "corp.test");
  stage.config = stage.adapter->WithChoice(stage.config, tried.choice->options.front());
  EXPECT_EQ(json::Serialize(stage.config.at("domains")), R"(["corp.test"])");
  EXPECT_EQ(stage.config.at("version"), "1");
  EXPECT_FALSE(stage.LogIn(/*is_setup=*/true).choice.has_value()) << "nothing is left open";
  EXPECT_TRUE(stage.LogIn().assertion.has_value());
  vendor().user["hd"] = "second.test";
  ExpectRefused(stage.LogIn(), google::kDomain);
}

// A consumer account belongs to no domain: nobody switches it on for everybody at Google.
TEST_F(Google, SetUpWithoutDomainsByAConsumerAccountIsRefused) {
  stage.config = stage
                     .Build({{"client_id", std::string(kClientId)},
                             {"client_secret", std::string(kClientSecret)}})
                     .config.value();
  for (const char* hd : {"gmail.com", ""}) {
    vendor().user["hd"] = hd;
    ExpectRefused(stage.LogIn(/*is_setup=*/true), google::kDomain);
  }
}

TEST_F(Google, HostedDomainDecidesAndTheAddressSaysNothing) {
  struct Row {
    json::Value hd;
    bool allowed;
  };
  for (const Row& row :
       {Row{"corp.test", true}, Row{"CORP.test", true}, Row{"second.test", true},
        Row{"evil.test", false}, Row{"corp.test.evil.test", false}, Row{"gmail.com", false},
        Row{"", false}, Row{nullptr, false}, Row{json::Array{"corp.test"}, false}}) {
    vendor().user["hd"] = row.hd;
    CallbackOutcome outcome = stage.LogIn();
    EXPECT_EQ(outcome.assertion.has_value(), row.allowed) << json::Serialize(row.hd);
    if (!row.allowed) {
      ExpectRefused(outcome, google::kDomain);
    }
  }
  // A consumer account with an address of the domain: anybody can make one.
  vendor().user.erase("hd");
  CallbackOutcome outcome = stage.LogIn();
  ExpectRefused(outcome, google::kDomain);
  vendor().user["hd"] = "evil.test";
  EXPECT_EQ(stage.LogIn().user_message,
            "The domain for your Google account (evil.test) is not allowed to authenticate with "
            "this provider.");
}

TEST_F(Google, SingleDomainOfOlderConfigurationsAndTheEmptyList) {
  stage.config.erase("domains");
  stage.config["domain"] = "corp.test";
  EXPECT_TRUE(stage.LogIn().assertion.has_value());
  vendor().user["hd"] = "second.test";
  ExpectRefused(stage.LogIn(), google::kDomain);
  stage.config.erase("domain");
  EXPECT_TRUE(stage.LogIn().assertion.has_value()) << "no list: every domain that is not blocked";
  vendor().user["hd"] = "gmail.com";
  ExpectRefused(stage.LogIn(), google::kDomain);
  EXPECT_EQ(google::DomainsOf(Parse(R"({"domains":["A.test",7],"domain":"b.test"})")),
            (std::vector<std::string>{"a.test", "b.test"}));
}

TEST_F(Google, SubjectIsSubAndTheVouchedAddressIsTheOldName) {
  CallbackOutcome outcome = stage.LogIn();
  EXPECT_EQ(outcome.assertion.value().legacy_subject, "alice@corp.test");
  EXPECT_TRUE(outcome.assertion->email_verified);
  for (const json::Value& word : {json::Value(false), json::Value("true"), json::Value(nullptr)}) {
    vendor().user["email_verified"] = word;
    outcome = stage.LogIn();
    EXPECT_EQ(outcome.assertion.value().legacy_subject, "") << "nobody's identity by a mere claim";
    EXPECT_FALSE(outcome.assertion->email_verified);
  }
  vendor().user.erase("email");
  outcome = stage.LogIn();
  ExpectRefused(outcome, google::kEmail);
  EXPECT_EQ(outcome.user_message, kUnreadable);
}

TEST_F(Google, Oidc08_SignatureIsVerifiedAlthoughTheTokenCameStraightFromGoogle) {
  static const crypto::Jwk stranger = crypto::Jwk::GeneratePrivate("RS256", "vendor-1").value();
  vendor().sign = [](const json::Object& claims) {
    return crypto::SignJws(stranger, {}, json::Serialize(claims)).value();
  };
  CallbackOutcome outcome = stage.LogIn();
  ExpectRefused(outcome, oidc::kSigInvalid);
  EXPECT_EQ(outcome.user_message, kUnreadable);
}

TEST_F(Google, Oidc10_UnsignedToken) {
  vendor().sign = [](const json::Object& claims) {
    return Base64UrlEncode(R"({"alg":"none"})") + "." + Base64UrlEncode(json::Serialize(claims)) +
           ".";
  };
  ExpectRefused(stage.LogIn(), oidc::kAlg);
}

TEST_F(Google, Oidc01To07And19_ClaimsOfAnotherLogIn) {
  struct Row {
    const char* claim;
    json::Value value;
    std::string_view reason;
  };
  for (const Row& row :
       {Row{"iss", "https://accounts.evil.test", oidc::kIss},
        Row{"aud", "another-client", oidc::kAud}, Row{"sub", "", oidc::kSub},
        Row{"exp", 1, oidc::kExp}, Row{"iat", nullptr, oidc::kIat},
        Row{"nonce", "of-another-flow", oidc::kNonce}, Row{"nonce", nullptr, oidc::kNonce}}) {
    vendor().change_claims = [&](json::Object& claims) { claims[row.claim] = row.value; };
    ExpectRefused(stage.LogIn(), row.reason);
  }
}

TEST_F(Google, MissingIdTokenIsToldInGooglesWords) {
  vendor().change_token = [](json::Object& answer) { answer.erase("id_token"); };
  ExpectRefused(stage.LogIn(), oidc::kIdTokenMissing);
  vendor().change_token = [](json::Object& answer) { answer["id_token"] = "not.a.token"; };
  CallbackOutcome outcome = stage.LogIn();
  ExpectRefused(outcome, oidc::kIdTokenMalformed);
  EXPECT_EQ(outcome.user_message, kUnreadable);
}

TEST_F(Google, Oidc33_RefreshOfAnotherAccountOrIssuer) {
  json::Object data = stage.LogIn().assertion.value().data;
  vendor().user["sub"] = "999";
  RefreshOutcome outcome = stage.Refresh(data);
  EXPECT_EQ(outcome.kind, RefreshOutcome::Kind::kInvalid);
  EXPECT_EQ(outcome.reason, identity::kRefreshOther);

  vendor().user["sub"] = GoogleCase().subject;
  data = stage.LogIn().assertion.value().data;
  vendor().issuer = "https://accounts.evil.test";
  outcome = stage.Refresh(data);
  EXPECT_EQ(outcome.kind, RefreshOutcome::Kind::kInvalid);
  EXPECT_EQ(outcome.reason, identity::kRefreshOther);
}

TEST_F(Google, RefreshAppliesTheDomainRuleAgain) {
  for (bool with_id_token : {true, false}) {
    vendor().id_token_at_refresh = with_id_token;
    vendor().user["hd"] = "corp.test";
    json::Object data = stage.LogIn().assertion.value().data;
    RefreshOutcome outcome = stage.Refresh(data);
    ASSERT_EQ(outcome.kind, RefreshOutcome::Kind::kValid) << outcome.reason;
    vendor().user["hd"] = "moved-away.test";
    outcome = stage.Refresh(outcome.data);
    EXPECT_EQ(outcome.kind, RefreshOutcome::Kind::kInvalid);
    EXPECT_EQ(outcome.reason, identity::kRefreshForbidden);
  }
}

TEST_F(Google, FewerDomainsEndTheSessionsOfTheOthers) {
  json::Object two = Parse(R"({"domains":["a.test","b.test"]})");
  json::Object one = Parse(R"({"domains":["a.test"]})");
  EXPECT_TRUE(stage.adapter->Tightens(two, one));
  EXPECT_FALSE(stage.adapter->Tightens(one, two));
  EXPECT_TRUE(stage.adapter->Tightens(json::Object(), one));
}

TEST_F(Google, OfflineAccessIsAskedFor) {
  stage.Begin();
  EXPECT_TRUE(stage.started.redirect_url.contains("access_type=offline"));
  EXPECT_FALSE(stage.started.redirect_url.contains("hd=")) << "two domains";
  stage.config["domains"] = json::Array{"corp.test"};
  stage.Begin();
  EXPECT_TRUE(stage.started.redirect_url.contains("hd=corp.test"));
}

}  // namespace
}  // namespace gatehouse::sso::oauth2::simulator
