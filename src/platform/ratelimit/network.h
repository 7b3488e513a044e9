#pragma once

// Names of buckets for the networks that clients come from. Pure.

#include <string>
#include <string_view>

namespace gatehouse::ratelimit {

// An IPv4 address, or the /64 of an IPv6 address: one customer holds at least that much. An
// IPv4-mapped address is its IPv4 address. Bounded and printable, whatever the text is.
std::string NetworkKey(std::string_view ip);

}  // namespace gatehouse::ratelimit
