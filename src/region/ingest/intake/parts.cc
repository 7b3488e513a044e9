#include "region/ingest/intake/parts.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace gatehouse::ingest {
namespace {

constexpr std::string_view kHeader = "part";

struct PartHeader {
  std::string_view id;
  std::size_t number = 0;  // from 0
  std::size_t count = 1;
};

std::size_t NumberOf(std::string_view text) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// "<id> <number> <count>"
PartHeader PartOf(const stream::Record& record) {
  for (const auto& [name, value] : record.headers) {
    if (name != kHeader) continue;
    const std::vector<std::string_view> words = Split(value, ' ');
    if (words.size() == 3) return {words[0], NumberOf(words[1]), NumberOf(words[2])};
  }
  return {};
}

}  // namespace

std::vector<stream::Record> SplitRecord(stream::Record record, const std::string& id) {
  std::vector<stream::Record> out;
  if (record.payload.size() <= kPartBytes) {
    out.push_back(std::move(record));
    return out;
  }
  const std::string payload = std::move(record.payload);
  const std::size_t count = (payload.size() + kPartBytes - 1) / kPartBytes;
  for (std::size_t i = 0; i < count; ++i) {
    stream::Record part{.key = record.key, .headers = record.headers};
    part.headers.emplace_back(kHeader, id + " " + std::to_string(i) + " " + std::to_string(count));
    part.payload = payload.substr(i * kPartBytes, kPartBytes);
    out.push_back(std::move(part));
  }
  return out;
}

std::size_t MissingParts(const std::vector<stream::StoredRecord>& records) {
  if (records.empty()) return 0;
  const PartHeader last = PartOf(records.back().record);
  return last.number + 1 < last.count ? last.count - last.number - 1 : 0;
}

void JoinParts(std::vector<stream::StoredRecord>& records) {
  const bool any = std::ranges::any_of(
      records, [](const auto& stored) { return PartOf(stored.record).count > 1; });
  if (!any) return;
  std::vector<stream::StoredRecord> out;
  for (std::size_t at = 0; at < records.size();) {
    const PartHeader first = PartOf(records[at].record);
    if (first.count <= 1) {
      out.push_back(std::move(records[at++]));
      continue;
    }
    std::string payload;
    std::size_t parts = 0;
    while (at + parts < records.size()) {
      const PartHeader part = PartOf(records[at + parts].record);
      if (part.id != first.id || part.number != parts || part.count != first.count) break;
      payload += records[at + parts].record.payload;
      ++parts;
    }
    if (parts == first.count) {
      stream::StoredRecord whole = std::move(records[at + parts - 1]);
      whole.record.payload = std::move(payload);
      out.push_back(std::move(whole));
    }
    at += std::max<std::size_t>(parts, 1);
  }
  records = std::move(out);
}

}  // namespace gatehouse::ingest
