#pragma once

// Why bytes could not be decoded.

#include <string_view>

namespace gatehouse::compress {

// Not in this coding, cut off, damaged, or followed by something else.
inline constexpr std::string_view kInvalid = "compression_invalid";
// More comes out than the caller allows.
inline constexpr std::string_view kTooLarge = "decoded_too_large";

}  // namespace gatehouse::compress
