#pragma once

#include "platform/sql/sql.h"

namespace gatehouse::jobs {

// $1 name, $2 holder, $3 expiry, $4 now, $5 the latest expiry a lease may have now. An expiry
// beyond $5 was written before the clock was set back: it counts as expired, or the job would stand
// still until the old time returns.
inline constexpr sql::Statement kAcquireLease{
    "job_lease_acquire",
    "INSERT INTO job_leases (name, holder, expires_at) VALUES ($1, $2, $3) "
    "ON CONFLICT (name) DO UPDATE SET holder = $2, expires_at = $3 "
    "WHERE job_leases.holder = $2 OR job_leases.expires_at <= $4 OR job_leases.expires_at > $5 "
    "RETURNING holder"};

inline constexpr sql::Statement kReleaseLease{
    "job_lease_release", "DELETE FROM job_leases WHERE name = $1 AND holder = $2"};

}  // namespace gatehouse::jobs
