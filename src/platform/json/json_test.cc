#include "platform/json/json.h"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <cmath>
#include <limits>

namespace gatehouse::json {
namespace {

std::string Reason(std::string_view text, Limits limits = {}) {
  auto r = Parse(text, limits);
  if (r) return "ok";
  EXPECT_EQ(r.error().code, Code::kInvalidArgument);
  return std::string(r.error().reason);
}

TEST(JsonTest, RoundTripKeepsOrderAndTypes) {
  std::string text =
      R"({"z":1,"a":[true,false,null,"x\n\"é😀"],"m":{"n":-5},"u":18446744073709551615})";
  auto value = Parse(text);
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(Serialize(*value), text);
  EXPECT_EQ(Serialize(*Parse(Serialize(*value))), text);
  EXPECT_EQ(Serialize(*ParseObject(text)), text);
  for (const char* scalar : {"true", "null", "7", "\"\"", "[]", "{}", " [ 1 , 2 ] "}) {
    EXPECT_TRUE(Parse(scalar).has_value()) << scalar;
  }
}

TEST(JsonTest, EscapesAreDecoded) {
  auto object = ParseObject(R"({"\u0061\/\\":"\ud83d\ude00\u0000\b\f\r\t"})");
  ASSERT_TRUE(object.has_value());
  using namespace std::string_view_literals;
  EXPECT_EQ(GetString(*object, "a/\\"), "😀\0\b\f\r\t"sv);
}

TEST(JsonTest, LongStringsAndKeysArriveWhole) {
  std::string key(5000, 'k');
  std::string body;
  for (int i = 0; i < 5000; ++i) body += i % 3 == 0 ? "\\u00e9" : i % 3 == 1 ? "é" : "y";
  auto object = ParseObject("{\"" + key + "\\n\":\"" + body + "\"}");
  ASSERT_TRUE(object.has_value());
  EXPECT_EQ(GetString(*object, key + "\n")->size(), 1667u * 2 + 1667u * 2 + 1666u);
}

TEST(JsonTest, DuplicateKeysAreRefusedAtEveryDepth) {
  EXPECT_EQ(Reason(R"({"a":1,"a":2})"), "json_duplicate_key");
  EXPECT_EQ(Reason(R"({"a":1,"\u0061":2})"), "json_duplicate_key");
  EXPECT_EQ(Reason(R"([{"x":{"b":[],"c":0,"b":1}}])"), "json_duplicate_key");
  EXPECT_EQ(Reason(R"({"":1,"":2})"), "json_duplicate_key");
  EXPECT_EQ(Reason(R"([{"a":1},{"a":1,"A":{"a":2}}])"), "ok");
  std::string many = "{";
  for (int i = 0; i < 1000; ++i) many += "\"k" + std::to_string(i) + "\":0,";
  EXPECT_EQ(Reason(many + "\"k500\":1}"), "json_duplicate_key");
  EXPECT_EQ(Reason(many + "\"other\":1}"), "ok");
}

