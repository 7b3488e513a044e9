#pragma once

// What known junk looks like: browser extensions, failed chunk loads, React's hydration errors.

#include <string_view>

#include "platform/json/json.h"

namespace gatehouse::ingest {

bool IsExtensionMessage(std::string_view exception_value);
bool IsExtensionPath(std::string_view abs_path);
bool IsChunkLoadError(const json::Object& event);
bool IsReactHydrationError(const json::Object& event);

// Calls `each` with every exception of the event that is an object, in order.
template <class F>
void ForEachException(const json::Object& event, F&& each) {
  const json::Object* exception = json::GetObject(event, "exception");
  const json::Array* values = exception != nullptr ? json::GetArray(*exception, "values") : nullptr;
  if (values == nullptr) return;
  for (const json::Value& value : *values) {
    if (const json::Object* object = value.if_object()) each(*object);
  }
}

}  // namespace gatehouse::ingest
