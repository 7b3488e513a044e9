#pragma once

// When a job is due, and what check-ins make of its state. Pure.

#include "platform/json/json.h"
#include "region/monitors/time_zone.h"
#include "region/monitors/types.h"

namespace gatehouse::monitors {

// The first moment after `after` at which the job should run: a whole minute. A crontab line is
// read on the zone's wall clock: a time that the clock skips is due when it skips; one that it
// shows twice is due the first time, unless the line names every hour. An interval counts from
// `after`.
Timestamp NextDue(const ingest::MonitorSchedule& schedule, const TimeZone& zone, Timestamp after);

// `at` was the last check-in, or the moment it should have come: sets when the next one is due.
void Expect(const Config& config, const TimeZone& zone, Timestamp at, Environment& environment);

// A check-in ended with `status` (ok, error, missed, timeout): counts it against the thresholds.
void Settle(const Config& config, std::string_view status, Environment& environment);

// Is the job's state one that people should know of?
bool IsFailing(const Environment& environment);

Timestamp TimeoutOf(const Config& config, Timestamp started);

// {"schedule_type", "schedule", "checkin_margin", "max_runtime", "timezone", …}: for the API.
json::Object ShowConfig(const Config& config);
// The form of a check-in's monitor_config: what is stored.
json::Object ToJson(const Config& config);
// Either form. std::nullopt for an invalid schedule or an unknown time zone.
std::optional<Config> ReadConfig(const json::Object& config);

}  // namespace gatehouse::monitors
