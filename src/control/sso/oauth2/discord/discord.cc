#include "control/sso/oauth2/discord/discord.h"

#include <utility>

#include "control/sso/oauth2/discord/errors.h"
#include "control/sso/oidc/labels.h"

namespace gatehouse::sso::oauth2::discord {
namespace {

using oidc::MemberText;

constexpr std::size_t kMaxServers = 200;  // what one answer holds, and more than one can join

constexpr GroupRule kRule = {.label = "Discord server",
                             .help = "Its members, and nobody else, can log in.",
                             .refusal = kServer,
                             .message = "You do not have access to the required Discord server."};

class DiscordVendor final : public Vendor {
 public:
  explicit DiscordVendor(Options options) : options_(std::move(options)) {}

  std::string_view kind() const override { return "discord"; }
  std::string_view name() const override { return "Discord"; }
  std::string_view summary() const override { return "Members of a Discord server."; }
  std::vector<GuideStep> Guide(std::string_view redirect_uri) const override {
    return {
        {.text = "Open discord.com/developers/applications → New Application."},
        {.text = "Under OAuth2 → Redirects, add this address, exactly:",
         .value = std::string(redirect_uri)},
        {.text = "On the same page, copy Client ID, choose Reset Secret, and copy the secret into "
                 "the form."},
        {.text = "These scopes are asked for when you log in; there is nothing to set for them:",
         .value = "identify email guilds"},
    };
  }

  Endpoints EndpointsOf(const json::Object&) const override {
    return {.authorization = options_.host + "/oauth2/authorize",
            .token = options_.host + "/api/oauth2/token"};
  }
  std::string Issuer(const json::Object&) const override { return options_.host; }
  std::string Scopes(const json::Object&) const override { return "identify email guilds"; }
  bool UsesPkce(const json::Object&) const override { return false; }
  const GroupRule* group_rule() const override { return &kRule; }
  std::vector<std::pair<std::string, std::string>> Mapping(const json::Object&) const override {
    return {
        {"id", "id"}, {"email", "email"}, {"email_verified", "verified"}, {"name", "global_name"}};
  }

  Task<Person> Ask(Inquiry& inquiry) const override {
    const std::string api = options_.host + "/api/v10/users/@me";
    GH_CO_TRY(json::Object user, co_await inquiry.GetObject(api, "user.answer"));
    for (std::string_view member : {"id", "username", "global_name", "email", "verified"}) {
      if (const json::Value* value = user.if_contains(member)) inquiry.claims[member] = *value;
    }
    Person person;
    person.subject = MemberText(user, "id");
    std::string_view email = MemberText(user, "email");
    if (oidc::IsEmail(email)) person.email = email;
    person.email_verified = !person.email.empty() && json::GetBool(user, "verified") == true;
    std::string_view name = MemberText(user, "global_name");
    person.name = oidc::NameLabel(name.empty() ? MemberText(user, "username") : name);
    GH_CO_TRY(json::Array servers,
              co_await inquiry.GetArray(api + "/guilds?limit=" + std::to_string(kMaxServers),
                                        "user.servers"));
    for (const json::Value& item : servers) {
      const json::Object* server = item.if_object();
      if (server == nullptr || MemberText(*server, "id").empty()) continue;
      person.groups.push_back(
          {std::string(MemberText(*server, "id")), std::string(MemberText(*server, "name"))});
    }
    co_return person;
  }

 private:
  const Options options_;
};

}  // namespace

std::unique_ptr<const Vendor> NewVendor(Options options) {
  return std::make_unique<DiscordVendor>(std::move(options));
}

}  // namespace gatehouse::sso::oauth2::discord
