#pragma once

#include "platform/sql/sql.h"

namespace gatehouse::ratelimit {

// $1 bucket, $2 now, $3 window, $4 count. A window that has passed starts again at one. A start in
// the future means that the clock was set back: the window starts now, and what was used stays
// used. `used` stops at one above the count, so that refused tries do not grow it.
inline constexpr sql::Statement kTake{
    "rate_limit_take",
    "INSERT INTO rate_limits (bucket, used, window_start) VALUES ($1, 1, $2) "
    "ON CONFLICT (bucket) DO UPDATE SET "
    "used = CASE WHEN $2 - rate_limits.window_start >= $3 THEN 1 "
    "WHEN rate_limits.used > $4 THEN rate_limits.used "
    "ELSE rate_limits.used + 1 END, "
    "window_start = CASE WHEN $2 - rate_limits.window_start >= $3 THEN $2 "
    "WHEN $2 < rate_limits.window_start THEN $2 "
    "ELSE rate_limits.window_start END "
    "RETURNING used, window_start"};

inline constexpr sql::Statement kRead{
    "rate_limit_read", "SELECT used, window_start FROM rate_limits WHERE bucket = $1"};

inline constexpr sql::Statement kReset{"rate_limit_reset",
                                       "DELETE FROM rate_limits WHERE bucket = $1"};

inline constexpr sql::Statement kSweep{"rate_limit_sweep",
                                       "DELETE FROM rate_limits WHERE window_start < $1"};

}  // namespace gatehouse::ratelimit
