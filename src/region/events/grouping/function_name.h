#pragma once

// Function names as grouping sees them: without arguments, template parameters, compiler marks and
// return types, so that two builds of one program group alike.

#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::grouping {

// What grouping rules call a family of platforms.
enum class Family : std::uint8_t { kOther = 1, kNative = 2, kJavascript = 4 };

Family FamilyOf(std::string_view platform);
std::string_view FamilyName(Family family);

// The name without what differs between builds. Empty when nothing changes: most platforms' names
// are left alone.
std::string TrimFunctionName(std::string_view function, std::string_view platform);

}  // namespace gatehouse::grouping
