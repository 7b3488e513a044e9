#pragma once

// What a batch of records adds to the database besides its events: counted in the transaction that
// saves them, so that a record that comes again after a crash counts once.

#include <map>
#include <vector>

#include "platform/sql/sql.h"
#include "region/feedback/service.h"
#include "region/ingest/protocol/outcome.h"
#include "region/monitors/check_ins.h"
#include "region/sessions/types.h"

namespace gatehouse::ingest {

struct Ledger {
  struct CheckIn {
    monitors::Arrived arrived;
    Outcome accepted;  // as if it was
  };
  struct Report {
    feedback::Arrived arrived;
    std::optional<feedback::EventPlace> place = {};  // of its event, if the store has it
    Outcome accepted;
  };

  sessions::Tally sessions;
  std::vector<CheckIn> check_ins;
  std::vector<Report> reports;
  // Bits of projects::Project::flags that its own copy does not have yet.
  std::map<std::pair<OrgId, ProjectId>, std::int64_t> flags;

  // Returns what became of check-ins and reports. May run more than once. REQUIRES: a transaction
  // that may see every organization.
  Result<std::vector<Outcome>> Write(sql::Tx& tx, IdGenerator& ids,
                                     const monitors::CheckIns& monitors, Timestamp now) const;
};

}  // namespace gatehouse::ingest
