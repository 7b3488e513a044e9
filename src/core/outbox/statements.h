#pragma once

// The statements of the outbox. The two halves differ in the name of the table alone, so each text
// is written once and spelled out per half.

#include "core/outbox/outbox.h"
#include "platform/sql/sql.h"

namespace gatehouse::outbox {

struct Statements {
  sql::Statement enqueue;
  sql::Statement claim;
  sql::Statement count_leased;
  sql::Statement remove;
  sql::Statement fail;
  sql::Statement park;
  sql::Statement postpone;
  sql::Statement renew;
  sql::Statement due;
  sql::Statement depth;
};

// claim: leases the oldest rows of a shard, only if none of its rows is leased and the oldest one
// is due. It touches every row in reach, not the oldest alone: two claims then always write a
// common row, so that PostgreSQL lets only one of them through. due: shards whose oldest row may be
// delivered now; decisions before mails.
#define GATEHOUSE_OUTBOX_STATEMENTS(HALF)                                                         \
  {                                                                                               \
      .enqueue = {HALF "_outbox.enqueue",                                                         \
                  "INSERT INTO " HALF                                                             \
                  "_outbox (id, shard_scope, shard_id, category, object_id, payload, attempts, "  \
                  "scheduled_for, leased_until, created_at) "                                     \
                  "VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, $7)"},                                \
      .claim = {HALF "_outbox.claim",                                                             \
                "UPDATE " HALF                                                                    \
                "_outbox SET leased_until = $1 WHERE id IN (SELECT mine.id FROM " HALF            \
                "_outbox AS mine WHERE mine.shard_scope = $2 AND mine.shard_id = $3 "             \
                "AND mine.parked_at IS NULL ORDER BY mine.id LIMIT 50) "                          \
                "AND NOT EXISTS (SELECT 1 FROM " HALF                                             \
                "_outbox AS held WHERE held.shard_scope = $2 AND held.shard_id = $3 "             \
                "AND held.leased_until > $4) "                                                    \
                "AND (SELECT head.scheduled_for FROM " HALF                                       \
                "_outbox AS head WHERE head.shard_scope = $2 AND head.shard_id = $3 "             \
                "AND head.parked_at IS NULL ORDER BY head.id LIMIT 1) <= $4 "                     \
                "RETURNING id, category, object_id, payload, attempts"},                          \
      .count_leased = {HALF "_outbox.count_leased",                                               \
                       "SELECT COUNT(*) FROM " HALF                                               \
                       "_outbox WHERE shard_scope = $1 AND shard_id = $2 AND leased_until > $3"}, \
      .remove = {HALF "_outbox.remove", "DELETE FROM " HALF "_outbox WHERE id = $1"},             \
      .fail = {HALF "_outbox.fail",                                                               \
               "UPDATE " HALF "_outbox SET attempts = $2, scheduled_for = $3, last_error = $4, "  \
               "leased_until = 0 WHERE id = $1 AND leased_until = $5"},                           \
      .park = {HALF "_outbox.park",                                                               \
               "UPDATE " HALF                                                                     \
               "_outbox SET attempts = $2, parked_at = $3, last_error = $4, leased_until = 0 "    \
               "WHERE id = $1 AND leased_until = $5"},                                            \
      .postpone = {HALF "_outbox.postpone",                                                       \
                   "UPDATE " HALF                                                                 \
                   "_outbox SET scheduled_for = $2 WHERE id = $1 AND leased_until = $3"},         \
      .renew = {HALF "_outbox.renew",                                                             \
                "UPDATE " HALF                                                                    \
                "_outbox SET leased_until = $1 WHERE shard_scope = $2 AND shard_id = $3 "         \
                "AND leased_until = $4"},                                                         \
      .due = {HALF "_outbox.due",                                                                 \
              "SELECT head.shard_scope, head.shard_id FROM " HALF                                 \
              "_outbox AS head WHERE head.parked_at IS NULL AND head.scheduled_for <= $1 "        \
              "AND head.leased_until <= $1 AND NOT EXISTS (SELECT 1 FROM " HALF                   \
              "_outbox AS older WHERE older.shard_scope = head.shard_scope "                      \
              "AND older.shard_id = head.shard_id AND older.parked_at IS NULL "                   \
              "AND older.id < head.id) "                                                          \
              "ORDER BY head.shard_scope, head.scheduled_for, head.id LIMIT 32"},                 \
      .depth = {HALF "_outbox.depth", "SELECT COUNT(*), COUNT(parked_at) FROM " HALF "_outbox"},  \
  }

inline constexpr Statements kControlStatements = GATEHOUSE_OUTBOX_STATEMENTS("control");
inline constexpr Statements kRegionStatements = GATEHOUSE_OUTBOX_STATEMENTS("region");
#undef GATEHOUSE_OUTBOX_STATEMENTS

constexpr const Statements& StatementsOf(Half half) {
  return half == Half::kControl ? kControlStatements : kRegionStatements;
}

inline constexpr sql::Statement kForgetEffects{"applied_effects.forget",
                                               "DELETE FROM applied_effects WHERE applied_at < $1"};
inline constexpr sql::Statement kApplyOnce{
    "applied_effects.apply",
    "INSERT INTO applied_effects (effect_id, applied_at) VALUES ($1, $2) "
    "ON CONFLICT (effect_id) DO NOTHING"};

}  // namespace gatehouse::outbox
