#pragma once

// Every SQL text of this module. Each names the organization, but for the list of a user's own.
// Subjects are compared as they are:
// both engines compare TEXT byte for byte.

#include "core/sealed/sealed.h"
#include "platform/sql/sql.h"

namespace gatehouse::identity::sqls {

// Read by ToIdentity(), in this order.
#define GH_IDENTITY_COLUMNS                                                                      \
  "id, provider_id, organization_id, user_id, issuer, subject, email, is_valid, "                \
  "COALESCE(invalid_reason, ''), version, last_verified_at, created_at, last_synced_at, state, " \
  "state_reason, refreshing_since"

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
// What a log-in brings is newer than whatever a refresh under way may bring.
#define GH_FRESH_TOKENS                                                                           \
  "state = 'valid', state_reason = '', state_at = $8, refreshing_since = NULL, refresh_failures " \
  "= 0"

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
    "last_synced_at = $8, " GH_FRESH_TOKENS " WHERE organization_id = $1 AND id = $2"};
// The same for an identity that is still whose and what it was. The columns of its keys are not
// written, so their indexes stay untouched.
inline constexpr sql::Statement kRenew{
    "identities_renew",
    "UPDATE auth_identities SET email = $6, data = $7, is_valid = 1, invalid_reason = NULL, "
    "version = version + 1, last_verified_at = $8, last_synced_at = $8, " GH_FRESH_TOKENS
    " WHERE organization_id = $1 AND id = $2 AND user_id = $3 AND issuer = $4 AND subject = $5"};
// Its provider names it anew. The version says that it is still what was read.
inline constexpr sql::Statement kMigrate{
    "identities_migrate",
    "UPDATE auth_identities SET subject = $5, version = version + 1 WHERE organization_id = $1 AND "
    "id = $2 AND version = $3 AND user_id = $4"};
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

// ---- refresh: one set of statements per table, with the same parameters and columns
// -------------------------------------------------------------------------------------------

#define GH_REFRESH_READ(TABLE, VALID)                                                         \
  "SELECT provider_id, user_id, data, version, refreshing_since, state, state_reason, " VALID \
  ", refresh_failures FROM " TABLE " WHERE organization_id = $1 AND id = $2"
#define GH_REFRESH_BEGIN(TABLE)                                                               \
  "UPDATE " TABLE                                                                             \
  " SET refreshing_since = $4, state = $5, state_reason = $6 WHERE organization_id = $1 AND " \
  "id = $2 AND version = $3"
// Only by whoever began it, and only while the row is what it was then.
#define GH_REFRESH_END(TABLE, CHANGES)                                    \
  "UPDATE " TABLE " SET refreshing_since = NULL, state_at = $5, " CHANGES \
  " WHERE organization_id = $1 AND id = $2 AND version = $3 AND refreshing_since = $4"

inline constexpr sql::Statement kSsoRefreshRead{"identities_refresh_read",
                                                GH_REFRESH_READ("auth_identities", "is_valid")};
inline constexpr sql::Statement kSsoRefreshBegin{"identities_refresh_begin",
                                                 GH_REFRESH_BEGIN("auth_identities")};
inline constexpr sql::Statement kSsoRefreshValid{
    "identities_refresh_valid",
    GH_REFRESH_END("auth_identities",
                   "state = 'valid', state_reason = '', refresh_failures = 0, data = $6, "
                   "version = version + 1, is_valid = 1, invalid_reason = NULL, "
                   "last_verified_at = $5, last_synced_at = $5")};
inline constexpr sql::Statement kSsoRefreshInvalid{
    "identities_refresh_invalid",
    GH_REFRESH_END("auth_identities",
                   "state = 'suspended', state_reason = $6, invalid_reason = $6, is_valid = 0, "
                   "version = version + 1, last_synced_at = $5")};
inline constexpr sql::Statement kSsoRefreshFailed{
    "identities_refresh_failed",
    GH_REFRESH_END("auth_identities",
                   "state = $6, state_reason = $7, refresh_failures = refresh_failures + 1, "
                   "data = COALESCE($8, data), "
                   "version = version + CASE WHEN $8 IS NULL THEN 0 ELSE 1 END")};

