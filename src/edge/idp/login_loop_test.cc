// The whole loop over real sockets: the adapter with the real HTTP client against this provider on
// the real server, once honestly and once with each fault.

#include <gtest/gtest.h>

#include "control/sso/oidc/errors.h"
#include "control/sso/oidc/oidc_adapter.h"
#include "edge/idp/test_provider.h"
#include "platform/http/client.h"
#include "platform/http/form.h"
#include "platform/http/test_server.h"
#include "platform/http/url.h"

namespace gatehouse::idp {
namespace {

namespace oidc = sso::oidc;

constexpr const char* kSecret = "demo secret: 100% & more";

class LoginLoop : public testing::Test {
 protected:
  LoginLoop() {
    Options options;
    options.origin = "http://127.0.0.1:1";
    options.prefix = "/demo/idp";
    options.product_url = "https://gate.test";
    options.client_secret = kSecret;
    options.users = {{"alice", "alice@corp.test", true, "Alice Example"},
                     {"bob", "bob@corp.test", false, "Bob"},
                     {"carol", "", false, ""}};
    options.slow_delay = std::chrono::milliseconds(1500);
    provider = TestProvider::Create(std::move(options), server.clock, rng).value();
    provider->Register(server.router);
  }
  void SetUp() override {
    server.Start();
    origin = "http://127.0.0.1:" + std::to_string(server.server->port());
    provider->SetOrigin(origin);
    client = http::NewCurlClient({.allowed_origins = {origin}, .ca_file = {}});
    adapter = std::make_unique<oidc::OidcAdapter>(
        *client, server.clock, rng, nullptr,
        oidc::OidcOptions{.budget = std::chrono::milliseconds(700)});
    Configure();
  }
  void TearDown() override {
    adapter.reset();
    client.reset();
    server.Stop();
  }

  void Configure(sso::Settings extra = {}) {
    sso::Settings settings = {{"issuer", provider->Issuer()},
                              {"client_id", std::string(kDemoClientId)},
                              {"client_secret", kSecret}};
    settings.insert(settings.end(), extra.begin(), extra.end());
    auto outcome = runtime::RunSync(adapter->BuildConfig(settings, std::nullopt));
    ASSERT_TRUE(outcome.has_value());
    for (const sso::Check& check : outcome->checks) {
      EXPECT_TRUE(check.passed) << check.name << ": " << check.received;
    }
    ASSERT_TRUE(outcome->config.has_value());
    config = *outcome->config;
  }

  http::ClientResponse Fetch(http::ClientRequest request) {
    auto answer = runtime::RunSync(client->Send(std::move(request)));
    EXPECT_TRUE(answer.has_value()) << (answer ? "" : answer.error().reason);
    return answer.value_or(http::ClientResponse{});
  }

  // What a browser does: open the page, press a button, follow the way back.
  std::vector<std::pair<std::string, std::string>> Visit(const std::string& url,
                                                         const std::string& form) {
    http::ClientRequest page;
    page.url = url;
    EXPECT_EQ(Fetch(page).status, 200);
    http::ClientRequest press;
    press.method = http::Method::kPost;
    press.url = url.substr(0, url.find('?'));
    press.headers.Add("Content-Type", "application/x-www-form-urlencoded");
    press.body = url.substr(url.find('?') + 1) + "&" + form;
    http::ClientResponse answer = Fetch(press);
    EXPECT_EQ(answer.status, 303) << answer.body;
    std::string back(answer.headers.Get("Location"));
    EXPECT_TRUE(back.starts_with("https://gate.test/auth/sso/acme/?")) << back;
    return http::Form::Parse(back.substr(back.find('?') + 1)).value().all();
  }

  sso::CallbackOutcome Login(const std::string& form) {
    auto started = runtime::RunSync(adapter->Start(
        config, sso::StartInput{.state = "st-1", .redirect_uri = kReturn, .login_hint = "a@b"}));
    EXPECT_TRUE(started.has_value());
    sso::CallbackInput input;
    input.params = Visit(started->redirect_url, form);
    input.redirect_uri = kReturn;
    input.flow = started->flow;
    last_input = input;
    auto outcome = runtime::RunSync(adapter->Finish(config, std::move(input)));
    EXPECT_TRUE(outcome.has_value());
    return outcome.value_or(sso::CallbackOutcome{});
  }

