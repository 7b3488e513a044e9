#pragma once

// What every kind of provider must do, whatever its dialect. A kind runs it with
//
//   INSTANTIATE_TEST_SUITE_P(Github, AdapterContract, testing::Values(ContractCase{…}));
//
// over the simulator of vendor_dialects.h that speaks its dialect.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "base/rng.h"
#include "control/identity/errors.h"
#include "control/sso/adapter.h"
#include "control/sso/oauth2/testing/vendor_dialects.h"
#include "platform/runtime/runtime.h"

namespace gatehouse::sso::oauth2::simulator {

inline constexpr const char* kReturnUrl = "https://gate.test/auth/sso/acme/";
inline constexpr const char* kState = "state-of-the-pipeline";

struct ContractCase {
  std::string kind;
  Settings settings;  // besides client_id and client_secret; good ones
  std::function<std::unique_ptr<VendorSimulator>(const Clock&)> simulator;
  std::function<std::unique_ptr<Adapter>(http::Client&, const Clock&, Rng&)> adapter;
  std::string subject = {};  // of the simulator's person
  // A setting whose change sends the client secret elsewhere, and another value for it.
  std::pair<std::string, std::string> elsewhere = {};
};

inline std::ostream& operator<<(std::ostream& out, const ContractCase& c) { return out << c.kind; }

// A log-in from Start to Finish, for the contract and for the attack tests of a kind alike.
class Stage {
 public:
  explicit Stage(const ContractCase& c)
      : case_(c), vendor(c.simulator(clock)), adapter(c.adapter(*vendor, clock, rng)) {}

  Settings GoodSettings() const {
    Settings settings = {{"client_id", std::string(kClientId)},
                         {"client_secret", std::string(kClientSecret)}};
    settings.insert(settings.end(), case_.settings.begin(), case_.settings.end());
    return settings;
  }
  ConfigOutcome Build(Settings settings, std::optional<json::Object> stored = std::nullopt) {
    auto outcome = runtime::RunSync(adapter->BuildConfig(std::move(settings), std::move(stored)));
    EXPECT_TRUE(outcome.has_value());
    return outcome ? std::move(*outcome) : ConfigOutcome{};
  }
  // The config that set-up ends with, the first option chosen.
  void SetUp() {
    ConfigOutcome built = Build(GoodSettings());
    ASSERT_TRUE(built.config.has_value())
        << built.errors.at(0).field << " " << built.errors.at(0).reason;
    config = *built.config;
    CallbackOutcome tried = LogIn(/*is_setup=*/true);
    ASSERT_TRUE(tried.assertion.has_value()) << tried.reason;
    if (tried.choice) config = adapter->WithChoice(config, tried.choice->options.front());
    vendor->requests.clear();
  }

  void Begin() {
    auto result = runtime::RunSync(adapter->Start(
        config, StartInput{.state = kState, .redirect_uri = kReturnUrl, .login_hint = ""}));
    ASSERT_TRUE(result.has_value()) << (result ? "" : result.error().reason);
    started = std::move(*result);
  }
  CallbackOutcome End(Params params, bool is_setup = false) {
    auto result = runtime::RunSync(adapter->Finish(
        config, CallbackInput{.params = std::move(params),
                              .redirect_uri = kReturnUrl,
                              .flow = started.flow,
                              .purpose = is_setup ? Purpose::kSetUp : Purpose::kLogIn}));
    EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().reason);
    return result ? std::move(*result) : CallbackOutcome{};
  }
  CallbackOutcome LogIn(bool is_setup = false) {
    Begin();
    return End(vendor->Authorize(started.redirect_url), is_setup);
  }
  RefreshOutcome Refresh(json::Object data) {
    auto result = runtime::RunSync(adapter->Refresh(config, std::move(data)));
    EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().reason);
    return result ? std::move(*result) : RefreshOutcome{};
  }

  const ContractCase case_;
  ManualClock clock;
  SeededRng rng{7};
  std::unique_ptr<VendorSimulator> vendor;
  std::unique_ptr<Adapter> adapter;
  json::Object config;
  Started started;
};

