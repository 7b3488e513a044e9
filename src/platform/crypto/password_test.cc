#include "platform/crypto/password.h"

#include <gtest/gtest.h>

#include <chrono>

namespace gatehouse::crypto {
namespace {

constexpr PasswordCost kCheap{.memory_bytes = 64 * 1024, .passes = 1};

TEST(PasswordTest, HashVerifies) {
  auto hash = HashPassword("correct horse battery staple", kCheap);
  ASSERT_TRUE(hash.has_value());
  EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=64,t=1,p=1$")) << *hash;
  EXPECT_TRUE(VerifyPassword(*hash, "correct horse battery staple"));
  EXPECT_FALSE(VerifyPassword(*hash, "correct horse battery stapl"));
  EXPECT_FALSE(VerifyPassword(*hash, ""));
  EXPECT_NE(*HashPassword("correct horse battery staple", kCheap), *hash);
}

TEST(PasswordTest, BytesAfterANulCount) {
  using namespace std::string_view_literals;
  auto hash = HashPassword("abc\0def"sv, kCheap);
  EXPECT_TRUE(VerifyPassword(*hash, "abc\0def"sv));
  EXPECT_FALSE(VerifyPassword(*hash, "abc\0xyz"sv));
  EXPECT_FALSE(VerifyPassword(*hash, "abc"));
}

TEST(PasswordTest, LongPasswordsAreRefusedBeforeHashing) {
  EXPECT_TRUE(HashPassword(std::string(kMaxPasswordBytes, 'x'), kCheap).has_value());
  auto r = HashPassword(std::string(kMaxPasswordBytes + 1, 'x'), kCheap);
  ASSERT_FALSE(r.has_value());
  EXPECT_EQ(r.error().reason, "password_too_long");
}

TEST(PasswordTest, ImpossibleMemoryIsAnErrorNotACrash) {
  auto r = HashPassword("x", {.memory_bytes = 1, .passes = 1});
  ASSERT_FALSE(r.has_value());
  EXPECT_EQ(r.error().reason, "out_of_memory");
}

TEST(PasswordTest, ForeignOrBrokenHashesNeverVerify) {
  auto good = *HashPassword("x", kCheap);
  EXPECT_FALSE(VerifyPassword("", "x"));
  EXPECT_FALSE(VerifyPassword("x", "x"));
  EXPECT_FALSE(VerifyPassword("$2b$12$abcdefghijklmnopqrstuv", "x"));
  EXPECT_FALSE(VerifyPassword("$argon2i$v=19$m=64,t=1,p=1$AAAA$AAAA", "x"));
  EXPECT_FALSE(VerifyPassword(good.substr(0, good.size() - 1), "x"));
  EXPECT_FALSE(VerifyPassword(good + "A", "x"));
  EXPECT_FALSE(VerifyPassword(std::string(1000, '$'), "x"));
}

TEST(PasswordTest, NeedsRehashWhenTheCostChanged) {
  auto hash = *HashPassword("x", kCheap);
  EXPECT_FALSE(NeedsRehash(hash, kCheap));
  EXPECT_TRUE(NeedsRehash(hash, {.memory_bytes = 128 * 1024, .passes = 1}));
  EXPECT_TRUE(NeedsRehash(hash, {.memory_bytes = 64 * 1024, .passes = 2}));
  EXPECT_TRUE(NeedsRehash("garbage", kCheap));
}

// User enumeration by timing: an unknown user must cost what a known one costs.
TEST(PasswordTest, BurnTakesAsLongAsVerify) {
  PasswordCost cost{.memory_bytes = 16u * 1024 * 1024, .passes = 1};
  auto hash = *HashPassword("x", cost);
  auto best = [](auto f) {
    auto least = std::chrono::steady_clock::duration::max();
    for (int i = 0; i < 5; ++i) {
      auto start = std::chrono::steady_clock::now();
      f();
      least = std::min(least, std::chrono::steady_clock::now() - start);
    }
    return std::chrono::duration<double>(least).count();
  };
  double verify = best([&] { EXPECT_FALSE(VerifyPassword(hash, "y")); });
  double burn = best([&] { BurnPassword("y", cost); });
  // Wide, for busy machines: it only has to catch a burn that does no work.
  EXPECT_GT(burn, verify * 0.4);
  EXPECT_LT(burn, verify * 2.5);
}

}  // namespace
}  // namespace gatehouse::crypto
