#pragma once

// Text in values of strangers, where a member that is not there and one of another type are no
// more than an empty text.

#include <string>
#include <string_view>
#include <vector>

#include "platform/json/json.h"

namespace gatehouse::json {

// Points into the object. "" if there is no such text.
inline std::string_view TextOf(const Object& object, std::string_view key) {
  return GetString(object, key).value_or(std::string_view());
}

// The texts of a list; what is no text is left out.
inline std::vector<std::string> TextsOf(const Object& object, std::string_view key) {
  std::vector<std::string> out;
  if (const Array* list = GetArray(object, key)) {
    for (const Value& value : *list) {
      if (value.is_string()) out.emplace_back(value.get_string());
    }
  }
  return out;
}

}  // namespace gatehouse::json
