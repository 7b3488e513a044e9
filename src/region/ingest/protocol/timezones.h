#pragma once

// Names of time zones, so that a schedule's zone can be judged without a look at the disk.

#include <string_view>

namespace gatehouse::ingest {

// Exactly as the time zone database writes it: "Europe/Vienna", "UTC".
bool IsKnownTimezone(std::string_view name);

}  // namespace gatehouse::ingest
