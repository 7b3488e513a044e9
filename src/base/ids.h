#pragma once

// Identifiers. A StrongId is an int64 that cannot be mistaken for another kind of id. New ids come
// from an IdGenerator: time-ordered and unique across the nodes of an installation.

#include <atomic>
#include <charconv>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/rng.h"

namespace gatehouse {

template <class Tag>
struct StrongId {
  std::int64_t value = 0;

  auto operator<=>(const StrongId&) const = default;
  explicit operator bool() const { return value != 0; }
  std::string ToString() const { return std::to_string(value); }

  // Canonical decimal only: no sign, no leading zero, greater than zero.
  static std::optional<StrongId> Parse(std::string_view text) {
    if (text.empty() || text.size() > 19 || text.front() < '1' || text.front() > '9') return {};
    std::int64_t v = 0;
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), v);
    if (ec != std::errc() || end != text.data() + text.size()) return {};
    return StrongId{v};
  }
};

using UserId = StrongId<struct UserTag>;
using OrgId = StrongId<struct OrgTag>;
using MemberId = StrongId<struct MemberTag>;
using SessionId = StrongId<struct SessionTag>;
using ProviderId = StrongId<struct ProviderTag>;
using IdentityId = StrongId<struct IdentityTag>;
using TeamId = StrongId<struct TeamTag>;
using AuthenticatorId = StrongId<struct AuthenticatorTag>;

// 41 bits of milliseconds since 2024-01-01, 10 bits of node, 12 bits of sequence. Thread-safe,
// never repeats and never goes back, even when the wall clock does.
class IdGenerator {
 public:
  IdGenerator(const Clock& clock, std::uint16_t node) : clock_(clock), node_(node & 1023u) {}

  template <class Id>
  Id Next() {
    return Id{NextValue()};
  }
  std::int64_t NextValue();

  // The millisecond in an id: not before the clock's when it was made.
  static Timestamp TimeOf(std::int64_t id);
  // The smallest id of the millisecond of `t`; 0 for a time before all ids.
  static std::int64_t FirstAt(Timestamp t);

 private:
  const Clock& clock_;
  std::uint64_t node_;
  std::atomic<std::uint64_t> last_{0};  // milliseconds << 12 | sequence
};

// RFC 9562 version 7, lower case.
std::string NewUuidV7(const Clock& clock, Rng& rng);

}  // namespace gatehouse

template <class Tag>
struct std::hash<gatehouse::StrongId<Tag>> {
  std::size_t operator()(gatehouse::StrongId<Tag> id) const {
    return std::hash<std::int64_t>()(id.value);
  }
};
