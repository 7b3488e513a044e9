#pragma once

// What the server would make of an event, without a server: `gatehouse event normalize` and
// `gatehouse event group`. Nothing is stored and no installation is needed. Pure.

#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "platform/json/json.h"

namespace gatehouse::grouping {
struct Config;
}

namespace gatehouse::cli {

struct EventContext {
  Timestamp received;
  std::function<std::string()> new_event_id;  // for an event without one
};

// The event as it would be stored before grouping, scrubbed by the default rules. Errors:
// kInvalidArgument "invalid_json" and others of the parser for text that is no JSON object,
// kFailedPrecondition "event_rejected" for an event that the intake would reject.
Result<json::Object> NormalizeEvent(std::string_view text, const EventContext& context);

// Its hashes and why: every variant with its components, the fingerprint rule, title and culprit.
// The same errors.
Result<json::Object> GroupEvent(std::string_view text, const EventContext& context,
                                const grouping::Config& config);

// The built-in rules and those of a project, as text.
// Errors: "enhancement_rules_invalid", "fingerprint_rules_invalid".
Result<grouping::Config> GroupingConfig(std::string_view enhancement_rules,
                                        std::string_view fingerprint_rules);

// Exit code of a failed command: kExitUsage when the input is at fault.
int EventExitStatus(const Error& error);

// JSON with a line per value and two blanks per level, and a line end.
std::string Indented(const json::Value& value);

}  // namespace gatehouse::cli
