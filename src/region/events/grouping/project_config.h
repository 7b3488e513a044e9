#pragma once

// What a project groups by, from its options. For explaining a grouping; intake keeps the compiled
// rules of each project (region/ingest/intake/project_rules.h).

#include "platform/json/json.h"
#include "region/events/grouping/grouping.h"

namespace gatehouse::grouping {

// The built-in sets and the project's own "grouping.stack_rules" and "grouping.fingerprint_rules".
// Rules that cannot be read (they are checked when they are set) count as none.
Config ConfigOf(const json::Object& project_options);

}  // namespace gatehouse::grouping
