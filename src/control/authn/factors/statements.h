#pragma once

// Every SQL text of this module. What may happen once is one statement that says so by the number
// of rows it changed.

#include "core/sealed/sealed.h"
#include "platform/sql/sql.h"

namespace gatehouse::factors::sqls {

inline constexpr sql::Statement kInsert{
    "authenticators_insert",
    "INSERT INTO authenticators (id, user_id, kind, name, secret, credential_id, counter, "
    "is_passkey, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
inline constexpr sql::Statement kList{
    "authenticators_list",
    "SELECT id, kind, name, is_passkey, created_at, last_used_at, credential_id "
    "FROM authenticators WHERE user_id = $1 ORDER BY id"};
inline constexpr sql::Statement kFindTotp{
    "authenticators_find_totp",
    "SELECT id, user_id, secret, counter, is_passkey, name FROM authenticators "
    "WHERE user_id = $1 AND kind = 'totp'"};
inline constexpr sql::Statement kFindCredential{
    "authenticators_find_credential",
    "SELECT id, user_id, secret, counter, is_passkey, name FROM authenticators "
    "WHERE credential_id = $1 AND kind = 'webauthn'"};
// A step counts once, and none before it counts any more.
inline constexpr sql::Statement kUseTotp{
    "authenticators_use_totp",
    "UPDATE authenticators SET counter = $3, last_used_at = $4 "
    "WHERE user_id = $1 AND id = $2 AND kind = 'totp' AND counter < $3"};
// Authenticators without a counter always say zero.
inline constexpr sql::Statement kUseWebauthn{
    "authenticators_use_webauthn",
    "UPDATE authenticators SET counter = $3, last_used_at = $4 "
    "WHERE user_id = $1 AND id = $2 AND kind = 'webauthn' "
    "AND (counter < $3 OR (counter = 0 AND $3 = 0))"};
inline constexpr sql::Statement kRename{
    "authenticators_rename", "UPDATE authenticators SET name = $3 WHERE user_id = $1 AND id = $2"};
inline constexpr sql::Statement kDelete{
    "authenticators_delete", "DELETE FROM authenticators WHERE user_id = $1 AND id = $2"};
inline constexpr sql::Statement kDeleteAll{"authenticators_delete_all",
                                           "DELETE FROM authenticators WHERE user_id = $1"};

inline constexpr sql::Statement kInsertRecovery{
    "recovery_codes_insert",
    "INSERT INTO recovery_codes (user_id, code_hash, created_at) VALUES ($1, $2, $3)"};
inline constexpr sql::Statement kUseRecovery{
    "recovery_codes_use",
    "UPDATE recovery_codes SET used_at = $3 "
    "WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL"};
inline constexpr sql::Statement kCountRecovery{
    "recovery_codes_count",
    "SELECT COUNT(*), MAX(created_at) FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL"};
inline constexpr sql::Statement kDeleteRecovery{"recovery_codes_delete",
                                                "DELETE FROM recovery_codes WHERE user_id = $1"};

// A second begin replaces the first.
inline constexpr sql::Statement kPutCeremony{
    "factor_ceremonies_put",
    "INSERT INTO factor_ceremonies (id, purpose, user_id, bound_to, data, created_at, expires_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (bound_to, purpose) DO UPDATE SET "
    "id = excluded.id, user_id = excluded.user_id, data = excluded.data, "
    "created_at = excluded.created_at, expires_at = excluded.expires_at"};
inline constexpr sql::Statement kPutCeremonyOnce{
    "factor_ceremonies_put_once",
    "INSERT INTO factor_ceremonies (id, purpose, user_id, bound_to, data, created_at, expires_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (bound_to, purpose) DO NOTHING"};
inline constexpr sql::Statement kTakeCeremony{
    "factor_ceremonies_take",
    "DELETE FROM factor_ceremonies WHERE bound_to = $1 AND purpose = $2 "
    "RETURNING user_id, data, created_at, expires_at"};
inline constexpr sql::Statement kDeleteCeremoniesOfUser{
    "factor_ceremonies_delete_of_user", "DELETE FROM factor_ceremonies WHERE user_id = $1"};
inline constexpr sql::Statement kDeleteExpiredCeremonies{
    "factor_ceremonies_delete_expired", "DELETE FROM factor_ceremonies WHERE expires_at <= $1"};

// $3: so many tries are allowed. One above it says "no more", and does not grow.
inline constexpr sql::Statement kTakeTry{
    "factor_tries_take",
    "INSERT INTO factor_tries (user_id, kind, tries) VALUES ($1, $2, 1) "
    "ON CONFLICT (user_id, kind) DO UPDATE SET tries = CASE WHEN factor_tries.tries > $3 "
    "THEN factor_tries.tries ELSE factor_tries.tries + 1 END RETURNING tries"};
inline constexpr sql::Statement kClearTries{
    "factor_tries_clear", "DELETE FROM factor_tries WHERE user_id = $1 AND kind = $2"};

// ---- keys
// ----------------------------------------------------------------------------------------

inline constexpr sql::Statement kAuthenticatorSealedPage{
    "authenticators_sealed_page", GH_SEALED_PAGE("authenticators", "secret", "")};
inline constexpr sql::Statement kAuthenticatorSealedReplace{
    "authenticators_sealed_replace", GH_SEALED_REPLACE("authenticators", "secret")};
inline constexpr sql::Statement kAuthenticatorSealedCount{
    "authenticators_sealed_count", GH_SEALED_COUNT("authenticators", "secret")};
// Only TOTP secrets are sealed there: a challenge is none.
inline constexpr sql::Statement kCeremonySealedPage{
    "factor_ceremonies_sealed_page",
    "SELECT id, data, bound_to FROM factor_ceremonies WHERE id > $1 AND purpose = 'totp' AND data "
    "NOT LIKE $2 ORDER BY id LIMIT $3"};
inline constexpr sql::Statement kCeremonySealedReplace{
    "factor_ceremonies_sealed_replace", GH_SEALED_REPLACE("factor_ceremonies", "data")};
inline constexpr sql::Statement kCeremonySealedCount{
    "factor_ceremonies_sealed_count",
    "SELECT COUNT(*) FROM factor_ceremonies WHERE purpose = 'totp' AND data LIKE $1"};

}  // namespace gatehouse::factors::sqls
