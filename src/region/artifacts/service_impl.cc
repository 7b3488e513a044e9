#include "region/artifacts/service_impl.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "platform/compress/decode.h"
#include "platform/crypto/hash.h"
#include "region/artifacts/assembly.h"
#include "region/artifacts/bundle.h"
#include "region/artifacts/debug_file.h"
#include "region/artifacts/errors.h"
#include "region/artifacts/statements.h"

namespace gatehouse::artifacts {
namespace {

constexpr std::string_view kBundle = "bundle";
constexpr std::string_view kDebugFile = "debug_file";
// A blob that nothing refers to, and the memory of an assembly's end.
constexpr Duration kUnreferenced = std::chrono::hours(24);
constexpr Duration kRemembered = std::chrono::hours(24);
// Whoever was assembling for longer than this is no more.
constexpr Duration kStuck = std::chrono::minutes(15);
// What another process left behind is looked for so often.
constexpr Duration kLookAgain = std::chrono::minutes(1);
constexpr int kKeepTries = 3;
constexpr std::size_t kMaxName = 512;
constexpr std::size_t kMaxDebugName = 256;
constexpr std::size_t kMaxArchived = 256;

Result<void> CheckName(std::string_view name) {
  if (name.empty() || name.size() > kMaxName || HasControl(name) || !IsValidUtf8(name)) {
    return Fail(Code::kInvalidArgument, kArtifactNameInvalid);
  }
  return {};
}

}  // namespace

// ---- blobs --------------------------------------------------------------------------------------

Task<void> ServiceImpl::KeepRow(OrgId organization, std::string checksum, std::size_t size) {
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return store::SeeBlob(tx, organization, checksum, size, d_.clock.Now());
  });
}

Task<void> ServiceImpl::Keep(OrgId organization, std::string checksum, std::string_view bytes) {
  // Between file and row an unwanted file of the same name may have been set aside.
  for (int tries = 0; tries < kKeepTries; ++tries) {
    GH_CO_TRY_VOID(co_await d_.workers.Run([this, organization, &checksum, bytes] {
      return d_.blobs.Put(organization, checksum, bytes);
    }));
    GH_CO_TRY_VOID(co_await KeepRow(organization, checksum, bytes.size()));
    if (d_.blobs.Has(organization, checksum)) co_return Result<void>();
  }
  co_return Fail(Code::kUnavailable, kBlobUnavailable, "a file does not stay");
}

Task<void> ServiceImpl::PutChunks(OrgId organization, std::vector<Chunk> chunks) {
  if (chunks.size() > kChunksPerRequest) co_return Fail(Code::kInvalidArgument, kTooManyChunks);
  std::vector<std::string> unpacked(chunks.size());
  GH_CO_TRY_VOID(co_await d_.workers.Run([&]() -> Result<void> {
    std::size_t total = 0;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      Chunk& chunk = chunks[i];
      if (!IsChecksum(chunk.checksum)) return Fail(Code::kInvalidArgument, kChecksumMismatch);
      if (chunk.is_gzip) {
        auto text = compress::Decode(compress::Encoding::kGzip, chunk.bytes, kChunkBytes);
        if (!text) {
          return text.error().code == Code::kResourceExhausted
                     ? Fail(Code::kInvalidArgument, kChunkTooLarge)
                     : Fail(Code::kInvalidArgument, kChecksumMismatch);
        }
        unpacked[i] = std::move(*text);
        chunk.bytes = unpacked[i];
      }
      if (chunk.bytes.size() > kChunkBytes) return Fail(Code::kInvalidArgument, kChunkTooLarge);
      total += chunk.bytes.size();
      if (total > kRequestBytes) return Fail(Code::kInvalidArgument, kUploadTooLarge);
      if (crypto::Sha1Hex(chunk.bytes) != chunk.checksum) {
        return Fail(Code::kInvalidArgument, kChecksumMismatch);
      }
    }
    return {};
  }));
  for (const Chunk& chunk : chunks) {
    GH_CO_TRY_VOID(co_await Keep(organization, chunk.checksum, chunk.bytes));
  }
  co_return Result<void>();
}

