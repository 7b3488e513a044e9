#include "region/ingest/protocol/minidump.h"

#include <utility>

#include "base/text.h"
#include "platform/compress/decode.h"
#include "region/ingest/protocol/crash_event.h"
#include "region/ingest/protocol/form_data.h"
#include "region/ingest/protocol/rejection.h"

namespace gatehouse::ingest {
namespace {

constexpr std::string_view kField = "upload_file_minidump";

// Files that some client sends under a name of its own.
AttachmentKind KindOf(const Part& part) {
  if (part.name == kField) return AttachmentKind::kMinidump;
  if (part.name == "__sentry-event") return AttachmentKind::kEventPayload;
  if (part.name == "__sentry-breadcrumb1" || part.name == "__sentry-breadcrumb2") {
    return AttachmentKind::kBreadcrumbs;
  }
  if (part.filename == "view-hierarchy.json") return AttachmentKind::kViewHierarchy;
  return AttachmentKind::kAttachment;
}

UploadedFile FileOf(const Part& part) {
  std::string_view name = part.filename && !part.filename->empty()
                              ? std::string_view(*part.filename)
                              : std::string_view(part.name);
  return {CleanFileName(name), part.content_type, KindOf(part), part.data};
}

bool StripSuffix(std::string& name, std::string_view suffix) {
  if (!name.ends_with(suffix) || name.size() == suffix.size()) return false;
  name.resize(name.size() - suffix.size());
  return true;
}

// Old versions of Electron send a whole form inside the field.
std::string_view Unnest(std::string_view data) {
  if (!data.starts_with("--")) return data;
  std::size_t end = data.find("\r\n");
  if (end == std::string_view::npos || end > 200) return data;
  auto parts = ParseMultipart(data, data.substr(2, end - 2));
  if (!parts) return data;
  for (const Part& part : *parts) {
    if (part.name == kField) return part.data;
  }
  return data;
}

Result<void> Prepare(UploadedFile& dump, std::deque<std::string>& unpacked, std::size_t max_bytes) {
  using compress::Encoding;
  dump.data = Unnest(dump.data);
  Encoding encoding = compress::DetectPacking(dump.data);
  if (encoding != Encoding::kIdentity) {
    auto plain = compress::Decode(encoding, dump.data, max_bytes);
    if (!plain) {
      return Reject(
          plain.error().code == Code::kResourceExhausted ? kBodyTooLarge : kInvalidMinidump,
          plain.error().detail);
    }
    dump.data = unpacked.emplace_back(std::move(*plain));
    for (std::string_view suffix : {".gz", ".zst", ".xz", ".bz2"}) {
      if (StripSuffix(dump.name, suffix)) break;
    }
  }
  if (!IsMinidump(dump.data)) return Reject(kInvalidMinidump);
  return {};
}

}  // namespace

bool IsMinidump(std::string_view data) {
  return data.starts_with("MDMP") || data.starts_with("PMDM");
}

void AddMinidumpDefaults(json::Object& event) {
  event["platform"] = "native";
  event["level"] = "fatal";
  if (event.contains("exception")) return;
  event["exception"] = json::Object{
      {"values", json::Array{json::Object{{"type", "Minidump"},
                                          {"value", "Invalid Minidump"},
                                          {"mechanism", json::Object{{"type", "minidump"},
                                                                     {"handled", false},
                                                                     {"synthetic", true}}}}}}};
}

Result<MinidumpUpload> ParseMinidumpUpload(std::string_view content_type, std::string_view body,
                                           std::size_t max_bytes) {
  if (body.empty()) return Reject(kEmptyBody);
  MinidumpUpload upload;
  std::string_view type = Trim(SplitOnce(content_type, ';').first);
  if (EqualsIgnoreCase(type, "application/octet-stream") ||
      EqualsIgnoreCase(type, "application/x-dmp")) {
    upload.files.push_back({"minidump.dmp", std::string(type), AttachmentKind::kMinidump, body});
  } else {
    GH_TRY(std::vector<Part> parts, ParseMultipart(body, BoundaryOf(content_type)));
    FormFields fields;
    for (const Part& part : parts) {
      bool is_dump = part.name == kField;
      // Crashpad sends msgpack under these names, sometimes without a file name.
      bool is_file = is_dump || part.filename || part.name.starts_with("__sentry-");
      if (!is_file) {
        fields.emplace_back(part.name, std::string(part.data));
        continue;
      }
      UploadedFile file = FileOf(part);
      if (is_dump && (upload.files.empty() || upload.files[0].kind != AttachmentKind::kMinidump)) {
        upload.files.insert(upload.files.begin(), std::move(file));
      } else {
        if (is_dump) file.kind = AttachmentKind::kAttachment;
        upload.files.push_back(std::move(file));
      }
    }
    if (upload.files.empty() || upload.files[0].kind != AttachmentKind::kMinidump) {
      return Reject(kMissingMinidump);
    }
    CrashParts crash{.form = EventOfForm(fields)};
    for (const UploadedFile& file : upload.files) {
      if (file.kind == AttachmentKind::kEventPayload) crash.payload = file.data;
      if (file.kind == AttachmentKind::kBreadcrumbs) crash.breadcrumbs.push_back(file.data);
    }
    upload.event = CrashEvent(crash);
    // They are in the event now.
    std::erase_if(upload.files, [](const UploadedFile& file) {
      return file.kind == AttachmentKind::kEventPayload ||
             file.kind == AttachmentKind::kBreadcrumbs;
    });
  }
  GH_TRY_VOID(Prepare(upload.files[0], upload.unpacked, max_bytes));
  AddMinidumpDefaults(upload.event);
  return upload;
}

Result<std::vector<UploadedFile>> ParseAttachments(std::string_view content_type,
                                                   std::string_view body) {
  GH_TRY(std::vector<Part> parts, ParseMultipart(body, BoundaryOf(content_type)));
  std::vector<UploadedFile> files;
  for (const Part& part : parts) {
    if (!part.filename) continue;
    UploadedFile file = FileOf(part);
    // Nobody adds a crash to an event afterwards.
    if (CreatesEvent(file.kind)) file.kind = AttachmentKind::kAttachment;
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace gatehouse::ingest
