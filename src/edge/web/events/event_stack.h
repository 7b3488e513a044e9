#pragma once

// Stack traces for {{>STACK}} (event_stack.tpl): the newest frame first, frames of the application
// open with their source, runs of all others folded. Pure.

#include <cstddef>

#include "platform/html/html.h"
#include "platform/json/json.h"

namespace gatehouse::web {

// `holder` has "stacktrace", and "raw_stacktrace" where source maps were applied: an exception, a
// thread, or the event itself. `budget` is how many frames may still be shown, of all stacks of a
// page together. Returns false when there is no frame to show.
bool AddStack(html::Data& data, const json::Object& holder, std::size_t& budget);

// A single frame: where a template of the application failed.
void AddTemplateFrame(html::Data& data, const json::Object& frame);

}  // namespace gatehouse::web
