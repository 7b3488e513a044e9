#pragma once

// IP address literals, whole or inside a text. Pure.

#include <string_view>

namespace gatehouse::events {

bool IsIpAddress(std::string_view text);
// Length of the IPv4 or IPv6 literal that starts at `at`, zero if none does. Only literals that are
// not part of a longer word count: "1.2.3.4.5" and "v1.2.3.4" hold none.
std::size_t IpLiteralAt(std::string_view text, std::size_t at);

}  // namespace gatehouse::events
