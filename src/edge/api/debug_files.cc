// Debug information files of a project: /api/0/projects/{organization}/{project}/files/dsyms/ and
// …/files/difs/unknown/.

#include "base/text.h"
#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/paging.h"
#include "edge/api/projects.h"
#include "edge/api/releases.h"
#include "edge/api/uploads.h"
#include "region/artifacts/errors.h"

namespace gatehouse::api {

Task<http::Response> ListDebugFiles(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY(const http::Form query, call.Query());
  artifacts::Service& service = call.events().artifacts;
  if (const auto id = query.Get("id"); !id.empty()) {
    const auto file_id = DebugFileId::Parse(id);
    if (!file_id) co_return Fail(Code::kNotFound, artifacts::kArtifactNotFound);
    GH_CO_TRY(const artifacts::DebugFile file,
              co_await service.GetDebugFile(call.organization(), found.project.id, *file_id));
    GH_CO_TRY(std::string bytes, co_await service.Read(call.organization(), file.checksum));
    co_return Download(std::move(bytes), file.name);
  }
  GH_CO_TRY(const std::size_t size, PageSizeOf(query));
  GH_CO_TRY(const auto cursor, PageCursorOf(query));
  std::optional<DebugFileId> before;
  if (cursor && cursor->value > 0) before = DebugFileId{cursor->value};
  GH_CO_TRY(auto files,
            co_await service.ListDebugFiles(call.organization(), found.project.id,
                                            std::string(query.Get("query")), before, size + 1));
  const bool more = files.size() > size;
  if (more) files.pop_back();
  json::Array list;
  for (const artifacts::DebugFile& file : files) list.push_back(Encode(file));
  http::Response response = Reply(std::move(list));
  AddLinks(response, call.request, call.events().base_url,
           {.next = {.value = files.empty() ? 0 : files.back().id.value}, .has_next = more});
  co_return response;
}

Task<http::Response> UploadDebugFiles(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY(const Upload upload, ReadUpload(call));
  std::string name = Printable(upload.file.name, 256);
  GH_CO_TRY(const auto files,
            co_await call.events().artifacts.AddDebugFiles(call.organization(), found.project.id,
                                                           std::move(name), upload.bytes));
  json::Array list;
  for (const artifacts::DebugFile& file : files) list.push_back(Encode(file));
  co_return Reply(std::move(list), 201);
}

Task<http::Response> DeleteDebugFile(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY(const http::Form query, call.Query());
  const auto id = DebugFileId::Parse(query.Get("id"));
  if (!id) co_return Fail(Code::kNotFound, artifacts::kArtifactNotFound);
  GH_CO_TRY_VOID(co_await call.events().artifacts.RemoveDebugFile(
      call.organization(), found.project.id, *id, call.caller().actor));
  co_return http::Response::Empty(204);
}

Task<http::Response> FindUnknownDebugFiles(Call& call) {
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  GH_CO_TRY(const http::Form query, call.Query());
  std::vector<std::string> checksums;
  for (const auto& [name, value] : query.all()) {
    if (name == "checksums") checksums.push_back(value);
  }
  GH_CO_TRY(const auto unknown, co_await call.events().artifacts.UnknownDebugFiles(
                                    call.organization(), found.project.id, std::move(checksums)));
  json::Array missing;
  for (const std::string& checksum : unknown) missing.emplace_back(checksum);
  co_return Reply(json::Object{{"missing", std::move(missing)}});
}

}  // namespace gatehouse::api
