// Uploads in chunks: /api/0/organizations/{organization}/chunk-upload/, and the requests that put
// files together from them.

#include <array>
#include <charconv>

#include "base/text.h"
#include "edge/api/errors.h"
#include "edge/api/handlers.h"
#include "edge/api/projects.h"
#include "edge/api/refusals.h"
#include "edge/api/releases.h"
#include "edge/api/values.h"
#include "platform/json/text.h"
#include "region/artifacts/errors.h"
#include "region/ingest/protocol/multipart.h"

namespace gatehouse::api {
namespace {

constexpr std::array<std::string_view, 10> kAccepted = {
    "debug_files",         "release_files", "pdbs",         "sources",
    "bcsymbolmaps",        "il2cpp",        "portablepdbs", "artifact_bundles",
    "artifact_bundles_v2", "proguard"};
// A request for more files at once is none of the clients'.
constexpr std::size_t kMaxDebugFiles = 1'000;

// sentry-cli from 1.70.1 to 2.29 is told an address relative to "/api/0/" of where it asked.
bool WantsRelativeUrl(std::string_view user_agent) {
  constexpr std::string_view kClient = "sentry-cli/";
  if (!user_agent.starts_with(kClient)) return false;
  std::array<int, 3> version{};
  const char* at = user_agent.data() + kClient.size();
  const char* const end = user_agent.data() + user_agent.size();
  for (std::size_t i = 0; i < version.size(); ++i) {
    if (i > 0 && (at == end || *at++ != '.')) return false;
    const auto [behind, error] = std::from_chars(at, end, version[i]);
    if (error != std::errc()) return false;
    at = behind;
  }
  return version >= std::array{1, 70, 1} && version < std::array{2, 30, 0};
}

// Strings of `key`; std::nullopt: something else stands there.
std::optional<std::vector<std::string>> Texts(const json::Object& object, std::string_view key) {
  std::vector<std::string> texts;
  const json::Value* value = object.if_contains(key);
  if (value == nullptr || !value->is_array()) return std::nullopt;
  for (const json::Value& one : value->as_array()) {
    if (!one.is_string()) return std::nullopt;
    texts.emplace_back(one.as_string());
  }
  return texts;
}

json::Object EncodeAnswer(const artifacts::AssemblyAnswer& answer) {
  json::Array missing;
  for (const std::string& chunk : answer.missing_chunks) missing.emplace_back(chunk);
  json::Object o;
  o["state"] = artifacts::AssemblyStateName(answer.state);
  o["missingChunks"] = std::move(missing);
  o["detail"] = answer.detail.empty() ? json::Value(nullptr) : json::Value(answer.detail);
  if (answer.debug_file) o["dif"] = Encode(*answer.debug_file);
  return o;
}

Task<http::Response> Assemble(Call& call, artifacts::BundleRequest request) {
  auto answer =
      co_await call.events().artifacts.AssembleBundle(call.organization(), std::move(request));
  if (!answer) {
    if (auto refused = UploadRefusal(answer.error())) co_return *std::move(refused);
    co_return std::unexpected(answer.error());
  }
  co_return Reply(EncodeAnswer(*answer));
}

}  // namespace

http::Response UploadError(std::string_view text, int status) {
  return Reply(json::Object{{"error", text}}, status);
}

std::optional<http::Response> UploadRefusal(const Error& error) {
  if (error.Is(artifacts::kChecksumMismatch)) return UploadError("Checksum mismatch");
  if (error.Is(artifacts::kChunkTooLarge)) return UploadError("Chunk size too large");
  if (error.Is(artifacts::kUploadTooLarge)) return UploadError("Request too large");
  if (error.Is(artifacts::kTooManyChunks)) return UploadError("Too many chunks");
  if (error.Is(artifacts::kAssembleInvalid)) {
    return UploadError("checksum and chunks must be SHA-1 sums");
  }
  return std::nullopt;
}

Task<http::Response> GetChunkUpload(Call& call) {
  json::Array accept;
  for (const std::string_view one : kAccepted) accept.emplace_back(one);
  json::Object o;
  const std::string path = "organizations/" + call.org().organization.slug + "/chunk-upload/";
  const bool relative = WantsRelativeUrl(call.request.headers.Get("User-Agent"));
  o["url"] = relative ? path : call.events().base_url + "/api/0/" + path;
  o["chunkSize"] = artifacts::kChunkBytes;
  o["chunksPerRequest"] = artifacts::kChunksPerRequest;
  o["maxFileSize"] = artifacts::kFileBytes;
  o["maxRequestSize"] = artifacts::kRequestBytes;
  o["concurrency"] = 8;
  o["hashAlgorithm"] = "sha1";
  o["compression"] = json::Array{"gzip"};
  o["accept"] = std::move(accept);
  co_return Reply(std::move(o));
}

Task<http::Response> UploadChunks(Call& call) {
  const std::string_view type = call.request.headers.Get("Content-Type");
  const std::string boundary = ingest::BoundaryOf(type);
  // A request without a file is no mistake of the protocol.
  if (boundary.empty()) co_return http::Response::Empty(200);
  // One part more than may be, so that too many are told from a damaged body.
  auto parts = ingest::ParseMultipart(call.request.body, boundary,
                                      {.parts = 4 * artifacts::kChunksPerRequest});
  if (!parts) co_return UploadError("Invalid multipart body");
  std::vector<artifacts::Chunk> chunks;
  for (const ingest::Part& part : *parts) {
    if (part.name != "file" && part.name != "file_gzip") continue;
    chunks.push_back({.checksum = AsciiLower(part.filename.value_or("")),
                      .bytes = part.data,
                      .is_gzip = part.name == "file_gzip"});
  }
  auto put = co_await call.events().artifacts.PutChunks(call.organization(), std::move(chunks));
  if (!put) {
    if (auto refused = UploadRefusal(put.error())) co_return *std::move(refused);
    co_return std::unexpected(put.error());
  }
  co_return http::Response::Empty(200);
}

Task<http::Response> AssembleBundle(Call& call) {
  const auto body = LargeBody(call);
  if (!body) co_return UploadError("Invalid json body");
  artifacts::BundleRequest request{.checksum = std::string(json::TextOf(*body, "checksum")),
                                   .chunks = {},
                                   .projects = {},
                                   .version = std::string(json::TextOf(*body, "version")),
                                   .dist = std::string(json::TextOf(*body, "dist"))};
  auto chunks = Texts(*body, "chunks");
  auto slugs = Texts(*body, "projects");
  if (!chunks || request.checksum.empty()) {
    co_return UploadError("checksum and chunks are required");
  }
  if (!slugs || slugs->empty()) co_return UploadError("You need to specify at least one project");
  if (!request.dist.empty() && request.version.empty()) {
    co_return UploadError("You need to specify a release together with a dist");
  }
  GH_CO_TRY(const auto projects, co_await ReadProjects(call, *slugs));
  if (projects.empty()) co_return UploadError("One or more projects are invalid");
  for (const projects::Project& project : projects) request.projects.push_back(project.id);
  request.chunks = std::move(*chunks);
  co_return co_await Assemble(call, std::move(request));
}

// The older request for the same: of all projects of the release.
Task<http::Response> AssembleRelease(Call& call) {
  const auto body = LargeBody(call);
  if (!body) co_return UploadError("Invalid json body");
  GH_CO_TRY(const releases::Detail detail, co_await call.events().releases.Get(
                                               call.organization(), call.request.Param("version")));
  artifacts::BundleRequest request{.checksum = std::string(json::TextOf(*body, "checksum")),
                                   .chunks = {},
                                   .projects = {},
                                   .version = detail.release.version,
                                   .dist = {}};
  auto chunks = Texts(*body, "chunks");
  if (!chunks || request.checksum.empty()) {
    co_return UploadError("checksum and chunks are required");
  }
  request.chunks = std::move(*chunks);
  for (const releases::ReleaseProject& one : detail.projects) {
    request.projects.push_back(one.project.id);
  }
  co_return co_await Assemble(call, std::move(request));
}

Task<http::Response> AssembleDebugFiles(Call& call) {
  const auto body = LargeBody(call);
  if (!body) co_return UploadError("Invalid json body");
  GH_CO_TRY(FoundProject found, co_await ReadProject(call));
  if (found.moved) co_return *std::move(found.moved);
  if (body->size() > kMaxDebugFiles) co_return UploadError("Too many files");
  json::Object answers;
  for (const auto& [checksum, value] : *body) {
    auto chunks = value.is_object() ? Texts(value.as_object(), "chunks") : std::nullopt;
    if (!chunks || json::TextOf(value.as_object(), "name").empty()) {
      co_return UploadError("name and chunks are required properties");
    }
    artifacts::DebugFileRequest request{
        .checksum = std::string(checksum),
        .chunks = std::move(*chunks),
        .name = Printable(json::TextOf(value.as_object(), "name"), 256),
        .debug_id = std::string(json::TextOf(value.as_object(), "debug_id"))};
    auto answer = co_await call.events().artifacts.AssembleDebugFile(
        call.organization(), found.project.id, std::move(request));
    if (!answer) {
      if (auto refused = UploadRefusal(answer.error())) co_return *std::move(refused);
      co_return std::unexpected(answer.error());
    }
    answers[checksum] = EncodeAnswer(*answer);
  }
  co_return Reply(std::move(answers));
}

}  // namespace gatehouse::api
