#include "control/sso/oidc/token_endpoint.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "control/sso/oidc/errors.h"
#include "control/sso/oidc/login_fixture.h"

namespace gatehouse::sso::oidc {
namespace {

http::ClientResponse Answer(int status, std::string body, std::string type = "application/json") {
  http::ClientResponse response;
  response.status = status;
  if (!type.empty()) response.headers.Add("Content-Type", type);
  response.body = std::move(body);
  return response;
}

constexpr const char* kGood =
    R"({"access_token":"a","token_type":"bearer","id_token":"x.y.z","expires_in":"60"})";

TEST(TokenAnswer, EachWayToFailHasItsName) {
  struct Row {
    http::ClientResponse answer;
    std::string_view reason;
  };
  const std::vector<Row> rows = {
      {Answer(200, kGood), ""},
      {Answer(200, kGood, "Application/JSON; charset=utf-8"), ""},
      {Answer(200, "", ""), kTokenEndpoint},
      {Answer(200, kGood, "text/html"), kTokenEndpoint},
      {Answer(200, "<html>", "text/html"), kTokenEndpoint},
      {Answer(200, R"({"access_token":"a")"), kTokenEndpoint},
      {Answer(200, "[]"), kTokenEndpoint},
      {Answer(200, R"({"access_token":"a","access_token":"b","token_type":"Bearer"})"),
       kTokenEndpoint},
      {Answer(200, R"({"error":"server_error"})"), kTokenEndpoint},
      {Answer(200, R"({"error":{"x":1}})"), kTokenEndpoint},
      {Answer(400, R"({"error":"invalid_request"})"), kTokenEndpoint},
      {Answer(400, R"({"error":"invalid_grant"})"), kCodeInvalid},
      {Answer(401, R"({"error":"invalid_client","error_description":"no such secret"})"),
       kClientAuth},
      {Answer(400, R"({"error":"unauthorized_client"})"), kClientAuth},
      {Answer(401, ""), kClientAuth},
      {Answer(404, "not found", "text/plain"), kTokenEndpoint},
      {Answer(302, "", ""), kTokenEndpoint},
      {Answer(500, kGood), kIdpUnavailable},
      {Answer(503, "<html>"), kIdpUnavailable},
      {Answer(429, ""), kIdpUnavailable},
      {Answer(200, R"({"access_token":"a","id_token":"x"})"), kTokenEndpoint},
      {Answer(200, R"({"access_token":"a","token_type":"mac","id_token":"x"})"), kTokenEndpoint},
      {Answer(200, R"({"token_type":"Bearer","id_token":"x"})"), kTokenEndpoint},
      {Answer(200, R"({"access_token":"","token_type":"Bearer","id_token":"x"})"), kTokenEndpoint},
      {Answer(200, R"({"access_token":"a\r\nX: y","token_type":"Bearer","id_token":"x"})"),
       kTokenEndpoint},
      {Answer(200, R"({"access_token":"a","token_type":"Bearer"})"), kIdTokenMissing},
      {Answer(200, R"({"access_token":"a","token_type":"Bearer","id_token":7})"), kIdTokenMissing},
  };
  for (const Row& row : rows) {
    Checks checks;
    auto tokens = ParseTokenAnswer(row.answer, Timestamp::FromSeconds(1000), checks);
    EXPECT_EQ(tokens ? "" : tokens.error().reason, row.reason) << row.answer.body;
    ASSERT_FALSE(checks.rows().empty());
    EXPECT_EQ(checks.rows().back().passed, row.reason.empty()) << row.answer.body;
  }
}

TEST(TokenAnswer, LifetimeMayBeTextAndIsBounded) {
  auto expires = [](std::string member) {
    Checks checks;
    auto tokens = ParseTokenAnswer(
        Answer(200, R"({"access_token":"a","token_type":"Bearer","id_token":"x")" + member + "}"),
        Timestamp::FromSeconds(1000), checks);
    return tokens.value().expires_at;
  };
  EXPECT_EQ(expires(R"(,"expires_in":60)"), Timestamp::FromSeconds(1060));
  EXPECT_EQ(expires(R"(,"expires_in":"60")"), Timestamp::FromSeconds(1060));
  EXPECT_EQ(expires(""), std::nullopt);
  EXPECT_EQ(expires(R"(,"expires_in":-5)"), std::nullopt);
  EXPECT_EQ(expires(R"(,"expires_in":"soon")"), std::nullopt);
  EXPECT_EQ(expires(R"(,"expires_in":1e300)"),
            Timestamp::FromSeconds(1000 + std::int64_t{10} * 365 * 24 * 3600));
}

using ClientAuthentication = LoginTest;

TEST_F(ClientAuthentication, BasicFormEncodesIdAndSecretFirst) {
  BuildConfig({{"client_id", "my client:ü"}, {"client_secret", "a b+c%d/&"}});
  Begin();
  End();
  const http::ClientRequest& request = provider.requests.at(0);
  std::string_view header = request.headers.Get("Authorization");
  ASSERT_TRUE(header.starts_with("Basic "));
  EXPECT_EQ(Base64Decode(header.substr(6)), "my+client%3A%C3%BC:a+b%2Bc%25d%2F%26");
  EXPECT_FALSE(request.body.contains("client_secret"));
}

TEST_F(ClientAuthentication, PostPutsTheSecretIntoTheBody) {
  BuildConfig({{"auth_method", "client_secret_post"}});
  Begin();
  End();
  const http::ClientRequest& request = provider.requests.at(0);
  EXPECT_FALSE(request.headers.Has("Authorization"));
  auto form = http::Form::Parse(request.body).value();
  EXPECT_EQ(form.Get("client_id"), "client-1");
  EXPECT_EQ(form.Get("client_secret"), "s3cret &:");
}

TEST_F(ClientAuthentication, PrivateKeyJwtIsForTheIssuerAloneAndFreshEachTime) {
  BuildConfig({{"auth_method", "private_key_jwt"}, {"client_secret", ""}});
  auto keys = crypto::JwkSet::Parse(json::Serialize(PublicJwks(config))).value();
  ASSERT_EQ(keys.keys.size(), 1u);
  EXPECT_FALSE(json::Serialize(PublicJwks(config)).contains("\"d\""));
  std::vector<std::string> ids;
  for (int i = 0; i < 2; ++i) {
    provider.requests.clear();
    Begin();
    End();
    const http::ClientRequest& request = provider.requests.at(0);
    EXPECT_FALSE(request.headers.Has("Authorization"));
    auto form = http::Form::Parse(request.body).value();
    EXPECT_EQ(form.Get("client_assertion_type"),
              "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    EXPECT_FALSE(form.Has("client_secret"));
    auto payload = crypto::VerifyJws(form.Get("client_assertion"), keys, {"ES256"});
    ASSERT_TRUE(payload.has_value()) << payload.error().reason;
    auto claims = json::ParseObject(*payload).value();
    EXPECT_EQ(json::GetString(claims, "aud"), "https://idp.test");
    EXPECT_EQ(json::GetString(claims, "iss"), "client-1");
    EXPECT_EQ(json::GetString(claims, "sub"), "client-1");
    EXPECT_EQ(json::GetInt(claims, "exp"), clock.Now().Seconds() + 60);
    ids.emplace_back(json::GetString(claims, "jti").value());
  }
  EXPECT_NE(ids.at(0), ids.at(1));
}

}  // namespace
}  // namespace gatehouse::sso::oidc
