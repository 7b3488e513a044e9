#pragma once

// MessagePack as crash reporters write events and breadcrumbs, read into JSON values: bounded in
// depth and in what it makes of a few bytes. Binary data and extensions become null, text that is
// not UTF-8 is repaired, keys that are no text are left out.

#include <string_view>
#include <vector>

#include "base/error.h"
#include "platform/json/json.h"

namespace gatehouse::ingest {

// Exactly one value. Error: kInvalidMsgpack.
Result<json::Value> ParseMsgpack(std::string_view bytes);

// One value after the other, as a file has them to which they were appended. Error:
// kInvalidMsgpack.
Result<std::vector<json::Value>> ParseMsgpackSequence(std::string_view bytes);

}  // namespace gatehouse::ingest
