#pragma once

// One log-in or refresh at a vendor: its budget, its requests, and the chain of checks that
// explains it. Lives in one coroutine.

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "control/sso/oidc/checks.h"
#include "control/sso/oidc/key_cache.h"
#include "control/sso/oidc/token_endpoint.h"
#include "platform/http/client.h"
#include "platform/json/json.h"
#include "platform/runtime/task.h"

namespace gatehouse::sso::oauth2 {

class Inquiry {
 public:
  // What is passed in outlives the inquiry.
  Inquiry(http::Client& client, const Clock& clock, oidc::KeyCache& keys,
          const json::Object& config, Duration budget);

  // One request within the budget. Errors: those of http::Client.
  Task<http::ClientResponse> Send(http::ClientRequest request);

  // GETs a JSON document with the access token. `row` names the check ("user.answer"). Errors:
  // kUnavailable "idp_unavailable" (5xx, 429, no connection), kUnauthenticated
  // "oauth2_token_refused" (401) or "oauth2_user" (anything else), and ours.
  Task<json::Value> Get(std::string url, std::string_view row);
  Task<json::Object> GetObject(std::string url, std::string_view row);
  Task<json::Array> GetArray(std::string url, std::string_view row);

  // The verified claims of the ID token. Errors: the slugs of control/sso/oidc.
  Task<json::Object> IdToken(std::string issuer, std::string jwks_uri,
                             std::vector<std::string> algs);

  // A refusal that a check row explains already.
  std::unexpected<Error> Refuse(std::string_view reason, std::string detail = {}) const;
  // The vendor vouches for the person, but a rule of the organization keeps them out. `message`
  // is what the person may read.
  std::unexpected<Error> Forbid(std::string_view reason, std::string_view message);

  // What must never be shown, whatever the vendor repeats in an error text: tokens, code, PKCE
  // verifier, nonce, client secret.
  std::vector<std::string> Secrets() const;

  const json::Object& config() const { return config_; }

  oidc::Tokens tokens;
  std::string code;
  std::string verifier;
  std::string nonce;
  bool is_refresh = false;
  oidc::Checks checks;
  json::Object claims;       // what the vendor said, as far as a review page is to show it
  std::string user_message;  // "" or what pages may show, escaped

 private:
  http::Client& client_;
  const Clock& clock_;
  oidc::KeyCache& keys_;
  const json::Object& config_;
  Duration deadline_;
};

}  // namespace gatehouse::sso::oauth2
