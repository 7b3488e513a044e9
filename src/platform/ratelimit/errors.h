#pragma once

#include <string_view>

namespace gatehouse::ratelimit {

// A bucket's name is longer than kMaxBucket. Hash what a client chose before naming a bucket after
// it.
inline constexpr std::string_view kBucketTooLong = "rate_limit_bucket_too_long";

}  // namespace gatehouse::ratelimit
