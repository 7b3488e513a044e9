#pragma once

// The kinds of envelope items, as a table: limits and rules are data.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "region/ingest/protocol/category.h"
#include "region/ingest/protocol/rejection.h"

namespace gatehouse::ingest {

enum class ItemType : std::uint8_t {
  kEvent,
  kTransaction,
  kFeedback,
  kSecurity,     // carrier of a browser report
  kRawSecurity,  // carrier of a browser report
  kNel,          // carrier of a network error report
  kUnrealReport,
  kFormData,  // carrier of a form's fields
  kAttachment,
  kUserReport,
  kSession,
  kSessions,
  kClientReport,
  kCheckIn,
  kProfile,
  kProfileChunk,
  kReplayEvent,
  kReplayRecording,
  kReplayVideo,
  kStatsd,
  kMetricBuckets,
  kMetricMeta,
  kLog,
  kOtelLog,
  kSpan,
  kOtelSpan,
  kTraceMetric,
  kUnknown,
};

struct ItemTypeInfo {
  ItemType type;
  std::string_view name;
  bool needs_event_id;
  bool creates_event;
  std::size_t max_count;  // per envelope; 0: any number
  std::size_t max_bytes;  // of one item
  DataCategory category;  // of one item; of an event without a look at its content: kError
  Rejection too_large;    // slug and outcome "too_large:<name>"
};

// Every known type, in the order of the enumeration.
std::span<const ItemTypeInfo> ItemTypes();
// REQUIRES: not kUnknown.
const ItemTypeInfo& InfoOf(ItemType type);
ItemType ItemTypeByName(std::string_view name);  // kUnknown if there is none

// Kinds of attachments.
enum class AttachmentKind : std::uint8_t {
  kAttachment,  // "event.attachment" and everything unknown
  kMinidump,
  kAppleCrashReport,
  kEventPayload,  // msgpack
  kBreadcrumbs,   // msgpack
  kProsperodump,
  kViewHierarchy,
  kUnrealContext,
  kUnrealLogs,
  kNintendoSwitchDyingMessage,
};
AttachmentKind AttachmentKindByName(std::string_view attachment_type);
std::string_view AttachmentKindName(AttachmentKind kind);
// An event is made for it when the envelope has none.
bool CreatesEvent(AttachmentKind kind);

}  // namespace gatehouse::ingest
