#pragma once

// Events as the API shows them. Pure.

#include <string>

#include "base/error.h"
#include "platform/json/json.h"
#include "region/eventstore/types.h"

namespace gatehouse::api {

// The stored event itself. Errors: kDataLoss "event_store_damaged".
Result<json::Object> PayloadOf(const eventstore::StoredEvent& event);

// As it stands in lists: no payload is needed.
json::Object EncodeSimpleEvent(const eventstore::StoredEvent& event);
// With everything in it: `entries`, one for each interface, the most telling first, with keys in
// camel case.
json::Object EncodeFullEvent(const eventstore::StoredEvent& event, const json::Object& payload);

// items.cc. `item`: with its payload.
json::Object EncodeAttachment(const eventstore::StoredItem& item);

}  // namespace gatehouse::api
