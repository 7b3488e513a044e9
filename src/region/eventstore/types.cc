#include "region/eventstore/types.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace gatehouse::eventstore {
namespace {

std::optional<std::int64_t> ParseNumber(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return {};
  return value;
}

}  // namespace

std::string Cursor::ToString() const {
  return std::to_string(time.micros) + ":" + std::to_string(row);
}

std::optional<Cursor> Cursor::Parse(std::string_view text) {
  const auto [time, row] = SplitOnce(text, ':');
  const auto micros = ParseNumber(time);
  const auto number = ParseNumber(row);
  if (!micros || !number) return {};
  return Cursor{Timestamp{*micros}, *number};
}

std::int64_t FirstBucketHour(const CountQuery& query) {
  constexpr std::int64_t kHour = 3'600'000'000;
  const std::int64_t bucket = std::max<std::int64_t>(query.bucket_hours, 1);
  return std::max<std::int64_t>(query.range.from.micros, 0) / kHour / bucket * bucket;
}

}  // namespace gatehouse::eventstore
