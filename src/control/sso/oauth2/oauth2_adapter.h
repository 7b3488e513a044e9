#pragma once

// OAuth 2 log-in (RFC 6749 code grant) as a kind of provider, over the description of a vendor.
// Thread-safe; one per vendor and process.
//
// Rules that hold whatever the vendor says: PKCE S256 where the vendor takes it; one token request
// per callback, never repeated, none before the return parameters are in order; the subject and the
// membership come from the vendor's own endpoints or a verified ID token, over the egress guard; an
// e-mail address is a label. Tokens are kept in the assertion's data for Refresh().

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/rng.h"
#include "control/sso/adapter.h"
#include "control/sso/oauth2/vendor.h"
#include "control/sso/oidc/key_cache.h"
#include "platform/http/client.h"

namespace gatehouse::sso::oauth2 {

struct OAuth2Options {
  // All requests of one call together: the person waits no longer than this for the vendor.
  Duration budget = std::chrono::seconds(9);
};

class OAuth2Adapter final : public Adapter {
 public:
  // `client`, `clock` and `rng` outlive the adapter.
  OAuth2Adapter(std::unique_ptr<const Vendor> vendor, http::Client& client, const Clock& clock,
                Rng& rng, OAuth2Options options = {});

  std::string_view kind() const override { return vendor_->kind(); }
  std::string_view name() const override { return vendor_->name(); }
  std::string_view summary() const override { return vendor_->summary(); }
  std::vector<GuideStep> Guide(std::string_view redirect_uri) const override {
    return vendor_->Guide(redirect_uri);
  }
  std::vector<std::string_view> setup_steps() const override;
  std::vector<std::string_view> login_steps() const override { return {"redirect", "callback"}; }

  std::vector<SettingField> fields() const override;
  // Needs no network: whether the settings are right, the test log-in shows.
  Task<ConfigOutcome> BuildConfig(Settings settings, std::optional<json::Object> stored) override;
  json::Object PublicConfig(const json::Object& config) const override;
  std::string Issuer(const json::Object& config) const override;
  bool Tightens(const json::Object& before, const json::Object& after) const override;
  json::Object WithChoice(json::Object config, const Choice::Option& option) const override;
  std::vector<Mapped> Mapping(const json::Object& config,
                              const json::Object& claims) const override;

  // Errors: kInternal "oauth2_config_invalid".
  Task<Started> Start(json::Object config, StartInput input) override;
  // Errors: kInternal "oauth2_config_invalid", "oauth2_flow_invalid"; kUnavailable "overloaded";
  // kCancelled. Everything else is a refusal with a slug.
  Task<CallbackOutcome> Finish(json::Object config, CallbackInput input) override;

  bool requires_refresh() const override { return true; }
  // With a refresh token: renewed, then the person and the membership are asked for again. Without
  // one: the same with a token that does not expire. `data` of kUnavailable is not empty when the
  // tokens were renewed before the vendor went silent; it is to be stored all the same.
  Task<RefreshOutcome> Refresh(json::Object config, json::Object data) override;

 private:
  Result<void> CheckConfig(const json::Object& config) const;
  http::ClientRequest TokenRequest(const json::Object& config, const oidc::TokenGrant& grant) const;
  Task<Person> Run(Inquiry& inquiry, const CallbackInput& input);
  Task<void> Exchange(Inquiry& inquiry, const CallbackInput& input);
  Result<void> CheckPerson(Inquiry& inquiry, const Person& person) const;
  Result<void> CheckGroup(Inquiry& inquiry, const Person& person) const;
  Result<Choice> OfferGroups(Inquiry& inquiry, const Person& person) const;

  std::unique_ptr<const Vendor> vendor_;
  http::Client& client_;
  const Clock& clock_;
  Rng& rng_;
  OAuth2Options options_;
  oidc::KeyCache keys_;
};

// A vendor's id as text: a string as it is, a whole number in digits, "" for anything else.
std::string IdText(const json::Object& object, std::string_view member);

}  // namespace gatehouse::sso::oauth2
