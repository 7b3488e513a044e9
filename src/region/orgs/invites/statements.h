#pragma once

#include "platform/sql/sql.h"
#include "region/orgs/columns.h"

namespace gatehouse::invites {

// The nonce stands behind the member's columns.
inline constexpr sql::Statement kInvitation{"invites.by_id",
                                            "SELECT " GATEHOUSE_MEMBER_COLUMNS
                                            ", m.invite_nonce FROM organization_members m "
                                            "WHERE m.organization_id = $1 AND m.id = $2"};
inline constexpr sql::Statement kInvitationByEmail{"invites.by_email",
                                                   "SELECT " GATEHOUSE_MEMBER_COLUMNS
                                                   ", m.invite_nonce FROM organization_members m "
                                                   "WHERE m.organization_id = $1 AND m.email = $2"};
inline constexpr sql::Statement kPending{
    "invites.pending",
    "SELECT " GATEHOUSE_MEMBER_COLUMNS
    ", m.invite_nonce FROM organization_members m "
    "WHERE m.organization_id = $1 AND m.user_id IS NULL ORDER BY m.invite_status, m.email"};
inline constexpr sql::Statement kTeamsOfPending{
    "invites.teams_of_pending",
    "SELECT tm.member_id, t.slug, tm.role FROM organization_members m "
    "JOIN team_members tm ON tm.organization_id = m.organization_id AND tm.member_id = m.id "
    "JOIN teams t ON t.id = tm.team_id "
    "WHERE m.organization_id = $1 AND m.user_id IS NULL ORDER BY tm.member_id, t.slug"};
inline constexpr sql::Statement kMemberWithEmail{
    "invites.member_with_email",
    "SELECT 1 FROM organization_members WHERE organization_id = $1 AND LOWER(user_email) = $2 "
    "AND user_id IS NOT NULL AND user_is_active <> 0 LIMIT 1"};
// Those who can approve a request; $2: how many at most.
inline constexpr sql::Statement kApprovers{
    "invites.approvers",
    "SELECT " GATEHOUSE_MEMBER_COLUMNS
    " FROM organization_members m WHERE m.organization_id = $1 AND m.role IN ('manager', 'owner') "
    "AND m.user_id IS NOT NULL AND m.user_is_active <> 0 AND m.user_email <> '' "
    "ORDER BY m.id LIMIT $2"};
inline constexpr sql::Statement kLockedTeams{
    "invites.locked_teams",
    "SELECT 1 FROM team_members tm JOIN teams t ON t.id = tm.team_id "
    "WHERE tm.organization_id = $1 AND tm.member_id = $2 AND t.idp_provisioned <> 0 LIMIT 1"};

inline constexpr sql::Statement kInsertPending{
    "invites.insert_pending",
    "INSERT INTO organization_members (id, organization_id, user_id, email, role, flags, version, "
    "user_email, user_is_active, created_at, invite_status, inviter_user_id, invite_nonce, "
    "invite_expires_at) VALUES ($2, $1, NULL, $3, $4, 0, 1, NULL, 1, $5, $6, $7, $8, $9) "
    "ON CONFLICT (organization_id, email) DO NOTHING"};
inline constexpr sql::Statement kInsertMember{
    "invites.insert_member",
    "INSERT INTO organization_members (id, organization_id, user_id, email, role, flags, version, "
    "user_email, user_is_active, created_at, user_name, user_has_2fa) "
    "VALUES ($2, $1, $3, NULL, $4, $5, 1, $6, $7, $8, $9, $10) "
    "ON CONFLICT (organization_id, user_id) DO NOTHING"};
inline constexpr sql::Statement kSetNonce{
    "invites.set_nonce",
    "UPDATE organization_members SET invite_nonce = $3, invite_expires_at = $4, "
    "version = version + 1 WHERE organization_id = $1 AND id = $2 AND user_id IS NULL "
    "AND invite_status = 'approved'"};
// Whoever approves grants the role, and so becomes the inviter.
inline constexpr sql::Statement kApprove{
    "invites.approve",
    "UPDATE organization_members SET invite_status = 'approved', role = $3, inviter_user_id = $4, "
    "invite_nonce = $5, invite_expires_at = $6, version = version + 1 "
    "WHERE organization_id = $1 AND id = $2 AND user_id IS NULL AND invite_status <> 'approved'"};
// The one way in: of all who hold the same link, this statement lets one pass. $3: the nonce,
// $4: now, $11: flags to set.
inline constexpr sql::Statement kAccept{
    "invites.accept",
    "UPDATE organization_members SET user_id = $5, email = NULL, user_email = $6, user_name = $7, "
    "user_is_active = $8, user_has_2fa = $9, role = $10, flags = flags | $11, "
    "invite_nonce = NULL, invite_expires_at = NULL, version = version + 1 "
    "WHERE organization_id = $1 AND id = $2 AND user_id IS NULL AND invite_nonce = $3 "
    "AND invite_status = 'approved' AND invite_expires_at > $4"};
inline constexpr sql::Statement kLink{
    "invites.link",
    "UPDATE organization_members SET flags = (flags | $3) & $4, version = version + 1 "
    "WHERE organization_id = $1 AND user_id = $2 AND ((flags | $3) & $4) <> flags"};

inline constexpr sql::Statement kTombstones{
    "invites.tombstones",
    "SELECT nonce, reason FROM invite_tombstones WHERE organization_id = $1 AND member_id = $2 "
    "ORDER BY created_at DESC LIMIT 100"};
inline constexpr sql::Statement kPurgeTombstones{
    "invites.purge_tombstones", "DELETE FROM invite_tombstones WHERE created_at < $1"};
inline constexpr sql::Statement kExpired{
    "invites.expired",
    "SELECT organization_id, id FROM organization_members WHERE invite_expires_at < $1 "
    "AND user_id IS NULL AND email IS NOT NULL ORDER BY invite_expires_at LIMIT $2"};

}  // namespace gatehouse::invites
