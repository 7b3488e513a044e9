#include "control/sso/oauth2/google/google.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "control/sso/oauth2/errors.h"
#include "control/sso/oauth2/google/errors.h"
#include "control/sso/oidc/errors.h"
#include "control/sso/oidc/labels.h"

namespace gatehouse::sso::oauth2::google {
namespace {

using oidc::MemberText;

constexpr std::size_t kMaxDomains = 50;

bool Contains(const std::vector<std::string>& list, std::string_view item) {
  return std::ranges::find(list, item) != list.end();
}

// Host name of at least two labels: letters, digits and hyphens.
bool IsDomain(std::string_view domain) {
  if (domain.size() > 253 || !domain.contains('.')) return false;
  for (std::string_view label : Split(domain, '.')) {
    bool plain = !label.empty() && label.size() <= 63 && !label.starts_with('-') &&
                 !label.ends_with('-') && std::ranges::all_of(label, [](char c) {
                   return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                 });
    if (!plain) return false;
  }
  return true;
}

class GoogleVendor final : public Vendor {
 public:
  explicit GoogleVendor(Options options) : options_(std::move(options)) {}

  std::string_view kind() const override { return "google"; }
  std::string_view name() const override { return "Google"; }
  std::string_view summary() const override { return "People of your Google Workspace domains."; }
  std::vector<GuideStep> Guide(std::string_view redirect_uri) const override {
    return {
        {.text = "In the Google Cloud console (console.cloud.google.com), choose or make a project "
                 "of your organization, and open Google Auth Platform → Branding; audience: "
                 "Internal."},
        {.text = "Under Clients → Create client, choose Web application, and enter this authorized "
                 "redirect URI, exactly:",
         .value = std::string(redirect_uri)},
        {.text = "Create it, and copy client ID and client secret into the form."},
        {.text = "Under Data Access, these scopes are enough:", .value = "openid email profile"},
    };
  }
  std::vector<SettingField> fields() const override {
    return {{.name = "domains",
             .label = "Domains",
             .help = "The Google Workspace domains whose people may log in, separated by spaces, "
                     "for example example.com. Secondary domains are listed too. Left empty, it "
                     "becomes the domain of the account that you try it with.",
             .required = false}};
  }
  void Read(oidc::SettingsReader& reader, json::Object& config) const override {
    json::Array domains;
    std::string text = AsciiLower(reader.Text("domains", false));
    std::ranges::replace(text, ',', ' ');
    std::vector<std::string> seen;
    for (std::string_view domain : Split(text, ' ')) {
      if (domain.starts_with('@')) domain.remove_prefix(1);
      if (domain.empty() || Contains(seen, domain)) continue;
      bool usable = IsDomain(domain) && !Contains(options_.blocked_domains, domain) &&
                    seen.size() < kMaxDomains;
      if (!usable && !reader.Failed("domains")) reader.Refuse("domains", oidc::kFieldInvalid);
      seen.emplace_back(domain);
      domains.emplace_back(domain);
    }
    config["domains"] = std::move(domains);
    config["version"] = "1";
  }

  Endpoints EndpointsOf(const json::Object&) const override {
    return {.authorization = options_.authorization, .token = options_.token};
  }
  std::string Issuer(const json::Object&) const override { return options_.issuer; }
  std::string AnswerIssuer(const json::Object&) const override { return options_.issuer; }
  std::string Scopes(const json::Object&) const override { return "openid email profile"; }
  std::string AuthMethod(const json::Object&) const override {
    return std::string(oidc::kSecretPost);
  }
  bool has_id_token() const override { return true; }
  // A refresh token comes with the first consent only, unless it is asked for again.
  std::vector<std::pair<std::string, std::string>> AuthorizationParams(
      const json::Object& config) const override {
    std::vector<std::pair<std::string, std::string>> params = {{"access_type", "offline"},
                                                               {"prompt", "consent"}};
    // Spares people the list of their other accounts; it decides nothing.
    std::vector<std::string> domains = DomainsOf(config);
    if (domains.size() == 1) params.emplace_back("hd", domains.front());
    return params;
  }
  std::optional<Choice> Suggest(const json::Object& config, const Person& person) const override {
    if (!DomainsOf(config).empty() || person.groups.empty()) return std::nullopt;
    const std::string& domain = person.groups.front().id;
    return Choice{.label = "Google Workspace domain",
                  .help = "Its people, and nobody else, can log in.",
                  .options = {{domain, domain}},
                  .selected = domain};
  }
  json::Object Adopt(json::Object config, const Choice::Option& option) const override {
    json::Array domains;
    domains.emplace_back(option.value);
    config["domains"] = std::move(domains);
    return config;
  }
  bool Tightens(const json::Object& before, const json::Object& after) const override {
    std::vector<std::string> now = DomainsOf(after);
    std::vector<std::string> then = DomainsOf(before);
    if (then.empty()) return !now.empty();
    return std::ranges::any_of(then, [&](const std::string& d) { return !Contains(now, d); });
  }
  std::vector<std::pair<std::string, std::string>> Mapping(const json::Object&) const override {
    return {{"id", "sub"},
            {"email", "email"},
            {"email_verified", "email_verified"},
            {"name", "name"},
            {"domain", "hd"}};
  }

