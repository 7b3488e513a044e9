#pragma once

// Every SQL text of this module. Each names the organization, but for what belongs to none.

#include "platform/sql/sql.h"

namespace gatehouse::ingest::sqls {

inline constexpr sql::Statement kOutcomesAdd{
    "outcomes_add",
    "INSERT INTO outcomes (organization_id, project_id, key_id, hour, outcome, reason, category, "
    "quantity) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (organization_id, project_id, "
    "hour, key_id, outcome, reason, category) DO UPDATE SET quantity = outcomes.quantity + "
    "excluded.quantity"};
inline constexpr sql::Statement kOutcomesList{
    "outcomes_list",
    "SELECT hour, outcome, reason, category, sum(quantity) FROM outcomes WHERE organization_id = "
    "$1 AND project_id = $2 AND hour >= $3 GROUP BY hour, outcome, reason, category ORDER BY hour, "
    "outcome, reason, category"};
inline constexpr sql::Statement kOutcomesRange{
    "outcomes_range",
    "SELECT hour, outcome, reason, category, sum(quantity) FROM outcomes WHERE organization_id = "
    "$1 AND project_id = $2 AND hour >= $3 AND hour < $4 GROUP BY hour, outcome, reason, category "
    "ORDER BY hour, outcome, reason, category"};
// The same in buckets of $5 hours, numbered from the epoch on.
inline constexpr sql::Statement kOutcomesBuckets{
    "outcomes_buckets",
    "SELECT hour / $5, outcome, reason, category, sum(quantity) FROM outcomes WHERE "
    "organization_id = $1 AND project_id = $2 AND hour >= $3 AND hour < $4 GROUP BY 1, 2, 3, 4 "
    "ORDER BY 1, 2, 3, 4"};

inline constexpr sql::Statement kPosition{"intake_positions_find",
                                          "SELECT position FROM intake_positions WHERE topic = $1"};
inline constexpr sql::Statement kSetPosition{
    "intake_positions_set",
    "INSERT INTO intake_positions (topic, position) VALUES ($1, $2) ON CONFLICT (topic) DO UPDATE "
    "SET position = excluded.position"};

// Of a project: kinds of data that have been seen.
inline constexpr sql::Statement kAddFlags{
    "intake_project_flags",
    "UPDATE projects SET flags = flags | $3 WHERE organization_id = $1 AND id = $2 AND (flags & "
    "$3) <> $3"};

inline constexpr sql::Statement kQuotaLoad{
    "quota_counters_load",
    "SELECT counter, organization_id, used, expires_at FROM quota_counters WHERE expires_at > $1"};
inline constexpr sql::Statement kQuotaPut{
    "quota_counters_put",
    "INSERT INTO quota_counters (counter, organization_id, used, expires_at) VALUES ($1, $2, $3, "
    "$4) ON CONFLICT (counter) DO UPDATE SET used = excluded.used"};
inline constexpr sql::Statement kQuotaForget{"quota_counters_forget",
                                             "DELETE FROM quota_counters WHERE expires_at <= $1"};

}  // namespace gatehouse::ingest::sqls
