#pragma once

// For tests: an http::Client that plays a vendor, honest unless a member is changed. It keeps its
// side of the code grant: codes are good once, for the redirect URI and the PKCE challenge they
// were asked with; refresh tokens rotate; client credentials are checked. Everything that it was
// asked is recorded, and every secret that it issued is remembered, so that tests can look for them
// where they must not be. The dialects are in vendor_dialects.h.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/jose.h"
#include "platform/http/client.h"
#include "platform/http/form.h"
#include "platform/json/json.h"

namespace gatehouse::sso::oauth2::simulator {

inline constexpr std::string_view kClientId = "client-1";
inline constexpr std::string_view kClientSecret = "planted-client-secret &:";

using Params = std::vector<std::pair<std::string, std::string>>;

// One for the whole run: RSA keys are dear.
inline const crypto::Jwk& SigningKey() {
  static const crypto::Jwk key = crypto::Jwk::GeneratePrivate("RS256", "vendor-1").value();
  return key;
}

inline http::ClientResponse JsonAnswer(int status, std::string body) {
  http::ClientResponse response;
  response.status = status;
  response.headers.Add("Content-Type", "application/json; charset=utf-8");
  response.body = std::move(body);
  return response;
}

inline json::Object Parse(std::string_view text) { return json::ParseObject(text).value(); }

class VendorSimulator : public http::Client {
 public:
  VendorSimulator(const Clock& clock, std::string authorization, std::string token)
      : clock_(clock), authorization_(std::move(authorization)), token_(std::move(token)) {}

  // The person agrees: what the browser comes back with.
  Params Authorize(const std::string& url) {
    auto [base, query] = std::pair(url.substr(0, url.find('?')), url.substr(url.find('?') + 1));
    EXPECT_EQ(base, authorization_);
    auto form = http::Form::Parse(query);
    EXPECT_TRUE(form && !form->HasDuplicates()) << url;
    if (!form) return {};
    EXPECT_EQ(form->Get("response_type"), "code");
    EXPECT_EQ(form->Get("client_id"), kClientId);
    Grant grant{.nonce = std::string(form->Get("nonce")),
                .challenge = std::string(form->Get("code_challenge")),
                .redirect_uri = std::string(form->Get("redirect_uri"))};
    std::string code = Secret("planted-code");
    codes_[code] = std::move(grant);
    return {{"code", code}, {"state", std::string(form->Get("state"))}};
  }

  Task<http::ClientResponse> Send(http::ClientRequest request) override {
    requests.push_back(request);
    co_return Answer(request);
  }

