#include "control/sso/oidc/key_cache.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/text.h"
#include "control/sso/oidc/errors.h"

namespace gatehouse::sso::oidc {
namespace {

constexpr std::size_t kMaxJwksBytes = 256 * 1024;
constexpr Duration kMinLifetime = std::chrono::minutes(10);
constexpr Duration kMaxLifetime = std::chrono::hours(24);
constexpr Duration kUsualLifetime = std::chrono::hours(1);
constexpr Duration kForcedPause = std::chrono::seconds(60);

}  // namespace

Duration KeyLifetime(std::string_view cache_control) {
  std::optional<Duration> said;
  for (std::string_view part : Split(cache_control, ',')) {
    auto [name, value] = SplitOnce(Trim(part), '=');
    if (EqualsIgnoreCase(name, "no-store") || EqualsIgnoreCase(name, "no-cache")) {
      return kMinLifetime;
    }
    if (!EqualsIgnoreCase(name, "max-age")) continue;
    std::int64_t seconds = 0;
    auto [end, ec] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (ec != std::errc() || end != value.data() + value.size() || seconds < 0) continue;
    said = std::chrono::seconds(std::min<std::int64_t>(seconds, 24 * 3600));
  }
  return std::clamp(said.value_or(kUsualLifetime), kMinLifetime, kMaxLifetime);
}

struct KeyCache::Entry {
  std::shared_ptr<const crypto::JwkSet> set;
  std::uint64_t generation = 0;
  Duration expires{0};                // monotonic
  std::optional<Duration> forced_at;  // last fetch for an unknown kid
  Duration used{0};
  bool fetching = false;
  Error failure;  // of the last flight, if it failed
  bool failed = false;
  std::vector<runtime::Resume> waiters;  // of the flight under way
};

KeyCache::KeyCache(http::Client& client, const Clock& clock, std::size_t max_entries)
    : client_(client), clock_(clock), max_entries_(max_entries) {}

KeyCache::~KeyCache() = default;

std::size_t KeyCache::size() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

// REQUIRES: mutex_ is held.
KeyCache::EntryPtr KeyCache::FindOrAdd(const std::string& issuer, const std::string& jwks_uri) {
  std::pair key(issuer, jwks_uri);
  auto found = entries_.find(key);
  if (found == entries_.end()) {
    if (entries_.size() >= max_entries_) {
      auto oldest = std::ranges::min_element(entries_, {},
                                             [](const auto& item) { return item.second->used; });
      // A flight under way keeps its entry through its own pointer.
      if (oldest != entries_.end()) entries_.erase(oldest);
    }
    found = entries_.emplace(std::move(key), std::make_shared<Entry>()).first;
  }
  found->second->used = clock_.Monotonic();
  return found->second;
}

Task<KeyCache::Keys> KeyCache::Get(std::string issuer, std::string jwks_uri, Duration timeout) {
  EntryPtr entry;
  bool leads = false;
  {
    std::lock_guard lock(mutex_);
    entry = FindOrAdd(issuer, jwks_uri);
    if (entry->set && clock_.Monotonic() < entry->expires) {
      co_return Keys{.set = entry->set, .generation = entry->generation};
    }
    leads = !std::exchange(entry->fetching, true);
  }
  if (leads) co_return co_await Download(std::move(entry), std::move(jwks_uri), timeout);
  co_return co_await Join(std::move(entry));
}

Task<KeyCache::Keys> KeyCache::Refresh(std::string issuer, std::string jwks_uri, std::uint64_t seen,
                                       Duration timeout) {
  EntryPtr entry;
  bool leads = false;
  {
    std::lock_guard lock(mutex_);
    entry = FindOrAdd(issuer, jwks_uri);
    Duration now = clock_.Monotonic();
    bool newer = entry->set && entry->generation != seen;
    bool too_soon = entry->forced_at && now - *entry->forced_at < kForcedPause;
    if (entry->set && (newer || (too_soon && !entry->fetching))) {
      co_return Keys{.set = entry->set, .generation = entry->generation};
    }
    leads = !std::exchange(entry->fetching, true);
    if (leads) entry->forced_at = now;
  }
  if (leads) co_return co_await Download(std::move(entry), std::move(jwks_uri), timeout);
  co_return co_await Join(std::move(entry));
}

// Waits for the flight that somebody else began.
Task<KeyCache::Keys> KeyCache::Join(EntryPtr entry) {
  co_await runtime::Suspend([this, &entry](runtime::Resume resume) {
    {
      std::lock_guard lock(mutex_);
      if (entry->fetching) {
        entry->waiters.push_back(std::move(resume));
        return;
      }
    }
    resume();
  });
  std::lock_guard lock(mutex_);
  if (entry->failed) co_return std::unexpected(entry->failure);
  co_return Keys{.set = entry->set, .generation = entry->generation, .just_fetched = true};
}

// Ends the flight: stores the outcome and wakes everybody who waits for it.
void KeyCache::Land(Entry& entry, Result<crypto::JwkSet> fetched, Duration lifetime) {
  std::vector<runtime::Resume> waiters;
  {
    std::lock_guard lock(mutex_);
    entry.fetching = false;
    entry.failed = !fetched.has_value();
    if (fetched) {
      entry.set = std::make_shared<const crypto::JwkSet>(std::move(*fetched));
      entry.generation = ++generations_;
      entry.expires = clock_.Monotonic() + lifetime;
    } else {
      entry.failure = fetched.error();
    }
    waiters.swap(entry.waiters);
  }
  for (runtime::Resume& resume : waiters) resume();
}

Task<KeyCache::Keys> KeyCache::Download(EntryPtr entry, std::string jwks_uri, Duration timeout) {
  // Also when this coroutine is destroyed in mid-flight, nobody waits for ever.
  struct Flight {
    KeyCache& cache;
    EntryPtr entry;
    Result<crypto::JwkSet> outcome = Fail(Code::kCancelled, kIdpUnavailable, "fetch abandoned");
    Duration lifetime{0};
    bool landed = false;
    void Land() {
      landed = true;
      cache.Land(*entry, std::move(outcome), lifetime);
    }
    ~Flight() {
      if (!landed) Land();
    }
  };
  Flight flight{.cache = *this, .entry = entry};

  http::ClientRequest request;
  request.url = std::move(jwks_uri);
  request.timeout = timeout;
  request.max_response = kMaxJwksBytes;
  request.headers.Add("Accept", "application/jwk-set+json, application/json");
  Result<http::ClientResponse> answer = co_await client_.Send(std::move(request));
  if (!answer) {
    flight.outcome = std::unexpected(answer.error());
  } else if (answer->status >= 500 || answer->status == 429) {
    flight.outcome =
        Fail(Code::kUnavailable, kIdpUnavailable, "HTTP " + std::to_string(answer->status));
  } else if (answer->status != 200) {
    flight.outcome =
        Fail(Code::kInvalidArgument, kJwksInvalid, "HTTP " + std::to_string(answer->status));
  } else if (auto parsed = crypto::JwkSet::Parse(answer->body); !parsed) {
    flight.outcome = Fail(Code::kInvalidArgument, kJwksInvalid, parsed.error().detail);
  } else {
    flight.outcome = std::move(*parsed);
    flight.lifetime = KeyLifetime(answer->headers.Get("Cache-Control"));
  }
  flight.Land();
  std::lock_guard lock(mutex_);
  if (entry->failed) co_return std::unexpected(entry->failure);
  co_return Keys{.set = entry->set, .generation = entry->generation, .just_fetched = true};
}

}  // namespace gatehouse::sso::oidc
