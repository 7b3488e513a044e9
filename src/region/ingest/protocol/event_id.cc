#include "region/ingest/protocol/event_id.h"

namespace gatehouse::ingest {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

int Digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<EventId> EventId::Parse(std::string_view text) {
  bool hyphens = text.size() == 36;
  if (!hyphens && text.size() != 32) return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    if (hyphens && (i == 4 || i == 6 || i == 8 || i == 10) && text[at++] != '-')
      return std::nullopt;
    int high = Digit(text[at]);
    int low = Digit(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
    at += 2;
  }
  return EventId(bytes);
}

std::optional<EventId> EventId::ParseUsable(std::string_view text) {
  std::optional<EventId> id = Parse(text);
  if (id && id->IsNil()) return std::nullopt;
  return id;
}

EventId EventId::NewV4(Rng& rng) {
  std::array<std::uint8_t, 16> bytes{};
  rng.Fill(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  return EventId(bytes);
}

std::string EventId::ToString() const {
  std::string out(32, '0');
  for (std::size_t i = 0; i < 16; ++i) {
    out[2 * i] = kDigits[bytes_[i] >> 4];
    out[2 * i + 1] = kDigits[bytes_[i] & 15];
  }
  return out;
}

std::string EventId::ToHyphenated() const {
  std::string out = ToString();
  for (std::size_t at : {20u, 16u, 12u, 8u}) out.insert(at, 1, '-');
  return out;
}

std::optional<std::string> ParseHexId(std::string_view text, std::size_t digits) {
  if (text.size() != digits) return std::nullopt;
  std::string out(text);
  for (char& c : out) {
    int digit = Digit(c);
    if (digit < 0) return std::nullopt;
    c = kDigits[digit];
  }
  return out;
}

}  // namespace gatehouse::ingest
