#pragma once

// Every SQL text of this module but the searches, which are put together in list.cc. Each names the
// organization, but for the periodic work, which is everybody's.

#include "platform/sql/sql.h"

namespace gatehouse::issues::sqls {

// Read by ReadIssue(), in this order.
#define GATEHOUSE_ISSUE_SELECT                                                                \
  "SELECT i.id, i.organization_id, i.project_id, p.slug, i.short_id, i.status, i.substatus, " \
  "i.priority, i.type, i.level, i.platform, i.logger, i.title, i.culprit, i.metadata, "       \
  "i.times_seen, i.first_seen, i.last_seen, i.first_release_id, i.assignee, p.name, "         \
  "p.platform, i.users_seen, i.comments, i.share_id, i.priority_locked_at "                   \
  "FROM issues i JOIN projects p ON p.id = i.project_id AND p.status <> 'deleted' "
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

inline constexpr sql::Statement kRedirect{
    "issue_redirects_find",
    "SELECT target_id FROM issue_redirects WHERE organization_id = $1 AND issue_id = $2"};
inline constexpr sql::Statement kRedirectByShortId{
    "issue_redirects_find_by_short_id",
    "SELECT r.target_id FROM issue_redirects r JOIN projects p ON p.id = r.project_id "
    "WHERE r.organization_id = $1 AND p.slug = $2 AND r.short_id = $3"};
inline constexpr sql::Statement kAddRedirect{
    "issue_redirects_add",
    "INSERT INTO issue_redirects (issue_id, organization_id, project_id, short_id, target_id) "
    "SELECT id, organization_id, project_id, short_id, CAST($3 AS BIGINT) FROM issues WHERE "
    "organization_id = $1 "
    "AND id = $2"};
inline constexpr sql::Statement kMoveRedirects{
    "issue_redirects_move",
    "UPDATE issue_redirects SET target_id = $3 WHERE organization_id = $1 AND target_id = $2"};
inline constexpr sql::Statement kProjectSlug{
    "issues_project_slug",
    "SELECT slug FROM projects WHERE organization_id = $1 AND id = $2 AND status <> 'deleted'"};
inline constexpr sql::Statement kProjectIds{
    "issues_project_ids",
    "SELECT id FROM projects WHERE organization_id = $1 AND status <> 'deleted'"};

inline constexpr sql::Statement kActivities{
    "issue_activities_list",
    "SELECT id, type, user_id, data, created_at FROM issue_activities WHERE organization_id = $1 "
    "AND issue_id = $2 ORDER BY id DESC LIMIT 100"};
inline constexpr sql::Statement kAddActivity{
    "issue_activities_add",
    "INSERT INTO issue_activities (id, organization_id, project_id, issue_id, type, user_id, data, "
    "created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
inline constexpr sql::Statement kNote{
    "issue_notes_find",
    "SELECT id, type, user_id, data, created_at FROM issue_activities WHERE organization_id = $1 "
    "AND issue_id = $2 AND id = $3 AND type = 'note'"};
inline constexpr sql::Statement kEditNote{
    "issue_notes_edit",
    "UPDATE issue_activities SET data = $3 WHERE organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kDropNote{
    "issue_notes_drop", "DELETE FROM issue_activities WHERE organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kCountComments{
    "issues_count_comments",
    "UPDATE issues SET comments = comments + $3, version = version + 1 WHERE organization_id = $1 "
    "AND id = $2"};

inline constexpr sql::Statement kHashes{
    "issue_hashes_list",
    "SELECT hash FROM issue_hashes WHERE organization_id = $1 AND issue_id = $2 ORDER BY hash"};
inline constexpr sql::Statement kDropHashes{
    "issue_hashes_drop", "DELETE FROM issue_hashes WHERE organization_id = $1 AND issue_id = $2"};
inline constexpr sql::Statement kDropHash{
    "issue_hashes_drop_one",
    "DELETE FROM issue_hashes WHERE organization_id = $1 AND issue_id = $2 AND hash = $3"};
inline constexpr sql::Statement kMoveHashes{
    "issue_hashes_move",
    "UPDATE issue_hashes SET issue_id = $3 WHERE organization_id = $1 AND issue_id = $2"};
inline constexpr sql::Statement kBuryHashes{
    "issue_hashes_bury",
    "UPDATE issue_hashes SET issue_id = NULL, tombstone_id = $3 WHERE organization_id = $1 AND "
    "issue_id = $2"};
inline constexpr sql::Statement kAddTombstone{
    "issue_tombstones_add",
    "INSERT INTO issue_tombstones (id, organization_id, project_id, title, culprit, level, "
    "created_at) SELECT CAST($3 AS BIGINT), organization_id, project_id, title, culprit, level, "
    "CAST($4 AS BIGINT) FROM issues "
    "WHERE organization_id = $1 AND id = $2"};

inline constexpr sql::Statement kSetStatus{
    "issues_set_status",
    "UPDATE issues SET status = $3, substatus = $4, resolved_at = $5, version = version + 1 "
    "WHERE organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kOpenOfHash{
    "issues_open_of_hash",
    "SELECT i.id FROM issue_hashes h JOIN issues i ON i.id = h.issue_id WHERE h.organization_id = "
    "$1 "
    "AND h.project_id = $2 AND h.hash = $3 AND i.status = 'unresolved'"};
inline constexpr sql::Statement kAssign{
    "issues_assign",
    "UPDATE issues SET assignee = $3, version = version + 1 WHERE organization_id = $1 AND id = "
    "$2"};
inline constexpr sql::Statement kSetPriority{
    "issues_set_priority",
    "UPDATE issues SET priority = $3, priority_locked_at = $4, version = version + 1 WHERE "
    "organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kShare{"issues_share",
                                       "UPDATE issues SET share_id = $3, version = version + 1 "
                                       "WHERE organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kIsMember{
    "issues_assignee_user",
    "SELECT 1 FROM organization_members WHERE organization_id = $1 AND user_id = $2 AND "
    "invite_status = 'approved' AND user_is_active = 1"};
inline constexpr sql::Statement kIsTeam{
    "issues_assignee_team", "SELECT 1 FROM teams WHERE organization_id = $1 AND id = $2"};

inline constexpr sql::Statement kDropResolution{
    "issue_resolutions_remove",
    "DELETE FROM issue_resolutions WHERE organization_id = $1 AND issue_id = $2"};
inline constexpr sql::Statement kAddResolution{
    "issue_resolutions_add",
    "INSERT INTO issue_resolutions (issue_id, organization_id, type, release_id, current_version, "
    "actor_user_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"};
inline constexpr sql::Statement kDropSnooze{
    "issue_snoozes_remove",
    "DELETE FROM issue_snoozes WHERE organization_id = $1 AND issue_id = $2"};
inline constexpr sql::Statement kAddSnooze{
    "issue_snoozes_add",
    "INSERT INTO issue_snoozes (issue_id, organization_id, until_at, events, window_minutes, "
    "users, user_window_minutes, events_then, users_then, actor_user_id, created_at) VALUES ($1, "
    "$2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"};
// The one seen last comes first.
inline constexpr sql::Statement kReleasesOfIssue{
    "issue_releases_of_issue",
    "SELECT r.id, r.version FROM issue_releases ir JOIN releases r ON r.id = ir.release_id WHERE "
    "ir.organization_id = $1 AND ir.issue_id = $2 GROUP BY r.id, r.version ORDER BY "
    "MAX(ir.last_seen) DESC, r.id DESC LIMIT 1000"};
inline constexpr sql::Statement kNewestRelease{
    "issues_newest_release",
    "SELECT r.id, r.version FROM releases r JOIN release_projects rp ON rp.release_id = r.id AND "
    "rp.project_id = $2 WHERE r.organization_id = $1 AND r.status = 'open' ORDER BY "
    "COALESCE(r.released_at, r.created_at) DESC, r.id DESC LIMIT 1"};
inline constexpr sql::Statement kNamedRelease{
    "issues_named_release",
    "SELECT r.id, r.version FROM releases r JOIN release_projects rp ON rp.release_id = r.id AND "
    "rp.project_id = $2 WHERE r.organization_id = $1 AND r.version = $3"};
inline constexpr sql::Statement kFirstRelease{
    "issues_first_release",
    "SELECT r.version FROM issues i JOIN releases r ON r.id = i.first_release_id WHERE "
    "i.organization_id = $1 AND i.id = $2"};
inline constexpr sql::Statement kLastRelease{
    "issues_last_release",
    "SELECT r.version FROM issue_releases ir JOIN releases r ON r.id = ir.release_id WHERE "
    "ir.organization_id = $1 AND ir.issue_id = $2 ORDER BY ir.last_seen DESC, r.id DESC LIMIT 1"};

// ---- what people do with an issue ---------------------------------------------------------------
// $4: what is set when there is no row yet; COALESCE keeps the rest.
inline constexpr sql::Statement kSee{
    "issue_marks_see",
    "INSERT INTO issue_marks (organization_id, issue_id, user_id, seen_at, is_bookmarked, "
    "subscription_reason) VALUES ($1, $2, $3, $4, 0, '') ON CONFLICT (issue_id, user_id) DO UPDATE "
    "SET seen_at = excluded.seen_at"};
inline constexpr sql::Statement kBookmark{
    "issue_marks_bookmark",
    "INSERT INTO issue_marks (organization_id, issue_id, user_id, is_bookmarked, "
    "subscription_reason) VALUES ($1, $2, $3, $4, '') ON CONFLICT (issue_id, user_id) DO UPDATE "
    "SET "
    "is_bookmarked = excluded.is_bookmarked"};
inline constexpr sql::Statement kSubscribe{
    "issue_marks_subscribe",
    "INSERT INTO issue_marks (organization_id, issue_id, user_id, is_bookmarked, subscription, "
    "subscription_reason) VALUES ($1, $2, $3, 0, $4, $5) ON CONFLICT (issue_id, user_id) DO UPDATE "
    "SET subscription = excluded.subscription, subscription_reason = "
    "excluded.subscription_reason"};
// Who has said no stays unsubscribed.
inline constexpr sql::Statement kFollow{
    "issue_marks_follow",
    "INSERT INTO issue_marks (organization_id, issue_id, user_id, is_bookmarked, subscription, "
    "subscription_reason) VALUES ($1, $2, $3, 0, 1, $4) ON CONFLICT (issue_id, user_id) DO UPDATE "
    "SET subscription = 1, subscription_reason = excluded.subscription_reason WHERE "
    "issue_marks.subscription IS NULL"};
inline constexpr sql::Statement kSeenBy{
    "issue_marks_seen_by",
    "SELECT user_id FROM issue_marks WHERE organization_id = $1 AND issue_id = $2 AND seen_at IS "
    "NOT NULL ORDER BY seen_at DESC LIMIT 100"};
inline constexpr sql::Statement kParticipants{
    "issue_marks_participants",
    "SELECT user_id FROM issue_marks WHERE organization_id = $1 AND issue_id = $2 AND subscription "
    "= 1 ORDER BY user_id LIMIT 100"};

// ---- merging: $2 goes into $3 -------------------------------------------------------------------
inline constexpr sql::Statement kAddCounts{
    "issues_merge_counts",
    "UPDATE issues SET times_seen = times_seen + $3, comments = comments + $4, "
    "first_seen = CASE WHEN first_seen > $5 THEN $5 ELSE first_seen END, "
    "last_seen = CASE WHEN last_seen < $6 THEN $6 ELSE last_seen END, version = version + 1 "
    "WHERE organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kMergeEnvironments{
    "issue_environments_merge",
    "INSERT INTO issue_environments (organization_id, issue_id, environment_id, first_release_id, "
    "first_seen) SELECT organization_id, CAST($3 AS BIGINT), environment_id, first_release_id, "
    "first_seen FROM "
    "issue_environments WHERE organization_id = $1 AND issue_id = $2 ON CONFLICT (issue_id, "
    "environment_id) DO UPDATE SET first_seen = excluded.first_seen WHERE "
    "issue_environments.first_seen > excluded.first_seen"};
inline constexpr sql::Statement kMergeReleases{
    "issue_releases_merge",
    "INSERT INTO issue_releases (organization_id, issue_id, release_id, environment, first_seen, "
    "last_seen) SELECT organization_id, CAST($3 AS BIGINT), release_id, environment, first_seen, "
    "last_seen FROM "
    "issue_releases WHERE organization_id = $1 AND issue_id = $2 ON CONFLICT (issue_id, "
    "release_id, environment) DO UPDATE SET first_seen = CASE WHEN issue_releases.first_seen > "
    "excluded.first_seen THEN excluded.first_seen ELSE issue_releases.first_seen END, last_seen = "
    "CASE WHEN issue_releases.last_seen < excluded.last_seen THEN excluded.last_seen ELSE "
    "issue_releases.last_seen END"};
inline constexpr sql::Statement kMoveActivities{
    "issue_activities_move",
    "UPDATE issue_activities SET issue_id = $3 WHERE organization_id = $1 AND issue_id = $2"};
inline constexpr sql::Statement kMoveCrashReports{
    "issue_crash_reports_move",
    "UPDATE issue_crash_reports SET issue_id = $3 WHERE organization_id = $1 AND issue_id = $2"};
inline constexpr sql::Statement kMoveReports{
    "user_reports_move",
    "UPDATE user_reports SET issue_id = $3 WHERE organization_id = $1 AND issue_id = $2"};

// ---- periodic work ------------------------------------------------------------------------------
inline constexpr sql::Statement kPending{
    "issues_pending",
    "SELECT i.id, i.organization_id, i.project_id, i.status, r.target_id FROM issues i LEFT JOIN "
    "issue_redirects r ON r.issue_id = i.id WHERE i.status IN ('pending_merge', "
    "'pending_deletion') ORDER BY i.id LIMIT 200"};
inline constexpr sql::Statement kForgetEnvironments{
    "issue_environments_forget",
    "DELETE FROM issue_environments WHERE organization_id = $1 AND issue_id = $2"};
inline constexpr sql::Statement kForgetReleases{
    "issue_releases_forget",
    "DELETE FROM issue_releases WHERE organization_id = $1 AND issue_id = $2"};
inline constexpr sql::Statement kForgetActivities{
    "issue_activities_forget",
    "DELETE FROM issue_activities WHERE organization_id = $1 AND issue_id = $2"};
inline constexpr sql::Statement kForgetMarks{
    "issue_marks_forget", "DELETE FROM issue_marks WHERE organization_id = $1 AND issue_id = $2"};
inline constexpr sql::Statement kForgetReports{
    "user_reports_forget", "DELETE FROM user_reports WHERE organization_id = $1 AND issue_id = $2"};
inline constexpr sql::Statement kForgetCrashReports{
    "issue_crash_reports_forget",
    "DELETE FROM issue_crash_reports WHERE organization_id = $1 AND issue_id = $2"};
inline constexpr sql::Statement kForgetCrashReport{
    "issue_crash_reports_forget_one",
    "DELETE FROM issue_crash_reports WHERE organization_id = $1 AND project_id = $2 AND item_id = "
    "$3"};
inline constexpr sql::Statement kForgetSearch{
    "issue_search_forget", "DELETE FROM issue_search WHERE organization_id = $1 AND issue_id = $2"};
inline constexpr sql::Statement kForget{
    "issues_forget",
    "DELETE FROM issues WHERE organization_id = $1 AND id = $2 AND status IN ('pending_merge', "
    "'pending_deletion')"};

// Issues whose words are not known to searches yet.
inline constexpr sql::Statement kUnread{
    "issue_search_unread",
    "SELECT s.issue_id, s.organization_id, i.message, i.title FROM issue_search s JOIN issues i ON "
    "i.id = s.issue_id WHERE s.is_read = 0 ORDER BY s.issue_id LIMIT 500"};

inline constexpr sql::Statement kTouched{
    "issues_touched",
    "SELECT DISTINCT project_id, issue_id FROM saved_events WHERE saved_at >= $1 AND issue_id IS "
    "NOT NULL LIMIT 20000"};
inline constexpr sql::Statement kSetUsers{
    "issues_set_users", "UPDATE issues SET users_seen = $2 WHERE id = $1 AND users_seen <> $2"};
// Those whose time is up, and those that a count may wake.
inline constexpr sql::Statement kSnoozed{
    "issue_snoozes_due",
    "SELECT s.issue_id, s.organization_id, i.project_id, s.until_at, s.events, s.window_minutes, "
    "s.users, s.user_window_minutes, s.events_then, s.users_then, i.times_seen FROM issue_snoozes "
    "s JOIN issues i ON i.id = s.issue_id WHERE i.status = 'ignored' AND (s.until_at <= $1 OR "
    "s.users IS NOT NULL OR i.times_seen - s.events_then >= s.events) ORDER BY s.issue_id LIMIT "
    "1000"};
// Projects that resolve by age; the value is in the options.
inline constexpr sql::Statement kResolveAges{
    "projects_resolve_ages",
    "SELECT id, organization_id, options FROM projects WHERE status <> 'deleted' AND options LIKE "
    "'%\"resolve_age\"%' ORDER BY id"};
// At most so many at a time: the next run goes on.
inline constexpr sql::Statement kQuiet{
    "issues_quiet",
    "SELECT id FROM issues WHERE organization_id = $1 AND project_id = $2 AND status = "
    "'unresolved' AND last_seen < $3 ORDER BY last_seen LIMIT 500"};
inline constexpr sql::Statement kResolveQuiet{
    "issues_resolve_quiet",
    "UPDATE issues SET status = 'resolved', substatus = '', resolved_at = $4, version = version + "
    "1 WHERE organization_id = $1 AND id = $2 AND status = 'unresolved' AND last_seen < $3"};

}  // namespace gatehouse::issues::sqls
