#pragma once

// Teams: who works together, and with which role inside the team. Thread-safe. Rights are decided
// here, in the transaction that acts; see members/service.h for Caller.

#include <optional>
#include <string>
#include <vector>

#include "region/orgs/members/service.h"

namespace gatehouse::teams {

using members::Caller;

// Lowest first: contributor, admin.
struct TeamRoleInfo {
  std::string_view id;
  std::string_view name;
  std::string_view description;
  std::vector<std::string_view> scopes;
};
const std::vector<TeamRoleInfo>& TeamRoles();
// What the organization role gives in every team: admin and above are team admins.
std::string_view MinimumTeamRole(std::string_view organization_role);
// The higher one of stored and minimum.
std::string_view EffectiveTeamRole(std::string_view organization_role,
                                   const std::optional<std::string>& stored);

struct Team {
  TeamId id;
  OrgId organization;
  std::string slug;
  std::string name;
  bool idp_provisioned = false;
  std::int64_t version = 0;
  Timestamp created_at;
  std::int64_t member_count = 0;
  // Of the caller.
  bool is_member = false;
  bool has_pending_request = false;
};

struct TeamMember {
  orgs::Member member;
  std::string role;  // effective
};

struct AccessRequest {
  std::int64_t id = 0;
  Team team;
  orgs::Member member;
  std::optional<UserId> requester;
  Timestamp created_at;
};

enum class Joined { kAdded, kAlready, kRequested };

class Service {
 public:
  virtual ~Service() = default;

  virtual Task<std::vector<Team>> List(OrgId organization, Caller caller) = 0;
  // Errors: kNotFound "team_not_found".
  virtual Task<Team> Get(OrgId organization, std::string slug, Caller caller) = 0;
  virtual Task<std::vector<TeamMember>> Members(OrgId organization, std::string slug,
                                                std::optional<MemberId> after,
                                                std::size_t limit) = 0;
  // REQUIRES team:write of the organization role. Audited (team.create). Errors: kInvalidArgument
  // "slug_invalid", "name_invalid"; kAlreadyExists "slug_taken"; kPermissionDenied "forbidden".
  virtual Task<Team> Create(OrgId organization, std::string slug, std::string name,
                            Caller caller) = 0;
  // REQUIRES team:write (organization role, or admin of this team). Audited (team.edit).
  virtual Task<Team> Update(OrgId organization, std::string slug,
                            std::optional<std::string> new_slug, std::optional<std::string> name,
                            Caller caller) = 0;
  // REQUIRES team:admin. Audited (team.remove).
  virtual Task<void> Delete(OrgId organization, std::string slug, Caller caller) = 0;

  // Adds a member (the caller or somebody else). Allowed with open membership, or with authority
  // over the team (organization role with team:write, admin of the team); otherwise a request is
  // left once and those who decide are mailed. Audited (member.join-team). Errors:
  // "team_not_found", kNotFound "member_not_found"; kPermissionDenied "forbidden",
  // "membership_locked" (the provider manages the team).
  virtual Task<Joined> Join(OrgId organization, std::string slug, MemberId member,
                            Caller caller) = 0;
  // Oneself, or with authority over the team. Not in the team: nothing. Audited
  // (member.leave-team).
  virtual Task<void> Leave(OrgId organization, std::string slug, MemberId member,
                           Caller caller) = 0;
  // `role` at or below the minimum is stored as none. Errors: kNotFound "not_in_team";
  // kInvalidArgument "team_role_unknown"; kPermissionDenied "forbidden", "role_too_high".
  virtual Task<void> SetRole(OrgId organization, std::string slug, MemberId member,
                             std::string role, Caller caller) = 0;

  // org:write sees all, team:write its own teams', others none.
  virtual Task<std::vector<AccessRequest>> Requests(OrgId organization, Caller caller) = 0;
  // Errors: kNotFound "request_not_found"; kPermissionDenied "forbidden".
  virtual Task<void> Decide(OrgId organization, std::int64_t request, bool approve,
                            Caller caller) = 0;
};

}  // namespace gatehouse::teams