inline constexpr sql::Statement kLinkedRefreshRead{
    "linked_refresh_read",
    GH_REFRESH_READ("linked_identities", "CASE WHEN status = 'invalid' THEN 0 ELSE 1 END")};
inline constexpr sql::Statement kLinkedRefreshBegin{"linked_refresh_begin",
                                                    GH_REFRESH_BEGIN("linked_identities")};
inline constexpr sql::Statement kLinkedRefreshValid{
    "linked_refresh_valid",
    GH_REFRESH_END("linked_identities",
                   "state = 'valid', state_reason = '', refresh_failures = 0, data = $6, "
                   "version = version + 1, status = 'valid', verified_at = $5, synced_at = $5")};
inline constexpr sql::Statement kLinkedRefreshInvalid{
    "linked_refresh_invalid",
    GH_REFRESH_END("linked_identities",
                   "state = 'suspended', state_reason = $6, status = 'invalid', "
                   "version = version + 1, synced_at = $5")};
inline constexpr sql::Statement kLinkedRefreshFailed{
    "linked_refresh_failed",
    GH_REFRESH_END("linked_identities",
                   "state = $6, state_reason = $7, refresh_failures = refresh_failures + 1, "
                   "data = COALESCE($8, data), "
                   "version = version + CASE WHEN $8 IS NULL THEN 0 ELSE 1 END")};

// ---- where members may link accounts ------------------------------------------------------------

#define GH_PLACE_COLUMNS \
  "id, organization_id, kind, external_id, name, issuer, created_at, updated_at"

inline constexpr sql::Statement kPlaceFind{
    "identity_providers_find",
    "SELECT " GH_PLACE_COLUMNS
    ", config FROM identity_providers WHERE organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kPlaceFindByName{
    "identity_providers_find_by_name",
    "SELECT " GH_PLACE_COLUMNS
    ", config FROM identity_providers WHERE organization_id = $1 AND kind = $2 AND external_id = "
    "$3"};
inline constexpr sql::Statement kPlaceList{
    "identity_providers_list",
    "SELECT " GH_PLACE_COLUMNS
    ", config FROM identity_providers WHERE organization_id = $1 ORDER BY name, id"};
inline constexpr sql::Statement kPlaceInsert{
    "identity_providers_insert",
    "INSERT INTO identity_providers (" GH_PLACE_COLUMNS
    ", config) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8) ON CONFLICT DO NOTHING"};
inline constexpr sql::Statement kPlaceDropPipelines{
    "identity_providers_drop_pipelines",
    "DELETE FROM link_pipelines WHERE organization_id = $1 AND provider_id = $2"};
inline constexpr sql::Statement kPlaceDelete{
    "identity_providers_delete",
    "DELETE FROM identity_providers WHERE organization_id = $1 AND id = $2"};

// ---- linked accounts ----------------------------------------------------------------------------

#define GH_LINKED_COLUMNS                                                                     \
  "i.id, i.provider_id, i.organization_id, i.user_id, i.external_id, i.name, i.scopes, "      \
  "i.data, i.status, i.state, i.state_reason, i.refreshing_since, i.version, i.verified_at, " \
  "i.synced_at, i.created_at, p.kind, p.name, p.external_id"
#define GH_LINKED             \
  "SELECT " GH_LINKED_COLUMNS \
  " FROM linked_identities i JOIN identity_providers p ON p.id = i.provider_id "

// Every part of the filter that is NULL fits everything.
inline constexpr sql::Statement kLinkedFilter{
    "linked_filter", GH_LINKED
    "WHERE i.organization_id = $1 AND p.organization_id = $1 AND (CAST($2 AS BIGINT) IS NULL OR "
    "i.id = $2) AND (CAST($3 AS BIGINT) IS NULL OR i.user_id = $3) AND (CAST($4 AS TEXT) IS NULL "
    "OR i.external_id = $4) AND (CAST($5 AS BIGINT) IS NULL OR i.provider_id = $5) AND (CAST($6 AS "
    "TEXT) IS NULL OR p.external_id = $6) AND (CAST($7 AS TEXT) IS NULL OR p.kind = $7) ORDER BY "
    "i.id LIMIT $8"};
