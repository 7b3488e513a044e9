#pragma once

// Pure decisions: names, recovery codes, who the relying party is, the passkey challenge.

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/rng.h"

namespace gatehouse::factors {

inline constexpr std::size_t kMaxFactors = 20;
inline constexpr std::size_t kRecoveryCodes = 10;
inline constexpr Duration kEnrolmentLife = std::chrono::minutes(15);
inline constexpr Duration kChallengeLife = std::chrono::minutes(5);

// Trimmed. Errors: kInvalidArgument "name_invalid" (empty, over 64 bytes, control characters, not
// UTF-8).
Result<std::string> CheckFactorName(std::string_view name);

// 80 random bits as base32, "XXXX-XXXX-XXXX-XXXX".
std::string NewRecoveryCode(Rng& rng);
// What is compared: 16 letters and digits in upper case, whatever dashes, spaces and case were
// typed. "" if it can be no code.
std::string CanonicalRecoveryCode(std::string_view typed);

struct RelyingParty {
  std::string id;      // host
  std::string origin;  // as browsers write it: lower case, without a default port
};
RelyingParty RelyingPartyOf(std::string_view base_url);

// The challenge of a log-in by passkey, made without a row in the database, because anybody may ask
// for one: nonce, end, and a MAC over both and the browser. 32 bytes.
std::string SealPasskeyChallenge(std::string_view key, std::string_view browser, Timestamp now,
                                 Rng& rng);
// Ours, of this browser, and neither outdated nor from the future.
bool IsPasskeyChallenge(std::string_view key, std::string_view browser, std::string_view challenge,
                        Timestamp now);

}  // namespace gatehouse::factors
