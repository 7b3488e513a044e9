#pragma once

// JSON Web Keys, signatures and tokens (RFC 7515, 7517, 7518, 7519, 8037), on OpenSSL 3. The
// algorithm is bound to the key, never taken from the token: RS/PS/ES 256-512 and EdDSA (Ed25519).
// No `none`, no HMAC, no RSA below 2048 bits; `crit`, and keys carried in a token (jku, x5u, jwk,
// x5c), are never honoured. Thread-safe: keys are immutable.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "platform/json/json.h"

namespace gatehouse::crypto {

// A public key of a key set, or a private key to sign with. Cheap to copy.
class Jwk {
 public:
  struct Impl;
  // Errors: kInvalidArgument "jwk_invalid".
  static Result<Jwk> ParsePublic(const json::Object& jwk);
  // PEM (PKCS#8) private key for signing. `alg` as in JWS ("RS256", "ES256", "EdDSA", …).
  static Result<Jwk> ParsePrivatePem(std::string_view pem, std::string_view alg, std::string kid);
  static Result<Jwk> GeneratePrivate(std::string_view alg, std::string kid);

  const std::string& kid() const;
  const std::string& kty() const;  // "RSA", "EC", "OKP"
  const std::string& alg() const;  // "" if the key set did not say
  const std::string& use() const;  // "sig", "enc" or ""
  json::Object PublicJwk() const;
  Result<std::string> PrivatePem() const;
  const Impl& impl() const { return *impl_; }

 private:
  explicit Jwk(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

struct JwkSet {
  std::vector<Jwk> keys;
  // Unusable entries (symmetric, encryption-only, malformed) are skipped. Errors: kInvalidArgument
  // "jwks_invalid" (not a key set, more than 100 keys, or nothing usable).
  static Result<JwkSet> Parse(std::string_view text);
};

struct JwsHeader {
  std::string alg;
  std::string kid;  // "" if absent
  std::string typ;
};

// The header of a compact JWS, before any verification: to choose a key, nothing else.
// Errors: kInvalidArgument "jws_malformed", "jws_alg" (not in the allow list above), "jws_crit".
Result<JwsHeader> PeekJwsHeader(std::string_view compact);

// Verifies a compact JWS and returns its payload bytes. `allowed_algs` comes from configuration. A
// kid selects its key; without one every key of the right type is tried (at most 8).
// Errors: those of PeekJwsHeader, kUnauthenticated "jws_kid_unknown", "jws_signature".
Result<std::string> VerifyJws(std::string_view compact, const JwkSet& keys,
                              const std::vector<std::string>& allowed_algs);

// Compact JWS. Errors: kInternal "sign_failed".
Result<std::string> SignJws(const Jwk& key, const json::Object& extra_header,
                            std::string_view payload);

}  // namespace gatehouse::crypto
