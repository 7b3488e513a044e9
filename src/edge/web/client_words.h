#pragma once

// Who asks, as people call it: the browser and where it is. Pure.

#include <string>
#include <string_view>

namespace gatehouse::web {

// "Firefox on Linux" of a User-Agent. For people to recognize; decides nothing.
std::string DescribeUserAgent(std::string_view user_agent);
// "10.1.2.3 (private network)": the address, and what kind it is if it is a special one. Where on
// earth an address lies is not looked up.
std::string DescribePlace(std::string_view ip);

}  // namespace gatehouse::web
