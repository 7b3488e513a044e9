#pragma once

// Randomness. Every module takes an Rng; only SystemRng reads the kernel's generator.

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>

namespace gatehouse {

// Thread-safe.
class Rng {
 public:
  virtual ~Rng() = default;
  virtual void Fill(std::span<std::uint8_t> out) = 0;

  std::uint64_t Next64();
  // `bytes` random bytes as base64url: 32 for anything that grants access.
  std::string Token(std::size_t bytes = 32);
};

// getrandom(2), 256 bytes a time. Aborts if the kernel cannot deliver: there is no weaker fallback.
class SystemRng final : public Rng {
 public:
  void Fill(std::span<std::uint8_t> out) override;
};

// Repeatable sequence for tests and simulations. Never for a secret.
class SeededRng final : public Rng {
 public:
  explicit SeededRng(std::uint64_t seed) : state_(seed) {}
  void Fill(std::span<std::uint8_t> out) override;

 private:
  std::mutex mutex_;
  std::uint64_t state_;
};

}  // namespace gatehouse
