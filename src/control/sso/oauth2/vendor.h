#pragma once

// The description of an OAuth 2 vendor: endpoints, scopes, client authentication, and how it says
// who a person is. Everything else is the OAuth2Adapter's. Immutable; safe for any thread.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/sso/adapter.h"
#include "control/sso/oauth2/inquiry.h"
#include "control/sso/oidc/config.h"
#include "control/sso/oidc/settings_reader.h"
#include "control/sso/oidc/token_endpoint.h"

namespace gatehouse::sso::oauth2 {

struct Endpoints {
  std::string authorization;
  std::string token;
};

// What people belong to at the vendor: a GitHub organization, a Slack workspace, …
struct Group {
  std::string id;
  std::string name;
};

// Membership as the rule of who may log in. The administrator chooses one group at set-up; the
// config has it as {"org": {"id", "name"}}.
struct GroupRule {
  std::string_view label;    // "GitHub organization"
  std::string_view help;     // on the review page
  std::string_view refusal;  // slug for somebody who does not belong to it
  std::string_view message;  // what that person may read, "" for the catalogue's words
};

// What a vendor said. All of it but `subject` are labels.
struct Person {
  std::string subject = {};
  std::string legacy_subject = {};
  std::string email = {};
  bool email_verified = false;
  std::string name = {};
  std::vector<Group> groups = {};  // with a GroupRule
  // Refresh only: there was nothing to read, and that is no refusal.
  bool silent = false;
};

class Vendor {
 public:
  virtual ~Vendor() = default;
  virtual std::string_view kind() const = 0;
  virtual std::string_view name() const = 0;
  virtual std::string_view summary() const = 0;
  virtual std::vector<GuideStep> Guide(std::string_view redirect_uri) const = 0;

  // Besides client ID and secret. Names are those of the config's members, which are text, true or
  // false, or lists of text.
  virtual std::vector<SettingField> fields() const { return {}; }
  virtual void Read(oidc::SettingsReader& /*reader*/, json::Object& /*config*/) const {}

  virtual Endpoints EndpointsOf(const json::Object& config) const = 0;
  // Who vouches: part of the identity key. Another one means that everybody links again.
  virtual std::string Issuer(const json::Object& config) const = 0;
  // What the vendor calls itself in the answer to the browser (RFC 9207), "" if not known.
  virtual std::string AnswerIssuer(const json::Object& /*config*/) const { return {}; }
  virtual std::string Scopes(const json::Object& config) const = 0;
  virtual std::string AuthMethod(const json::Object& /*config*/) const {
    return std::string(oidc::kSecretBasic);
  }
  virtual bool UsesPkce(const json::Object& /*config*/) const { return true; }
  // A nonce is sent with every request, and the ID token is verified by Ask().
  virtual bool has_id_token() const { return false; }
  // Further parameters of the authorization request.
  virtual std::vector<std::pair<std::string, std::string>> AuthorizationParams(
      const json::Object& /*config*/) const {
    return {};
  }
  virtual oidc::TokenRules token_rules() const { return {.id_token = has_id_token()}; }

  virtual const GroupRule* group_rule() const { return nullptr; }
  // What can be chosen besides the groups of the person: "everybody", say.
  virtual std::vector<Group> FurtherGroups(const json::Object& /*config*/) const { return {}; }
  // Set-up without a group rule: what the settings have left open, to be confirmed from what the
  // person of the trial belongs to.
  virtual std::optional<Choice> Suggest(const json::Object& /*config*/,
                                        const Person& /*person*/) const {
    return std::nullopt;
  }
  // The config with the chosen option.
  virtual json::Object Adopt(json::Object config, const Choice::Option& option) const {
    config["org"] = json::Object{{"id", option.value}, {"name", option.label}};
    return config;
  }
  // Does `after` refuse people whom `before` let in, apart from the group?
  virtual bool Tightens(const json::Object& /*before*/, const json::Object& /*after*/) const {
    return false;
  }

  // (our field, name of the vendor's), for the review page.
  virtual std::vector<std::pair<std::string, std::string>> Mapping(
      const json::Object& config) const = 0;

  // Asks who the owner of the inquiry's tokens is, at log-in and at refresh alike. Errors: those of
  // Inquiry; refusals by a rule are kPermissionDenied (Inquiry::Forbid).
  virtual Task<Person> Ask(Inquiry& inquiry) const = 0;
};

}  // namespace gatehouse::sso::oauth2
