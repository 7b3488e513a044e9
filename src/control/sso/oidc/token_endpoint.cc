#include "control/sso/oidc/token_endpoint.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/bytes.h"
#include "base/text.h"
#include "control/sso/oidc/errors.h"
#include "platform/http/form.h"

namespace gatehouse::sso::oidc {
namespace {

constexpr std::int64_t kAssertionSeconds = 60;
constexpr double kMaxLifetime = 10.0 * 365 * 24 * 3600;
constexpr std::size_t kMaxToken = 64 * 1024;
constexpr std::string_view kAssertionType =
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

// application/x-www-form-urlencoded of one value.
std::string FormEncode(std::string_view text) {
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    std::size_t space = rest.find(' ');
    out += http::PercentEncode(rest.substr(0, space));
    if (space == std::string_view::npos) break;
    out += '+';
    rest.remove_prefix(space + 1);
  }
  return out;
}

void AddField(std::string& body, std::string_view name, std::string_view value) {
  if (!body.empty()) body += '&';
  body += name;
  body += '=';
  body += FormEncode(value);
}

Result<std::string> ClientAssertion(const Config& config, const crypto::Jwk& key, Timestamp now,
                                    Rng& rng) {
  json::Object claims;
  claims["iss"] = config.entered.client_id;
  claims["sub"] = config.entered.client_id;
  claims["aud"] = config.entered.issuer;
  claims["jti"] = rng.Token(16);
  claims["iat"] = now.Seconds();
  claims["exp"] = now.Seconds() + kAssertionSeconds;
  json::Object header;
  header["typ"] = "JWT";
  return crypto::SignJws(key, header, json::Serialize(claims));
}

bool IsJson(std::string_view content_type) {
  std::string type = AsciiLower(Trim(SplitOnce(content_type, ';').first));
  return type == "application/json" ||
         (type.starts_with("application/") && type.ends_with("+json"));
}

std::unexpected<Error> Refuse(std::string_view reason, std::string detail) {
  return Fail(Code::kUnauthenticated, reason, std::move(detail));
}

// Some providers send the number as a string.
std::optional<double> Lifetime(const json::Object& answer) {
  std::optional<double> seconds = json::GetNumber(answer, "expires_in");
  if (auto text = json::GetString(answer, "expires_in")) {
    double value = 0;
    auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (ec == std::errc() && end == text->data() + text->size()) seconds = value;
  }
  if (seconds && (!std::isfinite(*seconds) || *seconds < 0)) return std::nullopt;
  return seconds;
}

}  // namespace

Result<http::ClientRequest> BuildTokenRequest(const Config& config, const TokenGrant& grant,
                                              const crypto::Jwk* key, Timestamp now, Rng& rng) {
  http::ClientRequest request;
  request.method = http::Method::kPost;
  request.url = config.endpoints.token;
  request.max_response = kMaxTokenAnswer;
  request.headers.Add("Content-Type", "application/x-www-form-urlencoded");
  request.headers.Add("Accept", "application/json");

  std::string& body = request.body;
  AddField(body, "grant_type", "authorization_code");
  AddField(body, "code", grant.code);
  AddField(body, "redirect_uri", grant.redirect_uri);
  AddField(body, "code_verifier", grant.verifier);

  const Entered& entered = config.entered;
  if (entered.auth_method == kPrivateKeyJwt) {
    if (key == nullptr) return Fail(Code::kInternal, kConfigInvalid, "no signing key");
    GH_TRY(std::string assertion, ClientAssertion(config, *key, now, rng));
    AddField(body, "client_id", entered.client_id);
    AddField(body, "client_assertion_type", kAssertionType);
    AddField(body, "client_assertion", assertion);
  } else if (entered.auth_method == kSecretPost) {
    AddField(body, "client_id", entered.client_id);
    AddField(body, "client_secret", entered.client_secret);
  } else {
    request.headers.Add("Authorization",
                        "Basic " + Base64Encode(FormEncode(entered.client_id) + ":" +
                                                FormEncode(entered.client_secret)));
  }
  return request;
}

