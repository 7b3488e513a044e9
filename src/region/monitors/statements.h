#pragma once

// Every SQL text of this module. Each names the organization, but for the jobs that look for what
// is due, or old, of all.

#include "platform/sql/sql.h"

namespace gatehouse::monitors::sqls {

#define GATEHOUSE_MONITOR_COLUMNS                                                            \
  "id, organization_id, project_id, guid, slug, name, status, config, version, created_at, " \
  "is_muted"
#define GATEHOUSE_MONITOR_ENVIRONMENT_COLUMNS \
  "environment, status, failures, recoveries, last_check_in, next_check_in, next_latest"
#define GATEHOUSE_MONITOR_ENVIRONMENT_READ GATEHOUSE_MONITOR_ENVIRONMENT_COLUMNS ", is_muted"
#define GATEHOUSE_CHECK_IN_COLUMNS                                                               \
  "id, guid, environment, status, duration_millis, release, trace_id, expected_at, timeout_at, " \
  "created_at"

inline constexpr sql::Statement kInsert{
    "monitors_insert",
    "INSERT INTO monitors (" GATEHOUSE_MONITOR_COLUMNS
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10) ON CONFLICT DO NOTHING"};
inline constexpr sql::Statement kFindInProject{
    "monitors_find_in_project", "SELECT " GATEHOUSE_MONITOR_COLUMNS
                                " FROM monitors WHERE organization_id = $1 AND project_id = $2 AND "
                                "slug = $3"};
// By slug, which may be that of several projects, or by the public id.
inline constexpr sql::Statement kFind{
    "monitors_find", "SELECT " GATEHOUSE_MONITOR_COLUMNS
                     " FROM monitors WHERE organization_id = $1 AND (slug = $2 OR guid = $2) ORDER "
                     "BY id"};
inline constexpr sql::Statement kFindById{"monitors_find_by_id",
                                          "SELECT " GATEHOUSE_MONITOR_COLUMNS
                                          " FROM monitors WHERE organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kList{
    "monitors_list", "SELECT " GATEHOUSE_MONITOR_COLUMNS
                     " FROM monitors WHERE organization_id = $1 AND id > $2 ORDER BY id LIMIT $3"};
inline constexpr sql::Statement kUpdate{
    "monitors_update",
    "UPDATE monitors SET slug = $3, name = $4, status = $5, config = $6, is_muted = $7, version = "
    "version + 1 "
    "WHERE organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kDelete{
    "monitors_delete", "DELETE FROM monitors WHERE organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kDeleteEnvironments{
    "monitor_environments_delete",
    "DELETE FROM monitor_environments WHERE organization_id = $1 AND monitor_id = $2"};
inline constexpr sql::Statement kDeleteCheckIns{
    "monitor_check_ins_delete",
    "DELETE FROM monitor_check_ins WHERE organization_id = $1 AND monitor_id = $2"};
inline constexpr sql::Statement kCount{
    "monitors_count",
    "SELECT COUNT(*) FROM monitors WHERE organization_id = $1 AND project_id = $2"};

inline constexpr sql::Statement kEnvironments{
    "monitor_environments_list", "SELECT " GATEHOUSE_MONITOR_ENVIRONMENT_READ
                                 " FROM monitor_environments WHERE organization_id = $1 AND "
                                 "monitor_id = $2 ORDER BY environment"};
inline constexpr sql::Statement kEnvironment{
    "monitor_environments_find", "SELECT " GATEHOUSE_MONITOR_ENVIRONMENT_READ
                                 " FROM monitor_environments WHERE organization_id = $1 AND "
                                 "monitor_id = $2 AND environment = $3"};
inline constexpr sql::Statement kPutEnvironment{
    "monitor_environments_put",
    "INSERT INTO monitor_environments (organization_id, "
    "monitor_id, " GATEHOUSE_MONITOR_ENVIRONMENT_COLUMNS
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (monitor_id, environment) DO UPDATE "
    "SET status = excluded.status, failures = excluded.failures, recoveries = excluded.recoveries, "
    "last_check_in = excluded.last_check_in, next_check_in = excluded.next_check_in, next_latest = "
    "excluded.next_latest"};
// Apart from the above, which check-ins write: neither takes back what the other says.
inline constexpr sql::Statement kMuteEnvironment{
    "monitor_environments_mute",
    "UPDATE monitor_environments SET is_muted = $4 WHERE organization_id = $1 AND monitor_id = $2 "
    "AND environment = $3"};
inline constexpr sql::Statement kDeleteEnvironment{
    "monitor_environments_delete_one",
    "DELETE FROM monitor_environments WHERE organization_id = $1 AND monitor_id = $2 AND "
    "environment = $3"};
inline constexpr sql::Statement kDeleteCheckInsOfEnvironment{
    "monitor_check_ins_delete_environment",
    "DELETE FROM monitor_check_ins WHERE organization_id = $1 AND monitor_id = $2 AND environment "
    "= $3"};
inline constexpr sql::Statement kDeleteOccurrencesOfEnvironment{
    "monitor_occurrences_delete_environment",
    "DELETE FROM monitor_occurrences WHERE organization_id = $1 AND monitor_id = $2 AND "
    "environment = $3"};
// Of active monitors, longest overdue first.
inline constexpr sql::Statement kDue{
    "monitor_environments_due",
    "SELECT e.organization_id, e.monitor_id, e.environment FROM monitor_environments e JOIN "
    "monitors m ON m.id = e.monitor_id WHERE e.next_latest <= $1 AND m.status = 'active' ORDER BY "
    "e.next_latest LIMIT $2"};

inline constexpr sql::Statement kFindCheckIn{
    "monitor_check_ins_find", "SELECT " GATEHOUSE_CHECK_IN_COLUMNS
                              " FROM monitor_check_ins WHERE organization_id = $1 AND monitor_id = "
                              "$2 AND guid = $3"};
inline constexpr sql::Statement kInProgress{
    "monitor_check_ins_in_progress",
    "SELECT " GATEHOUSE_CHECK_IN_COLUMNS
    " FROM monitor_check_ins WHERE organization_id = $1 AND monitor_id = $2 AND environment = $3 "
    "AND status = 'in_progress' ORDER BY created_at DESC, id DESC LIMIT 1"};
inline constexpr sql::Statement kInsertCheckIn{
    "monitor_check_ins_insert",
    "INSERT INTO monitor_check_ins (" GATEHOUSE_CHECK_IN_COLUMNS
    ", organization_id, monitor_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON "
    "CONFLICT DO NOTHING"};
inline constexpr sql::Statement kUpdateCheckIn{
    "monitor_check_ins_update",
    "UPDATE monitor_check_ins SET status = $3, duration_millis = $4, timeout_at = $5 WHERE "
    "organization_id = $1 AND id = $2"};
// $3 environment, NULL for any; $4 and $5 the last one of the page before.
inline constexpr sql::Statement kListCheckIns{
    "monitor_check_ins_list",
    "SELECT " GATEHOUSE_CHECK_IN_COLUMNS
    " FROM monitor_check_ins WHERE organization_id = $1 AND monitor_id = $2 AND (CAST($3 AS TEXT) "
    "IS NULL OR environment = $3) AND id < $4 ORDER BY id DESC LIMIT $5"};
inline constexpr sql::Statement kRecent{
    "monitor_check_ins_recent",
    "SELECT COUNT(*) FROM monitor_check_ins WHERE organization_id = $1 AND monitor_id = $2 AND "
    "environment = $3 AND created_at > $4"};
inline constexpr sql::Statement kOverdue{
    "monitor_check_ins_overdue",
    "SELECT organization_id, monitor_id, guid FROM monitor_check_ins WHERE status = 'in_progress' "
    "AND timeout_at <= $1 ORDER BY timeout_at LIMIT $2"};
// Told once, however often the same run says it.
inline constexpr sql::Statement kAddOccurrence{
    "monitor_occurrences_add",
    "INSERT INTO monitor_occurrences (id, organization_id, project_id, monitor_id, environment, "
    "kind, check_in, data, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING"};
inline constexpr sql::Statement kDeleteOccurrences{
    "monitor_occurrences_delete",
    "DELETE FROM monitor_occurrences WHERE organization_id = $1 AND monitor_id = $2"};
// Of every organization, in the order in which it happened.
inline constexpr sql::Statement kOccurrences{
    "monitor_occurrences_list",
    "SELECT id, organization_id, project_id, monitor_id, environment, kind, check_in, data, at, "
    "saved_at FROM monitor_occurrences ORDER BY id LIMIT $1"};
inline constexpr sql::Statement kOccurrenceSaved{
    "monitor_occurrences_saved",
    "UPDATE monitor_occurrences SET saved_at = $3 WHERE organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kDropOccurrence{
    "monitor_occurrences_drop",
    "DELETE FROM monitor_occurrences WHERE organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kDropOld{"monitor_check_ins_drop_old",
                                         "DELETE FROM monitor_check_ins WHERE created_at < $1"};

}  // namespace gatehouse::monitors::sqls
