// The refresh-token grant of the OpenID Connect adapter.

#include "control/identity/errors.h"
#include "control/sso/oidc/login_fixture.h"

namespace gatehouse::sso::oidc {
namespace {

using Kind = RefreshOutcome::Kind;

constexpr const char* kTokenUrl = "https://idp.test/token";

class RefreshTest : public LoginTest {
 protected:
  RefreshTest() {
    CallbackOutcome outcome = Login();
    EXPECT_TRUE(outcome.assertion.has_value());
    data = outcome.assertion->data;
    provider.requests.clear();
    provider.id_token.clear();
  }
  RefreshOutcome Refresh() {
    auto result = runtime::RunSync(adapter.Refresh(config, data));
    EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().reason);
    return result ? *result : RefreshOutcome{};
  }
  void Answers(int status, std::string body, std::string type = "application/json") {
    http::ClientResponse response;
    response.status = status;
    response.headers.Add("Content-Type", type);
    response.body = std::move(body);
    provider.answers[kTokenUrl] = std::move(response);
  }
  void Expect(Kind kind, std::string_view reason) {
    const RefreshOutcome outcome = Refresh();
    EXPECT_EQ(outcome.kind, kind);
    EXPECT_EQ(outcome.reason, reason) << outcome.detail;
    for (const char* secret : {"rt-456", "at-123", "s3cret", "rt-new"}) {
      EXPECT_FALSE(outcome.detail.contains(secret)) << outcome.detail;
    }
    if (kind == Kind::kInvalid) EXPECT_TRUE(outcome.data.empty());
    // Nothing, or whole tokens: renewed before the trouble.
    EXPECT_TRUE(outcome.data.empty() || outcome.data.contains("refresh_token"))
        << "no {} is stored";
  }

  json::Object data;
};

TEST_F(RefreshTest, SendsTheGrantWithOurCredentialsAndKeepsARotatedToken) {
  Answers(200, R"({"access_token":"at-new","token_type":"Bearer","refresh_token":"rt-new",
                   "expires_in":60})");
  const RefreshOutcome outcome = Refresh();
  ASSERT_EQ(outcome.kind, Kind::kValid);
  EXPECT_EQ(json::GetString(outcome.data, "access_token"), "at-new");
  EXPECT_EQ(json::GetString(outcome.data, "refresh_token"), "rt-new");
  EXPECT_EQ(json::GetInt(outcome.data, "expires_at"), clock.Now().Seconds() + 60);
  EXPECT_EQ(json::GetString(outcome.data, kDataSubject), "alice-1");
  ASSERT_EQ(provider.requests.size(), 1u);
  const http::ClientRequest& request = provider.requests[0];
  auto form = http::Form::Parse(request.body).value();
  EXPECT_EQ(form.Get("grant_type"), "refresh_token");
  EXPECT_EQ(form.Get("refresh_token"), "rt-456");
  EXPECT_FALSE(form.Has("code"));
  EXPECT_FALSE(form.Has("redirect_uri"));
  EXPECT_TRUE(request.headers.Get("Authorization").starts_with("Basic "));
}

TEST_F(RefreshTest, ATokenThatIsNotRotatedStays) {
  Answers(200, R"({"access_token":"at-new","token_type":"Bearer"})");
  const RefreshOutcome outcome = Refresh();
  ASSERT_EQ(outcome.kind, Kind::kValid);
  EXPECT_EQ(json::GetString(outcome.data, "refresh_token"), "rt-456");
  EXPECT_FALSE(outcome.data.contains("expires_at")) << "that of the old access token";
}

// sso.md 106
TEST_F(RefreshTest, WithoutARefreshTokenNobodyIsAsked) {
  data.erase("refresh_token");
  const RefreshOutcome outcome = Refresh();
  EXPECT_EQ(outcome.kind, Kind::kInvalid);
  EXPECT_EQ(outcome.reason, identity::kMissingRefreshToken);
  EXPECT_EQ(outcome.detail, "Missing refresh token");
  EXPECT_TRUE(provider.requests.empty());
}

