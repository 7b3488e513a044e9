#pragma once

// Every SQL text of this module. Each names the organization, or the project or release that
// belongs to one.

#include "platform/sql/sql.h"

namespace gatehouse::releases::sqls {

// Read by ReadRelease(), in this order.
#define GATEHOUSE_RELEASE_COLUMNS                                                        \
  "r.id, r.organization_id, r.version, r.status, r.package, r.major, r.minor, r.patch, " \
  "r.revision, r.prerelease, r.build, r.created_at, r.released_at"

inline constexpr sql::Statement kFind{
    "releases_find", "SELECT " GATEHOUSE_RELEASE_COLUMNS
                     " FROM releases r WHERE r.organization_id = $1 AND r.version = $2"};
inline constexpr sql::Statement kFindById{
    "releases_find_by_id", "SELECT " GATEHOUSE_RELEASE_COLUMNS
                           " FROM releases r WHERE r.organization_id = $1 AND r.id = $2"};
// Of the project, the one with the project's slug in front before the plain one.
inline constexpr sql::Statement kFindOfProject{
    "releases_find_of_project",
    "SELECT " GATEHOUSE_RELEASE_COLUMNS
    " FROM releases r JOIN release_projects rp ON rp.release_id = r.id AND rp.project_id = $2 "
    "WHERE r.organization_id = $1 AND r.version IN ($3, $4) "
    "ORDER BY CASE WHEN r.version = $4 THEN 0 ELSE 1 END LIMIT 1"};
inline constexpr sql::Statement kInsert{
    "releases_insert",
    "INSERT INTO releases (id, organization_id, version, status, package, major, minor, patch, "
    "revision, prerelease, build, commits, user_agent, created_at) VALUES ($1, $2, $3, 'open', $4, "
    "$5, $6, $7, $8, $9, $10, '[]', '', $11) ON CONFLICT (organization_id, version) DO NOTHING"};
// The newest of a project, for the rule of semantic versioning.
inline constexpr sql::Statement kNewestOfProject{
    "releases_newest_of_project",
    "SELECT " GATEHOUSE_RELEASE_COLUMNS
    " FROM releases r JOIN release_projects rp ON rp.release_id = r.id AND rp.project_id = $2 "
    "WHERE r.organization_id = $1 AND r.status = 'open' ORDER BY r.created_at DESC, r.id DESC "
    "LIMIT 10"};

inline constexpr sql::Statement kLinkProject{
    "release_projects_insert",
    "INSERT INTO release_projects (organization_id, release_id, project_id, new_groups) "
    "VALUES ($1, $2, $3, 0) ON CONFLICT (project_id, release_id) DO NOTHING"};
inline constexpr sql::Statement kCountNewGroup{
    "release_projects_new_group",
    "UPDATE release_projects SET new_groups = new_groups + 1 "
    "WHERE organization_id = $1 AND release_id = $2 AND project_id = $3"};

inline constexpr sql::Statement kInsertDistribution{
    "distributions_insert",
    "INSERT INTO distributions (id, organization_id, release_id, name, created_at) "
    "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (release_id, name) DO NOTHING"};

inline constexpr sql::Statement kFindEnvironment{
    "environments_find", "SELECT id FROM environments WHERE organization_id = $1 AND name = $2"};
inline constexpr sql::Statement kInsertEnvironment{
    "environments_insert",
    "INSERT INTO environments (id, organization_id, name, created_at) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (organization_id, name) DO NOTHING"};
inline constexpr sql::Statement kLinkEnvironment{
    "environment_projects_insert",
    "INSERT INTO environment_projects (organization_id, environment_id, project_id, is_hidden) "
    "VALUES ($1, $2, $3, 0) ON CONFLICT (project_id, environment_id) DO NOTHING"};

// Seen within the last minute: not written again. The last argument is a minute before the event.
inline constexpr sql::Statement kSeeReleaseEnvironment{
    "release_environments_see",
    "INSERT INTO release_environments (organization_id, release_id, environment_id, first_seen, "
    "last_seen) VALUES ($1, $2, $3, $4, $4) ON CONFLICT (organization_id, release_id, "
    "environment_id) DO UPDATE SET last_seen = excluded.last_seen "
    "WHERE release_environments.last_seen < $5"};
inline constexpr sql::Statement kSeeReleaseProjectEnvironment{
    "release_project_environments_see",
    "INSERT INTO release_project_environments (organization_id, project_id, release_id, "
    "environment_id, first_seen, last_seen, new_issues_count) VALUES ($1, $2, $3, $4, $5, $5, 0) "
    "ON CONFLICT (project_id, release_id, environment_id) DO UPDATE SET last_seen = "
    "excluded.last_seen WHERE release_project_environments.last_seen < $6"};
inline constexpr sql::Statement kCountNewIssue{
    "release_project_environments_new_issue",
    "UPDATE release_project_environments SET new_issues_count = new_issues_count + 1 "
    "WHERE organization_id = $1 AND project_id = $2 AND release_id = $3 AND environment_id = $4"};

}  // namespace gatehouse::releases::sqls
