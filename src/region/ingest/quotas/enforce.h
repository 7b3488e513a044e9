#pragma once

// Takes out of an envelope what limits do not let pass.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "region/ingest/protocol/envelope.h"
#include "region/ingest/protocol/rate_limits.h"

namespace gatehouse::ingest {

// The limits that `quantity` units of `category` run into; none: they have been counted and pass.
using LimitCheck = std::function<std::vector<RateLimit>(DataCategory, std::uint64_t quantity)>;

struct Enforcement {
  struct Drop {
    DataCategory category;
    std::uint64_t quantity;
    std::string reason;  // code of the limit, may be empty
  };
  std::vector<RateLimit> limits;  // all that were hit, each once
  std::vector<Drop> drops;        // one rate_limited outcome each; sessions have none
  bool event_limited = false;     // the answer is 429 whatever else passed
};

// Removes items from `envelope`. When the event goes, what depends on it goes for the same reason;
// an attachment that makes an event stays and is marked `"rate_limited": true` in its header, as is
// one beyond the attachment limit. Items so marked are not counted again.
Enforcement Enforce(Envelope& envelope, const LimitCheck& check);

// The header mark.
bool IsRateLimited(const EnvelopeItem& item);
// A second mark of such an attachment: it is the event that was beyond its limit, none is made.
bool IsEventLimited(const EnvelopeItem& item);

}  // namespace gatehouse::ingest
