#pragma once

// The service over a database and a folder of files.

#include <atomic>
#include <functional>

#include "core/audit/audit.h"
#include "platform/runtime/runtime.h"
#include "platform/sql/sql.h"
#include "region/artifacts/blobs.h"
#include "region/artifacts/service.h"
#include "region/artifacts/store.h"

namespace gatehouse::artifacts {

// What is given by reference must outlive the service. Thread-safe.
class ServiceImpl final : public Service {
 public:
  struct Parts {
    sql::Database& db;
    const Blobs& blobs;
    runtime::WorkerPool& workers;  // for what waits for the disk
    const Clock& clock;
    IdGenerator& ids;
    const audit::Log& audit;
    // Something that frames may be looked up in has come or gone; may be empty.
    std::function<void()> on_change = {};
    // A bundle that no event has needed for so long is removed.
    Duration retention = std::chrono::hours(24 * 90);
  };
  explicit ServiceImpl(Parts parts) : d_(std::move(parts)) {}

  Task<void> PutChunks(OrgId organization, std::vector<Chunk> chunks) override;
  Task<AssemblyAnswer> AssembleBundle(OrgId organization, BundleRequest request) override;
  Task<AssemblyAnswer> AssembleDebugFile(OrgId organization, ProjectId project,
                                         DebugFileRequest request) override;
  Task<std::size_t> AssembleWaiting() override;
  Task<std::vector<ArtifactBundle>> ListBundles(OrgId organization, ProjectId project,
                                                std::optional<BundleId> before,
                                                std::size_t limit) override;
  Task<void> RemoveBundle(OrgId organization, ProjectId project, BundleId bundle,
                          orgs::Actor actor) override;
  Task<std::vector<ReleaseFile>> ListReleaseFiles(OrgId organization, ReleaseId release,
                                                  std::string query,
                                                  std::optional<ReleaseFileId> after,
                                                  std::size_t limit) override;
  Task<ReleaseFile> AddReleaseFile(OrgId organization, ReleaseId release, ReleaseFile file,
                                   std::string_view bytes) override;
  Task<ReleaseFile> GetReleaseFile(OrgId organization, ReleaseId release,
                                   ReleaseFileId file) override;
  Task<ReleaseFile> RenameReleaseFile(OrgId organization, ReleaseId release, ReleaseFileId file,
                                      std::string name) override;
  Task<void> RemoveReleaseFile(OrgId organization, ReleaseId release, ReleaseFileId file,
                               orgs::Actor actor) override;
  Task<std::vector<DebugFile>> ListDebugFiles(OrgId organization, ProjectId project,
                                              std::string query, std::optional<DebugFileId> before,
                                              std::size_t limit) override;
  Task<DebugFile> GetDebugFile(OrgId organization, ProjectId project, DebugFileId file) override;
  Task<void> RemoveDebugFile(OrgId organization, ProjectId project, DebugFileId file,
                             orgs::Actor actor) override;
  Task<std::vector<DebugFile>> AddDebugFiles(OrgId organization, ProjectId project,
                                             std::string name, std::string_view bytes) override;
  Task<std::vector<std::string>> UnknownDebugFiles(OrgId organization, ProjectId project,
                                                   std::vector<std::string> checksums) override;
  Task<std::string> Read(OrgId organization, std::string checksum) override;
  Task<void> CleanUp() override;

 private:
  Result<void> NoteRemoved(sql::Tx& tx, OrgId organization, std::string_view kind, std::int64_t id,
                           std::optional<ProjectId> project, const orgs::Actor& actor) const;
  // The file on the disk, and then its row.
  Task<void> Keep(OrgId organization, std::string checksum, std::string_view bytes);
  Task<void> KeepRow(OrgId organization, std::string checksum, std::size_t size);
  // What an answer says of chunks that are not here; touches those that are.
  Task<std::vector<std::string>> Missing(OrgId organization,
                                         const std::vector<std::string>& chunks);
  Task<AssemblyAnswer> Ask(store::AssemblyKey key, std::string request,
                           const std::vector<std::string>& chunks, bool again);
  Task<void> Assemble(const store::Assembly& job);
  Task<void> FinishBundle(const store::Assembly& job, std::size_t size);
  Task<void> FinishDebugFile(const store::Assembly& job, std::size_t size);
  std::vector<DebugFile> FilesOf(ProjectId project, std::vector<DebugInfo> found,
                                 std::string_view name, std::string_view checksum,
                                 std::size_t size) const;
  Task<void> SaveDebugFiles(OrgId organization, const std::vector<DebugFile>& files);
  Task<void> ForgetBlobs();
  Task<void> ForgetBundles();
  void Changed() const {
    if (d_.on_change) d_.on_change();
  }

  const Parts d_;
  // Something may wait to be put together: not only what is known here, but now and then looked
  // for.
  std::atomic<bool> waiting_{true};
  std::atomic<std::int64_t> look_again_{0};  // monotonic, microseconds
};

}  // namespace gatehouse::artifacts
