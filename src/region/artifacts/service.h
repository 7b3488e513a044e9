#pragma once

// Uploads of an organization: chunks, the files that are put together from them (artifact bundles
// and debug information files), and the files of releases. Thread-safe.
//
// Who may upload is decided by the caller (edge: project:releases or project:write in the
// organization). Projects and releases are the organization's own: the caller has looked them up.
//
// A file is put together after the call, by AssembleWaiting(), which one task of the process
// repeats; asking again tells how far it is.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/runtime/task.h"
#include "region/artifacts/types.h"
#include "region/orgs/service.h"

namespace gatehouse::artifacts {

struct Chunk {
  std::string checksum;    // of what is in it, as the uploader says
  std::string_view bytes;  // outlives the call
  bool is_gzip = false;
};

struct BundleRequest {
  std::string checksum;
  std::vector<std::string> chunks;
  std::vector<ProjectId> projects;
  std::string version;  // "" for none
  std::string dist;
};

struct DebugFileRequest {
  std::string checksum;
  std::vector<std::string> chunks;
  std::string name;
  std::string debug_id;  // "" if not told
};

struct AssemblyAnswer {
  AssemblyState state = AssemblyState::kNotFound;
  std::vector<std::string> missing_chunks = {};
  std::string detail = {};  // of kError
  std::optional<DebugFile> debug_file = {};
};

class Service {
 public:
  virtual ~Service() = default;

  // All of them or none is refused; what is there already costs nothing. Errors: kInvalidArgument
  // "checksum_mismatch", "chunk_too_large", "upload_too_large", "too_many_chunks".
  virtual Task<void> PutChunks(OrgId organization, std::vector<Chunk> chunks) = 0;

  // Errors: kInvalidArgument "assemble_invalid" (no checksum, more bytes than a file may have).
  virtual Task<AssemblyAnswer> AssembleBundle(OrgId organization, BundleRequest request) = 0;
  virtual Task<AssemblyAnswer> AssembleDebugFile(OrgId organization, ProjectId project,
                                                 DebugFileRequest request) = 0;
  // Puts together what waits; returns how many.
  virtual Task<std::size_t> AssembleWaiting() = 0;

  // Newest first, without the ones before `before`.
  virtual Task<std::vector<ArtifactBundle>> ListBundles(OrgId organization, ProjectId project,
                                                        std::optional<BundleId> before,
                                                        std::size_t limit) = 0;
  // From this project. Errors: kNotFound "artifact_not_found".
  // What is removed is audited (artifact.remove).
  virtual Task<void> RemoveBundle(OrgId organization, ProjectId project, BundleId bundle,
                                  orgs::Actor actor) = 0;

  virtual Task<std::vector<ReleaseFile>> ListReleaseFiles(OrgId organization, ReleaseId release,
                                                          std::string query,
                                                          std::optional<ReleaseFileId> after,
                                                          std::size_t limit) = 0;
  // Id, checksum, size and time are made here. Errors: kInvalidArgument "artifact_name_invalid",
  // "upload_too_large"; kAlreadyExists "artifact_exists".
  virtual Task<ReleaseFile> AddReleaseFile(OrgId organization, ReleaseId release, ReleaseFile file,
                                           std::string_view bytes) = 0;
  // Errors: kNotFound "artifact_not_found".
  virtual Task<ReleaseFile> GetReleaseFile(OrgId organization, ReleaseId release,
                                           ReleaseFileId file) = 0;
  virtual Task<ReleaseFile> RenameReleaseFile(OrgId organization, ReleaseId release,
                                              ReleaseFileId file, std::string name) = 0;
  virtual Task<void> RemoveReleaseFile(OrgId organization, ReleaseId release, ReleaseFileId file,
                                       orgs::Actor actor) = 0;

  virtual Task<std::vector<DebugFile>> ListDebugFiles(OrgId organization, ProjectId project,
                                                      std::string query,
                                                      std::optional<DebugFileId> before,
                                                      std::size_t limit) = 0;
  // Errors: kNotFound "artifact_not_found".
  virtual Task<DebugFile> GetDebugFile(OrgId organization, ProjectId project, DebugFileId file) = 0;
  virtual Task<void> RemoveDebugFile(OrgId organization, ProjectId project, DebugFileId file,
                                     orgs::Actor actor) = 0;
  // In one piece: a debug file, or a ZIP archive of them. Returns what was recognized. Errors:
  // kInvalidArgument "debug_file_unknown", "upload_too_large", and those of zip.h.
  virtual Task<std::vector<DebugFile>> AddDebugFiles(OrgId organization, ProjectId project,
                                                     std::string name, std::string_view bytes) = 0;
  // Those of the checksums that the project has no debug file of.
  virtual Task<std::vector<std::string>> UnknownDebugFiles(OrgId organization, ProjectId project,
                                                           std::vector<std::string> checksums) = 0;

  // What is in a file of this organization. Errors: kNotFound "artifact_not_found".
  virtual Task<std::string> Read(OrgId organization, std::string checksum) = 0;

  // Removes what nobody refers to or has used for long. For a periodic job.
  virtual Task<void> CleanUp() = 0;
};

}  // namespace gatehouse::artifacts
