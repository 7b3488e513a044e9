// The generic kind: the contract, its settings, and attacks.

#include "control/sso/oauth2/generic/generic.h"

#include "control/sso/oauth2/errors.h"
#include "control/sso/oauth2/oauth2_adapter.h"
#include "control/sso/oauth2/testing/adapter_contract.h"
#include "control/sso/oidc/errors.h"

namespace gatehouse::sso::oauth2::simulator {
namespace {

ContractCase GenericCase() {
  return {.kind = "oauth2",
          .settings = {{"authorization_url", "https://id.test/authorize"},
                       {"token_url", "https://id.test/token"},
                       {"user_url", "https://id.test/me"},
                       {"scopes", "profile email"},
                       {"claim_verified", "email_verified"}},
          .simulator = [](const Clock& clock) { return std::make_unique<GenericSimulator>(clock); },
          .adapter =
              [](http::Client& client, const Clock& clock, Rng& rng) {
                return std::make_unique<OAuth2Adapter>(generic::NewVendor(), client, clock, rng);
              },
          .subject = "alice-1",
          .elsewhere = {"token_url", "https://evil.test/token"}};
}

INSTANTIATE_TEST_SUITE_P(Generic, AdapterContract, testing::Values(GenericCase()));
INSTANTIATE_TEST_SUITE_P(Generic, RefreshContract, testing::Values(GenericCase()));

class Generic : public testing::Test {
 protected:
  Generic() { stage.SetUp(); }
  GenericSimulator& vendor() { return static_cast<GenericSimulator&>(*stage.vendor); }
  ConfigOutcome With(std::string name, std::string value) {
    Settings settings = stage.GoodSettings();
    std::erase_if(settings, [&](const auto& item) { return item.first == name; });
    settings.emplace_back(std::move(name), std::move(value));
    return stage.Build(std::move(settings));
  }
  void Use(std::string name, std::string value) {
    stage.config = With(std::move(name), std::move(value)).config.value();
  }
  Stage stage{GenericCase()};
};

TEST_F(Generic, EveryBadFieldIsNamed) {
  struct Row {
    std::string field, value;
    std::string_view reason;
  };
  const std::vector<Row> rows = {
      {"token_url", "", oidc::kFieldRequired},
      {"token_url", "id.test/token", oidc::kUrlInvalid},
      {"token_url", "javascript:alert(1)", oidc::kUrlInvalid},
      {"token_url", "https://user:pw@id.test/token", oidc::kUrlInvalid},
      {"user_url", "https://id.test/me#x", oidc::kUrlInvalid},
      {"user_url", "https://id.test/" + std::string(300, 'x'), oidc::kFieldTooLong},
      {"authorization_url", "http://id.test/authorize", oidc::kUrlForbidden},
      {"user_url", "http://169.254.169.254/latest", oidc::kUrlForbidden},
      {"user_url", "https://10.0.0.1/me", oidc::kUrlForbidden},
      {"scopes", "a \"b\"", oidc::kFieldInvalid},
      {"auth_method", "none", oidc::kFieldInvalid},
      {"pkce", "plain", oidc::kFieldInvalid},
      {"claim_id", "a\tb", oidc::kFieldInvalid},
  };
  for (const Row& row : rows) {
    ConfigOutcome outcome = With(row.field, row.value);
    ASSERT_EQ(outcome.errors.size(), 1u) << row.field << " = " << row.value;
    EXPECT_EQ(outcome.errors[0].field, row.field);
    EXPECT_EQ(outcome.errors[0].reason, row.reason) << row.value;
  }
}

TEST_F(Generic, AnotherUserEndpointIsAnotherIssuer) {
  std::string before = stage.adapter->Issuer(stage.config);
  Use("user_url", "https://id.test/other");
  EXPECT_NE(stage.adapter->Issuer(stage.config), before);
}

TEST_F(Generic, MembersMayLieDeepAndIdsMayBeNumbers) {
  vendor().user = Parse(R"({"data":{"user":{"id":42,"mail":"alice@corp.test"}},"name":"Alice"})");
  Use("claim_id", "data.user.id");
  stage.config["claim_email"] = "data.user.mail";
  CallbackOutcome outcome = stage.LogIn();
  ASSERT_TRUE(outcome.assertion.has_value()) << outcome.reason;
  EXPECT_EQ(outcome.assertion->subject, "42");
  EXPECT_EQ(outcome.assertion->email, "alice@corp.test");
  auto mapping = stage.adapter->Mapping(stage.config, outcome.claims);
  EXPECT_EQ(mapping.at(0).value, "42");
  // A member whose name has a dot wins over the way into an object.
  vendor().user["data.user.id"] = "plain";
  EXPECT_EQ(stage.LogIn().assertion.value().subject, "plain");
}

TEST_F(Generic, Oidc05_SubjectMissingEmptyOrOfAnotherType) {
  for (const json::Value& sub :
       {json::Value(nullptr), json::Value(""), json::Value(true), json::Value(1.5),
        json::Value(json::Array{"a"}), json::Value(std::string(256, 'x')), json::Value("a\nb")}) {
    vendor().user["sub"] = sub;
    ExpectRefused(stage.LogIn(), kSubject);
  }
  vendor().user.erase("sub");
  ExpectRefused(stage.LogIn(), kSubject);
}

TEST_F(Generic, Oidc44_SubjectsAreComparedByteForByte) {
  for (const char* sub : {"Alice-1", "alice-1 ", "e\xCC\x81", "\xC3\xA9"}) {
    vendor().user["sub"] = sub;
    EXPECT_EQ(stage.LogIn().assertion.value().subject, sub);
  }
}

TEST_F(Generic, Oidc40_OnlyJsonTrueOfTheNamedMemberVerifiesAnEmail) {
  EXPECT_TRUE(stage.LogIn().assertion.value().email_verified);
  for (const json::Value& word : {json::Value(false), json::Value("true"), json::Value(1),
                                  json::Value(nullptr), json::Value(json::Array{true})}) {
    vendor().user["email_verified"] = word;
    EXPECT_FALSE(stage.LogIn().assertion.value().email_verified) << json::Serialize(word);
  }
  vendor().user["email_verified"] = true;
  Use("claim_verified", "");
  EXPECT_FALSE(stage.LogIn().assertion.value().email_verified) << "nobody's word";
  Use("claim_email", "handle");
  vendor().user["handle"] = "not an address";
  EXPECT_EQ(stage.LogIn().assertion.value().email, "");
}

TEST_F(Generic, Oidc24_AnswerOfAnotherIssuerIsStoppedBeforeTheTokenRequest) {
  Use("answer_issuer", "https://id.test");
  stage.Begin();
  Params params = stage.vendor->Authorize(stage.started.redirect_url);
  stage.vendor->requests.clear();
  params.emplace_back("iss", "https://evil.test");
  ExpectRefused(stage.End(params), oidc::kMixup);
  EXPECT_TRUE(stage.vendor->requests.empty());
  params.back().second = "https://id.test";
  EXPECT_TRUE(stage.End(params).assertion.has_value());
}

TEST_F(Generic, Oidc51_ParametersOfTheEndpointNeverOverrideOurs) {
  Use("authorization_url",
      "https://id.test/authorize?tenant=a%20b&client_id=evil&redirect_uri=https%3A%2F%2Fevil.test"
      "&sco%70e=admin&STATE=x&request_uri=https%3A%2F%2Fevil.test");
  stage.Begin();
  const std::string& url = stage.started.redirect_url;
  EXPECT_TRUE(url.starts_with("https://id.test/authorize?tenant=a%20b&")) << url;
  EXPECT_FALSE(url.contains("evil"));
  stage.vendor->Authorize(url);  // each parameter once
}

TEST_F(Generic, TokenAnswerMayBeAForm) {
  stage.Begin();
  Params params = stage.vendor->Authorize(stage.started.redirect_url);
  stage.vendor->answers["https://id.test/token"] =
      Raw(200, "access_token=from-a-form&token_type=bearer&expires_in=60",
          "application/x-www-form-urlencoded");
  ExpectRefused(stage.End(params), kTokenRefused);  // read, used, and refused by the user endpoint
  EXPECT_EQ(stage.vendor->requests.back().headers.Get("Authorization"), "Bearer from-a-form");
  for (const char* body : {"access_token=a&access_token=b&token_type=bearer", "%zz=1", ""}) {
    stage.vendor->answers["https://id.test/token"] =
        Raw(200, body, "application/x-www-form-urlencoded");
    stage.Begin();
    ExpectRefused(stage.End({{"code", "c"}}), oidc::kTokenEndpoint);
  }
  stage.vendor->answers["https://id.test/token"] =
      Raw(400, "error=invalid_grant&error_description=It+has+%3Cexpired%3E",
          "application/x-www-form-urlencoded");
  stage.Begin();
  CallbackOutcome outcome = stage.End({{"code", "c"}});
  ExpectRefused(outcome, oidc::kCodeInvalid);
  EXPECT_EQ(outcome.user_message, "It has <expired>");  // pages escape it
}

TEST_F(Generic, ErrorTextsOfTheTokenEndpoint) {
  struct Row {
    std::string body, message;
  };
  for (const Row& row :
       {Row{R"({"error":"x","error_description":"Too late."})", "Too late."},
        Row{R"({"error":"x"})", "Unable to retrieve your token"},
        Row{R"({"error":{"code":7}})", "Unable to retrieve your token"}, Row{"<html>", ""}}) {
    stage.vendor->answers["https://id.test/token"] = JsonAnswer(200, row.body);
    stage.Begin();
    CallbackOutcome outcome = stage.End({{"code", "c"}});
    ExpectRefused(outcome, oidc::kTokenEndpoint);
    EXPECT_EQ(outcome.user_message, row.message) << row.body;
  }
}

TEST_F(Generic, Oidc33_RefreshThatSpeaksForSomebodyElse) {
  json::Object data = stage.LogIn().assertion.value().data;
  vendor().user["sub"] = "bob-2";
  RefreshOutcome outcome = stage.Refresh(data);
  EXPECT_EQ(outcome.kind, RefreshOutcome::Kind::kInvalid);
  EXPECT_EQ(outcome.reason, identity::kRefreshOther);
  EXPECT_TRUE(outcome.data.empty()) << "its tokens are of no use to us";
}

TEST_F(Generic, TokenWithoutEndIsAskedWith) {
  stage.vendor->gives_refresh_token = false;
  stage.vendor->tokens_expire = false;
  json::Object data = stage.LogIn().assertion.value().data;
  stage.vendor->requests.clear();
  EXPECT_EQ(stage.Refresh(data).kind, RefreshOutcome::Kind::kValid);
  EXPECT_EQ(stage.vendor->Count("https://id.test/token"), 0u);
  data["access_token"] = "withdrawn-meanwhile";
  RefreshOutcome outcome = stage.Refresh(data);
  EXPECT_EQ(outcome.kind, RefreshOutcome::Kind::kInvalid);
  EXPECT_EQ(outcome.reason, identity::kRefreshRefused);
}

TEST_F(Generic, DamagedConfigurationOpensNothing) {
  json::Object config = stage.config;
  for (const char* member : {"client_id", "client_secret", "token_url", "user_url"}) {
    json::Object broken = config;
    broken.erase(member);
    auto started = runtime::RunSync(stage.adapter->Start(
        broken, StartInput{.state = kState, .redirect_uri = kReturnUrl, .login_hint = ""}));
    ASSERT_FALSE(started.has_value()) << member;
    EXPECT_EQ(started.error().reason, kConfigInvalid);
    EXPECT_FALSE(runtime::RunSync(stage.adapter->Refresh(broken, json::Object())).has_value());
  }
  stage.Begin();
  stage.started.flow.erase("issuer");
  auto finished = runtime::RunSync(stage.adapter->Finish(
      stage.config,
      CallbackInput{
          .params = {{"code", "c"}}, .redirect_uri = kReturnUrl, .flow = stage.started.flow}));
  ASSERT_FALSE(finished.has_value());
  EXPECT_EQ(finished.error().reason, kFlowInvalid);
}

}  // namespace
}  // namespace gatehouse::sso::oauth2::simulator
