#pragma once

// For tests and benchmarks: an http::Client that plays an OpenID provider, honest unless a member
// is changed. Everything it was asked is recorded, so that a test can prove that no further request
// was made. Thread-safe as far as `requests` and `Count` go.

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "base/clock.h"
#include "control/sso/oidc/id_token.h"
#include "platform/crypto/jose.h"
#include "platform/http/client.h"
#include "platform/http/form.h"
#include "platform/json/json.h"
#include "platform/runtime/runtime.h"

namespace gatehouse::sso::oidc {

class ScriptedProvider final : public http::Client {
 public:
  explicit ScriptedProvider(const Clock& clock, std::string_view alg = "ES256")
      : clock_(clock), keys{NewKey(alg, "k1")} {
    discovery = json::ParseObject(R"({
      "issuer": "https://idp.test",
      "authorization_endpoint": "https://idp.test/authorize",
      "token_endpoint": "https://idp.test/token",
      "userinfo_endpoint": "https://idp.test/userinfo",
      "jwks_uri": "https://idp.test/jwks",
      "response_types_supported": ["code"],
      "subject_types_supported": ["public"],
      "id_token_signing_alg_values_supported": ["RS256", "ES256", "EdDSA"],
      "token_endpoint_auth_methods_supported":
        ["client_secret_basic", "client_secret_post", "private_key_jwt"],
      "token_endpoint_auth_signing_alg_values_supported": ["RS256", "ES256"]
    })")
                    .value();
    userinfo = json::ParseObject(R"({"sub": "alice-1", "email": "alice@corp.test"})").value();
  }

  static crypto::Jwk NewKey(std::string_view alg, std::string kid) {
    auto key = crypto::Jwk::GeneratePrivate(alg, std::move(kid));
    GH_CHECK(key.has_value());
    return *key;
  }

  Task<http::ClientResponse> Send(http::ClientRequest request) override {
    {
      std::lock_guard lock(mutex_);
      requests.push_back(request);
    }
    if (delay > Duration::zero()) GH_CO_TRY_VOID(co_await runtime::Sleep(delay));
    co_return Answer(request);
  }

  std::size_t Count(std::string_view url) const {
    std::lock_guard lock(mutex_);
    std::size_t n = 0;
    for (const http::ClientRequest& request : requests) n += request.url == url;
    return n;
  }

  // ---- what it says ---------------------------------------------------------------------------
  json::Object Claims(std::string_view nonce) const {
    std::int64_t now = clock_.Now().Seconds();
    json::Object claims;
    claims["iss"] = "https://idp.test";
    claims["aud"] = "client-1";
    claims["sub"] = "alice-1";
    claims["exp"] = now + 300;
    claims["iat"] = now;
    claims["nonce"] = nonce;
    claims["email"] = "alice@corp.test";
    claims["email_verified"] = true;
    claims["name"] = "Alice";
    return claims;
  }
  std::string Sign(const json::Object& claims, const json::Object& header = {}) const {
    auto token = crypto::SignJws(keys.front(), header, json::Serialize(claims));
    GH_CHECK(token.has_value());
    return *token;
  }
  json::Object TokenAnswer(std::string_view token) const {
    json::Object answer;
    answer["access_token"] = "at-123";
    answer["token_type"] = "Bearer";
    answer["refresh_token"] = "rt-456";
    answer["expires_in"] = 3600;
    answer["id_token"] = token;
    return answer;
  }
  std::string Jwks() const {
    json::Array list;
    for (const crypto::Jwk& key : keys) list.emplace_back(key.PublicJwk());
    json::Object out;
    out["keys"] = std::move(list);
    return json::Serialize(out);
  }

 private:
  static http::ClientResponse Json(int status, std::string body) {
    http::ClientResponse response;
    response.status = status;
    response.headers.Add("Content-Type", "application/json;charset=UTF-8");
    response.body = std::move(body);
    return response;
  }

  Result<http::ClientResponse> Answer(const http::ClientRequest& request) {
    if (auto found = errors.find(request.url); found != errors.end()) {
      return std::unexpected(found->second);
    }
    if (auto found = answers.find(request.url); found != answers.end()) return found->second;
    if (request.url.ends_with("/.well-known/openid-configuration")) {
      return Json(200, json::Serialize(discovery));
    }
    if (request.url == "https://idp.test/jwks") {
      http::ClientResponse response = Json(200, Jwks());
      if (!cache_control.empty()) response.headers.Add("Cache-Control", cache_control);
      return response;
    }
    if (request.url == "https://idp.test/token") {
      return Json(200, json::Serialize(TokenAnswer(id_token)));
    }
    if (request.url == "https://idp.test/userinfo") return Json(200, json::Serialize(userinfo));
    return Fail(Code::kUnavailable, "peer_unreachable", request.url);
  }

  const Clock& clock_;
  mutable std::mutex mutex_;

 public:
  json::Object discovery;
  json::Object userinfo;
  std::vector<crypto::Jwk> keys;  // the first one signs
  std::string id_token;
  std::string cache_control;
  Duration delay{0};
  std::map<std::string, http::ClientResponse> answers;  // by URL: instead of the honest one
  std::map<std::string, Error> errors;
  std::vector<http::ClientRequest> requests;
};

// Value of a query parameter; "" if it does not occur exactly once.
inline std::string QueryValue(const std::string& url, std::string_view name) {
  auto form = http::Form::Parse(std::string_view(url).substr(url.find('?') + 1));
  if (!form) return {};
  auto one = form->One(name);
  return one && *one ? std::string(**one) : std::string();
}

inline const Check* FindCheck(const std::vector<Check>& checks, std::string_view name) {
  for (const Check& check : checks) {
    if (check.name == name) return &check;
  }
  return nullptr;
}

}  // namespace gatehouse::sso::oidc