  // Requests whose URL, without its query, is this.
  std::size_t Count(std::string_view url) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        requests, [&](const http::ClientRequest& r) { return Path(r.url) == url; }));
  }
  // Every URL asked so far, without queries, each once.
  std::vector<std::string> Asked() const {
    std::vector<std::string> urls;
    for (const http::ClientRequest& request : requests) {
      std::string url = Path(request.url);
      if (std::ranges::find(urls, url) == urls.end()) urls.push_back(std::move(url));
    }
    return urls;
  }
  const std::string& token_url() const { return token_; }
  const std::vector<std::string>& secrets() const { return secrets_; }

  static std::string Path(const std::string& url) { return url.substr(0, url.find('?')); }

  // ---- what a test may change -------------------------------------------------------------------
  std::map<std::string, http::ClientResponse> answers;  // by URL without query: the whole answer
  std::map<std::string, Error> errors;                  // likewise: no answer at all
  std::function<void(json::Object&)> change_token;      // the token endpoint's good answer
  std::function<void(json::Object&)> change_claims;     // of ID tokens, before they are signed
  std::function<std::string(const json::Object&)> sign = [](const json::Object& claims) {
    return crypto::SignJws(SigningKey(), {}, json::Serialize(claims)).value();
  };
  bool gives_refresh_token = true;
  bool tokens_expire = true;
  std::vector<http::ClientRequest> requests;

 protected:
  struct Grant {
    std::string nonce, challenge, redirect_uri;
  };

  // Members of a good token answer besides the tokens; `nonce` is "" at a refresh.
  virtual void AddToTokenAnswer(json::Object& /*answer*/, const std::string& /*nonce*/) {}
  // An error of the token endpoint, in the vendor's words and with its status.
  virtual http::ClientResponse TokenError(std::string_view error, std::string_view description) {
    json::Object body;
    body["error"] = error;
    body["error_description"] = description;
    return JsonAnswer(error == "invalid_client" ? 401 : 400, json::Serialize(body));
  }
  // Endpoints that need no token; std::nullopt if it is none of them.
  virtual std::optional<http::ClientResponse> Open(const std::string& /*path*/) { return {}; }
  // Endpoints that need one.
  virtual std::optional<http::ClientResponse> Api(const std::string& path,
                                                  const http::Form& query) = 0;

  std::string IdToken(json::Object claims, const std::string& nonce, std::string_view issuer) {
    claims["iss"] = issuer;
    claims["aud"] = kClientId;
    claims["iat"] = clock_.Now().Seconds();
    claims["exp"] = clock_.Now().Seconds() + 300;
    if (!nonce.empty()) claims["nonce"] = nonce;
    if (change_claims) change_claims(claims);
    std::string token = sign(claims);
    secrets_.push_back(token);
    return token;
  }
  static std::string Jwks() {
    json::Object out;
    out["keys"] = json::Array{SigningKey().PublicJwk()};
    return json::Serialize(out);
  }
  std::string Secret(std::string_view what) {
    secrets_.push_back(std::string(what) + "-" + std::to_string(secrets_.size()) + "-of-the-run");
    return secrets_.back();
  }

 private:
  Result<http::ClientResponse> Answer(const http::ClientRequest& request) {
    const std::string path = Path(request.url);
    if (auto found = errors.find(path); found != errors.end()) {
      return std::unexpected(found->second);
    }
    if (auto found = answers.find(path); found != answers.end()) return found->second;
    if (path == token_) return Token(request);
    if (auto open = Open(path)) return *open;
    std::string_view bearer = request.headers.Get("Authorization");
    if (bearer != "Bearer " + access_token_) {
      return JsonAnswer(401, R"({"message":"Bad credentials"})");
    }
    std::size_t mark = request.url.find('?');
    auto query = http::Form::Parse(mark == std::string::npos ? "" : request.url.substr(mark + 1));
    if (query) {
      if (auto answer = Api(path, *query)) return *answer;
    }
    return JsonAnswer(404, R"({"message":"Not Found"})");
  }

  bool KnowsClient(const http::ClientRequest& request, const http::Form& form) const {
    std::string_view header = request.headers.Get("Authorization");
    if (!header.starts_with("Basic ")) {
      return form.Get("client_id") == kClientId && form.Get("client_secret") == kClientSecret;
    }
    std::string decoded = Base64Decode(header.substr(6)).value_or("");
    std::size_t colon = decoded.find(':');
    if (colon == std::string::npos) return false;
    return http::PercentDecode(decoded.substr(0, colon), true) == kClientId &&
           http::PercentDecode(decoded.substr(colon + 1), true) == kClientSecret;
  }

  http::ClientResponse Token(const http::ClientRequest& request) {
    auto form = http::Form::Parse(request.body);
    EXPECT_TRUE(form && !form->HasDuplicates()) << "a token request with a field twice";
    if (!form) return TokenError("invalid_request", "no form");
    if (!KnowsClient(request, *form)) return TokenError("invalid_client", "unknown client");
    std::string nonce;
    if (form->Get("grant_type") == "refresh_token") {
      std::string token(form->Get("refresh_token"));
      if (token.empty() || token != refresh_token_) {
        return TokenError("invalid_grant", "the token " + token + " is not known");
      }
    } else {
      auto found = codes_.find(std::string(form->Get("code")));
      if (found == codes_.end()) return TokenError("invalid_grant", "the code is not known");
      Grant grant = std::move(found->second);
      codes_.erase(found);
      std::string verifier(form->Get("code_verifier"));
      if (grant.redirect_uri != form->Get("redirect_uri") ||
          (!grant.challenge.empty() &&
           Base64UrlEncode(crypto::Sha256(verifier)) != grant.challenge)) {
        return TokenError("invalid_grant", "not what the code was asked with");
      }
      nonce = grant.nonce;
    }
    json::Object answer;
    access_token_ = Secret("planted-access-token");
    answer["access_token"] = access_token_;
    answer["token_type"] = "Bearer";
    if (tokens_expire) answer["expires_in"] = 3600;
    if (gives_refresh_token) {
      refresh_token_ = Secret("planted-refresh-token");
      answer["refresh_token"] = refresh_token_;
    }
    AddToTokenAnswer(answer, nonce);
    if (change_token) change_token(answer);
    return JsonAnswer(200, json::Serialize(answer));
  }

  const Clock& clock_;
  const std::string authorization_;
  const std::string token_;
  std::map<std::string, Grant> codes_;
  std::string access_token_, refresh_token_;
  std::vector<std::string> secrets_{std::string(kClientSecret)};
};

}  // namespace gatehouse::sso::oauth2::simulator
