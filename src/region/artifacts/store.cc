#include "region/artifacts/store.h"

#include <algorithm>
#include <array>
#include <limits>

#include "region/artifacts/errors.h"
#include "region/artifacts/statements.h"

namespace gatehouse::artifacts {

std::string_view AssemblyStateName(AssemblyState state) {
  constexpr std::array<std::string_view, 5> kNames = {"not_found", "created", "assembling", "ok",
                                                      "error"};
  return kNames[static_cast<std::size_t>(state)];
}

namespace store {
namespace {

constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();

AssemblyState StateOf(std::string_view name) {
  for (const AssemblyState state : {AssemblyState::kCreated, AssemblyState::kAssembling,
                                    AssemblyState::kOk, AssemblyState::kError}) {
    if (AssemblyStateName(state) == name) return state;
  }
  return AssemblyState::kNotFound;
}

ArtifactBundle ReadBundle(const sql::Row& row) {
  return {.id = row.As<BundleId>(0),
          .checksum = row.String(1),
          .bundle_id = row.String(2),
          .size = row.Int(3),
          .file_count = row.Int(4),
          .created_at = row.Time(5),
          .used_at = row.Time(6)};
}

std::vector<ArtifactBundle> ReadBundles(const sql::Rows& rows) {
  std::vector<ArtifactBundle> bundles;
  for (const sql::Row row : rows) bundles.push_back(ReadBundle(row));
  return bundles;
}

std::string EncodeHeaders(const ReleaseFile& file) {
  json::Object headers;
  for (const auto& [name, value] : file.headers) headers[name] = value;
  return json::Serialize(headers);
}

Result<ReleaseFile> ReadReleaseFile(const sql::Row& row) {
  ReleaseFile file{.id = row.As<ReleaseFileId>(0),
                   .name = row.String(1),
                   .dist = row.String(2),
                   .headers = {},
                   .checksum = row.String(4),
                   .size = row.Int(5),
                   .created_at = row.Time(6)};
  GH_TRY(const json::Object headers, json::ParseObject(row.Text(3)));
  for (const auto& [name, value] : headers) {
    if (value.is_string()) file.headers.emplace_back(name, value.as_string());
  }
  return file;
}

Result<std::vector<ReleaseFile>> ReadReleaseFiles(const sql::Rows& rows) {
  std::vector<ReleaseFile> files;
  for (const sql::Row row : rows) {
    GH_TRY(ReleaseFile file, ReadReleaseFile(row));
    files.push_back(std::move(file));
  }
  return files;
}

Result<std::vector<DebugFile>> ReadDebugFiles(const sql::Rows& rows) {
  std::vector<DebugFile> files;
  for (const sql::Row row : rows) {
    DebugFile file{.id = row.As<DebugFileId>(0),
                   .project = row.As<ProjectId>(1),
                   .info = {.debug_id = row.String(2),
                            .code_id = row.String(3),
                            .cpu = row.String(4),
                            .type = row.String(6),
                            .kind = row.String(7),
                            .features = {}},
                   .name = row.String(5),
                   .checksum = row.String(9),
                   .size = row.Int(10),
                   .created_at = row.Time(11)};
    GH_TRY(const json::Value features, json::Parse(row.Text(8)));
    if (!features.is_array()) return Fail(Code::kInternal, "internal", "features");
    for (const json::Value& one : features.as_array()) {
      if (one.is_string()) file.info.features.emplace_back(one.as_string());
    }
    files.push_back(std::move(file));
  }
  return files;
}

// What LIKE takes for the text itself, anywhere.
std::string Pattern(std::string_view query) {
  if (query.empty()) return {};
  std::string out = "%";
  for (const char c : query) {
    if (c == '%' || c == '_' || c == '!') out += '!';
    out += c;
  }
  return out + "%";
}

}  // namespace

Result<void> SeeBlob(sql::Tx& tx, OrgId organization, std::string_view checksum, std::size_t size,
                     Timestamp now) {
  GH_TRY_VOID(tx.Exec(sqls::kSeeBlob, {organization, checksum, size, now}));
  return {};
}

Result<bool> TouchBlob(sql::Tx& tx, OrgId organization, std::string_view checksum, Timestamp now) {
  GH_TRY(const std::int64_t touched, tx.Exec(sqls::kTouchBlob, {organization, checksum, now}));
  return touched == 1;
}

Result<Assembly> FindAssembly(sql::Tx& tx, const AssemblyKey& key) {
  GH_TRY(const sql::Rows rows,
         tx.Query(sqls::kAssembly, {key.organization, key.project, key.kind, key.checksum}));
  if (rows.empty()) return Assembly{.key = key, .detail = {}, .request = {}};
  const sql::Row row = rows.front();
  return Assembly{
      .key = key, .state = StateOf(row.Text(0)), .detail = row.String(1), .request = row.String(2)};
}

Result<void> StartAssembly(sql::Tx& tx, const AssemblyKey& key, std::string_view request,
                           Timestamp now) {
  GH_TRY_VOID(tx.Exec(sqls::kStartAssembly,
                      {key.organization, key.project, key.kind, key.checksum, request, now}));
  return {};
}

Result<void> SetAssembly(sql::Tx& tx, const AssemblyKey& key, AssemblyState state,
                         std::string_view detail, Timestamp now) {
  GH_TRY_VOID(tx.Exec(sqls::kSetAssembly, {key.organization, key.project, key.kind, key.checksum,
                                           AssemblyStateName(state), detail, now}));
  return {};
}

Result<std::vector<Assembly>> WaitingAssemblies(sql::Tx& tx, Timestamp stuck_before) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kWaitingAssemblies, {stuck_before}));
  std::vector<Assembly> waiting;
  for (const sql::Row row : rows) {
    waiting.push_back({.key = {.organization = row.As<OrgId>(0),
                               .project = row.As<ProjectId>(1),
                               .kind = row.String(2),
                               .checksum = row.String(3)},
                       .state = AssemblyState::kCreated,
                       .detail = {},
                       .request = row.String(4)});
  }
  return waiting;
}

