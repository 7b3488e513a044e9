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

// The endpoint's URL with `params` appended in order. Every protocol parameter occurs exactly once:
// parameters of that name, and reserved ones, in the endpoint's own query are dropped, others stay.
std::string WithParameters(std::string_view endpoint,
                           const std::vector<std::pair<std::string, std::string>>& params);

// Fit to be sent as login_hint: plain text of at most 320 bytes, not empty.
bool IsLoginHint(std::string_view text);

struct AuthorizationInput {
  std::string state;
  std::string redirect_uri;
  std::string nonce;
  std::string challenge;   // PKCE S256
  std::string login_hint;  // "" if none; left out when it is not plain text of at most 320 bytes
};

std::string AuthorizationUrl(const Config& config, const AuthorizationInput& input);

struct AuthorizationAnswer {
  std::string_view reason;  // "" if there is a code
  std::string code;
  std::string user_message;  // what the provider said about its refusal
};

struct AnswerRules {
  std::string_view issuer;       // of the configuration now
  std::string_view flow_issuer;  // when the flow began
  std::string_view iss;          // what the provider calls itself (RFC 9207), "" if not known
  bool iss_required = false;     // it announced to say so
};

// Reads the parameters of the return URL; `state` is the caller's. Nothing may be sent to the
// provider unless this answers with a code.
AuthorizationAnswer ReadAuthorizationAnswer(
    const AnswerRules& rules, const std::vector<std::pair<std::string, std::string>>& params,
    Checks& checks);

}  // namespace gatehouse::sso::oidc
