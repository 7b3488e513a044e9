#pragma once

// Times as clients write them.

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "platform/json/json.h"

namespace gatehouse::ingest {

// "2026-11-21T07:54:00.123456789Z", also with a blank instead of 'T', a numeric offset, or no
// offset at all (UTC). Years 0001 to 9999; a leap second counts as the second after. (RFC 3339)
std::optional<Timestamp> ParseRfc3339(std::string_view text);

// Seconds since the epoch, within years 1 to 9999.
std::optional<Timestamp> FromUnixSeconds(double seconds);

// Either of the two.
std::optional<Timestamp> ParseTime(const json::Value& value);

// "2026-11-21T07:54:00+00:00", with microseconds only if there are any.
std::string FormatWithOffset(Timestamp t);

}  // namespace gatehouse::ingest
