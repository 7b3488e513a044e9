#pragma once

// Names of rate-limit buckets for what a client chose. Bounded and printable, whatever it sent.

#include <string>
#include <string_view>

namespace gatehouse::users {

// A log-in name or address in the form that look-ups compare.
std::string LoginKey(std::string_view username_or_email);
// An IPv4 address, or the /64 of an IPv6 address: one customer holds at least that much. An
// IPv4-mapped address is its IPv4 address.
std::string NetworkKey(std::string_view ip);

}  // namespace gatehouse::users
