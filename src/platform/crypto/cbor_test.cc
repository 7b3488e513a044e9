#include "platform/crypto/cbor.h"

#include <gtest/gtest.h>

#include <chrono>

#include "platform/crypto/testing/software_authenticator.h"

namespace gatehouse::crypto::cbor {
namespace {

using namespace std::string_literals;
using testing::CborBytes;
using testing::CborHead;
using testing::CborInt;
using testing::CborText;

bool IsWhole(std::string_view input) {
  auto item = Take(input);
  return item && input.empty();
}

TEST(CborTest, ReadsWhatAnAuthenticatorWrites) {
  std::string text = CborHead(5, 4) + CborInt(1) + CborInt(2) + CborInt(-257) + CborBytes("ab") +
                     CborText("fmt") + CborText("none") + CborText("list") + CborHead(4, 2) +
                     CborInt(1000) + "\xF5";
  std::string_view rest = text;
  auto map = Take(rest);
  ASSERT_TRUE(map.has_value());
  EXPECT_TRUE(rest.empty());
  EXPECT_EQ(map->encoded, text);
  EXPECT_EQ(Entries(*map).size(), 4u);
  EXPECT_EQ(Find(*map, 1)->number, 2);
  EXPECT_EQ(Find(*map, -257)->content, "ab");
  EXPECT_EQ(Find(*map, "fmt")->content, "none");
  EXPECT_EQ(Find(*map, "list")->type, Type::kArray);
  EXPECT_FALSE(Find(*map, 3).has_value());
  EXPECT_FALSE(Find(*map, "1").has_value());
}

TEST(CborTest, WhatFollowsAnItemIsLeft) {
  std::string text = CborInt(7) + "rest";
  std::string_view rest = text;
  ASSERT_TRUE(Take(rest).has_value());
  EXPECT_EQ(rest, "rest");
}

// AUTH-21
TEST(CborTest, HostileInputIsRefusedAtOnce) {
  auto begin = std::chrono::steady_clock::now();
  const std::pair<std::string_view, std::string> kHostile[] = {
      {"empty", ""},
      {"10,000 arrays deep", std::string(10'000, '\x81') + "\x01"},
      {"10,000 maps deep",
       [] {
         std::string deep;
         for (int i = 0; i < 10'000; ++i) deep += "\xA1\x01";
         return deep + "\x01";
       }()},
      {"10,000 tags deep", std::string(10'000, '\xC1') + "\x01"},
      {"one deeper than allowed", std::string(9, '\x81') + "\x01"},
      {"1 GB of bytes", "\x5A\x40\x00\x00\x00"s + "abc"},
      {"2^63 bytes of text", "\x7B\x80\x00\x00\x00\x00\x00\x00\x00"s},
      {"an array of 2^32 entries", "\x9B\x00\x00\x00\x01\x00\x00\x00\x00"s},
      {"a map of 2^64 - 1 entries", "\xBB"s + std::string(8, '\xFF')},
      {"a map of 65 entries",
       [] {
         std::string wide = CborHead(5, 65);
         for (int i = 0; i < 65; ++i) wide += CborInt(i) + CborInt(i);
         return wide;
       }()},
      {"a duplicate key", CborHead(5, 2) + CborInt(1) + CborInt(2) + CborInt(1) + CborInt(3)},
      {"a duplicate key of text",
       CborHead(5, 2) + CborText("a") + CborInt(2) + CborText("a") + CborInt(3)},
      {"a key that is spelt longer", "\xA1\x18\x01\x01"s},
      {"a key of bytes", CborHead(5, 1) + CborBytes("k") + CborInt(1)},
      {"a key that is an array", CborHead(5, 1) + CborHead(4, 0) + CborInt(1)},
      {"a map that ends early", CborHead(5, 2) + CborInt(1) + CborInt(2)},
      {"no definite length", "\x9F\x01\xFF"s},
      {"a break", "\xFF"s},
      {"a reserved length", "\x1C"s},
      {"a negative number beyond 64 bits", "\x3B"s + std::string(8, '\xFF')},
      {"text that is not UTF-8", CborText("\xC3\x28")},
      {"a number spelt longer", "\x19\x00\x17"s},
  };
  for (const auto& [what, input] : kHostile) EXPECT_FALSE(IsWhole(input)) << what;
  EXPECT_FALSE(IsWhole(CborInt(1) + CborInt(2))) << "trailing bytes";
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(20));
  EXPECT_TRUE(IsWhole(std::string(8, '\x81') + "\x01"));
}

}  // namespace
}  // namespace gatehouse::crypto::cbor
