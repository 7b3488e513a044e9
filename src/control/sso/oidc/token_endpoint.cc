#include "control/sso/oidc/token_endpoint.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/bytes.h"
#include "base/text.h"
#include "control/identity/errors.h"
#include "control/sso/oidc/errors.h"
#include "platform/http/form.h"

namespace gatehouse::sso::oidc {
namespace {

constexpr std::int64_t kAssertionSeconds = 60;
constexpr double kMaxTokenLifetime = 10.0 * 365 * 24 * 3600;
constexpr std::size_t kMaxScope = 1000;
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

bool IsJson(std::string_view type) {
  return type == "application/json" ||
         (type.starts_with("application/") && type.ends_with("+json"));
}

bool HasError(const json::Object& body) { return body.contains("error") || body.contains("Error"); }

std::unexpected<Error> RefuseAnswer(std::string_view reason, std::string detail) {
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

// Blanks between them by the standard, commas at GitHub and Slack; "scopes" at Bitbucket. A label.
std::string Scope(const json::Object& answer) {
  std::string text(json::GetString(answer, "scope")
                       .value_or(json::GetString(answer, "scopes").value_or(std::string_view())));
  if (text.size() > kMaxScope || HasControl(text) || !IsValidUtf8(text)) return {};
  std::ranges::replace(text, ',', ' ');
  return text;
}

// The members of the answer, whatever its status. Errors: the detail says what it is instead.
Result<json::Object> Body(const http::ClientResponse& answer, const TokenRules& rules) {
  const std::string type =
      AsciiLower(Trim(SplitOnce(answer.headers.Get("Content-Type"), ';').first));
  if (rules.form_bodies && type == "application/x-www-form-urlencoded") {
    auto form = http::Form::Parse(answer.body);
    if (!form || form->HasDuplicates()) {
      return Fail(Code::kInvalidArgument, kTokenEndpoint, "not a form");
    }
    json::Object object;
    for (const auto& [name, value] : form->all()) object[name] = value;
    return object;
  }
  auto parsed = json::ParseObject(answer.body, {.max_bytes = kMaxTokenAnswer, .max_depth = 16});
  // An error is an error, whatever type it has been given.
  if (parsed && (IsJson(type) || HasError(*parsed))) return parsed;
  return Fail(Code::kInvalidArgument, kTokenEndpoint,
              parsed ? "an object" : std::string(parsed.error().reason));
}

struct ErrorSaid {
  bool is_error = false;
  std::string name;         // redacted
  std::string description;  // redacted, "" if none
};

// Some servers write their members with a capital.
std::string_view Either(const json::Object& body, std::string_view name, std::string_view other) {
  auto text = json::GetString(body, name);
  return text ? *text : json::GetString(body, other).value_or(std::string_view());
}

ErrorSaid ReadError(const Result<json::Object>& body) {
  ErrorSaid said;
  if (!body || !HasError(*body)) return said;
  said.is_error = true;
  said.name = Redact(Either(*body, "error", "Error"));
  if (said.name.empty()) said.name = "not a string";
  said.description = Redact(Either(*body, "error_description", "ErrorDescription"));
  return said;
}

// Of the standard, GitHub and Slack.
bool IsCodeError(std::string_view error) {
  return error == "invalid_grant" || error == "bad_verification_code" || error == "invalid_code";
}

bool IsClientError(std::string_view error) {
  return error == "invalid_client" || error == "unauthorized_client" ||
         error == "incorrect_client_credentials" || error == "invalid_client_id" ||
         error == "bad_client_secret";
}

Result<Tokens> ReadTokens(const json::Object& body, Timestamp now, Checks& checks,
                          const TokenRules& rules) {
  Tokens tokens;
  tokens.token_type = json::GetString(body, "token_type").value_or("");
  if (!checks.Add("token.token_type", EqualsIgnoreCase(tokens.token_type, "Bearer"), "Bearer",
                  Shown(body, "token_type"))) {
    return RefuseAnswer(kTokenEndpoint, "token_type");
  }
  tokens.access_token = json::GetString(body, "access_token").value_or("");
  tokens.refresh_token = json::GetString(body, "refresh_token").value_or("");
  bool usable =
      !tokens.access_token.empty() && tokens.access_token.size() <= kMaxToken &&
      tokens.refresh_token.size() <= kMaxToken &&
      // It goes into a header of the userinfo request.
      std::ranges::all_of(tokens.access_token, [](char c) { return c > 0x20 && c < 0x7F; });
  if (!checks.Add("token.access_token", usable, "a bearer token",
                  usable                        ? "present"
                  : tokens.access_token.empty() ? "absent"
                                                : "not usable")) {
    return RefuseAnswer(kTokenEndpoint, "access_token");
  }
  tokens.id_token = json::GetString(body, "id_token").value_or("");
  if (rules.id_token) {
    bool has_id_token = !tokens.id_token.empty() && tokens.id_token.size() <= kMaxToken;
    if (!checks.Add("token.id_token", has_id_token, "an ID token (scope openid)",
                    has_id_token              ? "present"
                    : tokens.id_token.empty() ? "absent"
                                              : "more than 64 KiB")) {
      return RefuseAnswer(kIdTokenMissing, "id_token");
    }
  } else if (tokens.id_token.size() > kMaxToken) {
    return RefuseAnswer(kTokenEndpoint, "id_token");
  }
  tokens.scope = Scope(body);
  if (auto seconds = Lifetime(body)) {
    tokens.expires_at = Timestamp::FromSeconds(
        now.Seconds() + static_cast<std::int64_t>(std::min(*seconds, kMaxTokenLifetime)));
  }
  return tokens;
}

}  // namespace

http::ClientRequest GrantRequest(std::string url, const TokenGrant& grant) {
  http::ClientRequest request;
  request.method = http::Method::kPost;
  request.url = std::move(url);
  request.max_response = kMaxTokenAnswer;
  request.headers.Add("Content-Type", "application/x-www-form-urlencoded");
  request.headers.Add("Accept", "application/json");

  std::string& body = request.body;
  if (!grant.refresh_token.empty()) {
    AddField(body, "grant_type", "refresh_token");
    AddField(body, "refresh_token", grant.refresh_token);
    return request;
  }
  AddField(body, "grant_type", "authorization_code");
  AddField(body, "code", grant.code);
  AddField(body, "redirect_uri", grant.redirect_uri);
  if (!grant.verifier.empty()) AddField(body, "code_verifier", grant.verifier);
  return request;
}

void AddClientSecret(http::ClientRequest& request, std::string_view method, std::string_view id,
                     std::string_view secret) {
  if (method == kSecretPost) {
    AddField(request.body, "client_id", id);
    AddField(request.body, "client_secret", secret);
    return;
  }
  request.headers.Add("Authorization",
                      "Basic " + Base64Encode(FormEncode(id) + ":" + FormEncode(secret)));
}

Result<http::ClientRequest> BuildTokenRequest(const Config& config, const TokenGrant& grant,
                                              const crypto::Jwk* key, Timestamp now, Rng& rng) {
  http::ClientRequest request = GrantRequest(config.endpoints.token, grant);
  const Entered& entered = config.entered;
  if (entered.auth_method != kPrivateKeyJwt) {
    AddClientSecret(request, entered.auth_method, entered.client_id, entered.client_secret);
    return request;
  }
  if (key == nullptr) return Fail(Code::kInternal, kConfigInvalid, "no signing key");
  GH_TRY(std::string assertion, ClientAssertion(config, *key, now, rng));
  AddField(request.body, "client_id", entered.client_id);
  AddField(request.body, "client_assertion_type", kAssertionType);
  AddField(request.body, "client_assertion", assertion);
  return request;
}

json::Object Tokens::ToData() const {
  json::Object data;
  data["access_token"] = access_token;
  data["token_type"] = token_type;
  if (!scope.empty()) data["scope"] = scope;
  if (!refresh_token.empty()) data["refresh_token"] = refresh_token;
  if (expires_at) data["expires_at"] = expires_at->Seconds();
  return data;
}

Result<Tokens> ParseTokenAnswer(const http::ClientResponse& answer, Timestamp now, Checks& checks,
                                const TokenRules& rules) {
  std::string status = "HTTP " + std::to_string(answer.status);
  if (answer.status >= 500 || answer.status == 429) {
    checks.Add("token.answer", false, "HTTP 200", status);
    return Fail(Code::kUnavailable, kIdpUnavailable, "token endpoint: " + status);
  }
  Result<json::Object> body = Body(answer, rules);
  // GitHub-like servers answer 200 with an error member.
  if (ErrorSaid said = ReadError(body); said.is_error) {
    checks.Add(
        "token.answer", false, "tokens",
        status + ", " + said.name + (said.description.empty() ? "" : ": " + said.description));
    if (IsClientError(said.name)) return RefuseAnswer(kClientAuth, said.name);
    return RefuseAnswer(IsCodeError(said.name) ? kCodeInvalid : kTokenEndpoint, said.name);
  }
  if (answer.status == 401) {
    checks.Add("token.answer", false, "HTTP 200", status);
    return RefuseAnswer(kClientAuth, status);
  }
  if (answer.status != 200) {
    checks.Add("token.answer", false, "HTTP 200", status);
    return RefuseAnswer(kTokenEndpoint, status);
  }
  if (!body) {
    std::string_view type = answer.headers.Get("Content-Type");
    checks.Add("token.answer", false,
               rules.form_bodies ? "a JSON object or a form" : "a JSON object",
               std::string(type.empty() ? "no content type" : type) + ", " + body.error().detail);
    return RefuseAnswer(kTokenEndpoint, "not JSON");
  }
  checks.Add("token.answer", true, "HTTP 200 with a JSON object", status);
  return ReadTokens(*body, now, checks, rules);
}

std::string TokenErrorText(const http::ClientResponse& answer, const TokenRules& rules) {
  ErrorSaid said = ReadError(Body(answer, rules));
  if (!said.is_error) return {};
  return said.description.empty() ? "Unable to retrieve your token" : said.description;
}

RefreshAnswer ReadRefreshAnswer(const Result<http::ClientResponse>& answer, Timestamp now,
                                const TokenRules& rules) {
  RefreshAnswer out;
  auto refuse = [&](RefreshOutcome::Kind kind, std::string_view reason, std::string detail) {
    out.refused = {.kind = kind, .reason = std::string(reason), .detail = std::move(detail)};
    return out;
  };
  using Kind = RefreshOutcome::Kind;
  if (!answer) {
    bool late = answer.error().code == Code::kDeadlineExceeded;
    return refuse(Kind::kUnavailable, late ? identity::kRefreshTimeout : identity::kRefreshFailed,
                  std::string(answer.error().reason));
  }
  Result<json::Object> body = Body(*answer, rules);
  ErrorSaid said = ReadError(body);
  std::string detail = "HTTP " + std::to_string(answer->status) + " (" +
                       (said.is_error ? said.name : "unknown_error") + "): " +
                       (said.description.empty() ? "no description available" : said.description);
  if (answer->status >= 500 || answer->status == 429) {
    return refuse(Kind::kUnavailable, identity::kRefreshFailed, std::move(detail));
  }
  // Our own credentials are wrong: nothing is known about the identity.
  if (said.is_error && IsClientError(said.name)) {
    return refuse(Kind::kUnavailable, identity::kRefreshRejected, std::move(detail));
  }
  bool withdrawn = answer->status == 401 || (answer->status == 400 && said.name == "invalid_grant");
  withdrawn = withdrawn || (said.is_error && answer->status < 500 &&
                            std::ranges::find(rules.refusals, said.name) != rules.refusals.end());
  if (withdrawn) return refuse(Kind::kInvalid, identity::kRefreshRefused, std::move(detail));
  if (answer->status != 200 || said.is_error) {
    return refuse(Kind::kUnavailable, identity::kRefreshRejected, std::move(detail));
  }
  if (!body) return refuse(Kind::kUnavailable, identity::kRefreshGarbled, body.error().detail);
  Checks checks;
  Result<Tokens> tokens = ReadTokens(*body, now, checks, rules);
  if (!tokens) {
    return refuse(Kind::kUnavailable, identity::kRefreshGarbled, tokens.error().detail);
  }
  out.tokens = std::move(*tokens);
  return out;
}

json::Object RenewedData(json::Object stored, const Tokens& tokens) {
  stored.erase("expires_at");
  for (const auto& member : tokens.ToData()) stored[member.key()] = member.value();
  return stored;
}

}  // namespace gatehouse::sso::oidc
