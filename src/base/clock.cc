#include "base/clock.h"

#include <fmt/format.h>

#include <array>
#include <ctime>

namespace gatehouse {
namespace {

std::tm ToUtc(Timestamp t) {
  // Floor division, so that times before 1970 keep positive fractions.
  std::int64_t seconds = t.micros / 1'000'000;
  if (t.micros % 1'000'000 < 0) --seconds;
  std::time_t tt = static_cast<std::time_t>(seconds);
  std::tm tm{};
  gmtime_r(&tt, &tm);
  return tm;
}

}  // namespace

std::string FormatIso8601(Timestamp t) {
  std::tm tm = ToUtc(t);
  std::int64_t fraction = ((t.micros % 1'000'000) + 1'000'000) % 1'000'000;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", tm.tm_year + 1900, tm.tm_mon + 1,
                     tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, fraction);
}

std::string FormatHuman(Timestamp t) {
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm tm = ToUtc(t);
  return fmt::format("{} {} {}, {:02}:{:02} UTC", tm.tm_mday,
                     kMonths[static_cast<std::size_t>(tm.tm_mon)], tm.tm_year + 1900, tm.tm_hour,
                     tm.tm_min);
}

Timestamp SystemClock::Now() const {
  using std::chrono::system_clock;
  auto since = system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<Duration>(since).count()};
}

Duration SystemClock::Monotonic() const {
  auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<Duration>(since);
}

}  // namespace gatehouse
