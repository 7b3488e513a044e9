#pragma once

// Text forms of bytes. Decoders are strict: one accepted spelling per value (no padding in
// base64url, no whitespace, zero trailing bits), so that a token has exactly one text.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse {

using Bytes = std::vector<std::uint8_t>;

std::string HexEncode(std::string_view bytes);
std::string Base64Encode(std::string_view bytes);     // RFC 4648 §4, padded
std::string Base64UrlEncode(std::string_view bytes);  // RFC 4648 §5, unpadded

std::optional<std::string> HexDecode(std::string_view text);  // lower case only
std::optional<std::string> Base64Decode(std::string_view text);
std::optional<std::string> Base64UrlDecode(std::string_view text);

inline std::string_view AsView(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline std::span<const std::uint8_t> AsBytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace gatehouse
