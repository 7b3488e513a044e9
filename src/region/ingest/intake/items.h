#pragma once

// Turns the items of an accepted envelope into what is stored of them. Pure: time, ids and rules
// come from the caller.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/rng.h"
#include "region/events/save/types.h"
#include "region/eventstore/types.h"
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
  std::vector<events::Incoming> events;
  std::vector<eventstore::StoredItem> items;
  std::vector<Outcome> outcomes;  // of what is not saved; and client reports
  std::int64_t project_flags = 0;
};

// Adds what the envelope holds to `out`. An item that cannot be read becomes an outcome.
void Unpack(const Envelope& envelope, const Delivery& delivery, const CompiledRules& rules,
            Rng& rng, Unpacked& out);

// Of whatever is not told more exactly.
Outcome OutcomeOf(const Delivery& delivery, OutcomeKind kind, std::string_view reason,
                  DataCategory category);

}  // namespace gatehouse::ingest
