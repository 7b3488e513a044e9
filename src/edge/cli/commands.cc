#include "edge/cli/commands.h"

#include "edge/access/people.h"
#include "platform/runtime/runtime.h"

namespace gatehouse::cli {
namespace {

using runtime::RunSync;

constexpr std::string_view kAlreadyMember = "already_member";

Result<users::User> FindUser(Services& s, const std::string& email) {
  return s.db.ReadSync([&](sql::Tx& tx) { return s.user_store.FindForLogin(tx, email); });
}

orgs::Actor Operator(const Services& s) { return {std::nullopt, s.operator_label, "", "cli"}; }

std::string Plain(const json::Value& value) {
  if (const auto* text = value.if_string()) return std::string(text->data(), text->size());
  return json::Serialize(value);
}

}  // namespace

Result<json::Object> CreateUser(Services& s, const std::string& email, const std::string& name,
                                std::optional<std::string> password) {
  GH_TRY(users::User user,
         RunSync(s.users.Create(email, name, std::move(password), {"", s.operator_label, "cli"})));
  return json::Object{{"id", user.id.ToString()}, {"email", user.email}, {"name", user.name}};
}

Result<json::Object> ResetFactors(Services& s, const std::string& email) {
  GH_TRY(users::User user, FindUser(s, email));
  GH_TRY_VOID(
      RunSync(s.factors.Reset(user.id, s.operator_label, std::nullopt, std::nullopt, "cli")));
  return json::Object{{"id", user.id.ToString()}, {"email", user.email}, {"has2fa", false}};
}

Result<json::Object> CreateOrg(Services& s, const std::string& slug, const std::string& name,
                               const std::string& owner) {
  GH_TRY(users::User user, FindUser(s, owner));
  GH_TRY(orgs::Organization org,
         RunSync(s.orgs.Create(slug, name, access::CopyOf(user), Operator(s))));
  return json::Object{
      {"id", org.id.ToString()}, {"slug", org.slug}, {"name", org.name}, {"owner", user.email}};
}

Result<json::Object> AddMember(Services& s, const std::string& org, const std::string& email,
                               const std::string& role) {
  GH_TRY(orgs::Organization organization, RunSync(s.orgs.GetBySlug(org)));
  GH_TRY(users::User user, FindUser(s, email));
  GH_TRY(const auto before, RunSync(s.orgs.CheckMembership(organization.id, user.id)));
  if (before && before->role != role && orgs::FindRole(role) != nullptr) {
    return Fail(Code::kAlreadyExists, kAlreadyMember,
                user.email + " has the role " + before->role + " in " + organization.slug);
  }
  GH_TRY(orgs::Member member,
         RunSync(s.orgs.AddMember(organization.id, access::CopyOf(user), role, 0, Operator(s))));
  return json::Object{{"id", member.id.ToString()},
                      {"org", organization.slug},
                      {"email", user.email},
                      {"role", member.role},
                      {"already_member", before.has_value()}};
}

Result<json::Object> CreateProject(Services& s, const std::string& org, const std::string& slug,
                                   const std::string& name, const std::string& platform) {
  GH_TRY(orgs::Organization organization, RunSync(s.orgs.GetBySlug(org)));
  GH_TRY(projects::Project project,
         RunSync(s.projects.CreateOnHost(organization.id, slug, name.empty() ? slug : name,
                                         platform, Operator(s))));
  GH_TRY(std::vector<projects::Key> keys, RunSync(s.projects.Keys(organization.id, project.id)));
  return json::Object{{"id", project.id.ToString()},
                      {"org", organization.slug},
                      {"slug", project.slug},
                      {"dsn", keys.empty() ? "" : projects::Dsn(s.base_url, keys.front())}};
}

Result<json::Object> CreateToken(Services& s, const std::string& user, const std::string& name,
                                 const std::vector<std::string>& scopes,
                                 std::optional<std::int64_t> days) {
  GH_TRY(users::User owner, FindUser(s, user));
  std::optional<Timestamp> expires;
  if (days) expires = s.clock.Now() + std::chrono::hours(24) * *days;
  GH_TRY(std::string token, RunSync(s.authn.CreateToken(owner.id, name, scopes, expires)));
  json::Array granted;
  for (const std::string& scope : scopes) granted.emplace_back(scope);
  return json::Object{{"token", token}, {"user", owner.email}, {"scopes", std::move(granted)}};
}

Result<json::Object> UnlockSso(Services& s, const std::string& org) {
  GH_TRY(orgs::Organization organization, RunSync(s.orgs.GetBySlug(org)));
  GH_TRY_VOID(RunSync(s.sso.Unlock(organization.id, s.operator_label)));
  return json::Object{{"org", organization.slug}, {"require_link", false}};
}

std::string Format(const json::Object& result, bool as_json) {
  if (as_json) return json::Serialize(result) + "\n";
  std::string out;
  for (const auto& [key, value] : result) {
    out += std::string(key.data(), key.size()) + ": " + Plain(value) + "\n";
  }
  return out;
}

std::string FormatError(const Error& error, std::string_view sentence, bool as_json) {
  if (as_json) {
    json::Object o{{"error", error.reason}, {"message", sentence}, {"detail", error.detail}};
    return json::Serialize(o) + "\n";
  }
  std::string code(error.reason);
  if (!error.detail.empty()) code += ": " + error.detail;
  if (sentence.empty()) return "gatehouse: " + code + "\n";
  return "gatehouse: " + std::string(sentence) + "\n  " + code + "\n";
}

int ExitStatus(const Error& error) {
  return error.reason.starts_with("config_") ? kExitUsage : kExitRefused;
}

}  // namespace gatehouse::cli
