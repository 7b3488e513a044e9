#pragma once

// Every SQL text of this module. Each names the organization, but for the key of an SDK, which says
// whose it is.

#include "platform/sql/sql.h"

namespace gatehouse::projects::sqls {

// Read by ReadProject() and ReadKey(), in this order.
#define GATEHOUSE_PROJECT_COLUMNS                                                              \
  "p.id, p.organization_id, p.slug, p.name, p.platform, p.status, p.flags, p.first_event_at, " \
  "p.options, p.version, p.created_at"
#define GATEHOUSE_PROJECT_KEY_COLUMNS                                                         \
  "k.id, k.organization_id, k.project_id, k.public_key, k.label, k.is_active, k.rate_count, " \
  "k.rate_seconds, k.created_at"

inline constexpr sql::Statement kList{
    "projects_list", "SELECT " GATEHOUSE_PROJECT_COLUMNS
                     " FROM projects p WHERE p.organization_id = $1 AND p.status <> 'deleted' "
                     "ORDER BY p.slug"};
inline constexpr sql::Statement kFind{"projects_find",
                                      "SELECT " GATEHOUSE_PROJECT_COLUMNS
                                      " FROM projects p WHERE p.organization_id = $1 AND p.id = $2 "
                                      "AND p.status <> 'deleted'"};
inline constexpr sql::Statement kFindBySlug{
    "projects_find_by_slug", "SELECT " GATEHOUSE_PROJECT_COLUMNS
                             " FROM projects p WHERE p.organization_id = $1 AND p.slug = $2 "
                             "AND p.status <> 'deleted'"};
inline constexpr sql::Statement kFindByOldSlug{
    "projects_find_by_old_slug",
    "SELECT " GATEHOUSE_PROJECT_COLUMNS
    " FROM project_redirects r JOIN projects p ON p.id = r.project_id WHERE r.organization_id = $1 "
    "AND r.slug = $2 AND p.status <> 'deleted'"};
inline constexpr sql::Statement kAddRedirect{
    "project_redirects_add",
    "INSERT INTO project_redirects (organization_id, slug, project_id) VALUES ($1, $2, $3) "
    "ON CONFLICT (organization_id, slug) DO UPDATE SET project_id = excluded.project_id"};
inline constexpr sql::Statement kDropRedirect{
    "project_redirects_drop",
    "DELETE FROM project_redirects WHERE organization_id = $1 AND slug = $2"};
inline constexpr sql::Statement kDropRedirects{
    "project_redirects_drop_all",
    "DELETE FROM project_redirects WHERE organization_id = $1 AND project_id = $2"};

// ---- what lists show beside a project -----------------------------------------------------------
inline constexpr sql::Statement kAllTeams{
    "project_teams_all",
    "SELECT pt.project_id, t.id, t.slug, t.name FROM project_teams pt JOIN teams t ON t.id = "
    "pt.team_id WHERE pt.organization_id = $1 ORDER BY pt.project_id, t.slug"};
inline constexpr sql::Statement kAllEnvironments{
    "environment_projects_all",
    "SELECT ep.project_id, e.name FROM environment_projects ep JOIN environments e ON e.id = "
    "ep.environment_id WHERE ep.organization_id = $1 AND ep.is_hidden = 0 AND e.name <> '' "
    "ORDER BY ep.project_id, e.name"};
inline constexpr sql::Statement kLatestReleases{
    "projects_latest_releases",
    "SELECT p.id, (SELECT r.version FROM release_projects rp JOIN releases r ON r.id = "
    "rp.release_id WHERE rp.project_id = p.id AND r.status = 'open' ORDER BY "
    "COALESCE(r.released_at, r.created_at) DESC, r.id DESC LIMIT 1) FROM projects p WHERE "
    "p.organization_id = $1 AND p.status <> 'deleted'"};
inline constexpr sql::Statement kEnvironments{
    "environments_list",
    "SELECT e.id, e.name, MIN(ep.is_hidden) FROM environments e JOIN environment_projects ep ON "
    "ep.environment_id = e.id WHERE e.organization_id = $1 AND e.name <> '' GROUP BY e.id, e.name "
    "ORDER BY e.name"};
inline constexpr sql::Statement kEnvironmentsOfProject{
    "environments_list_of_project",
    "SELECT e.id, e.name, ep.is_hidden FROM environments e JOIN environment_projects ep ON "
    "ep.environment_id = e.id WHERE e.organization_id = $1 AND ep.project_id = $2 AND e.name <> '' "
    "ORDER BY e.name"};
inline constexpr sql::Statement kHideEnvironment{
    "environment_projects_hide",
    "UPDATE environment_projects SET is_hidden = $4 WHERE organization_id = $1 AND project_id = $2 "
    "AND environment_id = $3"};

inline constexpr sql::Statement kInsert{
    "projects_insert",
    "INSERT INTO projects (id, organization_id, slug, name, platform, status, flags, options, "
    "last_short_id, version, created_at) VALUES ($1, $2, $3, $4, $5, 'active', 0, '{}', 0, 1, $6) "
    "ON CONFLICT DO NOTHING"};
inline constexpr sql::Statement kUpdate{
    "projects_update",
    "UPDATE projects SET slug = $3, name = $4, platform = $5, options = $6, version = version + 1 "
    "WHERE organization_id = $1 AND id = $2"};
// The slug is free again.
inline constexpr sql::Statement kDelete{
    "projects_delete",
    "UPDATE projects SET status = 'deleted', slug = $3, version = version + 1 "
    "WHERE organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kTeams{
    "project_teams_slugs",
    "SELECT t.slug FROM project_teams pt JOIN teams t ON t.id = pt.team_id "
    "WHERE pt.organization_id = $1 AND pt.project_id = $2 ORDER BY t.slug"};
// Of members from $2 to $3: the projects of their teams.
inline constexpr sql::Statement kSlugsByMember{
    "project_teams_by_member",
    "SELECT DISTINCT tm.member_id, p.slug FROM team_members tm JOIN project_teams pt ON "
    "pt.team_id = tm.team_id JOIN projects p ON p.id = pt.project_id WHERE tm.organization_id = $1 "
    "AND tm.member_id >= $2 AND tm.member_id <= $3 AND pt.organization_id = $1 AND p.status <> "
    "'deleted' ORDER BY tm.member_id, p.slug"};
inline constexpr sql::Statement kAddTeam{
    "project_teams_add",
    "INSERT INTO project_teams (organization_id, project_id, team_id) VALUES ($1, $2, $3) "
    "ON CONFLICT DO NOTHING"};
inline constexpr sql::Statement kRemoveTeam{
    "project_teams_remove",
    "DELETE FROM project_teams WHERE organization_id = $1 AND project_id = $2 AND team_id = $3"};
inline constexpr sql::Statement kTeamId{
    "project_teams_find", "SELECT id FROM teams WHERE organization_id = $1 AND slug = $2"};

inline constexpr sql::Statement kKeys{
    "project_keys_list", "SELECT " GATEHOUSE_PROJECT_KEY_COLUMNS
                         " FROM project_keys k WHERE k.organization_id = $1 AND k.project_id = $2 "
                         "ORDER BY k.id"};
inline constexpr sql::Statement kKey{
    "project_keys_find", "SELECT " GATEHOUSE_PROJECT_KEY_COLUMNS
                         " FROM project_keys k WHERE k.organization_id = $1 AND k.project_id = $2 "
                         "AND k.public_key = $3"};
inline constexpr sql::Statement kInsertKey{
    "project_keys_insert",
    "INSERT INTO project_keys (id, organization_id, project_id, public_key, label, is_active, "
    "rate_count, rate_seconds, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
inline constexpr sql::Statement kUpdateKey{
    "project_keys_update",
    "UPDATE project_keys SET label = $4, is_active = $5, rate_count = $6, rate_seconds = $7 "
    "WHERE organization_id = $1 AND project_id = $2 AND public_key = $3"};
inline constexpr sql::Statement kDeleteKey{
    "project_keys_delete",
    "DELETE FROM project_keys WHERE organization_id = $1 AND project_id = $2 AND public_key = $3"};
inline constexpr sql::Statement kDeleteKeys{
    "project_keys_delete_all",
    "DELETE FROM project_keys WHERE organization_id = $1 AND project_id = $2"};
// The key says whose it is: a transaction of all tenants.
inline constexpr sql::Statement kAdmit{
    "project_keys_admit", "SELECT " GATEHOUSE_PROJECT_KEY_COLUMNS ", " GATEHOUSE_PROJECT_COLUMNS
                          " FROM project_keys k JOIN projects p ON p.id = k.project_id "
                          "WHERE k.public_key = $1"};

}  // namespace gatehouse::projects::sqls
