#include "region/ingest/protocol/category.h"

#include <array>

namespace gatehouse::ingest {
namespace {

constexpr auto kCategories = [] {
  using enum DataCategory;
  return std::array{
      CategoryInfo{kDefault, "default"},
      CategoryInfo{kError, "error"},
      CategoryInfo{kTransaction, "transaction"},
      CategoryInfo{kSecurity, "security"},
      CategoryInfo{kAttachment, "attachment"},
      CategoryInfo{kSession, "session"},
      CategoryInfo{kProfile, "profile"},
      CategoryInfo{kReplay, "replay"},
      CategoryInfo{kTransactionProcessed, "transaction_processed"},
      CategoryInfo{kTransactionIndexed, "transaction_indexed"},
      CategoryInfo{kMonitor, "monitor"},
      CategoryInfo{kProfileIndexed, "profile_indexed"},
      CategoryInfo{kSpan, "span"},
      CategoryInfo{kMonitorSeat, "monitor_seat"},
      CategoryInfo{kUserReportV2, "feedback"},
      CategoryInfo{kMetricBucket, "metric_bucket"},
      CategoryInfo{kSpanIndexed, "span_indexed"},
      CategoryInfo{kProfileDuration, "profile_duration"},
      CategoryInfo{kProfileChunk, "profile_chunk"},
      CategoryInfo{kMetricSecond, "metric_second"},
      CategoryInfo{kReplayVideo, "replay_video"},
      CategoryInfo{kUptime, "uptime"},
      CategoryInfo{kAttachmentItem, "attachment_item"},
      CategoryInfo{kLogItem, "log_item"},
      CategoryInfo{kLogByte, "log_byte"},
      CategoryInfo{kProfileDurationUi, "profile_duration_ui"},
      CategoryInfo{kProfileChunkUi, "profile_chunk_ui"},
      CategoryInfo{kSeerAutofix, "seer_autofix"},
      CategoryInfo{kSeerScanner, "seer_scanner"},
      CategoryInfo{kTraceMetric, "trace_metric"},
  };
}();

}  // namespace

std::span<const CategoryInfo> Categories() { return kCategories; }

std::optional<DataCategory> CategoryByName(std::string_view name) {
  for (const CategoryInfo& row : kCategories) {
    if (row.name == name) return row.id;
  }
  return std::nullopt;
}

std::optional<DataCategory> CategoryById(std::int64_t id) {
  for (const CategoryInfo& row : kCategories) {
    if (static_cast<std::int64_t>(row.id) == id) return row.id;
  }
  return std::nullopt;
}

std::string_view CategoryName(DataCategory category) {
  for (const CategoryInfo& row : kCategories) {
    if (row.id == category) return row.name;
  }
  return "internal";
}

}  // namespace gatehouse::ingest