  static constexpr const char* kReturn = "https://gate.test/auth/sso/acme/";
  SystemRng rng;
  http::TestServer server;
  std::unique_ptr<TestProvider> provider;
  std::string origin;
  std::unique_ptr<http::Client> client;
  std::unique_ptr<oidc::OidcAdapter> adapter;
  json::Object config;
  sso::CallbackInput last_input;
};

TEST_F(LoginLoop, EveryPersonAndEveryClientAuthenticationWorks) {
  for (const char* method : {"client_secret_basic", "client_secret_post", "private_key_jwt"}) {
    Configure({{"auth_method", method}});
    if (std::string_view(method) == "private_key_jwt") {
      ASSERT_TRUE(provider->SetClientKeys(json::Serialize(oidc::PublicJwks(config))));
    }
    sso::CallbackOutcome outcome = Login("user=alice");
    ASSERT_TRUE(outcome.assertion.has_value()) << method << " " << outcome.reason;
    EXPECT_EQ(outcome.assertion->issuer, provider->Issuer());
    EXPECT_EQ(outcome.assertion->subject, "alice");
    EXPECT_EQ(outcome.assertion->email, "alice@corp.test");
    EXPECT_TRUE(outcome.assertion->email_verified);
    EXPECT_EQ(outcome.assertion->name, "Alice Example");
    EXPECT_FALSE(Login("user=bob").assertion.value().email_verified);
    EXPECT_EQ(Login("user=carol").assertion.value().email, "");
  }
  Configure({{"use_userinfo", "on"}});
  EXPECT_TRUE(Login("user=alice").assertion);
}

TEST_F(LoginLoop, CancelComesBackAsARefusal) {
  sso::CallbackOutcome outcome = Login("cancel=1");
  EXPECT_EQ(outcome.reason, oidc::kAccessDenied);
  EXPECT_EQ(outcome.user_message, "The log-in was cancelled.");
}

TEST_F(LoginLoop, CodeIsGoodOnce) {
  sso::CallbackOutcome first = Login("user=alice");
  ASSERT_TRUE(first.assertion);
  auto second = runtime::RunSync(adapter->Finish(config, last_input)).value();
  EXPECT_EQ(second.reason, oidc::kCodeInvalid);
  // The replay also took back what the first one got.
  http::ClientRequest request;
  request.url = provider->Issuer() + "/userinfo";
  request.headers.Add("Authorization", "Bearer " + std::string(*json::GetString(
                                                       first.assertion->data, "access_token")));
  EXPECT_EQ(Fetch(request).status, 401);
}

TEST_F(LoginLoop, WrongClientSecretHasItsOwnName) {
  Configure({});
  config["client_secret"] = "wrong";
  EXPECT_EQ(Login("user=alice").reason, oidc::kClientAuth);
}

TEST_F(LoginLoop, EachFaultIsCaughtAndTheNextLogInWorksAgain) {
  struct Row {
    Fault fault;
    std::string_view reason;  // "": the log-in succeeds
  };
  const std::vector<Row> rows = {
      {Fault::kSkewedClock, oidc::kIat},
      {Fault::kRotatedKey, ""},
      {Fault::kUnknownKid, oidc::kKidUnknown},
      {Fault::kChangedSubject, ""},
      {Fault::kMissingEmail, ""},
      {Fault::kUnverifiedEmail, ""},
      {Fault::kWrongAudience, oidc::kAud},
      {Fault::kWrongNonce, oidc::kNonce},
      {Fault::kWrongIssuer, oidc::kIss},
      {Fault::kExpired, oidc::kExp},
      {Fault::kBadSignature, oidc::kSigInvalid},
      {Fault::kAlgNone, oidc::kAlg},
      {Fault::kSlow, oidc::kIdpUnavailable},
      {Fault::kGarbage, oidc::kTokenEndpoint},
      {Fault::kTokenError, oidc::kTokenEndpoint},
      {Fault::kUserinfoOtherSubject, oidc::kUserinfoSub},
  };
  ASSERT_EQ(rows.size(), AllFaults().size());
  for (const Row& row : rows) {
    std::string name(FaultName(row.fault));
    SCOPED_TRACE(name);
    sso::CallbackOutcome outcome = Login("user=alice&fault=" + name);
    EXPECT_EQ(outcome.reason, row.reason);
    EXPECT_EQ(outcome.assertion.has_value(), row.reason.empty());
    if (outcome.assertion) {
      const identity::Assertion& got = *outcome.assertion;
      EXPECT_EQ(got.subject, row.fault == Fault::kChangedSubject ? "alice-changed" : "alice");
      EXPECT_EQ(got.email, row.fault == Fault::kMissingEmail ? "" : "alice@corp.test");
      EXPECT_EQ(got.email_verified,
                row.fault != Fault::kMissingEmail && row.fault != Fault::kUnverifiedEmail);
    } else {
      ASSERT_FALSE(outcome.checks.empty());
      EXPECT_FALSE(outcome.checks.back().passed);
    }
    EXPECT_TRUE(Login("user=alice").assertion) << "recovers";
    server.clock.Advance(std::chrono::seconds(61));  // a forced key fetch is allowed again
  }
}

TEST_F(LoginLoop, FaultSetThroughTheEndpointAppliesOnceOrUntilCleared) {
  auto set = [&](std::string body, std::string type = "application/json") {
    http::ClientRequest request;
    request.method = http::Method::kPost;
    request.url = provider->Issuer() + "/faults";
    request.headers.Add("Content-Type", std::move(type));
    request.body = std::move(body);
    return Fetch(std::move(request)).status;
  };
  EXPECT_EQ(set(R"({"fault":"expired"})"), 200);
  EXPECT_EQ(Login("user=alice").reason, oidc::kExp);
  EXPECT_EQ(Login("user=alice").reason, "");
  EXPECT_EQ(set(R"({"fault":"wrong_nonce","sticky":true})"), 200);
  EXPECT_EQ(Login("user=alice").reason, oidc::kNonce);
  EXPECT_EQ(Login("user=alice&fault=expired").reason, oidc::kExp) << "the page's choice wins";
  EXPECT_EQ(Login("user=alice").reason, oidc::kNonce);
  EXPECT_EQ(set(R"({"fault":""})"), 200);
  EXPECT_EQ(Login("user=alice").reason, "");
  EXPECT_EQ(Login("user=alice&fault=expired&sticky=1").reason, oidc::kExp);
  EXPECT_EQ(Login("user=alice").reason, oidc::kExp);
  EXPECT_EQ(Login("user=alice&clear=1").reason, "");
  EXPECT_EQ(set(R"({"fault":"no_such"})"), 400);
  EXPECT_EQ(set(R"({"fault":"expired"})", "text/plain"), 400);
  EXPECT_EQ(set("fault=expired", "application/x-www-form-urlencoded"), 400);
  EXPECT_EQ(Login("user=alice").reason, "");
}

}  // namespace
}  // namespace gatehouse::idp
