#pragma once

// Durable rate limits: at most `count` tries per window and bucket, counted in the database, so
// that neither a restart nor a second process gives an attacker fresh tries. Fixed windows: a
// bucket's window begins with its first try.
//
// The caller's transaction must commit for a try to count. Take in a transaction of its own before
// the work that may fail, not in the one that the failure rolls back.
//
// Clock set back: the tries used stay used and a lock ends at most one window after the step. It is
// neither freed by the step nor held until the old time returns. Clock set forward: windows end
// early by the step; there is no durable monotonic time to tell.
//
// Stateless; any thread. Table: rate_limits (bucket TEXT PRIMARY KEY, used BIGINT NOT NULL,
// window_start BIGINT NOT NULL).

#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "platform/sql/sql.h"

namespace gatehouse::ratelimit {

inline constexpr std::size_t kMaxBucket = 256;

struct Limit {
  std::int64_t count;
  Duration window;
};

struct Verdict {
  bool allowed = false;
  std::int64_t remaining = 0;               // tries left in this window after this one
  Duration retry_after = Duration::zero();  // until the window ends; zero when allowed
};

// Errors of every function: those of sql::Tx, and kInvalidArgument "rate_limit_bucket_too_long".
// A caller that cannot take must refuse the work: this check fails closed.
class RateLimiter {
 public:
  // Counts one try. A refused try is not counted further and does not move the window.
  Result<Verdict> Take(sql::Tx& tx, std::string_view bucket, Limit limit, Timestamp now) const;
  // What Take would answer, without counting.
  Result<Verdict> Peek(sql::Tx& tx, std::string_view bucket, Limit limit, Timestamp now) const;
  // Gives the bucket all its tries back: after a success that proves the caller is the right one.
  Result<void> Reset(sql::Tx& tx, std::string_view bucket) const;
  // Deletes buckets whose window began before `before`; returns how many. Pass now less the longest
  // window in use.
  Result<std::int64_t> Sweep(sql::Tx& tx, Timestamp before) const;
};

}  // namespace gatehouse::ratelimit
