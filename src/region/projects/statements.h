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
    "rate_count, rate_seconds, created_at) VALUES ($1, $2, $3, $4, $5, 1, 0, 0, $6)"};
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
