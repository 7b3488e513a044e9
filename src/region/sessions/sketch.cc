#include "region/sessions/sketch.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/bytes.h"

namespace gatehouse::sessions {
namespace {

// FNV-1a, and the end of MurmurHash3 to spread it.
std::uint64_t HashOf(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ull;
  for (const char c : text) {
    hash ^= static_cast<std::uint8_t>(c);
    hash *= 1099511628211ull;
  }
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdull;
  hash ^= hash >> 33;
  hash *= 0xc4ceb9fe1a85ec53ull;
  return hash ^ hash >> 33;
}

}  // namespace

void Sketch::Add(std::string_view thing) { AddHash(HashOf(thing)); }

void Sketch::AddHash(std::uint64_t hash) {
  if (!registers_.empty()) return AddToRegisters(hash);
  const auto at = std::ranges::lower_bound(hashes_, hash);
  if (at != hashes_.end() && *at == hash) return;
  hashes_.insert(at, hash);
  if (hashes_.size() > kExact) Spill();
}

void Sketch::AddToRegisters(std::uint64_t hash) {
  const std::size_t index = hash >> (64 - kBits);
  const auto rank = static_cast<std::uint8_t>(
      std::min<int>(std::countl_zero(hash << kBits | 1ull << (kBits - 1)) + 1, 63));
  registers_[index] = std::max(registers_[index], rank);
}

void Sketch::Spill() {
  registers_.assign(kRegisters, 0);
  for (const std::uint64_t hash : hashes_) AddToRegisters(hash);
  hashes_.clear();
}

void Sketch::Merge(const Sketch& other) {
  if (!other.registers_.empty()) {
    if (registers_.empty()) Spill();
    for (std::size_t i = 0; i < kRegisters; ++i) {
      registers_[i] = std::max(registers_[i], other.registers_[i]);
    }
    return;
  }
  for (const std::uint64_t hash : other.hashes_) AddHash(hash);
}

std::int64_t Sketch::Count() const {
  if (registers_.empty()) return static_cast<std::int64_t>(hashes_.size());
  constexpr double kM = static_cast<double>(kRegisters);
  double sum = 0;
  int zeros = 0;
  for (const std::uint8_t rank : registers_) {
    sum += std::ldexp(1.0, -static_cast<int>(rank));
    zeros += rank == 0 ? 1 : 0;
  }
  double estimate = 0.7213 / (1 + 1.079 / kM) * kM * kM / sum;
  if (estimate <= 2.5 * kM && zeros > 0) estimate = kM * std::log(kM / zeros);
  return static_cast<std::int64_t>(std::llround(estimate));
}

std::string Sketch::ToText() const {
  if (!registers_.empty()) {
    return "r" + Base64UrlEncode(AsView(registers_));
  }
  if (hashes_.empty()) return "";
  std::string bytes;
  for (const std::uint64_t hash : hashes_) {
    for (unsigned shift = 0; shift < 64; shift += 8)
      bytes += static_cast<char>(hash >> shift & 0xff);
  }
  return "h" + Base64UrlEncode(bytes);
}

Sketch Sketch::Parse(std::string_view text) {
  Sketch out;
  if (text.size() < 2) return out;
  const auto bytes = Base64UrlDecode(text.substr(1));
  if (!bytes) return out;
  if (text.front() == 'r' && bytes->size() == kRegisters) {
    for (const char c : *bytes) out.registers_.push_back(static_cast<std::uint8_t>(c));
  } else if (text.front() == 'h' && bytes->size() % 8 == 0 && bytes->size() <= kExact * 8) {
    for (std::size_t at = 0; at < bytes->size(); at += 8) {
      std::uint64_t hash = 0;
      for (std::size_t i = 8; i-- > 0;) {
        hash = hash << 8 | static_cast<std::uint8_t>((*bytes)[at + i]);
      }
      out.AddHash(hash);
    }
  }
  return out;
}

}  // namespace gatehouse::sessions
