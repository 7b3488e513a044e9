#pragma once

// The TOML adapter: turns a file's text into keys and values. The only unit that sees toml++.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"

namespace gatehouse::config {

struct TomlEntry {
  std::string key;
  int line = 0;
  std::variant<std::string, std::int64_t, bool, std::vector<std::string>> value;
};

// Keys stand at the top level; a section, a date, a float or a mixed list is refused.
// Errors: kInvalidArgument "config_malformed_file" or "config_invalid_value", with the line.
Result<std::vector<TomlEntry>> ParseToml(std::string_view text);

}  // namespace gatehouse::config
