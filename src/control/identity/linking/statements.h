#pragma once

// Every SQL text of this module.

#include "core/sealed/sealed.h"
#include "platform/sql/sql.h"

namespace gatehouse::linking::sqls {

inline constexpr sql::Statement kInsert{
    "link_pipelines_insert",
    "INSERT INTO link_pipelines (id, organization_id, provider_id, user_id, browser_hash, "
    "state_hash, data, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
// Taking a pipeline removes it: of several copies of one answer exactly one gets the row.
inline constexpr sql::Statement kTake{
    "link_pipelines_take",
    "DELETE FROM link_pipelines WHERE state_hash = $1 AND browser_hash = $2 AND user_id = $3 AND "
    "expires_at > $4 RETURNING id, organization_id, provider_id, data"};
// Keeps the newest seven of a browser, so that the next one is the eighth.
inline constexpr sql::Statement kTrim{
    "link_pipelines_trim",
    "DELETE FROM link_pipelines WHERE browser_hash = $1 AND id NOT IN (SELECT id FROM "
    "link_pipelines WHERE browser_hash = $1 ORDER BY id DESC LIMIT 7)"};
inline constexpr sql::Statement kDeleteExpired{"link_pipelines_delete_expired",
                                               "DELETE FROM link_pipelines WHERE expires_at <= $1"};

inline constexpr sql::Statement kSealedPage{
    "link_pipelines_sealed_page", GH_SEALED_PAGE("link_pipelines", "data", ", organization_id")};
inline constexpr sql::Statement kSealedReplace{"link_pipelines_sealed_replace",
                                               GH_SEALED_REPLACE("link_pipelines", "data")};
inline constexpr sql::Statement kSealedCount{"link_pipelines_sealed_count",
                                             GH_SEALED_COUNT("link_pipelines", "data")};

}  // namespace gatehouse::linking::sqls
