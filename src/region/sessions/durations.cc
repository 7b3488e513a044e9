#include "region/sessions/durations.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace gatehouse::sessions {
namespace {

constexpr double kPartsOfAnOctave = 4;
// Of the longest duration that clients may tell (1e9 s), and then some.
constexpr int kMaxPart = 220;

// 0 is less than a microsecond; n is 2^((n-1)/4) to 2^(n/4) microseconds.
int PartOf(std::int64_t micros) {
  if (micros <= 0) return 0;
  const double at = std::floor(std::log2(static_cast<double>(micros)) * kPartsOfAnOctave);
  return std::min(static_cast<int>(at) + 1, kMaxPart);
}

// The geometric middle: as far from either end.
std::int64_t MiddleOf(int part) {
  if (part == 0) return 0;
  return std::llround(std::exp2((part - 0.5) / kPartsOfAnOctave));
}

// Takes the number and the character behind it off the text.
std::optional<std::int64_t> TakeNumber(std::string_view& text, char end) {
  std::int64_t number = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || at == text.data() + text.size() || *at != end || number < 0) {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<std::size_t>(at - text.data()) + 1);
  return number;
}

}  // namespace

void Durations::Add(Duration duration) {
  const std::int64_t micros = std::max<std::int64_t>(duration.count(), 0);
  ++counts_[PartOf(micros)];
  longest_ = std::max(longest_, micros);
}

void Durations::Merge(const Durations& other) {
  for (const auto& [part, count] : other.counts_) counts_[part] += count;
  longest_ = std::max(longest_, other.longest_);
}

std::optional<Duration> Durations::Percentile(double share) const {
  if (counts_.empty()) return std::nullopt;
  if (share >= 1) return Duration(longest_);
  double all = 0;
  for (const auto& [part, count] : counts_) all += static_cast<double>(count);
  // The first of which as many are not longer.
  const double rank = std::max(std::ceil(all * share), 1.0);
  double seen = 0;
  for (const auto& [part, count] : counts_) {
    seen += static_cast<double>(count);
    if (seen >= rank) return Duration(std::min(MiddleOf(part), longest_));
  }
  return Duration(longest_);
}

std::string Durations::ToText() const {
  if (counts_.empty()) return "";
  std::string text = std::to_string(longest_) + ";";
  for (const auto& [part, count] : counts_) {
    text += std::to_string(part) + ":" + std::to_string(count) + ",";
  }
  return text;
}

Durations Durations::Parse(std::string_view text) {
  Durations out;
  const auto longest = TakeNumber(text, ';');
  if (!longest) return {};
  out.longest_ = *longest;
  while (!text.empty()) {
    const auto part = TakeNumber(text, ':');
    const auto count = part ? TakeNumber(text, ',') : std::nullopt;
    if (!count || *part > kMaxPart || *count == 0) return {};
    out.counts_.emplace_hint(out.counts_.end(), static_cast<int>(*part), *count);
  }
  return out;
}

}  // namespace gatehouse::sessions
