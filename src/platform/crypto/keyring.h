#pragma once

// Secrets at rest. The key file (mode 0400, outside the database) holds master keys with ids; every
// purpose has its own HKDF-derived key. A sealed value is the text "v1.<key id>.<base64url(nonce ct
// tag)>" (AES-256-GCM); associated data binds it to its table, column, row and organization, so a
// value copied to another row does not open. (NIST SP 800-38D; RFC 5869)
//
// Key file, one key a line, oldest first, `#` comments and empty lines allowed:
//   key <id: 1-16 of a-z 0-9> <base64url of 32 bytes>
// The last key is active (seals); every key opens what it sealed; the first one feeds DeriveKey.
// To rotate, append a line made by NewKeyLine and restart. Never remove or reorder lines.

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/rng.h"

namespace gatehouse::crypto {

// Immutable after loading; thread-safe.
class KeyRing {
 public:
  // Reads the file; creates it with one fresh key when `create` and it does not exist.
  // Errors (the server must not start): kFailedPrecondition "key_file_missing",
  // "key_file_permissions" (group or world may read), "key_file_invalid".
  static Result<std::unique_ptr<KeyRing>> Load(const std::filesystem::path& file, bool create,
                                               Rng& rng);
  // "key <id> <secret>\n" with a random id.
  static std::string NewKeyLine(Rng& rng);
  // For tests: one key derived from the seed text.
  static std::unique_ptr<KeyRing> ForTest(std::string_view seed, Rng& rng);

  std::string Seal(std::string_view purpose, std::string_view associated_data,
                   std::string_view plaintext) const;
  // Errors: kDataLoss "seal_broken" (wrong key, wrong row or altered), "seal_key_unknown".
  Result<std::string> Open(std::string_view purpose, std::string_view associated_data,
                           std::string_view sealed) const;
  // Key for HMAC use (CSRF tokens, audit chain). 32 bytes, of the oldest master key, so that it
  // stays the same when a key is added.
  std::string DeriveKey(std::string_view purpose) const;
  const std::string& active_key_id() const { return active_; }
  // Ids of all keys, oldest first.
  std::vector<std::string> key_ids() const;

 private:
  struct Key {
    std::string id;
    std::string master;
  };
  KeyRing(std::vector<Key> keys, Rng& rng);
  std::string AesKey(const Key& key, std::string_view purpose) const;
  // Derived AES keys are cached per (key id, purpose); guarded inside.
  struct Cache;

  std::vector<Key> keys_;
  std::string active_;
  Rng& rng_;
  std::shared_ptr<Cache> cache_;
};

}  // namespace gatehouse::crypto
