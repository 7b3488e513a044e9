#pragma once

// Every SQL text of this module.

#include "platform/sql/sql.h"

namespace gatehouse::authn::sqls {

// Read by Store::Load(), in this order.
#define GH_SESSION_COLUMNS \
  "id, user_id, session_epoch, proofs, ip, user_agent, created_at, last_seen_at, expires_at"

inline constexpr sql::Statement kInsert{
    "sessions_insert",
    "INSERT INTO sessions (id, token_hash, user_id, session_epoch, proofs, ip, user_agent, "
    "created_at, last_seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"};
inline constexpr sql::Statement kFindByToken{
    "sessions_find_by_token", "SELECT " GH_SESSION_COLUMNS " FROM sessions WHERE token_hash = $1"};
// The row goes in the statement that reads it: it cannot be carried over twice.
inline constexpr sql::Statement kTake{
    "sessions_take", "DELETE FROM sessions WHERE id = $1 RETURNING " GH_SESSION_COLUMNS};
inline constexpr sql::Statement kFindById{
    "sessions_find_by_id", "SELECT " GH_SESSION_COLUMNS " FROM sessions WHERE id = $1"};
inline constexpr sql::Statement kList{
    "sessions_list", "SELECT " GH_SESSION_COLUMNS
                     " FROM sessions WHERE user_id = $1 ORDER BY last_seen_at DESC, id DESC"};
// Of these users only: the index on user_id finds them.
inline constexpr std::size_t kUsersWidth = 32;
#define GH_USER_LIST                                                                             \
  "$2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, " \
  "$22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33"
inline constexpr sql::Statement kListByProof{"sessions_list_by_proof",
                                             "SELECT " GH_SESSION_COLUMNS
                                             " FROM sessions WHERE user_id IN (" GH_USER_LIST
                                             ") AND proofs LIKE $1 ORDER BY id"};
inline constexpr sql::Statement kDeletePendingByProof{
    "pending_logins_delete_by_proof",
    "DELETE FROM pending_logins WHERE user_id IN (" GH_USER_LIST ") AND proof LIKE $1"};
#undef GH_USER_LIST
inline constexpr sql::Statement kTouch{
    "sessions_touch", "UPDATE sessions SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2"};
inline constexpr sql::Statement kSetProofs{"sessions_set_proofs",
                                           "UPDATE sessions SET proofs = $2 WHERE id = $1"};
inline constexpr sql::Statement kDelete{"sessions_delete",
                                        "DELETE FROM sessions WHERE id = $1 AND user_id = $2"};
inline constexpr sql::Statement kDeleteOthers{
    "sessions_delete_others", "DELETE FROM sessions WHERE user_id = $1 AND id <> $2"};
inline constexpr sql::Statement kDeleteExpired{
    "sessions_delete_expired", "DELETE FROM sessions WHERE expires_at <= $1 OR last_seen_at <= $2"};

#undef GH_SESSION_COLUMNS

// Read by Store::LoadPending(), in this order.
#define GH_PENDING_COLUMNS \
  "id, user_id, session_epoch, proof, previous_session_id, next, created_at, expires_at"
inline constexpr sql::Statement kInsertPending{
    "pending_logins_insert",
    "INSERT INTO pending_logins (id, token_hash, user_id, session_epoch, proof, "
    "previous_session_id, next, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
    "$9)"};
inline constexpr sql::Statement kFindPending{"pending_logins_find",
                                             "SELECT " GH_PENDING_COLUMNS
                                             " FROM pending_logins WHERE token_hash = $1"};
inline constexpr sql::Statement kTakePending{
    "pending_logins_take",
    "DELETE FROM pending_logins WHERE token_hash = $1 RETURNING " GH_PENDING_COLUMNS};
#undef GH_PENDING_COLUMNS
inline constexpr sql::Statement kDeletePendingOfUser{
    "pending_logins_delete_of_user", "DELETE FROM pending_logins WHERE user_id = $1"};
inline constexpr sql::Statement kDeleteExpiredPending{
    "pending_logins_delete_expired", "DELETE FROM pending_logins WHERE expires_at <= $1"};

inline constexpr sql::Statement kInsertToken{
    "api_tokens_insert",
    "INSERT INTO api_tokens (id, user_id, name, hint, token_hash, scopes, created_at, expires_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
inline constexpr sql::Statement kFindToken{
    "api_tokens_find",
    "SELECT id, user_id, scopes, expires_at, last_used_at FROM api_tokens WHERE token_hash = $1"};
inline constexpr sql::Statement kListTokens{
    "api_tokens_list",
    "SELECT id, name, hint, scopes, created_at, expires_at, last_used_at FROM api_tokens "
    "WHERE user_id = $1 ORDER BY id DESC"};
inline constexpr sql::Statement kDeleteToken{
    "api_tokens_delete", "DELETE FROM api_tokens WHERE user_id = $1 AND id = $2"};
inline constexpr sql::Statement kTouchToken{
    "api_tokens_touch",
    "UPDATE api_tokens SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR "
    "last_used_at < $2)"};

}  // namespace gatehouse::authn::sqls
