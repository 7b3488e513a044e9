#include "region/ingest/protocol/time_text.h"

#include <cmath>
#include <cstdint>

namespace gatehouse::ingest {
namespace {

constexpr std::int64_t kMinSeconds = -62'135'596'800;  // 0001-01-01
constexpr std::int64_t kMaxSeconds = 253'402'300'799;  // 9999-12-31T23:59:59

// Days since 1970-01-01 of a date of the proleptic Gregorian calendar.
std::int64_t DaysFromCivil(std::int64_t y, int m, int d) {
  return std::chrono::sys_days(std::chrono::year(static_cast<int>(y)) /
                               std::chrono::month(static_cast<unsigned>(m)) /
                               std::chrono::day(static_cast<unsigned>(d)))
      .time_since_epoch()
      .count();
}

bool ReadDigits(std::string_view& text, std::size_t count, int& out) {
  if (text.size() < count) return false;
  out = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    out = out * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return true;
}

bool Skip(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// "", "Z", "+02:00", "-0800": minutes east of UTC.
std::optional<int> ReadOffset(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return 0;
  int sign = text.front() == '-' ? -1 : 1;
  if (text.front() != '+' && text.front() != '-') return std::nullopt;
  text.remove_prefix(1);
  int hours = 0;
  int minutes = 0;
  if (!ReadDigits(text, 2, hours)) return std::nullopt;
  Skip(text, ':');
  if (!text.empty() && !ReadDigits(text, 2, minutes)) return std::nullopt;
  if (!text.empty() || hours > 23 || minutes > 59) return std::nullopt;
  return sign * (hours * 60 + minutes);
}

}  // namespace

std::optional<Timestamp> ParseRfc3339(std::string_view text) {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!ReadDigits(text, 4, year) || !Skip(text, '-') || !ReadDigits(text, 2, month) ||
      !Skip(text, '-') || !ReadDigits(text, 2, day)) {
    return std::nullopt;
  }
  std::chrono::year_month_day date(std::chrono::year(year),
                                   std::chrono::month(static_cast<unsigned>(month)),
                                   std::chrono::day(static_cast<unsigned>(day)));
  if (year == 0 || !date.ok()) return std::nullopt;
  if (text.empty() || (text.front() != 'T' && text.front() != 't' && text.front() != ' ')) {
    return std::nullopt;
  }
  text.remove_prefix(1);
  if (!ReadDigits(text, 2, hour) || !Skip(text, ':') || !ReadDigits(text, 2, minute) ||
      !Skip(text, ':') || !ReadDigits(text, 2, second)) {
    return std::nullopt;
  }
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
  std::int64_t micros = 0;
  if (Skip(text, '.')) {
    std::int64_t unit = 100'000;
    std::size_t digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
      micros += (text.front() - '0') * unit;
      unit /= 10;
      text.remove_prefix(1);
      ++digits;
    }
    if (digits == 0) return std::nullopt;
  }
  std::optional<int> offset = ReadOffset(text);
  if (!offset) return std::nullopt;
  std::int64_t seconds =
      DaysFromCivil(year, month, day) * 86'400 + hour * 3600 + minute * 60 + second - *offset * 60;
  if (seconds < kMinSeconds || seconds > kMaxSeconds) return std::nullopt;
  return Timestamp{seconds * 1'000'000 + micros};
}

std::optional<Timestamp> FromUnixSeconds(double seconds) {
  if (!(seconds >= static_cast<double>(kMinSeconds) &&
        seconds <= static_cast<double>(kMaxSeconds))) {
    return std::nullopt;  // NaN, too
  }
  return Timestamp{std::llround(seconds * 1e6)};
}

std::optional<Timestamp> ParseTime(const json::Value& value) {
  if (value.is_string()) {
    const auto& text = value.get_string();
    return ParseRfc3339({text.data(), text.size()});
  }
  if (value.is_double()) return FromUnixSeconds(value.get_double());
  if (value.is_int64()) return FromUnixSeconds(static_cast<double>(value.get_int64()));
  return std::nullopt;
}

std::string FormatWithOffset(Timestamp t) {
  std::string text = FormatIso8601(t);  // always with six digits and 'Z'
  text.pop_back();
  if (text.ends_with(".000000")) text.resize(text.size() - 7);
  return text + "+00:00";
}

}  // namespace gatehouse::ingest
