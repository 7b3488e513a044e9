#pragma once

// An identity provider that answers what the test says. Speaks the Adapter contract; the protocol
// itself is tested with the real adapters.

#include <string>

#include "control/sso/adapter.h"

namespace gatehouse::sso::fixture {

class ScriptedAdapter final : public Adapter {
 public:
  // What the next callback asserts; an empty subject is refused with `refusal`.
  identity::Assertion next{"https://idp.test", "subject-1", "owner@acme.test", true, "Olivia", {}};
  std::string refusal;
  int finished = 0;
  // The provider vouches for a second factor.
  bool vouches = false;
  // Another step list than the one a stored pipeline was made with: a deployment in between.
  bool other_steps = false;
  // Identities are asked about every day, and the provider answers so.
  bool asks_again = false;
  identity::RefreshOutcome refreshed{.kind = identity::RefreshOutcome::Kind::kValid};
  int refreshes = 0;
  // Set-up: what is to be chosen before the last click.
  std::optional<Choice> choice;
  // What the last answer was for, and the provider's words with a refusal.
  Purpose purpose = Purpose::kLogIn;
  std::string user_message;
  // Called inside Finish: what happens while the provider answers.
  std::function<void()> during_finish;

  std::string_view kind() const override { return "oidc"; }
  std::string_view name() const override { return "Scripted"; }
  std::vector<std::string_view> setup_steps() const override {
    if (other_steps) return {"configure", "authorize", "review", "more"};
    return {"configure", "authorize", "review"};
  }
  std::vector<std::string_view> login_steps() const override { return {"authorize", "confirm"}; }
  std::vector<SettingField> fields() const override {
    return {{.name = "issuer", .label = "Issuer", .help = "", .kind = "url"},
            {.name = "client_id", .label = "Client ID", .help = ""},
            {.name = "client_secret", .label = "Client secret", .help = "", .kind = "secret"}};
  }
  Task<ConfigOutcome> BuildConfig(Settings settings, std::optional<json::Object> stored) override {
    ConfigOutcome out;
    json::Object config;
    if (stored) config["client_secret"] = stored->at("client_secret");
    for (const auto& [name, value] : settings) config[name] = value;
    out.checks.push_back({"discovery.issuer", config.contains("issuer"), "set", "set"});
    if (!config.contains("issuer")) {
      out.errors.push_back({"issuer", "discovery_invalid"});
    } else {
      out.config = std::move(config);
    }
    co_return out;
  }
  json::Object PublicConfig(const json::Object& config) const override {
    json::Object out = config;
    out.erase("client_secret");
    return out;
  }
  bool has_client_keys() const override { return true; }
  json::Array ClientKeys(const json::Object& config) const override {
    return {json::Object{{"kid", json::GetString(config, "client_id").value_or("")}}};
  }
  bool RequiresSecondFactor(const json::Object& config) const override {
    return json::GetString(config, "require_second_factor") == "on";
  }
  bool Tightens(const json::Object& before, const json::Object& after) const override {
    return Adapter::Tightens(before, after) ||
           json::GetString(before, "org") != json::GetString(after, "org");
  }
  json::Object WithChoice(json::Object config, const Choice::Option& option) const override {
    config["org"] = option.value;
    return config;
  }
  std::string Issuer(const json::Object& config) const override {
    return std::string(json::GetString(config, "issuer").value_or(""));
  }
  std::vector<Mapped> Mapping(const json::Object&, const json::Object&) const override {
    return {{"email", "email", next.email}};
  }
  bool requires_refresh() const override { return asks_again; }
  Task<RefreshOutcome> Refresh(json::Object, json::Object data) override {
    ++refreshes;
    RefreshOutcome out = refreshed;
    if (out.kind == RefreshOutcome::Kind::kValid && out.data.empty()) out.data = std::move(data);
    co_return out;
  }
  Task<Started> Start(json::Object config, StartInput input) override {
    Started started;
    started.redirect_url = Issuer(config) + "/authorize?state=" + input.state;
    started.flow["nonce"] = "n";
    co_return started;
  }
  Task<CallbackOutcome> Finish(json::Object, CallbackInput input) override {
    ++finished;
    purpose = input.purpose;
    if (during_finish) during_finish();
    CallbackOutcome out;
    if (!refusal.empty()) {
      out.reason = refusal;
      out.user_message = user_message;
      out.checks.push_back({"id_token.audience", false, "client", "other"});
      co_return out;
    }
    out.assertion = next;
    out.second_factor = vouches;
    if (purpose == Purpose::kSetUp) out.choice = choice;
    out.claims["sub"] = next.subject;
    out.checks.push_back({"id_token.signature", true, "valid", "valid"});
    co_return out;
  }
};

}  // namespace gatehouse::sso::fixture
