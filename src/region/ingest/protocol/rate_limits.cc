#include "region/ingest/protocol/rate_limits.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/text.h"

namespace gatehouse::ingest {
namespace {

constexpr std::array<std::string_view, 4> kScopes = {"organization", "project", "key", "global"};
constexpr std::size_t kMaxLimits = 100;

// Slugs and the like; nothing that could end a field or a header.
bool IsToken(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '/';
  });
}

// Whole or fractional seconds, rounded up.
std::optional<std::int64_t> ParseSeconds(std::string_view text) {
  double seconds = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!(seconds >= 0 && seconds <= 1e9)) return std::nullopt;
  return static_cast<std::int64_t>(std::ceil(seconds));
}

std::optional<RateLimit> ParseEntry(std::string_view entry) {
  std::vector<std::string_view> fields = Split(Trim(entry), ':');
  if (fields.size() < 3) return std::nullopt;
  RateLimit limit;
  auto seconds = ParseSeconds(Trim(fields[0]));
  if (!seconds) return std::nullopt;
  limit.retry_after = *seconds;
  bool named = false;
  for (std::string_view name : Split(fields[1], ';')) {
    name = Trim(name);
    if (name.empty()) continue;
    named = true;
    if (auto category = CategoryByName(name)) limit.categories.push_back(*category);
  }
  if (named && limit.categories.empty()) return std::nullopt;
  auto scope = std::ranges::find(kScopes, Trim(fields[2]));
  if (scope == kScopes.end()) return std::nullopt;
  limit.scope = static_cast<LimitScope>(scope - kScopes.begin());
  if (fields.size() > 3) limit.reason_code = Trim(fields[3]);
  if (fields.size() > 4) {
    for (std::string_view name : Split(fields[4], ';')) {
      if (!Trim(name).empty()) limit.namespaces.emplace_back(Trim(name));
    }
  }
  return limit;
}

}  // namespace

std::string_view ScopeName(LimitScope scope) { return kScopes[static_cast<std::size_t>(scope)]; }

bool Covers(const RateLimit& limit, DataCategory category) {
  if (category == DataCategory::kInternal) return false;
  return limit.categories.empty() ||
         std::ranges::find(limit.categories, category) != limit.categories.end();
}

std::string FormatRateLimits(const std::vector<RateLimit>& limits) {
  std::string out;
  for (const RateLimit& limit : limits) {
    if (!out.empty()) out += ", ";
    out += std::to_string(limit.retry_after) + ":";
    for (std::size_t i = 0; i < limit.categories.size(); ++i) {
      if (i != 0) out += ';';
      out += CategoryName(limit.categories[i]);
    }
    out += ':';
    out += ScopeName(limit.scope);
    std::string namespaces;
    for (const std::string& name : limit.namespaces) {
      if (!IsToken(name)) continue;
      if (!namespaces.empty()) namespaces += ';';
      namespaces += name;
    }
    std::string_view reason = IsToken(limit.reason_code) ? limit.reason_code : std::string_view();
    // Empty fields at the end are cut.
    if (!reason.empty() || !namespaces.empty()) out += ":" + std::string(reason);
    if (!namespaces.empty()) out += ":" + namespaces;
  }
  return out;
}

std::vector<RateLimit> ParseRateLimits(std::string_view header) {
  std::vector<RateLimit> limits;
  while (!header.empty() && limits.size() < kMaxLimits) {
    auto [entry, rest] = SplitOnce(header, ',');
    header = rest;
    if (auto limit = ParseEntry(entry)) limits.push_back(std::move(*limit));
  }
  return limits;
}

std::int64_t RetryAfter(const std::vector<RateLimit>& limits) {
  std::int64_t longest = 0;
  for (const RateLimit& limit : limits) longest = std::max(longest, limit.retry_after);
  return longest;
}

}  // namespace gatehouse::ingest
