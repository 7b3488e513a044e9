#include "region/orgs/members/policy.h"

#include <algorithm>

#include "region/orgs/errors.h"
#include "region/orgs/members/errors.h"

namespace gatehouse::members {

std::vector<std::string> Within(const std::vector<std::string>& role_scopes,
                                const std::vector<std::string>& granted) {
  std::vector<std::string> out;
  for (const std::string& scope : role_scopes) {
    if (orgs::ScopesInclude(granted, scope)) out.push_back(scope);
  }
  return out;
}

bool CanGrant(const Standing& caller, std::string_view role) {
  return std::ranges::all_of(orgs::ScopesOf(caller.organization, role),
                             [&](const std::string& scope) { return caller.Has(scope); });
}

Result<void> CheckRoleChange(const Standing& caller, const orgs::Member& target,
                             std::string_view role) {
  const orgs::Role* wanted = orgs::FindRole(role);
  if (wanted == nullptr) {
    return Fail(Code::kInvalidArgument, orgs::kRoleUnknown, std::string(role));
  }
  if (!CanGrant(caller, role) || !CanGrant(caller, target.role)) {
    return Fail(Code::kPermissionDenied, kRoleTooHigh);
  }
  if (target.id == caller.member.id) return Fail(Code::kInvalidArgument, kOwnRole);
  if (wanted->is_retired) return Fail(Code::kInvalidArgument, kRoleRetired, std::string(role));
  if ((target.flags & orgs::kIdpRoleRestricted) != 0) {
    return Fail(Code::kPermissionDenied, kMembershipLocked);
  }
  return {};
}

std::vector<std::string> GrantableRoles(const Standing& caller, const orgs::Member& target) {
  constexpr std::int64_t kLocks = orgs::kIdpRoleRestricted | orgs::kPartnershipRestricted;
  if (target.id == caller.member.id || (target.flags & kLocks) != 0 ||
      !caller.Has("member:write") || !CanGrant(caller, target.role)) {
    return {};
  }
  return orgs::GrantableRoles(caller.organization, caller.scopes);
}

Result<void> CheckRemoval(const Standing& caller, const orgs::Member& target) {
  if (target.id != caller.member.id) {
    if (!caller.Has("member:admin")) return Fail(Code::kPermissionDenied, kForbidden);
    if (orgs::RolePriority(caller.member.role) < orgs::RolePriority(target.role)) {
      return Fail(Code::kPermissionDenied, kRoleTooHigh);
    }
  }
  if ((target.flags & (orgs::kIdpProvisioned | orgs::kPartnershipRestricted)) != 0) {
    return Fail(Code::kPermissionDenied, kMembershipLocked);
  }
  return {};
}

bool IsTeamRole(const std::optional<std::string>& role) {
  return !role || *role == "contributor" || *role == "admin";
}

bool IsTeamAdminByRole(std::string_view organization_role) {
  return orgs::RolePriority(organization_role) >= orgs::RolePriority("admin");
}

std::optional<std::string> StoredTeamRole(std::string_view organization_role,
                                          const std::optional<std::string>& role) {
  if (role != "admin" || IsTeamAdminByRole(organization_role)) return std::nullopt;
  return role;
}

std::string DescribeTeams(const std::vector<TeamRole>& teams) {
  std::string out;
  for (const TeamRole& team : teams) {
    if (!out.empty()) out += ", ";
    out += team.team_slug;
    if (team.role) out += " (" + *team.role + ")";
  }
  return out.empty() ? "none" : out;
}

json::Object Describe(const orgs::Member& member, const std::vector<TeamRole>& teams) {
  json::Object data = {
      {"email", member.email}, {"role", member.role}, {"invite_status", member.invite_status}};
  if (member.user) data["user"] = member.user->value;
  json::Array slugs;
  for (const TeamRole& team : teams) slugs.emplace_back(team.team_slug);
  if (!slugs.empty()) data["teams_slugs"] = std::move(slugs);
  return data;
}

}  // namespace gatehouse::members
