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

// ---- as people see them -------------------------------------------------------------------------

// Read by ReadDetail(), in this order; after those of a release.
#define GATEHOUSE_RELEASE_DETAIL_COLUMNS \
  GATEHOUSE_RELEASE_COLUMNS ", r.ref, r.url, r.user_agent, r.commits"

inline constexpr sql::Statement kDetail{"releases_detail",
                                        "SELECT " GATEHOUSE_RELEASE_DETAIL_COLUMNS
                                        " FROM releases r WHERE r.organization_id = $1 "
                                        "AND r.version = $2"};
// $2 status or '', $3 pattern of the version or '', $4 package or '', $5 and $6 lists ",1,2," or
// '': of projects and of names of environments.
#define GATEHOUSE_RELEASES_WANTED                                                       \
  " FROM releases r WHERE r.organization_id = $1 AND ($2 = '' OR r.status = $2) "       \
  "AND ($3 = '' OR LOWER(r.version) LIKE $3 ESCAPE '!') "                               \
  "AND ($4 = '' OR r.package = $4) "                                                    \
  "AND ($5 = '' OR EXISTS (SELECT 1 FROM release_projects p WHERE p.release_id = r.id " \
  "AND $5 LIKE '%,' || p.project_id || ',%')) "                                         \
  "AND ($6 = '' OR EXISTS (SELECT 1 FROM release_environments re JOIN environments e "  \
  "ON e.id = re.environment_id WHERE re.organization_id = $1 AND re.release_id = r.id " \
  "AND $6 LIKE '%,' || e.name || ',%')) "
inline constexpr sql::Statement kList{
    "releases_list", "SELECT " GATEHOUSE_RELEASE_DETAIL_COLUMNS GATEHOUSE_RELEASES_WANTED
                     "ORDER BY r.created_at DESC, r.id DESC LIMIT $7 OFFSET $8"};
// Versions of a package by precedence; what has none comes after them.
inline constexpr sql::Statement kListByVersion{
    "releases_list_by_version",
    "SELECT " GATEHOUSE_RELEASE_DETAIL_COLUMNS GATEHOUSE_RELEASES_WANTED
    "ORDER BY CASE WHEN r.package IS NULL THEN 1 ELSE 0 END, r.major DESC, r.minor DESC, "
    "r.patch DESC, r.revision DESC, CASE WHEN r.prerelease = '' THEN 0 ELSE 1 END, "
    "r.prerelease DESC, r.created_at DESC, r.id DESC LIMIT $7 OFFSET $8"};
inline constexpr sql::Statement kPreviousWithCommits{
    "releases_previous_with_commits",
    "SELECT " GATEHOUSE_RELEASE_DETAIL_COLUMNS
    " FROM releases r WHERE r.organization_id = $1 AND r.id <> $2 AND r.created_at <= $3 "
    "AND r.commits <> '[]' AND EXISTS (SELECT 1 FROM release_projects a JOIN release_projects b "
    "ON b.project_id = a.project_id AND b.release_id = $2 WHERE a.release_id = r.id) "
    "ORDER BY r.created_at DESC, r.id DESC LIMIT 1"};
inline constexpr sql::Statement kUpdate{
    "releases_update",
    "UPDATE releases SET ref = $3, url = $4, status = $5, released_at = $6, commits = $7 "
    "WHERE organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kSetUserAgent{
    "releases_set_user_agent",
    "UPDATE releases SET user_agent = $3 WHERE organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kProjects{
    "release_projects_list",
    "SELECT p.id, p.slug, p.name, p.platform, p.flags, rp.new_groups FROM release_projects rp "
    "JOIN projects p ON p.id = rp.project_id WHERE rp.organization_id = $1 AND rp.release_id = $2 "
    "AND p.status <> 'deleted' ORDER BY p.slug"};
// Of events: a deploy makes a row, too, and says when in an activity.
inline constexpr sql::Statement kSeen{
    "release_project_environments_span",
    "SELECT MIN(s.first_seen), MAX(s.last_seen) FROM release_project_environments s WHERE "
    "s.organization_id = $1 AND s.release_id = $2 AND NOT (s.last_deploy_id IS NOT NULL AND "
    "s.first_seen = s.last_seen AND EXISTS (SELECT 1 FROM project_activities a WHERE "
    "a.organization_id = s.organization_id AND a.project_id = s.project_id AND a.type = 'deploy' "
    "AND a.created_at = s.first_seen))"};

#define GATEHOUSE_DEPLOY_COLUMNS "d.id, e.name, d.name, d.url, d.started_at, d.finished_at"
inline constexpr sql::Statement kDeploys{
    "release_deploys_list",
    "SELECT " GATEHOUSE_DEPLOY_COLUMNS
    " FROM release_deploys d JOIN environments e ON e.id = d.environment_id "
    "WHERE d.organization_id = $1 AND d.release_id = $2 ORDER BY d.finished_at DESC, d.id DESC "
    "LIMIT $3"};
inline constexpr sql::Statement kCountDeploys{
    "release_deploys_count",
    "SELECT COUNT(*) FROM release_deploys WHERE organization_id = $1 AND release_id = $2"};
