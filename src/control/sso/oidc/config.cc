#include "control/sso/oidc/config.h"

#include <algorithm>

#include "base/text.h"
#include "control/sso/oidc/errors.h"
#include "control/sso/oidc/settings_reader.h"

namespace gatehouse::sso::oidc {
namespace {

constexpr std::string_view kWellKnown = "/.well-known/openid-configuration";
// Names of claims are JSON member names; a namespaced claim may be a URL.
bool IsClaimName(std::string_view name) {
  return !name.empty() && name.size() <= 200 && IsValidUtf8(name) && !HasControl(name);
}

std::string NormalScopes(std::vector<std::string> scopes) {
  if (scopes.empty()) return std::string(kDefaultScopes);
  // Without it the provider would answer with plain OAuth 2 and no ID token.
  if (std::ranges::find(scopes, "openid") == scopes.end()) scopes.insert(scopes.begin(), "openid");
  return Join(scopes, " ");
}

std::string Text(const json::Object& object, std::string_view name) {
  return std::string(json::GetString(object, name).value_or(""));
}

}  // namespace

std::vector<std::string> Entered::AcceptedAcr() const {
  std::vector<std::string> values;
  for (std::string_view value : Split(acr_values, ' ')) {
    if (!value.empty()) values.emplace_back(value);
  }
  return values;
}

std::string DiscoveryUrl(std::string_view issuer) {
  if (issuer.ends_with('/')) issuer.remove_suffix(1);
  return std::string(issuer) + std::string(kWellKnown);
}

std::vector<SettingField> SettingFields() {
  return {
      {.name = "issuer",
       .label = "Issuer URL",
       .help =
           "The address of your identity provider, exactly as its discovery document spells it, "
           "for example https://login.example.com",
       .kind = "url"},
      {.name = "client_id",
       .label = "Client ID",
       .help = "From the application that you registered at the provider."},
      {.name = "client_secret",
       .label = "Client secret",
       .help = "From the same place. Leave it empty later to keep the stored one. Not used with "
               "private_key_jwt.",
       .kind = "secret",
       .required = false},
      {.name = "auth_method",
       .label = "Client authentication",
       .help = "How we prove who we are at the token endpoint.",
       .kind = "select",
       .required = false,
       .choices = {std::string(kSecretBasic), std::string(kSecretPost),
                   std::string(kPrivateKeyJwt)},
       .initial = std::string(kSecretBasic)},
      {.name = "scopes",
       .label = "Scopes",
       .help = "What we ask for, separated by spaces.",
       .required = false,
       .initial = std::string(kDefaultScopes)},
      {.name = "claim_email",
       .label = "Claim with the e-mail address",
       .help = "Only the standard claim \"email\" can count as verified.",
       .required = false,
       .initial = "email"},
      {.name = "claim_name",
       .label = "Claim with the name",
       .help = "Shown until the person changes it.",
       .required = false,
       .initial = "name"},
      {.name = "use_userinfo",
       .label = "Always ask the userinfo endpoint",
       .help = "It is asked anyway when the ID token has no e-mail address.",
       .kind = "checkbox",
       .required = false},
      {.name = "shared_return_url",
       .label = "Use the shared return URL",
       .help = "For one application at the provider that serves several organizations.",
       .kind = "checkbox",
       .required = false},
      {.name = "require_second_factor",
       .label = "The provider must vouch for a second factor",
       .help =
           "A log-in is refused unless the ID token says so: \"amr\" with mfa, otp, hwk, swk, sc, "
           "fpt, face or iris, or one of the values below in \"acr\". Switch the second factor on "
           "at the provider first; the test log-in must pass too. Sessions without it end.",
       .kind = "checkbox",
       .required = false},
      {.name = "acr_values",
       .label = "Accepted acr values",
       .help =
           "For providers that say it in \"acr\": the values that mean a second factor, separated "
           "by spaces, for example https://refeds.org/profile/mfa. They are asked for in every "
           "log-in.",
       .required = false},
  };
}

EnteredOutcome ReadSettings(const Settings& settings, const Config* stored) {
  EnteredOutcome out;
  Entered& entered = out.entered;
  SettingsReader reader(settings);

  std::string_view issuer = Trim(reader.Raw("issuer"));
  // The address of the document instead of the issuer is the most common slip.
  if (issuer.ends_with(kWellKnown)) issuer.remove_suffix(kWellKnown.size());
  entered.issuer = reader.Base("issuer", issuer);
  entered.client_id = reader.Text("client_id", true);
  entered.auth_method = reader.Choice("auth_method", {kSecretBasic, kSecretPost, kPrivateKeyJwt});
  if (entered.auth_method != kPrivateKeyJwt && !reader.Failed("auth_method")) {
    bool same_client = stored != nullptr && stored->entered.issuer == entered.issuer &&
                       stored->entered.client_id == entered.client_id;
    entered.client_secret = reader.Secret(
        "client_secret", same_client ? std::string_view(stored->entered.client_secret) : "",
        stored != nullptr);
  }
  entered.scopes = NormalScopes(reader.Tokens("scopes"));
  if (std::string_view claim = Trim(reader.Raw("claim_email")); !claim.empty()) {
    entered.claim_email = claim;
    if (!IsClaimName(claim)) reader.Refuse("claim_email", kFieldInvalid);
  }
  if (std::string_view claim = Trim(reader.Raw("claim_name")); !claim.empty()) {
    entered.claim_name = claim;
    if (!IsClaimName(claim)) reader.Refuse("claim_name", kFieldInvalid);
  }
  entered.use_userinfo = reader.Checked("use_userinfo");
  entered.shared_return_url = reader.Checked("shared_return_url");
  entered.require_second_factor = reader.Checked("require_second_factor");
  // Values of `acr` (OpenID Connect Core 1.0 §3.1.2.1) are separated as scopes are.
  entered.acr_values = Join(reader.Tokens("acr_values"), " ");
  out.errors = reader.TakeErrors();
  return out;
}

json::Object Config::ToJson() const {
  json::Object claims;
  claims["id"] = "sub";
  claims["email"] = entered.claim_email;
  claims["name"] = entered.claim_name;
  json::Object urls;
  urls["authorization"] = endpoints.authorization;
  urls["token"] = endpoints.token;
  urls["userinfo"] = endpoints.userinfo;
  urls["jwks"] = endpoints.jwks;
  json::Array algs;
  for (const std::string& alg : id_token_algs) algs.emplace_back(alg);

  json::Object out;
  out["issuer"] = entered.issuer;
  out["client_id"] = entered.client_id;
  out["client_secret"] = entered.client_secret;
  out["auth_method"] = entered.auth_method;
  if (!private_key_pem.empty()) {
    out["private_key_pem"] = private_key_pem;
    out["private_key_alg"] = private_key_alg;
    out["private_key_kid"] = private_key_kid;
  }
  out["scopes"] = entered.scopes;
  out["claims"] = std::move(claims);
  out["use_userinfo"] = entered.use_userinfo;
  out["shared_return_url"] = entered.shared_return_url;
  out["require_second_factor"] = entered.require_second_factor;
  out["acr_values"] = entered.acr_values;
  out["id_token_algs"] = std::move(algs);
  out["endpoints"] = std::move(urls);
  out["iss_parameter_supported"] = iss_parameter_supported;
  out["discovered_at"] = discovered_at.micros;
  return out;
}

Result<Config> Config::FromJson(const json::Object& object) {
  Config config;
  Entered& entered = config.entered;
  entered.issuer = Text(object, "issuer");
  entered.client_id = Text(object, "client_id");
  entered.client_secret = Text(object, "client_secret");
  entered.auth_method = Text(object, "auth_method");
  entered.scopes = Text(object, "scopes");
  entered.use_userinfo = json::GetBool(object, "use_userinfo").value_or(false);
  entered.shared_return_url = json::GetBool(object, "shared_return_url").value_or(false);
  // Absent in what older versions stored.
  entered.require_second_factor = json::GetBool(object, "require_second_factor").value_or(false);
  entered.acr_values = Text(object, "acr_values");
  if (const json::Object* claims = json::GetObject(object, "claims")) {
    entered.claim_email = Text(*claims, "email");
    entered.claim_name = Text(*claims, "name");
  }
  if (const json::Object* urls = json::GetObject(object, "endpoints")) {
    config.endpoints = {.authorization = Text(*urls, "authorization"),
                        .token = Text(*urls, "token"),
                        .userinfo = Text(*urls, "userinfo"),
                        .jwks = Text(*urls, "jwks")};
  }
  if (const json::Array* algs = json::GetArray(object, "id_token_algs")) {
    for (const json::Value& alg : *algs) {
      if (alg.is_string()) config.id_token_algs.emplace_back(alg.get_string().c_str());
    }
  }
  config.iss_parameter_supported = json::GetBool(object, "iss_parameter_supported").value_or(false);
  config.private_key_pem = Text(object, "private_key_pem");
  config.private_key_alg = Text(object, "private_key_alg");
  config.private_key_kid = Text(object, "private_key_kid");
  config.discovered_at = {json::GetInt(object, "discovered_at").value_or(0)};

  if (entered.issuer.empty() || entered.client_id.empty() || entered.scopes.empty() ||
      config.endpoints.authorization.empty() || config.endpoints.token.empty() ||
      config.endpoints.jwks.empty() || config.id_token_algs.empty()) {
    return Fail(Code::kInternal, kConfigInvalid, "a required member is missing");
  }
  return config;
}

}  // namespace gatehouse::sso::oidc
