#pragma once

// The end of a chain, checked on the spot: what a page can afford on every view. verify.h proves
// all of it.

#include <optional>

#include "core/audit/sealer.h"
#include "core/audit/verify.h"

namespace gatehouse::audit {

struct Recent {
  std::int64_t seq = 0;            // of the newest link; 0: the chain has none
  Timestamp sealed_through;        // when its entry was written
  std::int64_t links = 0;          // how many of the newest were checked
  std::optional<Finding> finding;  // the first that is broken; absent: intact
};

// The newest `links` links of the organization, one after the other, and against what is noted of
// the chain's end: in the database, and by the checkpoint `seen`, if there is one. Entries that
// wait to be sealed do not count. Errors: those of Tx.
Result<Recent> CheckRecent(sql::Tx& tx, const MacKey& key, OrgId organization,
                           const std::optional<Head>& seen, std::int64_t links);

}  // namespace gatehouse::audit
