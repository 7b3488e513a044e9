#include "region/orgs/members/store.h"

#include <algorithm>
#include <map>

#include "region/orgs/members/errors.h"
#include "region/orgs/members/policy.h"
#include "region/orgs/members/statements.h"
#include "region/orgs/store.h"

namespace gatehouse::members::store {
namespace {

constexpr std::int64_t kLinkFlags = orgs::kSsoLinked | orgs::kSsoInvalid;

// "" is no address.
std::optional<std::string> AddressOf(const UserCopy& user) {
  return user.email.empty() ? std::nullopt : std::optional(user.email);
}

struct Assignment {
  TeamId team;
  std::optional<std::string> role;
  bool locked = false;
};

}  // namespace

Result<std::optional<orgs::Member>> Find(sql::Tx& tx, OrgId organization, MemberId member) {
  GH_TRY(const sql::Rows rows, tx.Query(kMemberById, {organization, member}));
  if (rows.empty()) return std::nullopt;
  return orgs::store::ReadMember(rows.front());
}

Result<orgs::Member> FindApproved(sql::Tx& tx, OrgId organization, MemberId member) {
  GH_TRY(std::optional<orgs::Member> found, Find(tx, organization, member));
  if (!found || found->invite_status != "approved") return Fail(Code::kNotFound, kMemberNotFound);
  return std::move(*found);
}

Result<void> LockOwners(sql::Tx& tx, OrgId organization) {
  GH_TRY_VOID(tx.Exec(kLockOwners, {organization}));
  return {};
}

Result<std::int64_t> CountOtherOwners(sql::Tx& tx, OrgId organization, MemberId except) {
  GH_TRY(const sql::Rows rows, tx.Query(kOtherOwners, {organization, except}));
  return rows.front().Int(0);
}

Result<void> SetRole(sql::Tx& tx, OrgId organization, MemberId member, std::string_view role) {
  GH_TRY_VOID(tx.Exec(kSetRole, {organization, member, role}));
  return {};
}

Result<void> Touch(sql::Tx& tx, OrgId organization, MemberId member) {
  GH_TRY_VOID(tx.Exec(kTouch, {organization, member}));
  return {};
}

Result<bool> SetFlags(sql::Tx& tx, OrgId organization, MemberId member, std::int64_t version,
                      std::int64_t set, std::int64_t clear) {
  GH_TRY(const std::int64_t changed,
         tx.Exec(kSetFlags, {organization, member, version, set, ~clear}));
  return changed > 0;
}

Result<bool> Delete(sql::Tx& tx, OrgId organization, MemberId member) {
  GH_TRY_VOID(tx.Exec(kDeleteTeams, {organization, member}));
  GH_TRY_VOID(tx.Exec(kDeleteTeamRequests, {organization, member}));
  GH_TRY(const std::int64_t deleted, tx.Exec(kDelete, {organization, member}));
  return deleted > 0;
}

Result<void> BuryInvite(sql::Tx& tx, OrgId organization, MemberId member, std::string_view reason,
                        Timestamp now) {
  GH_TRY_VOID(tx.Exec(kBuryInvite, {organization, member, reason, now}));
  return {};
}

Result<std::optional<MemberId>> FindPendingByEmail(sql::Tx& tx, OrgId organization,
                                                   std::string_view email) {
  GH_TRY(const sql::Rows rows, tx.Query(kPendingByEmail, {organization, email}));
  if (rows.empty()) return std::nullopt;
  return rows.front().As<MemberId>(0);
}

Result<bool> MakePending(sql::Tx& tx, OrgId organization, MemberId member, std::string_view nonce,
                         Timestamp expires_at) {
  GH_TRY(const std::int64_t changed,
         tx.Exec(kMakePending, {organization, member, nonce, expires_at, ~kLinkFlags}));
  return changed > 0;
}

Result<bool> SetUser(sql::Tx& tx, OrgId organization, MemberId member, const UserCopy& user) {
  const std::optional<std::string> email = AddressOf(user);
  GH_TRY(const std::int64_t changed, tx.Exec(kSetUser, {organization, member, user.user, email,
                                                        user.name, user.is_active, user.has_2fa}));
  return changed > 0;
}

Result<void> CopyUser(sql::Tx& tx, const UserCopy& user) {
  const std::optional<std::string> email = AddressOf(user);
  GH_TRY_VOID(tx.Exec(kCopyUser, {user.user, email, user.name, user.is_active, user.has_2fa}));
  return {};
}

Result<std::vector<OrgId>> Requiring2faOf(sql::Tx& tx, UserId user) {
  GH_TRY(const sql::Rows rows,
         tx.Query(kRequiring2faOfUser, {user, std::int64_t{orgs::kRequire2fa}}));
  std::vector<OrgId> out;
  for (const sql::Row row : rows) out.push_back(row.As<OrgId>(0));
  return out;
}

Result<std::vector<orgs::Member>> Without2fa(sql::Tx& tx, OrgId organization, MemberId after,
                                             std::size_t limit) {
  GH_TRY(const sql::Rows rows, tx.Query(kWithout2fa, {organization, after, limit}));
  return orgs::store::ReadMembers(rows);
}

Result<bool> EffectApplied(sql::Tx& tx, std::int64_t effect) {
  GH_TRY(const sql::Rows rows, tx.Query(kEffectApplied, {effect}));
  return !rows.empty();
}

Result<std::vector<TeamRole>> TeamsOf(sql::Tx& tx, OrgId organization, MemberId member) {
  GH_TRY(const sql::Rows rows, tx.Query(kTeamsOf, {organization, member}));
  std::vector<TeamRole> teams;
  for (const sql::Row row : rows) {
    teams.push_back({.team_slug = row.String(0), .role = row.OptString(1)});
  }
  return teams;
}

Result<void> ReplaceTeams(sql::Tx& tx, OrgId organization, const orgs::Member& member,
                          const std::vector<TeamRole>& teams, Timestamp now) {
  std::map<std::string, Assignment, std::less<>> present;
  GH_TRY(const sql::Rows rows, tx.Query(kTeamsOf, {organization, member.id}));
  for (const sql::Row row : rows) {
    present[row.String(0)] = {
        .team = row.As<TeamId>(2), .role = row.OptString(1), .locked = row.Bool(3)};
  }
  std::map<std::string, Assignment, std::less<>> wanted;
  for (const TeamRole& team : teams) {
    if (!IsTeamRole(team.role)) {
      return Fail(Code::kInvalidArgument, kTeamRoleUnknown, team.role.value_or(""));
    }
    GH_TRY(const sql::Rows found, tx.Query(kTeamBySlug, {organization, team.team_slug}));
    if (found.empty()) return Fail(Code::kInvalidArgument, kTeamUnknown, team.team_slug);
    wanted[team.team_slug] = {.team = found.front().As<TeamId>(0),
                              .role = StoredTeamRole(member.role, team.role),
                              .locked = found.front().Bool(1)};
  }
  for (const auto& [slug, assignment] : present) {
    if (wanted.contains(slug)) continue;
    if (assignment.locked) return Fail(Code::kPermissionDenied, kMembershipLocked, slug);
    GH_TRY_VOID(tx.Exec(kTakeTeam, {organization, assignment.team, member.id}));
  }
  for (const auto& [slug, assignment] : wanted) {
    const auto before = present.find(slug);
    if (before == present.end() && assignment.locked) {
      return Fail(Code::kPermissionDenied, kMembershipLocked, slug);
    }
    if (before != present.end() && before->second.role == assignment.role) continue;
    GH_TRY_VOID(
        tx.Exec(kPutTeam, {organization, assignment.team, member.id, assignment.role, now}));
  }
  return {};
}

Result<void> ClearTeamRoles(sql::Tx& tx, OrgId organization, MemberId member) {
  GH_TRY_VOID(tx.Exec(kClearTeamRoles, {organization, member}));
  return {};
}

}  // namespace gatehouse::members::store