Task<std::string> ServiceImpl::Read(OrgId organization, std::string checksum) {
  co_return co_await d_.workers.Run([&]() -> Result<std::string> {
    if (!IsChecksum(checksum)) return Fail(Code::kNotFound, kArtifactNotFound);
    GH_TRY(const MappedFile file, d_.blobs.Map(organization, checksum));
    return std::string(file.bytes());
  });
}

// ---- assembling ---------------------------------------------------------------------------------

Task<std::vector<std::string>> ServiceImpl::Missing(OrgId organization,
                                                    const std::vector<std::string>& chunks) {
  co_return co_await d_.db.Write(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<std::vector<std::string>> {
        std::vector<std::string> missing;
        std::set<std::string_view> seen;
        for (const std::string& chunk : chunks) {
          if (!seen.insert(chunk).second) continue;
          GH_TRY(const bool known, store::TouchBlob(tx, organization, chunk, d_.clock.Now()));
          if (!known || !d_.blobs.Has(organization, chunk)) missing.push_back(chunk);
        }
        return missing;
      });
}

Task<AssemblyAnswer> ServiceImpl::Ask(store::AssemblyKey key, std::string request,
                                      const std::vector<std::string>& chunks, bool again) {
  GH_CO_TRY(store::Assembly known,
            co_await d_.db.Lookup(sql::Tenant::Of(key.organization),
                                  [&](sql::Tx& tx) { return store::FindAssembly(tx, key); }));
  // The same file for another release or project is another wish.
  const bool same = !again || known.request == request || chunks.empty();
  if (known.state != AssemblyState::kNotFound && same &&
      (known.state != AssemblyState::kError || chunks.empty())) {
    co_return AssemblyAnswer{.state = known.state, .detail = std::move(known.detail)};
  }
  if (chunks.empty()) co_return AssemblyAnswer{};
  GH_CO_TRY(auto missing, co_await Missing(key.organization, chunks));
  if (!missing.empty()) co_return AssemblyAnswer{.missing_chunks = std::move(missing)};
  // What failed with these very chunks fails again.
  if (known.state == AssemblyState::kError && known.request == request) {
    co_return AssemblyAnswer{.state = known.state, .detail = std::move(known.detail)};
  }
  GH_CO_TRY_VOID(
      co_await d_.db.Write(sql::Tenant::Of(key.organization), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY(const store::Assembly now, store::FindAssembly(tx, key));
        if (now.state == AssemblyState::kAssembling) return {};
        return store::StartAssembly(tx, key, request, d_.clock.Now());
      }));
  waiting_ = true;
  co_return AssemblyAnswer{.state = AssemblyState::kCreated};
}

Task<AssemblyAnswer> ServiceImpl::AssembleBundle(OrgId organization, BundleRequest request) {
  GH_CO_TRY_VOID(Check(request.checksum, request.chunks));
  std::ranges::sort(request.projects);
  store::AssemblyKey key{.organization = organization,
                         .project = {},
                         .kind = std::string(kBundle),
                         .checksum = request.checksum};
  std::string text = Encode(request);
  co_return co_await Ask(std::move(key), std::move(text), request.chunks, true);
}

Task<AssemblyAnswer> ServiceImpl::AssembleDebugFile(OrgId organization, ProjectId project,
                                                    DebugFileRequest request) {
  GH_CO_TRY_VOID(Check(request.checksum, request.chunks));
  GH_CO_TRY(std::vector<DebugFile> stored,
            co_await d_.db.Lookup(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
              return store::DebugFilesByChecksum(tx, organization, project, request.checksum);
            }));
  if (!stored.empty()) {
    co_return AssemblyAnswer{.state = AssemblyState::kOk, .debug_file = std::move(stored.front())};
  }
  store::AssemblyKey key{.organization = organization,
                         .project = project,
                         .kind = std::string(kDebugFile),
                         .checksum = request.checksum};
  std::string text = Encode(request);
  GH_CO_TRY(AssemblyAnswer answer, co_await Ask(key, text, request.chunks, false));
  if (answer.state != AssemblyState::kOk) co_return answer;
  // It was, and has been removed since: as if it had never been.
  GH_CO_TRY_VOID(co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return store::SetAssembly(tx, key, AssemblyState::kNotFound, "", d_.clock.Now());
  }));
  co_return co_await Ask(std::move(key), std::move(text), request.chunks, false);
}