Result<void> SaveBundle(sql::Tx& tx, OrgId organization, ArtifactBundle bundle,
                        const BundleLinks& links) {
  GH_TRY_VOID(
      tx.Exec(sqls::kInsertBundle, {bundle.id, organization, bundle.checksum, bundle.bundle_id,
                                    bundle.size, bundle.file_count, bundle.created_at}));
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kFindBundle, {organization, bundle.checksum}));
  if (rows.empty()) return Fail(Code::kNotFound, kArtifactNotFound);
  const BundleId id = rows.front().As<BundleId>(0);
  for (const ProjectId project : links.projects) {
    GH_TRY_VOID(tx.Exec(sqls::kLinkBundleProject, {organization, id, project}));
  }
  if (!links.version.empty()) {
    GH_TRY_VOID(tx.Exec(sqls::kLinkBundleRelease, {organization, id, links.version, links.dist}));
  }
  for (const std::string& debug_id : links.debug_ids) {
    GH_TRY_VOID(tx.Exec(sqls::kLinkDebugId, {organization, debug_id, id}));
  }
  return {};
}

Result<std::vector<ArtifactBundle>> BundlesOfDebugId(sql::Tx& tx, OrgId organization,
                                                     ProjectId project, std::string_view debug_id) {
  GH_TRY(const sql::Rows rows,
         tx.Query(sqls::kBundlesOfDebugId, {organization, project, debug_id}));
  return ReadBundles(rows);
}

Result<std::vector<ArtifactBundle>> BundlesOfRelease(sql::Tx& tx, OrgId organization,
                                                     ProjectId project, std::string_view version,
                                                     std::string_view dist) {
  GH_TRY(const sql::Rows rows,
         tx.Query(sqls::kBundlesOfRelease, {organization, project, version, dist}));
  return ReadBundles(rows);
}

Result<std::vector<ArtifactBundle>> BundlesOfProject(sql::Tx& tx, OrgId organization,
                                                     ProjectId project,
                                                     std::optional<BundleId> before,
                                                     std::size_t limit) {
  GH_TRY(const sql::Rows rows,
         tx.Query(sqls::kBundlesOfProject,
                  {organization, project, before.value_or(BundleId{kEnd}), limit}));
  std::vector<ArtifactBundle> bundles = ReadBundles(rows);
  for (ArtifactBundle& bundle : bundles) {
    GH_TRY(const sql::Rows releases, tx.Query(sqls::kReleasesOfBundle, {organization, bundle.id}));
    for (const sql::Row row : releases) bundle.releases.emplace_back(row.String(0), row.String(1));
  }
  return bundles;
}

Result<void> TouchBundle(sql::Tx& tx, OrgId organization, BundleId bundle, Timestamp now) {
  GH_TRY_VOID(tx.Exec(sqls::kTouchBundle, {organization, bundle, now}));
  return {};
}

Result<void> DeleteBundle(sql::Tx& tx, OrgId organization, BundleId bundle) {
  for (const sql::Statement* statement :
       {&sqls::kForgetBundleAssembly, &sqls::kDeleteBundleDebugIds, &sqls::kDeleteBundleReleases,
        &sqls::kDeleteBundleProjects, &sqls::kDeleteBundle}) {
    GH_TRY_VOID(tx.Exec(*statement, {organization, bundle}));
  }
  return {};
}

Result<bool> HasArtifacts(sql::Tx& tx, OrgId organization, ProjectId project) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kHasArtifacts, {organization, project}));
  return !rows.empty();
}

