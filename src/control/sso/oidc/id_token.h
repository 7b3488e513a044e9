#pragma once

// The claims of an ID token whose signature has been verified (OpenID Connect Core 1.0 §3.1.3.7).
// Pure: a table of checks over the parsed payload. Nothing here looks at the token's text.

#include <string>
#include <string_view>

#include "base/clock.h"
#include "control/sso/oidc/checks.h"
#include "platform/json/json.h"

namespace gatehouse::sso::oidc {

inline constexpr std::int64_t kSkewSeconds = 60;

struct IdTokenRules {
  std::string_view issuer;
  std::string_view client_id;
  std::string_view nonce;
  std::string_view alg;           // of the verified header: decides the hash of at_hash
  std::string_view access_token;  // at_hash, if the token has one, must be of this
  std::string_view code;          // likewise c_hash
  Timestamp now;
  // From a refresh answer (§12.2): it belongs to no log-in, so nonce and code are not compared.
  bool refreshed = false;
};

// "" if every claim holds, else the slug of the first that does not. Adds a row per claim.
std::string_view CheckIdToken(const json::Object& claims, const IdTokenRules& rules,
                              Checks& checks);

// A string of 1 to 255 bytes without control bytes; compared byte for byte ever after.
bool IsSubject(const json::Object& claims, std::string_view* subject);

// Left half of the digest that belongs to `alg`, base64url (§3.1.3.6). "" for an unknown alg.
std::string HalfHash(std::string_view alg, std::string_view text);

}  // namespace gatehouse::sso::oidc
