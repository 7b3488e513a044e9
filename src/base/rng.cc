#include "base/rng.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"

namespace gatehouse {

std::uint64_t Rng::Next64() {
  std::uint64_t value = 0;
  std::uint8_t raw[sizeof value];
  Fill(raw);
  std::memcpy(&value, raw, sizeof value);
  return value;
}

std::string Rng::Token(std::size_t bytes) {
  std::vector<std::uint8_t> raw(bytes);
  Fill(raw);
  return Base64UrlEncode(AsView(raw));
}

namespace {

void FromKernel(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    ssize_t n = getrandom(out.data(), out.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    GH_CHECK(n > 0);
    out = out.subspan(static_cast<std::size_t>(n));
  }
}

// One call of the kernel serves several small requests of a thread. What is handed out is wiped
// here. A forked child would hand out the same bytes again: Gatehouse forks only to exec.
struct Pool {
  std::array<std::uint8_t, 256> bytes;
  std::size_t left = 0;
};

}  // namespace

void SystemRng::Fill(std::span<std::uint8_t> out) {
  thread_local Pool pool;
  if (out.size() > pool.bytes.size() / 4) return FromKernel(out);
  if (pool.left < out.size()) {
    FromKernel(pool.bytes);
    pool.left = pool.bytes.size();
  }
  const auto taken = std::span(pool.bytes).subspan(pool.left - out.size(), out.size());
  std::ranges::copy(taken, out.begin());
  std::ranges::fill(taken, std::uint8_t{0});
  pool.left -= out.size();
}

void SeededRng::Fill(std::span<std::uint8_t> out) {
  std::lock_guard lock(mutex_);
  for (std::uint8_t& byte : out) {
    // splitmix64
    state_ += 0x9E3779B97F4A7C15ull;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    byte = static_cast<std::uint8_t>(z >> 56);
  }
}

}  // namespace gatehouse
