#pragma once

// The event of a crash, put together from what a crash reporter attaches: a MessagePack event, up
// to two MessagePack lists of breadcrumbs, the fields of a form.

#include <string_view>
#include <vector>

#include "platform/json/json.h"

namespace gatehouse::ingest {

struct CrashParts {
  std::string_view payload = {};  // may be empty
  std::vector<std::string_view> breadcrumbs =
      {};                  // lists; the reporter turns to the other when one is full
  json::Object form = {};  // of EventOfForm
};

// Never fails: what cannot be read is left out. What the payload says stands before the form. Of
// the breadcrumbs the newest stay, as many as the longer list has.
json::Object CrashEvent(const CrashParts& parts);

}  // namespace gatehouse::ingest
