#include "region/eventstore/transactions.h"

#include <algorithm>
#include <charconv>

namespace gatehouse::eventstore {
namespace {

// The smallest one that `percent` of all do not exceed. REQUIRES: sorted, not empty.
Duration Percentile(const std::vector<Duration>& sorted, std::size_t percent) {
  const std::size_t rank = (sorted.size() * percent + 99) / 100;
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

}  // namespace

bool IsFailure(std::string_view status) {
  return !status.empty() && status != "ok" && status != "cancelled" && status != "unknown";
}

std::string_view TransactionStatus(const StoredEvent& event) {
  for (const auto& [key, value] : event.tags) {
    if (key == kTagTransactionStatus) return value;
  }
  return {};
}

StoredItem ToItem(const Segment& segment, std::int64_t project_id) {
  StoredItem item;
  item.project_id = project_id;
  item.type = kItemSegment;
  item.id = segment.span_id;
  item.timestamp = segment.start;
  item.text = segment.name;
  item.fields = {{"duration", std::to_string(segment.duration.count())},
                 {"status", segment.status},
                 {"trace_id", segment.trace_id}};
  const auto put = [&item](const char* key, const std::string& value) {
    if (!value.empty()) item.fields.emplace_back(key, value);
  };
  put("op", segment.op);
  put("environment", segment.environment);
  put("release", segment.release);
  return item;
}

std::optional<Segment> SegmentOf(const StoredItem& item) {
  if (item.type != kItemSegment) return std::nullopt;
  Segment segment{.name = item.text, .span_id = item.id, .start = item.timestamp};
  for (const auto& [key, value] : item.fields) {
    if (key == "op") segment.op = value;
    if (key == "status") segment.status = value;
    if (key == "environment") segment.environment = value;
    if (key == "release") segment.release = value;
    if (key == "trace_id") segment.trace_id = value;
    if (key == "duration") {
      std::int64_t micros = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), micros);
      if (error == std::errc() && end == value.data() + value.size()) {
        segment.duration = Duration(micros);
      }
    }
  }
  return segment;
}

void TransactionTally::Add(const std::string& name, Duration duration, std::string_view status,
                           Timestamp at) {
  One& one = by_name_[name];
  one.durations.push_back(std::max(duration, Duration::zero()));
  if (IsFailure(status)) ++one.failed;
  one.last_seen = std::max(one.last_seen, at);
}

std::vector<TransactionGroup> TransactionTally::Groups() && {
  std::vector<TransactionGroup> groups;
  for (auto& [name, one] : by_name_) {
    std::ranges::sort(one.durations);
    groups.push_back({.name = name,
                      .count = static_cast<std::int64_t>(one.durations.size()),
                      .failed = one.failed,
                      .p50 = Percentile(one.durations, 50),
                      .p75 = Percentile(one.durations, 75),
                      .p95 = Percentile(one.durations, 95),
                      .last_seen = one.last_seen});
  }
  std::ranges::sort(groups, [](const TransactionGroup& a, const TransactionGroup& b) {
    return a.count != b.count ? a.count > b.count : a.name < b.name;
  });
  return groups;
}

}  // namespace gatehouse::eventstore
