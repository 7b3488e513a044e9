#pragma once

// One-time passwords by time (RFC 6238: HMAC-SHA-1, six digits, steps of 30 seconds) and base32
// (RFC 4648 §6), in which people type secrets. Pure functions. Which steps were used is the
// caller's to remember.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace gatehouse::crypto {

// Upper case, no padding.
std::string Base32Encode(std::string_view bytes);
// One spelling per value: upper case, no padding, zero trailing bits.
std::optional<std::string> Base32Decode(std::string_view text);

inline constexpr std::size_t kTotpSecretBytes = 20;  // as long as the digest (RFC 4226 §4)

// RFC 4226; `digits` is 6 to 8.
std::string Hotp(std::string_view secret, std::uint64_t counter, int digits);
std::int64_t TotpStep(Timestamp at);
std::string Totp(std::string_view secret, std::int64_t step);
// The newest step at most one away from `now` whose code this is. The code is six ASCII digits;
// white space around it is ignored, nothing else is. Takes the same time for right and wrong codes.
std::optional<std::int64_t> MatchTotp(std::string_view secret, std::string_view code,
                                      Timestamp now);
// otpauth://totp/{issuer}:{account}?secret=…&issuer=… for authenticator apps.
std::string TotpUri(std::string_view secret, std::string_view issuer, std::string_view account);

}  // namespace gatehouse::crypto
