#pragma once

// Typed attributes of logs, spans and metrics: {"name": {"type": "integer", "value": 3}}.

#include <string_view>

#include "platform/json/json.h"

namespace gatehouse::ingest {

// Keeps what is what it says it is: string, boolean, integer, double, array. What is not is removed
// and noted in `meta` ({"name": {"": {"err": ["invalid_data"], "val": …}}}), which stays empty
// otherwise. A null value, like a member that is no attribute at all, is removed. At most 1,000 are
// kept.
json::Object CleanAttributes(const json::Object& raw, json::Object& meta);

// For what the server adds itself. An attribute that is there stays.
void AddText(json::Object& attributes, std::string_view name, std::string_view value);

// The text of a string attribute, or empty.
std::string_view AttributeText(const json::Object& attributes, std::string_view name);

}  // namespace gatehouse::ingest
