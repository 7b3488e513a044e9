#include "control/sso/oidc/oidc_adapter.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/text.h"
#include "control/sso/oidc/authorization.h"
#include "control/sso/oidc/errors.h"
#include "control/sso/oidc/peer.h"
#include "platform/crypto/hash.h"

namespace gatehouse::sso::oidc {
namespace {

// What the HTTP client said, in the words of the settings form.
std::string_view SettingsReason(const Error& error) {
  if (error.Is("url_forbidden")) return kUrlForbidden;
  if (error.Is("url_invalid")) return kUrlInvalid;
  if (error.Is("peer_answer_too_large") || error.Is("peer_timeout")) return kDiscoveryInvalid;
  if (error.Is(kJwksInvalid)) return kJwksInvalid;
  return kIdpUnavailable;
}

std::string_view KeyType(std::string_view alg) {
  return alg.starts_with("ES") ? "EC" : alg == "EdDSA" ? "OKP" : "RSA";
}

// At least one key that can verify what the provider signs with.
bool CheckUsable(const crypto::JwkSet& set, const std::vector<std::string>& algs, Checks& checks) {
  std::vector<std::string> types;
  bool usable = false;
  for (const crypto::Jwk& key : set.keys) {
    if (std::ranges::find(types, key.kty()) == types.end()) types.push_back(key.kty());
    usable = usable || std::ranges::any_of(algs, [&](const std::string& alg) {
               return KeyType(alg) == key.kty() && (key.alg().empty() || key.alg() == alg);
             });
  }
  return checks.Add("jwks.usable", usable, "a key for " + Join(algs, ", "),
                    std::to_string(set.keys.size()) +
                        (set.keys.size() == 1 ? " key: " : " keys: ") + Join(types, ", "));
}

}  // namespace

OidcAdapter::OidcAdapter(http::Client& client, const Clock& clock, Rng& rng,
                         runtime::WorkerPool* cpu, OidcOptions options)
    : client_(client),
      clock_(clock),
      rng_(rng),
      cpu_(cpu),
      options_(options),
      keys_(client, clock) {}

std::vector<std::string_view> OidcAdapter::setup_steps() const {
  return {"configure", "redirect", "callback", "review"};
}

std::vector<std::string_view> OidcAdapter::login_steps() const { return {"redirect", "callback"}; }

Duration OidcAdapter::Remaining(Duration deadline) const {
  return std::max<Duration>(deadline - clock_.Monotonic(), std::chrono::milliseconds(1));
}

Task<ConfigOutcome> OidcAdapter::BuildConfig(Settings settings,
                                             std::optional<json::Object> stored) {
  Duration deadline = clock_.Monotonic() + options_.budget;
  std::optional<Config> live;
  if (stored) {
    // A config that can no longer be read is as good as none: everything is entered again.
    if (auto parsed = Config::FromJson(*stored)) live = std::move(*parsed);
  }
  const Config* old = live ? &*live : nullptr;
  ConfigOutcome out;
  EnteredOutcome read = ReadSettings(settings, old);
  if (!read.errors.empty()) {
    out.errors = std::move(read.errors);
    co_return out;
  }
  Config config;
  config.entered = std::move(read.entered);
  const std::string issuer = config.entered.issuer;

  Checks checks;
  auto refuse = [&](std::string_view field, std::string_view reason) {
    out.errors.push_back({std::string(field), std::string(reason)});
    out.checks = checks.Take();
  };

  http::ClientRequest request;
  request.url = DiscoveryUrl(issuer);
  request.timeout = Remaining(deadline);
  request.max_response = kMaxDiscoveryBytes;
  request.headers.Add("Accept", "application/json");
  const std::string url = request.url;
  Result<http::ClientResponse> answer = co_await client_.Send(std::move(request));
  if (!answer) {
    if (IsOurs(answer.error())) co_return std::unexpected(answer.error());
    checks.Add("discovery.fetched", false, url, PeerWords(answer.error()));
    refuse("issuer", SettingsReason(answer.error()));
    co_return out;
  }
  if (!checks.Add("discovery.fetched", answer->status == 200, "HTTP 200 from " + url,
                  "HTTP " + std::to_string(answer->status))) {
    refuse("issuer", kDiscoveryInvalid);
    co_return out;
  }
  Result<Discovery> discovery = ParseDiscovery(answer->body, issuer, checks);
  if (!discovery) {
    refuse("issuer", discovery.error().reason);
    co_return out;
  }
  const std::vector<std::string>& methods = discovery->auth_methods;
  bool offered =
      methods.empty() || std::ranges::find(methods, config.entered.auth_method) != methods.end();
  if (!checks.Add("discovery.auth_methods", offered, config.entered.auth_method,
                  methods.empty() ? "not said" : Join(methods, ", "))) {
    refuse("auth_method", kAuthMethodUnsupported);
    co_return out;
  }

  auto keys = co_await keys_.Get(issuer, discovery->endpoints.jwks, Remaining(deadline));
  if (!keys) {
    if (IsOurs(keys.error())) co_return std::unexpected(keys.error());
    checks.Add("jwks.fetched", false, discovery->endpoints.jwks, PeerWords(keys.error()));
    std::string_view reason = SettingsReason(keys.error());
    refuse("issuer", reason == kDiscoveryInvalid ? kJwksInvalid : reason);
    co_return out;
  }
  checks.Add("jwks.fetched", true, "a key set", discovery->endpoints.jwks);
  if (!CheckUsable(*keys->set, discovery->id_token_algs, checks)) {
    refuse("issuer", kJwksInvalid);
    co_return out;
  }

  config.endpoints = discovery->endpoints;
  config.id_token_algs = discovery->id_token_algs;
  config.iss_parameter_supported = discovery->iss_parameter_supported;
  config.discovered_at = clock_.Now();
  GH_CO_TRY_VOID(co_await FillKey(config, old, *discovery));
  out.config = config.ToJson();
  out.checks = checks.Take();
  co_return out;
}

// private_key_jwt: keeps the key that the provider knows already, or makes one.
Task<void> OidcAdapter::FillKey(Config& config, const Config* stored, const Discovery& discovery) {
  if (config.entered.auth_method != kPrivateKeyJwt) co_return Result<void>();
  bool same_client = stored != nullptr && !stored->private_key_pem.empty() &&
                     stored->entered.issuer == config.entered.issuer &&
                     stored->entered.client_id == config.entered.client_id;
  if (same_client) {
    config.private_key_pem = stored->private_key_pem;
    config.private_key_alg = stored->private_key_alg;
    config.private_key_kid = stored->private_key_kid;
    co_return Result<void>();
  }
  const std::vector<std::string>& offered = discovery.assertion_algs;
  std::string alg = "RS256";  // what every provider takes
  for (std::string_view better : {"ES256", "EdDSA", "RS256", "PS256"}) {
    if (std::ranges::find(offered, better) == offered.end()) continue;
    alg = better;
    break;
  }
  std::string kid = rng_.Token(12);
  std::optional<Result<crypto::Jwk>> made;
  if (cpu_ != nullptr) {
    made = co_await cpu_->Run([alg, kid] { return crypto::Jwk::GeneratePrivate(alg, kid); });
  } else {
    made = crypto::Jwk::GeneratePrivate(alg, kid);
  }
  if (!*made) co_return std::unexpected(made->error());
  GH_CO_TRY(config.private_key_pem, (*made)->PrivatePem());
  config.private_key_alg = alg;
  config.private_key_kid = kid;
  co_return Result<void>();
}

json::Array OidcAdapter::ClientKeys(const json::Object& config) const {
  json::Object set = PublicJwks(config);
  const json::Array* keys = json::GetArray(set, "keys");
  return keys != nullptr ? *keys : json::Array();
}

json::Object OidcAdapter::PublicConfig(const json::Object& config) const {
  json::Object out;
  auto parsed = Config::FromJson(config);
  if (!parsed) return out;
  const Entered& entered = parsed->entered;
  out["issuer"] = entered.issuer;
  out["client_id"] = entered.client_id;
  out["auth_method"] = entered.auth_method;
  out["scopes"] = entered.scopes;
  out["claim_email"] = entered.claim_email;
  out["claim_name"] = entered.claim_name;
  out["use_userinfo"] = entered.use_userinfo;
  out["shared_return_url"] = entered.shared_return_url;
  out["require_second_factor"] = entered.require_second_factor;
  out["acr_values"] = entered.acr_values;
  return out;
}

bool OidcAdapter::RequiresSecondFactor(const json::Object& config) const {
  return json::GetBool(config, "require_second_factor").value_or(false);
}

std::string OidcAdapter::Issuer(const json::Object& config) const {
  return std::string(json::GetString(config, "issuer").value_or(""));
}

std::vector<Adapter::Mapped> OidcAdapter::Mapping(const json::Object& config,
                                                  const json::Object& claims) const {
  auto parsed = Config::FromJson(config);
  if (!parsed) return {};
  const Entered& entered = parsed->entered;
  std::vector<Mapped> out;
  auto add = [&](std::string_view field, std::string_view claim) {
    out.push_back({std::string(field), std::string(claim), Shown(claims, claim)});
  };
  add("id", "sub");
  add("email", entered.claim_email);
  if (entered.claim_email == "email") add("email_verified", "email_verified");
  add("name", entered.claim_name);
  return out;
}

Task<Started> OidcAdapter::Start(json::Object config, StartInput input) {
  GH_CO_TRY(Config parsed, Config::FromJson(config));
  std::string nonce = rng_.Token(32);
  std::string verifier = rng_.Token(32);
  Started started;
  started.redirect_url =
      AuthorizationUrl(parsed, {.state = std::move(input.state),
                                .redirect_uri = std::move(input.redirect_uri),
                                .nonce = nonce,
                                .challenge = Base64UrlEncode(crypto::Sha256(verifier)),
                                .login_hint = std::move(input.login_hint)});
  started.flow["nonce"] = nonce;
  started.flow["verifier"] = verifier;
  started.flow["issuer"] = parsed.entered.issuer;
  co_return started;
}

Result<crypto::Jwk> OidcAdapter::PrivateKey(const Config& config) {
  constexpr std::size_t kMaxCached = 1000;
  std::string id = crypto::Sha256(config.private_key_pem);
  std::lock_guard lock(private_mutex_);
  if (auto found = private_keys_.find(id); found != private_keys_.end()) return found->second;
  auto key = crypto::Jwk::ParsePrivatePem(config.private_key_pem, config.private_key_alg,
                                          config.private_key_kid);
  if (!key) return Fail(Code::kInternal, kConfigInvalid, "private key");
  if (private_keys_.size() >= kMaxCached) private_keys_.clear();
  private_keys_.emplace(std::move(id), *key);
  return key;
}

json::Object PublicJwks(const json::Object& config) {
  json::Array keys;
  auto parsed = Config::FromJson(config);
  if (parsed && !parsed->private_key_pem.empty()) {
    auto key = crypto::Jwk::ParsePrivatePem(parsed->private_key_pem, parsed->private_key_alg,
                                            parsed->private_key_kid);
    if (key) {
      json::Object jwk = key->PublicJwk();
      jwk["use"] = "sig";
      jwk["alg"] = parsed->private_key_alg;
      jwk["kid"] = parsed->private_key_kid;
      keys.emplace_back(std::move(jwk));
    }
  }
  json::Object out;
  out["keys"] = std::move(keys);
  return out;
}

}  // namespace gatehouse::sso::oidc
