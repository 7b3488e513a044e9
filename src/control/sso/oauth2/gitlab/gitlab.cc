#include "control/sso/oauth2/gitlab/gitlab.h"

#include <utility>

#include "base/text.h"
#include "control/sso/oauth2/gitlab/errors.h"
#include "control/sso/oauth2/oauth2_adapter.h"
#include "control/sso/oidc/labels.h"

namespace gatehouse::sso::oauth2::gitlab {
namespace {

using oidc::MemberText;

constexpr std::size_t kMaxGroups = 2000;

constexpr GroupRule kRule = {
    .label = "GitLab group",
    .help = "Its members, and nobody else, can log in. Members of a subgroup alone are not.",
    .refusal = kGroup,
    .message = "You do not have access to the required GitLab group."};

class GitlabVendor final : public Vendor {
 public:
  explicit GitlabVendor(Options options) : options_(std::move(options)) {}

  std::string_view kind() const override { return "gitlab"; }
  std::string_view name() const override { return "GitLab"; }
  std::string_view summary() const override {
    return "Members of a group on GitLab.com, or people of your own GitLab.";
  }
  std::vector<GuideStep> Guide(std::string_view redirect_uri) const override {
    return {
        {.text = "On GitLab, open your group's Settings → Applications (or, on your own instance, "
                 "Admin → Applications) → Add new application. Leave Confidential ticked."},
        {.text = "Redirect URI, exactly:", .value = std::string(redirect_uri)},
        {.text = "Tick these scopes, and no others:", .value = "openid profile email"},
        {.text = "Save, and copy Application ID (our client ID) and Secret into the form."},
    };
  }
  std::vector<SettingField> fields() const override {
    return {{.name = "host",
             .label = "GitLab address",
             .help = "For your own GitLab: its address, for example https://gitlab.example.com",
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
    return {.authorization = host + "/oauth/authorize", .token = host + "/oauth/token"};
  }
  std::string Issuer(const json::Object& config) const override {
    return std::string(MemberText(config, "host"));
  }
  std::string Scopes(const json::Object&) const override { return "openid profile email"; }
  std::string AuthMethod(const json::Object&) const override {
    return std::string(oidc::kSecretPost);
  }
  const GroupRule* group_rule() const override { return &kRule; }
  std::vector<Group> FurtherGroups(const json::Object& config) const override {
    const std::string host = Issuer(config);
    if (host == options_.host) return {};
    return {{std::string(kEverybody), "Everyone with an account on " + host}};
  }
  std::vector<std::pair<std::string, std::string>> Mapping(const json::Object&) const override {
    return {
        {"id", "sub"}, {"email", "email"}, {"email_verified", "email_verified"}, {"name", "name"}};
  }

  Task<Person> Ask(Inquiry& inquiry) const override {
    GH_CO_TRY(json::Object user, co_await inquiry.GetObject(
                                     Issuer(inquiry.config()) + "/oauth/userinfo", "user.answer"));
    for (std::string_view member : {"sub", "nickname", "name", "email", "email_verified"}) {
      if (const json::Value* value = user.if_contains(member)) inquiry.claims[member] = *value;
    }
    Person person;
    person.subject = IdText(user, "sub");
    std::string_view email = MemberText(user, "email");
    if (oidc::IsEmail(email)) person.email = email;
    person.email_verified = !person.email.empty() && json::GetBool(user, "email_verified") == true;
    person.name = oidc::NameLabel(MemberText(user, "name"));
    if (const json::Array* groups = json::GetArray(user, "groups")) {
      for (const json::Value& item : *groups) {
        const auto* path = item.if_string();
        if (path == nullptr || path->empty() || person.groups.size() == kMaxGroups) continue;
        // A path has no '*', so that none can pose as everybody.
        if (path->find(kEverybody) != std::string::npos) continue;
        person.groups.push_back({std::string(*path), std::string(*path)});
      }
    }
    co_return person;
  }

 private:
  const Options options_;
};

}  // namespace

std::unique_ptr<const Vendor> NewVendor(Options options) {
  return std::make_unique<GitlabVendor>(std::move(options));
}

}  // namespace gatehouse::sso::oauth2::gitlab
