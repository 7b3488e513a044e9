#pragma once

// The store route: one JSON event per request, in the forms that clients of twelve years have sent.

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/rng.h"
#include "region/ingest/protocol/event_id.h"
#include "region/ingest/protocol/item_type.h"

namespace gatehouse::ingest {

struct StoreRequest {
  std::string payload;               // the event as JSON text, checked to its end
  ItemType type = ItemType::kEvent;  // or kTransaction
  // Of the body if it names one, else a new one. Whoever reads the payload writes it there.
  EventId event_id;
};

// `body` after content decoding: JSON, or base64 of JSON or of zlib-compressed JSON (at most
// `max_bytes` of it). `client` as ClientName() gives it: two old Python clients may write NaN.
// Errors: kEmptyBody, kInvalidJson, json_depth, bad compression, kBodyTooLarge.
Result<StoreRequest> ParseStore(std::string body, std::string_view client, std::size_t max_bytes,
                                Rng& rng);

// The body that a GET carries in `sentry_data`: base64, or JSON.
Result<std::string> StoreBodyOfQuery(std::string_view query);

}  // namespace gatehouse::ingest
