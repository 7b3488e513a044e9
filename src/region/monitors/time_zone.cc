#include "region/monitors/time_zone.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>

namespace gatehouse::monitors {
namespace {

constexpr std::size_t kHeader = 44;
constexpr std::size_t kMaxFile = 256 * 1024;
constexpr std::size_t kMaxCounts = 10'000;
constexpr std::int64_t kDay = 86'400;

std::int64_t BigEndian(std::string_view bytes) {
  std::uint64_t out = 0;
  for (const char c : bytes) out = out << 8 | static_cast<std::uint8_t>(c);
  const unsigned unused = 64 - 8 * static_cast<unsigned>(bytes.size());
  return static_cast<std::int64_t>(out << unused) >> unused;
}

struct Counts {
  std::size_t utc = 0, standard = 0, leap = 0, times = 0, types = 0, names = 0;
  std::size_t Bytes(std::size_t time_size) const {
    return times * time_size + times + types * 6 + names + leap * (time_size + 4) + standard + utc;
  }
};

std::optional<Counts> ReadHeader(std::string_view file) {
  if (file.size() < kHeader || !file.starts_with("TZif") || file[4] < '2') return {};
  std::size_t numbers[6];
  for (std::size_t i = 0; i < 6; ++i) {
    const std::int64_t number = BigEndian(file.substr(20 + 4 * i, 4));
    if (number < 0 || number > static_cast<std::int64_t>(kMaxCounts)) return {};
    numbers[i] = static_cast<std::size_t>(number);
  }
  return Counts{numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]};
}

// Reads the TZ text behind the tables ("CET-1CEST,M3.5.0,M10.5.0/3").
class RuleText {
 public:
  explicit RuleText(std::string_view text) : rest_(text) {}
  bool done() const { return rest_.empty(); }
  bool Take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool Name() {
    if (Take('<')) {
      const std::size_t end = rest_.find('>');
      if (end == std::string_view::npos) return false;
      rest_.remove_prefix(end + 1);
      return true;
    }
    std::size_t size = 0;
    while (size < rest_.size() && ((rest_[size] >= 'a' && rest_[size] <= 'z') ||
                                   (rest_[size] >= 'A' && rest_[size] <= 'Z'))) {
      ++size;
    }
    rest_.remove_prefix(size);
    return size >= 3;
  }
  std::optional<int> Number() {
    int value = 0;
    std::size_t size = 0;
    while (size < rest_.size() && size < 4 && rest_[size] >= '0' && rest_[size] <= '9') {
      value = value * 10 + (rest_[size++] - '0');
    }
    rest_.remove_prefix(size);
    if (size == 0) return {};
    return value;
  }
  // [+-]h[:m[:s]] in seconds.
  std::optional<std::int64_t> Time() {
    const bool negative = Take('-');
    if (!negative) Take('+');
    const auto hours = Number();
    if (!hours || *hours > 167) return {};
    std::int64_t seconds = *hours * 3600;
    for (const int unit : {60, 1}) {
      if (!Take(':')) break;
      const auto part = Number();
      if (!part || *part > 59) return {};
      seconds += *part * unit;
    }
    return negative ? -seconds : seconds;
  }

 private:
  std::string_view rest_;
};

std::int64_t DaysTo(std::int64_t year, unsigned month, unsigned day) {
  using namespace std::chrono;
  return sys_days(std::chrono::year(static_cast<int>(year)) / std::chrono::month(month) /
                  std::chrono::day(day))
      .time_since_epoch()
      .count();
}

std::int64_t YearOf(std::int64_t local) {
  using namespace std::chrono;
  const auto days = floor<std::chrono::days>(sys_seconds(seconds(local)));
  return static_cast<int>(year_month_day(days).year());
}

}  // namespace

std::int64_t TimeZone::RuleDay::At(std::int64_t year) const {
  if (kind == 'M') {
    using namespace std::chrono;
    const auto y = std::chrono::year(static_cast<int>(year));
    const auto m = std::chrono::month(static_cast<unsigned>(month));
    const weekday wanted(static_cast<unsigned>(day));
    const sys_days at = week == 5 ? sys_days(y / m / wanted[last])
                                  : sys_days(y / m / wanted[static_cast<unsigned>(week)]);
    return at.time_since_epoch().count() * kDay + time;
  }
  std::int64_t number = day;
  if (kind == 'J') {
    const bool leap = std::chrono::year(static_cast<int>(year)).is_leap();
    number = day - 1 + (leap && day >= 60 ? 1 : 0);
  }
  return (DaysTo(year, 1, 1) + number) * kDay + time;
}

std::int64_t TimeZone::Rule::OffsetAt(std::int64_t utc) const {
  if (!has_daylight) return standard;
  const std::int64_t year = YearOf(utc + standard);
  const std::int64_t from = begin.At(year) - standard;
  const std::int64_t to = end.At(year) - daylight;
  const bool inside = from < to ? utc >= from && utc < to : utc >= from || utc < to;
  return inside ? daylight : standard;
}

