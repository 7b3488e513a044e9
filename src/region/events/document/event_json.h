#pragma once

// The text of an event, read leniently: see platform/json/lenient.h for what is repaired. Pure.

#include <string_view>

#include "base/error.h"
#include "platform/json/lenient.h"

namespace gatehouse::events {

struct ParseOptions {
  std::size_t max_bytes = 1024 * 1024;
  bool allow_nan = false;      // the clients raven-python/ and sentry-python/ send NaN and Infinity
  json::Storage storage = {};  // where the object lives; must outlive it
};

// Containers may be nested 128 deep. Errors: kInvalidArgument "invalid_json" (also for invalid
// UTF-8 and for anything but an object), "json_depth", "event_too_large".
Result<json::Object> Parse(std::string_view bytes, const ParseOptions& options = {});

// True for clients whose bare NaN and Infinity words are read as null.
bool SendsNan(std::string_view client);

}  // namespace gatehouse::events