inline constexpr sql::Statement kInsertDeploy{
    "release_deploys_insert",
    "INSERT INTO release_deploys (id, organization_id, release_id, environment_id, name, url, "
    "started_at, finished_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
inline constexpr sql::Statement kSetLastDeploy{
    "release_project_environments_deploy",
    "INSERT INTO release_project_environments (organization_id, project_id, release_id, "
    "environment_id, first_seen, last_seen, new_issues_count, last_deploy_id) "
    "VALUES ($1, $2, $3, $4, $5, $5, 0, $6) ON CONFLICT (project_id, release_id, environment_id) "
    "DO UPDATE SET last_deploy_id = excluded.last_deploy_id"};
inline constexpr sql::Statement kAddActivity{
    "project_activities_add",
    "INSERT INTO project_activities (id, organization_id, project_id, type, ident, data, "
    "created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) "
    "ON CONFLICT (project_id, type, ident) DO NOTHING"};

inline constexpr sql::Statement kRepositories{
    "repositories_list",
    "SELECT id, name, url, created_at FROM repositories WHERE organization_id = $1 ORDER BY name"};
inline constexpr sql::Statement kFindRepository{
    "repositories_find", "SELECT id FROM repositories WHERE organization_id = $1 AND name = $2"};
inline constexpr sql::Statement kAddRepository{
    "repositories_add",
    "INSERT INTO repositories (id, organization_id, name, created_at) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (organization_id, name) DO NOTHING"};

// Issues that a commit says it fixes.
inline constexpr sql::Statement kFindFixed{
    "releases_fixed_issue",
    "SELECT i.id, i.project_id FROM issues i JOIN projects p ON p.id = i.project_id "
    "JOIN release_projects rp ON rp.project_id = p.id AND rp.release_id = $4 "
    "WHERE i.organization_id = $1 AND p.slug = $2 AND i.short_id = $3 "
    "AND i.status IN ('unresolved', 'ignored')"};
inline constexpr sql::Statement kResolveFixed{
    "releases_resolve_issue",
    "UPDATE issues SET status = 'resolved', substatus = '', resolved_at = $3, "
    "version = version + 1 WHERE organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kResolvedIn{
    "releases_resolution",
    "INSERT INTO issue_resolutions (issue_id, organization_id, type, release_id, current_version, "
    "created_at) VALUES ($1, $2, 'in_release', $3, '', $4) ON CONFLICT (issue_id) DO UPDATE SET "
    "type = 'in_release', release_id = excluded.release_id, current_version = '', "
    "created_at = excluded.created_at"};
inline constexpr sql::Statement kNoteResolved{
    "releases_note_resolved",
    "INSERT INTO issue_activities (id, organization_id, project_id, issue_id, type, data, "
    "created_at) VALUES ($1, $2, $3, $4, 'set_resolved_in_release', $5, $6)"};

// Removing a release.
inline constexpr sql::Statement kReferences{
    "releases_referencing_issues",
    "SELECT 1 FROM issues WHERE organization_id = $1 AND first_release_id = $2 "
    "AND status <> 'pending_deletion' LIMIT 1"};
inline constexpr sql::Statement kSessions{
    "releases_sessions",
    "SELECT 1 FROM release_projects rp JOIN session_counts s ON s.project_id = rp.project_id "
    "AND s.release = $3 WHERE rp.organization_id = $1 AND rp.release_id = $2 LIMIT 1"};
inline constexpr sql::Statement kDropFiles{
    "release_files_drop",
    "DELETE FROM release_files WHERE organization_id = $1 AND release_id = $2"};
inline constexpr sql::Statement kDropDeploys{
    "release_deploys_drop",
    "DELETE FROM release_deploys WHERE organization_id = $1 AND release_id = $2"};
inline constexpr sql::Statement kDropDistributions{
    "distributions_drop",
    "DELETE FROM distributions WHERE organization_id = $1 AND release_id = $2"};
inline constexpr sql::Statement kDropEnvironments{
    "release_environments_drop",
    "DELETE FROM release_environments WHERE organization_id = $1 AND release_id = $2"};
inline constexpr sql::Statement kDropProjectEnvironments{
    "release_project_environments_drop",
    "DELETE FROM release_project_environments WHERE organization_id = $1 AND release_id = $2"};
inline constexpr sql::Statement kDropIssues{
    "issue_releases_drop",
    "DELETE FROM issue_releases WHERE organization_id = $1 AND release_id = $2"};
inline constexpr sql::Statement kDropFirstOfIssues{
    "issue_environments_drop_release",
    "UPDATE issue_environments SET first_release_id = NULL WHERE organization_id = $1 "
    "AND first_release_id = $2"};
inline constexpr sql::Statement kDropResolutions{
    "issue_resolutions_drop_release",
    "UPDATE issue_resolutions SET release_id = NULL WHERE organization_id = $1 "
    "AND release_id = $2"};
inline constexpr sql::Statement kDropProjects{
    "release_projects_drop",
    "DELETE FROM release_projects WHERE organization_id = $1 AND release_id = $2"};
inline constexpr sql::Statement kDrop{
    "releases_drop", "DELETE FROM releases WHERE organization_id = $1 AND id = $2"};

}  // namespace gatehouse::releases::sqls
