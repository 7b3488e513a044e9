#pragma once

// Stack traces of an event, prepared for grouping: function names trimmed, rules applied, in_app
// decided. Preparation writes to the event (raw_function, function, in_app, data.orig_in_app,
// data.category), so that what is stored is what was grouped; doing it twice changes nothing.

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/json/json.h"
#include "region/events/grouping/component.h"
#include "region/events/grouping/rules.h"

namespace gatehouse::grouping {

// Views into the event.
struct Frame {
  json::Object* json = nullptr;
  std::string_view function, raw_function, module, filename, abs_path, package, platform;
  std::string_view context_line;
  std::optional<std::int64_t> lineno, colno;
  bool has_raw_function = false;
  bool has_module = false, has_filename = false;
  bool sourcemap = false;
};

struct Stack {
  const json::Object* holder = nullptr;  // {"frames": [...]}
  MatchException exception;
  std::vector<Frame> frames;      // oldest first, without nulls
  std::vector<MatchFrame> match;  // the same frames as rules see them
  std::vector<Rules::Update> updates;
};

// Rules in the order in which they apply; none is null.
using RuleSets = std::span<const Rules* const>;

// Every stack trace of `event`. Elements refer to the event, the arena and the rules.
std::vector<Stack> PrepareStacks(json::Object& event, RuleSets rules, Arena& arena);
const Stack* FindStack(const std::vector<Stack>& stacks, const json::Object* holder);

// "in-app-only", "system-only" or "mixed"; empty when there is no frame.
std::string_view FrameMix(const std::vector<Stack>& stacks);

// Stack traces that grouping ignores.
struct StackComponents {
  Component app;
  Component system;
};
StackComponents GroupStack(const Stack& stack, Arena& arena);

// The list below `key`: the array itself, or its "values". Empty when there is none.
std::span<json::Value> ListOf(json::Object& event, std::string_view key);
std::span<const json::Value> ListOf(const json::Object& event, std::string_view key);
// Text of a member; empty when it is missing or no text.
std::string_view TextOf(const json::Object& object, std::string_view key);

}  // namespace gatehouse::grouping
