#pragma once

// One stored event as its page shows it: exceptions with their frames, breadcrumbs, tags, contexts.

#include <string_view>

#include "platform/html/html.h"
#include "region/eventstore/event_store.h"

namespace gatehouse::web {

// Fills the section of the event. A payload that cannot be read leaves the tags alone to be seen.
void AddEvent(html::Data& shown, const eventstore::StoredEvent& event);

// The class of the pill that names a level; "" for the calm ones.
std::string_view LevelPill(std::string_view level);

}  // namespace gatehouse::web
