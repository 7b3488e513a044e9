#include "region/orgs/teams/policy.h"

namespace gatehouse::teams {
namespace {

constexpr std::size_t kMaxSlug = 50;

const std::vector<TeamRoleInfo>& All() {
  static const std::vector<TeamRoleInfo> kRoles = {
      {.id = "contributor",
       .name = "Contributor",
       .description = "Works with the team's projects and events.",
       .scopes = {"event:read", "event:write", "project:read", "project:releases", "org:read",
                  "member:read", "team:read", "alerts:read"}},
      {.id = "admin",
       .name = "Team Admin",
       .description = "Manages the team, its members and its projects.",
       .scopes = {"event:read", "event:write", "event:admin", "project:read", "project:releases",
                  "project:write", "project:admin", "org:read", "org:integrations", "member:read",
                  "team:read", "team:write", "team:admin", "alerts:read", "alerts:write"}}};
  return kRoles;
}

bool IsLetterOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

}  // namespace

const std::vector<TeamRoleInfo>& TeamRoles() { return All(); }

std::string_view MinimumTeamRole(std::string_view organization_role) {
  return members::IsTeamAdminByRole(organization_role) ? "admin" : "contributor";
}

std::string_view EffectiveTeamRole(std::string_view organization_role,
                                   const std::optional<std::string>& stored) {
  return stored == "admin" ? "admin" : MinimumTeamRole(organization_role);
}

bool IsValidTeamSlug(std::string_view slug) {
  if (slug.empty() || slug.size() > kMaxSlug || slug.front() == '-' || slug.back() == '-' ||
      slug == "new") {
    return false;
  }
  bool only_digits = true;
  for (const char c : slug) {
    if (!IsLetterOrDigit(c) && c != '-') return false;
    only_digits = only_digits && c >= '0' && c <= '9';
  }
  return !only_digits;
}

std::string SlugFrom(std::string_view name) {
  std::string slug;
  for (const char raw : name) {
    const char c = raw >= 'A' && raw <= 'Z' ? static_cast<char>(raw - 'A' + 'a') : raw;
    if (IsLetterOrDigit(c)) {
      slug += c;
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
  }
  slug.resize(std::min(slug.size(), kMaxSlug));
  while (slug.ends_with('-')) slug.pop_back();
  return slug;
}

bool HasAuthority(const members::Standing& caller, const Team& team,
                  const std::optional<std::string>& stored, std::string_view scope) {
  if (caller.Has(scope)) {
    const orgs::Role* role = orgs::FindRole(caller.member.role);
    if ((role != nullptr && role->is_global) || team.is_member ||
        caller.organization.open_membership()) {
      return true;
    }
  }
  return team.is_member && caller.whole && EffectiveTeamRole(caller.member.role, stored) == "admin";
}

}  // namespace gatehouse::teams
