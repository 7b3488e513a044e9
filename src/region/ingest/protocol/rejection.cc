#include "region/ingest/protocol/rejection.h"

#include <array>
#include <utility>

#include "platform/compress/errors.h"
#include "region/ingest/protocol/item_type.h"
#include "region/ingest/protocol/outcome.h"

namespace gatehouse::ingest {
namespace {

constexpr std::string_view kEnvelope = "invalid envelope";
constexpr std::string_view kBadJson = "invalid JSON data";

constexpr std::array kRejections = {
    Rejection{kMissingAuth, 401, "", "missing authorization information", ""},
    Rejection{kMultipleAuth, 401, "", "multiple authorization payloads detected", ""},
    Rejection{kMalformedAuth, 401, "", "bad authorization payload", ""},
    Rejection{kBadKey, 400, reason::kProjectId, "bad public key", ""},
    Rejection{kBadVersion, 400, reason::kAuthVersion, "unsupported protocol version", ""},
    Rejection{kBadProjectId, 400, reason::kProjectId, "invalid project path parameter", ""},
    Rejection{kBadDsn, 400, reason::kProjectId, "bad DSN", ""},
    Rejection{kProjectMismatch, 403, reason::kProjectId,
              "event submission rejected with_reason: ProjectId", ""},
    Rejection{kOriginRefused, 403, reason::kCors, "event submission rejected with_reason: Cors",
              ""},
    Rejection{kKeyDisabled, 403, reason::kProjectId,
              "event submission rejected with_reason: ProjectId", ""},
    Rejection{kOverloaded, 429, "backlog", "the server is overloaded", ""},
    Rejection{kEmptyBody, 400, reason::kNoData, "empty request body", ""},
    Rejection{kBadEncoding, 400, reason::kInvalidCompression, "invalid content encoding", ""},
    Rejection{kUnsupportedEncoding, 415, reason::kInvalidCompression,
              "unsupported content encoding", ""},
    Rejection{kBodyTooLarge, 413, reason::kTooLarge, "request body too large", ""},
    Rejection{kInvalidJson, 400, reason::kInvalidJson, kBadJson, ""},
    Rejection{kContentType, 415, reason::kContentType, "invalid content type", ""},
    Rejection{kEnvelopeNoHeader, 400, reason::kInvalidEnvelope, kEnvelope,
              "missing envelope header"},
    Rejection{kEnvelopeBadHeader, 400, reason::kInvalidEnvelope, kEnvelope,
              "invalid envelope header"},
    Rejection{kEnvelopeBadItemHeader, 400, reason::kInvalidEnvelope, kEnvelope,
              "invalid item header"},
    Rejection{kEnvelopeNoType, 400, reason::kInvalidEnvelope, kEnvelope, "missing item type"},
    Rejection{kEnvelopeBadLength, 400, reason::kInvalidEnvelope, kEnvelope, "invalid item length"},
    Rejection{kEnvelopeNoNewline, 400, reason::kInvalidEnvelope, kEnvelope,
              "missing newline after header or payload"},
    Rejection{kEnvelopeTruncated, 400, reason::kInvalidEnvelope, kEnvelope,
              "unexpected end of file"},
    Rejection{kEnvelopeBadEventId, 400, reason::kInvalidEnvelope, kEnvelope, "invalid event id"},
    Rejection{kEnvelopeMismatch, 400, reason::kInvalidEnvelope, kEnvelope,
              "envelope meta does not match request meta"},
    Rejection{kEnvelopeEmpty, 400, reason::kEmptyEnvelope, "empty envelope", ""},
    Rejection{kEnvelopeTooManyItems, 413, reason::kTooLarge, "envelope exceeded size limits",
              "too many items"},
    Rejection{kDuplicateItem, 400, reason::kDuplicateItem, kEnvelope, "duplicate item"},
    Rejection{kSecurityReportType, 400, reason::kSecurityReportType, "invalid security report type",
              ""},
    Rejection{kSecurityReport, 400, reason::kSecurityReport, "invalid security report", ""},
    Rejection{kNelReport, 400, reason::kInvalidJson, "invalid network error report", ""},
    Rejection{kInvalidMultipart, 400, reason::kInvalidMultipart, "invalid multipart data", ""},
    Rejection{kMissingMinidump, 400, reason::kMissingMinidumpUpload, "missing minidump", ""},
    Rejection{kInvalidMinidump, 400, reason::kInvalidMinidump, "invalid minidump", ""},
    Rejection{kInvalidProto, 400, reason::kInvalidProto, "invalid protobuf data", ""},
    Rejection{kInvalidMsgpack, 400, reason::kInvalidMsgpack, "invalid msgpack data", ""},
    Rejection{kInvalidUnreal, 400, reason::kProcessUnreal, "invalid unreal crash report", ""},
    Rejection{kInvalidCheckIn, 400, reason::kPayload, "invalid check-in", ""},
    Rejection{kBadEventId, 400, reason::kPayload, "invalid event id", ""},
    Rejection{kInvalidSession, 400, "", "invalid session", ""},
    Rejection{kInvalidUserReport, 400, reason::kInvalidJson, "invalid user report", ""},
    Rejection{kInvalidClientReport, 400, "", "invalid client report", ""},
    Rejection{kInvalidContainer, 400, reason::kInvalidJson, "invalid item container", ""},
    Rejection{kInvalidReplay, 400, reason::kInvalidReplay, "invalid replay", ""},
    // Made below this module.
    Rejection{compress::kInvalid, 400, reason::kInvalidCompression, "invalid content encoding", ""},
    Rejection{compress::kTooLarge, 413, reason::kTooLarge, "request body too large", ""},
    Rejection{"json_invalid", 400, reason::kInvalidJson, kBadJson, ""},
    Rejection{"json_depth", 400, reason::kInvalidJson, kBadJson, "nested too deeply"},
    Rejection{"json_duplicate_key", 400, reason::kInvalidJson, kBadJson, "duplicate key"},
    Rejection{"json_too_large", 413, reason::kTooLarge, "request body too large", ""},
};

constexpr Rejection kUnknown{"", 500, reason::kInternal, "internal server error", ""};

Code CodeOf(int status) {
  switch (status) {
    case 401:
      return Code::kUnauthenticated;
    case 403:
      return Code::kPermissionDenied;
    case 413:
    case 429:
      return Code::kResourceExhausted;
    default:
      return Code::kInvalidArgument;
  }
}

const Rejection* Find(std::string_view slug) {
  for (const Rejection& row : kRejections) {
    if (row.slug == slug) return &row;
  }
  for (const ItemTypeInfo& type : ItemTypes()) {
    if (type.too_large.slug == slug) return &type.too_large;
  }
  return nullptr;
}

}  // namespace

const Rejection& RejectionOf(const Error& error) {
  const Rejection* row = Find(error.reason);
  return row != nullptr ? *row : kUnknown;
}

std::unexpected<Error> Reject(std::string_view slug, std::string log_detail) {
  const Rejection* row = Find(slug);
  return Fail(CodeOf(row != nullptr ? row->status : 400), slug, std::move(log_detail));
}

}  // namespace gatehouse::ingest
