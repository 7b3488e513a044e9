#include "control/sso/oauth2/bitbucket/bitbucket.h"

#include <utility>

#include "control/sso/oauth2/bitbucket/errors.h"
#include "control/sso/oauth2/errors.h"
#include "control/sso/oidc/labels.h"

namespace gatehouse::sso::oauth2::bitbucket {
namespace {

using oidc::MemberText;

constexpr std::size_t kPage = 100;
constexpr int kMaxPages = 10;

constexpr GroupRule kRule = {
    .label = "Bitbucket workspace",
    .help = "Its members, and nobody else, can log in.",
    .refusal = kWorkspace,
    .message = "You do not have access to the required Bitbucket workspace."};

class BitbucketVendor final : public Vendor {
 public:
  explicit BitbucketVendor(Options options) : options_(std::move(options)) {}

  std::string_view kind() const override { return "bitbucket"; }
  std::string_view name() const override { return "Bitbucket"; }
  std::string_view summary() const override { return "Members of a Bitbucket Cloud workspace."; }
  std::vector<GuideStep> Guide(std::string_view redirect_uri) const override {
    return {
        {.text = "On Bitbucket, open your workspace's Settings → OAuth consumers → Add consumer."},
        {.text = "Callback URL, exactly:", .value = std::string(redirect_uri)},
        {.text = "Tick “This is a private consumer”, and these permissions, no others:",
         .value = "Account: Email, Read"},
        {.text = "Save, open the consumer, and copy Key (our client ID) and Secret into the form."},
    };
  }

  Endpoints EndpointsOf(const json::Object&) const override {
    return {.authorization = options_.host + "/site/oauth2/authorize",
            .token = options_.host + "/site/oauth2/access_token"};
  }
  std::string Issuer(const json::Object&) const override { return options_.host; }
  std::string Scopes(const json::Object&) const override { return {}; }
  bool UsesPkce(const json::Object&) const override { return false; }
  const GroupRule* group_rule() const override { return &kRule; }
  std::vector<std::pair<std::string, std::string>> Mapping(const json::Object&) const override {
    return {{"id", "uuid"}, {"email", "email"}, {"name", "display_name"}};
  }

  Task<Person> Ask(Inquiry& inquiry) const override {
    GH_CO_TRY(json::Object user, co_await inquiry.GetObject(options_.api + "/user", "user.answer"));
    for (std::string_view member : {"uuid", "nickname", "display_name"}) {
      if (const json::Value* value = user.if_contains(member)) inquiry.claims[member] = *value;
    }
    Person person;
    person.subject = MemberText(user, "uuid");
    person.name = oidc::NameLabel(MemberText(user, "display_name"));
    for (int page = 1; page <= kMaxPages; ++page) {
      GH_CO_TRY(json::Array values,
                co_await Page(inquiry, "/user/workspaces", page, "user.workspaces"));
      for (const json::Value& item : values) {
        const json::Object* entry = item.if_object();
        const json::Object* workspace =
            entry != nullptr ? json::GetObject(*entry, "workspace") : nullptr;
        if (workspace == nullptr) continue;
        std::string_view id = MemberText(*workspace, "uuid");
        if (!id.empty()) {
          person.groups.push_back({std::string(id), std::string(MemberText(*workspace, "slug"))});
        }
      }
      if (values.size() < kPage) break;
    }
    if (inquiry.is_refresh) co_return person;

    GH_CO_TRY(json::Array emails, co_await Page(inquiry, "/user/emails", 1, "user.emails"));
    for (const json::Value& item : emails) {
      const json::Object* entry = item.if_object();
      if (entry == nullptr || json::GetBool(*entry, "is_primary") != true) continue;
      std::string_view address = MemberText(*entry, "email");
      if (!oidc::IsEmail(address)) continue;
      person.email = address;
      person.email_verified = json::GetBool(*entry, "is_confirmed") == true;
      inquiry.claims["email"] = address;
    }
    co_return person;
  }

 private:
  Task<json::Array> Page(Inquiry& inquiry, std::string_view path, int page,
                         std::string_view row) const {
    std::string url = options_.api + std::string(path) + "?pagelen=" + std::to_string(kPage) +
                      "&page=" + std::to_string(page);
    GH_CO_TRY(json::Object document, co_await inquiry.GetObject(std::move(url), row));
    const json::Array* values = json::GetArray(document, "values");
    if (values == nullptr) {
      inquiry.checks.Add(row, false, "a list of values", oidc::Shown(document, "values"));
      co_return inquiry.Refuse(kUser, "no values");
    }
    co_return *values;
  }

  const Options options_;
};

}  // namespace

std::unique_ptr<const Vendor> NewVendor(Options options) {
  return std::make_unique<BitbucketVendor>(std::move(options));
}

}  // namespace gatehouse::sso::oauth2::bitbucket
