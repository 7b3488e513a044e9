#pragma once

// Monitored jobs and their check-ins.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "platform/json/json.h"
#include "region/ingest/protocol/check_in.h"
#include "region/projects/types.h"

namespace gatehouse {

using MonitorId = StrongId<struct MonitorTag>;

}  // namespace gatehouse

namespace gatehouse::monitors {

using Config = ingest::MonitorConfig;

// Minutes, and counts, where a configuration does not say.
inline constexpr std::int64_t kDefaultMargin = 1;
inline constexpr std::int64_t kDefaultMaxRuntime = 30;
inline constexpr std::string_view kDefaultEnvironment = "production";

struct Environment {
  std::string name;
  // active (nothing known yet), ok, error, missed_checkin, timeout
  std::string status = "active";
  std::int64_t failures = 0;    // in a row
  std::int64_t recoveries = 0;  // successes in a row after a failure
  std::optional<Timestamp> last_check_in = {};
  std::optional<Timestamp> next_check_in = {};
  std::optional<Timestamp> next_latest = {};  // later than this it is missed
  bool is_muted = false;                      // what goes wrong makes no issue
};

struct Monitor {
  MonitorId id;
  OrgId organization;
  ProjectId project;
  std::string guid;  // 32 hexadecimal digits: its id for others
  std::string slug;
  std::string name;
  bool is_active = true;
  bool is_muted = false;  // with all its environments
  Config config;
  std::int64_t version = 0;
  Timestamp created_at;
  std::vector<Environment> environments = {};
};

struct CheckIn {
  std::int64_t id = 0;
  std::string guid;
  std::string environment;
  std::string status;  // in_progress, ok, error, missed, timeout
  std::optional<std::int64_t> duration_millis = {};
  std::string release;
  std::string trace_id;
  std::optional<Timestamp> expected_at = {};
  std::optional<Timestamp> timeout_at = {};
  Timestamp created_at;
};

// What a monitor has to tell the issues of its project.
struct Occurrence {
  std::int64_t id = 0;
  OrgId organization;
  ProjectId project;
  MonitorId monitor;
  std::string environment;
  bool is_failure = true;  // else: it has recovered
  std::string check_in;    // public id of the run that did it
  json::Object data;       // slug, name, guid, status, …
  Timestamp at;
  std::optional<Timestamp> saved_at = {};
};

// A check-in as intake hands it on.
struct Arrived {
  OrgId organization;
  ProjectId project;
  ingest::CheckIn check_in;
  std::string new_guid;  // for one without an id: the same whenever the same record comes again
  Timestamp received;
};

// What became of it.
enum class Fate {
  kTaken,
  kNoMonitor,    // no such monitor, and no configuration to make one
  kDisabled,     // nobody wants to hear of it
  kRateLimited,  // too many of this monitor and environment in a minute
  kTooMany,      // the project has as many monitors as it may have
  kFinished,     // this check-in has ended already
};

}  // namespace gatehouse::monitors
