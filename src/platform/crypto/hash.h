#pragma once

// Digests and comparison. (wraps OpenSSL) Thread-safe.

#include <string>
#include <string_view>

namespace gatehouse::crypto {

std::string Sha256(std::string_view data);  // 32 raw bytes
std::string Sha256Hex(std::string_view data);
std::string Sha384(std::string_view data);                            // 48 raw bytes
std::string Sha512(std::string_view data);                            // 64 raw bytes
std::string HmacSha256(std::string_view key, std::string_view data);  // 32 raw bytes
std::string Md5Hex(std::string_view data);  // fingerprints of public structure only, never secrets
// Lengths may leak, contents do not.
bool ConstantTimeEqual(std::string_view a, std::string_view b);

}  // namespace gatehouse::crypto
