#pragma once

// Uploads of crashed native programs: a minidump, alone or in a form with more files, and the files
// of the attachment route.

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "platform/json/json.h"
#include "region/ingest/protocol/item_type.h"
#include "region/ingest/protocol/multipart.h"

namespace gatehouse::ingest {

struct UploadedFile {
  std::string name;  // clean
  std::string content_type;
  AttachmentKind kind = AttachmentKind::kAttachment;
  std::string_view data;  // into the body, or into what was unpacked
};

// `files` begins with the minidump. Views into the request's body, which must outlive it.
struct MinidumpUpload {
  std::vector<UploadedFile> files;
  json::Object event;                // of form and MessagePack files, with the defaults of a crash
  std::deque<std::string> unpacked;  // keeps what was not in the body as it is
};

// A multipart form with `upload_file_minidump`, or the bare dump. Dumps compressed with gzip or
// zstd are unpacked, up to `max_bytes`. Errors: kMissingMinidump, kInvalidMinidump,
// kInvalidMultipart, kBodyTooLarge.
Result<MinidumpUpload> ParseMinidumpUpload(std::string_view content_type, std::string_view body,
                                           std::size_t max_bytes);

// The files of POST …/events/{id}/attachments/. Error: kInvalidMultipart.
Result<std::vector<UploadedFile>> ParseAttachments(std::string_view content_type,
                                                   std::string_view body);

// "MDMP" or "PMDM".
bool IsMinidump(std::string_view data);

// What a crash is until somebody has read the dump: platform native, level fatal, an unhandled
// exception.
void AddMinidumpDefaults(json::Object& event);

}  // namespace gatehouse::ingest
