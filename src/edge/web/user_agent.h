#pragma once

// "Firefox on Linux" out of a User-Agent header, for the list of sessions. A hint for people,
// nothing more: it decides nothing.

#include <string>
#include <string_view>

namespace gatehouse::web {

std::string DescribeUserAgent(std::string_view user_agent);

}  // namespace gatehouse::web
