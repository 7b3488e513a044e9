#pragma once

// Removal of personal data and secrets from a normalized event, before anything is cut or stored.
// Every change leaves a remark in `_meta`. Pure; thread-safe for different events.

#include <string>
#include <string_view>

#include "platform/json/lenient.h"
#include "region/events/document/annotations.h"
#include "region/events/scrub/rules.h"

namespace gatehouse::events::scrub {

// Changes the event in place. Original values in the entries of `notes` are scrubbed as well.
void Scrub(json::Object& event, const Rules& rules, Annotations& notes);

// Attachments and minidumps: overwrites what the rules for this type ("attachments", "minidump",
// "stack_memory", "heap_memory") find in UTF-8 and UTF-16LE text with '*'. The size stays. True if
// anything was changed.
bool ScrubBytes(std::string& bytes, std::string_view type, const Rules& rules);

}  // namespace gatehouse::events::scrub
