#pragma once

#include "platform/sql/sql.h"

namespace gatehouse::audit {

// The columns of LogRow (mac.h), of the table l.
#define GH_AUDIT_ROW                                                                    \
  "l.id, l.organization_id, l.event, l.actor_user_id, l.actor_label, l.target_object, " \
  "l.target_user_id, l.ip, l.data, l.correlation_id, l.created_at, l.mac "

inline constexpr sql::Statement kRecord{
    "audit.record",
    "INSERT INTO audit_log (id, organization_id, event, actor_user_id, actor_label, target_object, "
    "target_user_id, ip, data, correlation_id, created_at, mac) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"};

inline constexpr sql::Statement kQueue{
    "audit.queue", "INSERT INTO audit_unsealed (entry_id, refused) VALUES ($1, 0)"};

// What one reader asks for. Bounds of id ($2, $3) and of time ($4, $5), limit ($6); the rest
// matches everything when it is 0 or "": event ($7), actor ($8), target ($9), correlation id ($10).
// The casts give the arguments their types on PostgreSQL. The narrowest condition is fixed in a
// text of its own, so that the index that begins with it serves it.
#define GH_AUDIT_QUERY                                                                         \
  "SELECT " GH_AUDIT_ROW                                                                       \
  "FROM audit_log l WHERE organization_id = $1 AND id >= $2 AND id < $3 AND created_at >= $4 " \
  "AND created_at < $5 "
#define GH_AUDIT_IF_EVENT "AND (CAST($7 AS BIGINT) = 0 OR event = $7) "
#define GH_AUDIT_IF_ACTOR "AND (CAST($8 AS BIGINT) = 0 OR actor_user_id = $8) "
#define GH_AUDIT_IF_TARGET "AND (CAST($9 AS BIGINT) = 0 OR target_user_id = $9) "
#define GH_AUDIT_IF_CORRELATION "AND (CAST($10 AS TEXT) = '' OR correlation_id = $10) "
#define GH_AUDIT_NEWEST "ORDER BY id DESC LIMIT $6"

inline constexpr sql::Statement kQuery{
    "audit.query", GH_AUDIT_QUERY GH_AUDIT_IF_EVENT GH_AUDIT_IF_ACTOR GH_AUDIT_IF_TARGET
                       GH_AUDIT_IF_CORRELATION GH_AUDIT_NEWEST};
inline constexpr sql::Statement kQueryByEvent{
    "audit.query_by_event", GH_AUDIT_QUERY
    "AND event = $7 " GH_AUDIT_IF_ACTOR GH_AUDIT_IF_TARGET GH_AUDIT_IF_CORRELATION GH_AUDIT_NEWEST};
inline constexpr sql::Statement kQueryByActor{
    "audit.query_by_actor",
    GH_AUDIT_QUERY "AND actor_user_id = $8 " GH_AUDIT_IF_EVENT GH_AUDIT_IF_TARGET
        GH_AUDIT_IF_CORRELATION GH_AUDIT_NEWEST};
inline constexpr sql::Statement kQueryByTarget{
    "audit.query_by_target",
    GH_AUDIT_QUERY "AND target_user_id = $9 " GH_AUDIT_IF_EVENT GH_AUDIT_IF_ACTOR
        GH_AUDIT_IF_CORRELATION GH_AUDIT_NEWEST};
inline constexpr sql::Statement kQueryByCorrelation{
    "audit.query_by_correlation",
    GH_AUDIT_QUERY "AND correlation_id = $10 " GH_AUDIT_IF_EVENT GH_AUDIT_IF_ACTOR
        GH_AUDIT_IF_TARGET GH_AUDIT_NEWEST};

// ---- sealing

inline constexpr sql::Statement kAnythingUnsealed{
    "audit.anything_unsealed", "SELECT 1 FROM audit_unsealed WHERE refused = 0 LIMIT 1"};
inline constexpr sql::Statement kUnsealed{
    "audit.unsealed", "SELECT u.entry_id, " GH_AUDIT_ROW
                      "FROM audit_unsealed u LEFT JOIN audit_log l ON l.id = u.entry_id "
                      "WHERE u.refused = 0 ORDER BY u.entry_id LIMIT $1"};
inline constexpr sql::Statement kUnqueue{"audit.unqueue",
                                         "DELETE FROM audit_unsealed WHERE entry_id = $1"};
inline constexpr sql::Statement kRefuse{
    "audit.refuse", "UPDATE audit_unsealed SET refused = 1 WHERE entry_id = $1"};
inline constexpr sql::Statement kLastLink{
    "audit.last_link",
    "SELECT seq, mac FROM audit_chain WHERE organization_id = $1 ORDER BY seq DESC LIMIT 1"};
inline constexpr sql::Statement kAppendLink{
    "audit.append_link",
    "INSERT INTO audit_chain (organization_id, seq, entry_id, adopted, mac, sealed_at) "
    "VALUES ($1, $2, $3, $4, $5, $6)"};
inline constexpr sql::Statement kSetHead{
    "audit.set_head",
    "INSERT INTO audit_heads (organization_id, seq, mac) VALUES ($1, $2, $3) "
    "ON CONFLICT (organization_id) DO UPDATE SET seq = excluded.seq, mac = excluded.mac"};
// Of every organization: for checkpoints.
inline constexpr sql::Statement kHeads{
    "audit.heads", "SELECT organization_id, seq, mac FROM audit_heads ORDER BY organization_id"};

inline constexpr sql::Statement kHead{
    "audit.head", "SELECT seq, mac FROM audit_heads WHERE organization_id = $1"};

// Entries without a MAC.
inline constexpr sql::Statement kUnadopted{
    "audit.unadopted",
    "SELECT l.id, " GH_AUDIT_ROW
    "FROM audit_log l LEFT JOIN audit_chain c ON c.entry_id = l.id "
    "WHERE l.id > $1 AND l.mac = '' AND c.entry_id IS NULL ORDER BY l.id LIMIT $2"};
// The marker belongs to no organization ($1 is its event), like the anchors of all of them.
inline constexpr sql::Statement kAdoptionOver{
    "audit.adoption_over",
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM audit_log WHERE organization_id IS NULL AND event = $1) "
    "OR EXISTS (SELECT 1 FROM audit_anchors) "
    "OR EXISTS (SELECT 1 FROM audit_chain WHERE adopted = 0)"};

