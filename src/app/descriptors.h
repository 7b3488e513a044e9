#pragma once

// File descriptors: each connection is one, and the usual soft limit of 1,024 is a few clients'.

#include <cstddef>

namespace gatehouse::app {

// What databases, outgoing requests and files are kept free for.
inline constexpr std::size_t kReservedDescriptors = 256;

// Raises the soft limit to the hard one; returns what the process may have from now on.
std::size_t RaiseDescriptorLimit();
// How many connections the server takes with so many descriptors: 10,000 at most.
std::size_t ConnectionsFor(std::size_t descriptors);

}  // namespace gatehouse::app