  Task<Person> Ask(Inquiry& inquiry) const override {
    json::Object claims;
    if (inquiry.is_refresh && inquiry.tokens.id_token.empty()) {
      GH_CO_TRY(claims, co_await inquiry.GetObject(options_.userinfo, "user.answer"));
    } else {
      Result<json::Object> verified =
          co_await inquiry.IdToken(options_.issuer, options_.jwks, {"RS256", "ES256"});
      if (!verified) {
        inquiry.user_message = kUnreadable;
        co_return std::unexpected(verified.error());
      }
      claims = std::move(*verified);
    }
    GH_CO_TRY_VOID(CheckDomain(inquiry, claims));
    Person person;
    const std::string domain = AsciiLower(MemberText(claims, "hd"));
    person.groups.push_back({domain, domain});
    person.subject = MemberText(claims, "sub");
    std::string_view email = MemberText(claims, "email");
    if (!inquiry.checks.Add("id_token.email", oidc::IsEmail(email), "an e-mail address",
                            email.empty() ? "absent" : email)) {
      inquiry.user_message = kUnreadable;
      co_return inquiry.Refuse(google::kEmail);
    }
    person.email = email;
    person.email_verified = json::GetBool(claims, "email_verified") == true;
    if (person.email_verified) person.legacy_subject = person.email;
    std::string_view name = MemberText(claims, "name");
    person.name = oidc::NameLabel(name.empty() ? email : name);
    co_return person;
  }

 private:
  static constexpr std::string_view kUnreadable =
      "Unable to fetch user information from Google.  Please check the log.";

  Result<void> CheckDomain(Inquiry& inquiry, const json::Object& claims) const {
    const std::string domain = AsciiLower(MemberText(claims, "hd"));
    const std::vector<std::string> domains = DomainsOf(inquiry.config());
    bool allowed = !domain.empty() && !Contains(options_.blocked_domains, domain) &&
                   (domains.empty() || Contains(domains, domain));
    if (inquiry.checks.Add("id_token.hd", allowed,
                           domains.empty() ? "a hosted domain" : Join(domains, ", "),
                           domain.empty() ? "absent" : domain)) {
      return {};
    }
    return inquiry.Forbid(kDomain, "The domain for your Google account (" + oidc::Redact(domain) +
                                       ") is not allowed to authenticate with this provider.");
  }

  const Options options_;
};

}  // namespace

std::vector<std::string> DomainsOf(const json::Object& config) {
  std::vector<std::string> domains;
  auto add = [&](std::string_view domain) {
    std::string lower = AsciiLower(domain);
    if (!lower.empty() && !Contains(domains, lower)) domains.push_back(std::move(lower));
  };
  if (const json::Array* list = json::GetArray(config, "domains")) {
    for (const json::Value& item : *list) {
      if (const auto* text = item.if_string()) add({text->data(), text->size()});
    }
  }
  add(MemberText(config, "domain"));
  return domains;
}

std::unique_ptr<const Vendor> NewVendor(Options options) {
  return std::make_unique<GoogleVendor>(std::move(options));
}

}  // namespace gatehouse::sso::oauth2::google
