#include "control/authn/session_cache.h"

#include <cstring>

namespace gatehouse::authn {

std::size_t SessionCache::KeyHash::operator()(std::string_view key) const {
  std::size_t hash = 0;
  std::memcpy(&hash, key.data(), std::min(sizeof hash, key.size()));
  return hash;
}

SessionCache::Shard& SessionCache::ShardOf(std::string_view key) {
  // The last byte: the first ones choose the bucket within the shard.
  return shards_[key.empty() ? 0 : static_cast<std::uint8_t>(key.back()) % kShards];
}

std::shared_ptr<const Principal> SessionCache::Find(std::string_view key) {
  Duration now = clock_.Monotonic();
  Shard& shard = ShardOf(key);
  std::lock_guard lock(shard.mutex);
  auto it = shard.entries.find(key);
  if (it == shard.entries.end()) return nullptr;
  if (it->second.until <= now) {
    shard.entries.erase(it);
    return nullptr;
  }
  return it->second.principal;
}

void SessionCache::Put(std::string key, std::shared_ptr<const Principal> principal,
                       std::uint64_t generation) {
  Duration now = clock_.Monotonic();
  Shard& shard = ShardOf(key);
  std::lock_guard lock(shard.mutex);
  // Checked under the lock: a Forget that comes later waits for it and then finds the entry.
  if (generation_.load() != generation) return;
  if (shard.entries.size() >= max_per_shard_) {
    std::erase_if(shard.entries, [now](const auto& entry) { return entry.second.until <= now; });
    if (shard.entries.size() >= max_per_shard_) shard.entries.clear();
  }
  shard.entries.insert_or_assign(std::move(key), Entry{std::move(principal), now + kLife});
}

template <class Match>
void SessionCache::Drop(Match match) {
  generation_.fetch_add(1);
  for (Shard& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    std::erase_if(shard.entries,
                  [&match](const auto& entry) { return match(*entry.second.principal); });
  }
}

void SessionCache::Forget(UserId user) {
  Drop([user](const Principal& principal) { return principal.user.id == user; });
}

void SessionCache::Forget(SessionId session) {
  Drop([session](const Principal& principal) {
    return principal.session && principal.session->id == session;
  });
}

void SessionCache::ForgetAll() {
  Drop([](const Principal&) { return true; });
}

std::size_t SessionCache::size() {
  std::size_t total = 0;
  for (Shard& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    total += shard.entries.size();
  }
  return total;
}

}  // namespace gatehouse::authn
