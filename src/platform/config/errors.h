#pragma once

// Why a process refused to start.

#include <string_view>

namespace gatehouse::config {

// A flag, variable or file key that no option has. The detail names it and the nearest option.
inline constexpr std::string_view kUnknownKey = "config_unknown_key";
// A value of the wrong type, outside its bounds, or given twice in one source.
inline constexpr std::string_view kInvalidValue = "config_invalid_value";
// A secret on the command line, where every user of the machine could read it.
inline constexpr std::string_view kSecretFlag = "config_secret_flag";
// The configuration file, or a file named by a *_file option, cannot be read.
inline constexpr std::string_view kUnreadableFile = "config_unreadable_file";
// The configuration file is not TOML.
inline constexpr std::string_view kMalformedFile = "config_malformed_file";

}  // namespace gatehouse::config
