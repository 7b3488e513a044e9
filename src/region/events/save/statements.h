#pragma once

// Every SQL text of saving. Events of many organizations share a transaction; each text names the
// organization, or the project or issue that belongs to it.

#include "platform/sql/sql.h"

namespace gatehouse::events::sqls {

inline constexpr sql::Statement kRemember{
    "saved_events_insert",
    "INSERT INTO saved_events (organization_id, project_id, event_id, issue_id, source, saved_at) "
    "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (project_id, event_id) DO NOTHING"};
inline constexpr sql::Statement kRemembered{
    "saved_events_find",
    "SELECT issue_id, source, saved_at FROM saved_events WHERE project_id = $1 AND event_id = $2"};
inline constexpr sql::Statement kRememberAgain{
    "saved_events_again",
    "UPDATE saved_events SET source = $3, saved_at = $4, issue_id = $5 "
    "WHERE project_id = $1 AND event_id = $2"};
inline constexpr sql::Statement kRememberIssue{
    "saved_events_issue",
    "UPDATE saved_events SET issue_id = $3 WHERE project_id = $1 AND event_id = $2"};
inline constexpr sql::Statement kForgetOld{"saved_events_expire",
                                           "DELETE FROM saved_events WHERE saved_at < $1"};

inline constexpr sql::Statement kHash{
    "issue_hashes_find",
    "SELECT issue_id, tombstone_id FROM issue_hashes WHERE project_id = $1 AND hash = $2"};
inline constexpr sql::Statement kPutHash{
    "issue_hashes_put",
    "INSERT INTO issue_hashes (organization_id, project_id, hash, issue_id) VALUES ($1, $2, $3, "
    "$4) ON CONFLICT (project_id, hash) DO UPDATE SET issue_id = excluded.issue_id "
    "WHERE issue_hashes.tombstone_id IS NULL"};
// Takes the project's row, so that of two savers of a new issue the second one sees the first.
inline constexpr sql::Statement kNextShortId{
    "projects_next_short_id",
    "UPDATE projects SET last_short_id = last_short_id + 1 WHERE organization_id = $1 AND id = $2 "
    "RETURNING last_short_id"};
inline constexpr sql::Statement kInsertIssue{
    "issues_insert",
    "INSERT INTO issues (id, organization_id, project_id, short_id, status, substatus, priority, "
    "type, level, platform, logger, title, culprit, message, metadata, times_seen, first_seen, "
    "last_seen, active_at, first_release_id, assignee, version) VALUES ($1, $2, $3, $4, "
    "'unresolved', 'new', $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, $14, $14, $14, $15, '', 1)"};
inline constexpr sql::Statement kIssue{"issues_for_save",
                                       "SELECT status, active_at, title, message, level FROM "
                                       "issues WHERE organization_id = $1 AND id = "
                                       "$2"};
inline constexpr sql::Statement kCountIssue{
    "issues_count",
    "UPDATE issues SET times_seen = times_seen + $10, "
    "last_seen = CASE WHEN last_seen < $3 THEN $3 ELSE last_seen END, "
    "first_seen = CASE WHEN first_seen > $9 THEN $9 ELSE first_seen END, "
    "level = $4, culprit = $5, title = $6, "
    "message = CASE WHEN $7 = '' THEN message ELSE $7 END, metadata = $8, version = version + 1 "
    "WHERE organization_id = $1 AND id = $2"};
// What searches look through; $7 to $18 the grams.
inline constexpr sql::Statement kAddSearch{
    "issue_search_add",
    "INSERT INTO issue_search (issue_id, organization_id, level, type, platform, logger, grams_0, "
    "grams_1, grams_2, grams_3, grams_4, grams_5, grams_6, grams_7, grams_8, grams_9, grams_10, "
    "grams_11, is_read) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, "
    "$16, $17, $18, 1)"};
inline constexpr sql::Statement kSearchLevel{
    "issue_search_level",
    "UPDATE issue_search SET level = $3 WHERE organization_id = $1 AND issue_id = $2"};
// $3 to $14 the grams.
inline constexpr sql::Statement kSearchText{
    "issue_search_text",
    "UPDATE issue_search SET grams_0 = $3, grams_1 = $4, grams_2 = $5, grams_3 = $6, grams_4 = $7, "
    "grams_5 = $8, grams_6 = $9, grams_7 = $10, grams_8 = $11, grams_9 = $12, grams_10 = $13, "
    "grams_11 = $14, is_read = 1 WHERE organization_id = $1 AND issue_id = $2"};
inline constexpr sql::Statement kRegress{
    "issues_regress",
    "UPDATE issues SET status = 'unresolved', substatus = 'regressed', active_at = $3, "
    "resolved_at = NULL WHERE organization_id = $1 AND id = $2 AND status = 'resolved' "
    "AND active_at < $4"};
inline constexpr sql::Statement kResolution{
    "issue_resolutions_find",
    "SELECT type, release_id, current_version FROM issue_resolutions WHERE issue_id = $1"};
// Of an ignored issue, after its events were counted.
inline constexpr sql::Statement kSnooze{
    "issue_snoozes_of_issue",
    "SELECT s.until_at, s.events, s.window_minutes, i.times_seen - s.events_then FROM "
    "issue_snoozes s JOIN issues i ON i.id = s.issue_id WHERE s.organization_id = $1 AND "
    "s.issue_id = $2"};
inline constexpr sql::Statement kWake{
    "issues_wake",
    "UPDATE issues SET status = 'unresolved', substatus = $3, version = version + 1 WHERE "
    "organization_id = $1 AND id = $2 AND status = 'ignored'"};
inline constexpr sql::Statement kDropSnooze{
    "issue_snoozes_drop", "DELETE FROM issue_snoozes WHERE organization_id = $1 AND issue_id = $2"};
inline constexpr sql::Statement kDropResolution{
    "issue_resolutions_drop", "DELETE FROM issue_resolutions WHERE issue_id = $1"};
inline constexpr sql::Statement kActivity{
    "issue_activities_insert",
    "INSERT INTO issue_activities (id, organization_id, project_id, issue_id, type, data, "
    "created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"};
inline constexpr sql::Statement kIssueEnvironment{
    "issue_environments_insert",
    "INSERT INTO issue_environments (organization_id, issue_id, environment_id, first_release_id, "
    "first_seen) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (issue_id, environment_id) DO NOTHING"};
inline constexpr sql::Statement kIssueRelease{
    "issue_releases_see",
    "INSERT INTO issue_releases (organization_id, issue_id, release_id, environment, first_seen, "
    "last_seen) VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (issue_id, release_id, environment) "
    "DO UPDATE SET last_seen = excluded.last_seen WHERE issue_releases.last_seen < $6"};

inline constexpr sql::Statement kCrashReport{
    "issue_crash_reports_find",
    "SELECT 1 FROM issue_crash_reports WHERE organization_id = $1 AND issue_id = $2 AND item_id = "
    "$3"};
inline constexpr sql::Statement kCountCrashReports{
    "issue_crash_reports_count",
    "SELECT COUNT(*) FROM (SELECT 1 FROM issue_crash_reports WHERE organization_id = $1 AND "
    "issue_id = $2 LIMIT 100) AS kept"};
inline constexpr sql::Statement kPutCrashReport{
    "issue_crash_reports_put",
    "INSERT INTO issue_crash_reports (organization_id, project_id, issue_id, item_id, created_at) "
    "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (issue_id, item_id) DO NOTHING"};
inline constexpr sql::Statement kForgetCrashReports{
    "issue_crash_reports_expire", "DELETE FROM issue_crash_reports WHERE created_at < $1"};

inline constexpr sql::Statement kFirsts{
    "projects_firsts",
    "SELECT flags, first_event_at FROM projects WHERE organization_id = $1 AND id = $2"};
// $3: the flags to raise; $4: the time of the first event, NULL for none.
inline constexpr sql::Statement kNoteFirsts{
    "projects_note_firsts",
    "UPDATE projects SET flags = flags | $3, first_event_at = COALESCE(first_event_at, $4) "
    "WHERE organization_id = $1 AND id = $2"};

}  // namespace gatehouse::events::sqls