Task<std::size_t> ServiceImpl::AssembleWaiting() {
  const std::int64_t now = d_.clock.Monotonic().count();
  if (!waiting_.exchange(false) && now < look_again_) co_return std::size_t{0};
  look_again_ = now + Duration(kLookAgain).count();
  // All: the work of everybody.
  GH_CO_TRY(auto waiting, co_await d_.db.Read(sql::Tenant::All(), [&](sql::Tx& tx) {
    return store::WaitingAssemblies(tx, d_.clock.Now() - kStuck);
  }));
  for (const store::Assembly& job : waiting) {
    const sql::Tenant owner = sql::Tenant::Of(job.key.organization);
    GH_CO_TRY_VOID(co_await d_.db.Write(owner, [&](sql::Tx& tx) {
      return store::SetAssembly(tx, job.key, AssemblyState::kAssembling, "", d_.clock.Now());
    }));
    const Result<void> done = co_await Assemble(job);
    if (!done && done.error().code != Code::kInvalidArgument &&
        done.error().code != Code::kNotFound) {
      // Not the file's fault: later again.
      GH_CO_TRY_VOID(co_await d_.db.Write(owner, [&](sql::Tx& tx) {
        return store::StartAssembly(tx, job.key, job.request, d_.clock.Now());
      }));
      waiting_ = true;
      co_return std::unexpected(done.error());
    }
    const std::string detail = done ? std::string() : DetailOf(done.error());
    GH_CO_TRY_VOID(co_await d_.db.Write(owner, [&](sql::Tx& tx) {
      return store::SetAssembly(tx, job.key, done ? AssemblyState::kOk : AssemblyState::kError,
                                detail, d_.clock.Now());
    }));
    if (done) Changed();
  }
  if (!waiting.empty()) waiting_ = true;
  co_return waiting.size();
}

Task<void> ServiceImpl::Assemble(const store::Assembly& job) {
  std::vector<std::string> chunks;
  if (job.key.kind == kBundle) {
    GH_CO_TRY(BundleRequest request, DecodeBundle(job.request));
    chunks = std::move(request.chunks);
  } else {
    GH_CO_TRY(DebugFileRequest request, DecodeDebugFile(job.request));
    chunks = std::move(request.chunks);
  }
  const store::AssemblyKey& key = job.key;
  GH_CO_TRY(const std::size_t size, co_await d_.workers.Run([&] {
    return d_.blobs.Join(key.organization, key.checksum, chunks, kFileBytes);
  }));
  GH_CO_TRY_VOID(co_await KeepRow(key.organization, key.checksum, size));
  if (key.kind == kBundle) co_return co_await FinishBundle(job, size);
  co_return co_await FinishDebugFile(job, size);
}

