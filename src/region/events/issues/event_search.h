#pragma once

// The search of the events of one issue: what people type, as far as single events can answer it.
// Pure.

#include "region/events/issues/search.h"
#include "region/eventstore/types.h"

namespace gatehouse::issues {

// Writes the conditions into `query`: release, environment, level, logger and tags with one plain
// value each; free words are looked for in the message. Errors: kInvalidArgument
// "issue_query_invalid" for every other condition, with its key in the detail.
Result<void> NarrowEvents(const Terms& terms, eventstore::EventQuery& query);

}  // namespace gatehouse::issues