TEST_F(RefreshTest, WithdrawnForGood) {
  Answers(400, R"({"error":"invalid_grant","error_description":"Token expired"})");
  EXPECT_EQ(Refresh().detail, "HTTP 400 (invalid_grant): Token expired");
  Expect(Kind::kInvalid, identity::kRefreshRefused);
  Answers(401, "");
  Expect(Kind::kInvalid, identity::kRefreshRefused);
}

// OIDC-34
TEST_F(RefreshTest, Oidc34_AnythingElseSaysNothingAboutTheIdentity) {
  Answers(500, "oops");
  Expect(Kind::kUnavailable, identity::kRefreshFailed);
  Answers(429, "{}");
  Expect(Kind::kUnavailable, identity::kRefreshFailed);
  Answers(403, "{}");
  Expect(Kind::kUnavailable, identity::kRefreshRejected);
  Answers(400, R"({"error":"invalid_request"})");
  Expect(Kind::kUnavailable, identity::kRefreshRejected);
  Answers(401, R"({"error":"invalid_client"})");
  Expect(Kind::kUnavailable, identity::kRefreshRejected);
  Answers(200, R"({"error":"temporarily_unavailable"})");
  Expect(Kind::kUnavailable, identity::kRefreshRejected);
  for (const char* body : {"", "<html>", R"({"access_token":"at)", "{}", "[]", "null",
                           R"({"access_token":"","token_type":"Bearer"})"}) {
    Answers(200, body);
    Expect(Kind::kUnavailable, identity::kRefreshGarbled);
  }
  Answers(200, "<html>", "text/html");
  Expect(Kind::kUnavailable, identity::kRefreshGarbled);
  provider.answers.clear();
  provider.errors.insert_or_assign(kTokenUrl, Error{Code::kDeadlineExceeded, "peer_timeout", ""});
  Expect(Kind::kUnavailable, identity::kRefreshTimeout);
  provider.errors.insert_or_assign(kTokenUrl, Error{Code::kUnavailable, "peer_unreachable", ""});
  Expect(Kind::kUnavailable, identity::kRefreshFailed);
}

TEST_F(RefreshTest, AStoppingProcessSaysSo) {
  provider.errors.insert_or_assign(kTokenUrl, Error{Code::kCancelled, "cancelled", ""});
  auto result = runtime::RunSync(adapter.Refresh(config, data));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, Code::kCancelled);
}

// OIDC-33
TEST_F(RefreshTest, Oidc33_AnIdTokenOfSomebodyElseInvalidatesTheIdentity) {
  json::Object claims = provider.Claims("");
  claims.erase("nonce");
  provider.id_token = provider.Sign(claims);
  EXPECT_EQ(Refresh().kind, Kind::kValid);
  claims["sub"] = "mallory";
  provider.id_token = provider.Sign(claims);
  Expect(Kind::kInvalid, identity::kRefreshOther);
  claims["sub"] = "ALICE-1";
  provider.id_token = provider.Sign(claims);
  Expect(Kind::kInvalid, identity::kRefreshOther);
  claims["sub"] = "alice-1";
  claims["iss"] = "https://evil.test";
  provider.id_token = provider.Sign(claims);
  Expect(Kind::kInvalid, identity::kRefreshOther);
}

TEST_F(RefreshTest, AnIdTokenThatDoesNotHoldIsNoAnswer) {
  json::Object claims = provider.Claims("");
  const std::string good = provider.Sign(claims);
  provider.id_token = good.substr(0, good.size() - 6) + "AAAAAA";
  Expect(Kind::kUnavailable, identity::kRefreshGarbled);
  claims["aud"] = "client-2";
  provider.id_token = provider.Sign(claims);
  Expect(Kind::kUnavailable, identity::kRefreshGarbled);
}

TEST_F(RefreshTest, PrivateKeyJwtAuthenticatesTheGrantToo) {
  BuildConfig({{"auth_method", "private_key_jwt"}, {"client_secret", ""}});
  EXPECT_EQ(Refresh().kind, Kind::kValid);
  auto form = http::Form::Parse(provider.requests.at(0).body).value();
  EXPECT_TRUE(form.Has("client_assertion"));
  EXPECT_FALSE(form.Has("client_secret"));
}

}  // namespace
}  // namespace gatehouse::sso::oidc
