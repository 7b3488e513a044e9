// The endpoints that clients call: discovery, keys, token, userinfo.

#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"
#include "edge/idp/impl.h"
#include "platform/crypto/hash.h"
#include "platform/runtime/runtime.h"

namespace gatehouse::idp {
namespace {

constexpr std::int64_t kIdTokenSeconds = 300;
constexpr std::int64_t kAccessSeconds = 3600;
constexpr std::int64_t kSkew = 600;
constexpr std::size_t kPublishedKeys = 3;
constexpr std::string_view kAssertionType =
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

json::Array Names(std::initializer_list<std::string_view> names) {
  json::Array out;
  for (std::string_view name : names) out.emplace_back(name);
  return out;
}

// What the scopes allow to say about the person, as the fault has it.
void AddProfile(json::Object& claims, const User& user, std::string_view scope, Fault fault) {
  if (HasScope(scope, "profile") && !user.name.empty()) claims["name"] = user.name;
  if (!HasScope(scope, "email") || user.email.empty() || fault == Fault::kMissingEmail) return;
  claims["email"] = user.email;
  claims["email_verified"] = user.email_verified && fault != Fault::kUnverifiedEmail;
}

std::string Subject(const User& user, Fault fault) {
  return fault == Fault::kChangedSubject ? user.subject + "-changed" : user.subject;
}

}  // namespace

http::Response TestProvider::Impl::Discovery() const {
  const std::string issuer = Issuer();
  json::Object out;
  out["issuer"] = issuer;
  out["authorization_endpoint"] = issuer + "/authorize";
  out["token_endpoint"] = issuer + "/token";
  out["userinfo_endpoint"] = issuer + "/userinfo";
  out["jwks_uri"] = issuer + "/jwks";
  out["response_types_supported"] = Names({"code"});
  out["response_modes_supported"] = Names({"query"});
  out["grant_types_supported"] = Names({"authorization_code"});
  out["subject_types_supported"] = Names({"public"});
  out["id_token_signing_alg_values_supported"] = Names({"RS256", "ES256"});
  out["scopes_supported"] = Names({"openid", "email", "profile"});
  out["claims_supported"] = Names(
      {"iss", "sub", "aud", "exp", "iat", "nonce", "at_hash", "email", "email_verified", "name"});
  out["token_endpoint_auth_methods_supported"] =
      Names({"client_secret_basic", "client_secret_post", "private_key_jwt"});
  out["token_endpoint_auth_signing_alg_values_supported"] = Names({"RS256", "ES256", "EdDSA"});
  out["code_challenge_methods_supported"] = Names({"S256"});
  out["authorization_response_iss_parameter_supported"] = true;
  out["request_parameter_supported"] = false;
  out["request_uri_parameter_supported"] = false;
  return http::Response::Json(200, json::Serialize(out));
}

http::Response TestProvider::Impl::Jwks() {
  json::Array list;
  {
    std::lock_guard lock(mutex);
    for (const crypto::Jwk& key : keys) {
      json::Object jwk = key.PublicJwk();
      jwk["use"] = "sig";
      jwk["alg"] = key.alg();
      list.emplace_back(std::move(jwk));
    }
  }
  json::Object out;
  out["keys"] = std::move(list);
  http::Response response = http::Response::Json(200, json::Serialize(out));
  response.headers.Set("Cache-Control", "max-age=600");
  return response;
}

// RFC 7523 §3. REQUIRES: mutex is held.
bool TestProvider::Impl::AssertionHolds(std::string_view assertion) {
  if (!client_keys) return false;
  auto payload = crypto::VerifyJws(assertion, *client_keys, {"RS256", "PS256", "ES256", "EdDSA"});
  if (!payload) return false;
  auto claims = json::ParseObject(*payload);
  if (!claims) return false;
  std::int64_t now = clock.Now().Seconds();
  auto exp = json::GetInt(*claims, "exp");
  auto jti = json::GetString(*claims, "jti");
  bool holds = json::GetString(*claims, "iss") == options.client_id &&
               json::GetString(*claims, "sub") == options.client_id &&
               json::GetString(*claims, "aud") == Issuer() && exp && *exp > now &&
               *exp <= now + 600 && jti && !jti->empty() && jti->size() <= 256 &&
               seen_jti.Find(*jti) == nullptr;
  if (holds) seen_jti.Put(std::string(*jti), clock.Now());
  return holds;
}

// One of the three methods, never two at once (RFC 6749 §2.3). REQUIRES: mutex is held.
bool TestProvider::Impl::ClientIsKnown(const http::Request& request, const http::Form& form) {
  std::string_view header = request.headers.Get("Authorization");
  bool basic = !header.empty();
  bool post = form.Has("client_secret");
  bool assertion = form.Has("client_assertion") || form.Has("client_assertion_type");
  if (basic + post + assertion != 1) return false;
  if (form.Has("client_id") && form.Get("client_id") != options.client_id) return false;
  if (assertion) {
    return form.Get("client_assertion_type") == kAssertionType &&
           AssertionHolds(form.Get("client_assertion"));
  }
  if (post) {
    return form.Get("client_id") == options.client_id &&
           crypto::ConstantTimeEqual(form.Get("client_secret"), options.client_secret);
  }
  auto [scheme, value] = SplitOnce(header, ' ');
  auto text = Base64Decode(value);
  if (!EqualsIgnoreCase(scheme, "Basic") || !text) return false;
  auto [raw_id, raw_secret] = SplitOnce(*text, ':');
  auto id = http::PercentDecode(raw_id, true);
  auto secret = http::PercentDecode(raw_secret, true);
  return id && secret && *id == options.client_id &&
         crypto::ConstantTimeEqual(*secret, options.client_secret);
}

Task<http::Response> TestProvider::Impl::Token(http::Request& request) {
  auto form = http::Form::Parse(request.body);
  std::string_view type = SplitOnce(request.headers.Get("Content-Type"), ';').first;
  if (!form || form->HasDuplicates() ||
      !EqualsIgnoreCase(Trim(type), "application/x-www-form-urlencoded")) {
    co_return OAuthError(400, "invalid_request", "not a form, or a parameter occurs twice");
  }
  http::Response answer;
  Fault fault_of_grant = Fault::kNone;
  {
    std::lock_guard lock(mutex);
    if (!ClientIsKnown(request, *form)) {
      http::Response refused = OAuthError(401, "invalid_client", "client authentication failed");
      refused.headers.Set("WWW-Authenticate", "Basic realm=\"token\"");
      co_return refused;
    }
    if (form->Get("grant_type") != "authorization_code") {
      co_return OAuthError(400, "unsupported_grant_type", "only authorization_code");
    }
    std::string_view code = form->Get("code");
    CodeGrant* grant = codes.Find(code);
    if (grant == nullptr) co_return OAuthError(400, "invalid_grant", "unknown code");
    fault_of_grant = grant->fault;
    answer = Redeem(*form, *grant);
  }
  if (answer.status == 200 && fault_of_grant == Fault::kSlow) {
    GH_CO_TRY_VOID(co_await runtime::Sleep(options.slow_delay));
  }
  co_return answer;
}

// REQUIRES: mutex is held.
http::Response TestProvider::Impl::Redeem(const http::Form& form, CodeGrant& grant) {
  if (grant.used) {
    // Somebody else had it before: what it gave is worth nothing any more (RFC 6749 §4.1.2).
    if (AccessGrant* token = access.Find(grant.access_token)) token->revoked = true;
    return OAuthError(400, "invalid_grant", "the code was used before");
  }
  grant.used = true;
  if (clock.Now() >= grant.expires) return OAuthError(400, "invalid_grant", "the code expired");
  if (form.Get("redirect_uri") != grant.request.redirect_uri) {
    return OAuthError(400, "invalid_grant", "another return address");
  }
  std::string_view verifier = form.Get("code_verifier");
  bool pkce =
      verifier.size() >= 43 && verifier.size() <= 128 &&
      crypto::ConstantTimeEqual(Base64UrlEncode(crypto::Sha256(verifier)), grant.request.challenge);
  if (!pkce) return OAuthError(400, "invalid_grant", "PKCE verification failed");

  if (grant.fault == Fault::kTokenError) {
    return OAuthError(400, "server_error", "asked to answer with an error");
  }
  if (grant.fault == Fault::kGarbage) {
    return http::Response::Html(200, "<!doctype html><title>Welcome</title><p>A web page.");
  }
  std::string access_token = rng.Token(32);
  auto id_token = IdToken(grant, access_token);
  if (!id_token) return OAuthError(500, "server_error", "signing failed");
  access.Put(access_token,
             AccessGrant{.user = grant.user,
                         .fault = grant.fault,
                         .scope = grant.request.scope,
                         .expires = clock.Now() + std::chrono::seconds(kAccessSeconds),
                         .revoked = false});
  grant.access_token = access_token;
  json::Object out;
  out["access_token"] = access_token;
  out["token_type"] = "Bearer";
  out["expires_in"] = kAccessSeconds;
  out["scope"] = grant.request.scope;
  out["id_token"] = *id_token;
  return JsonAnswer(200, out);
}

// REQUIRES: mutex is held.
Result<std::string> TestProvider::Impl::IdToken(const CodeGrant& grant,
                                                const std::string& access_token) {
  Fault with = grant.fault;
  std::int64_t now = clock.Now().Seconds();
  if (with == Fault::kSkewedClock) now += kSkew;
  if (with == Fault::kExpired) now -= 3600 + kIdTokenSeconds;

  json::Object claims;
  claims["iss"] = with == Fault::kWrongIssuer ? Issuer() + "/other" : Issuer();
  claims["sub"] = Subject(grant.user, with);
  claims["aud"] = with == Fault::kWrongAudience ? "somebody-else" : options.client_id;
  claims["iat"] = now;
  claims["exp"] = now + kIdTokenSeconds;
  if (with == Fault::kWrongNonce) {
    claims["nonce"] = rng.Token(32);
  } else if (!grant.request.nonce.empty()) {
    claims["nonce"] = grant.request.nonce;
  }
  std::string digest = crypto::Sha256(access_token);  // RS256 and ES256 both hash with it
  claims["at_hash"] = Base64UrlEncode(std::string_view(digest).substr(0, 16));
  // Without an address the client has to ask userinfo, where the fault waits.
  if (with != Fault::kUserinfoOtherSubject) {
    AddProfile(claims, grant.user, grant.request.scope, with);
  }
  std::string payload = json::Serialize(claims);

  if (with == Fault::kAlgNone) {
    return Base64UrlEncode(R"({"alg":"none"})") + "." + Base64UrlEncode(payload) + ".";
  }
  if (with == Fault::kUnknownKid) {
    GH_TRY(crypto::Jwk stranger, crypto::Jwk::GeneratePrivate("ES256", "ec-" + rng.Token(6)));
    return crypto::SignJws(stranger, {}, payload);
  }
  if (with == Fault::kRotatedKey) {
    GH_TRY(crypto::Jwk fresh, crypto::Jwk::GeneratePrivate("ES256", "ec-" + rng.Token(6)));
    keys.push_back(std::move(fresh));
    if (keys.size() > kPublishedKeys) keys.erase(keys.begin());
  }
  GH_TRY(std::string token, crypto::SignJws(keys.back(), {}, payload));
  if (with == Fault::kBadSignature) {
    std::size_t middle = token.rfind('.') + 10;
    token[middle] = token[middle] == 'A' ? 'B' : 'A';
  }
  return token;
}

http::Response TestProvider::Impl::Userinfo(const http::Request& request) {
  auto [scheme, token] = SplitOnce(request.headers.Get("Authorization"), ' ');
  std::lock_guard lock(mutex);
  AccessGrant* grant = EqualsIgnoreCase(scheme, "Bearer") ? access.Find(token) : nullptr;
  if (grant == nullptr || grant->revoked || clock.Now() >= grant->expires) {
    http::Response refused = OAuthError(401, "invalid_token", "unknown, expired or revoked");
    refused.headers.Set("WWW-Authenticate", "Bearer error=\"invalid_token\"");
    return refused;
  }
  json::Object claims;
  claims["sub"] = grant->fault == Fault::kUserinfoOtherSubject ? "somebody-else"
                                                               : Subject(grant->user, grant->fault);
  AddProfile(claims, grant->user, grant->scope, grant->fault);
  return JsonAnswer(200, claims);
}

}  // namespace gatehouse::idp
