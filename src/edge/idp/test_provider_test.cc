#include "edge/idp/test_provider.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "edge/idp/errors.h"
#include "platform/crypto/hash.h"
#include "platform/http/form.h"
#include "platform/http/url.h"
#include "platform/json/json.h"
#include "platform/runtime/runtime.h"

namespace gatehouse::idp {
namespace {

Options Good() {
  Options options;
  options.origin = "https://idp.test";
  options.product_url = "https://gate.test";
  options.client_secret = "s3cret";
  options.users = {{"alice", "alice@corp.test", true, "Alice <b>"}};
  return options;
}

using Params = std::vector<std::pair<std::string, std::string>>;

class ProviderTest : public testing::Test {
 protected:
  ProviderTest() : provider(TestProvider::Create(Good(), clock, rng).value()) {
    provider->Register(router);
  }

  http::Response Call(http::Method method, const std::string& target, std::string body = "",
                      const Params& headers = {}) {
    http::Request request;
    request.method = method;
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    if (target.contains('?')) request.query = target.substr(target.find('?') + 1);
    request.body = std::move(body);
    if (method == http::Method::kPost) {
      request.headers.Add("Content-Type", "application/x-www-form-urlencoded");
    }
    for (const auto& [name, value] : headers) request.headers.Set(name, value);
    const http::Route* route = router.Match(request, nullptr);
    EXPECT_NE(route, nullptr) << target;
    if (route == nullptr) return {};
    return runtime::RunSync(route->handler(request)).value();
  }

  static std::string Query(const Params& params) {
    std::string url = "x";
    for (const auto& [name, value] : params) {
      if (!value.empty()) http::AppendQuery(url, name, value);
    }
    return url.substr(2);
  }
  // The good authorization request with these changes; an empty value removes a parameter.
  static Params Asked(const Params& changes = {}) {
    Params params = {{"client_id", "gatehouse-demo"},
                     {"redirect_uri", "https://gate.test/cb"},
                     {"response_type", "code"},
                     {"scope", "openid email"},
                     {"state", "st"},
                     {"nonce", "no"},
                     {"code_challenge", Base64UrlEncode(crypto::Sha256(std::string(43, 'v')))},
                     {"code_challenge_method", "S256"}};
    for (const auto& [name, value] : changes) {
      std::erase_if(params, [&](const auto& item) { return item.first == name; });
      params.emplace_back(name, value);
    }
    return params;
  }
  static std::string Location(const http::Response& response, std::string_view name) {
    std::string url(response.headers.Get("Location"));
    if (!url.contains('?')) return {};
    return std::string(http::Form::Parse(url.substr(url.find('?') + 1)).value().Get(name));
  }
  std::string NewCode() {
    Params params = Asked();
    params.emplace_back("user", "alice");
    return Location(Call(http::Method::kPost, "/authorize", Query(params)), "code");
  }
  http::Response Token(const std::string& code, const Params& changes = {},
                       std::string authorization = "") {
    Params params = {
        {"grant_type", "authorization_code"},     {"code", code},
        {"redirect_uri", "https://gate.test/cb"}, {"code_verifier", std::string(43, 'v')},
        {"client_id", "gatehouse-demo"},          {"client_secret", "s3cret"}};
    for (const auto& [name, value] : changes) {
      std::erase_if(params, [&](const auto& item) { return item.first == name; });
      params.emplace_back(name, value);
    }
    Params headers;
    if (!authorization.empty()) headers.emplace_back("Authorization", authorization);
    return Call(http::Method::kPost, "/token", Query(params), headers);
  }
  static std::string ErrorOf(const http::Response& response) {
    auto body = json::ParseObject(response.body);
    return body ? std::string(json::GetString(*body, "error").value_or("")) : "not JSON";
  }

