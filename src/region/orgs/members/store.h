#pragma once

// Members in SQL: synchronous functions over an open transaction, for this module and those above
// it (invites, teams). The organization is the first argument of everything. Errors: those of
// sql::Tx and what each line says.

#include <optional>
#include <string_view>
#include <vector>

#include "platform/sql/sql.h"
#include "region/orgs/members/service.h"

namespace gatehouse::members::store {

// In any invite status.
Result<std::optional<orgs::Member>> Find(sql::Tx& tx, OrgId organization, MemberId member);
// Approved ones only. Errors: kNotFound "member_not_found".
Result<orgs::Member> FindApproved(sql::Tx& tx, OrgId organization, MemberId member);

// Before an owner is demoted or removed: makes all who do so in this organization wait for each
// other. Call it before counting.
Result<void> LockOwners(sql::Tx& tx, OrgId organization);
// Active users with the owner role, `except` left out.
Result<std::int64_t> CountOtherOwners(sql::Tx& tx, OrgId organization, MemberId except);

Result<void> SetRole(sql::Tx& tx, OrgId organization, MemberId member, std::string_view role);
// Raises the row version: for changes that other tables hold.
Result<void> Touch(sql::Tx& tx, OrgId organization, MemberId member);
// false: the row has another version, or is gone.
Result<bool> SetFlags(sql::Tx& tx, OrgId organization, MemberId member, std::int64_t version,
                      std::int64_t set, std::int64_t clear);
// The row with its teams and requests for teams. false: there was none.
Result<bool> Delete(sql::Tx& tx, OrgId organization, MemberId member);

// Remembers the nonce of a pending row that is about to be accepted, revoked or regenerated, with
// the reason; nothing if the row has none.
Result<void> BuryInvite(sql::Tx& tx, OrgId organization, MemberId member, std::string_view reason,
                        Timestamp now);
// Pending, in any status.
Result<std::optional<MemberId>> FindPendingByEmail(sql::Tx& tx, OrgId organization,
                                                   std::string_view email);
// The member's user leaves the row, which becomes an approved invitation to the user's address with
// this nonce, of no inviter: it was nobody who granted its role. Link flags go. false: no user, or
// no address.
Result<bool> MakePending(sql::Tx& tx, OrgId organization, MemberId member, std::string_view nonce,
                         Timestamp expires_at);
// false: the row is gone, not pending, or not approved.
Result<bool> SetUser(sql::Tx& tx, OrgId organization, MemberId member, const UserCopy& user);

// Every row of the user, in all organizations.
Result<void> CopyUser(sql::Tx& tx, const UserCopy& user);
Result<std::vector<OrgId>> Requiring2faOf(sql::Tx& tx, UserId user);
// Active users without a second factor, by id.
Result<std::vector<orgs::Member>> Without2fa(sql::Tx& tx, OrgId organization, MemberId after,
                                             std::size_t limit);
Result<bool> EffectApplied(sql::Tx& tx, std::int64_t effect);

// By slug.
Result<std::vector<TeamRole>> TeamsOf(sql::Tx& tx, OrgId organization, MemberId member);
// All or nothing: the member's teams are then exactly these (the last one wins if a team is named
// twice). A role that the member's organization role gives anyway is stored as none. Errors:
// kInvalidArgument "team_unknown" (of another organization, too), "team_role_unknown", the slug or
// role in detail; kPermissionDenied "membership_locked" (a team that the provider manages would
// gain or lose the member).
Result<void> ReplaceTeams(sql::Tx& tx, OrgId organization, const orgs::Member& member,
                          const std::vector<TeamRole>& teams, Timestamp now);
// After a role that makes the member an admin of every team.
Result<void> ClearTeamRoles(sql::Tx& tx, OrgId organization, MemberId member);

// One page of approved members and the total of the search; see Search in service.h.
Result<Page> List(sql::Tx& tx, const orgs::Organization& organization, const Search& search,
                  const std::vector<UserId>& also_users);

}  // namespace gatehouse::members::store
