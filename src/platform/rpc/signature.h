#pragma once

// Who calls: HMAC-SHA256 with a shared key over method, path, hash of the body, time and nonce, in
//
//   Authorization: Rpcsignature rpc1:<key id>:<time, µs>:<nonce>:<mac, hex>
//
// A call counts for 60 seconds and once. Its answer is signed with the same key over the call's
// nonce, the status and the hash of the body, so that nobody between the two answers instead.
// Signing does not hide anything: tokens are in the bodies, so the way between the two ends is TLS
// or a network of its own.

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/rng.h"

namespace gatehouse::rpc {

inline constexpr Duration kWindow = std::chrono::seconds(60);
inline constexpr std::string_view kAnswerHeader = "Rpc-Answer-Signature";

struct Key {
  std::string id;      // [A-Za-z0-9_-], 1 to 32
  std::string secret;  // at least 32 bytes
};

// The first signs, any verifies: a key is rotated by adding the new one behind, then moving it to
// the front, then taking the old one out, on both ends each time.
class KeyList {
 public:
  // Errors: kInvalidArgument "rpc_keys_invalid" (none, a bad id, one twice, a short secret).
  static Result<KeyList> Of(std::vector<Key> keys);

  const Key& signing() const { return keys_.front(); }
  const Key* Find(std::string_view id) const;

 private:
  explicit KeyList(std::vector<Key> keys) : keys_(std::move(keys)) {}
  std::vector<Key> keys_;
};

struct Signed {
  std::string authorization;  // value of the header
  std::string nonce;
};
Signed SignCall(const Key& key, const Clock& clock, Rng& rng, std::string_view method,
                std::string_view path, std::string_view body);

std::string SignAnswer(const Key& key, std::string_view nonce, int status, std::string_view body);
bool VerifyAnswer(const Key& key, std::string_view nonce, int status, std::string_view body,
                  std::string_view signature);

// Remembers what it has seen, in memory: calls that were signed before it was made are refused, so
// that a restart does not let anybody repeat them. Thread-safe.
class Verifier {
 public:
  // Two generations of so many nonces at most; beyond that calls are refused, not forgotten.
  Verifier(KeyList keys, const Clock& clock, std::size_t max_nonces = 200'000);

  struct Caller {
    const Key* key = nullptr;  // lives as long as the verifier
    std::string nonce;
  };
  // Errors: kUnauthenticated "rpc_signature_invalid", the detail says why; kUnavailable "rpc_busy".
  Result<Caller> Verify(std::string_view method, std::string_view path, std::string_view body,
                        std::string_view authorization);

 private:
  Result<void> Remember(const std::string& nonce);

  const KeyList keys_;
  const Clock& clock_;
  const std::size_t max_nonces_;
  const Timestamp began_;
  std::mutex mutex_;
  Duration turned_;  // monotonic: when `recent_` began
  std::unordered_set<std::string> recent_, former_;
};

}  // namespace gatehouse::rpc
