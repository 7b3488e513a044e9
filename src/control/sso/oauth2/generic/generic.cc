#include "control/sso/oauth2/generic/generic.h"

#include "base/text.h"
#include "control/sso/oidc/errors.h"
#include "control/sso/oidc/labels.h"
#include "platform/http/url.h"

namespace gatehouse::sso::oauth2::generic {
namespace {

using oidc::MemberText;

constexpr std::string_view kPkceOn = "S256";
constexpr std::string_view kPkceOff = "none";

const json::Value* Find(const json::Object& document, std::string_view path) {
  if (path.empty()) return nullptr;
  if (const json::Value* value = document.if_contains(path)) return value;
  auto [name, rest] = SplitOnce(path, '.');
  const json::Object* inner = rest.empty() ? nullptr : json::GetObject(document, name);
  return inner != nullptr ? Find(*inner, rest) : nullptr;
}

std::string TextAt(const json::Object& document, std::string_view path) {
  const json::Value* value = Find(document, path);
  if (value == nullptr) return {};
  if (const auto* text = value->if_string()) return std::string(*text);
  if (value->is_int64() || value->is_uint64()) return json::Serialize(*value);
  return {};
}

class GenericVendor final : public Vendor {
 public:
  std::string_view kind() const override { return "oauth2"; }
  std::string_view name() const override { return "OAuth 2"; }
  std::string_view summary() const override {
    return "Any provider with an OAuth 2 code flow and an endpoint that says who is logged in.";
  }
  std::vector<GuideStep> Guide(std::string_view redirect_uri) const override {
    return {
        {.text = "Register a confidential web application at the provider, with the authorization "
                 "code flow and this redirect URI, exactly:",
         .value = std::string(redirect_uri)},
        {.text = "If its tokens expire, let it issue refresh tokens too (often a scope). Links "
                 "are checked every day; without one, members have to log in again each time."},
        {.text = "Copy its client ID, client secret and the three endpoints into the form."},
    };
  }

  std::vector<SettingField> fields() const override {
    return {
        {.name = "authorization_url",
         .label = "Authorization endpoint",
         .help = "Where people are sent to log in.",
         .kind = "url"},
        {.name = "token_url",
         .label = "Token endpoint",
         .help = "Where we exchange the code for a token.",
         .kind = "url"},
        {.name = "user_url",
         .label = "User endpoint",
         .help = "Answers with a JSON object about the owner of the token. Another endpoint means "
                 "that everybody links again.",
         .kind = "url"},
        {.name = "scopes",
         .label = "Scopes",
         .help = "What we ask for, separated by spaces.",
         .required = false},
        {.name = "auth_method",
         .label = "Client authentication",
         .help = "How we prove who we are at the token endpoint.",
         .kind = "select",
         .required = false,
         .choices = {std::string(oidc::kSecretBasic), std::string(oidc::kSecretPost)},
         .initial = std::string(oidc::kSecretBasic)},
        {.name = "pkce",
         .label = "PKCE",
         .help = "Choose none only for a provider that refuses requests with it.",
         .kind = "select",
         .required = false,
         .choices = {std::string(kPkceOn), std::string(kPkceOff)},
         .initial = std::string(kPkceOn)},
        {.name = "claim_id",
         .label = "Member with the id",
         .help = "A value that never changes and is never given to somebody else: not an e-mail "
                 "address, not a user name. A dot leads into an object, as in data.id.",
         .required = false,
         .initial = "sub"},
        {.name = "claim_email",
         .label = "Member with the e-mail address",
         .help = "Shown, and never used to find an account.",
         .required = false,
         .initial = "email"},
        {.name = "claim_verified",
         .label = "Member that says the address is verified",
         .help = "Only JSON true counts. Leave it empty if the provider does not say.",
         .required = false},
        {.name = "claim_name",
         .label = "Member with the name",
         .help = "Shown until the person changes it.",
         .required = false,
         .initial = "name"},
        {.name = "answer_issuer",
         .label = "Issuer in the answer",
         .help = "If the provider sends iss along with the code (RFC 9207): the value to expect.",
         .required = false},
    };
  }

