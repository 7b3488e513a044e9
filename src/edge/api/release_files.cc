// Files of releases, …/releases/{version}/files/…, and the artifact bundles of a project,
// /api/0/projects/{organization}/{project}/files/artifact-bundles/….

#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/paging.h"
#include "edge/api/projects.h"
#include "edge/api/refusals.h"
#include "edge/api/releases.h"
#include "edge/api/uploads.h"
#include "edge/api/values.h"
#include "region/artifacts/errors.h"

namespace gatehouse::api {
namespace {

Task<ReleaseId> ReleaseOf(Call& call) {
  GH_CO_TRY(const releases::Detail detail, co_await call.events().releases.Get(
                                               call.organization(), call.request.Param("version")));
  co_return detail.release.id;
}

// An id that is none names nothing.
Result<ReleaseFileId> FileOf(const Call& call) {
  const auto id = ReleaseFileId::Parse(call.request.Param("file"));
  if (!id) return Fail(Code::kNotFound, artifacts::kArtifactNotFound);
  return *id;
}

}  // namespace

Task<http::Response> ListReleaseFiles(Call& call) {
  GH_CO_TRY(const http::Form query, call.Query());
  GH_CO_TRY(const ReleaseId release, co_await ReleaseOf(call));
  GH_CO_TRY(const std::size_t size, PageSizeOf(query));
  GH_CO_TRY(const auto cursor, PageCursorOf(query));
  std::optional<ReleaseFileId> after;
  if (cursor && cursor->value > 0) after = ReleaseFileId{cursor->value};
  GH_CO_TRY(auto files,
            co_await call.events().artifacts.ListReleaseFiles(
                call.organization(), release, std::string(query.Get("query")), after, size + 1));
  const bool more = files.size() > size;
  if (more) files.pop_back();
  json::Array list;
  for (const artifacts::ReleaseFile& file : files) list.push_back(Encode(file));
  http::Response response = Reply(std::move(list));
  AddLinks(response, call.request, call.events().base_url,
           {.next = {.value = files.empty() ? 0 : files.back().id.value}, .has_next = more});
  co_return response;
}

Task<http::Response> UploadReleaseFile(Call& call) {
  GH_CO_TRY(const ReleaseId release, co_await ReleaseOf(call));
  GH_CO_TRY(Upload upload, ReadUpload(call));
  auto added = co_await call.events().artifacts.AddReleaseFile(
      call.organization(), release, std::move(upload.file), upload.bytes);
  if (!added && added.error().Is(artifacts::kArtifactExists)) {
    co_return FieldError(call.request, "", added.error().reason,
                         "A file matching this one already exists for the given release", 409);
  }
  if (!added) co_return std::unexpected(added.error());
  co_return Reply(Encode(*added), 201);
}

Task<http::Response> GetReleaseFile(Call& call) {
  GH_CO_TRY(const http::Form query, call.Query());
  GH_CO_TRY(const ReleaseId release, co_await ReleaseOf(call));
  GH_CO_TRY(const ReleaseFileId id, FileOf(call));
  GH_CO_TRY(const artifacts::ReleaseFile file,
            co_await call.events().artifacts.GetReleaseFile(call.organization(), release, id));
  if (!query.Has("download")) co_return Reply(Encode(file));
  GH_CO_TRY(std::string bytes,
            co_await call.events().artifacts.Read(call.organization(), file.checksum));
  co_return Download(std::move(bytes), file.name);
}

Task<http::Response> UpdateReleaseFile(Call& call) {
  GH_CO_TRY(const json::Object body, call.Body());
  GH_CO_TRY(const ReleaseId release, co_await ReleaseOf(call));
  GH_CO_TRY(const ReleaseFileId id, FileOf(call));
  GH_CO_TRY(std::string name, RequiredText(body, "name"));
  GH_CO_TRY(const artifacts::ReleaseFile file,
            co_await call.events().artifacts.RenameReleaseFile(call.organization(), release, id,
                                                               std::move(name)));
  co_return Reply(Encode(file));
}

Task<http::Response> DeleteReleaseFile(Call& call) {
  GH_CO_TRY(const ReleaseId release, co_await ReleaseOf(call));
  GH_CO_TRY(const ReleaseFileId id, FileOf(call));
  GH_CO_TRY_VOID(co_await call.events().artifacts.RemoveReleaseFile(call.organization(), release,
                                                                    id, call.caller().actor));
  co_return http::Response::Empty(204);
}

// ---- bundles ------------------------------------------------------------------------------------

Task<http::Response> ListArtifactBundles(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY(const http::Form query, call.Query());
  GH_CO_TRY(const std::size_t size, PageSizeOf(query));
  GH_CO_TRY(const auto cursor, PageCursorOf(query));
  std::optional<BundleId> before;
  if (cursor && cursor->value > 0) before = BundleId{cursor->value};
  GH_CO_TRY(auto bundles, co_await call.events().artifacts.ListBundles(
                              call.organization(), found.project.id, before, size + 1));
  const bool more = bundles.size() > size;
  if (more) bundles.pop_back();
  json::Array list;
  for (const artifacts::ArtifactBundle& bundle : bundles) list.push_back(Encode(bundle));
  http::Response response = Reply(std::move(list));
  AddLinks(response, call.request, call.events().base_url,
           {.next = {.value = bundles.empty() ? 0 : bundles.back().id.value}, .has_next = more});
  co_return response;
}

Task<http::Response> DeleteArtifactBundle(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  const auto id = BundleId::Parse(call.request.Param("bundle"));
  if (!id) co_return Fail(Code::kNotFound, artifacts::kArtifactNotFound);
  GH_CO_TRY_VOID(co_await call.events().artifacts.RemoveBundle(
      call.organization(), found.project.id, *id, call.caller().actor));
  co_return http::Response::Empty(204);
}

}  // namespace gatehouse::api
