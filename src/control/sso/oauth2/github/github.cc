#include "control/sso/oauth2/github/github.h"

#include <array>
#include <utility>

#include "base/text.h"
#include "control/sso/oauth2/errors.h"
#include "control/sso/oauth2/github/errors.h"
#include "control/sso/oauth2/oauth2_adapter.h"
#include "control/sso/oidc/errors.h"
#include "control/sso/oidc/labels.h"
#include "platform/http/url.h"

namespace gatehouse::sso::oauth2::github {
namespace {

using oidc::MemberText;

constexpr std::size_t kPage = 100;
constexpr int kMaxPages = 10;
constexpr std::size_t kMaxEmails = 100;

constexpr GroupRule kRule = {
    .label = "GitHub organization",
    .help = "Its members, and nobody else, can log in.",
    .refusal = kOrganization,
    .message = "You do not have access to the required GitHub organization."};

class GithubVendor final : public Vendor {
 public:
  explicit GithubVendor(Options options) : options_(std::move(options)) {}

  std::string_view kind() const override { return "github"; }
  std::string_view name() const override { return "GitHub"; }
  std::string_view summary() const override {
    return "Members of an organization on GitHub.com or GitHub Enterprise.";
  }
  std::vector<GuideStep> Guide(std::string_view redirect_uri) const override {
    auto url = http::ParseUrl(redirect_uri);
    return {
        {.text = "On GitHub, open your organization's Settings → Developer settings → OAuth apps → "
                 "New OAuth app."},
        {.text = "Homepage URL:", .value = url ? url->Origin() + "/" : std::string()},
        {.text = "Authorization callback URL, exactly:", .value = std::string(redirect_uri)},
        {.text = "Register the application, choose Generate a new client secret, and copy client "
                 "ID and secret into the form."},
        {.text = "These permissions are asked for when you log in; there is nothing to set for "
                 "them:",
         .value = "read:org user:email"},
        {.text = "If the organization restricts third-party applications, approve this one under "
                 "Settings → Third-party Access, or it stays invisible to us."},
    };
  }
  std::vector<SettingField> fields() const override {
    return {{.name = "host",
             .label = "GitHub address",
             .help = "For GitHub Enterprise: its address, for example https://github.example.com",
             .kind = "url",
             .required = false,
             .initial = options_.host}};
  }
  void Read(oidc::SettingsReader& reader, json::Object& config) const override {
    std::string_view host = Trim(reader.Raw("host"));
    if (host.ends_with('/')) host.remove_suffix(1);
    config["host"] = host.empty() ? options_.host : reader.Base("host", host);
  }

  Endpoints EndpointsOf(const json::Object& config) const override {
    std::string host(MemberText(config, "host"));
    return {.authorization = host + "/login/oauth/authorize",
            .token = host + "/login/oauth/access_token"};
  }
  std::string Issuer(const json::Object& config) const override {
    return std::string(MemberText(config, "host"));
  }
  std::string Scopes(const json::Object&) const override { return "read:org user:email"; }
  std::string AuthMethod(const json::Object&) const override {
    return std::string(oidc::kSecretPost);
  }
  oidc::TokenRules token_rules() const override {
    return {.id_token = false, .form_bodies = true, .refusals = {"bad_refresh_token"}};
  }
  const GroupRule* group_rule() const override { return &kRule; }
  std::vector<std::pair<std::string, std::string>> Mapping(const json::Object&) const override {
    return {{"id", "id"}, {"email", "email"}, {"name", "name"}};
  }

  Task<Person> Ask(Inquiry& inquiry) const override {
    const std::string api = ApiOf(inquiry.config());
    GH_CO_TRY(json::Object user, co_await inquiry.GetObject(api + "/user", "user.answer"));
    for (std::string_view member : {"id", "login", "name", "email"}) {
      if (const json::Value* value = user.if_contains(member)) inquiry.claims[member] = *value;
    }
    Person person;
    // A number; the login name can change hands.
    if (auto id = json::GetInt(user, "id")) person.subject = std::to_string(*id);
    person.name = oidc::NameLabel(MemberText(user, "name"));
    GH_CO_TRY(person.groups, co_await Organizations(inquiry, api));
    if (inquiry.is_refresh) co_return person;

    // The profile's address is public and need not be verified: it only saves asking when nobody
    // wants a verified one.
    std::string_view profile = MemberText(user, "email");
    if (oidc::IsEmail(profile) && !options_.require_verified_email) {
      person.email = profile;
    } else {
      GH_CO_TRY(json::Array emails, co_await inquiry.GetArray(api + "/user/emails", "user.emails"));
      Result<Email> email = PrimaryEmail(emails, options_.require_verified_email);
      if (!inquiry.checks.Add("user.primary_email", email.has_value(),
                              options_.require_verified_email ? "one verified primary address"
                                                              : "one primary address",
                              email ? email->address : email.error().detail)) {
        co_return inquiry.Forbid(email.error().reason, EmailMessage(email.error().reason));
      }
      person.email = email->address;
      person.email_verified = email->verified;
    }
    if (person.name.empty()) person.name = NameFromEmail(person.email);
    co_return person;
  }

