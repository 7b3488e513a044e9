#pragma once

// OpenID Connect log-in (Core 1.0, code flow) as a kind of provider. Thread-safe; one per process.
//
// Rules that hold whatever the provider says: PKCE S256 and a nonce in every request; one token
// request per callback, never repeated; the ID token's signature is always verified, also for
// tokens that came straight from the token endpoint; keys come from the discovered jwks_uri alone;
// an e-mail counts as verified only by the standard claim and only if it is JSON true.

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/rng.h"
#include "control/sso/adapter.h"
#include "control/sso/oidc/checks.h"
#include "control/sso/oidc/config.h"
#include "control/sso/oidc/discovery.h"
#include "control/sso/oidc/key_cache.h"
#include "control/sso/oidc/token_endpoint.h"
#include "platform/crypto/jose.h"
#include "platform/http/client.h"
#include "platform/runtime/runtime.h"

namespace gatehouse::sso::oidc {

// Member of the kept data: whose tokens they are.
inline constexpr std::string_view kDataSubject = "subject";

struct OidcOptions {
  // All requests of one call together: the person waits no longer than this for the provider.
  Duration budget = std::chrono::seconds(9);
};

class OidcAdapter final : public Adapter {
 public:
  // Everything passed in outlives the adapter. `cpu` takes key generation off the network threads;
  // without it the calling thread generates.
  OidcAdapter(http::Client& client, const Clock& clock, Rng& rng,
              runtime::WorkerPool* cpu = nullptr, OidcOptions options = {});

  std::string_view kind() const override { return "oidc"; }
  std::string_view name() const override { return "OpenID Connect"; }
  std::string_view summary() const override {
    return "Okta, Keycloak, Auth0, authentik and any other OpenID Connect provider.";
  }
  std::vector<std::string_view> setup_steps() const override;
  std::vector<std::string_view> login_steps() const override;

  std::vector<SettingField> fields() const override { return SettingFields(); }
  Task<ConfigOutcome> BuildConfig(Settings settings, std::optional<json::Object> stored) override;
  bool has_client_keys() const override { return true; }
  json::Array ClientKeys(const json::Object& config) const override;
  // Checkboxes are JSON booleans, the rest is text.
  json::Object PublicConfig(const json::Object& config) const override;
  bool RequiresSecondFactor(const json::Object& config) const override;
  std::string Issuer(const json::Object& config) const override;
  std::vector<Mapped> Mapping(const json::Object& config,
                              const json::Object& claims) const override;

  // Errors: kInternal "oidc_config_invalid". Needs no network: the endpoints are in the config.
  Task<Started> Start(json::Object config, StartInput input) override;
  // Errors: kInternal "oidc_config_invalid", "oidc_flow_invalid"; kUnavailable "overloaded";
  // kCancelled. Everything else is a refusal with a slug of errors.h.
  Task<CallbackOutcome> Finish(json::Object config, CallbackInput input) override;
  // One request. Errors: kInternal "oidc_config_invalid", "sign_failed"; kCancelled.
  Task<RefreshOutcome> Refresh(json::Object config, json::Object data) override;

 private:
  struct Attempt;

  Task<void> FillKey(Config& config, const Config* stored, const Discovery& discovery);
  Task<identity::Assertion> Run(Attempt& attempt);
  Task<Tokens> Exchange(Attempt& attempt, std::string code);
  Task<void> Verify(Attempt& attempt, const Tokens& tokens, std::string_view code);
  Task<json::Object> Userinfo(Attempt& attempt, const Tokens& tokens);
  Duration Remaining(Duration deadline) const;
  Result<crypto::Jwk> PrivateKey(const Config& config);

  http::Client& client_;
  const Clock& clock_;
  Rng& rng_;
  runtime::WorkerPool* cpu_;
  OidcOptions options_;
  KeyCache keys_;
  std::mutex private_mutex_;
  std::map<std::string, crypto::Jwk> private_keys_;  // by SHA-256 of the PEM: parsing is dear
};

// The key set to enter at the provider for private_key_jwt: {"keys": […]}, empty without a key.
json::Object PublicJwks(const json::Object& config);

}  // namespace gatehouse::sso::oidc
