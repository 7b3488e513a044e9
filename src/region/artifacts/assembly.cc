#include "region/artifacts/assembly.h"

#include <algorithm>

#include "platform/json/json.h"
#include "platform/json/text.h"
#include "region/artifacts/blobs.h"
#include "region/artifacts/errors.h"

namespace gatehouse::artifacts {
namespace {

// As many as the largest file has, with room for clients that cut smaller.
constexpr std::size_t kMaxChunks = 16'384;
constexpr json::Limits kLimits{.max_bytes = 4u << 20};

json::Array TextsOf(const std::vector<std::string>& texts) {
  json::Array out;
  for (const std::string& text : texts) out.emplace_back(text);
  return out;
}

Result<std::vector<std::string>> Chunks(const json::Object& object) {
  std::vector<std::string> chunks;
  const json::Array* list = json::GetArray(object, "chunks");
  if (list == nullptr) return Fail(Code::kInvalidArgument, kAssembleInvalid);
  for (const json::Value& one : *list) {
    if (!one.is_string()) return Fail(Code::kInvalidArgument, kAssembleInvalid);
    chunks.emplace_back(one.as_string());
  }
  return chunks;
}

}  // namespace

std::string Encode(const BundleRequest& request) {
  json::Array projects;
  for (const ProjectId project : request.projects) projects.emplace_back(project.value);
  json::Object object;
  object["checksum"] = request.checksum;
  object["chunks"] = TextsOf(request.chunks);
  object["projects"] = std::move(projects);
  object["version"] = request.version;
  object["dist"] = request.dist;
  return json::Serialize(object);
}

std::string Encode(const DebugFileRequest& request) {
  json::Object object;
  object["checksum"] = request.checksum;
  object["chunks"] = TextsOf(request.chunks);
  object["name"] = request.name;
  object["debug_id"] = request.debug_id;
  return json::Serialize(object);
}

Result<BundleRequest> DecodeBundle(std::string_view text) {
  GH_TRY(const json::Object object, json::ParseObject(text, kLimits));
  BundleRequest request{.checksum = std::string(json::TextOf(object, "checksum")),
                        .chunks = {},
                        .projects = {},
                        .version = std::string(json::TextOf(object, "version")),
                        .dist = std::string(json::TextOf(object, "dist"))};
  GH_TRY(request.chunks, Chunks(object));
  if (const json::Array* projects = json::GetArray(object, "projects")) {
    for (const json::Value& one : *projects) {
      if (one.is_int64()) request.projects.push_back(ProjectId{one.as_int64()});
    }
  }
  return request;
}

Result<DebugFileRequest> DecodeDebugFile(std::string_view text) {
  GH_TRY(const json::Object object, json::ParseObject(text, kLimits));
  DebugFileRequest request{.checksum = std::string(json::TextOf(object, "checksum")),
                           .chunks = {},
                           .name = std::string(json::TextOf(object, "name")),
                           .debug_id = std::string(json::TextOf(object, "debug_id"))};
  GH_TRY(request.chunks, Chunks(object));
  return request;
}

Result<void> Check(std::string_view checksum, const std::vector<std::string>& chunks) {
  if (!IsChecksum(checksum) || chunks.size() > kMaxChunks ||
      !std::ranges::all_of(chunks, [](const std::string& c) { return IsChecksum(c); })) {
    return Fail(Code::kInvalidArgument, kAssembleInvalid);
  }
  return {};
}

std::string DetailOf(const Error& error) {
  if (error.Is(kChecksumMismatch)) return "Reported checksum mismatch";
  if (error.Is(kUploadTooLarge)) return "The file is larger than allowed";
  if (error.Is(kArchiveInvalid)) return "The archive is damaged or not safe to unpack";
  if (error.Is(kArchiveTooLarge)) return "The archive unpacks to more than allowed";
  if (error.Is(kManifestInvalid)) return "The bundle has no valid manifest";
  if (error.Is(kDebugFileUnknown)) return "Unsupported debug information file";
  if (error.Is(kArtifactNotFound)) return "A chunk has expired; upload it again";
  return "The file could not be processed";
}

}  // namespace gatehouse::artifacts
