#pragma once

// Every SQL text of this module. Comparisons of e-mail use email_key, the normalized form.

#include "platform/sql/sql.h"

namespace gatehouse::users::sqls {

// Read by ToUser() in users.cc, in this order.
#define GH_USER_COLUMNS                                                                \
  "u.id, u.username, u.name, COALESCE(e.email, ''), COALESCE(e.is_verified, 0), "      \
  "CAST(CASE WHEN u.password_hash IS NULL THEN 0 ELSE 1 END AS BIGINT), u.is_active, " \
  "u.is_managed, u.session_epoch, u.last_login_at, u.created_at, u.has_2fa"
#define GH_USER_FROM \
  " FROM users u LEFT JOIN user_emails e ON e.user_id = u.id AND e.is_primary = 1 "

inline constexpr sql::Statement kFind{"users_find",
                                      "SELECT " GH_USER_COLUMNS GH_USER_FROM "WHERE u.id = $1"};

inline constexpr std::size_t kFindManyWidth = 16;
inline constexpr sql::Statement kFindMany{
    "users_find_many", "SELECT " GH_USER_COLUMNS GH_USER_FROM
                       "WHERE u.id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
                       "$14, $15, $16) ORDER BY u.id"};

// An unverified address counts only as the primary one: anybody can add anybody's address to an
// account. Accounts that can log in with a password come first, among them those that have proven
// the address: three rows are enough to decide. The column after ToUser's says so.
#define GH_HOLDS_ADDRESS                                                               \
  "u.id IN (SELECT user_id FROM user_emails WHERE email_key = $1 AND (is_primary = 1 " \
  "OR is_verified = 1))"
inline constexpr sql::Statement kFindForLogin{
    "users_find_for_login",
    "SELECT " GH_USER_COLUMNS
    ", (SELECT COUNT(*) FROM user_emails p WHERE p.user_id = u.id AND p.email_key = $1 AND "
    "p.is_verified = 1) AS proven" GH_USER_FROM "WHERE u.username = $1 OR " GH_HOLDS_ADDRESS
    " ORDER BY CASE WHEN u.password_hash IS NULL OR u.is_active = 0 THEN 1 ELSE 0 END, proven "
    "DESC, u.id LIMIT 3"};

inline constexpr sql::Statement kFindActiveByVerifiedEmail{
    "users_find_active_by_verified_email",
    "SELECT " GH_USER_COLUMNS GH_USER_FROM
    "WHERE u.is_active = 1 AND u.id IN "
    "(SELECT user_id FROM user_emails WHERE email_key = $1 AND is_verified = 1) ORDER BY u.id"};
inline constexpr sql::Statement kFindActiveByEmail{
    "users_find_active_by_email", "SELECT " GH_USER_COLUMNS GH_USER_FROM
                                  "WHERE u.is_active = 1 AND " GH_HOLDS_ADDRESS " ORDER BY u.id"};
#undef GH_HOLDS_ADDRESS

#undef GH_USER_FROM
#undef GH_USER_COLUMNS

inline constexpr sql::Statement kIsActive{"users_is_active",
                                          "SELECT is_active FROM users WHERE id = $1"};
inline constexpr sql::Statement kPasswordHash{"users_password_hash",
                                              "SELECT password_hash FROM users WHERE id = $1"};
inline constexpr sql::Statement kCount{"users_count", "SELECT COUNT(*) FROM users"};
// Who holds the address as theirs: primary, or verified.
inline constexpr sql::Statement kEmailOwners{
    "users_email_owners",
    "SELECT user_id FROM user_emails WHERE email_key = $1 AND (is_primary = 1 OR is_verified = 1) "
    "ORDER BY user_id"};
inline constexpr sql::Statement kEmailProvenByOther{
    "users_email_proven_by_other",
    "SELECT user_id FROM user_emails WHERE email_key = $1 AND is_verified = 1 AND user_id <> $2 "
    "LIMIT 1"};
inline constexpr sql::Statement kEmailHolders{
    "users_email_holders",
    "SELECT user_id FROM user_emails WHERE email_key = $1 ORDER BY user_id LIMIT 100"};
inline constexpr sql::Statement kFindEmail{
    "users_find_email",
    "SELECT email, is_primary, is_verified FROM user_emails WHERE user_id = $1 AND email_key = "
    "$2"};
inline constexpr sql::Statement kAddEmail{
    "users_add_email",
    "INSERT INTO user_emails (id, user_id, email, email_key, is_primary, is_verified, created_at) "
    "VALUES ($1, $2, $3, $4, 0, 0, $5) ON CONFLICT (user_id, email_key) DO NOTHING"};
inline constexpr sql::Statement kRemoveEmail{
    "users_remove_email",
    "DELETE FROM user_emails WHERE user_id = $1 AND email_key = $2 AND is_primary = 0"};
// Both rows in one statement; nothing happens unless the address is there and verified.
inline constexpr sql::Statement kSetPrimaryEmail{
    "users_set_primary_email",
    "UPDATE user_emails SET is_primary = CASE WHEN email_key = $2 THEN 1 ELSE 0 END WHERE user_id "
    "= $1 AND EXISTS (SELECT 1 FROM user_emails v WHERE v.user_id = $1 AND v.email_key = $2 AND "
    "v.is_verified = 1)"};
// The log-in name follows the primary address if it was one, and if the name is free.
inline constexpr sql::Statement kFollowPrimaryEmail{
    "users_follow_primary_email",
    "UPDATE users SET username = $2 WHERE id = $1 AND username = $3 AND NOT EXISTS (SELECT 1 FROM "
    "users o WHERE o.username = $2)"};
inline constexpr sql::Statement kSetHas2fa{"users_set_has_2fa",
                                           "UPDATE users SET has_2fa = $2 WHERE id = $1"};
inline constexpr sql::Statement kRaiseEpoch{
    "users_raise_epoch", "UPDATE users SET session_epoch = session_epoch + 1 WHERE id = $1"};

inline constexpr sql::Statement kInsertEvent{
    "account_events_insert",
    "INSERT INTO account_events (id, user_id, kind, detail, ip, user_agent, correlation_id, "
    "created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
inline constexpr sql::Statement kListEvents{
    "account_events_list",
    "SELECT id, user_id, kind, detail, ip, user_agent, correlation_id, created_at FROM "
    "account_events WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"};
inline constexpr sql::Statement kDeleteOldEvents{"account_events_delete_old",
                                                 "DELETE FROM account_events WHERE id < $1"};
inline constexpr sql::Statement kEmails{
    "users_emails",
    "SELECT email, is_verified FROM user_emails WHERE user_id = $1 ORDER BY is_primary DESC, id"};

inline constexpr sql::Statement kInsert{
    "users_insert",
    "INSERT INTO users (id, username, name, password_hash, is_active, is_managed, session_epoch, "
    "created_at) VALUES ($1, $2, $3, $4, 1, 0, 0, $5) ON CONFLICT (username) DO NOTHING"};
inline constexpr sql::Statement kInsertEmail{
    "users_insert_email",
    "INSERT INTO user_emails (id, user_id, email, email_key, is_primary, is_verified, created_at) "
    "VALUES ($1, $2, $3, $4, 1, $5, $6)"};
inline constexpr sql::Statement kSetPassword{
    "users_set_password",
    "UPDATE users SET password_hash = $2, session_epoch = session_epoch + 1 WHERE id = $1"};
// The same password under new cost: nothing ends.
inline constexpr sql::Statement kRehash{
    "users_rehash", "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2"};
inline constexpr sql::Statement kSetName{"users_set_name",
                                         "UPDATE users SET name = $2 WHERE id = $1"};
inline constexpr sql::Statement kTouchLogin{"users_touch_login",
                                            "UPDATE users SET last_login_at = $2 WHERE id = $1"};
inline constexpr sql::Statement kMarkEmailVerified{
    "users_mark_email_verified",
    "UPDATE user_emails SET is_verified = 1 WHERE user_id = $1 AND email_key = $2"};

inline constexpr sql::Statement kInsertLink{
    "user_links_insert",
    "INSERT INTO user_links (id, user_id, purpose, token_hash, email, created_at, expires_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7)"};
inline constexpr sql::Statement kDeleteLinksOfUser{
    "user_links_delete_of_user",
    "DELETE FROM user_links WHERE user_id = $1 AND purpose = $2 AND (purpose <> 'confirm-email' OR "
    "email = $3)"};
inline constexpr sql::Statement kDeleteConfirmations{
    "user_links_delete_confirmations",
    "DELETE FROM user_links WHERE user_id = $1 AND purpose = 'confirm-email' AND email = $2"};
inline constexpr sql::Statement kDeleteLinksOfNobody{
    "user_links_delete_of_nobody", "DELETE FROM user_links WHERE user_id IS NULL AND purpose = $1"};
inline constexpr sql::Statement kDeletePasswordLinks{
    "user_links_delete_password",
    "DELETE FROM user_links WHERE user_id = $1 AND purpose IN ('recover', 'set-password') AND "
    "used_at IS NULL"};
inline constexpr sql::Statement kPeekLink{
    "user_links_peek",
    "SELECT id, user_id, COALESCE(email, ''), expires_at FROM user_links WHERE token_hash = $1 AND "
    "purpose = $2 AND used_at IS NULL AND expires_at > $3 AND created_at <= $4"};
inline constexpr sql::Statement kTakeLink{
    "user_links_take",
    "UPDATE user_links SET used_at = $3 WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL "
    "AND expires_at > $3 AND created_at <= $4 "
    "RETURNING id, user_id, COALESCE(email, ''), expires_at"};

}  // namespace gatehouse::users::sqls
