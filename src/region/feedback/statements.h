#pragma once

// Every SQL text of this module. Each names the organization, but for what links reports of all.

#include "platform/sql/sql.h"

namespace gatehouse::feedback::sqls {

#define GATEHOUSE_USER_REPORT_COLUMNS \
  "project_id, event_id, issue_id, name, email, comments, created_at"

inline constexpr sql::Statement kFind{
    "user_reports_find", "SELECT " GATEHOUSE_USER_REPORT_COLUMNS
                         " FROM user_reports WHERE organization_id = $1 AND project_id = $2 AND "
                         "event_id = $3"};
inline constexpr sql::Statement kPut{
    "user_reports_put",
    "INSERT INTO user_reports (organization_id, " GATEHOUSE_USER_REPORT_COLUMNS
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (project_id, event_id) DO UPDATE SET "
    "issue_id = COALESCE(excluded.issue_id, user_reports.issue_id), name = excluded.name, email = "
    "excluded.email, comments = excluded.comments, created_at = excluded.created_at"};
// $3 project, 0 for any; $4 issue, 0 for any; $2 and $5 the last one of the page before.
inline constexpr sql::Statement kList{
    "user_reports_list",
    "SELECT " GATEHOUSE_USER_REPORT_COLUMNS
    " FROM user_reports WHERE organization_id = $1 AND created_at <= $2 AND (created_at < $2 OR "
    "event_id > $5) AND (CAST($3 AS BIGINT) = 0 OR project_id = $3) AND (CAST($4 AS BIGINT) = 0 OR "
    "issue_id = $4) ORDER BY "
    "created_at DESC, event_id LIMIT $6"};
// Of an event that was saved in the meantime: the window of duplicates knows its issue.
inline constexpr sql::Statement kSavedIssue{"user_reports_saved_issue",
                                            "SELECT issue_id, saved_at FROM saved_events WHERE "
                                            "organization_id = $1 AND project_id = $2 AND "
                                            "event_id = $3"};
inline constexpr sql::Statement kLink{
    "user_reports_link",
    "UPDATE user_reports SET issue_id = (SELECT s.issue_id FROM saved_events s WHERE s.project_id "
    "= "
    "user_reports.project_id AND s.event_id = user_reports.event_id) WHERE issue_id IS NULL AND "
    "created_at > $1 AND EXISTS (SELECT 1 FROM saved_events s WHERE s.project_id = "
    "user_reports.project_id AND s.event_id = user_reports.event_id AND s.issue_id IS NOT NULL)"};

}  // namespace gatehouse::feedback::sqls
