#pragma once

// WebAuthn for a relying party (W3C Web Authentication Level 2 §7.1 and §7.2): what a browser sends
// back from navigator.credentials.create() and get(), as the JSON of PublicKeyCredential.toJSON().
// Pure functions over bytes; no device is touched. (wraps libfido2) Thread-safe.
//
// Checked here: size and shape of everything, type, challenge, exact origin, RP id hash, user
// presence, user verification when asked for, algorithm (ES256, EdDSA, RS256), signature. The
// caller's: that a challenge is used once and in time, which account a credential belongs to, and
// the counter. Attestation is not asked for: a statement that comes nevertheless is skipped, and
// nothing in it is trusted.
//
// CBOR is taken as CTAP2 writes it (definite lengths, shortest integers, no duplicate keys) and
// bounded in depth and size before any library reads it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace gatehouse::crypto::webauthn {

struct Expected {
  std::string rp_id;           // host name
  std::string origin;          // "https://gate.example.com", as browsers write it
  std::string challenge;       // raw bytes
  bool user_verified = false;  // the authenticator must have verified its user
};

// COSE numbers, in order of preference: for pubKeyCredParams.
inline constexpr int kAlgorithms[] = {-7, -8, -257};

struct Credential {
  std::string id;          // raw bytes
  std::string public_key;  // text of this module
  std::uint32_t counter = 0;
  bool user_verified = false;
  // False when the browser said that the key cannot be found without a name. (credProps)
  bool discoverable = true;
};

// Errors: kInvalidArgument "webauthn_malformed"; kPermissionDenied "webauthn_flags" (type, user
// presence or verification), "webauthn_challenge", "webauthn_origin" (origin, cross-origin frame or
// RP id).
Result<Credential> VerifyRegistration(const Expected& expected, std::string_view response_json);

struct Assertion {
  std::string credential_id;  // raw bytes
  std::string user_handle;    // raw bytes; may be ""
  std::string client_data;
  std::string challenge;  // raw bytes; read, not yet compared
  std::string authenticator_data;
  std::string signature;
};

// Reads an assertion: to find its credential and its challenge. Nothing in it is verified yet.
// Errors: kInvalidArgument "webauthn_malformed".
Result<Assertion> ParseAssertion(std::string_view response_json);

struct Verified {
  std::uint32_t counter = 0;
  bool user_verified = false;
};

// Errors: those of VerifyRegistration, and kPermissionDenied "webauthn_signature".
Result<Verified> VerifyAssertion(const Expected& expected, std::string_view public_key,
                                 const Assertion& assertion);

// Is `seen` further than `stored`? Authenticators without a counter always say zero.
constexpr bool CounterAdvanced(std::uint32_t stored, std::uint32_t seen) {
  return seen > stored || (seen == 0 && stored == 0);
}

}  // namespace gatehouse::crypto::webauthn
