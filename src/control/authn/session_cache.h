#pragma once

// Principals seen lately, so that a request costs no database read. An entry lives one second of
// monotonic time at most, and every change made in this process removes it at once: revocation
// holds on every node within a second. Bounded: a full shard drops what is outdated, then
// everything.
//
// Thread-safe. Keys are SHA-256 of session cookies and API tokens (raw bytes).

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "control/authn/authn.h"

namespace gatehouse::authn {

class SessionCache {
 public:
  static constexpr Duration kLife = std::chrono::seconds(1);
  static constexpr std::size_t kShards = 16;

  explicit SessionCache(const Clock& clock, std::size_t max_entries = 16384)
      : clock_(clock), max_per_shard_(max_entries / kShards) {}

  // nullptr when absent or too old.
  std::shared_ptr<const Principal> Find(std::string_view key);

  // A reader takes the generation before it asks the database and hands it to Put: what was
  // forgotten in between is not put back.
  std::uint64_t generation() const { return generation_.load(); }
  void Put(std::string key, std::shared_ptr<const Principal> principal, std::uint64_t generation);

  void Forget(UserId user);
  void Forget(SessionId session);
  void ForgetAll();
  std::size_t size();

 private:
  struct Entry {
    std::shared_ptr<const Principal> principal;
    Duration until;
  };
  // A key is a digest already.
  struct KeyHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const;
  };
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string, Entry, KeyHash, std::equal_to<>> entries;
  };
  Shard& ShardOf(std::string_view key);
  template <class Match>
  void Drop(Match match);

  const Clock& clock_;
  std::size_t max_per_shard_;
  std::atomic<std::uint64_t> generation_{0};
  std::array<Shard, kShards> shards_;
};

}  // namespace gatehouse::authn
