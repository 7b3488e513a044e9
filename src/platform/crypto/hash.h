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
// 20 raw bytes. For formats that fix it: authenticator apps, pseudonyms that other servers must get
// as well. As an HMAC, SHA-1 is unbroken (RFC 6194).
std::string HmacSha1(std::string_view key, std::string_view data);
// Names of content that a protocol fixes: tells apart what nobody forges, and proves nothing.
std::string Sha1Hex(std::string_view data);
std::string Md5Hex(std::string_view data);  // fingerprints of public structure only, never secrets
// Lengths may leak, contents do not.
bool ConstantTimeEqual(std::string_view a, std::string_view b);

}  // namespace gatehouse::crypto
