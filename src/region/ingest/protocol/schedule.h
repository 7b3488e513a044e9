#pragma once

// When a monitored job should run: crontab lines and intervals, checked and in a form that can be
// asked.

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/json/json.h"

namespace gatehouse::ingest {

// "minute hour day month weekday" with lists, ranges, steps and English names, or "@daily" and its
// siblings. As in cron(8): a day matches if the day of the month or the weekday does, unless one of
// the two is "*".
class Crontab {
 public:
  // std::nullopt if it is not a crontab line or can never come due (30 February).
  static std::optional<Crontab> Parse(std::string_view line);

  // `month` 1..12, `day` 1..31, `weekday` 0..6 from Sunday: wall clock of the schedule's time zone.
  bool MatchesDay(unsigned month, unsigned day, unsigned weekday) const;
  bool MatchesTime(unsigned hour, unsigned minute) const;

 private:
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<7> weekdays_;
  bool any_day_ = false;
  bool any_weekday_ = false;
};

enum class IntervalUnit : std::uint8_t { kYear, kMonth, kWeek, kDay, kHour, kMinute };
std::string_view IntervalUnitName(IntervalUnit unit);

struct MonitorSchedule {
  bool is_crontab = false;
  std::string crontab;  // as sent, trimmed
  std::int64_t interval = 0;
  IntervalUnit unit = IntervalUnit::kMinute;

  bool operator==(const MonitorSchedule&) const = default;
};

// {"type":"crontab","value":"…"} or {"type":"interval","value":n,"unit":"…"}.
std::optional<MonitorSchedule> ParseSchedule(const json::Object& schedule);
json::Object ToJson(const MonitorSchedule& schedule);

}  // namespace gatehouse::ingest
