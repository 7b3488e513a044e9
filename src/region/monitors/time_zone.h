#pragma once

// Local time of the world's zones, from the files of the time zone database (TZif, RFC 9636).

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::monitors {

// Seconds since the epoch, UTC; and the same count of a wall clock ("local").
class TimeZone {
 public:
  // What a file holds. std::nullopt if it is not of version 2 or later, or damaged.
  static std::optional<TimeZone> Parse(std::string_view file);
  static TimeZone Utc() { return {}; }

  std::int64_t OffsetAt(std::int64_t utc) const;  // seconds east of Greenwich
  std::int64_t ToLocal(std::int64_t utc) const { return utc + OffsetAt(utc); }

  // When the wall clock shows `local`: once, twice (clocks were set back; earlier first), or never
  // (they were set forward): then the moment of the change, with `exists` false.
  struct Moments {
    std::int64_t first = 0;
    std::int64_t second = 0;  // as `first` if it shows it once
    bool exists = true;
  };
  Moments ToUtc(std::int64_t local) const;

 private:
  // "M3.2.0/2" and its siblings.
  struct RuleDay {
    char kind = 'M';  // M: month.week.weekday; J: day 1..365 without leap days; N: day 0..365
    int month = 0, week = 0, day = 0;
    std::int64_t time = 7200;
    std::int64_t At(std::int64_t year) const;  // local seconds
  };
  struct Rule {
    std::int64_t standard = 0;
    std::int64_t daylight = 0;
    bool has_daylight = false;
    RuleDay begin, end;
    std::int64_t OffsetAt(std::int64_t utc) const;
  };
  static std::optional<Rule> ParseRule(std::string_view text);

  std::vector<std::int64_t> times_;    // of changes, ascending
  std::vector<std::int64_t> offsets_;  // from each of them on
  std::int64_t before_ = 0;            // ahead of the first
  std::optional<Rule> after_;          // from the last on
};

// Zones by name, read once each. A name that is not a plain one, or has no file, is UTC.
// Thread-safe.
class TimeZones {
 public:
  explicit TimeZones(std::filesystem::path folder = "/usr/share/zoneinfo")
      : folder_(std::move(folder)) {}
  std::shared_ptr<const TimeZone> Find(const std::string& name);

 private:
  const std::filesystem::path folder_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const TimeZone>> known_;
};

}  // namespace gatehouse::monitors