Task<void> ServiceImpl::FinishBundle(const store::Assembly& job, std::size_t size) {
  const OrgId organization = job.key.organization;
  GH_CO_TRY(const BundleRequest request, DecodeBundle(job.request));
  const Timestamp now = d_.clock.Now();
  ArtifactBundle bundle{.id = d_.ids.Next<BundleId>(),
                        .checksum = request.checksum,
                        .bundle_id = {},
                        .size = static_cast<std::int64_t>(size),
                        .file_count = 0,
                        .created_at = now,
                        .used_at = now};
  store::BundleLinks links{.projects = request.projects,
                           .version = request.version,
                           .dist = request.dist,
                           .debug_ids = {}};
  GH_CO_TRY_VOID(co_await d_.workers.Run([&]() -> Result<void> {
    GH_TRY(const MappedFile file, d_.blobs.Map(organization, request.checksum));
    GH_TRY(const Bundle read, Bundle::Open(file.bytes()));
    bundle.bundle_id = read.bundle_id();
    bundle.file_count = static_cast<std::int64_t>(read.files().size());
    links.debug_ids = read.DebugIds();
    if (links.version.empty()) {
      links.version = read.release();
      links.dist = read.dist();
    }
    return {};
  }));
  if (bundle.bundle_id.empty()) {
    // The checksum's first half in the shape of a UUID: the same for the same file.
    bundle.bundle_id = NormalDebugId(request.checksum.substr(0, 32)).value_or("");
  }
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return store::SaveBundle(tx, organization, bundle, links);
  });
}

Task<void> ServiceImpl::FinishDebugFile(const store::Assembly& job, std::size_t size) {
  const OrgId organization = job.key.organization;
  GH_CO_TRY(const DebugFileRequest request, DecodeDebugFile(job.request));
  GH_CO_TRY(std::vector<DebugInfo> found,
            co_await d_.workers.Run([&]() -> Result<std::vector<DebugInfo>> {
              GH_TRY(const MappedFile file, d_.blobs.Map(organization, request.checksum));
              return ReadDebugInfo(file.bytes(), request.name, request.debug_id);
            }));
  const std::vector<DebugFile> files =
      FilesOf(job.key.project, std::move(found), request.name, request.checksum, size);
  co_return co_await SaveDebugFiles(organization, files);
}

std::vector<DebugFile> ServiceImpl::FilesOf(ProjectId project, std::vector<DebugInfo> found,
                                            std::string_view name, std::string_view checksum,
                                            std::size_t size) const {
  std::vector<DebugFile> files;
  for (DebugInfo& info : found) {
    files.push_back({.id = d_.ids.Next<DebugFileId>(),
                     .project = project,
                     .info = std::move(info),
                     .name = Printable(name, kMaxDebugName),
                     .checksum = std::string(checksum),
                     .size = static_cast<std::int64_t>(size),
                     .created_at = d_.clock.Now()});
  }
  return files;
}

Task<void> ServiceImpl::SaveDebugFiles(OrgId organization, const std::vector<DebugFile>& files) {
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
    for (const DebugFile& file : files) {
      GH_TRY_VOID(store::InsertDebugFile(tx, organization, file));
    }
    return {};
  });
}

// ---- bundles ------------------------------------------------------------------------------------

Task<std::vector<ArtifactBundle>> ServiceImpl::ListBundles(OrgId organization, ProjectId project,
                                                           std::optional<BundleId> before,
                                                           std::size_t limit) {
  co_return co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return store::BundlesOfProject(tx, organization, project, before, limit);
  });
}

Result<void> ServiceImpl::NoteRemoved(sql::Tx& tx, OrgId organization, std::string_view kind,
                                      std::int64_t id, std::optional<ProjectId> project,
                                      const orgs::Actor& actor) const {
  audit::Entry entry;
  entry.organization = organization;
  entry.event = audit::Event::kArtifactRemove;
  entry.actor = actor.user;
  entry.actor_label = actor.label;
  entry.ip = actor.ip;
  entry.correlation_id = actor.correlation_id;
  entry.target_object = id;
  entry.data = {{"kind", kind}, {"id", id}};
  if (project) entry.data["project_id"] = project->value;
  GH_TRY_VOID(d_.audit.Record(tx, entry));
  return {};
}

Task<void> ServiceImpl::RemoveBundle(OrgId organization, ProjectId project, BundleId bundle,
                                     orgs::Actor actor) {
  GH_CO_TRY_VOID(
      co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY(const std::int64_t removed,
               tx.Exec(sqls::kUnlinkBundle, {organization, bundle, project}));
        if (removed == 0) return Fail(Code::kNotFound, kArtifactNotFound);
        GH_TRY_VOID(tx.Exec(sqls::kForgetBundleAssembly, {organization, bundle}));
        return NoteRemoved(tx, organization, "artifact bundle", bundle.value, project, actor);
      }));
  Changed();
  co_return Result<void>();
}

