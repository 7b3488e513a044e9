#pragma once

// The written form of one value and its bounds. Pure.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "platform/config/config.h"

namespace gatehouse::config {

using Value =
    std::variant<std::string, std::int64_t, bool, std::chrono::seconds, std::vector<std::string>>;

// Reads the form used in flags and variables. Error: kInvalidArgument "config_invalid_value",
// detail without the option's name and, for a secret, without the value.
Result<Value> ParseValue(const OptionSpec& spec, std::string_view text);
// Applies bounds and choices to a value of the right type.
Result<void> CheckBounds(const OptionSpec& spec, const Value& value);
// "90s", "15m", "12h", "30d", "90".
Result<std::chrono::seconds> ParseDuration(std::string_view text);
std::string FormatDuration(std::chrono::seconds value);  // the largest unit that divides it
// "text", "number", … for messages and the reference page.
std::string_view TypeName(Type type);
// "1 to 65535", "at least 1", "a, b or c"; empty without bounds.
std::string BoundsText(const OptionSpec& spec);

}  // namespace gatehouse::config
