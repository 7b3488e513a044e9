#include "platform/ratelimit/ratelimit.h"

#include <algorithm>

#include "platform/ratelimit/errors.h"
#include "platform/ratelimit/statements.h"

namespace gatehouse::ratelimit {

namespace {

Result<void> CheckBucket(std::string_view bucket) {
  if (bucket.size() > kMaxBucket) return Fail(Code::kInvalidArgument, kBucketTooLong);
  return {};
}

// `used` counts the try being judged.
Verdict Judge(std::int64_t used, Timestamp window_start, Limit limit, Timestamp now) {
  if (used <= limit.count) return {.allowed = true, .remaining = limit.count - used};
  Duration left = window_start + limit.window - now;
  return {.retry_after = std::clamp(left, Duration(1), limit.window)};
}

}  // namespace

Result<Verdict> RateLimiter::Take(sql::Tx& tx, std::string_view bucket, Limit limit,
                                  Timestamp now) const {
  GH_TRY_VOID(CheckBucket(bucket));
  GH_TRY(sql::Rows rows, tx.Query(kTake, {bucket, now, limit.window.count(), limit.count}));
  return Judge(rows.front().Int(0), rows.front().Time(1), limit, now);
}

Result<Verdict> RateLimiter::Peek(sql::Tx& tx, std::string_view bucket, Limit limit,
                                  Timestamp now) const {
  GH_TRY_VOID(CheckBucket(bucket));
  GH_TRY(sql::Rows rows, tx.Query(kRead, {bucket}));
  if (rows.empty()) return Judge(1, now, limit, now);
  Timestamp start = rows.front().Time(1);
  if (now - start >= limit.window) return Judge(1, now, limit, now);
  return Judge(rows.front().Int(0) + 1, std::min(start, now), limit, now);
}

Result<void> RateLimiter::Reset(sql::Tx& tx, std::string_view bucket) const {
  GH_TRY_VOID(CheckBucket(bucket));
  GH_TRY_VOID(tx.Exec(kReset, {bucket}));
  return {};
}

Result<std::int64_t> RateLimiter::Sweep(sql::Tx& tx, Timestamp before) const {
  return tx.Exec(kSweep, {before});
}

}  // namespace gatehouse::ratelimit
