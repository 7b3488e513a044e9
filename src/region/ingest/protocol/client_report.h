#pragma once

// Client reports: what a client dropped itself. Each entry becomes one outcome; the report none.

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "region/ingest/protocol/outcome.h"

namespace gatehouse::ingest {

struct ClientReport {
  struct Entry {
    OutcomeKind kind = OutcomeKind::kClientDiscard;
    std::string reason;
    DataCategory category = DataCategory::kError;
    std::uint64_t quantity = 0;  // at least 1
  };
  Timestamp timestamp;  // never in the future, never older than 30 days
  std::vector<Entry> entries;
};

// Entries of unknown categories are left out. Error: kInvalidClientReport; the report is then
// ignored.
Result<ClientReport> ParseClientReport(std::string_view payload, Timestamp received);

}  // namespace gatehouse::ingest
