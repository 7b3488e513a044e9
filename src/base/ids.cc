#include "base/ids.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"

namespace gatehouse {
namespace {

constexpr std::int64_t kEpochMillis = 1'704'067'200'000;  // 2024-01-01T00:00:00Z

}  // namespace

std::int64_t IdGenerator::NextValue() {
  std::int64_t since_epoch = clock_.Now().micros / 1000 - kEpochMillis;
  std::uint64_t fresh = since_epoch > 0 ? static_cast<std::uint64_t>(since_epoch) << 12 : 1u << 12;
  std::uint64_t last = last_.load(std::memory_order_relaxed);
  std::uint64_t next = 0;
  do {
    next = fresh > last ? fresh : last + 1;
  } while (!last_.compare_exchange_weak(last, next, std::memory_order_relaxed));
  std::uint64_t millis = next >> 12;
  return static_cast<std::int64_t>((millis << 22) | (node_ << 12) | (next & 0xFFF));
}

Timestamp IdGenerator::TimeOf(std::int64_t id) { return {((id >> 22) + kEpochMillis) * 1000}; }

std::int64_t IdGenerator::FirstAt(Timestamp t) {
  constexpr std::int64_t kLastMillis = (std::int64_t{1} << 41) - 1;
  return std::clamp<std::int64_t>(t.micros / 1000 - kEpochMillis, 0, kLastMillis) << 22;
}

std::string NewUuidV7(const Clock& clock, Rng& rng) {
  std::array<std::uint8_t, 16> raw{};
  rng.Fill(raw);
  auto millis = static_cast<std::uint64_t>(clock.Now().micros / 1000);
  for (std::size_t i = 0; i < 6; ++i) raw[i] = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
  raw[6] = static_cast<std::uint8_t>((raw[6] & 0x0F) | 0x70);
  raw[8] = static_cast<std::uint8_t>((raw[8] & 0x3F) | 0x80);
  std::string hex = HexEncode(AsView(raw));
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" +
         hex.substr(16, 4) + "-" + hex.substr(20);
}

}  // namespace gatehouse