// ---- files of releases --------------------------------------------------------------------------

Task<std::vector<ReleaseFile>> ServiceImpl::ListReleaseFiles(OrgId organization, ReleaseId release,
                                                             std::string query,
                                                             std::optional<ReleaseFileId> after,
                                                             std::size_t limit) {
  co_return co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return store::ReleaseFiles(tx, organization, release, query, after, limit);
  });
}

Task<ReleaseFile> ServiceImpl::AddReleaseFile(OrgId organization, ReleaseId release,
                                              ReleaseFile file, std::string_view bytes) {
  GH_CO_TRY_VOID(CheckName(file.name));
  if (bytes.size() > kRequestBytes) co_return Fail(Code::kInvalidArgument, kUploadTooLarge);
  file.id = d_.ids.Next<ReleaseFileId>();
  file.checksum = crypto::Sha1Hex(bytes);
  file.size = static_cast<std::int64_t>(bytes.size());
  file.created_at = d_.clock.Now();
  GH_CO_TRY_VOID(co_await Keep(organization, file.checksum, bytes));
  GH_CO_TRY_VOID(co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return store::InsertReleaseFile(tx, organization, release, file);
  }));
  Changed();
  co_return file;
}

Task<ReleaseFile> ServiceImpl::GetReleaseFile(OrgId organization, ReleaseId release,
                                              ReleaseFileId file) {
  co_return co_await d_.db.Lookup(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return store::FindReleaseFile(tx, organization, release, file);
  });
}

Task<ReleaseFile> ServiceImpl::RenameReleaseFile(OrgId organization, ReleaseId release,
                                                 ReleaseFileId file, std::string name) {
  GH_CO_TRY_VOID(CheckName(name));
  GH_CO_TRY(
      ReleaseFile renamed,
      co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<ReleaseFile> {
        GH_TRY(ReleaseFile found, store::FindReleaseFile(tx, organization, release, file));
        found.name = name;
        GH_TRY_VOID(store::UpdateReleaseFile(tx, organization, release, found));
        return found;
      }));
  Changed();
  co_return renamed;
}

Task<void> ServiceImpl::RemoveReleaseFile(OrgId organization, ReleaseId release, ReleaseFileId file,
                                          orgs::Actor actor) {
  GH_CO_TRY_VOID(
      co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY_VOID(store::DeleteReleaseFile(tx, organization, release, file));
        return NoteRemoved(tx, organization, "release file", file.value, std::nullopt, actor);
      }));
  Changed();
  co_return Result<void>();
}

// ---- debug files --------------------------------------------------------------------------------

Task<std::vector<DebugFile>> ServiceImpl::ListDebugFiles(OrgId organization, ProjectId project,
                                                         std::string query,
                                                         std::optional<DebugFileId> before,
                                                         std::size_t limit) {
  co_return co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return store::DebugFiles(tx, organization, project, query, before, limit);
  });
}

Task<DebugFile> ServiceImpl::GetDebugFile(OrgId organization, ProjectId project, DebugFileId file) {
  co_return co_await d_.db.Lookup(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
    return store::FindDebugFile(tx, organization, project, file);
  });
}

Task<void> ServiceImpl::RemoveDebugFile(OrgId organization, ProjectId project, DebugFileId file,
                                        orgs::Actor actor) {
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
    GH_TRY_VOID(store::DeleteDebugFile(tx, organization, project, file));
    return NoteRemoved(tx, organization, "debug file", file.value, project, actor);
  });
}

