#pragma once

// CRC-32C (Castagnoli; RFC 3720 appendix B.4), with the instruction of x86 processors that have it.

#include <cstdint>
#include <string_view>

namespace gatehouse::stream::embedded {

// Of `bytes` after what `crc` already covers; 0 to begin.
std::uint32_t Crc32c(std::uint32_t crc, std::string_view bytes);

// The same by table, on any processor.
std::uint32_t Crc32cByTable(std::uint32_t crc, std::string_view bytes);

}  // namespace gatehouse::stream::embedded
