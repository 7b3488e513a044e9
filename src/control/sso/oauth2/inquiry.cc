#include "control/sso/oauth2/inquiry.h"

#include <algorithm>
#include <utility>

#include "control/sso/oauth2/errors.h"
#include "control/sso/oidc/errors.h"
#include "control/sso/oidc/id_token_verifier.h"
#include "control/sso/oidc/peer.h"

namespace gatehouse::sso::oauth2 {
namespace {

constexpr std::size_t kMaxDocument = 1024 * 1024;

}  // namespace

Inquiry::Inquiry(http::Client& client, const Clock& clock, oidc::KeyCache& keys,
                 const json::Object& config, Duration budget)
    : client_(client),
      clock_(clock),
      keys_(keys),
      config_(config),
      deadline_(clock.Monotonic() + budget) {}

std::unexpected<Error> Inquiry::Refuse(std::string_view reason, std::string detail) const {
  return Fail(Code::kUnauthenticated, reason, std::move(detail));
}

std::unexpected<Error> Inquiry::Forbid(std::string_view reason, std::string_view message) {
  user_message = message;
  return Fail(Code::kPermissionDenied, reason);
}

Task<http::ClientResponse> Inquiry::Send(http::ClientRequest request) {
  request.timeout =
      std::max<Duration>(deadline_ - clock_.Monotonic(), std::chrono::milliseconds(1));
  return client_.Send(std::move(request));
}

Task<json::Value> Inquiry::Get(std::string url, std::string_view row) {
  http::ClientRequest request;
  request.url = url;
  request.max_response = kMaxDocument;
  request.headers.Add("Accept", "application/json");
  request.headers.Add("Authorization", "Bearer " + tokens.access_token);
  Result<http::ClientResponse> answer = co_await Send(std::move(request));
  if (!answer) {
    checks.Add(row, false, "an answer from " + url, answer.error().reason);
    co_return std::unexpected(oidc::PeerError(answer.error()));
  }
  std::string status = "HTTP " + std::to_string(answer->status);
  const std::string expected = "HTTP 200 with JSON from " + url;
  if (answer->status >= 500 || answer->status == 429) {
    checks.Add(row, false, expected, status);
    co_return Fail(Code::kUnavailable, oidc::kIdpUnavailable, url + ": " + status);
  }
  if (answer->status == 401) {
    checks.Add(row, false, expected, status);
    co_return Refuse(kTokenRefused, status);
  }
  auto parsed = json::Parse(answer->body, {.max_bytes = kMaxDocument, .max_depth = 16});
  if (answer->status != 200 || !parsed) {
    std::string_view type = answer->headers.Get("Content-Type");
    checks.Add(row, false, expected,
               status + ", " + std::string(type.empty() ? "no content type" : type));
    co_return Refuse(kUser, status);
  }
  checks.Add(row, true, expected, status);
  co_return std::move(*parsed);
}

Task<json::Object> Inquiry::GetObject(std::string url, std::string_view row) {
  GH_CO_TRY(json::Value value, co_await Get(std::move(url), row));
  if (!value.is_object()) {
    checks.Add(row, false, "a JSON object", "another JSON value");
    co_return Refuse(kUser, "not an object");
  }
  co_return std::move(value.as_object());
}

Task<json::Array> Inquiry::GetArray(std::string url, std::string_view row) {
  GH_CO_TRY(json::Value value, co_await Get(std::move(url), row));
  if (!value.is_array()) {
    checks.Add(row, false, "a JSON array", "another JSON value");
    co_return Refuse(kUser, "not an array");
  }
  co_return std::move(value.as_array());
}

Task<json::Object> Inquiry::IdToken(std::string issuer, std::string jwks_uri,
                                    std::vector<std::string> algs) {
  oidc::IdTokenInput input{
      .id_token = tokens.id_token,
      .issuer = std::move(issuer),
      .jwks_uri = std::move(jwks_uri),
      .algs = std::move(algs),
      .client_id = std::string(json::GetString(config_, "client_id").value_or("")),
      .nonce = nonce,
      .access_token = tokens.access_token,
      .code = code,
      .refreshed = is_refresh,
      .timeout = std::max<Duration>(deadline_ - clock_.Monotonic(), std::chrono::milliseconds(1))};
  GH_CO_TRY_VOID(co_await oidc::VerifyIdToken(keys_, clock_, std::move(input), checks, claims));
  co_return claims;
}

std::vector<std::string> Inquiry::Secrets() const {
  return {tokens.access_token,
          tokens.refresh_token,
          tokens.id_token,
          code,
          verifier,
          nonce,
          std::string(json::GetString(config_, "client_secret").value_or(""))};
}

}  // namespace gatehouse::sso::oauth2