TEST(JsonTest, NestingBombIsRefusedWithoutRecursion) {
  EXPECT_EQ(Reason(std::string(32, '[') + std::string(32, ']')), "ok");
  EXPECT_EQ(Reason(std::string(33, '[') + std::string(33, ']')), "json_depth");
  EXPECT_EQ(Reason(std::string(100'000, '[')), "json_depth");
  std::string objects;
  for (int i = 0; i < 50'000; ++i) objects += "{\"a\":";
  EXPECT_EQ(Reason(objects), "json_depth");
  EXPECT_EQ(Reason("[[1]]", {.max_bytes = 100, .max_depth = 1}), "json_depth");
}

TEST(JsonTest, SizeLimit) {
  EXPECT_EQ(Reason("[1,2]", {.max_bytes = 5}), "ok");
  EXPECT_EQ(Reason("[1,2]", {.max_bytes = 4}), "json_too_large");
}

TEST(JsonTest, InvalidUtf8IsRefusedNotRepaired) {
  for (const char* bad : {"\x80", "\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF5\x80\x80\x80",
                          "\xE2\x82", "\xFF", "\xF0\x80\x80\x80"}) {
    EXPECT_EQ(Reason("\"" + std::string(bad) + "\""), "json_invalid") << bad;
    EXPECT_EQ(Reason("{\"" + std::string(bad) + "\":1}"), "json_invalid") << bad;
  }
}

TEST(JsonTest, LoneSurrogatesAreRefused) {
  for (const char* bad : {R"("\ud800")", R"("\udc00")", R"("\ud800\ud800")", R"("\ud800x")",
                          R"("\ud800\u0041")", R"({"\udfff":1})"}) {
    EXPECT_EQ(Reason(bad), "json_invalid") << bad;
  }
}

TEST(JsonTest, NumbersOutsideDoubleAreRefused) {
  for (const char* bad : {"1e400", "-1e400", "1e99999999999", "[1e309]", "{\"a\":-1.8e308}"}) {
    EXPECT_EQ(Reason(bad), "json_invalid") << bad;
  }
  EXPECT_EQ(Reason("1" + std::string(400, '0')), "json_invalid");
  EXPECT_EQ(Reason("-1" + std::string(400, '0') + ".5"), "json_invalid");
  EXPECT_EQ(Reason("1e-400"), "ok");
}

TEST(JsonTest, NumbersAreExact) {
  EXPECT_EQ(Parse("9223372036854775807")->get_int64(), 9223372036854775807);
  EXPECT_EQ(Parse("-9223372036854775808")->get_int64(), INT64_MIN);
  EXPECT_EQ(Parse("9223372036854775808")->get_uint64(), 9223372036854775808u);
  EXPECT_EQ(Parse("18446744073709551616")->get_double(), 18446744073709551616.0);
  EXPECT_EQ(Parse("-9223372036854775809")->get_double(), -9223372036854775808.0);
  for (const char* text : {"0.1", "2.2250738585072014e-308", "1.7976931348623157e308", "-7.3e-12",
                           "123456789.123456789", "5e-324", "179769313486231570000.5",
                           "0.30000000000000004", "-1E+2", "8.41", "9007199254740993.0"}) {
    EXPECT_EQ(Parse(text)->get_double(), std::strtod(text, nullptr)) << text;
    EXPECT_EQ(Parse(Serialize(*Parse(text)))->get_double(), std::strtod(text, nullptr)) << text;
  }
  EXPECT_EQ((*Parse("[1.5,2.5]")).get_array()[1].get_double(), 2.5);
}

TEST(JsonTest, SyntaxOutsideTheStandardIsRefused) {
  for (const char* bad :
       {"",        " ",        "{",   "[1,]",       "{\"a\":1,}", "{'a':1}",
        "{a:1}",   "[1 2]",    "01",  "+1",         ".5",         "1.",
        "NaN",     "Infinity", "nul", "\"a",        "\"\n\"",     "\"\\x\"",
        "// c\n1", "/* c */1", "1 1", "{}x",        "[1]]",       "\xEF\xBB\xBF{}",
        "tru",     "-",        "1e",  "\"\\u12g4\""}) {
    EXPECT_EQ(Reason(bad), "json_invalid") << bad;
  }
  EXPECT_EQ(Reason(std::string_view("{}\0", 3)), "json_invalid");
  EXPECT_EQ(Reason(std::string_view("\"\0\"", 3)), "json_invalid");
  EXPECT_EQ(Reason(std::string_view()), "json_invalid");
}

TEST(JsonTest, ParseObjectRefusesOtherTypes) {
  for (const char* text : {"[]", "1", "null", "\"{}\""}) {
    EXPECT_EQ(ParseObject(text).error().reason, "json_invalid");
  }
}

TEST(JsonTest, MemberAccessHasNoConversions) {
  auto o = *ParseObject(R"({"s":"t","i":3,"d":1.5,"b":true,"o":{},"a":[],"n":null,
                            "big":18446744073709551615})");
  EXPECT_EQ(GetString(o, "s"), "t");
  EXPECT_EQ(GetInt(o, "i"), 3);
  EXPECT_EQ(GetNumber(o, "d"), 1.5);
  EXPECT_EQ(GetNumber(o, "i"), 3.0);
  EXPECT_EQ(GetBool(o, "b"), true);
  EXPECT_NE(GetObject(o, "o"), nullptr);
  EXPECT_NE(GetArray(o, "a"), nullptr);
  for (const char* key : {"i", "d", "b", "o", "a", "n", "missing"}) {
    EXPECT_FALSE(GetString(o, key).has_value()) << key;
  }
  for (const char* key : {"s", "d", "b", "n", "big", "missing"}) {
    EXPECT_FALSE(GetInt(o, key).has_value()) << key;
  }
  for (const char* key : {"s", "b", "n", "missing"}) EXPECT_FALSE(GetNumber(o, key).has_value());
  for (const char* key : {"s", "i", "n", "missing"}) EXPECT_FALSE(GetBool(o, key).has_value());
  EXPECT_EQ(GetObject(o, "a"), nullptr);
  EXPECT_EQ(GetArray(o, "o"), nullptr);
  EXPECT_EQ(GetObject(o, "missing"), nullptr);
}

TEST(JsonTest, WhatIsWrittenIsWhatBoostWritesButForFractions) {
  std::string bytes;
  for (int byte = 1; byte < 256; ++byte) bytes += static_cast<char>(byte);
  bytes += std::string(1, '\0');
  const Value value{{"k\"\n", bytes},
                    {"", ""},
                    {"numbers", Array{0, -1, INT64_MIN, INT64_MAX, UINT64_MAX}},
                    {"flags", Array{true, false, nullptr}},
                    {"empty", Array{Array{}, Object{}, Array{Object{}}}},
                    {"long", std::string(10'000, 'x') + "\\"}};
  EXPECT_EQ(Serialize(value), boost::json::serialize(value));
  EXPECT_EQ(Serialize(value.get_object()), boost::json::serialize(value));
  EXPECT_EQ(Serialize(Object{}), "{}");
  EXPECT_EQ(Serialize(Value()), "null");
  EXPECT_EQ(Serialize(Value("\x1f/")), R"("\u001f/")");
}

TEST(JsonTest, FractionsAreShortAndStayFractions) {
  EXPECT_EQ(Serialize(Value(Array{41.5, 120.0, -0.0, 0.1, 1'732'000'000.123456, -1e-7, 1e300})),
            "[41.5,120.0,-0.0,0.1,1732000000.123456,-1e-07,1e+300]");
  for (const double number : {120.0, 18446744073709551616.0, 1e21, 5e-324, -7.3e-12, 1e5}) {
    const auto again = Parse(Serialize(Value(number)));
    ASSERT_TRUE(again && again->is_double()) << number;
    EXPECT_EQ(again->get_double(), number);
  }
  EXPECT_EQ(Serialize(Value(std::numeric_limits<double>::quiet_NaN())), "null");
  EXPECT_EQ(Serialize(Value(-std::numeric_limits<double>::infinity())), "-1e99999");
}

}  // namespace
}  // namespace gatehouse::json
