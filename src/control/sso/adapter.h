#pragma once

// What a kind of identity provider (OpenID Connect, GitHub, …) must bring: settings, the redirect
// that starts a log-in, and the verification of what comes back. The pipeline around it,
// identities, membership, audit and sessions are the same for every kind and live in flow code.
//
// Adding a kind: a folder with an Adapter, a line in the table of src/app, and a run of the
// contract tests.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "control/identity/identity.h"
#include "platform/json/json.h"
#include "platform/runtime/task.h"

namespace gatehouse::sso {

// One line of the explanation of a decision. Values are redacted by whoever makes the check: no
// token, code, secret or key material; at most 300 bytes each.
struct Check {
  std::string name;  // "id_token.audience"
  bool passed = false;
  std::string expected;
  std::string received;
};

// A field of the settings form, drawn by the pages.
struct SettingField {
  std::string name;  // "issuer"
  std::string label;
  std::string help;
  // text, url, secret, select, checkbox; "choice": not entered, but chosen on the review page
  std::string kind = "text";
  bool required = true;
  std::vector<std::string> choices = {};
  std::string initial = {};
};

// Settings as a form or API sent them: name -> value. A secret left out means "keep the stored
// one".
using Settings = std::vector<std::pair<std::string, std::string>>;

struct FieldError {
  std::string field;   // "" for the whole form
  std::string reason;  // slug in the message catalogue
};

// The outcome of checking settings: a config to store (with secrets; sealed by the caller), or what
// is wrong with them. `checks` explain either.
struct ConfigOutcome {
  std::optional<json::Object> config;
  std::vector<FieldError> errors;
  std::vector<Check> checks;
};

// A step of the guide beside the settings form: what to do at the provider, and the exact text to
// enter there, if any.
struct GuideStep {
  std::string text;
  std::string value = {};
};

// What the administrator chooses on the review page, before the last click of set-up, among what
// the provider said; it becomes part of the config. Kept sealed with the pipeline.
struct Choice {
  struct Option {
    std::string value;
    std::string label;
  };
  std::string label;  // "GitHub organization"
  std::string help;
  std::vector<Option> options;  // never empty; values differ
  std::string selected = {};    // value of the option that the config has now, "" if none
};

struct StartInput {
  std::string state;  // opaque, unguessable; comes back unchanged
  std::string redirect_uri;
  std::string login_hint;  // "" if none
};

struct Started {
  std::string redirect_url;  // where to send the browser
  json::Object flow;         // nonce, verifier, …: kept sealed in the pipeline until the callback
};

// What an answer of the provider is for.
enum class Purpose {
  kLogIn,
  kSetUp,  // the config is on trial: rules that are still to be chosen are offered, not applied
  kLink,   // an account of somebody who is logged in: rules that were never chosen do not apply
};

struct CallbackInput {
  std::vector<std::pair<std::string, std::string>> params;  // each name once
  std::string redirect_uri;
  json::Object flow;
  Purpose purpose = Purpose::kLogIn;
};

// A verified assertion, or the reason why there is none; in both cases the chain of checks.
struct CallbackOutcome {
  std::optional<identity::Assertion> assertion;
  std::string reason;        // slug when refused: "oidc_aud", …
  std::string user_message;  // "" or a text of the described system that pages may show
  json::Object claims;       // what the provider said, redacted, for the review page
  // The verified assertion says that the person proved a second factor to the provider.
  bool second_factor = false;
  // Set-up only: nothing can go live before one of these is chosen.
  std::optional<Choice> choice = {};
  std::vector<Check> checks;
};

// What the provider says of an identity when it is asked again, without its person.
using RefreshOutcome = identity::RefreshOutcome;

class Adapter {
 public:
  virtual ~Adapter() = default;
  virtual std::string_view kind() const = 0;  // "oidc": registry key, stored in rows
  virtual std::string_view name() const = 0;  // "OpenID Connect"
  // For whom it is, one sentence in the list of kinds.
  virtual std::string_view summary() const { return "Connect your own provider."; }
  // What to do at the provider, with the values to enter there.
  virtual std::vector<GuideStep> Guide(std::string_view redirect_uri) const {
    return {{.text = "Register a web application there and give it this redirect URI, exactly:",
             .value = std::string(redirect_uri)}};
  }
  virtual std::vector<std::string_view> setup_steps() const = 0;  // names, in order
  virtual std::vector<std::string_view> login_steps() const = 0;

  virtual std::vector<SettingField> fields() const = 0;
  // Reads settings, fetches what they point to (discovery) and returns the config to try. `stored`
  // is the live config when a provider is being edited: secrets left out are taken from it. Never
  // an Error for bad settings; an Error only for kResourceExhausted and the like.
  virtual Task<ConfigOutcome> BuildConfig(Settings settings,
                                          std::optional<json::Object> stored) = 0;
  // The config without secrets, in the shape of `fields()`, for forms, API and audit entries.
  virtual json::Object PublicConfig(const json::Object& config) const = 0;
  // Part of the identity key and of what SETUP-31 compares: the trust root of this config.
  virtual std::string Issuer(const json::Object& config) const = 0;
  // Does this config refuse log-ins for which the provider does not vouch for a second factor?
  virtual bool RequiresSecondFactor(const json::Object& /*config*/) const { return false; }
  // Does `after` refuse log-ins that `before` accepted, of the same issuer? Then sessions that it
  // opened have to log in again.
  virtual bool Tightens(const json::Object& before, const json::Object& after) const {
    return RequiresSecondFactor(after) && !RequiresSecondFactor(before);
  }
  // The config with an option of the outcome's choice. REQUIRES: this kind offers choices.
  virtual json::Object WithChoice(json::Object config, const Choice::Option& /*option*/) const {
    return config;
  }
  // How claims are mapped, for the review page: (our field, claim name, value received).
  struct Mapped {
    std::string field, claim, value;
  };
  virtual std::vector<Mapped> Mapping(const json::Object& config,
                                      const json::Object& claims) const = 0;

  // Public keys with which we prove who we are to the provider, as JWKs; most kinds have none.
  virtual bool has_client_keys() const { return false; }
  virtual json::Array ClientKeys(const json::Object& /*config*/) const { return {}; }

  // Errors: kUnavailable "idp_unavailable".
  virtual Task<Started> Start(json::Object config, StartInput input) = 0;
  // Errors: kInternal and the like; a refusal is a value.
  virtual Task<CallbackOutcome> Finish(json::Object config, CallbackInput input) = 0;

  // Are identities of this kind asked about every day, and does a log-in that is older than the
  // limit of `last_verified` count no more?
  virtual bool requires_refresh() const { return false; }
  // Renews tokens and asks again whether the identity may still log in. `data` is the stored data
  // of the identity, as Finish() left it in the assertion. Errors: kInternal and the like; what the
  // provider answers, and an outage, are values.
  virtual Task<RefreshOutcome> Refresh(json::Object /*config*/, json::Object data) {
    co_return RefreshOutcome{.kind = RefreshOutcome::Kind::kValid, .data = std::move(data)};
  }
};

}  // namespace gatehouse::sso
