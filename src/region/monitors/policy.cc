#include "region/monitors/policy.h"

#include <algorithm>
#include <chrono>

namespace gatehouse::monitors {
namespace {

constexpr std::int64_t kMinuteSeconds = 60;
constexpr std::int64_t kDaySeconds = 86'400;
// 29 February on a Monday comes within 28 years; what takes longer is as good as never.
constexpr std::int64_t kMaxDays = 366 * 29;

std::int64_t FloorDiv(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

std::int64_t NextCrontab(const ingest::Crontab& line, const TimeZone& zone, std::int64_t after) {
  using namespace std::chrono;
  bool every_hour = true;
  for (unsigned minute = 0; minute < 60; ++minute) {
    for (unsigned hour = 1; hour < 24; ++hour) {
      every_hour = every_hour && line.MatchesTime(hour, minute) == line.MatchesTime(0, minute);
    }
  }
  // A day early: the wall clock may have been set back over midnight.
  const std::int64_t first_day = FloorDiv(zone.ToLocal(after), kDaySeconds) - 1;
  std::optional<std::int64_t> best;
  for (std::int64_t day = first_day; day < first_day + kMaxDays; ++day) {
    const year_month_day date{sys_days(days(day))};
    const weekday weekday_of{sys_days(days(day))};
    if (!line.MatchesDay(static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                         weekday_of.c_encoding())) {
      continue;
    }
    for (unsigned hour = 0; hour < 24; ++hour) {
      for (unsigned minute = 0; minute < 60; ++minute) {
        if (!line.MatchesTime(hour, minute)) continue;
        const TimeZone::Moments moments =
            zone.ToUtc(day * kDaySeconds + hour * 3600 + minute * kMinuteSeconds);
        // A line of every hour runs when the clock shows something it names, not when it skips it.
        if (!moments.exists && every_hour) continue;
        for (const std::int64_t at : {moments.first, every_hour ? moments.second : moments.first}) {
          if (at > after && (!best || at < *best)) best = at;
        }
      }
    }
    // The next day cannot be earlier, but where two hours are shown twice.
    if (best && *best < zone.ToUtc((day + 1) * kDaySeconds).first) return *best;
  }
  return best.value_or(after + kMaxDays * kDaySeconds);
}

std::int64_t AddMonths(std::int64_t at, std::int64_t months) {
  using namespace std::chrono;
  const std::int64_t day = FloorDiv(at, kDaySeconds);
  const year_month_day date{sys_days(days(day))};
  const year_month month =
      date.year() / date.month() + std::chrono::months(static_cast<int>(months));
  const auto last_day = (month / last).day();
  const sys_days moved = month / std::min(date.day(), last_day);
  return moved.time_since_epoch().count() * kDaySeconds + (at - day * kDaySeconds);
}

std::int64_t NextInterval(const ingest::MonitorSchedule& schedule, const TimeZone& zone,
                          std::int64_t after) {
  using Unit = ingest::IntervalUnit;
  const std::int64_t n = std::clamp<std::int64_t>(schedule.interval, 1, 100'000);
  const auto on_the_wall = [&](auto move) { return zone.ToUtc(move(zone.ToLocal(after))).first; };
  switch (schedule.unit) {
    case Unit::kYear:
      return on_the_wall(
          [&](std::int64_t at) { return AddMonths(at, std::min<std::int64_t>(n, 100) * 12); });
    case Unit::kMonth:
      return on_the_wall(
          [&](std::int64_t at) { return AddMonths(at, std::min<std::int64_t>(n, 1200)); });
    case Unit::kWeek:
      return on_the_wall([&](std::int64_t at) { return at + n * 7 * kDaySeconds; });
    case Unit::kDay:
      return on_the_wall([&](std::int64_t at) { return at + n * kDaySeconds; });
    case Unit::kHour:
      return after + n * 3600;
    case Unit::kMinute:
      return after + n * kMinuteSeconds;
  }
  return after + kDaySeconds;
}

void PutCount(json::Object& out, std::string_view key, const std::optional<std::int64_t>& value) {
  if (value) out[key] = *value;
}

}  // namespace

Timestamp NextDue(const ingest::MonitorSchedule& schedule, const TimeZone& zone, Timestamp after) {
  const std::int64_t seconds = FloorDiv(after.Seconds(), kMinuteSeconds) * kMinuteSeconds;
  if (!schedule.is_crontab) return Timestamp::FromSeconds(NextInterval(schedule, zone, seconds));
  const auto line = ingest::Crontab::Parse(schedule.crontab);
  if (!line) return Timestamp::FromSeconds(seconds + kDaySeconds);
  return Timestamp::FromSeconds(NextCrontab(*line, zone, seconds));
}

void Expect(const Config& config, const TimeZone& zone, Timestamp at, Environment& environment) {
  environment.next_check_in = NextDue(config.schedule, zone, at);
  environment.next_latest = *environment.next_check_in +
                            std::chrono::minutes(config.checkin_margin.value_or(kDefaultMargin));
}

bool IsFailing(const Environment& environment) {
  return environment.status != "ok" && environment.status != "active";
}

void Settle(const Config& config, std::string_view status, Environment& environment) {
  const bool failing = IsFailing(environment);
  if (status == "ok") {
    environment.failures = 0;
    ++environment.recoveries;
    if (!failing || environment.recoveries >= config.recovery_threshold.value_or(1)) {
      environment.status = "ok";
      environment.recoveries = 0;
    }
    return;
  }
  environment.recoveries = 0;
  ++environment.failures;
  if (!failing && environment.failures < config.failure_issue_threshold.value_or(1)) return;
  environment.status = status == "missed" ? "missed_checkin" : std::string(status);
}

Timestamp TimeoutOf(const Config& config, Timestamp started) {
  // Judged once a minute: a whole one, after the last that is allowed.
  const std::int64_t seconds = FloorDiv(started.Seconds(), kMinuteSeconds) * kMinuteSeconds;
  return Timestamp::FromSeconds(seconds +
                                (config.max_runtime.value_or(kDefaultMaxRuntime)) * kMinuteSeconds);
}

json::Object ShowConfig(const Config& config) {
  json::Object out{{"schedule_type", config.schedule.is_crontab ? "crontab" : "interval"}};
  if (config.schedule.is_crontab) {
    out["schedule"] = config.schedule.crontab;
  } else {
    out["schedule"] =
        json::Array{config.schedule.interval, ingest::IntervalUnitName(config.schedule.unit)};
  }
  const auto show = [&out](std::string_view key, const std::optional<std::int64_t>& value) {
    out[key] = value ? json::Value(*value) : json::Value(nullptr);
  };
  show("checkin_margin", config.checkin_margin);
  show("max_runtime", config.max_runtime);
  show("failure_issue_threshold", config.failure_issue_threshold);
  show("recovery_threshold", config.recovery_threshold);
  out["timezone"] = config.timezone;
  return out;
}

json::Object ToJson(const Config& config) {
  json::Object out{{"schedule", ingest::ToJson(config.schedule)}, {"timezone", config.timezone}};
  PutCount(out, "checkin_margin", config.checkin_margin);
  PutCount(out, "max_runtime", config.max_runtime);
  PutCount(out, "failure_issue_threshold", config.failure_issue_threshold);
  PutCount(out, "recovery_threshold", config.recovery_threshold);
  if (!config.owner.empty()) out["owner"] = config.owner;
  return out;
}

std::optional<Config> ReadConfig(const json::Object& config) {
  const auto type = json::GetString(config, "schedule_type");
  if (!type) return ingest::ParseMonitorConfig(config);
  json::Object other = config;
  json::Object schedule{{"type", *type}};
  if (*type == "crontab") {
    schedule["value"] = json::GetString(config, "schedule").value_or("");
  } else if (const json::Array* pair = json::GetArray(config, "schedule");
             pair != nullptr && pair->size() == 2) {
    schedule["value"] = (*pair)[0];
    schedule["unit"] = (*pair)[1];
  }
  other["schedule"] = std::move(schedule);
  return ingest::ParseMonitorConfig(other);
}

}  // namespace gatehouse::monitors
