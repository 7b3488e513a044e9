#pragma once

// The inside of a Jwk and the table of accepted algorithms. For jwk.cc and jws.cc only.

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "platform/crypto/jose.h"
#include "platform/crypto/openssl.h"

namespace gatehouse::crypto {

// One row per accepted `alg`; what is not here does not exist. Immutable.
struct JwsAlg {
  std::string_view name;
  std::string_view kty;   // "RSA", "EC", "OKP"
  std::string_view crv;   // "" for RSA
  const EVP_MD* (*md)();  // null for EdDSA
  bool pss;
  std::size_t coordinate_bytes;  // EC: half of the raw signature
};

// nullptr if not accepted. Exact, case-sensitive match.
const JwsAlg* FindJwsAlg(std::string_view name);

// Checks signatures of one key with one algorithm. Preparing OpenSSL for that costs as much as an
// RSA check itself, so it is done once. Any thread; one check at a time.
class Verifier {
 public:
  // `signature` as OpenSSL wants it (EC: DER). `key` and `alg` are the same in every call but for a
  // key that names no algorithm, where a change of `alg` prepares anew.
  bool Verify(EVP_PKEY* key, const JwsAlg& alg, std::string_view input,
              std::string_view signature) const;

 private:
  mutable std::mutex mutex_;
  mutable ossl::PkeyCtx ctx_;
  mutable const JwsAlg* alg_ = nullptr;
};

struct Jwk::Impl {
  std::string kid;
  std::string kty;
  std::string crv;
  std::string alg;
  std::string use;
  ossl::Pkey key;  // shared by threads: only ever read
  std::unique_ptr<Verifier> verifier = std::make_unique<Verifier>();
  bool is_private = false;

  // The key can be used with this algorithm: type, curve and, if the key set named one, the same
  // algorithm.
  bool Fits(const JwsAlg& a) const {
    return kty == a.kty && crv == a.crv && (alg.empty() || alg == a.name) &&
           (use.empty() || use == "sig");
  }
};

}  // namespace gatehouse::crypto
