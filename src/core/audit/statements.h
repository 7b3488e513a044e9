#pragma once

#include "platform/sql/sql.h"

namespace gatehouse::audit {

inline constexpr sql::Statement kRecord{
    "audit.record",
    "INSERT INTO audit_log (id, organization_id, event, actor_user_id, actor_label, target_object, "
    "target_user_id, ip, data, correlation_id, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"};

// $6 = 0: any actor. The cast gives the argument its type on PostgreSQL.
inline constexpr sql::Statement kQuery{
    "audit.query",
    "SELECT id, event, actor_user_id, actor_label, target_object, target_user_id, ip, data, "
    "correlation_id, created_at FROM audit_log WHERE organization_id = $1 AND id < $2 "
    "AND created_at >= $3 AND created_at < $4 "
    "AND (CAST($6 AS BIGINT) = 0 OR actor_user_id = $6) ORDER BY id DESC LIMIT $5"};

// The same for one event ($7): a text of its own so that the index with the event serves it.
inline constexpr sql::Statement kQueryByEvent{
    "audit.query_by_event",
    "SELECT id, event, actor_user_id, actor_label, target_object, target_user_id, ip, data, "
    "correlation_id, created_at FROM audit_log WHERE organization_id = $1 AND id < $2 "
    "AND created_at >= $3 AND created_at < $4 "
    "AND (CAST($6 AS BIGINT) = 0 OR actor_user_id = $6) AND event = $7 ORDER BY id DESC LIMIT $5"};

}  // namespace gatehouse::audit
