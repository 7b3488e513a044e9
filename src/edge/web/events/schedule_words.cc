#include "edge/web/events/schedule_words.h"

#include <array>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace gatehouse::web {

namespace {

std::optional<int> NumberOf(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

std::string TwoDigits(int number) { return (number < 10 ? "0" : "") + std::to_string(number); }

std::string Every(std::int64_t number, std::string_view unit) {
  if (number == 1) return "Every " + std::string(unit);
  return "Every " + std::to_string(number) + " " + std::string(unit) + "s";
}

std::optional<std::string> CrontabWords(std::string_view line) {
  constexpr std::array<std::string_view, 8> kDays = {"Sunday",   "Monday", "Tuesday",  "Wednesday",
                                                     "Thursday", "Friday", "Saturday", "Sunday"};
  if (line == "@hourly") return "Every hour";
  if (line == "@daily" || line == "@midnight") return "Every day at 00:00";
  if (line == "@weekly") return "Every Sunday at 00:00";
  if (line == "@monthly") return "On the first of every month at 00:00";
  if (line == "@yearly" || line == "@annually") return "On the first of January at 00:00";
  std::vector<std::string_view> parts;
  for (const std::string_view part : Split(line, ' ')) {
    if (!part.empty()) parts.push_back(part);
  }
  if (parts.size() != 5 || parts[3] != "*") return std::nullopt;
  const bool any_day = parts[2] == "*";
  const bool any_weekday = parts[4] == "*";
  const bool every_day = any_day && any_weekday;
  if (every_day && parts[1] == "*") {
    if (parts[0] == "*") return "Every minute";
    if (parts[0].starts_with("*/")) {
      const auto step = NumberOf(parts[0].substr(2));
      if (step && *step > 0 && 60 % *step == 0) return Every(*step, "minute");
      return std::nullopt;
    }
    const auto minute = NumberOf(parts[0]);
    if (minute) return "Every hour at minute " + std::to_string(*minute);
  }
  const auto minute = NumberOf(parts[0]);
  if (!minute) return std::nullopt;
  if (every_day && parts[1].starts_with("*/")) {
    const auto step = NumberOf(parts[1].substr(2));
    if (step && *step > 0 && 24 % *step == 0) {
      return Every(*step, "hour") + " at minute " + std::to_string(*minute);
    }
    return std::nullopt;
  }
  const auto hour = NumberOf(parts[1]);
  if (!hour) return std::nullopt;
  const std::string at = " at " + TwoDigits(*hour) + ":" + TwoDigits(*minute);
  if (every_day) return "Every day" + at;
  if (any_day) {
    const auto day = NumberOf(parts[4]);
    if (parts[4] == "1-5") return "Monday to Friday" + at;
    if (day && *day < 8) {
      return "Every " + std::string(kDays[static_cast<std::size_t>(*day)]) + at;
    }
    return std::nullopt;
  }
  const auto day = NumberOf(parts[2]);
  if (any_weekday && day) return "On day " + std::to_string(*day) + " of every month" + at;
  return std::nullopt;
}

}  // namespace

std::string ScheduleWords(const monitors::Config& config) {
  const ingest::MonitorSchedule& schedule = config.schedule;
  std::string words;
  if (!schedule.is_crontab) {
    words = Every(schedule.interval, ingest::IntervalUnitName(schedule.unit));
  } else if (auto known = CrontabWords(schedule.crontab)) {
    words = *std::move(known);
  } else {
    words = schedule.crontab;
  }
  if (schedule.is_crontab && config.timezone != "UTC") words += " (" + config.timezone + ")";
  return words;
}

}  // namespace gatehouse::web
