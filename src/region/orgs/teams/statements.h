#pragma once

#include "platform/sql/sql.h"
#include "region/orgs/columns.h"

namespace gatehouse::teams {

// $2 is the caller's member: whether they are in it, and whether they have asked to be.
#define GATEHOUSE_TEAM_COLUMNS                                                            \
  "t.id, t.organization_id, t.slug, t.name, t.idp_provisioned, t.version, t.created_at, " \
  "(SELECT COUNT(*) FROM team_members n WHERE n.team_id = t.id), "                        \
  "(SELECT COUNT(*) FROM team_members i WHERE i.team_id = t.id AND i.member_id = $2), "   \
  "(SELECT COUNT(*) FROM team_access_requests r WHERE r.team_id = t.id AND r.member_id = $2)"

inline constexpr sql::Statement kTeams{
    "teams.list",
    "SELECT " GATEHOUSE_TEAM_COLUMNS " FROM teams t WHERE t.organization_id = $1 ORDER BY t.slug"};
inline constexpr sql::Statement kTeam{"teams.by_slug",
                                      "SELECT " GATEHOUSE_TEAM_COLUMNS
                                      " FROM teams t WHERE t.organization_id = $1 AND t.slug = $3"};
inline constexpr sql::Statement kInsert{
    "teams.insert",
    "INSERT INTO teams (id, organization_id, slug, name, idp_provisioned, version, created_at) "
    "VALUES ($2, $1, $3, $4, 0, 1, $5) ON CONFLICT (organization_id, slug) DO NOTHING"};
inline constexpr sql::Statement kSlugOwner{
    "teams.slug_owner", "SELECT id FROM teams WHERE organization_id = $1 AND slug = $2"};
inline constexpr sql::Statement kUpdate{
    "teams.update",
    "UPDATE teams SET slug = $3, name = $4, version = version + 1 "
    "WHERE organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kDelete{"teams.delete",
                                        "DELETE FROM teams WHERE organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kDeleteMembers{
    "teams.delete_members", "DELETE FROM team_members WHERE organization_id = $1 AND team_id = $2"};
inline constexpr sql::Statement kDeleteRequests{
    "teams.delete_requests",
    "DELETE FROM team_access_requests WHERE organization_id = $1 AND team_id = $2"};

inline constexpr sql::Statement kMembers{
    "team_members.page",
    "SELECT " GATEHOUSE_MEMBER_COLUMNS
    ", tm.role FROM team_members tm JOIN organization_members m ON m.id = tm.member_id "
    "WHERE tm.organization_id = $1 AND tm.team_id = $2 AND m.invite_status = 'approved' "
    "AND tm.member_id > $3 ORDER BY tm.member_id LIMIT $4"};
inline constexpr sql::Statement kRoleIn{
    "team_members.role",
    "SELECT role FROM team_members WHERE organization_id = $1 AND team_id = $2 "
    "AND member_id = $3"};
inline constexpr sql::Statement kAdd{
    "team_members.add",
    "INSERT INTO team_members (organization_id, team_id, member_id, role, created_at) "
    "VALUES ($1, $2, $3, NULL, $4) ON CONFLICT (team_id, member_id) DO NOTHING"};
inline constexpr sql::Statement kTake{
    "team_members.take",
    "DELETE FROM team_members WHERE organization_id = $1 AND team_id = $2 AND member_id = $3"};
inline constexpr sql::Statement kSetRole{
    "team_members.set_role",
    "UPDATE team_members SET role = $4 WHERE organization_id = $1 AND team_id = $2 "
    "AND member_id = $3"};
// Who decides on a request for a team: owners and managers, and the team's admins.
inline constexpr sql::Statement kDeciders{
    "team_members.deciders",
    "SELECT m.id, m.user_email FROM organization_members m WHERE m.organization_id = $1 "
    "AND m.user_id IS NOT NULL AND m.user_is_active <> 0 AND m.user_email <> '' "
    "AND (m.role IN ('owner', 'manager') OR EXISTS (SELECT 1 FROM team_members tm "
    "WHERE tm.team_id = $2 AND tm.member_id = m.id AND (tm.role = 'admin' OR m.role = 'admin'))) "
    "ORDER BY m.id LIMIT $3"};

#define GATEHOUSE_REQUEST_COLUMNS \
  "q.id, q.requester_user_id, q.created_at, " GATEHOUSE_TEAM_COLUMNS ", " GATEHOUSE_MEMBER_COLUMNS
inline constexpr sql::Statement kRequests{
    "team_access_requests.list", "SELECT " GATEHOUSE_REQUEST_COLUMNS
                                 " FROM team_access_requests q JOIN teams t ON t.id = q.team_id "
                                 "JOIN organization_members m ON m.id = q.member_id "
                                 "WHERE q.organization_id = $1 ORDER BY q.id"};
inline constexpr sql::Statement kRequest{
    "team_access_requests.by_id", "SELECT " GATEHOUSE_REQUEST_COLUMNS
                                  " FROM team_access_requests q JOIN teams t ON t.id = q.team_id "
                                  "JOIN organization_members m ON m.id = q.member_id "
                                  "WHERE q.organization_id = $1 AND q.id = $3"};
inline constexpr sql::Statement kInsertRequest{
    "team_access_requests.insert",
    "INSERT INTO team_access_requests (id, organization_id, team_id, member_id, "
    "requester_user_id, created_at) VALUES ($2, $1, $3, $4, $5, $6) "
    "ON CONFLICT (team_id, member_id) DO NOTHING"};
inline constexpr sql::Statement kDeleteRequest{
    "team_access_requests.delete",
    "DELETE FROM team_access_requests WHERE organization_id = $1 AND team_id = $2 "
    "AND member_id = $3"};

#undef GATEHOUSE_TEAM_COLUMNS
#undef GATEHOUSE_REQUEST_COLUMNS

}  // namespace gatehouse::teams
