#pragma once

// Outcomes: what became of each accepted, dropped or refused piece of data.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "platform/json/json.h"
#include "region/ingest/protocol/category.h"
#include "region/ingest/protocol/event_id.h"

namespace gatehouse::ingest {

enum class OutcomeKind : std::uint8_t {
  kAccepted = 0,
  kFiltered = 1,
  kRateLimited = 2,
  kInvalid = 3,
  kAbuse = 4,
  kClientDiscard = 5,
  kCardinalityLimited = 6,
};
std::string_view OutcomeName(OutcomeKind kind);  // "accepted", "rate_limited", …

// Reasons of invalid outcomes, as stored. "too_large:<item type>" is ItemTypeInfo::too_large.
namespace reason {
inline constexpr std::string_view kDuplicate = "duplicate";
inline constexpr std::string_view kProjectId = "project_id";
inline constexpr std::string_view kAuthVersion = "auth_version";
inline constexpr std::string_view kAuthClient = "auth_client";
inline constexpr std::string_view kNoData = "no_data";
inline constexpr std::string_view kEmptyEnvelope = "empty_envelope";
inline constexpr std::string_view kTooLarge = "too_large";
inline constexpr std::string_view kDisallowedMethod = "disallowed_method";
inline constexpr std::string_view kContentType = "content_type";
inline constexpr std::string_view kMultiProjectId = "multi_project_id";
inline constexpr std::string_view kMissingMinidumpUpload = "missing_minidump_upload";
inline constexpr std::string_view kInvalidMinidump = "invalid_minidump";
inline constexpr std::string_view kSecurityReportType = "security_report_type";
inline constexpr std::string_view kSecurityReport = "security_report";
inline constexpr std::string_view kCors = "cors";
inline constexpr std::string_view kProcessUnreal = "process_unreal";
inline constexpr std::string_view kPayload = "payload";
inline constexpr std::string_view kInvalidJson = "invalid_json";
inline constexpr std::string_view kInvalidMultipart = "invalid_multipart";
inline constexpr std::string_view kInvalidMsgpack = "invalid_msgpack";
inline constexpr std::string_view kInvalidProto = "invalid_proto";
inline constexpr std::string_view kInvalidTransaction = "invalid_transaction";
inline constexpr std::string_view kInvalidEnvelope = "invalid_envelope";
inline constexpr std::string_view kInvalidCompression = "invalid_compression";
inline constexpr std::string_view kTimestamp = "timestamp";
inline constexpr std::string_view kProjectState = "project_state";
inline constexpr std::string_view kDuplicateItem = "duplicate_item";
inline constexpr std::string_view kNoEventPayload = "no_event_payload";
inline constexpr std::string_view kInternal = "internal";
inline constexpr std::string_view kInvalidReplay = "invalid_replay";
inline constexpr std::string_view kInvalidLog = "invalid_log";
inline constexpr std::string_view kInvalidSpan = "invalid_span";
inline constexpr std::string_view kInvalidTraceMetric = "invalid_trace_metric";
inline constexpr std::string_view kFeatureDisabled = "feature_disabled";
inline constexpr std::string_view kNoMonitor = "monitor_not_found";
inline constexpr std::string_view kTransactionAttachment = "transaction_attachment";
}  // namespace reason

// Reasons a client may give for what it dropped itself; everything else is stored as "other".
std::string_view KnownDiscardReason(std::string_view text);

struct Outcome {
  Timestamp timestamp;
  std::int64_t organization_id = 0;
  std::int64_t project_id = 0;
  std::int64_t key_id = 0;  // 0: unknown
  OutcomeKind kind = OutcomeKind::kAccepted;
  std::string reason;  // may be empty
  std::optional<EventId> event_id;
  std::string remote_addr;
  DataCategory category = DataCategory::kError;
  std::uint64_t quantity = 1;
};

// The record as other programs read it; unset members are left out.
json::Object ToJson(const Outcome& outcome);

}  // namespace gatehouse::ingest