Task<std::vector<DebugFile>> ServiceImpl::AddDebugFiles(OrgId organization, ProjectId project,
                                                        std::string name, std::string_view bytes) {
  if (bytes.size() > kRequestBytes) co_return Fail(Code::kInvalidArgument, kUploadTooLarge);
  struct Unpacked {
    std::string name;
    std::string bytes;
    std::vector<DebugInfo> found;
  };
  std::vector<Unpacked> unpacked;
  GH_CO_TRY_VOID(co_await d_.workers.Run([&]() -> Result<void> {
    if (!bytes.starts_with("PK")) {
      GH_TRY(auto found, ReadDebugInfo(bytes, name, ""));
      unpacked.push_back({name, std::string(bytes), std::move(found)});
      return {};
    }
    // All of it is in memory at once.
    GH_TRY(const Zip zip, Zip::Open(bytes, {.members = kMaxArchived, .total_bytes = 128u << 20}));
    for (const Zip::Member& member : zip.members()) {
      GH_TRY(std::string text, zip.Read(member));
      auto found = ReadDebugInfo(text, member.name, "");
      if (found) unpacked.push_back({member.name, std::move(text), std::move(*found)});
    }
    return {};
  }));
  std::vector<DebugFile> files;
  for (Unpacked& one : unpacked) {
    std::string checksum = crypto::Sha1Hex(one.bytes);
    GH_CO_TRY_VOID(co_await Keep(organization, checksum, one.bytes));
    std::ranges::move(FilesOf(project, std::move(one.found),
                              std::string_view(one.name).substr(one.name.rfind('/') + 1), checksum,
                              one.bytes.size()),
                      std::back_inserter(files));
  }
  GH_CO_TRY_VOID(co_await SaveDebugFiles(organization, files));
  co_return files;
}

Task<std::vector<std::string>> ServiceImpl::UnknownDebugFiles(OrgId organization, ProjectId project,
                                                              std::vector<std::string> checksums) {
  co_return co_await d_.db.Read(
      sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<std::vector<std::string>> {
        std::vector<std::string> unknown;
        for (const std::string& checksum : checksums) {
          GH_TRY(const auto files,
                 store::DebugFilesByChecksum(tx, organization, project, checksum));
          if (files.empty()) unknown.push_back(checksum);
        }
        return unknown;
      });
}

// ---- periodic work ------------------------------------------------------------------------------

Task<void> ServiceImpl::ForgetBlobs() {
  const Timestamp before = d_.clock.Now() - kUnreferenced;
  // All: everybody's rubbish.
  GH_CO_TRY(const sql::Rows rows, co_await d_.db.Read(sql::Tenant::All(), [&](sql::Tx& tx) {
    return tx.Query(sqls::kUnwantedBlobs, {before});
  }));
  for (const sql::Row row : rows) {
    const OrgId organization = row.As<OrgId>(0);
    const std::string checksum = row.String(1);
    if (!IsChecksum(checksum)) continue;
    // Aside first: whoever wants it from now on does not find it and sends it again.
    d_.blobs.SetAside(organization, checksum);
    auto forgotten = co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
      return tx.Exec(sqls::kForgetBlob, {before, organization, checksum});
    });
    if (forgotten && *forgotten == 1) {
      d_.blobs.Discard(organization, checksum);
    } else {
      d_.blobs.Restore(organization, checksum);
    }
    if (!forgotten) co_return std::unexpected(forgotten.error());
  }
  co_return Result<void>();
}

Task<void> ServiceImpl::ForgetBundles() {
  const Timestamp before = d_.clock.Now() - d_.retention;
  // All: everybody's rubbish.
  co_return co_await d_.db.Write(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<void> {
    GH_TRY(const sql::Rows rows, tx.Query(sqls::kOldBundles, {before}));
    for (const sql::Row row : rows) {
      GH_TRY_VOID(store::DeleteBundle(tx, row.As<OrgId>(0), row.As<BundleId>(1)));
    }
    GH_TRY_VOID(tx.Exec(sqls::kForgetAssemblies, {d_.clock.Now() - kRemembered}));
    return {};
  });
}

Task<void> ServiceImpl::CleanUp() {
  GH_CO_TRY_VOID(co_await ForgetBundles());
  co_return co_await ForgetBlobs();
}

}  // namespace gatehouse::artifacts
