#pragma once

// Every SQL text of this module but the searches, which are put together in service_impl.cc. Each
// names the organization.

#include "platform/sql/sql.h"

namespace gatehouse::issues::sqls {

// Read by ReadIssue(), in this order.
#define GATEHOUSE_ISSUE_SELECT                                                                \
  "SELECT i.id, i.organization_id, i.project_id, p.slug, i.short_id, i.status, i.substatus, " \
  "i.priority, i.type, i.level, i.platform, i.logger, i.title, i.culprit, i.metadata, "       \
  "i.times_seen, i.first_seen, i.last_seen, i.first_release_id, i.assignee "                  \
  "FROM issues i JOIN projects p ON p.id = i.project_id "
inline constexpr sql::Statement kFind{
    "issues_find", GATEHOUSE_ISSUE_SELECT
    "WHERE i.organization_id = $1 AND i.id = $2 AND i.status IN ('unresolved', 'resolved', "
    "'ignored')"};
inline constexpr sql::Statement kFindByShortId{
    "issues_find_by_short_id", GATEHOUSE_ISSUE_SELECT
    "WHERE i.organization_id = $1 AND p.slug = $2 AND i.short_id = $3 AND i.status IN "
    "('unresolved', 'resolved', 'ignored')"};
inline constexpr char kSelect[] = GATEHOUSE_ISSUE_SELECT;
#undef GATEHOUSE_ISSUE_SELECT

inline constexpr sql::Statement kActivities{
    "issue_activities_list",
    "SELECT id, type, user_id, data, created_at FROM issue_activities WHERE organization_id = $1 "
    "AND issue_id = $2 ORDER BY id DESC LIMIT 100"};
inline constexpr sql::Statement kAddActivity{
    "issue_activities_add",
    "INSERT INTO issue_activities (id, organization_id, project_id, issue_id, type, user_id, data, "
    "created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
inline constexpr sql::Statement kHashes{
    "issue_hashes_list",
    "SELECT hash FROM issue_hashes WHERE organization_id = $1 AND issue_id = $2 ORDER BY hash"};
inline constexpr sql::Statement kDropHashes{
    "issue_hashes_drop", "DELETE FROM issue_hashes WHERE organization_id = $1 AND issue_id = $2"};
inline constexpr sql::Statement kSetStatus{
    "issues_set_status",
    "UPDATE issues SET status = $3, substatus = $4, resolved_at = $5, version = version + 1 "
    "WHERE organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kAssign{
    "issues_assign",
    "UPDATE issues SET assignee = $3, version = version + 1 WHERE organization_id = $1 AND id = "
    "$2"};
inline constexpr sql::Statement kDropResolution{
    "issue_resolutions_remove",
    "DELETE FROM issue_resolutions WHERE organization_id = $1 AND issue_id = $2"};
inline constexpr sql::Statement kAddResolution{
    "issue_resolutions_add",
    "INSERT INTO issue_resolutions (issue_id, organization_id, type, release_id, current_version, "
    "actor_user_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"};

}  // namespace gatehouse::issues::sqls
