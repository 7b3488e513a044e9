#pragma once

// Every SQL text of this module. Each names the organization, but for those of the periodic work,
// which is everybody's.

#include "platform/sql/sql.h"

namespace gatehouse::artifacts::sqls {

inline constexpr sql::Statement kSeeBlob{
    "artifact_blobs_see",
    "INSERT INTO artifact_blobs (organization_id, checksum, size, used_at) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (organization_id, checksum) DO UPDATE SET used_at = excluded.used_at"};
inline constexpr sql::Statement kTouchBlob{
    "artifact_blobs_touch",
    "UPDATE artifact_blobs SET used_at = $3 WHERE organization_id = $1 AND checksum = $2"};

#define GATEHOUSE_BLOB_UNWANTED                                                                   \
  "b.used_at < $1 "                                                                               \
  "AND NOT EXISTS (SELECT 1 FROM artifact_bundles a WHERE a.organization_id = b.organization_id " \
  "AND a.checksum = b.checksum) "                                                                 \
  "AND NOT EXISTS (SELECT 1 FROM release_files f WHERE f.organization_id = b.organization_id "    \
  "AND f.checksum = b.checksum) "                                                                 \
  "AND NOT EXISTS (SELECT 1 FROM debug_files d WHERE d.organization_id = b.organization_id "      \
  "AND d.checksum = b.checksum)"
inline constexpr sql::Statement kUnwantedBlobs{
    "artifact_blobs_unwanted",
    "SELECT b.organization_id, b.checksum FROM artifact_blobs b WHERE " GATEHOUSE_BLOB_UNWANTED
    " ORDER BY b.used_at LIMIT 500"};
inline constexpr sql::Statement kForgetBlob{
    "artifact_blobs_forget",
    "DELETE FROM artifact_blobs AS b WHERE b.organization_id = $2 AND b.checksum = $3 "
    "AND " GATEHOUSE_BLOB_UNWANTED};

inline constexpr sql::Statement kAssembly{
    "artifact_assemblies_find",
    "SELECT state, detail, request FROM artifact_assemblies WHERE organization_id = $1 "
    "AND project_id = $2 AND kind = $3 AND checksum = $4"};
inline constexpr sql::Statement kStartAssembly{
    "artifact_assemblies_start",
    "INSERT INTO artifact_assemblies (organization_id, project_id, kind, checksum, state, detail, "
    "request, updated_at) VALUES ($1, $2, $3, $4, 'created', '', $5, $6) "
    "ON CONFLICT (organization_id, project_id, kind, checksum) DO UPDATE SET state = 'created', "
    "detail = '', request = excluded.request, updated_at = excluded.updated_at"};
inline constexpr sql::Statement kSetAssembly{
    "artifact_assemblies_set",
    "UPDATE artifact_assemblies SET state = $5, detail = $6, updated_at = $7 "
    "WHERE organization_id = $1 AND project_id = $2 AND kind = $3 AND checksum = $4"};
// $1: what is being assembled since before then was being so in a process that has died.
inline constexpr sql::Statement kWaitingAssemblies{
    "artifact_assemblies_waiting",
    "SELECT organization_id, project_id, kind, checksum, request FROM artifact_assemblies "
    "WHERE state = 'created' OR (state = 'assembling' AND updated_at < $1) "
    "ORDER BY updated_at LIMIT 16"};
inline constexpr sql::Statement kForgetAssemblies{
    "artifact_assemblies_forget",
    "DELETE FROM artifact_assemblies WHERE state IN ('ok', 'error') AND updated_at < $1"};

// What has been put together and is to be gone: the same file may come again.
inline constexpr sql::Statement kForgetBundleAssembly{
    "artifact_assemblies_forget_bundle",
    "DELETE FROM artifact_assemblies WHERE organization_id = $1 AND kind = 'bundle' AND checksum = "
    "(SELECT checksum FROM artifact_bundles WHERE organization_id = $1 AND id = $2)"};

#define GATEHOUSE_BUNDLE_COLUMNS \
  "a.id, a.checksum, a.bundle_id, a.size, a.file_count, a.created_at, a.used_at"
inline constexpr sql::Statement kFindBundle{
    "artifact_bundles_find",
    "SELECT " GATEHOUSE_BUNDLE_COLUMNS
    " FROM artifact_bundles a WHERE a.organization_id = $1 AND a.checksum = $2"};
inline constexpr sql::Statement kInsertBundle{
    "artifact_bundles_insert",
    "INSERT INTO artifact_bundles (id, organization_id, checksum, bundle_id, size, file_count, "
    "created_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7) "
    "ON CONFLICT (organization_id, checksum) DO UPDATE SET created_at = excluded.created_at, "
    "used_at = excluded.used_at"};
inline constexpr sql::Statement kLinkBundleProject{
    "artifact_bundle_projects_insert",
    "INSERT INTO artifact_bundle_projects (organization_id, bundle_id, project_id) "
    "VALUES ($1, $2, $3) ON CONFLICT (bundle_id, project_id) DO NOTHING"};
inline constexpr sql::Statement kLinkBundleRelease{
    "artifact_bundle_releases_insert",
    "INSERT INTO artifact_bundle_releases (organization_id, bundle_id, version, dist) "
    "VALUES ($1, $2, $3, $4) ON CONFLICT (bundle_id, version, dist) DO NOTHING"};
inline constexpr sql::Statement kLinkDebugId{
    "artifact_debug_ids_insert",
    "INSERT INTO artifact_debug_ids (organization_id, debug_id, bundle_id) VALUES ($1, $2, $3) "
    "ON CONFLICT (organization_id, debug_id, bundle_id) DO NOTHING"};
inline constexpr sql::Statement kBundlesOfDebugId{
    "artifact_bundles_of_debug_id",
    "SELECT " GATEHOUSE_BUNDLE_COLUMNS
    " FROM artifact_debug_ids i JOIN artifact_bundles a ON a.id = i.bundle_id "
    "JOIN artifact_bundle_projects p ON p.bundle_id = a.id AND p.project_id = $2 "
    "WHERE i.organization_id = $1 AND i.debug_id = $3 ORDER BY a.created_at DESC, a.id DESC "
    "LIMIT 5"};
inline constexpr sql::Statement kBundlesOfRelease{
    "artifact_bundles_of_release",
    "SELECT " GATEHOUSE_BUNDLE_COLUMNS
    " FROM artifact_bundle_releases r JOIN artifact_bundles a ON a.id = r.bundle_id "
    "JOIN artifact_bundle_projects p ON p.bundle_id = a.id AND p.project_id = $2 "
    "WHERE r.organization_id = $1 AND r.version = $3 AND r.dist = $4 "
    "ORDER BY a.created_at DESC, a.id DESC LIMIT 30"};
inline constexpr sql::Statement kBundlesOfProject{
    "artifact_bundles_of_project",
    "SELECT " GATEHOUSE_BUNDLE_COLUMNS
    " FROM artifact_bundle_projects p JOIN artifact_bundles a ON a.id = p.bundle_id "
    "WHERE p.organization_id = $1 AND p.project_id = $2 AND a.id < $3 ORDER BY a.id DESC LIMIT $4"};
inline constexpr sql::Statement kReleasesOfBundle{
    "artifact_bundle_releases_list",
    "SELECT version, dist FROM artifact_bundle_releases WHERE organization_id = $1 "
    "AND bundle_id = $2 ORDER BY version, dist"};
inline constexpr sql::Statement kUnlinkBundle{
    "artifact_bundle_projects_delete",
    "DELETE FROM artifact_bundle_projects WHERE organization_id = $1 AND bundle_id = $2 "
    "AND project_id = $3"};
inline constexpr sql::Statement kTouchBundle{
    "artifact_bundles_touch",
    "UPDATE artifact_bundles SET used_at = $3 WHERE organization_id = $1 AND id = $2"};
// Not used for long, or of no project any more.
inline constexpr sql::Statement kOldBundles{
    "artifact_bundles_old",
    "SELECT a.organization_id, a.id FROM artifact_bundles a WHERE a.used_at < $1 OR NOT EXISTS "
    "(SELECT 1 FROM artifact_bundle_projects p WHERE p.bundle_id = a.id) LIMIT 200"};
inline constexpr sql::Statement kDeleteBundleDebugIds{
    "artifact_debug_ids_delete",
    "DELETE FROM artifact_debug_ids WHERE organization_id = $1 AND bundle_id = $2"};
inline constexpr sql::Statement kDeleteBundleReleases{
    "artifact_bundle_releases_delete",
    "DELETE FROM artifact_bundle_releases WHERE organization_id = $1 AND bundle_id = $2"};
inline constexpr sql::Statement kDeleteBundleProjects{
    "artifact_bundle_projects_delete_all",
    "DELETE FROM artifact_bundle_projects WHERE organization_id = $1 AND bundle_id = $2"};
inline constexpr sql::Statement kDeleteBundle{
    "artifact_bundles_delete",
    "DELETE FROM artifact_bundles WHERE organization_id = $1 AND id = $2"};
// Does the project have anything at all that frames could be looked up in?
inline constexpr sql::Statement kHasArtifacts{
    "artifact_bundles_any",
    "SELECT 1 FROM artifact_bundle_projects WHERE organization_id = $1 AND project_id = $2 "
    "UNION ALL SELECT 1 FROM release_projects rp JOIN release_files f "
    "ON f.release_id = rp.release_id WHERE rp.organization_id = $1 AND rp.project_id = $2 LIMIT 1"};

#define GATEHOUSE_RELEASE_FILE_COLUMNS \
  "f.id, f.name, f.dist, f.headers, f.checksum, f.size, f.created_at"
inline constexpr sql::Statement kInsertReleaseFile{
    "release_files_insert",
    "INSERT INTO release_files (id, organization_id, release_id, dist, name, headers, checksum, "
    "size, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
    "ON CONFLICT (release_id, dist, name) DO NOTHING"};
inline constexpr sql::Statement kReleaseFiles{
    "release_files_list",
    "SELECT " GATEHOUSE_RELEASE_FILE_COLUMNS
    " FROM release_files f WHERE f.organization_id = $1 AND f.release_id = $2 AND f.id > $3 "
    "AND ($4 = '' OR f.name LIKE $4 ESCAPE '!') ORDER BY f.id LIMIT $5"};
inline constexpr sql::Statement kReleaseFile{
    "release_files_find",
    "SELECT " GATEHOUSE_RELEASE_FILE_COLUMNS
    " FROM release_files f WHERE f.organization_id = $1 AND f.release_id = $2 AND f.id = $3"};
inline constexpr sql::Statement kReleaseFileByNames{
    "release_files_by_names",
    "SELECT " GATEHOUSE_RELEASE_FILE_COLUMNS
    " FROM releases r JOIN release_files f ON f.release_id = r.id "
    "WHERE r.organization_id = $1 AND r.version = $2 AND f.dist IN ($3, '') "
    "AND f.name IN ($4, $5, $6, $7) ORDER BY f.dist DESC, f.id DESC"};
inline constexpr sql::Statement kUpdateReleaseFile{
    "release_files_update",
    "UPDATE release_files SET name = $4, dist = $5, headers = $6 WHERE organization_id = $1 "
    "AND release_id = $2 AND id = $3"};
inline constexpr sql::Statement kDeleteReleaseFile{
    "release_files_delete",
    "DELETE FROM release_files WHERE organization_id = $1 AND release_id = $2 AND id = $3"};

#define GATEHOUSE_DEBUG_FILE_COLUMNS                                                       \
  "d.id, d.project_id, d.debug_id, d.code_id, d.cpu, d.name, d.type, d.kind, d.features, " \
  "d.checksum, d.size, d.created_at"
inline constexpr sql::Statement kInsertDebugFile{
    "debug_files_insert",
    "INSERT INTO debug_files (id, organization_id, project_id, debug_id, code_id, cpu, name, type, "
    "kind, features, checksum, size, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
    "$11, $12, $13) ON CONFLICT (project_id, debug_id, checksum) DO NOTHING"};
inline constexpr sql::Statement kDebugFileByChecksum{
    "debug_files_by_checksum",
    "SELECT " GATEHOUSE_DEBUG_FILE_COLUMNS
    " FROM debug_files d WHERE d.organization_id = $1 AND d.project_id = $2 AND d.checksum = $3 "
    "ORDER BY d.id"};
inline constexpr sql::Statement kDebugFiles{
    "debug_files_list",
    "SELECT " GATEHOUSE_DEBUG_FILE_COLUMNS
    " FROM debug_files d WHERE d.organization_id = $1 AND d.project_id = $2 AND d.id < $3 "
    "AND ($4 = '' OR d.name LIKE $4 ESCAPE '!' OR d.debug_id LIKE $4 ESCAPE '!' "
    "OR d.code_id LIKE $4 ESCAPE '!') ORDER BY d.id DESC LIMIT $5"};
inline constexpr sql::Statement kDebugFile{
    "debug_files_find",
    "SELECT " GATEHOUSE_DEBUG_FILE_COLUMNS
    " FROM debug_files d WHERE d.organization_id = $1 AND d.project_id = $2 AND d.id = $3"};
inline constexpr sql::Statement kDeleteDebugFile{
    "debug_files_delete",
    "DELETE FROM debug_files WHERE organization_id = $1 AND project_id = $2 AND id = $3"};

}  // namespace gatehouse::artifacts::sqls