  ManualClock clock;
  SystemRng rng;
  std::unique_ptr<TestProvider> provider;
  http::Router router;
};

TEST(TestProviderOptions, BadOnesAreRefused) {
  ManualClock clock;
  SystemRng rng;
  auto refused = [&](auto change) {
    Options options = Good();
    change(options);
    auto made = TestProvider::Create(std::move(options), clock, rng);
    return !made && made.error().Is(kOptionsInvalid);
  };
  EXPECT_TRUE(refused([](Options& o) { o.users.clear(); }));
  EXPECT_TRUE(refused([](Options& o) { o.users[0].subject.clear(); }));
  EXPECT_TRUE(refused([](Options& o) { o.client_secret.clear(); }));
  EXPECT_TRUE(refused([](Options& o) { o.origin = "idp.test"; }));
  EXPECT_TRUE(refused([](Options& o) { o.product_url = "https://gate.test/"; }));
  EXPECT_TRUE(refused([](Options& o) { o.prefix = "demo/"; }));
  EXPECT_TRUE(refused([](Options& o) { o.client_jwks = "{}"; }));
}

TEST_F(ProviderTest, PageListsThePeopleAndTheFaultsEscaped) {
  http::Response page = Call(http::Method::kGet, "/authorize?" + Query(Asked()));
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(page.body.contains("Alice &lt;b&gt;")) << page.body;
  EXPECT_FALSE(page.body.contains("<b>"));
  EXPECT_FALSE(page.body.contains("<script"));
  EXPECT_FALSE(page.body.contains("style="));
  for (const FaultInfo& info : AllFaults()) EXPECT_TRUE(page.body.contains(info.name));
  std::string_view policy = page.headers.Get("Content-Security-Policy");
  EXPECT_TRUE(policy.contains("default-src 'none'; style-src 'self'"));
  EXPECT_TRUE(policy.contains("form-action 'self' https://gate.test;"));
  EXPECT_EQ(page.headers.Get("Cache-Control"), "no-store");
  EXPECT_TRUE(Call(http::Method::kGet, "/").body.contains("https://idp.test"));
  http::Response css = Call(http::Method::kGet, "/idp.css");
  EXPECT_EQ(css.headers.Get("Content-Type"), "text/css; charset=utf-8");
  EXPECT_TRUE(css.body.contains("prefers-color-scheme: dark"));
}

TEST_F(ProviderTest, ForeignReturnAddressOrClientIsNeverRedirectedTo) {
  for (const Params& change :
       {Params{{"client_id", "other"}}, Params{{"client_id", ""}}, Params{{"redirect_uri", ""}},
        Params{{"redirect_uri", "https://evil.test/"}},
        Params{{"redirect_uri", "https://gate.test.evil.test/"}},
        Params{{"redirect_uri", "https://gate.test@evil.test/"}},
        Params{{"redirect_uri", "https://gate.test/cb#x"}},
        Params{{"redirect_uri", "http://gate.test/cb"}},
        Params{{"redirect_uri", "https://gate.test"}}}) {
    for (auto [method, target] :
         {std::pair(http::Method::kGet, "/authorize?" + Query(Asked(change))),
          std::pair(http::Method::kPost, std::string("/authorize"))}) {
      Params params = Asked(change);
      params.emplace_back("user", "alice");
      http::Response response = Call(method, target, Query(params));
      EXPECT_EQ(response.status, 400);
      EXPECT_FALSE(response.headers.Has("Location"));
    }
  }
  http::Response twice = Call(http::Method::kGet, "/authorize?" + Query(Asked()) + "&state=other");
  EXPECT_EQ(twice.status, 400);
}

TEST_F(ProviderTest, BadRequestsGoBackWithTheirErrorStateAndIssuer) {
  struct Row {
    Params change;
    std::string error;
  };
  for (const Row& row : {Row{{{"response_type", "token"}}, "unsupported_response_type"},
                         Row{{{"scope", "email"}}, "invalid_scope"},
                         Row{{{"code_challenge", ""}}, "invalid_request"},
                         Row{{{"code_challenge_method", "plain"}}, "invalid_request"},
                         Row{{{"response_mode", "fragment"}}, "invalid_request"},
                         Row{{{"request", "eyJ"}}, "request_not_supported"},
                         Row{{{"request_uri", "https://x"}}, "request_uri_not_supported"},
                         Row{{{"prompt", "none"}}, "login_required"}}) {
    http::Response response = Call(http::Method::kGet, "/authorize?" + Query(Asked(row.change)));
    EXPECT_EQ(Location(response, "error"), row.error);
    EXPECT_EQ(Location(response, "state"), "st");
    EXPECT_EQ(Location(response, "iss"), "https://idp.test");
  }
}

TEST_F(ProviderTest, TokenEndpointRefusesWhatItMust) {
  EXPECT_EQ(Token(NewCode()).status, 200);
  EXPECT_EQ(ErrorOf(Token("unknown")), "invalid_grant");
  EXPECT_EQ(ErrorOf(Token(NewCode(), {{"redirect_uri", "https://gate.test/other"}})),
            "invalid_grant");
  EXPECT_EQ(ErrorOf(Token(NewCode(), {{"code_verifier", ""}})), "invalid_grant");
  EXPECT_EQ(ErrorOf(Token(NewCode(), {{"code_verifier", std::string(43, 'w')}})), "invalid_grant");
  EXPECT_EQ(ErrorOf(Token(NewCode(), {{"grant_type", "password"}})), "unsupported_grant_type");
  EXPECT_EQ(ErrorOf(Token(NewCode(), {{"client_secret", "wrong"}})), "invalid_client");
  EXPECT_EQ(ErrorOf(Token(NewCode(), {{"client_secret", ""}})), "invalid_client");
  EXPECT_EQ(ErrorOf(Token(NewCode(), {{"client_id", "other"}})), "invalid_client");
  EXPECT_EQ(ErrorOf(Token(NewCode(), {}, "Basic " + Base64Encode("gatehouse-demo:s3cret"))),
            "invalid_client")
      << "two methods at once";
  EXPECT_EQ(ErrorOf(Token(NewCode(), {{"client_secret", ""}}, "Basic !!")), "invalid_client");
  EXPECT_EQ(
      Token(NewCode(), {{"client_secret", ""}}, "Basic " + Base64Encode("gatehouse-demo:s3cret"))
          .status,
      200);
  std::string late = NewCode();
  clock.Advance(std::chrono::seconds(60));
  EXPECT_EQ(ErrorOf(Token(late)), "invalid_grant");
}

TEST_F(ProviderTest, UserinfoNeedsALivingToken) {
  auto info = [&](const std::string& token) {
    return Call(http::Method::kGet, "/userinfo", "", {{"Authorization", "Bearer " + token}});
  };
  auto answer = json::ParseObject(Token(NewCode()).body).value();
  std::string token(json::GetString(answer, "access_token").value());
  http::Response response = info(token);
  EXPECT_EQ(response.status, 200);
  auto claims = json::ParseObject(response.body).value();
  EXPECT_EQ(json::GetString(claims, "sub"), "alice");
  EXPECT_FALSE(claims.contains("name")) << "scope profile was not asked for";
  EXPECT_EQ(info("x").status, 401);
  clock.Advance(std::chrono::hours(1));
  EXPECT_EQ(info(token).status, 401);
}

TEST_F(ProviderTest, CodesAreBounded) {
  std::string first = NewCode();
  for (int i = 0; i < 1000; ++i) NewCode();
  EXPECT_EQ(ErrorOf(Token(first)), "invalid_grant");
  EXPECT_EQ(Token(NewCode()).status, 200);
}

}  // namespace
}  // namespace gatehouse::idp
