#include "platform/json/lenient.h"

#include <gtest/gtest.h>

#include <string>

#include "platform/json/lenient_check.h"

namespace gatehouse::json {
namespace {

std::string Read(std::string_view text, bool allow_non_finite = false) {
  LenientOptions options;
  options.allow_non_finite = allow_non_finite;
  auto value = ParseLenient(text, options);
  return value ? Serialize(*value) : std::string(value.error().reason);
}

TEST(LenientJson, TheLastOfTwoEqualKeysWins) {
  EXPECT_EQ(Read(R"({"a":1,"b":2,"a":3})"), R"({"a":3,"b":2})");
}

TEST(LenientJson, LoneSurrogatesBecomeReplacementCharacters) {
  EXPECT_EQ(Read(R"(["x\ud800y"])"), "[\"x\xEF\xBF\xBDy\"]");
  EXPECT_EQ(Read(R"(["\udc00"])"), "[\"\xEF\xBF\xBD\"]");
  EXPECT_EQ(Read(R"(["\ud83d\ud83d\ude00"])"), "[\"\xEF\xBF\xBD\xF0\x9F\x98\x80\"]");
  EXPECT_EQ(Read(R"({"\ud800":"\\ud800"})"), "{\"\xEF\xBF\xBD\":\"\\\\ud800\"}");
}

TEST(LenientJson, NonFiniteWordsAreNullOnlyOnRequest) {
  EXPECT_EQ(Read(R"([NaN,-Infinity,Infinity,"NaN"])"), "json_invalid");
  EXPECT_EQ(Read(R"([NaN,-Infinity,Infinity,"NaN"])", true), R"([null,null,null,"NaN"])");
}

TEST(LenientJson, NumbersBeyondDoubleAreNull) {
  EXPECT_EQ(Read("[1e999,-1e999]"), "[null,null]");
  EXPECT_EQ(Read("[" + std::string(400, '9') + "]"), "[null]");
}

TEST(LenientJson, NumbersAreExact) {
  auto value = ParseLenient("[1458857193.973275]");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->as_array()[0].as_double(), 1458857193.973275);
}

TEST(LenientJson, RefusesWhatCannotBeRepaired) {
  EXPECT_EQ(Read("{\"a\":\"\xff\"}"), "json_invalid");
  EXPECT_EQ(Read("{\"a\":"), "json_invalid");
  EXPECT_EQ(Read("{} x"), "json_invalid");
  EXPECT_EQ(Read(""), "json_invalid");
}

TEST(LenientJson, DeepNestingIsRefusedWithoutRecursion) {
  EXPECT_EQ(Read(std::string(100'000, '[')), "json_depth");
  EXPECT_EQ(Read(std::string(128, '[') + std::string(128, ']')).size(), 256U);
  EXPECT_EQ(Read(std::string(129, '[') + std::string(129, ']')), "json_depth");
}

TEST(LenientJson, TheValueLivesInTheArena) {
  Arena arena;
  auto value = ParseLenient(R"({"a":["b"]})", {.storage = Storage(&arena)});
  ASSERT_TRUE(value);
  EXPECT_EQ(value->as_object()["a"].storage().get(), &arena);
}

TEST(LenientJson, TheCheckAloneSaysWhatTheParserSays) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  const std::string at_limit = std::string(128, '[') + std::string(128, ']');
  for (const std::string& text :
       {std::string(R"({"a":1,"a":[2,-3.5e2,null,true,"\ud800"]})"), std::string("[NaN]"),
        std::string("[1e999,18446744073709551616]"), std::string("{"), std::string("[1] x"),
        std::string("[\"\xff\"]"), std::string(), std::string("[1,]"), deep, at_limit,
        "{\"a\":" + at_limit + "}", std::string(1024 * 1024 + 1, ' ')}) {
    for (const bool words : {false, true}) {
      LenientOptions options;
      options.allow_non_finite = words;
      const auto read = ParseLenient(text, options);
      const auto checked = CheckLenient(text, options);
      ASSERT_EQ(read.has_value(), checked.has_value()) << text.substr(0, 40);
      if (!read) EXPECT_EQ(read.error().reason, checked.error().reason) << text.substr(0, 40);
    }
  }
}

}  // namespace
}  // namespace gatehouse::json
