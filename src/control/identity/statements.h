#pragma once

// Every SQL text of this module. Each names the organization, but for the list of a user's own.
// Subjects are compared as they are:
// both engines compare TEXT byte for byte.

#include "platform/sql/sql.h"

namespace gatehouse::identity::sqls {

// Read by ToIdentity(), in this order.
#define GH_IDENTITY_COLUMNS                                                       \
  "id, provider_id, organization_id, user_id, issuer, subject, email, is_valid, " \
  "COALESCE(invalid_reason, ''), version, last_verified_at, created_at"

inline constexpr sql::Statement kFindBySubject{
    "identities_find_by_subject",
    "SELECT " GH_IDENTITY_COLUMNS
    " FROM auth_identities WHERE organization_id = $1 AND provider_id = $2 AND issuer = $3 AND "
    "subject = $4"};
inline constexpr sql::Statement kFindByUser{
    "identities_find_by_user",
    "SELECT " GH_IDENTITY_COLUMNS
    " FROM auth_identities WHERE organization_id = $1 AND provider_id = $2 AND user_id = $3"};
inline constexpr sql::Statement kFindById{
    "identities_find_by_id",
    "SELECT " GH_IDENTITY_COLUMNS " FROM auth_identities WHERE organization_id = $1 AND id = $2"};
// The account's own page: of one user, in every organization.
inline constexpr sql::Statement kListOfUser{"identities_list_of_user",
                                            "SELECT " GH_IDENTITY_COLUMNS
                                            " FROM auth_identities WHERE user_id = $1 ORDER BY id"};
#undef GH_IDENTITY_COLUMNS

inline constexpr sql::Statement kData{
    "identities_data", "SELECT data FROM auth_identities WHERE organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kInsert{
    "identities_insert",
    "INSERT INTO auth_identities (id, provider_id, organization_id, user_id, issuer, subject, "
    "email, data, is_valid, version, last_verified_at, last_synced_at, created_at) VALUES ($1, $2, "
    "$3, $4, $5, $6, $7, $8, 1, 1, $9, $9, $9) ON CONFLICT DO NOTHING"};
// A proven link: whose, which subject, and everything that follows from the proof.
inline constexpr sql::Statement kUpdate{
    "identities_update",
    "UPDATE auth_identities SET user_id = $3, issuer = $4, subject = $5, email = $6, data = $7, "
    "is_valid = 1, invalid_reason = NULL, version = version + 1, last_verified_at = $8, "
    "last_synced_at = $8 WHERE organization_id = $1 AND id = $2"};
// The same for an identity that is still whose and what it was. The columns of its keys are not
// written, so their indexes stay untouched.
inline constexpr sql::Statement kRenew{
    "identities_renew",
    "UPDATE auth_identities SET email = $6, data = $7, is_valid = 1, invalid_reason = NULL, "
    "version = version + 1, last_verified_at = $8, last_synced_at = $8 WHERE organization_id = $1 "
    "AND id = $2 AND user_id = $3 AND issuer = $4 AND subject = $5"};
inline constexpr sql::Statement kOwners{
    "identities_owners",
    "SELECT user_id FROM auth_identities WHERE organization_id = $1 AND provider_id = $2 ORDER BY "
    "user_id"};
inline constexpr sql::Statement kDeleteOfMember{
    "identities_delete_of_member",
    "DELETE FROM auth_identities WHERE organization_id = $1 AND user_id = $2 RETURNING id, "
    "provider_id, issuer, subject"};
inline constexpr sql::Statement kDeleteOne{
    "identities_delete_one",
    "DELETE FROM auth_identities WHERE organization_id = $1 AND id = $2 AND user_id = $3"};
inline constexpr sql::Statement kDeleteOfUser{
    "identities_delete_of_user",
    "DELETE FROM auth_identities WHERE organization_id = $1 AND provider_id = $2 AND user_id = $3"};
inline constexpr sql::Statement kInvalidateAll{
    "identities_invalidate_all",
    "UPDATE auth_identities SET is_valid = 0, invalid_reason = $3, version = version + 1 WHERE "
    "organization_id = $1 AND provider_id = $2 RETURNING user_id"};
inline constexpr sql::Statement kDeleteAll{
    "identities_delete_all",
    "DELETE FROM auth_identities WHERE organization_id = $1 AND provider_id = $2 RETURNING "
    "user_id"};

}  // namespace gatehouse::identity::sqls
