#include "control/sso/oauth2/entra/entra.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "control/sso/oauth2/entra/errors.h"
#include "control/sso/oidc/errors.h"
#include "control/sso/oidc/labels.h"

namespace gatehouse::sso::oauth2::entra {
namespace {

using oidc::MemberText;

// Personal Microsoft accounts: anybody can have one.
constexpr std::string_view kPersonalTenant = "9188040d-6c67-4c5b-b112-36a304b66dad";

// 8-4-4-4-12 hexadecimal digits, lower case.
bool IsGuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

class EntraVendor final : public Vendor {
 public:
  explicit EntraVendor(Options options) : options_(std::move(options)) {}

  std::string_view kind() const override { return "entra"; }
  std::string_view name() const override { return "Microsoft Entra ID"; }
  std::string_view summary() const override {
    return "People of one Microsoft Entra (Azure AD) directory.";
  }
  std::vector<GuideStep> Guide(std::string_view redirect_uri) const override {
    return {
        {.text = "In the Microsoft Entra admin center (entra.microsoft.com), open Entra ID → App "
                 "registrations → New registration. Supported account types: accounts in this "
                 "organizational directory only."},
        {.text = "Redirect URI: platform Web, and this address, exactly:",
         .value = std::string(redirect_uri)},
        {.text = "From the Overview, copy Application (client) ID and Directory (tenant) ID into "
                 "the form."},
        {.text = "Under Certificates & secrets → New client secret, copy the Value (not the Secret "
                 "ID) into the form. Note when it expires."},
        {.text = "Under API permissions, these delegated permissions of Microsoft Graph are "
                 "enough:",
         .value = "openid profile email offline_access"},
    };
  }
  std::vector<SettingField> fields() const override {
    return {{.name = "tenant",
             .label = "Directory (tenant) ID",
             .help = "Like 72f988bf-86f1-41af-91ab-2d7cd011db47. Another directory means that "
                     "everybody links again."}};
  }
  void Read(oidc::SettingsReader& reader, json::Object& config) const override {
    std::string tenant = AsciiLower(reader.Text("tenant", true));
    bool usable = IsGuid(tenant) && tenant != kPersonalTenant;
    if (!usable && !reader.Failed("tenant")) reader.Refuse("tenant", oidc::kFieldInvalid);
    config["tenant"] = std::move(tenant);
  }

  Endpoints EndpointsOf(const json::Object& config) const override {
    const std::string base = Base(config);
    if (base.empty()) return {};
    return {.authorization = base + "/oauth2/v2.0/authorize", .token = base + "/oauth2/v2.0/token"};
  }
  std::string Issuer(const json::Object& config) const override {
    const std::string base = Base(config);
    return base.empty() ? base : base + "/v2.0";
  }
  std::string AnswerIssuer(const json::Object& config) const override { return Issuer(config); }
  std::string Scopes(const json::Object&) const override {
    return "openid profile email offline_access";
  }
  std::string AuthMethod(const json::Object&) const override {
    return std::string(oidc::kSecretPost);
  }
  bool has_id_token() const override { return true; }
  std::vector<std::pair<std::string, std::string>> Mapping(const json::Object&) const override {
    return {{"id", "oid"}, {"directory", "tid"}, {"email", "email"}, {"name", "name"}};
  }

  Task<Person> Ask(Inquiry& inquiry) const override {
    // With offline_access Entra sends a new one at every refresh; without it nothing new is said.
    if (inquiry.is_refresh && inquiry.tokens.id_token.empty()) co_return Person{.silent = true};
    GH_CO_TRY(json::Object claims,
              co_await inquiry.IdToken(Issuer(inquiry.config()),
                                       Base(inquiry.config()) + "/discovery/v2.0/keys", {"RS256"}));
    const std::string tenant(MemberText(inquiry.config(), "tenant"));
    const std::string tid = AsciiLower(MemberText(claims, "tid"));
    if (!inquiry.checks.Add("id_token.tid", tid == tenant && tid != kPersonalTenant, tenant,
                            tid.empty() ? "absent" : tid)) {
      co_return inquiry.Forbid(kTenant, "");
    }
    const std::string oid = AsciiLower(MemberText(claims, "oid"));
    if (!inquiry.checks.Add("id_token.oid", IsGuid(oid), "an object id",
                            oid.empty() ? "absent" : oid)) {
      co_return inquiry.Refuse(kObject);
    }
    Person person;
    person.subject = oid + "." + tid;
    for (std::string_view claim : {"email", "preferred_username"}) {
      std::string_view text = MemberText(claims, claim);
      if (person.email.empty() && oidc::IsEmail(text)) person.email = text;
    }
    person.name = oidc::NameLabel(MemberText(claims, "name"));
    co_return person;
  }

 private:
  std::string Base(const json::Object& config) const {
    std::string_view tenant = MemberText(config, "tenant");
    return IsGuid(tenant) ? options_.login + "/" + std::string(tenant) : std::string();
  }

  const Options options_;
};

}  // namespace

std::unique_ptr<const Vendor> NewVendor(Options options) {
  return std::make_unique<EntraVendor>(std::move(options));
}

}  // namespace gatehouse::sso::oauth2::entra
