#pragma once

// Drops the oldest entries of each organization when they are older than the operator wants to keep
// them. What is left still proves itself: the chain then begins at an anchor with a MAC of its own,
// and an entry (kAuditRetention) says through which link the chain was dropped. The last link of a
// chain always stays.

#include "core/audit/sealer.h"

namespace gatehouse::audit {

struct Dropped {
  std::int64_t entries = 0;
  std::int64_t organizations = 0;
};

// The references must outlive the task. Idempotent; a run that was cut off is finished by the next.
// Errors: those of Database and Sealer::Seal().
Task<Dropped> ApplyRetention(sql::Database& db, const Clock& clock, const Log& log, Sealer& sealer,
                             std::string key, Duration keep);

}  // namespace gatehouse::audit
