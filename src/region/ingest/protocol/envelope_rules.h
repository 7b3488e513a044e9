#pragma once

// Which items may stand together in one envelope, how many and how large. Applied once, after
// parsing and before anything of the envelope is accepted.

#include <cstddef>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/rng.h"
#include "region/ingest/protocol/envelope.h"

namespace gatehouse::ingest {

struct EnvelopeLimits {
  std::size_t event = 1024 * 1024;
  std::size_t attachment = 200 * 1024 * 1024;
  std::size_t attachments_together = 200 * 1024 * 1024;
  std::size_t sessions_together = 10 * 1024 * 1024;
  std::size_t client_reports_together = 100 * 1024;
  std::size_t single_spans = 25;
};

// REQUIRES: not kUnknown.
std::size_t MaxItemBytes(const EnvelopeItem& item, const EnvelopeLimits& limits);

struct Admission {
  std::size_t unknown_items = 0;             // dropped without an outcome
  std::size_t oversized_client_reports = 0;  // dropped without an outcome
};

// Removes what is dropped silently from `envelope` and refuses what is not allowed.
// Errors: kEnvelopeEmpty (no item on arrival), kDuplicateItem, kEnvelopeTooManyItems, and the
// `too_large` of an item type.
Result<Admission> Admit(Envelope& envelope, const EnvelopeLimits& limits = {});

// No event of the envelope is nested deeper than the parser of events goes. Error: json_depth.
Result<void> CheckDepth(const Envelope& envelope);

// The header's event id. When an item needs one and the header has none: the one of the event
// payload if it is valid, else a new one; either is written into the header. std::nullopt if no
// item needs one. The header's id wins over the one in a payload: whoever reads the payload
// overwrites it.
std::optional<EventId> EnsureEventId(Envelope& envelope, Rng& rng);

// The item that the envelope's event comes from, by precedence: event, transaction, feedback,
// security reports, then event-creating attachments, then form data. nullptr if there is none.
const EnvelopeItem* EventSource(const Envelope& envelope);

// An item that is dropped together with the event it belongs to.
bool DependsOnEvent(const EnvelopeItem& item);

}  // namespace gatehouse::ingest
