#pragma once

// JSON as people read it: one member a line, indented. Pure.

#include <string>
#include <vector>

#include "platform/json/json.h"

namespace gatehouse::web {

struct JsonLines {
  std::vector<std::string> lines;
  bool cut = false;  // there was more than is shown
};

// At most 3,000 lines of 2,000 bytes.
JsonLines LinesOf(const json::Value& value);

}  // namespace gatehouse::web
