#pragma once

// Rows of uploads. Synchronous; in the caller's transaction.

#include "platform/json/json.h"
#include "platform/sql/sql.h"
#include "region/artifacts/types.h"

namespace gatehouse::artifacts::store {

// Which assembly: of a bundle of the organization, or of a project's debug file.
struct AssemblyKey {
  OrgId organization;
  ProjectId project;  // 0 for a bundle
  std::string kind;   // "bundle", "debug_file"
  std::string checksum;
};
struct Assembly {
  AssemblyKey key;
  AssemblyState state = AssemblyState::kNotFound;
  std::string detail;
  std::string request;
};

Result<void> SeeBlob(sql::Tx& tx, OrgId organization, std::string_view checksum, std::size_t size,
                     Timestamp now);
// false: there is no such row.
Result<bool> TouchBlob(sql::Tx& tx, OrgId organization, std::string_view checksum, Timestamp now);

Result<Assembly> FindAssembly(sql::Tx& tx, const AssemblyKey& key);
Result<void> StartAssembly(sql::Tx& tx, const AssemblyKey& key, std::string_view request,
                           Timestamp now);
Result<void> SetAssembly(sql::Tx& tx, const AssemblyKey& key, AssemblyState state,
                         std::string_view detail, Timestamp now);
// Everybody's. REQUIRES: a transaction of sql::Tenant::All().
Result<std::vector<Assembly>> WaitingAssemblies(sql::Tx& tx, Timestamp stuck_before);

struct BundleLinks {
  std::vector<ProjectId> projects;
  std::string version;  // "" for none
  std::string dist;
  std::vector<std::string> debug_ids;
};
// Or, if there is one of this checksum, more links for it.
Result<void> SaveBundle(sql::Tx& tx, OrgId organization, ArtifactBundle bundle,
                        const BundleLinks& links);
// Newest first.
Result<std::vector<ArtifactBundle>> BundlesOfDebugId(sql::Tx& tx, OrgId organization,
                                                     ProjectId project, std::string_view debug_id);
Result<std::vector<ArtifactBundle>> BundlesOfRelease(sql::Tx& tx, OrgId organization,
                                                     ProjectId project, std::string_view version,
                                                     std::string_view dist);
Result<std::vector<ArtifactBundle>> BundlesOfProject(sql::Tx& tx, OrgId organization,
                                                     ProjectId project,
                                                     std::optional<BundleId> before,
                                                     std::size_t limit);
Result<void> TouchBundle(sql::Tx& tx, OrgId organization, BundleId bundle, Timestamp now);
Result<void> DeleteBundle(sql::Tx& tx, OrgId organization, BundleId bundle);
Result<bool> HasArtifacts(sql::Tx& tx, OrgId organization, ProjectId project);

// Errors: kAlreadyExists "artifact_exists".
Result<void> InsertReleaseFile(sql::Tx& tx, OrgId organization, ReleaseId release,
                               const ReleaseFile& file);
// Errors: kNotFound "artifact_not_found".
Result<ReleaseFile> FindReleaseFile(sql::Tx& tx, OrgId organization, ReleaseId release,
                                    ReleaseFileId file);
Result<std::vector<ReleaseFile>> ReleaseFiles(sql::Tx& tx, OrgId organization, ReleaseId release,
                                              std::string_view query,
                                              std::optional<ReleaseFileId> after,
                                              std::size_t limit);
// Best first; at most four names.
Result<std::vector<ReleaseFile>> ReleaseFilesByNames(sql::Tx& tx, OrgId organization,
                                                     std::string_view version,
                                                     std::string_view dist,
                                                     const std::vector<std::string>& names);
Result<void> UpdateReleaseFile(sql::Tx& tx, OrgId organization, ReleaseId release,
                               const ReleaseFile& file);
Result<void> DeleteReleaseFile(sql::Tx& tx, OrgId organization, ReleaseId release,
                               ReleaseFileId file);

Result<void> InsertDebugFile(sql::Tx& tx, OrgId organization, const DebugFile& file);
Result<std::vector<DebugFile>> DebugFilesByChecksum(sql::Tx& tx, OrgId organization,
                                                    ProjectId project, std::string_view checksum);
Result<std::vector<DebugFile>> DebugFiles(sql::Tx& tx, OrgId organization, ProjectId project,
                                          std::string_view query, std::optional<DebugFileId> before,
                                          std::size_t limit);
// Errors: kNotFound "artifact_not_found".
Result<DebugFile> FindDebugFile(sql::Tx& tx, OrgId organization, ProjectId project,
                                DebugFileId file);
Result<void> DeleteDebugFile(sql::Tx& tx, OrgId organization, ProjectId project, DebugFileId file);

}  // namespace gatehouse::artifacts::store