inline constexpr sql::Statement kCountAdopted{"audit.count_adopted",
                                              "SELECT COUNT(*) FROM audit_chain WHERE adopted = 1"};

// ---- reading a chain

inline constexpr sql::Statement kLinks{
    "audit.links",
    "SELECT c.seq, c.entry_id, c.adopted, c.mac, " GH_AUDIT_ROW
    "FROM audit_chain c LEFT JOIN audit_log l ON l.id = c.entry_id "
    "WHERE c.organization_id = $1 AND c.seq >= $2 AND c.seq <= $3 ORDER BY c.seq LIMIT $4"};
inline constexpr sql::Statement kCountLinks{
    "audit.count_links",
    "SELECT COUNT(*) FROM audit_chain WHERE organization_id = $1 AND seq > $2 AND seq <= $3"};
// The chains of all organizations, or of one ($1 not null).
inline constexpr sql::Statement kChains{
    "audit.chains",
    "SELECT organization_id, MIN(seq), MAX(seq), COUNT(*) FROM audit_chain "
    "WHERE (CAST($1 AS BIGINT) IS NULL OR organization_id = $1) "
    "GROUP BY organization_id ORDER BY organization_id"};
inline constexpr sql::Statement kAnchors{
    "audit.anchors",
    "SELECT organization_id, seq, chain_mac, mac, dropped_at FROM audit_anchors "
    "WHERE (CAST($1 AS BIGINT) IS NULL OR organization_id = $1) ORDER BY organization_id"};
inline constexpr sql::Statement kCountEntries{
    "audit.count_entries",
    "SELECT COUNT(*) FROM audit_log WHERE (CAST($1 AS BIGINT) IS NULL OR organization_id = $1)"};
// Entries that are in no chain: whether they wait ($1 as above).
inline constexpr sql::Statement kUnchained{
    "audit.unchained",
    "SELECT u.refused, " GH_AUDIT_ROW
    "FROM audit_log l LEFT JOIN audit_chain c ON c.entry_id = l.id "
    "LEFT JOIN audit_unsealed u ON u.entry_id = l.id "
    "WHERE c.entry_id IS NULL AND (CAST($1 AS BIGINT) IS NULL OR l.organization_id = $1) "
    "ORDER BY l.id LIMIT $2"};
// Entries that were gone when they were to be sealed.
inline constexpr sql::Statement kLostBeforeSealing{
    "audit.lost_before_sealing",
    "SELECT u.entry_id FROM audit_unsealed u LEFT JOIN audit_log l ON l.id = u.entry_id "
    "WHERE u.refused = 1 AND l.id IS NULL ORDER BY u.entry_id LIMIT $1"};

// ---- retention

inline constexpr sql::Statement kOldestLinks{
    "audit.oldest_links",
    "SELECT c.seq, c.mac, l.created_at FROM audit_chain c LEFT JOIN audit_log l "
    "ON l.id = c.entry_id WHERE c.organization_id = $1 AND c.seq > $2 ORDER BY c.seq LIMIT $3"};
inline constexpr sql::Statement kDropEntries{
    "audit.drop_entries",
    "DELETE FROM audit_log WHERE id IN "
    "(SELECT entry_id FROM audit_chain WHERE organization_id = $1 AND seq <= $2)"};
inline constexpr sql::Statement kDropLinks{
    "audit.drop_links", "DELETE FROM audit_chain WHERE organization_id = $1 AND seq <= $2"};
inline constexpr sql::Statement kSetAnchor{
    "audit.set_anchor",
    "INSERT INTO audit_anchors (organization_id, seq, chain_mac, mac, dropped_at) "
    "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (organization_id) DO UPDATE SET seq = excluded.seq, "
    "chain_mac = excluded.chain_mac, mac = excluded.mac, dropped_at = excluded.dropped_at"};

#undef GH_AUDIT_ROW
#undef GH_AUDIT_QUERY
#undef GH_AUDIT_IF_EVENT
#undef GH_AUDIT_IF_ACTOR
#undef GH_AUDIT_IF_TARGET
#undef GH_AUDIT_IF_CORRELATION
#undef GH_AUDIT_NEWEST

}  // namespace gatehouse::audit
