#pragma once

// Turns the items of an accepted envelope into what is stored of them. Pure: time, ids and rules
// come from the caller.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/rng.h"
#include "platform/json/lenient.h"
#include "region/events/save/types.h"
#include "region/eventstore/types.h"
#include "region/ingest/intake/ledger.h"
#include "region/ingest/intake/project_rules.h"
#include "region/ingest/protocol/envelope.h"
#include "region/ingest/protocol/outcome.h"

namespace gatehouse::ingest {

// An envelope as the stream brought it.
struct Delivery {
  projects::Admission admission;
  Timestamp received;
  std::string ip;
  std::string user_agent;
  std::string client;
  std::int64_t source = 0;  // offset in the stream
};

struct Unpacked {
  // Where the events' documents live: whoever unpacks them keeps it until they are gone.
  json::Storage storage = {};
  // Events that source maps may say more about are not grouped yet, but listed in `ungrouped`.
  bool resolves_scripts = false;
  struct Ungrouped {
    std::size_t event;
    const CompiledRules* rules;  // of the entry
  };
  std::vector<Ungrouped> ungrouped;
  std::vector<events::Incoming> events;
  std::vector<eventstore::StoredItem> items;
  // The same: what of the outcomes says that it was accepted. Quantity 0: none does, because it is
  // a copy of what is counted elsewhere, or nothing that is counted.
  struct Counted {
    DataCategory category = DataCategory::kInternal;
    std::uint64_t quantity = 0;
  };
  std::vector<Counted> counted;
  // Attachments that came with one of `events` and share its fate: their outcome is not among
  // `outcomes`.
  struct File {
    std::size_t item;
    std::size_t event;
    bool is_crash_report;
    Outcome accepted;  // quantity 0: it has been counted
  };
  std::vector<File> files;
  // Of what is not saved, of stored items, and of client reports; the ledger has its own.
  std::vector<Outcome> outcomes;
};

// Adds what the envelope holds to `out` and `ledger`. An item that cannot be read becomes an
// outcome. `rng` makes ids: the same for a delivery that comes again.
void Unpack(const Envelope& envelope, const Delivery& delivery, const CompiledRules& rules,
            Rng& rng, Unpacked& out, Ledger& ledger);

// What the setting "store crash reports" is about.
bool IsCrashReport(AttachmentKind kind);
inline constexpr std::string_view kReasonCrashReportLimit = "crash-report-limit";
inline constexpr std::string_view kReasonDiscarded = "discarded-hash";

// Of whatever is not told more exactly.
Outcome OutcomeOf(const Delivery& delivery, OutcomeKind kind, std::string_view reason,
                  DataCategory category);

}  // namespace gatehouse::ingest