Result<void> InsertReleaseFile(sql::Tx& tx, OrgId organization, ReleaseId release,
                               const ReleaseFile& file) {
  const std::string headers = EncodeHeaders(file);
  GH_TRY(const std::int64_t inserted,
         tx.Exec(sqls::kInsertReleaseFile, {file.id, organization, release, file.dist, file.name,
                                            headers, file.checksum, file.size, file.created_at}));
  if (inserted == 0) return Fail(Code::kAlreadyExists, kArtifactExists);
  return {};
}

Result<ReleaseFile> FindReleaseFile(sql::Tx& tx, OrgId organization, ReleaseId release,
                                    ReleaseFileId file) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kReleaseFile, {organization, release, file}));
  if (rows.empty()) return Fail(Code::kNotFound, kArtifactNotFound);
  return ReadReleaseFile(rows.front());
}

Result<std::vector<ReleaseFile>> ReleaseFiles(sql::Tx& tx, OrgId organization, ReleaseId release,
                                              std::string_view query,
                                              std::optional<ReleaseFileId> after,
                                              std::size_t limit) {
  const std::string pattern = Pattern(query);
  GH_TRY(const sql::Rows rows,
         tx.Query(sqls::kReleaseFiles,
                  {organization, release, after.value_or(ReleaseFileId{0}), pattern, limit}));
  return ReadReleaseFiles(rows);
}

Result<std::vector<ReleaseFile>> ReleaseFilesByNames(sql::Tx& tx, OrgId organization,
                                                     std::string_view version,
                                                     std::string_view dist,
                                                     const std::vector<std::string>& names) {
  const auto name = [&](std::size_t i) {
    return names.empty() ? std::string_view()
                         : std::string_view(names[std::min(i, names.size() - 1)]);
  };
  GH_TRY(const sql::Rows rows,
         tx.Query(sqls::kReleaseFileByNames,
                  {organization, version, dist, name(0), name(1), name(2), name(3)}));
  return ReadReleaseFiles(rows);
}

Result<void> UpdateReleaseFile(sql::Tx& tx, OrgId organization, ReleaseId release,
                               const ReleaseFile& file) {
  const std::string headers = EncodeHeaders(file);
  GH_TRY_VOID(tx.Exec(sqls::kUpdateReleaseFile,
                      {organization, release, file.id, file.name, file.dist, headers}));
  return {};
}

Result<void> DeleteReleaseFile(sql::Tx& tx, OrgId organization, ReleaseId release,
                               ReleaseFileId file) {
  GH_TRY(const std::int64_t deleted,
         tx.Exec(sqls::kDeleteReleaseFile, {organization, release, file}));
  if (deleted == 0) return Fail(Code::kNotFound, kArtifactNotFound);
  return {};
}

Result<void> InsertDebugFile(sql::Tx& tx, OrgId organization, const DebugFile& file) {
  json::Array features;
  for (const std::string& feature : file.info.features) features.emplace_back(feature);
  const std::string text = json::Serialize(json::Value(std::move(features)));
  GH_TRY_VOID(tx.Exec(sqls::kInsertDebugFile,
                      {file.id, organization, file.project, file.info.debug_id, file.info.code_id,
                       file.info.cpu, file.name, file.info.type, file.info.kind, text,
                       file.checksum, file.size, file.created_at}));
  return {};
}

Result<std::vector<DebugFile>> DebugFilesByChecksum(sql::Tx& tx, OrgId organization,
                                                    ProjectId project, std::string_view checksum) {
  GH_TRY(const sql::Rows rows,
         tx.Query(sqls::kDebugFileByChecksum, {organization, project, checksum}));
  return ReadDebugFiles(rows);
}

Result<std::vector<DebugFile>> DebugFiles(sql::Tx& tx, OrgId organization, ProjectId project,
                                          std::string_view query, std::optional<DebugFileId> before,
                                          std::size_t limit) {
  const std::string pattern = Pattern(query);
  GH_TRY(const sql::Rows rows,
         tx.Query(sqls::kDebugFiles,
                  {organization, project, before.value_or(DebugFileId{kEnd}), pattern, limit}));
  return ReadDebugFiles(rows);
}

Result<DebugFile> FindDebugFile(sql::Tx& tx, OrgId organization, ProjectId project,
                                DebugFileId file) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kDebugFile, {organization, project, file}));
  GH_TRY(std::vector<DebugFile> files, ReadDebugFiles(rows));
  if (files.empty()) return Fail(Code::kNotFound, kArtifactNotFound);
  return std::move(files.front());
}

Result<void> DeleteDebugFile(sql::Tx& tx, OrgId organization, ProjectId project, DebugFileId file) {
  GH_TRY(const std::int64_t deleted,
         tx.Exec(sqls::kDeleteDebugFile, {organization, project, file}));
  if (deleted == 0) return Fail(Code::kNotFound, kArtifactNotFound);
  return {};
}

}  // namespace store
}  // namespace gatehouse::artifacts
