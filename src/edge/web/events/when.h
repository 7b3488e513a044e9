#pragma once

// Times and numbers as the pages of events show them. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "platform/html/html.h"

namespace gatehouse::web {

// "just now", "5 minutes ago", "3 weeks ago"; "in 2 hours" of what is to come.
std::string Ago(Timestamp time, Timestamp now);

// Fills {{#name}}<time datetime="{{ISO}}" title="{{HUMAN}}">{{AGO}}</time>{{/name}}.
void AddTime(html::Data& data, std::string_view name, Timestamp time, Timestamp now);

// "12,345"
std::string Grouped(std::int64_t number);
// "1 event", "12,345 events"
std::string Counted(std::int64_t number, std::string_view one, std::string_view many);

// The `d` of an SVG path with a bar for each number, in a box of `width` times `height`: the
// highest one fills it, and what is not nothing can be seen.
std::string Bars(const std::vector<std::int64_t>& numbers, int width, int height);

}  // namespace gatehouse::web
