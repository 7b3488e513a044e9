#pragma once

// Every SQL text of this module. Tenant statements name the organization.

#include "core/sealed/sealed.h"
#include "platform/sql/sql.h"

namespace gatehouse::sso::statements {

#define GH_PROVIDER_COLUMNS                                                                 \
  "id, organization_id, kind, name, issuer, config, revision, allow_unlinked, created_at, " \
  "updated_at"

inline constexpr sql::Statement kProviderFind{"sso.provider.find",
                                              "SELECT " GH_PROVIDER_COLUMNS
                                              " FROM auth_providers WHERE organization_id = $1"};
// For a decision that relies on the provider staying as it is: a protocol change waits for it, or
// it is run again after one. (SQLite has one writer.)
inline constexpr sql::Statement kProviderHold{
    "sso.provider.hold",
    "SELECT " GH_PROVIDER_COLUMNS " FROM auth_providers WHERE organization_id = $1",
    "SELECT " GH_PROVIDER_COLUMNS " FROM auth_providers WHERE organization_id = $1 FOR SHARE"};
// A second set-up that comes too late inserts nothing.
inline constexpr sql::Statement kProviderInsert{
    "sso.provider.insert",
    "INSERT INTO auth_providers (" GH_PROVIDER_COLUMNS
    ") VALUES ($1, $2, $3, $4, $5, $6, 1, 0, $7, $7) ON CONFLICT DO NOTHING"};
inline constexpr sql::Statement kProviderUpdateConfig{
    "sso.provider.update_config",
    "UPDATE auth_providers SET name = $4, issuer = $5, config = $6, revision = revision + 1, "
    "updated_at = $7 WHERE organization_id = $1 AND id = $2 AND revision = $3"};
inline constexpr sql::Statement kProviderSetAllowUnlinked{
    "sso.provider.set_allow_unlinked",
    "UPDATE auth_providers SET allow_unlinked = $3, updated_at = $4 "
    "WHERE organization_id = $1 AND id = $2"};
inline constexpr sql::Statement kProviderDelete{
    "sso.provider.delete", "DELETE FROM auth_providers WHERE organization_id = $1 AND id = $2"};

#define GH_PIPELINE_COLUMNS                                                           \
  "id, flow, organization_id, user_id, browser_hash, state_hash, kind, provider_id, " \
  "revision, step, signature, data, created_at, expires_at"

inline constexpr sql::Statement kPipelineInsert{
    "sso.pipeline.insert",
    "INSERT INTO sso_pipelines (" GH_PIPELINE_COLUMNS
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"};
inline constexpr sql::Statement kPipelineFindByState{
    "sso.pipeline.find_by_state",
    "SELECT " GH_PIPELINE_COLUMNS
    " FROM sso_pipelines WHERE state_hash = $1 AND browser_hash = $2 AND step = 0 "
    "AND expires_at > $3"};
// Taking a pipeline removes it: of several copies of one request exactly one deletes the row.
inline constexpr sql::Statement kPipelineTake{
    "sso.pipeline.take",
    "DELETE FROM sso_pipelines WHERE organization_id = $1 AND id = $2 AND step = $3 "
    "AND expires_at > $4"};
inline constexpr sql::Statement kPipelineFind{
    "sso.pipeline.find",
    "SELECT " GH_PIPELINE_COLUMNS
    " FROM sso_pipelines WHERE browser_hash = $1 AND organization_id = $2 AND flow = $3 "
    "AND step > 0 AND expires_at > $4 ORDER BY id DESC LIMIT 1"};
inline constexpr sql::Statement kPipelineFindById{
    "sso.pipeline.find_by_id",
    "SELECT " GH_PIPELINE_COLUMNS
    " FROM sso_pipelines WHERE organization_id = $1 AND id = $2 AND expires_at > $3"};
inline constexpr sql::Statement kPipelineListSetups{
    "sso.pipeline.list_setups",
    "SELECT " GH_PIPELINE_COLUMNS
    " FROM sso_pipelines WHERE organization_id = $1 AND flow = 'setup' AND expires_at > $2 "
    "ORDER BY id DESC LIMIT 8"};
inline constexpr sql::Statement kPipelineDelete{
    "sso.pipeline.delete", "DELETE FROM sso_pipelines WHERE organization_id = $1 AND id = $2"};
// Keeps the newest seven of a browser, so that the next one is the eighth.
inline constexpr sql::Statement kPipelineTrim{
    "sso.pipeline.trim",
    "DELETE FROM sso_pipelines WHERE browser_hash = $1 AND id NOT IN "
    "(SELECT id FROM sso_pipelines WHERE browser_hash = $1 ORDER BY id DESC LIMIT 7)"};
inline constexpr sql::Statement kPipelineCancel{
    "sso.pipeline.cancel",
    "DELETE FROM sso_pipelines WHERE browser_hash = $1 AND organization_id = $2 AND flow = $3"};
inline constexpr sql::Statement kPipelineDeleteExpired{
    "sso.pipeline.delete_expired", "DELETE FROM sso_pipelines WHERE expires_at <= $1"};

inline constexpr sql::Statement kProofInsert{
    "sso.link_proof.insert",
    "INSERT INTO sso_link_proofs (id, organization_id, pipeline_id, user_id, token_hash, "
    "created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"};
inline constexpr sql::Statement kProofProve{
    "sso.link_proof.prove",
    "UPDATE sso_link_proofs SET proven_at = $2 WHERE token_hash = $1 AND proven_at IS NULL "
    "AND expires_at > $2 RETURNING organization_id, pipeline_id"};
inline constexpr sql::Statement kProofFind{
    "sso.link_proof.find",
    "SELECT user_id, proven_at FROM sso_link_proofs WHERE organization_id = $1 "
    "AND pipeline_id = $2 AND expires_at > $3 ORDER BY id DESC LIMIT 1"};
inline constexpr sql::Statement kProofDeleteExpired{
    "sso.link_proof.delete_expired", "DELETE FROM sso_link_proofs WHERE expires_at <= $1"};
inline constexpr sql::Statement kProofDeleteForPipeline{
    "sso.link_proof.delete_for_pipeline",
    "DELETE FROM sso_link_proofs WHERE organization_id = $1 AND pipeline_id = $2"};

inline constexpr sql::Statement kDecisionInsert{
    "sso.decision.insert",
    "INSERT INTO sso_decisions (id, organization_id, provider_id, flow, outcome, reason, "
    "correlation_id, user_id, subject, email, ip, checks, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"};
inline constexpr sql::Statement kDecisionList{
    "sso.decision.list",
    "SELECT id, flow, outcome, reason, correlation_id, user_id, subject, email, ip, checks, "
    "created_at FROM sso_decisions WHERE organization_id = $1 AND id < $2 ORDER BY id DESC LIMIT "
    "$3"};
inline constexpr sql::Statement kDecisionByCorrelation{
    "sso.decision.by_correlation",
    "SELECT id, flow, outcome, reason, correlation_id, user_id, subject, email, ip, checks, "
    "created_at FROM sso_decisions WHERE organization_id = $1 AND correlation_id = $2 "
    "ORDER BY id DESC LIMIT $3"};
inline constexpr sql::Statement kDecisionDeleteOld{"sso.decision.delete_old",
                                                   "DELETE FROM sso_decisions WHERE id < $1"};

// A batch that is due, taken from whoever else looks for one. Providers of another kind have no
// part in it: theirs are never due.
inline constexpr sql::Statement kRecheckClaim{
    "sso.recheck.claim",
    "UPDATE auth_identities SET next_check_at = $3 WHERE id IN (SELECT i.id FROM auth_providers p "
    "JOIN auth_identities i ON i.provider_id = p.id AND i.next_check_at <= $2 WHERE p.kind = $1 "
    "LIMIT $4) AND next_check_at <= $2 RETURNING id, provider_id, organization_id, user_id, "
    "last_synced_at, refresh_failures"};
inline constexpr sql::Statement kRecheckDue{
    "sso.recheck.due",
    "SELECT COUNT(*) FROM auth_providers p JOIN auth_identities i ON i.provider_id = p.id AND "
    "i.next_check_at <= $2 WHERE p.kind = $1"};
// $4: when it was looked at, 0 for not at all.
inline constexpr sql::Statement kRecheckNext{
    "sso.recheck.next",
    "UPDATE auth_identities SET next_check_at = $3, last_synced_at = CASE WHEN CAST($4 AS BIGINT) "
    "> 0 THEN CAST($4 AS BIGINT) ELSE "
    "last_synced_at END WHERE organization_id = $1 AND id = $2"};

inline constexpr sql::Statement kProviderSealedPage{
    "sso.provider_sealed_page", GH_SEALED_PAGE("auth_providers", "config", ", organization_id")};
inline constexpr sql::Statement kProviderSealedReplace{
    "sso.provider_sealed_replace", GH_SEALED_REPLACE("auth_providers", "config")};
inline constexpr sql::Statement kProviderSealedCount{"sso.provider_sealed_count",
                                                     GH_SEALED_COUNT("auth_providers", "config")};
inline constexpr sql::Statement kPipelineSealedPage{
    "sso.pipeline_sealed_page", GH_SEALED_PAGE("sso_pipelines", "data", ", organization_id")};
inline constexpr sql::Statement kPipelineSealedReplace{"sso.pipeline_sealed_replace",
                                                       GH_SEALED_REPLACE("sso_pipelines", "data")};
inline constexpr sql::Statement kPipelineSealedCount{"sso.pipeline_sealed_count",
                                                     GH_SEALED_COUNT("sso_pipelines", "data")};

#undef GH_PROVIDER_COLUMNS
#undef GH_PIPELINE_COLUMNS

}  // namespace gatehouse::sso::statements
