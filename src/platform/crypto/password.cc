#include "platform/crypto/password.h"

#include <sodium.h>

#include <string>

#include "base/check.h"

namespace gatehouse::crypto {
namespace {

void InitSodium() {
  static const bool ready = sodium_init() >= 0;
  GH_CHECK(ready);
}

}  // namespace

Result<std::string> HashPassword(std::string_view password, PasswordCost cost) {
  InitSodium();
  if (password.size() > kMaxPasswordBytes) {
    return Fail(Code::kInvalidArgument, "password_too_long");
  }
  char out[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str_alg(out, password.data(), password.size(), cost.passes, cost.memory_bytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return Fail(Code::kResourceExhausted, "out_of_memory", "Argon2id could not run");
  }
  return std::string(out);
}

bool VerifyPassword(std::string_view hash, std::string_view password) {
  InitSodium();
  if (password.size() > kMaxPasswordBytes || hash.size() >= crypto_pwhash_STRBYTES) return false;
  if (!hash.starts_with(crypto_pwhash_argon2id_STRPREFIX)) return false;
  std::string terminated(hash);
  return crypto_pwhash_str_verify(terminated.c_str(), password.data(), password.size()) == 0;
}

void BurnPassword(std::string_view password, PasswordCost cost) {
  InitSodium();
  static constexpr unsigned char kSalt[crypto_pwhash_SALTBYTES] = {};
  // As in VerifyPassword: an over-long password costs nothing on either path.
  if (password.size() > kMaxPasswordBytes) return;
  unsigned char out[32];
  // The outcome does not matter, only the time; out of memory is quick for a real hash as well.
  if (crypto_pwhash(out, sizeof out, password.data(), password.size(), kSalt, cost.passes,
                    cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return;
  }
  sodium_memzero(out, sizeof out);
}

bool NeedsRehash(std::string_view hash, PasswordCost cost) {
  InitSodium();
  if (hash.size() >= crypto_pwhash_STRBYTES) return true;
  std::string terminated(hash);
  return crypto_pwhash_argon2id_str_needs_rehash(terminated.c_str(), cost.passes,
                                                 cost.memory_bytes) != 0;
}

}  // namespace gatehouse::crypto
