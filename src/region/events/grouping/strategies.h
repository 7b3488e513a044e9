#pragma once

// The sides an event can be looked at from: exceptions, threads, stack trace, template, security
// report, message. The first one with something to say silences those behind it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/json/json.h"
#include "region/events/grouping/component.h"
#include "region/events/grouping/stack.h"

namespace gatehouse::grouping {

struct Side {
  std::string_view variant;  // "app", "system", "default"
  Component component;
};

struct Strategies {
  std::vector<Side> sides;  // one per variant, "system" last
  std::optional<std::int64_t> main_exception_id;
};

Strategies RunStrategies(const json::Object& event, const std::vector<Stack>& stacks, Arena& arena);

// What one strategy found: "app" is optional, "system" decides.
struct Found {
  std::optional<Component> app;
  std::optional<Component> system;
  std::optional<Component> whole;  // "default"
};

Found GroupExceptions(const json::Object& event, const std::vector<Stack>& stacks, Arena& arena,
                      std::optional<std::int64_t>& main_exception_id);

// The URI of a Content-Security-Policy report without what varies: "'self'", a host, "data:".
std::string NormalizedBlockedUri(std::string_view uri);

}  // namespace gatehouse::grouping
