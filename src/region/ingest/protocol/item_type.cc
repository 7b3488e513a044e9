#include "region/ingest/protocol/item_type.h"

#include <array>

#include "base/check.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * 1024;

// A string literal of the name makes the texts of its own 413.
#define GH_TOO_LARGE(name)                             \
  Rejection{"too_large:" name, 413, "too_large:" name, \
            "envelope exceeded size limits for type '" name "'", ""}
#define GH_ITEM(type, name, needs_id, creates, count, bytes, category)             \
  ItemTypeInfo {                                                                   \
    ItemType::type, name, needs_id, creates, count, bytes, DataCategory::category, \
        GH_TOO_LARGE(name)                                                         \
  }

constexpr std::array kItemTypes = {
    GH_ITEM(kEvent, "event", true, true, 1, kMiB, kError),
    GH_ITEM(kTransaction, "transaction", true, true, 1, kMiB, kTransaction),
    GH_ITEM(kFeedback, "feedback", true, true, 1, kMiB, kUserReportV2),
    GH_ITEM(kSecurity, "security", true, true, 1, kMiB, kSecurity),
    GH_ITEM(kRawSecurity, "raw_security", true, true, 1, kMiB, kSecurity),
    GH_ITEM(kNel, "nel", true, true, 0, kMiB, kError),
    GH_ITEM(kUnrealReport, "unreal_report", true, true, 1, 200 * kMiB, kError),
    GH_ITEM(kFormData, "form_data", true, false, 1, kMiB, kInternal),
    GH_ITEM(kAttachment, "attachment", true, false, 30, 200 * kMiB, kAttachment),
    GH_ITEM(kUserReport, "user_report", true, false, 1, kMiB, kInternal),
    GH_ITEM(kSession, "session", false, false, 100, 10 * kMiB, kSession),
    GH_ITEM(kSessions, "sessions", false, false, 100, 10 * kMiB, kSession),
    // Oversized reports are dropped without a word, so their size is no reason to refuse.
    GH_ITEM(kClientReport, "client_report", false, false, 100, 200 * kMiB, kInternal),
    GH_ITEM(kCheckIn, "check_in", false, false, 0, 100 * kKiB, kMonitor),
    GH_ITEM(kProfile, "profile", true, false, 1, 50 * kMiB, kProfile),
    GH_ITEM(kProfileChunk, "profile_chunk", false, false, 0, 50 * kMiB, kProfileChunk),
    GH_ITEM(kReplayEvent, "replay_event", true, false, 1, kMiB, kReplay),
    GH_ITEM(kReplayRecording, "replay_recording", false, false, 1, 10 * kMiB, kReplay),
    GH_ITEM(kReplayVideo, "replay_video", false, false, 1, 10 * kMiB, kReplay),
    GH_ITEM(kStatsd, "statsd", false, false, 0, kMiB, kMetricBucket),
    GH_ITEM(kMetricBuckets, "metric_buckets", false, false, 0, kMiB, kMetricBucket),
    GH_ITEM(kMetricMeta, "metric_meta", false, false, 0, kMiB, kMetricBucket),
    GH_ITEM(kLog, "log", false, false, 1, 12 * kMiB, kLogItem),
    GH_ITEM(kOtelLog, "otel_log", false, false, 0, 2 * kMiB, kLogItem),
    // Twenty-five single spans, or one container of up to a thousand: envelope_rules.h.
    GH_ITEM(kSpan, "span", false, false, 0, 12 * kMiB, kSpan),
    GH_ITEM(kOtelSpan, "otel_span", false, false, 0, 10 * kMiB, kSpan),
    GH_ITEM(kTraceMetric, "trace_metric", false, false, 1, kMiB, kTraceMetric),
};
#undef GH_ITEM
#undef GH_TOO_LARGE

struct KindRow {
  AttachmentKind kind;
  std::string_view name;
  bool creates_event;
};

constexpr std::array kAttachmentKinds = {
    KindRow{AttachmentKind::kAttachment, "event.attachment", false},
    KindRow{AttachmentKind::kMinidump, "event.minidump", true},
    KindRow{AttachmentKind::kAppleCrashReport, "event.applecrashreport", true},
    KindRow{AttachmentKind::kEventPayload, "event.payload", true},
    KindRow{AttachmentKind::kBreadcrumbs, "event.breadcrumbs", true},
    KindRow{AttachmentKind::kProsperodump, "playstation.prosperodump", true},
    KindRow{AttachmentKind::kViewHierarchy, "event.view_hierarchy", false},
    KindRow{AttachmentKind::kUnrealContext, "unreal.context", false},
    KindRow{AttachmentKind::kUnrealLogs, "unreal.logs", false},
    KindRow{AttachmentKind::kNintendoSwitchDyingMessage, "nswitch.dying_message", false},
};

}  // namespace

std::span<const ItemTypeInfo> ItemTypes() { return kItemTypes; }

const ItemTypeInfo& InfoOf(ItemType type) {
  auto index = static_cast<std::size_t>(type);
  GH_CHECK(index < kItemTypes.size());
  return kItemTypes[index];
}

ItemType ItemTypeByName(std::string_view name) {
  for (const ItemTypeInfo& row : kItemTypes) {
    if (row.name == name) return row.type;
  }
  return ItemType::kUnknown;
}

AttachmentKind AttachmentKindByName(std::string_view attachment_type) {
  for (const KindRow& row : kAttachmentKinds) {
    if (row.name == attachment_type) return row.kind;
  }
  return AttachmentKind::kAttachment;
}

std::string_view AttachmentKindName(AttachmentKind kind) {
  for (const KindRow& row : kAttachmentKinds) {
    if (row.kind == kind) return row.name;
  }
  return kAttachmentKinds[0].name;
}

bool CreatesEvent(AttachmentKind kind) {
  for (const KindRow& row : kAttachmentKinds) {
    if (row.kind == kind) return row.creates_event;
  }
  return false;
}

}  // namespace gatehouse::ingest
