#pragma once

// Data categories: what quotas, rate limits and outcomes count. Names and numbers are on the wire.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace gatehouse::ingest {

enum class DataCategory : std::int8_t {
  kDefault = 0,
  kError = 1,
  kTransaction = 2,
  kSecurity = 3,
  kAttachment = 4,  // bytes
  kSession = 5,
  kProfile = 6,
  kReplay = 7,
  kTransactionProcessed = 8,
  kTransactionIndexed = 9,
  kMonitor = 10,
  kProfileIndexed = 11,
  kSpan = 12,
  kMonitorSeat = 13,
  kUserReportV2 = 14,  // "feedback"
  kMetricBucket = 15,
  kSpanIndexed = 16,
  kProfileDuration = 17,
  kProfileChunk = 18,
  kMetricSecond = 19,
  kReplayVideo = 20,
  kUptime = 21,
  kAttachmentItem = 22,
  kLogItem = 23,
  kLogByte = 24,
  kProfileDurationUi = 25,
  kProfileChunkUi = 26,
  kSeerAutofix = 27,
  kSeerScanner = 28,
  kTraceMetric = 33,
  kInternal = -1,  // never limited, never reported
};

struct CategoryInfo {
  DataCategory id;
  std::string_view name;
};

std::span<const CategoryInfo> Categories();
std::optional<DataCategory> CategoryByName(std::string_view name);
std::optional<DataCategory> CategoryById(std::int64_t id);
std::string_view CategoryName(DataCategory category);  // "internal" for kInternal

// default, error and security: what an error quota covers.
constexpr bool IsErrorCategory(DataCategory category) {
  return category == DataCategory::kDefault || category == DataCategory::kError ||
         category == DataCategory::kSecurity;
}

}  // namespace gatehouse::ingest
