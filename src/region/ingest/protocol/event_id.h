#pragma once

// Event ids: 128 bits, on the wire as 32 hexadecimal digits or as a UUID, in answers always as 32
// lower-case digits.

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/rng.h"

namespace gatehouse::ingest {

class EventId {
 public:
  EventId() = default;  // nil
  explicit EventId(const std::array<std::uint8_t, 16>& bytes) : bytes_(bytes) {}

  // 32 digits of either case, or 8-4-4-4-12.
  static std::optional<EventId> Parse(std::string_view text);
  // The same, but for the nil id: it names no event.
  static std::optional<EventId> ParseUsable(std::string_view text);
  static EventId NewV4(Rng& rng);  // RFC 9562 version 4

  std::string ToString() const;      // 32 lower-case digits
  std::string ToHyphenated() const;  // 8-4-4-4-12
  bool IsNil() const { return *this == EventId(); }
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }

  auto operator<=>(const EventId&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

// `text` in lower case if it is exactly `digits` hexadecimal digits (a public key: 32, a trace id:
// 32, a span id: 16).
std::optional<std::string> ParseHexId(std::string_view text, std::size_t digits);

}  // namespace gatehouse::ingest

template <>
struct std::hash<gatehouse::ingest::EventId> {
  std::size_t operator()(const gatehouse::ingest::EventId& id) const {
    return std::hash<std::string_view>()(
        {reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()});
  }
};
