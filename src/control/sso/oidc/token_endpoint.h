#pragma once

// The token request and its answer (RFC 6749 §4.1.3-4.1.4 and §5, RFC 7636, RFC 7523). Pure: the
// sending is the adapter's.

#include <optional>
#include <string>
#include <string_view>

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
  std::string verifier;
};

// The request with the client's credentials. With client_secret_basic, id and secret are
// form-encoded before they are joined (RFC 6749 §2.3.1). With private_key_jwt the assertion's only
// audience is the issuer (RFC 10070), it lives 60 s and has a fresh jti; `key` is required then.
// Errors: kInternal "sign_failed".
Result<http::ClientRequest> BuildTokenRequest(const Config& config, const TokenGrant& grant,
                                              const crypto::Jwk* key, Timestamp now, Rng& rng);

struct Tokens {
  std::string id_token;
  std::string access_token;
  std::string token_type;
  std::string refresh_token;  // "" if none
  std::optional<Timestamp> expires_at;

  // What is kept (sealed) with the identity; never the ID token.
  json::Object ToData() const;
};

// Adds a row for every step. Errors (the reason is the refusal's slug): "idp_unavailable" (5xx,
// 429), "oidc_client_auth", "oidc_code_invalid", "oidc_token_endpoint", "oidc_id_token_missing".
Result<Tokens> ParseTokenAnswer(const http::ClientResponse& answer, Timestamp now, Checks& checks);

}  // namespace gatehouse::sso::oidc
