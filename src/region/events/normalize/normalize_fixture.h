#pragma once

// For the tests of this module: text in, normalized event out, and a look at one place of it.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/text.h"
#include "region/events/document/event_json.h"
#include "region/events/document/value.h"
#include "region/events/normalize/normalize.h"

namespace gatehouse::events {

inline constexpr std::int64_t kNow = 1'700'000'000;  // 2023-11-14T22:13:20Z
inline constexpr std::string_view kNewId = "0123456789abcdef0123456789abcdef";

inline Context TestContext() {
  Context context;
  context.received = Timestamp::FromSeconds(kNow);
  context.new_event_id = [] { return std::string(kNewId); };
  return context;
}

struct Normalized {
  json::Object event;
  Outcome outcome;

  // The value at a dotted path, null if there is none.
  const json::Value* Find(std::string_view path) const {
    const json::Object* object = &event;
    const json::Value* value = nullptr;
    for (std::string_view step : Split(path, '.')) {
      if (value != nullptr) {
        if (const json::Array* array = value->if_array()) {
          std::size_t index = std::stoul(std::string(step));
          value = index < array->size() ? &(*array)[index] : nullptr;
          if (value == nullptr) return nullptr;
          continue;
        }
        object = value->if_object();
        if (object == nullptr) return nullptr;
      }
      value = object->if_contains(step);
      if (value == nullptr) return nullptr;
    }
    return value;
  }
  // The compact text at a dotted path; "absent" if there is nothing.
  std::string At(std::string_view path) const {
    const json::Value* value = Find(path);
    return value == nullptr ? "absent" : json::Serialize(*value);
  }
  double NumberAt(std::string_view path) const {
    const json::Value* value = Find(path);
    return value == nullptr ? -1 : Number(*value).value_or(-1);
  }
  // "type name reason" of every entry, one a line.
  std::string Errors() const {
    std::string text;
    const json::Array* errors = json::GetArray(event, "errors");
    if (errors == nullptr) return text;
    for (const json::Value& item : *errors) {
      const json::Object& entry = item.get_object();
      if (!text.empty()) text += '\n';
      text += std::string(TextMember(entry, "type")) + " " + std::string(TextMember(entry, "name"));
      std::string_view reason = TextMember(entry, "reason");
      if (!reason.empty()) text += " " + std::string(reason);
    }
    return text;
  }
};

inline Normalized RunEvent(std::string_view text, const Context& context = TestContext()) {
  auto event = Parse(text);
  EXPECT_TRUE(event.has_value()) << text;
  Normalized result;
  if (event) {
    result.event = std::move(*event);
    result.outcome = Normalize(result.event, context);
  }
  return result;
}

}  // namespace gatehouse::events
