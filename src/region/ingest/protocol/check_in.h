#pragma once

// Check-ins of monitored jobs: `check_in` items and the cron route.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "region/ingest/protocol/event_id.h"
#include "region/ingest/protocol/schedule.h"

namespace gatehouse::ingest {

enum class CheckInStatus : std::uint8_t { kInProgress, kOk, kError, kMissed, kTimeout };
std::string_view CheckInStatusName(CheckInStatus status);

struct MonitorConfig {
  MonitorSchedule schedule;
  std::optional<std::int64_t> checkin_margin;  // minutes
  std::optional<std::int64_t> max_runtime;     // minutes
  std::optional<std::int64_t> failure_issue_threshold;
  std::optional<std::int64_t> recovery_threshold;
  std::string timezone = "UTC";
  std::string owner;  // "user:…", "team:…" or empty
};

struct CheckIn {
  EventId check_in_id;  // nil: the newest one in progress, else a new one
  std::string monitor_slug;
  CheckInStatus status = CheckInStatus::kOk;
  std::optional<double> duration;  // seconds
  std::string environment;         // valid or empty
  std::string release;             // valid or empty
  std::string trace_id;            // 32 digits or empty
  // Absent when the client sent none, or one that does not hold: then the monitor stays as it is.
  std::optional<MonitorConfig> config;
};

// Error: kInvalidCheckIn.
Result<CheckIn> ParseCheckIn(std::string_view payload);

// GET and POST …/cron/{slug}/…: the query, or for POST with a body the body instead.
// Errors: kInvalidCheckIn (a missing status, too).
Result<CheckIn> ParseCronRequest(std::string_view monitor_slug, std::string_view query,
                                 std::string_view body);

// An invalid schedule or an unknown time zone: std::nullopt.
std::optional<MonitorConfig> ParseMonitorConfig(const json::Object& config);

}  // namespace gatehouse::ingest
