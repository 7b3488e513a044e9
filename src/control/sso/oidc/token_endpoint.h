#pragma once

// The token request and its answer (RFC 6749 §4.1.3-4.1.4 and §5, RFC 7636, RFC 7523). Pure: the
// sending is the adapter's.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/rng.h"
#include "control/sso/oidc/checks.h"
#include "control/sso/oidc/config.h"
#include "platform/crypto/jose.h"
#include "platform/http/client.h"

namespace gatehouse::sso::oidc {

inline constexpr std::size_t kMaxTokenAnswer = 256 * 1024;

struct TokenGrant {
  std::string code;
  std::string redirect_uri;
  std::string verifier = {};       // "" without PKCE
  std::string refresh_token = {};  // not "": the refresh grant (§6), and nothing of the above
};

// The request without the client's credentials.
http::ClientRequest GrantRequest(std::string url, const TokenGrant& grant);
// Adds them, with kSecretBasic or kSecretPost. With client_secret_basic, id and secret are
// form-encoded before they are joined (RFC 6749 §2.3.1).
void AddClientSecret(http::ClientRequest& request, std::string_view method, std::string_view id,
                     std::string_view secret);

// Both, as the configuration says. With private_key_jwt the assertion's only audience is the issuer
// (RFC 10070), it lives 60 s and has a fresh jti; `key` is required then. Errors: kInternal
// "sign_failed".
Result<http::ClientRequest> BuildTokenRequest(const Config& config, const TokenGrant& grant,
                                              const crypto::Jwk* key, Timestamp now, Rng& rng);

struct Tokens {
  std::string id_token;
  std::string access_token;
  std::string token_type;
  std::string refresh_token;  // "" if none
  std::string scope;          // what was granted, separated by blanks; "" if it does not say
  std::optional<Timestamp> expires_at;

  // What is kept (sealed) with the identity; never the ID token.
  json::Object ToData() const;
};

// How far an answer may be from the standard.
struct TokenRules {
  bool id_token = true;      // there must be one
  bool form_bodies = false;  // application/x-www-form-urlencoded is read too
  // What besides "invalid_grant" says that a refresh token is withdrawn.
  std::vector<std::string_view> refusals = {};
};

// Adds a row for every step. Errors (the reason is the refusal's slug): "idp_unavailable" (5xx,
// 429), "oidc_client_auth", "oidc_code_invalid", "oidc_token_endpoint", "oidc_id_token_missing".
Result<Tokens> ParseTokenAnswer(const http::ClientResponse& answer, Timestamp now, Checks& checks,
                                const TokenRules& rules = {});

// What the provider says to the person in an answer that ParseTokenAnswer refuses; "" if nothing.
// Bounded and without control bytes; pages escape it.
std::string TokenErrorText(const http::ClientResponse& answer, const TokenRules& rules = {});

// The answer to a refresh grant. Either `tokens`, or an outcome with a slug of identity/errors.h:
// withdrawn after 401, or 400 with invalid_grant; anything else says nothing about the identity,
// not even a refusal of our own credentials.
struct RefreshAnswer {
  std::optional<Tokens> tokens;
  RefreshOutcome refused = {};
};
RefreshAnswer ReadRefreshAnswer(const Result<http::ClientResponse>& answer, Timestamp now,
                                const TokenRules& rules);
// `stored` with the new tokens; a refresh token that was not renewed stays.
json::Object RenewedData(json::Object stored, const Tokens& tokens);

}  // namespace gatehouse::sso::oidc
