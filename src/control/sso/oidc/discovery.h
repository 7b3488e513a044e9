#pragma once

// The discovery document, read strictly (OpenID Connect Discovery 1.0 §3-4, RFC 8414). Pure: the
// fetching is the adapter's.

#include <string>
#include <string_view>
#include <vector>

#include "control/sso/oidc/checks.h"
#include "control/sso/oidc/config.h"

namespace gatehouse::sso::oidc {

inline constexpr std::size_t kMaxDiscoveryBytes = 256 * 1024;

struct Discovery {
  Endpoints endpoints;
  std::vector<std::string> id_token_algs;  // what it offers and we accept; never empty
  bool iss_parameter_supported = false;
  std::vector<std::string> auth_methods;    // empty: not said
  std::vector<std::string> assertion_algs;  // for private_key_jwt; may be empty
};

// Reads `body` as the document of `issuer`, which must match byte for byte. Every step adds a row
// to `checks`. Errors (kInvalidArgument): "discovery_invalid"; "url_forbidden" for an endpoint that
// is neither https nor on the issuer's own origin, or that names an address instead of a host.
Result<Discovery> ParseDiscovery(std::string_view body, std::string_view issuer, Checks& checks);

// RS/PS/ES 256-512 and EdDSA.
bool IsAcceptedAlg(std::string_view alg);

}  // namespace gatehouse::sso::oidc
