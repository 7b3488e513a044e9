#pragma once

// Rate limits as headers: `Retry-After` and `X-Sentry-Rate-Limits`
// ("60:error;transaction:organization:quota_exceeded, 30::key").

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "region/ingest/protocol/category.h"

namespace gatehouse::ingest {

enum class LimitScope : std::uint8_t { kOrganization, kProject, kKey, kGlobal };
std::string_view ScopeName(LimitScope scope);

struct RateLimit {
  std::int64_t retry_after = 0;          // seconds, rounded up
  std::vector<DataCategory> categories;  // empty: every category
  LimitScope scope = LimitScope::kOrganization;
  std::string reason_code;              // may be empty
  std::vector<std::string> namespaces;  // of metric_bucket limits; empty: all

  bool operator==(const RateLimit&) const = default;
};

// True if the limit is about `category` (kInternal never is).
bool Covers(const RateLimit& limit, DataCategory category);

// Empty for no limits. Text of a reason code or namespace that would break the header is left out.
std::string FormatRateLimits(const std::vector<RateLimit>& limits);
// Never fails: unknown categories, extra fields and entries that cannot be read are passed over; an
// entry of unknown categories only is dropped.
std::vector<RateLimit> ParseRateLimits(std::string_view header);

// The longest of them, 0 for none.
std::int64_t RetryAfter(const std::vector<RateLimit>& limits);

}  // namespace gatehouse::ingest
