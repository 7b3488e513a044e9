#pragma once

// Why intake says no. Each reason is a constant slug carried by Error::reason; this table gives it
// its HTTP status, the reason of the `invalid` outcome that is recorded, and the two public texts
// of the answer {"detail": …, "causes": [cause]}. Nothing of the request is echoed. Clients of
// intake are programs: these texts are part of the protocol and are not translated.

#include <string>
#include <string_view>

#include "base/error.h"

namespace gatehouse::ingest {

struct Rejection {
  std::string_view slug;
  int status = 400;
  std::string_view outcome;  // empty: nothing is recorded
  std::string_view detail;
  std::string_view cause;  // may be empty
};

// Credentials.
inline constexpr std::string_view kMissingAuth = "missing_auth";
inline constexpr std::string_view kMultipleAuth = "multiple_auth";
inline constexpr std::string_view kMalformedAuth = "malformed_auth";
inline constexpr std::string_view kBadKey = "bad_key";  // not 32 hexadecimal digits
inline constexpr std::string_view kBadVersion = "bad_version";
inline constexpr std::string_view kBadProjectId = "bad_project_id";
inline constexpr std::string_view kBadDsn = "bad_dsn";
// Known only to who has looked the key up.
inline constexpr std::string_view kProjectMismatch = "project_mismatch";
inline constexpr std::string_view kOriginRefused = "origin_refused";
inline constexpr std::string_view kKeyDisabled = "key_disabled";
// Too much of the project waits to be processed.
inline constexpr std::string_view kOverloaded = "intake_overloaded";
// Bodies.
inline constexpr std::string_view kEmptyBody = "empty_body";
inline constexpr std::string_view kBadEncoding = "bad_encoding";
inline constexpr std::string_view kUnsupportedEncoding = "unsupported_encoding";
inline constexpr std::string_view kBodyTooLarge = "body_too_large";
inline constexpr std::string_view kInvalidJson = "invalid_json";
inline constexpr std::string_view kContentType = "content_type";
// Envelopes.
inline constexpr std::string_view kEnvelopeNoHeader = "envelope_no_header";
inline constexpr std::string_view kEnvelopeBadHeader = "envelope_bad_header";
inline constexpr std::string_view kEnvelopeBadItemHeader = "envelope_bad_item_header";
inline constexpr std::string_view kEnvelopeNoType = "envelope_no_type";
inline constexpr std::string_view kEnvelopeBadLength = "envelope_bad_length";
inline constexpr std::string_view kEnvelopeNoNewline = "envelope_no_newline";
inline constexpr std::string_view kEnvelopeTruncated = "envelope_truncated";
inline constexpr std::string_view kEnvelopeBadEventId = "envelope_bad_event_id";
inline constexpr std::string_view kEnvelopeMismatch = "envelope_mismatch";
inline constexpr std::string_view kEnvelopeEmpty = "envelope_empty";
inline constexpr std::string_view kEnvelopeTooManyItems = "envelope_too_many_items";
inline constexpr std::string_view kDuplicateItem = "duplicate_item";
// Other routes.
inline constexpr std::string_view kSecurityReportType = "security_report_type";
inline constexpr std::string_view kSecurityReport = "security_report";
inline constexpr std::string_view kNelReport = "nel_report";
inline constexpr std::string_view kInvalidMultipart = "invalid_multipart";
inline constexpr std::string_view kMissingMinidump = "missing_minidump_upload";
inline constexpr std::string_view kInvalidMinidump = "invalid_minidump";
inline constexpr std::string_view kInvalidProto = "invalid_proto";
inline constexpr std::string_view kInvalidMsgpack = "invalid_msgpack";
inline constexpr std::string_view kInvalidUnreal = "invalid_unreal";
inline constexpr std::string_view kInvalidCheckIn = "invalid_check_in";
inline constexpr std::string_view kBadEventId = "bad_event_id";
// Parsers of single items: these drop the item, not the request.
inline constexpr std::string_view kInvalidSession = "invalid_session";
inline constexpr std::string_view kInvalidUserReport = "invalid_user_report";
inline constexpr std::string_view kInvalidClientReport = "invalid_client_report";
inline constexpr std::string_view kInvalidContainer = "invalid_container";
inline constexpr std::string_view kInvalidReplay = "invalid_replay";

// The row of an error made by `Reject`, by platform/compress or by platform/json. Any other error
// is 500 without a text.
const Rejection& RejectionOf(const Error& error);

// An error of this module. REQUIRES: `slug` is a constant above or the `too_large` of an item type.
std::unexpected<Error> Reject(std::string_view slug, std::string log_detail = {});

}  // namespace gatehouse::ingest
