#include "control/sso/oauth2/slack/slack.h"

#include <algorithm>
#include <array>
#include <utility>

#include "control/sso/oauth2/errors.h"
#include "control/sso/oauth2/slack/errors.h"
#include "control/sso/oidc/labels.h"

namespace gatehouse::sso::oauth2::slack {
namespace {

using oidc::MemberText;

constexpr std::string_view kTeamId = "https://slack.com/team_id";
constexpr std::string_view kTeamName = "https://slack.com/team_name";

// The token is withdrawn, or its owner deactivated.
constexpr std::array<std::string_view, 5> kWithdrawn = {
    "invalid_auth", "token_revoked", "token_expired", "account_inactive", "invalid_refresh_token"};

constexpr GroupRule kRule = {.label = "Slack workspace",
                             .help = "Its people, and nobody else, can log in.",
                             .refusal = kWorkspace,
                             .message = "You do not have access to the required Slack workspace."};

class SlackVendor final : public Vendor {
 public:
  explicit SlackVendor(Options options) : options_(std::move(options)) {}

  std::string_view kind() const override { return "slack"; }
  std::string_view name() const override { return "Slack"; }
  std::string_view summary() const override { return "People of a Slack workspace."; }
  std::vector<GuideStep> Guide(std::string_view redirect_uri) const override {
    return {
        {.text = "Open api.slack.com/apps → Create New App → From scratch, in your workspace."},
        {.text = "Under OAuth & Permissions → Redirect URLs, add this address, exactly:",
         .value = std::string(redirect_uri)},
        {.text = "Under OAuth & Permissions → User Token Scopes, add these, and no others:",
         .value = "openid profile email"},
        {.text = "Under Basic Information → App Credentials, copy Client ID and Client Secret into "
                 "the form."},
    };
  }

  Endpoints EndpointsOf(const json::Object&) const override {
    return {.authorization = options_.host + "/openid/connect/authorize",
            .token = options_.host + "/api/openid.connect.token"};
  }
  std::string Issuer(const json::Object&) const override { return options_.host; }
  std::string Scopes(const json::Object&) const override { return "openid profile email"; }
  std::string AuthMethod(const json::Object&) const override {
    return std::string(oidc::kSecretPost);
  }
  bool UsesPkce(const json::Object&) const override { return false; }
  bool has_id_token() const override { return true; }
  oidc::TokenRules token_rules() const override {
    return {
        .id_token = true, .form_bodies = false, .refusals = {kWithdrawn.begin(), kWithdrawn.end()}};
  }
  const GroupRule* group_rule() const override { return &kRule; }
  std::vector<std::pair<std::string, std::string>> AuthorizationParams(
      const json::Object& config) const override {
    const json::Object* team = json::GetObject(config, "org");
    // Spares people the list of their other workspaces; it decides nothing.
    if (team == nullptr) return {};
    return {{"team", std::string(MemberText(*team, "id"))}};
  }
  std::vector<std::pair<std::string, std::string>> Mapping(const json::Object&) const override {
    return {{"id", "sub"},
            {"workspace", std::string(kTeamId)},
            {"email", "email"},
            {"email_verified", "email_verified"},
            {"name", "name"}};
  }

  Task<Person> Ask(Inquiry& inquiry) const override {
    json::Object claims;
    if (inquiry.is_refresh && inquiry.tokens.id_token.empty()) {
      GH_CO_TRY(claims, co_await inquiry.GetObject(options_.host + "/api/openid.connect.userInfo",
                                                   "user.answer"));
      std::string_view error = MemberText(claims, "error");
      if (!inquiry.checks.Add("user.answer", json::GetBool(claims, "ok") == true, "ok", error)) {
        bool withdrawn = std::ranges::find(kWithdrawn, error) != kWithdrawn.end();
        co_return inquiry.Refuse(withdrawn ? kTokenRefused : kUser, oidc::Redact(error));
      }
    } else {
      GH_CO_TRY(claims, co_await inquiry.IdToken(
                            options_.host, options_.host + "/openid/connect/keys", {"RS256"}));
    }
    Person person;
    std::string_view team = MemberText(claims, kTeamId);
    std::string_view user = MemberText(claims, "sub");
    if (!team.empty() && !user.empty()) {
      person.subject = std::string(team) + "." + std::string(user);
      person.groups.push_back({std::string(team), std::string(MemberText(claims, kTeamName))});
    }
    std::string_view email = MemberText(claims, "email");
    if (oidc::IsEmail(email)) person.email = email;
    person.email_verified =
        !person.email.empty() && json::GetBool(claims, "email_verified") == true;
    person.name = oidc::NameLabel(MemberText(claims, "name"));
    co_return person;
  }

 private:
  const Options options_;
};

}  // namespace

std::unique_ptr<const Vendor> NewVendor(Options options) {
  return std::make_unique<SlackVendor>(std::move(options));
}

}  // namespace gatehouse::sso::oauth2::slack
