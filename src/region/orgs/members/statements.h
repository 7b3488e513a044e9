#pragma once

#include "platform/sql/sql.h"
#include "region/orgs/columns.h"

namespace gatehouse::members {

inline constexpr sql::Statement kMemberById{
    "members.by_id", "SELECT " GATEHOUSE_MEMBER_COLUMNS
                     " FROM organization_members m WHERE m.organization_id = $1 AND m.id = $2"};
// Writes the organization's row without changing it: of two transactions that take an owner away,
// one is re-run and sees what the other did.
inline constexpr sql::Statement kLockOwners{
    "members.lock_owners", "UPDATE organizations SET version = version WHERE id = $1"};
inline constexpr sql::Statement kOtherOwners{
    "members.other_owners",
    "SELECT COUNT(*) FROM organization_members WHERE organization_id = $1 AND role = 'owner' "
    "AND user_id IS NOT NULL AND user_is_active <> 0 AND id <> $2"};
inline constexpr sql::Statement kSetRole{
    "members.set_role",
    "UPDATE organization_members SET role = $3, version = version + 1 "
    "WHERE organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kTouch{
    "members.touch",
    "UPDATE organization_members SET version = version + 1 WHERE organization_id = $1 AND id = $2"};
// $4: bits to set; $5: all bits but those to clear.
inline constexpr sql::Statement kSetFlags{
    "members.set_flags",
    "UPDATE organization_members SET flags = (flags | $4) & $5, version = version + 1 "
    "WHERE organization_id = $1 AND id = $2 AND version = $3"};
inline constexpr sql::Statement kDelete{
    "members.delete", "DELETE FROM organization_members WHERE organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kDeleteTeams{
    "members.delete_teams",
    "DELETE FROM team_members WHERE organization_id = $1 AND member_id = $2"};
inline constexpr sql::Statement kDeleteTeamRequests{
    "members.delete_team_requests",
    "DELETE FROM team_access_requests WHERE organization_id = $1 AND member_id = $2"};

// $3: reason, $4: now.
inline constexpr sql::Statement kBuryInvite{
    "members.bury_invite",
    "INSERT INTO invite_tombstones (organization_id, member_id, nonce, reason, created_at) "
    "SELECT m.organization_id, m.id, m.invite_nonce, CAST($3 AS TEXT), CAST($4 AS BIGINT) "
    "FROM organization_members m WHERE m.organization_id = $1 AND m.id = $2 "
    "AND m.invite_nonce IS NOT NULL ON CONFLICT (organization_id, member_id, nonce) DO NOTHING"};
inline constexpr sql::Statement kPendingByEmail{
    "members.pending_by_email",
    "SELECT id FROM organization_members WHERE organization_id = $1 AND email = $2"};
// $3: nonce, $4: its end, $5: the flags that stay.
inline constexpr sql::Statement kMakePending{
    "members.make_pending",
    "UPDATE organization_members SET user_id = NULL, email = user_email, user_email = NULL, "
    "user_name = '', user_has_2fa = 0, user_is_active = 1, invite_status = 'approved', "
    "inviter_user_id = NULL, invite_nonce = $3, invite_expires_at = $4, flags = flags & $5, "
    "version = version + 1 WHERE organization_id = $1 AND id = $2 AND user_id IS NOT NULL "
    "AND user_email <> ''"};
inline constexpr sql::Statement kSetUser{
    "members.set_user",
    "UPDATE organization_members SET user_id = $3, email = NULL, user_email = $4, user_name = $5, "
    "user_is_active = $6, user_has_2fa = $7, invite_nonce = NULL, invite_expires_at = NULL, "
    "version = version + 1 WHERE organization_id = $1 AND id = $2 AND user_id IS NULL "
    "AND invite_status = 'approved'"};

// The row version is that of what people edit: copies leave it alone.
inline constexpr sql::Statement kCopyUser{
    "members.copy_user",
    "UPDATE organization_members SET user_email = $2, user_name = $3, user_is_active = $4, "
    "user_has_2fa = $5 WHERE user_id = $1"};
// Where the user is a member although a second factor is required ($2: the flag).
inline constexpr sql::Statement kRequiring2faOfUser{
    "members.requiring_2fa_of_user",
    "SELECT m.organization_id FROM organization_members m "
    "JOIN organizations o ON o.id = m.organization_id "
    "WHERE m.user_id = $1 AND (o.flags & $2) <> 0 AND o.status = 'active' "
    "ORDER BY m.organization_id"};
inline constexpr sql::Statement kWithout2fa{
    "members.without_2fa",
    "SELECT " GATEHOUSE_MEMBER_COLUMNS
    " FROM organization_members m WHERE m.organization_id = $1 AND m.user_id IS NOT NULL "
    "AND m.user_has_2fa = 0 AND m.user_is_active <> 0 AND m.user_email <> '' AND m.id > $2 "
    "ORDER BY m.id LIMIT $3"};
inline constexpr sql::Statement kEffectApplied{
    "members.effect_applied", "SELECT 1 FROM applied_effects WHERE effect_id = $1"};

inline constexpr sql::Statement kTeamsOf{
    "members.teams_of",
    "SELECT t.slug, tm.role, t.id, t.idp_provisioned FROM team_members tm "
    "JOIN teams t ON t.id = tm.team_id "
    "WHERE tm.organization_id = $1 AND tm.member_id = $2 ORDER BY t.slug"};
inline constexpr sql::Statement kTeamBySlug{
    "members.team_by_slug",
    "SELECT id, idp_provisioned FROM teams WHERE organization_id = $1 AND slug = $2"};
inline constexpr sql::Statement kPutTeam{
    "members.put_team",
    "INSERT INTO team_members (organization_id, team_id, member_id, role, created_at) "
    "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (team_id, member_id) DO UPDATE SET role = $4"};
inline constexpr sql::Statement kTakeTeam{
    "members.take_team",
    "DELETE FROM team_members WHERE organization_id = $1 AND team_id = $2 AND member_id = $3"};
inline constexpr sql::Statement kClearTeamRoles{
    "members.clear_team_roles",
    "UPDATE team_members SET role = NULL WHERE organization_id = $1 AND member_id = $2 "
    "AND role IS NOT NULL"};

}  // namespace gatehouse::members
