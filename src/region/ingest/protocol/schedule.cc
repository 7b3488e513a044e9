#include "region/ingest/protocol/schedule.h"

#include <array>
#include <charconv>
#include <span>
#include <vector>

#include "base/text.h"

namespace gatehouse::ingest {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays = {"sun", "mon", "tue", "wed",
                                                       "thu", "fri", "sat"};
constexpr std::array<std::string_view, 6> kUnits = {"year", "month", "week",
                                                    "day",  "hour",  "minute"};

struct Field {
  unsigned min;
  unsigned max;
  std::span<const std::string_view> names;  // of the values from `min` on
};

std::optional<unsigned> Number(std::string_view text, const Field& field) {
  for (std::size_t i = 0; i < field.names.size(); ++i) {
    if (EqualsIgnoreCase(text, field.names[i])) return static_cast<unsigned>(i) + field.min;
  }
  unsigned value = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value < field.min || value > field.max) return std::nullopt;
  return value;
}

// One field: "*", "a", "a-b", "a-b/n", "*/n", and lists of them.
template <std::size_t N>
bool ReadField(std::string_view text, const Field& field, std::bitset<N>& out) {
  for (std::string_view item : Split(text, ',')) {
    auto [range, step_text] = SplitOnce(item, '/');
    bool stepped = item.find('/') != std::string_view::npos;
    unsigned step = 1;
    if (stepped) {
      auto [end, ec] = std::from_chars(step_text.data(), step_text.data() + step_text.size(), step);
      if (ec != std::errc() || end != step_text.data() + step_text.size() || step == 0)
        return false;
    }
    unsigned from = field.min;
    unsigned to = field.max;
    if (range != "*" && range != "?") {
      auto [low, high] = SplitOnce(range, '-');
      auto first = Number(low, field);
      if (!first) return false;
      from = *first;
      if (range.find('-') != std::string_view::npos) {
        auto last = Number(high, field);
        if (!last || *last < from) return false;
        to = *last;
      } else if (!stepped) {
        to = from;
      }
    }
    for (unsigned value = from; value <= to; value += step) out.set(value % N);
  }
  return true;
}

bool IsStar(std::string_view text) { return text.starts_with('*') || text == "?"; }

std::string_view Nickname(std::string_view line) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kNicknames = {{
      {"@yearly", "0 0 1 1 *"},
      {"@annually", "0 0 1 1 *"},
      {"@monthly", "0 0 1 * *"},
      {"@weekly", "0 0 * * 0"},
      {"@daily", "0 0 * * *"},
      {"@midnight", "0 0 * * *"},
      {"@hourly", "0 * * * *"},
  }};
  for (auto [name, fields] : kNicknames) {
    if (EqualsIgnoreCase(line, name)) return fields;
  }
  return line;
}

}  // namespace

std::optional<Crontab> Crontab::Parse(std::string_view line) {
  line = Trim(line);
  if (line.size() > 1024) return std::nullopt;
  line = Nickname(line);
  std::vector<std::string_view> fields;
  for (std::string_view field : Split(line, ' ')) {
    if (!field.empty()) fields.push_back(field);
  }
  if (fields.size() != 5) return std::nullopt;
  Crontab out;
  std::bitset<32> days;
  bool ok = ReadField(fields[0], {0, 59, {}}, out.minutes_) &&
            ReadField(fields[1], {0, 23, {}}, out.hours_) &&
            ReadField(fields[2], {1, 31, {}}, days) &&
            ReadField(fields[3], {1, 12, kMonths}, out.months_) &&
            ReadField(fields[4], {0, 7, kWeekdays}, out.weekdays_);  // 7 is Sunday, too
  if (!ok) return std::nullopt;
  out.days_ = days;
  out.any_day_ = IsStar(fields[2]);
  out.any_weekday_ = IsStar(fields[4]);

  if (out.any_weekday_ && !out.any_day_) {
    constexpr std::array<unsigned, 13> kLongest = {0,  31, 29, 31, 30, 31, 30,
                                                   31, 31, 30, 31, 30, 31};
    bool possible = false;
    for (unsigned month = 1; month <= 12; ++month) {
      for (unsigned day = 1; day <= kLongest[month]; ++day) {
        possible = possible || (out.months_[month] && out.days_[day]);
      }
    }
    if (!possible) return std::nullopt;
  }
  return out;
}

bool Crontab::MatchesDay(unsigned month, unsigned day, unsigned weekday) const {
  if (month > 12 || day > 31 || weekday > 6 || !months_[month]) return false;
  bool by_day = days_[day];
  bool by_weekday = weekdays_[weekday];
  return any_day_ || any_weekday_ ? by_day && by_weekday : by_day || by_weekday;
}

bool Crontab::MatchesTime(unsigned hour, unsigned minute) const {
  return hour < 24 && minute < 60 && hours_[hour] && minutes_[minute];
}

std::string_view IntervalUnitName(IntervalUnit unit) {
  return kUnits[static_cast<std::size_t>(unit)];
}

std::optional<MonitorSchedule> ParseSchedule(const json::Object& schedule) {
  MonitorSchedule out;
  std::string_view type = json::GetString(schedule, "type").value_or("");
  if (type == "crontab") {
    auto line = json::GetString(schedule, "value");
    if (!line || !Crontab::Parse(*line)) return std::nullopt;
    out.is_crontab = true;
    out.crontab = Trim(*line);
    return out;
  }
  if (type != "interval") return std::nullopt;
  auto value = json::GetInt(schedule, "value");
  if (!value || *value < 1 || *value > 1'000'000) return std::nullopt;
  out.interval = *value;
  std::string_view unit = json::GetString(schedule, "unit").value_or("");
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    if (kUnits[i] != unit) continue;
    out.unit = static_cast<IntervalUnit>(i);
    return out;
  }
  return std::nullopt;
}

json::Object ToJson(const MonitorSchedule& schedule) {
  json::Object out;
  if (schedule.is_crontab) {
    out["type"] = "crontab";
    out["value"] = schedule.crontab;
  } else {
    out["type"] = "interval";
    out["value"] = schedule.interval;
    out["unit"] = IntervalUnitName(schedule.unit);
  }
  return out;
}

}  // namespace gatehouse::ingest
