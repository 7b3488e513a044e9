#pragma once

// Proves the chains of the audit log from their anchors to their heads, and against every
// checkpoint; or names what is broken.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/audit/checkpoint.h"
#include "core/audit/mac.h"
#include "core/audit/sealer.h"
#include "platform/sql/sql.h"

namespace gatehouse::audit {

struct Finding {
  enum class Kind {
    kAltered,      // an entry does not say what it said when it was written
    kDeleted,      // a link's entry is gone
    kInserted,     // an entry that the product did not write
    kUnchained,    // a genuine entry that its chain lost
    kGap,          // links are missing between two others, or at the beginning
    kRelinked,     // a link was changed
    kTruncated,    // the end of a chain is gone
    kRewritten,    // a chain is not the one that a checkpoint saw
    kAnchor,       // the place where retention cut a chain was changed
    kCheckpoints,  // the file of checkpoints was changed
  };
  Kind kind{};
  OrgId organization;         // 0: none
  std::int64_t seq = 0;       // 0: in no chain
  std::int64_t entry_id = 0;  // 0: not known
  std::string text;           // for people
};
std::string_view KindName(Finding::Kind kind);  // "altered"

struct Verification {
  std::int64_t entries = 0;  // proven
  std::int64_t organizations = 0;
  std::int64_t adopted = 0;      // of the proven, older than the chain
  std::int64_t waiting = 0;      // genuine, to be sealed within a second
  std::int64_t checkpoints = 0;  // lines
  std::int64_t torn_checkpoints = 0;
  // By organization, then seq: the first broken place of each chain, and at most 100 entries that
  // belong to no chain. Empty: intact.
  std::vector<Finding> findings;
};

struct VerifyOptions {
  std::optional<OrgId> organization = {};  // absent: everything
  std::size_t threads = 2;
};

// Reads in several transactions on `threads` threads of its own; call Sealer::Seal() before.
// Retention must not run meanwhile: a chain that was cut on the way is read again, once.
// Errors: those of Database.
Result<Verification> Verify(sql::Database& db, const std::string& key,
                            const CheckpointContents& checkpoints, const VerifyOptions& options);

}  // namespace gatehouse::audit
