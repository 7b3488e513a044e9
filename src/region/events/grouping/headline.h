#pragma once

// Title, location, culprit and metadata of an event: what a list of issues shows.

#include <optional>
#include <string>
#include <string_view>

#include "platform/json/json.h"
#include "region/events/grouping/grouping.h"

namespace gatehouse::grouping {

Headline MakeHeadline(const json::Object& event, std::optional<std::int64_t> main_exception_id);

// What the browser says about a failed request (W3C Network Error Logging §6), for people.
std::string NelCulprit(const json::Object& event);

}  // namespace gatehouse::grouping