// The account's own: of one user, in every organization.
inline constexpr sql::Statement kLinkedOfUser{"linked_of_user",
                                              GH_LINKED "WHERE i.user_id = $1 ORDER BY i.id"};
inline constexpr sql::Statement kLinkedInsert{
    "linked_insert",
    "INSERT INTO linked_identities (id, provider_id, organization_id, user_id, external_id, name, "
    "scopes, data, status, state, state_reason, state_at, refresh_failures, version, verified_at, "
    "synced_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'valid', 'valid', '', $9, 0, "
    "1, $9, $9, $9) ON CONFLICT DO NOTHING"};
// Linked again by its owner.
inline constexpr sql::Statement kLinkedRenew{
    "linked_renew",
    "UPDATE linked_identities SET name = $5, scopes = $6, data = $7, status = 'valid', state = "
    "'valid', state_reason = '', state_at = $8, refreshing_since = NULL, refresh_failures = 0, "
    "version = version + 1, verified_at = $8, synced_at = $8 WHERE organization_id = $1 AND id = "
    "$2 AND user_id = $3 AND external_id = $4"};
// Not while a refresh is under way, whose tokens it would lose.
inline constexpr sql::Statement kLinkedSetData{
    "linked_set_data",
    "UPDATE linked_identities SET data = $5, version = version + 1 WHERE organization_id = $1 AND "
    "id = $2 AND user_id = $3 AND version = $4 AND (refreshing_since IS NULL OR refreshing_since < "
    "$6)"};
inline constexpr sql::Statement kLinkedDeleteOne{
    "linked_delete_one",
    "DELETE FROM linked_identities WHERE organization_id = $1 AND id = $2 AND user_id = $3"};
inline constexpr sql::Statement kLinkedDeleteOfMember{
    "linked_delete_of_member",
    "DELETE FROM linked_identities WHERE organization_id = $1 AND user_id = $2 RETURNING id, "
    "provider_id, external_id"};
inline constexpr sql::Statement kLinkedDeleteOfProvider{
    "linked_delete_of_provider",
    "DELETE FROM linked_identities WHERE organization_id = $1 AND provider_id = $2 RETURNING id, "
    "user_id, external_id"};

// ---- keys
// ----------------------------------------------------------------------------------------

inline constexpr sql::Statement kSsoSealedPage{
    "identities_sealed_page", GH_SEALED_PAGE("auth_identities", "data", ", organization_id")};
inline constexpr sql::Statement kSsoSealedReplace{"identities_sealed_replace",
                                                  GH_SEALED_REPLACE("auth_identities", "data")};
inline constexpr sql::Statement kSsoSealedCount{"identities_sealed_count",
                                                GH_SEALED_COUNT("auth_identities", "data")};
inline constexpr sql::Statement kLinkedSealedPage{
    "linked_sealed_page",
    GH_SEALED_PAGE("linked_identities", "data", ", organization_id, user_id")};
inline constexpr sql::Statement kLinkedSealedReplace{
    "linked_sealed_replace", GH_SEALED_REPLACE("linked_identities", "data")};
inline constexpr sql::Statement kLinkedSealedCount{"linked_sealed_count",
                                                   GH_SEALED_COUNT("linked_identities", "data")};
inline constexpr sql::Statement kPlaceSealedPage{
    "identity_providers_sealed_page",
    GH_SEALED_PAGE("identity_providers", "config", ", organization_id")};
inline constexpr sql::Statement kPlaceSealedReplace{
    "identity_providers_sealed_replace", GH_SEALED_REPLACE("identity_providers", "config")};
inline constexpr sql::Statement kPlaceSealedCount{"identity_providers_sealed_count",
                                                  GH_SEALED_COUNT("identity_providers", "config")};

#undef GH_IDENTITY_COLUMNS
#undef GH_FRESH_TOKENS
#undef GH_REFRESH_READ
#undef GH_REFRESH_BEGIN
#undef GH_REFRESH_END
#undef GH_PLACE_COLUMNS
#undef GH_LINKED_COLUMNS
#undef GH_LINKED

}  // namespace gatehouse::identity::sqls
