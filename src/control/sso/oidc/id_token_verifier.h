#pragma once

// An ID token from its text to its claims: header, signature by a key of the provider's key set,
// then the claims (OpenID Connect Core 1.0 §3.1.3.7). Every step adds a row to the checks.

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "control/sso/oidc/checks.h"
#include "control/sso/oidc/key_cache.h"
#include "platform/json/json.h"

namespace gatehouse::sso::oidc {

struct IdTokenInput {
  std::string id_token;
  std::string issuer;
  std::string jwks_uri;
  std::vector<std::string> algs;
  std::string client_id;
  std::string nonce;
  std::string access_token;
  std::string code;
  bool refreshed = false;  // from a refresh answer: see IdTokenRules
  Duration timeout{0};
};

// Fills `claims` as soon as the signature holds, so that a refusal can show them. Errors: the slug
// of the refusal (kUnauthenticated; kUnavailable "idp_unavailable" when the keys cannot be had), or
// ours (peer.h).
Task<void> VerifyIdToken(KeyCache& keys, const Clock& clock, IdTokenInput input, Checks& checks,
                         json::Object& claims);

}  // namespace gatehouse::sso::oidc
