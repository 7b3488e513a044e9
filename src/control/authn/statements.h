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
    "created_at, last_seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)"};
inline constexpr sql::Statement kFindByToken{
    "sessions_find_by_token", "SELECT " GH_SESSION_COLUMNS " FROM sessions WHERE token_hash = $1"};
// The row goes in the statement that reads it: it cannot be carried over twice.
inline constexpr sql::Statement kTake{
    "sessions_take", "DELETE FROM sessions WHERE id = $1 RETURNING " GH_SESSION_COLUMNS};
inline constexpr sql::Statement kList{
    "sessions_list", "SELECT " GH_SESSION_COLUMNS
                     " FROM sessions WHERE user_id = $1 ORDER BY last_seen_at DESC, id DESC"};
inline constexpr sql::Statement kListByProof{"sessions_list_by_proof",
                                             "SELECT " GH_SESSION_COLUMNS
                                             " FROM sessions WHERE proofs LIKE $1 ORDER BY id"};
inline constexpr sql::Statement kListByProofAndUser{
    "sessions_list_by_proof_and_user",
    "SELECT " GH_SESSION_COLUMNS
    " FROM sessions WHERE user_id = $2 AND proofs LIKE $1 ORDER BY id"};
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