  void Read(oidc::SettingsReader& reader, json::Object& config) const override {
    for (const char* name : {"authorization_url", "token_url", "user_url"}) {
      config[name] = reader.Endpoint(name);
    }
    auto token = http::ParseUrl(MemberText(config, "token_url"));
    for (const char* name : {"authorization_url", "user_url"}) {
      auto url = http::ParseUrl(MemberText(config, name));
      if (!token || !url || reader.Failed(name)) continue;
      // An http origin is reachable only when the operator allowed it; then all of it lives there.
      bool own_origin = url->Origin() == token->Origin();
      if (!own_origin && (url->scheme != "https" || url->host_is_ip)) {
        reader.Refuse(name, oidc::kUrlForbidden);
      }
    }
    config["scopes"] = Join(reader.Tokens("scopes"), " ");
    config["auth_method"] = reader.Choice("auth_method", {oidc::kSecretBasic, oidc::kSecretPost});
    config["pkce"] = reader.Choice("pkce", {kPkceOn, kPkceOff});
    auto member = [&](std::string_view name, std::string_view fallback) {
      std::string value = reader.Text(name, false);
      config[name] = value.empty() ? std::string(fallback) : std::move(value);
    };
    member("claim_id", "sub");
    member("claim_email", "email");
    member("claim_verified", "");
    member("claim_name", "name");
    member("answer_issuer", "");
  }

  Endpoints EndpointsOf(const json::Object& config) const override {
    return {.authorization = std::string(MemberText(config, "authorization_url")),
            .token = std::string(MemberText(config, "token_url"))};
  }
  std::string Issuer(const json::Object& config) const override {
    return std::string(MemberText(config, "user_url"));
  }
  std::string AnswerIssuer(const json::Object& config) const override {
    return std::string(MemberText(config, "answer_issuer"));
  }
  std::string Scopes(const json::Object& config) const override {
    return std::string(MemberText(config, "scopes"));
  }
  std::string AuthMethod(const json::Object& config) const override {
    return std::string(MemberText(config, "auth_method"));
  }
  bool UsesPkce(const json::Object& config) const override {
    return MemberText(config, "pkce") != kPkceOff;
  }
  oidc::TokenRules token_rules() const override {
    return {.id_token = false, .form_bodies = true, .refusals = {}};
  }

  std::vector<std::pair<std::string, std::string>> Mapping(
      const json::Object& config) const override {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& [field, member] :
         {std::pair("id", "claim_id"), std::pair("email", "claim_email"),
          std::pair("email_verified", "claim_verified"), std::pair("name", "claim_name")}) {
      std::string_view name = MemberText(config, member);
      if (!name.empty()) out.emplace_back(field, name);
    }
    return out;
  }

  Task<Person> Ask(Inquiry& inquiry) const override {
    const json::Object& config = inquiry.config();
    GH_CO_TRY(
        json::Object document,
        co_await inquiry.GetObject(std::string(MemberText(config, "user_url")), "user.answer"));
    inquiry.claims = document;
    // What the settings name is shown under that name, wherever it lies.
    for (const auto& [field, name] : Mapping(config)) {
      const json::Value* value = Find(document, name);
      if (value != nullptr && !document.contains(name)) inquiry.claims[name] = *value;
    }
    co_return ReadPerson(document, config);
  }
};

}  // namespace

Person ReadPerson(const json::Object& document, const json::Object& config) {
  Person person;
  person.subject = TextAt(document, MemberText(config, "claim_id"));
  std::string email = TextAt(document, MemberText(config, "claim_email"));
  if (oidc::IsEmail(email)) person.email = std::move(email);
  const json::Value* verified = Find(document, MemberText(config, "claim_verified"));
  person.email_verified =
      !person.email.empty() && verified != nullptr && verified->is_bool() && verified->as_bool();
  person.name = oidc::NameLabel(TextAt(document, MemberText(config, "claim_name")));
  return person;
}

std::unique_ptr<const Vendor> NewVendor() { return std::make_unique<GenericVendor>(); }

}  // namespace gatehouse::sso::oauth2::generic
