#pragma once

// The two ends of the browser's trip: the authorization URL and the parameters that come back
// (RFC 6749 §4.1.1-4.1.2, RFC 7636, RFC 9207). Pure.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/sso/oidc/checks.h"
#include "control/sso/oidc/config.h"

namespace gatehouse::sso::oidc {

struct AuthorizationInput {
  std::string state;
  std::string redirect_uri;
  std::string nonce;
  std::string challenge;   // PKCE S256
  std::string login_hint;  // "" if none; left out when it is not plain text of at most 320 bytes
};

// Every protocol parameter occurs exactly once: parameters of that name in the endpoint's own query
// are dropped, others stay.
std::string AuthorizationUrl(const Config& config, const AuthorizationInput& input);

struct AuthorizationAnswer {
  std::string_view reason;  // "" if there is a code
  std::string code;
  std::string user_message;  // what the provider said about its refusal
};

// Reads the parameters of the return URL; `state` is the caller's. Nothing may be sent to the
// provider unless this answers with a code.
AuthorizationAnswer ReadAuthorizationAnswer(
    const Config& config, std::string_view flow_issuer,
    const std::vector<std::pair<std::string, std::string>>& params, Checks& checks);

}  // namespace gatehouse::sso::oidc
