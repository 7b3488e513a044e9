#include "region/eventstore/sqlite/text_id.h"

#include <array>
#include <bit>

namespace gatehouse::eventstore::sqlite {
namespace {

std::uint64_t Load(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size() && i < 8; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return value;
}

struct SipState {
  std::uint64_t a, b, c, d;

  void Round() {
    a += b;
    b = std::rotl(b, 13) ^ a;
    a = std::rotl(a, 32);
    c += d;
    d = std::rotl(d, 16) ^ c;
    a += d;
    d = std::rotl(d, 21) ^ a;
    c += b;
    b = std::rotl(b, 17) ^ c;
    c = std::rotl(c, 32);
  }
};

std::optional<std::uint64_t> ParseHalf(std::string_view hex) {
  std::uint64_t value = 0;
  for (const char c : hex) {
    value <<= 4;
    if (c >= '0' && c <= '9') {
      value |= static_cast<std::uint64_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      value |= static_cast<std::uint64_t>(c - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  return value;
}

}  // namespace

std::uint64_t SipHash(const HashKey& key, std::string_view bytes) {
  SipState s{key.first ^ 0x736f6d6570736575u, key.second ^ 0x646f72616e646f6du,
             key.first ^ 0x6c7967656e657261u, key.second ^ 0x7465646279746573u};
  const std::uint64_t length = bytes.size();
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    const std::uint64_t word = Load(bytes);
    s.d ^= word;
    s.Round();
    s.Round();
    s.a ^= word;
  }
  const std::uint64_t last = Load(bytes) | length << 56;
  s.d ^= last;
  s.Round();
  s.Round();
  s.a ^= last;
  s.c ^= 0xff;
  for (int i = 0; i < 4; ++i) s.Round();
  return s.a ^ s.b ^ s.c ^ s.d;
}

std::int64_t TextIds::Of(std::int64_t project_id, std::string_view kind,
                         std::string_view value) const {
  if (value.empty()) return 0;
  std::string input;
  input.reserve(16 + kind.size() + value.size());
  for (unsigned shift = 0; shift < 64; shift += 8) {
    input += static_cast<char>(static_cast<std::uint64_t>(project_id) >> shift & 0xFF);
  }
  input += static_cast<char>(kind.size() & 0xFF);
  input += static_cast<char>(kind.size() >> 8 & 0xFF);
  input += kind;
  input += value;
  const auto id = static_cast<std::int64_t>(SipHash(key_, input));
  return id == 0 ? 1 : id;
}

std::optional<Id128> ParseId(std::string_view hex) {
  if (hex.size() != 32) return std::nullopt;
  const auto high = ParseHalf(hex.substr(0, 16));
  const auto low = ParseHalf(hex.substr(16));
  if (!high || !low || (*high == 0 && *low == 0)) return std::nullopt;
  return Id128{static_cast<std::int64_t>(*high), static_cast<std::int64_t>(*low)};
}

std::string FormatId(const Id128& id) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(32);
  for (const std::int64_t half : {id.high, id.low}) {
    for (int shift = 60; shift >= 0; shift -= 4) {
      out += kDigits[static_cast<std::uint64_t>(half) >> shift & 15];
    }
  }
  return out;
}

}  // namespace gatehouse::eventstore::sqlite
