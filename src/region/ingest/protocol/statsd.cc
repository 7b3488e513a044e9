#include "region/ingest/protocol/statsd.h"

#include <charconv>
#include <cmath>

#include "base/text.h"
#include "region/ingest/protocol/json_text.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kMaxLines = 10'000;
constexpr std::size_t kMaxName = 200;
constexpr std::size_t kMaxTags = 50;
constexpr std::size_t kMaxValues = 1'000;
constexpr double kMaxStatsdSeconds = 9e12;

std::optional<double> Number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return {};
  return value;
}

bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == '/';
}

// What is no name byte becomes '_', runs of it one; std::nullopt if it does not begin with a
// letter.
std::optional<std::string> CleanName(std::string_view text) {
  if (text.empty() || text.size() > kMaxName) return {};
  const char first = text.front();
  if (!((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z'))) return {};
  std::string out;
  for (const char c : text) {
    if (IsNameByte(c)) {
      out += c;
    } else if (out.back() != '_') {
      out += '_';
    }
  }
  return out;
}

std::optional<StatsdRecord> ParseLine(std::string_view line) {
  const std::vector<std::string_view> parts = Split(line, '|');
  if (parts.size() < 2) return {};
  const auto [mri, values] = SplitOnce(parts[0], ':');
  StatsdRecord out;
  auto [name, unit] = SplitOnce(mri, '@');
  // "c:custom/name@unit" names type and namespace, too.
  auto clean = CleanName(name);
  if (!clean || values.empty()) return {};
  out.name = std::move(*clean);
  out.unit = unit.empty() ? "none" : std::string(unit.substr(0, 15));
  for (const char c : out.unit) {
    if (!IsNameByte(c)) return {};
  }
  const std::string_view type = parts[1];
  if (type == "c" || type == "d" || type == "g" || type == "s") {
    out.type = type.front();
  } else if (type == "ms" || type == "h") {
    out.type = 'd';
    if (type == "ms" && unit.empty()) out.unit = "millisecond";
  } else {
    return {};
  }
  for (const std::string_view value : Split(values, ':')) {
    if (out.values.size() + out.words.size() >= kMaxValues) return {};
    if (out.type == 's') {
      if (value.empty()) return {};
      out.words.push_back(ValidUtf8(value.substr(0, kMaxName)));
      continue;
    }
    const auto number = Number(value);
    if (!number) return {};
    out.values.push_back(*number);
  }
  if (out.type == 'g' && out.values.size() != 1 && out.values.size() != 5) return {};
  for (std::size_t i = 2; i < parts.size(); ++i) {
    const std::string_view part = parts[i];
    if (part.starts_with('#')) {
      for (const std::string_view tag : Split(part.substr(1), ',')) {
        if (tag.empty() || out.tags.size() >= kMaxTags) continue;
        const auto [key, value] = SplitOnce(tag, ':');
        auto clean_key = CleanName(key);
        if (clean_key)
          out.tags.emplace_back(std::move(*clean_key), ValidUtf8(value.substr(0, 200)));
      }
    } else if (part.starts_with('T')) {
      const auto seconds = Number(part.substr(1));
      if (!seconds || *seconds < 0 || *seconds > kMaxStatsdSeconds) return {};
      out.timestamp = Timestamp{static_cast<std::int64_t>(*seconds * 1e6)};
    }
    // Later additions are passed over.
  }
  return out;
}

}  // namespace

StatsdLines ParseStatsd(std::string_view text) {
  StatsdLines out;
  std::size_t lines = 0;
  while (!text.empty()) {
    auto [line, rest] = SplitOnce(text, '\n');
    text = rest;
    line = Trim(line);
    if (line.empty()) continue;
    auto record = ++lines <= kMaxLines ? ParseLine(line) : std::nullopt;
    if (record) {
      out.records.push_back(std::move(*record));
    } else {
      ++out.invalid;
    }
  }
  return out;
}

json::Object ToJson(const StatsdRecord& record) {
  json::Array values;
  for (const double value : record.values) values.push_back(value);
  for (const std::string& word : record.words) values.emplace_back(word);
  json::Object tags;
  for (const auto& [key, value] : record.tags) tags[key] = value;
  json::Object out{{"name", record.name},
                   {"unit", record.unit},
                   {"type", std::string(1, record.type)},
                   {"value", std::move(values)},
                   {"tags", std::move(tags)}};
  if (record.timestamp) out["timestamp"] = record.timestamp->Seconds();
  return out;
}

}  // namespace gatehouse::ingest
