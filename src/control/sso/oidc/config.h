#pragma once

// The stored configuration of one OpenID Connect provider: what the administrator entered plus the
// snapshot of the discovery document. It is sealed by whoever stores it: it holds the client secret
// or the private key.
//
// JSON form: {issuer, client_id, client_secret, auth_method, private_key_pem, private_key_alg,
// private_key_kid, scopes, claims: {id, email, name}, use_userinfo, shared_return_url,
// require_second_factor, acr_values,
// id_token_algs, endpoints: {authorization, token, userinfo, jwks}, iss_parameter_supported,
// discovered_at}

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "control/sso/adapter.h"
#include "platform/json/json.h"

namespace gatehouse::sso::oidc {

inline constexpr std::string_view kSecretBasic = "client_secret_basic";
inline constexpr std::string_view kSecretPost = "client_secret_post";
inline constexpr std::string_view kPrivateKeyJwt = "private_key_jwt";
inline constexpr std::string_view kDefaultScopes = "openid email profile";

// What the form holds.
struct Entered {
  std::string issuer;  // as the provider spells it: part of the identity key
  std::string client_id;
  std::string client_secret;  // "" with private_key_jwt
  std::string auth_method = std::string(kSecretBasic);
  std::string scopes = std::string(kDefaultScopes);
  std::string claim_email = "email";
  std::string claim_name = "name";
  bool use_userinfo = false;
  bool shared_return_url = false;
  // The provider must vouch for a second factor (second_factor.h), by `acr_values` among others.
  bool require_second_factor = false;
  std::string acr_values;  // separated by spaces, "" for none; asked for in every request

  std::vector<std::string> AcceptedAcr() const;
};

// What discovery said.
struct Endpoints {
  std::string authorization;
  std::string token;
  std::string userinfo;  // "" if none
  std::string jwks;
};

struct Config {
  Entered entered;
  Endpoints endpoints;
  std::vector<std::string> id_token_algs;
  bool iss_parameter_supported = false;
  std::string private_key_pem;  // private_key_jwt
  std::string private_key_alg;
  std::string private_key_kid;
  Timestamp discovered_at;

  json::Object ToJson() const;
  // Errors: kInternal "oidc_config_invalid": a stored config was written by ToJson.
  static Result<Config> FromJson(const json::Object& object);
};

// The settings form, and its reading. Reading never touches the network. A secret left out is taken
// from `stored`, but only for the same issuer and client; otherwise the form asks for it again.
std::vector<SettingField> SettingFields();
struct EnteredOutcome {
  Entered entered;
  std::vector<FieldError> errors;
};
EnteredOutcome ReadSettings(const Settings& settings, const Config* stored);

// {issuer}/.well-known/openid-configuration, without doubling a final slash of the issuer.
std::string DiscoveryUrl(std::string_view issuer);

}  // namespace gatehouse::sso::oidc
