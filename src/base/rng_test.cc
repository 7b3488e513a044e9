#include "base/rng.h"

#include <gtest/gtest.h>

#include <array>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace gatehouse {
namespace {

TEST(SystemRng, NeverRepeatsWhateverTheSizeAndThread) {
  SystemRng rng;
  std::set<std::string> seen;
  std::mutex mutex;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        // Below, at and above what one call of the kernel serves several requests with.
        for (const std::size_t size : {16u, 32u, 64u, 65u, 256u, 300u}) {
          std::string token = rng.Token(size);
          std::lock_guard lock(mutex);
          EXPECT_TRUE(seen.insert(token.substr(0, 20)).second);
        }
      }
    });
  }
}

TEST(SystemRng, FillsEveryByte) {
  SystemRng rng;
  for (const std::size_t size : {1u, 7u, 63u, 64u, 200u, 1000u}) {
    std::vector<std::uint8_t> seen(size, 0);
    for (int i = 0; i < 64; ++i) {
      std::vector<std::uint8_t> out(size, 0);
      rng.Fill(out);
      for (std::size_t at = 0; at < size; ++at) seen[at] |= out[at];
    }
    // A byte that is zero 64 times in a row was not written.
    for (const std::uint8_t byte : seen) EXPECT_NE(byte, 0);
  }
  rng.Fill({});
}

TEST(SeededRng, RepeatsItself) {
  SeededRng a(7), b(7), c(8);
  const std::string token = a.Token();
  EXPECT_EQ(token, b.Token());
  EXPECT_NE(token, c.Token());
  EXPECT_EQ(token.size(), 43u);
}

}  // namespace
}  // namespace gatehouse
