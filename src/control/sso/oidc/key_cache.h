#pragma once

// Key sets of providers, parsed once. Keyed by (issuer, jwks_uri), so a provider that copies
// another's issuer name with its own address never meets the other's keys. Thread-safe.
//
// A set lives as long as Cache-Control says, but 10 minutes at least and 24 hours at most, on the
// monotonic clock; without a word, one hour. An expired set is never used: if the provider does not
// answer, the log-in is refused (fails closed). Fetches of one set are single-flight. An unknown
// kid may force a fetch once in 60 s.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "platform/crypto/jose.h"
#include "platform/http/client.h"
#include "platform/runtime/runtime.h"
#include "platform/runtime/task.h"

namespace gatehouse::sso::oidc {

class KeyCache {
 public:
  // `client` and `clock` outlive the cache.
  KeyCache(http::Client& client, const Clock& clock, std::size_t max_entries = 1000);
  ~KeyCache();
  KeyCache(const KeyCache&) = delete;
  KeyCache& operator=(const KeyCache&) = delete;

  struct Keys {
    std::shared_ptr<const crypto::JwkSet> set;
    std::uint64_t generation = 0;  // of the fetch it came from
    bool just_fetched = false;     // during this call
  };

  // Errors: those of http::Client; kUnavailable "idp_unavailable" (5xx, 429); kInvalidArgument
  // "jwks_invalid" (another status, or not a usable key set).
  Task<Keys> Get(std::string issuer, std::string jwks_uri, Duration timeout);

  // For a kid that the set of generation `seen` does not have: a newer set if there is one or the
  // 60 s since the last forced fetch are over, else the same set. Errors: those of Get.
  Task<Keys> Refresh(std::string issuer, std::string jwks_uri, std::uint64_t seen,
                     Duration timeout);

  std::size_t size() const;

 private:
  struct Entry;
  using EntryPtr = std::shared_ptr<Entry>;

  EntryPtr FindOrAdd(const std::string& issuer, const std::string& jwks_uri);
  Task<Keys> Join(EntryPtr entry);
  Task<Keys> Download(EntryPtr entry, std::string jwks_uri, Duration timeout);
  void Land(Entry& entry, Result<crypto::JwkSet> fetched, Duration lifetime);

  http::Client& client_;
  const Clock& clock_;
  const std::size_t max_entries_;
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, EntryPtr> entries_;
  std::uint64_t generations_ = 0;
};

// Lifetime of a key set by its Cache-Control header (RFC 9111 §5.2.2).
Duration KeyLifetime(std::string_view cache_control);

}  // namespace gatehouse::sso::oidc
