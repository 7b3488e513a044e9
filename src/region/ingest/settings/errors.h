#pragma once

// Reason slugs of this module.

#include <string_view>

namespace gatehouse::ingest {

inline constexpr std::string_view kIntakeSettingsInvalid = "intake_settings_invalid";

}  // namespace gatehouse::ingest
