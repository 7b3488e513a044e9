#pragma once

// Pure decisions about members: who may do what to whom.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/json/json.h"
#include "region/orgs/members/service.h"

namespace gatehouse::members {

// The caller as the rows of this transaction say, not as a page has read.
struct Standing {
  orgs::Organization organization;
  orgs::Member member;
  std::vector<std::string> scopes;  // of the role now, within those that the caller came with
  // The caller holds all that their role gives: no token with less.
  bool whole = false;

  bool Has(std::string_view scope) const { return orgs::ScopesInclude(scopes, scope); }
};

// What is left of `granted` when the role gives only `role_scopes`.
std::vector<std::string> Within(const std::vector<std::string>& role_scopes,
                                const std::vector<std::string>& granted);

// The role has no scope that the caller lacks.
bool CanGrant(const Standing& caller, std::string_view role);
// Errors: those of Service::Update that concern the role, but "only_owner". REQUIRES: the role is
// another one than the target's.
Result<void> CheckRoleChange(const Standing& caller, const orgs::Member& target,
                             std::string_view role);
// What the caller could make of the target; none for themselves and for locked rows.
std::vector<std::string> GrantableRoles(const Standing& caller, const orgs::Member& target);
// Errors: those of Service::Remove, but "only_owner".
Result<void> CheckRemoval(const Standing& caller, const orgs::Member& target);

// Team roles, lowest first: contributor, admin. None is the contributor's.
bool IsTeamRole(const std::optional<std::string>& role);
bool IsTeamAdminByRole(std::string_view organization_role);
// None if the organization role gives as much.
std::optional<std::string> StoredTeamRole(std::string_view organization_role,
                                          const std::optional<std::string>& role);

// "design, ops (admin)"; "none" without a team.
std::string DescribeTeams(const std::vector<TeamRole>& teams);
// What the audit log says of a member: email, user, role, teams_slugs, invite_status.
json::Object Describe(const orgs::Member& member, const std::vector<TeamRole>& teams);

}  // namespace gatehouse::members