json::Object Tokens::ToData() const {
  json::Object data;
  data["access_token"] = access_token;
  data["token_type"] = token_type;
  if (!refresh_token.empty()) data["refresh_token"] = refresh_token;
  if (expires_at) data["expires_at"] = expires_at->Seconds();
  return data;
}

Result<Tokens> ParseTokenAnswer(const http::ClientResponse& answer, Timestamp now, Checks& checks) {
  std::string status = "HTTP " + std::to_string(answer.status);
  if (answer.status >= 500 || answer.status == 429) {
    checks.Add("token.answer", false, "HTTP 200", status);
    return Fail(Code::kUnavailable, kIdpUnavailable, "token endpoint: " + status);
  }
  auto parsed = json::ParseObject(answer.body, {.max_bytes = kMaxTokenAnswer, .max_depth = 16});
  // GitHub-like servers answer 200 with an error member.
  if (parsed && parsed->contains("error")) {
    std::string_view error = json::GetString(*parsed, "error").value_or("not a string");
    std::string text = status + ", " + std::string(error);
    if (auto description = json::GetString(*parsed, "error_description")) {
      text += ": " + std::string(*description);
    }
    checks.Add("token.answer", false, "tokens", text);
    if (error == "invalid_client" || error == "unauthorized_client") {
      return Refuse(kClientAuth, std::string(error));
    }
    return Refuse(error == "invalid_grant" ? kCodeInvalid : kTokenEndpoint, Redact(error));
  }
  if (answer.status == 401) {
    checks.Add("token.answer", false, "HTTP 200", status);
    return Refuse(kClientAuth, status);
  }
  if (answer.status != 200) {
    checks.Add("token.answer", false, "HTTP 200", status);
    return Refuse(kTokenEndpoint, status);
  }
  std::string_view type = answer.headers.Get("Content-Type");
  if (!parsed || !IsJson(type)) {
    checks.Add("token.answer", false, "a JSON object",
               std::string(type.empty() ? "no content type" : type) + ", " +
                   std::string(parsed ? "an object" : parsed.error().reason));
    return Refuse(kTokenEndpoint, "not JSON");
  }
  checks.Add("token.answer", true, "HTTP 200 with a JSON object", status);

  Tokens tokens;
  tokens.token_type = json::GetString(*parsed, "token_type").value_or("");
  if (!checks.Add("token.token_type", EqualsIgnoreCase(tokens.token_type, "Bearer"), "Bearer",
                  Shown(*parsed, "token_type"))) {
    return Refuse(kTokenEndpoint, "token_type");
  }
  tokens.access_token = json::GetString(*parsed, "access_token").value_or("");
  tokens.refresh_token = json::GetString(*parsed, "refresh_token").value_or("");
  bool usable =
      !tokens.access_token.empty() && tokens.access_token.size() <= kMaxToken &&
      tokens.refresh_token.size() <= kMaxToken &&
      // It goes into a header of the userinfo request.
      std::ranges::all_of(tokens.access_token, [](char c) { return c > 0x20 && c < 0x7F; });
  if (!checks.Add("token.access_token", usable, "a bearer token",
                  usable                        ? "present"
                  : tokens.access_token.empty() ? "absent"
                                                : "not usable")) {
    return Refuse(kTokenEndpoint, "access_token");
  }
  tokens.id_token = json::GetString(*parsed, "id_token").value_or("");
  bool has_id_token = !tokens.id_token.empty() && tokens.id_token.size() <= kMaxToken;
  if (!checks.Add("token.id_token", has_id_token, "an ID token (scope openid)",
                  has_id_token              ? "present"
                  : tokens.id_token.empty() ? "absent"
                                            : "more than 64 KiB")) {
    return Refuse(kIdTokenMissing, "id_token");
  }
  if (auto seconds = Lifetime(*parsed)) {
    tokens.expires_at = Timestamp::FromSeconds(
        now.Seconds() + static_cast<std::int64_t>(std::min(*seconds, kMaxLifetime)));
  }
  return tokens;
}

}  // namespace gatehouse::sso::oidc
