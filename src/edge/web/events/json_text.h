#pragma once

// Texts of what strangers sent, as far as a page has room for them.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/text.h"
#include "platform/json/text.h"

namespace gatehouse::web {

// At most `max` bytes of a member. "" if there is no such text.
inline std::string CutText(const json::Object& object, std::string_view key, std::size_t max) {
  return std::string(TruncateUtf8(json::TextOf(object, key), max));
}

}  // namespace gatehouse::web