std::optional<TimeZone::Rule> TimeZone::ParseRule(std::string_view text) {
  RuleText in(text);
  Rule rule;
  if (!in.Name()) return {};
  const auto west = in.Time();
  if (!west) return {};
  rule.standard = -*west;
  if (in.done()) return rule;
  if (!in.Name()) return {};
  rule.has_daylight = true;
  rule.daylight = rule.standard + 3600;
  if (!in.Take(',')) {
    const auto daylight_west = in.Time();
    if (!daylight_west || !in.Take(',')) return {};
    rule.daylight = -*daylight_west;
  }
  for (RuleDay* at : {&rule.begin, &rule.end}) {
    if (at == &rule.end && !in.Take(',')) return {};
    if (in.Take('M')) {
      const auto month = in.Number();
      if (!month || !in.Take('.')) return {};
      const auto week = in.Number();
      if (!week || !in.Take('.')) return {};
      const auto day = in.Number();
      if (!day || *month < 1 || *month > 12 || *week < 1 || *week > 5 || *day > 6) return {};
      at->month = *month;
      at->week = *week;
      at->day = *day;
    } else {
      at->kind = in.Take('J') ? 'J' : 'N';
      const auto day = in.Number();
      if (!day || *day > 365 || (at->kind == 'J' && *day < 1)) return {};
      at->day = *day;
    }
    if (in.Take('/')) {
      const auto time = in.Time();
      if (!time) return {};
      at->time = *time;
    }
  }
  if (!in.done()) return {};
  return rule;
}

std::optional<TimeZone> TimeZone::Parse(std::string_view file) {
  // The first block is for old readers: 32 bits.
  const auto old = ReadHeader(file);
  if (!old || file.size() < kHeader + old->Bytes(4)) return {};
  file.remove_prefix(kHeader + old->Bytes(4));
  const auto counts = ReadHeader(file);
  if (!counts || counts->types == 0 || file.size() < kHeader + counts->Bytes(8)) return {};
  const std::string_view footer = file.substr(kHeader + counts->Bytes(8));
  std::string_view data = file.substr(kHeader);
  const std::string_view types = data.substr(counts->times * 9, counts->types * 6);
  const auto offset_of = [&](std::size_t type) { return BigEndian(types.substr(type * 6, 4)); };
  TimeZone zone;
  zone.before_ = offset_of(0);
  for (std::size_t i = 0; i < counts->times; ++i) {
    const auto type = static_cast<std::uint8_t>(data[counts->times * 8 + i]);
    const std::int64_t at = BigEndian(data.substr(i * 8, 8));
    if (type >= counts->types || (!zone.times_.empty() && at <= zone.times_.back())) return {};
    zone.times_.push_back(at);
    zone.offsets_.push_back(offset_of(type));
  }
  for (std::size_t i = 0; i < counts->types; ++i) {
    if (offset_of(i) < -kDay || offset_of(i) > kDay) return {};
  }
  if (footer.size() > 2 && footer.front() == '\n' && footer.back() == '\n') {
    zone.after_ = ParseRule(footer.substr(1, footer.size() - 2));
    if (!zone.after_) return {};
  }
  return zone;
}

std::int64_t TimeZone::OffsetAt(std::int64_t utc) const {
  if (after_ && (times_.empty() || utc >= times_.back())) return after_->OffsetAt(utc);
  const auto next = std::ranges::upper_bound(times_, utc);
  if (next == times_.begin()) return before_;
  return offsets_[static_cast<std::size_t>(next - times_.begin()) - 1];
}

TimeZone::Moments TimeZone::ToUtc(std::int64_t local) const {
  // An offset that holds around here: a day before and a day after, as no zone changes twice in
  // two.
  const std::int64_t earlier = OffsetAt(local - kDay);
  const std::int64_t later = OffsetAt(local + kDay);
  const std::int64_t a = local - earlier;
  const std::int64_t b = local - later;
  const bool a_shows = OffsetAt(a) == earlier;
  const bool b_shows = OffsetAt(b) == later;
  if (a_shows && b_shows) return {std::min(a, b), std::max(a, b), true};
  if (a_shows || b_shows) return {a_shows ? a : b, a_shows ? a : b, true};
  // Between them lies the change; find its second.
  std::int64_t low = local - kDay - earlier;
  std::int64_t high = local + kDay - later;
  while (low + 1 < high) {
    const std::int64_t middle = low + (high - low) / 2;
    (OffsetAt(middle) == earlier ? low : high) = middle;
  }
  return {high, high, false};
}

std::shared_ptr<const TimeZone> TimeZones::Find(const std::string& name) {
  std::lock_guard lock(mutex_);
  auto& known = known_[name];
  if (known) return known;
  std::optional<TimeZone> zone;
  const bool plain = !name.empty() && name.size() < 64 && name.front() != '/' &&
                     name.find("..") == std::string::npos;
  if (plain) {
    std::ifstream in(folder_ / name, std::ios::binary);
    std::string file;
    if (in) file.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    if (file.size() <= kMaxFile) zone = TimeZone::Parse(file);
  }
  known = std::make_shared<const TimeZone>(zone ? std::move(*zone) : TimeZone::Utc());
  return known;
}

}  // namespace gatehouse::monitors