inline void ExpectRefused(const CallbackOutcome& outcome, std::string_view reason) {
  EXPECT_FALSE(outcome.assertion.has_value());
  EXPECT_EQ(outcome.reason, reason);
  ASSERT_FALSE(outcome.checks.empty());
  EXPECT_FALSE(outcome.checks.back().passed) << "the last row explains the refusal";
  EXPECT_FALSE(outcome.checks.back().expected.empty());
  EXPECT_FALSE(outcome.checks.back().received.empty());
}

// Everything that a refused or accepted log-in shows to anybody.
inline std::string ShownTo(const CallbackOutcome& outcome) {
  std::string text = json::Serialize(outcome.claims) + outcome.reason + outcome.user_message;
  for (const Check& check : outcome.checks) {
    text += check.name + check.expected + check.received;
    EXPECT_LE(check.expected.size(), 300u);
    EXPECT_LE(check.received.size(), 300u);
  }
  EXPECT_LE(outcome.user_message.size(), 300u);
  return text;
}

inline http::ClientResponse Raw(int status, std::string body, std::string type = "text/html") {
  http::ClientResponse response;
  response.status = status;
  if (!type.empty()) response.headers.Add("Content-Type", std::move(type));
  response.body = std::move(body);
  return response;
}

// Answers that no endpoint may accept.
inline std::vector<http::ClientResponse> HostileAnswers() {
  return {
      Raw(200, ""),
      Raw(200, "<html>maintenance</html>"),
      JsonAnswer(200, R"({"access_token":"a)"),
      JsonAnswer(200, std::string(10'000, '[')),
      JsonAnswer(200,
                 R"({"id":1,"id":2,"sub":"a","sub":"b","access_token":"a","access_token":"b"})"),
      JsonAnswer(200, R"({"id":1e400,"exp":1e400})"),
      JsonAnswer(200, R"("text")"),
      JsonAnswer(200, "null"),
      JsonAnswer(200, "{\"name\":\"" + std::string(2 * 1024 * 1024, 'x') + "\"}"),
      JsonAnswer(200, "{\"sub\":\"\xff\xfe\"}"),
      Raw(302, "", ""),
      JsonAnswer(403, R"({"message":"API rate limit exceeded"})"),
      Raw(404, "not found"),
      JsonAnswer(429, "{}"),
      Raw(500, "oops"),
      Raw(503, "<html>"),
  };
}

inline std::vector<Error> HostileErrors() {
  return {Error{Code::kUnavailable, "peer_unreachable", ""},
          Error{Code::kUnavailable, "peer_tls_failed", ""},
          Error{Code::kDeadlineExceeded, "peer_timeout", ""},
          Error{Code::kResourceExhausted, "peer_answer_too_large", ""},
          Error{Code::kPermissionDenied, "url_forbidden", ""}};
}

class AdapterContract : public testing::TestWithParam<ContractCase> {
 protected:
  // Runs `check` with every hostile answer at every endpoint that an honest run asks.
  static void ForEachFault(const std::vector<std::string>& urls,
                           const std::function<void(Stage&, const std::string&)>& check) {
    for (const std::string& url : urls) {
      for (const http::ClientResponse& answer : HostileAnswers()) {
        SCOPED_TRACE(url + " HTTP " + std::to_string(answer.status) + " " +
                     answer.body.substr(0, 40));
        Stage stage(GetParam());
        stage.SetUp();
        // Keys that were fetched already are good for a while: forget them.
        stage.adapter = GetParam().adapter(*stage.vendor, stage.clock, stage.rng);
        stage.vendor->answers[url] = answer;
        check(stage, url);
      }
      for (const Error& error : HostileErrors()) {
        SCOPED_TRACE(url + " " + std::string(error.reason));
        Stage stage(GetParam());
        stage.SetUp();
        stage.adapter = GetParam().adapter(*stage.vendor, stage.clock, stage.rng);
        stage.vendor->errors[url] = error;
        check(stage, url);
      }
    }
  }
  static std::vector<std::string> AskedAtLogIn() {
    Stage stage(GetParam());
    stage.SetUp();
    stage.adapter = GetParam().adapter(*stage.vendor, stage.clock, stage.rng);
    EXPECT_TRUE(stage.LogIn().assertion.has_value());
    return stage.vendor->Asked();
  }
};

TEST_P(AdapterContract, KindNameStepsAndGuideAreThere) {
  Stage stage(GetParam());
  EXPECT_EQ(stage.adapter->kind(), GetParam().kind);
  EXPECT_FALSE(stage.adapter->name().empty());
  EXPECT_TRUE(stage.adapter->summary().ends_with('.'));
  EXPECT_GE(stage.adapter->setup_steps().size(), 4u);
  EXPECT_EQ(stage.adapter->login_steps().size(), 2u);
  bool has_redirect_uri = false;
  for (const GuideStep& step : stage.adapter->Guide(kReturnUrl)) {
    EXPECT_FALSE(step.text.empty());
    has_redirect_uri = has_redirect_uri || step.value == kReturnUrl;
  }
  EXPECT_TRUE(has_redirect_uri) << "the exact value to enter at the vendor";
}

TEST_P(AdapterContract, SettingsLeftOutAreNamed) {
  Stage stage(GetParam());
  ConfigOutcome outcome = stage.Build({});
  EXPECT_FALSE(outcome.config.has_value());
  std::size_t required = 1;  // the secret, which an edit may leave out
  for (const SettingField& field : stage.adapter->fields()) required += field.required ? 1 : 0;
  EXPECT_EQ(outcome.errors.size(), required);
  for (const FieldError& error : outcome.errors) EXPECT_EQ(error.reason, "field_required");
  EXPECT_TRUE(stage.vendor->requests.empty());
}

TEST_P(AdapterContract, StoredSecretGoesToNobodyElse) {
  Stage stage(GetParam());
  stage.SetUp();
  Settings settings = stage.GoodSettings();
  std::erase_if(settings, [](const auto& item) { return item.first == "client_secret"; });
  ASSERT_TRUE(stage.Build(settings, stage.config).config.has_value()) << "left out: it is kept";
  std::vector<std::pair<std::string, std::string>> changes = {{"client_id", "another-client"}};
  if (!GetParam().elsewhere.first.empty()) changes.push_back(GetParam().elsewhere);
  for (const auto& [name, value] : changes) {
    Settings changed = settings;
    std::erase_if(changed, [&](const auto& item) { return item.first == name; });
    changed.emplace_back(name, value);
    ConfigOutcome outcome = stage.Build(changed, stage.config);
    EXPECT_FALSE(outcome.config.has_value()) << name;
    ASSERT_EQ(outcome.errors.size(), 1u) << name;
    EXPECT_EQ(outcome.errors[0].field, "client_secret");
    EXPECT_EQ(outcome.errors[0].reason, "secret_required");
  }
}

TEST_P(AdapterContract, PublicConfigHasTheShapeOfTheFormAndNoSecret) {
  Stage stage(GetParam());
  stage.SetUp();
  json::Object shown = stage.adapter->PublicConfig(stage.config);
  EXPECT_FALSE(json::Serialize(shown).contains("planted"));
  std::size_t fields = 0;
  for (const SettingField& field : stage.adapter->fields()) {
    if (field.kind == "secret") continue;
    ++fields;
    EXPECT_TRUE(shown.contains(field.name)) << field.name;
  }
  EXPECT_EQ(shown.size(), fields);
  EXPECT_EQ(shown.at("client_id").as_string(), kClientId);
}

TEST_P(AdapterContract, StartSendsEveryParameterOnceAndNoSecret) {
  Stage stage(GetParam());
  stage.SetUp();
  stage.Begin();
  const std::string& url = stage.started.redirect_url;
  auto form = http::Form::Parse(url.substr(url.find('?') + 1));
  ASSERT_TRUE(form.has_value());
  EXPECT_FALSE(form->HasDuplicates()) << url;
  EXPECT_EQ(form->Get("state"), kState);
  EXPECT_EQ(form->Get("redirect_uri"), kReturnUrl);
  EXPECT_EQ(form->Get("response_type"), "code");
  EXPECT_EQ(form->Get("client_id"), kClientId);
  EXPECT_FALSE(url.contains("planted"));
  EXPECT_FALSE(url.contains('#'));
  // The challenge is sent, its verifier stays.
  if (auto verifier = json::GetString(stage.started.flow, "verifier")) {
    EXPECT_EQ(form->Get("code_challenge_method"), "S256");
    EXPECT_EQ(form->Get("code_challenge"), Base64UrlEncode(crypto::Sha256(*verifier)));
    EXPECT_FALSE(url.contains(*verifier));
  } else {
    EXPECT_FALSE(form->Has("code_challenge"));
  }
  EXPECT_TRUE(stage.vendor->requests.empty()) << "starting asks nobody";
  Started before = std::move(stage.started);
  stage.Begin();
  if (before.flow.contains("verifier")) {
    EXPECT_NE(before.flow.at("verifier"), stage.started.flow.at("verifier"));
  }
}

TEST_P(AdapterContract, HonestLogInSaysWho) {
  Stage stage(GetParam());
  stage.SetUp();
  CallbackOutcome outcome = stage.LogIn();
  ASSERT_TRUE(outcome.assertion.has_value()) << outcome.reason;
  EXPECT_FALSE(outcome.choice.has_value()) << "a log-in chooses nothing";
  EXPECT_EQ(outcome.assertion->issuer, stage.adapter->Issuer(stage.config));
  EXPECT_EQ(outcome.assertion->subject, GetParam().subject);
  EXPECT_EQ(outcome.assertion->email, "alice@corp.test");
  EXPECT_EQ(outcome.assertion->name, "Alice Example");
  EXPECT_TRUE(identity::Assertion(*outcome.assertion).data.contains("access_token"));
  EXPECT_FALSE(outcome.assertion->data.contains("id_token"));
  for (const Check& check : outcome.checks) EXPECT_TRUE(check.passed) << check.name;
  EXPECT_FALSE(stage.adapter->Mapping(stage.config, outcome.claims).empty());
  for (const auto& mapped : stage.adapter->Mapping(stage.config, outcome.claims)) {
    if (mapped.field == "id") {
      EXPECT_NE(mapped.value, "absent");
    }
  }
  EXPECT_EQ(stage.vendor->Count(stage.vendor->token_url()), 1u);
}

TEST_P(AdapterContract, Oidc38AndOidc39_NothingIsSentBeforeTheAnswerIsInOrder) {
  Stage stage(GetParam());
  stage.SetUp();
  stage.Begin();
  const std::vector<Params> broken = {
      {},
      {{"state", kState}},
      {{"code", ""}, {"state", kState}},
      {{"code", std::string(5000, 'x')}},
      {{"code", "a"}, {"code", "b"}},
      {{"code", "a"}, {"error", "access_denied"}},
      {{"error", "a"}, {"error", "b"}},
  };
  for (const Params& params : broken) ExpectRefused(stage.End(params), "oidc_response");
  ExpectRefused(stage.End({{"error", "access_denied"}}), "oidc_access_denied");
  CallbackOutcome outcome = stage.End(
      {{"error", "server_error"},
       {"error_description", "<script>alert(1)</script>\r\nX: y" + std::string(5000, 'x')}});
  ExpectRefused(outcome, "oidc_provider_error");
  EXPECT_TRUE(outcome.user_message.starts_with("<script>alert(1)</script>  X: y"))
      << "text, which pages escape";
  ShownTo(outcome);
  EXPECT_TRUE(stage.vendor->requests.empty());
}

TEST_P(AdapterContract, Oidc45_FlowOfAnotherProviderIsStoppedBeforeTheTokenRequest) {
  Stage stage(GetParam());
  stage.SetUp();
  stage.Begin();
  Params params = stage.vendor->Authorize(stage.started.redirect_url);
  stage.started.flow["issuer"] = "https://other.test";
  ExpectRefused(stage.End(params), "oidc_mixup");
  EXPECT_TRUE(stage.vendor->requests.empty());
  // A flow without its secrets is broken, never trusted.
  for (const char* member : {"issuer", "verifier", "nonce"}) {
    stage.Begin();
    if (!stage.started.flow.contains(member)) continue;
    stage.started.flow.erase(member);
    auto result = runtime::RunSync(stage.adapter->Finish(
        stage.config,
        CallbackInput{.params = params, .redirect_uri = kReturnUrl, .flow = stage.started.flow}));
    EXPECT_FALSE(result.has_value()) << member;
  }
  EXPECT_TRUE(stage.vendor->requests.empty());
}

TEST_P(AdapterContract, Oidc22And34_TroubleAtAnyEndpointIsARefusalAndACodeIsTriedOnce) {
  ForEachFault(AskedAtLogIn(), [](Stage& stage, const std::string&) {
    CallbackOutcome outcome = stage.LogIn();
    EXPECT_FALSE(outcome.assertion.has_value());
    ExpectRefused(outcome, outcome.reason);
    EXPECT_FALSE(outcome.reason.empty());
    EXPECT_EQ(stage.vendor->Count(stage.vendor->token_url()), 1u);
    std::string shown = ShownTo(outcome);
    EXPECT_FALSE(shown.contains("planted"));
  });
}

TEST_P(AdapterContract, WrongCredentialsAndCodesAreTold) {
  Stage stage(GetParam());
  stage.SetUp();
  stage.config["client_secret"] = "planted-wrong-secret";
  ExpectRefused(stage.LogIn(), "oidc_client_auth");
  stage.config["client_secret"] = kClientSecret;
  stage.Begin();
  CallbackOutcome outcome = stage.End({{"code", "never-issued"}, {"state", kState}});
  ExpectRefused(outcome, "oidc_code_invalid");
  // A code is good for one flow: the verifier, or the vendor's memory, says so.
  Params params = stage.vendor->Authorize(stage.started.redirect_url);
  EXPECT_TRUE(stage.End(params).assertion.has_value());
  EXPECT_FALSE(stage.End(params).assertion.has_value());
}

TEST_P(AdapterContract, Audit06_NoSecretIsEverShown) {
  Stage stage(GetParam());
  stage.SetUp();
  std::vector<CallbackOutcome> outcomes;
  outcomes.push_back(stage.LogIn());
  stage.Begin();
  std::string code = stage.vendor->Authorize(stage.started.redirect_url).front().second;
  // A vendor that repeats what it was sent.
  const std::string sent =
      code + " " + std::string(json::GetString(stage.started.flow, "verifier").value_or("")) + " " +
      std::string(kClientSecret);
  stage.vendor->answers[stage.vendor->token_url()] =
      JsonAnswer(400, R"({"error":"invalid_request","error_description":"sent )" + sent + R"("})");
  outcomes.push_back(stage.End({{"code", code}, {"state", kState}}));
  EXPECT_FALSE(outcomes.back().assertion.has_value());
  std::vector<std::string> secrets = stage.vendor->secrets();
  for (const char* member : {"verifier", "nonce"}) {
    if (auto text = json::GetString(stage.started.flow, member)) secrets.emplace_back(*text);
  }
  for (const CallbackOutcome& outcome : outcomes) {
    std::string text = ShownTo(outcome);
    for (const auto& mapped : stage.adapter->Mapping(stage.config, outcome.claims)) {
      text += mapped.field + mapped.claim + mapped.value;
    }
    text += json::Serialize(stage.adapter->PublicConfig(stage.config));
    for (const std::string& secret : secrets) {
      EXPECT_FALSE(text.contains(secret)) << secret;
    }
    EXPECT_FALSE(text.contains("eyJ"));
  }
}

TEST_P(AdapterContract, SubjectsAreComparedByteForByteAndBounded) {
  Stage stage(GetParam());
  stage.SetUp();
  CallbackOutcome outcome = stage.LogIn();
  ASSERT_TRUE(outcome.assertion.has_value());
  EXPECT_FALSE(outcome.assertion->subject.contains('@')) << "an address is no key";
  EXPECT_LE(outcome.assertion->subject.size(), 255u);
  EXPECT_LE(outcome.assertion->issuer.size(), 255u);
}

// ---- refresh ------------------------------------------------------------------------------------

class RefreshContract : public AdapterContract {};

TEST_P(RefreshContract, HonestRefreshIsValidAndKeepsWhatDidNotChange) {
  Stage stage(GetParam());
  stage.SetUp();
  json::Object data = stage.LogIn().assertion.value().data;
  for (int round = 0; round < 3; ++round) {
    RefreshOutcome outcome = stage.Refresh(data);
    ASSERT_EQ(outcome.kind, RefreshOutcome::Kind::kValid) << outcome.reason << outcome.detail;
    EXPECT_TRUE(outcome.data.contains("access_token"));
    if (data.contains("refresh_token")) {
      EXPECT_NE(outcome.data.at("refresh_token"), data.at("refresh_token")) << "rotated: kept";
      EXPECT_NE(outcome.data.at("access_token"), data.at("access_token"));
    }
    data = outcome.data;
  }
}

TEST_P(RefreshContract, RefreshTokenThatIsNotRenewedStays) {
  Stage stage(GetParam());
  stage.SetUp();
  stage.vendor->gives_refresh_token = true;
  stage.vendor->tokens_expire = true;
  json::Object data = stage.LogIn().assertion.value().data;
  stage.vendor->gives_refresh_token = false;
  RefreshOutcome outcome = stage.Refresh(data);
  ASSERT_EQ(outcome.kind, RefreshOutcome::Kind::kValid) << outcome.reason << outcome.detail;
  EXPECT_EQ(outcome.data.at("refresh_token"), data.at("refresh_token"));
  EXPECT_NE(outcome.data.at("access_token"), data.at("access_token"));
}

TEST_P(RefreshContract, MissingRefreshTokenOfATokenThatEnds) {
  Stage stage(GetParam());
  stage.SetUp();
  stage.vendor->gives_refresh_token = false;
  stage.vendor->tokens_expire = true;
  json::Object data = stage.LogIn().assertion.value().data;
  stage.vendor->requests.clear();
  RefreshOutcome outcome = stage.Refresh(data);
  EXPECT_EQ(outcome.kind, RefreshOutcome::Kind::kInvalid);
  EXPECT_EQ(outcome.reason, identity::kMissingRefreshToken);
  EXPECT_EQ(outcome.detail, "Missing refresh token");
  EXPECT_TRUE(stage.vendor->requests.empty());
}

TEST_P(RefreshContract, WithdrawnTokenIsADefiniteAnswer) {
  struct Row {
    http::ClientResponse answer;
    std::string detail;
  };
  const std::vector<Row> rows = {
      {JsonAnswer(400, R"({"error":"invalid_grant","error_description":"gone"})"),
       "HTTP 400 (invalid_grant): gone"},
      {JsonAnswer(400, R"({"Error":"invalid_grant","ErrorDescription":"gone"})"),
       "HTTP 400 (invalid_grant): gone"},
      {JsonAnswer(401, R"({"error":"access_denied"})"),
       "HTTP 401 (access_denied): no description available"},
      {Raw(401, "<html>"), "HTTP 401 (unknown_error): no description available"},
  };
  for (const Row& row : rows) {
    Stage stage(GetParam());
    stage.SetUp();
    stage.vendor->gives_refresh_token = true;
    json::Object data = stage.LogIn().assertion.value().data;
    stage.vendor->answers[stage.vendor->token_url()] = row.answer;
    RefreshOutcome outcome = stage.Refresh(data);
    EXPECT_EQ(outcome.kind, RefreshOutcome::Kind::kInvalid);
    EXPECT_EQ(outcome.reason, identity::kRefreshRefused);
    EXPECT_EQ(outcome.detail, row.detail);
  }
}

// What says nothing about the identity withdraws nothing: neither an outage nor a wrong secret.
TEST_P(RefreshContract, Oidc34_TroubleAtAnyEndpointWithdrawsNothing) {
  std::vector<std::string> urls;
  {
    Stage stage(GetParam());
    stage.SetUp();
    stage.vendor->gives_refresh_token = true;
    json::Object data = stage.LogIn().assertion.value().data;
    stage.adapter = GetParam().adapter(*stage.vendor, stage.clock, stage.rng);
    stage.vendor->requests.clear();
    ASSERT_EQ(stage.Refresh(data).kind, RefreshOutcome::Kind::kValid);
    urls = stage.vendor->Asked();
  }
  ForEachFault(urls, [](Stage& stage, const std::string& url) {
    auto answers = std::exchange(stage.vendor->answers, {});
    auto errors = std::exchange(stage.vendor->errors, {});
    stage.vendor->gives_refresh_token = true;
    json::Object data = stage.LogIn().assertion.value().data;
    stage.adapter = GetParam().adapter(*stage.vendor, stage.clock, stage.rng);
    stage.vendor->answers = std::move(answers);
    stage.vendor->errors = std::move(errors);
    stage.vendor->requests.clear();
    RefreshOutcome outcome = stage.Refresh(data);
    EXPECT_EQ(outcome.kind, RefreshOutcome::Kind::kUnavailable) << outcome.reason;
    EXPECT_FALSE(outcome.reason.empty());
    EXPECT_EQ(stage.vendor->Count(stage.vendor->token_url()), 1u) << "never repeated";
    for (const std::string& secret : stage.vendor->secrets()) {
      EXPECT_FALSE(outcome.detail.contains(secret));
    }
    // Tokens that were renewed before the trouble are not lost.
    if (url != stage.vendor->token_url()) {
      ASSERT_TRUE(outcome.data.contains("refresh_token"));
      EXPECT_NE(outcome.data.at("refresh_token"), data.at("refresh_token"));
    }
  });
}

TEST_P(RefreshContract, WrongClientSecretWithdrawsNothing) {
  Stage stage(GetParam());
  stage.SetUp();
  stage.vendor->gives_refresh_token = true;
  json::Object data = stage.LogIn().assertion.value().data;
  stage.config["client_secret"] = "planted-wrong-secret";
  RefreshOutcome outcome = stage.Refresh(data);
  EXPECT_EQ(outcome.kind, RefreshOutcome::Kind::kUnavailable);
  EXPECT_EQ(outcome.reason, identity::kRefreshRejected);
}

TEST_P(RefreshContract, RefreshTokenInTheErrorTextIsConcealed) {
  Stage stage(GetParam());
  stage.SetUp();
  stage.vendor->gives_refresh_token = true;
  json::Object data = stage.LogIn().assertion.value().data;
  const std::string token(data.at("refresh_token").as_string());
  stage.vendor->answers[stage.vendor->token_url()] = JsonAnswer(
      400, R"({"error":"invalid_grant","error_description":"token )" + token + R"( is used"})");
  RefreshOutcome outcome = stage.Refresh(data);
  EXPECT_EQ(outcome.kind, RefreshOutcome::Kind::kInvalid);
  EXPECT_FALSE(outcome.detail.contains(token));
}

// Nothing but "nobody instantiates it here" would be said of a kind that does not refresh.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(AdapterContract);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RefreshContract);

}  // namespace gatehouse::sso::oauth2::simulator
