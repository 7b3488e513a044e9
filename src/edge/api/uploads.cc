#include "edge/api/uploads.h"

#include "base/text.h"
#include "edge/api/errors.h"
#include "region/ingest/protocol/multipart.h"

namespace gatehouse::api {
namespace {

constexpr std::size_t kMaxDist = 64;
constexpr std::size_t kMaxHeaders = 50;
constexpr std::size_t kMaxHeader = 2048;

bool IsDist(std::string_view dist) {
  return dist.size() <= kMaxDist && IsValidUtf8(dist) && !HasControl(dist);
}

}  // namespace

Result<Upload> ReadUpload(const Call& call) {
  const std::string boundary = ingest::BoundaryOf(call.request.headers.Get("Content-Type"));
  auto parts = ingest::ParseMultipart(call.request.body, boundary);
  if (!parts) return Fail(Code::kInvalidArgument, kFieldRequired, "file");
  Upload upload{.bytes = {}, .file = {}};
  bool found = false;
  std::string file_name;
  for (const ingest::Part& part : *parts) {
    const std::string text(part.data.substr(0, kMaxHeader));
    if (part.name == "file") {
      found = true;
      upload.bytes = part.data;
      file_name = part.filename.value_or("");
    } else if (part.name == "name") {
      upload.file.name = text;
    } else if (part.name == "dist") {
      upload.file.dist = Trim(text);
    } else if (part.name == "header") {
      const std::size_t colon = text.find(':');
      if (colon == std::string::npos || upload.file.headers.size() == kMaxHeaders ||
          HasControl(text) || !IsValidUtf8(text)) {
        return Fail(Code::kInvalidArgument, kFieldInvalid, "header");
      }
      upload.file.headers.emplace_back(Trim(text.substr(0, colon)), Trim(text.substr(colon + 1)));
    }
  }
  if (!found) return Fail(Code::kInvalidArgument, kFieldRequired, "file");
  if (upload.file.name.empty()) upload.file.name = file_name;
  if (!IsDist(upload.file.dist)) return Fail(Code::kInvalidArgument, kFieldInvalid, "dist");
  return upload;
}

http::Response Download(std::string bytes, std::string_view name) {
  http::Response response;
  response.headers.Set("Content-Type", "application/octet-stream");
  response.headers.Set("X-Content-Type-Options", "nosniff");
  response.headers.Set("Content-Disposition",
                       "attachment; filename=\"" + ingest::CleanFileName(name) + "\"");
  response.body = std::move(bytes);
  return response;
}

}  // namespace gatehouse::api
