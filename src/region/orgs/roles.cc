#include <algorithm>
#include <array>

#include "region/orgs/types.h"

namespace gatehouse::orgs {
namespace {

using std::string_view_literals::operator""sv;
using Scopes = std::vector<std::string_view>;

const Scopes& MemberScopes() {
  static const Scopes kScopes = {"org:read",         "member:read", "team:read",   "project:read",
                                 "project:releases", "event:read",  "event:write", "event:admin",
                                 "alerts:read",      "alerts:write"};
  return kScopes;
}

template <class Range>
bool Contains(const Range& range, std::string_view value) {
  return std::ranges::find(range, value) != std::ranges::end(range);
}

Scopes With(Scopes base, const Scopes& more) {
  base.insert(base.end(), more.begin(), more.end());
  return base;
}

std::vector<Role> MakeRoles() {
  const Scopes admin = With(MemberScopes(), {"org:integrations", "team:write", "team:admin",
                                             "project:write", "project:admin"});
  const Scopes manager = With(admin, {"org:write", "member:write", "member:admin"});
  const Scopes owner = With(manager, {"org:admin"});
  return {
      {.id = "member",
       .name = "Member",
       .description = "Sees the organization, joins teams, and works with their events.",
       .scopes = MemberScopes()},
      {.id = "admin",
       .name = "Admin",
       .description = "Manages teams and projects. Kept for organizations that use it already.",
       .is_retired = true,
       .scopes = admin},
      {.id = "manager",
       .name = "Manager",
       .description = "Manages members, teams, projects and the organization's settings.",
       .is_global = true,
       .scopes = manager},
      {.id = "owner",
       .name = "Owner",
       .description = "May do everything, including what concerns other owners.",
       .is_global = true,
       .scopes = owner},
  };
}

}  // namespace

const std::vector<Role>& Roles() {
  static const std::vector<Role> kRoles = MakeRoles();
  return kRoles;
}

const Role* FindRole(std::string_view id) {
  const auto found = std::ranges::find(Roles(), id, &Role::id);
  return found == Roles().end() ? nullptr : &*found;
}

int RolePriority(std::string_view id) {
  const Role* role = FindRole(id);
  return role == nullptr ? -1 : static_cast<int>(role - Roles().data());
}

bool RoleHasScope(std::string_view role, std::string_view scope) {
  const Role* found = FindRole(role);
  return found != nullptr && Contains(found->scopes, scope);
}

std::vector<std::string> ScopesOf(const Organization& organization, std::string_view role) {
  const Role* found = FindRole(role);
  if (found == nullptr) return {};
  // The options concern plain members only: who may write projects or teams keeps everything.
  const bool plain = !Contains(found->scopes, "org:write") &&
                     !Contains(found->scopes, "project:write") &&
                     !Contains(found->scopes, "team:write");
  std::vector<std::string> scopes;
  for (std::string_view scope : found->scopes) {
    if (plain && scope == "event:admin" && (organization.flags & kMembersNoEventAdmin) != 0)
      continue;
    if (plain && scope == "alerts:write" && (organization.flags & kMembersNoAlertsWrite) != 0) {
      continue;
    }
    scopes.emplace_back(scope);
  }
  return scopes;
}

std::vector<std::string> GrantableRoles(const Organization& organization,
                                        const std::vector<std::string>& scopes) {
  std::vector<std::string> roles;
  for (const Role& role : Roles()) {
    if (role.is_retired) continue;
    const std::vector<std::string> needed = ScopesOf(organization, role.id);
    const bool within = std::ranges::all_of(
        needed, [&](const std::string& scope) { return ScopesInclude(scopes, scope); });
    if (within) roles.emplace_back(role.id);
  }
  return roles;
}

const std::vector<std::string_view>& AllScopes() {
  static const Scopes kScopes = {
      "org:read",    "org:write",    "org:admin",     "org:integrations", "org:ci",
      "member:read", "member:write", "member:admin",  "team:read",        "team:write",
      "team:admin",  "project:read", "project:write", "project:admin",    "project:releases",
      "event:read",  "event:write",  "event:admin",   "alerts:read",      "alerts:write",
      "openid",      "profile",      "email"};
  return kScopes;
}

bool ScopesInclude(const std::vector<std::string>& granted, std::string_view scope) {
  const auto has = [&](std::string_view wanted) {
    return std::ranges::any_of(granted, [&](const std::string& s) { return s == wanted; });
  };
  if (!Contains(AllScopes(), scope)) return false;
  if (has(scope)) return true;
  if (scope == "org:integrations") return has("org:admin");
  const std::size_t colon = scope.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string resource(scope.substr(0, colon + 1));
  const std::string_view level = scope.substr(colon + 1);
  if (level == "read") return has(resource + "write") || has(resource + "admin");
  if (level == "write") return has(resource + "admin");
  return false;
}

bool IsValidSlug(std::string_view slug) {
  // First parts of our own paths, and names that people would take for ours.
  constexpr std::array kReserved = {
      "about"sv,        "accept"sv,    "account"sv,      "accounts"sv,
      "admin"sv,        "api"sv,       "assets"sv,       "auth"sv,
      "billing"sv,      "cli"sv,       "docs"sv,         "extensions"sv,
      "favicon"sv,      "first-run"sv, "gatehouse"sv,    "health"sv,
      "healthz"sv,      "help"sv,      "idp"sv,          "internal"sv,
      "join-request"sv, "login"sv,     "logout"sv,       "mail"sv,
      "mailbox"sv,      "manage"sv,    "metrics"sv,      "new"sv,
      "oauth"sv,        "oidc"sv,      "organization"sv, "organizations"sv,
      "out"sv,          "public"sv,    "ready"sv,        "readyz"sv,
      "recover"sv,      "register"sv,  "remote"sv,       "robots"sv,
      "root"sv,         "rpc"sv,       "saml"sv,         "scim"sv,
      "security"sv,     "settings"sv,  "setup"sv,        "signup"sv,
      "sso"sv,          "static"sv,    "status"sv,       "support"sv,
      "system"sv,       "user"sv,      "users"sv,        "well-known"sv,
      "www"sv};
  if (slug.empty() || slug.size() > 50 || slug.front() == '-' || slug.back() == '-') return false;
  bool only_digits = true;
  for (const char c : slug) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && !(c >= 'a' && c <= 'z') && c != '-') return false;
    only_digits = only_digits && digit;
  }
  return !only_digits && !Contains(kReserved, slug);
}

}  // namespace gatehouse::orgs
