#pragma once

// Text fields of a crash upload, folded into an event: `sentry` is JSON, `sentry[a][b]` sets one
// value, `sentry__1`, `sentry__2`… are pieces of one JSON text. Everything else goes to `extra`.

#include <string>
#include <utility>
#include <vector>

#include "platform/json/json.h"

namespace gatehouse::ingest {

using FormFields = std::vector<std::pair<std::string, std::string>>;

// Never fails: JSON that cannot be read is left out.
json::Object EventOfForm(const FormFields& fields);

}  // namespace gatehouse::ingest
