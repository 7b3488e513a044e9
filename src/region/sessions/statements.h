#pragma once

// Every SQL text of this module. Each names the organization, but for what forgets old rows of all.

#include "platform/sql/sql.h"

namespace gatehouse::sessions::sqls {

#define GATEHOUSE_SESSION_COUNTS                                                               \
  "sessions, errored, abnormal, unhandled, crashed, duration_micros, durations, errored_ids, " \
  "users, users_errored, users_abnormal, users_unhandled, users_crashed, "                     \
  "duration_parts"

inline constexpr sql::Statement kFind{
    "session_counts_find", "SELECT " GATEHOUSE_SESSION_COUNTS
                           " FROM session_counts WHERE organization_id = $1 AND project_id = $2 "
                           "AND release = $3 AND environment = $4 AND hour = $5"};
inline constexpr sql::Statement kPut{
    "session_counts_put",
    "INSERT INTO session_counts (organization_id, project_id, release, environment, "
    "hour, " GATEHOUSE_SESSION_COUNTS
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
    "$19) "
    "ON CONFLICT (project_id, release, environment, hour) DO UPDATE SET sessions = "
    "excluded.sessions, errored = excluded.errored, abnormal = excluded.abnormal, unhandled = "
    "excluded.unhandled, crashed = excluded.crashed, duration_micros = excluded.duration_micros, "
    "durations = excluded.durations, errored_ids = excluded.errored_ids, users = excluded.users, "
    "users_errored = excluded.users_errored, users_abnormal = excluded.users_abnormal, "
    "users_unhandled = excluded.users_unhandled, users_crashed = excluded.users_crashed, "
    "duration_parts = excluded.duration_parts"};
// $3 and $4 hours, $5 release and $6 environment: NULL for any.
inline constexpr sql::Statement kRange{
    "session_counts_range",
    "SELECT release, environment, hour, " GATEHOUSE_SESSION_COUNTS
    " FROM session_counts WHERE organization_id = $1 AND project_id = $2 AND hour >= $3 AND hour < "
    "$4 AND (CAST($5 AS TEXT) IS NULL OR release = $5) AND (CAST($6 AS TEXT) IS NULL OR "
    "environment "
    "= $6) ORDER BY hour"};
inline constexpr sql::Statement kDropOld{"session_counts_drop_old",
                                         "DELETE FROM session_counts WHERE hour < $1"};
inline constexpr sql::Statement kAny{
    "session_counts_any",
    "SELECT 1 FROM session_counts WHERE organization_id = $1 AND project_id = $2 AND release = $3 "
    "LIMIT 1"};

}  // namespace gatehouse::sessions::sqls
