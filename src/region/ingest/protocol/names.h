#pragma once

// Release and environment names that other items than events carry: the same rules as for events.

#include <string>
#include <string_view>

namespace gatehouse::ingest {

// REQUIRES: trimmed.
bool IsValidRelease(std::string_view release);
bool IsValidEnvironment(std::string_view environment);

// Lower case, what is not in [a-z0-9_-] as '-', no '-' at the ends, at most 50 bytes. May be empty.
std::string MonitorSlug(std::string_view text);

}  // namespace gatehouse::ingest
