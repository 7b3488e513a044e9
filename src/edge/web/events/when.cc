#include "edge/web/events/when.h"

#include <algorithm>

namespace gatehouse::web {

namespace {

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

std::string Rounded(std::int64_t seconds) {
  if (seconds < kHour) return Counted(seconds / kMinute, "minute", "minutes");
  if (seconds < 2 * kDay) return Counted(seconds / kHour, "hour", "hours");
  if (seconds < 14 * kDay) return Counted(seconds / kDay, "day", "days");
  if (seconds < 60 * kDay) return Counted(seconds / (7 * kDay), "week", "weeks");
  if (seconds < 730 * kDay) return Counted(seconds / (30 * kDay), "month", "months");
  return Counted(seconds / (365 * kDay), "year", "years");
}

}  // namespace

std::string Ago(Timestamp time, Timestamp now) {
  const std::int64_t seconds = (now - time).count() / 1'000'000;
  if (seconds >= kMinute) return Rounded(seconds) + " ago";
  if (seconds <= -kMinute) return "in " + Rounded(-seconds);
  return "just now";
}

void AddTime(html::Data& data, std::string_view name, Timestamp time, Timestamp now) {
  data.Add(std::string(name))
      .Set("ISO", FormatIso8601(time))
      .Set("HUMAN", FormatHuman(time))
      .Set("AGO", Ago(time, now));
}

std::string Grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  const std::size_t begin = number < 0 ? 1 : 0;
  for (std::size_t at = text.size(); at > begin + 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string Counted(std::int64_t number, std::string_view one, std::string_view many) {
  return Grouped(number) + " " + std::string(number == 1 ? one : many);
}

std::string Bars(const std::vector<std::int64_t>& numbers, int width, int height) {
  if (numbers.empty()) return {};
  const std::int64_t highest = std::max<std::int64_t>(*std::ranges::max_element(numbers), 1);
  const int step = std::max(width / static_cast<int>(numbers.size()), 2);
  std::string path;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] <= 0) continue;
    const auto bar = static_cast<int>(
        static_cast<double>(numbers[i]) / static_cast<double>(highest) * (height - 2) + 2.0);
    path += "M" + std::to_string(static_cast<int>(i) * step) + " " + std::to_string(height) + "v-" +
            std::to_string(std::min(bar, height)) + "h" + std::to_string(step - 1) + "v" +
            std::to_string(std::min(bar, height)) + "z";
  }
  return path;
}

}  // namespace gatehouse::web