 private:
  std::string ApiOf(const json::Object& config) const {
    if (!options_.api.empty()) return options_.api;
    const std::string host(MemberText(config, "host"));
    auto url = http::ParseUrl(host);
    if (!url) return host + "/api/v3";
    if (url->host == "github.com" || url->host.ends_with(".ghe.com")) {
      return url->scheme + "://api." + url->host;
    }
    return host + "/api/v3";
  }

  static Task<std::vector<Group>> Organizations(Inquiry& inquiry, const std::string& api) {
    std::vector<Group> groups;
    for (int page = 1; page <= kMaxPages; ++page) {
      GH_CO_TRY(json::Array list,
                co_await inquiry.GetArray(api + "/user/orgs?per_page=" + std::to_string(kPage) +
                                              "&page=" + std::to_string(page),
                                          "user.organizations"));
      for (const json::Value& item : list) {
        const json::Object* organization = item.if_object();
        auto id = organization != nullptr ? json::GetInt(*organization, "id") : std::nullopt;
        if (!id) continue;
        groups.push_back({std::to_string(*id), std::string(MemberText(*organization, "login"))});
      }
      if (list.size() < kPage) break;
    }
    co_return groups;
  }

  const Options options_;
};

std::unexpected<Error> NoEmail(std::string_view reason, std::size_t found) {
  return Fail(Code::kPermissionDenied, reason, std::to_string(found));
}

}  // namespace

Result<Email> PrimaryEmail(const json::Array& emails, bool require_verified) {
  std::vector<Email> found;
  std::size_t seen = 0;
  for (const json::Value& item : emails) {
    if (++seen > kMaxEmails) break;
    const json::Object* entry = item.if_object();
    if (entry == nullptr || !json::GetBool(*entry, "primary").value_or(false)) continue;
    bool verified = json::GetBool(*entry, "verified").value_or(false);
    std::string_view address = MemberText(*entry, "email");
    if ((require_verified && !verified) || !oidc::IsEmail(address)) continue;
    found.push_back({std::string(address), verified});
  }
  if (found.empty()) return NoEmail(require_verified ? kNoVerifiedEmail : github::kNoEmail, 0);
  if (found.size() > 1) {
    return NoEmail(require_verified ? kManyVerifiedEmails : kManyEmails, found.size());
  }
  return std::move(found.front());
}

std::string_view EmailMessage(std::string_view reason) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kMessages = {{
      {github::kNoEmail,
       "We were unable to find a primary email address associated with your GitHub account."},
      {kManyEmails,
       "We were unable to find a single primary email address associated with your GitHub "
       "account."},
      {kNoVerifiedEmail,
       "We were unable to find a verified, primary email address associated with your GitHub "
       "account."},
      {kManyVerifiedEmails,
       "We were unable to find a single verified, primary email address associated with your "
       "GitHub account."},
  }};
  for (const auto& [slug, text] : kMessages) {
    if (slug == reason) return text;
  }
  return {};
}

std::string NameFromEmail(std::string_view email) {
  std::string name;
  bool begins = true;
  for (char c : email.substr(0, email.find('@'))) {
    if (c == '.' || c == '_' || c == '-') {
      if (!begins) name += ' ';
      begins = true;
      continue;
    }
    name += begins && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    begins = false;
  }
  return std::string(Trim(name));
}

std::unique_ptr<const Vendor> NewVendor(Options options) {
  return std::make_unique<GithubVendor>(std::move(options));
}

}  // namespace gatehouse::sso::oauth2::github
