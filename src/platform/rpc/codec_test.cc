#include "platform/rpc/codec.h"

#include <gtest/gtest.h>

namespace gatehouse::rpc {
namespace {

using ThingId = StrongId<struct ThingTag>;

enum class Colour { kDeepRed, kBlue };
BOOST_DESCRIBE_ENUM(Colour, kDeepRed, kBlue)

struct Part {
  std::string name;
  std::optional<std::int64_t> weight;
};
BOOST_DESCRIBE_STRUCT(Part, (), (name, weight))

struct Thing {
  ThingId id;
  Colour colour = Colour::kBlue;
  bool good = false;
  int small = 0;
  Timestamp at;
  json::Object data;
  std::optional<Part> best;
  std::vector<Part> parts;
};
BOOST_DESCRIBE_STRUCT(Thing, (), (id, colour, good, small, at, data, best, parts))

Thing Full() {
  Thing thing;
  thing.id = ThingId{9'007'199'254'740'993};  // more than a double holds
  thing.colour = Colour::kDeepRed;
  thing.good = true;
  thing.small = -7;
  thing.at = Timestamp{1'800'000'000'000'001};
  thing.data["nested"] = json::Object{{"a", json::Array{1, "two", nullptr}}};
  thing.best = Part{"q\"\n\xc3\xbc", std::nullopt};
  thing.parts = {{"one", 1}, {"two", std::nullopt}};
  return thing;
}

// Why the text is no thing, or "".
std::string Refusal(std::string_view text) {
  auto value = json::Parse(text);
  EXPECT_TRUE(value.has_value()) << text;
  Thing out;
  std::string where;
  return Decode(*value, out, where) ? "" : where;
}

TEST(Codec, AValueSurvivesTheWire) {
  const std::string wire = json::Serialize(Encode(Full()));
  EXPECT_NE(wire.find(R"("colour":"deep_red")"), std::string::npos) << wire;
  EXPECT_NE(wire.find(R"("id":9007199254740993)"), std::string::npos) << wire;
  Thing back;
  std::string where;
  ASSERT_TRUE(Decode(json::Parse(wire).value(), back, where)) << where;
  EXPECT_EQ(back.id, Full().id);
  EXPECT_EQ(back.at, Full().at);
  EXPECT_EQ(back.small, -7);
  EXPECT_EQ(back.best->name, "q\"\n\xc3\xbc");
  EXPECT_EQ(back.parts.at(0).weight, 1);
  EXPECT_FALSE(back.parts.at(1).weight.has_value());
  EXPECT_EQ(json::Serialize(Encode(back)), wire);
}

TEST(Codec, WhatDoesNotFitSaysWhere) {
  constexpr std::string_view kGood =
      R"({"id":1,"colour":"blue","good":true,"small":1,"at":1,"data":{},"parts":[{"name":"x"}],"new":1})";
  EXPECT_EQ(Refusal(kGood), "") << "optional and unknown members";
  for (auto [from, to, where] : {
           std::array<std::string_view, 3>{R"("id":1)", R"("id":"1")", ".id"},
           {R"("id":1)", R"("id":1.0)", ".id"},
           {R"("id":1)", R"("id":9223372036854775808)", ".id"},
           {R"("id":1,)", "", ".id"},
           {R"("blue")", R"("Blue")", ".colour"},
           {R"("blue")", "0", ".colour"},
           {"true", "1", ".good"},
           {R"("small":1)", R"("small":2147483648)", ".small"},
           {R"("data":{})", R"("data":[])", ".data"},
           {R"([{"name":"x"}])", R"({"name":"x"})", ".parts"},
           {R"({"name":"x"})", R"({"name":"x"},{"name":1})", ".parts[1].name"},
           {R"({"name":"x"})", R"({"name":"x","weight":"1"})", ".parts[0].weight"},
       }) {
    std::string text(kGood);
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    EXPECT_EQ(Refusal(text), where) << text;
  }
  std::string where;
  Thing out;
  EXPECT_FALSE(Decode(json::Value("thing"), out, where));
}

TEST(Codec, NamesOfEnumerators) {
  EXPECT_EQ(WireName("kLinkedToOther"), "linked_to_other");
  EXPECT_EQ(WireName("kSso"), "sso");
  EXPECT_EQ(WireName("kind"), "kind");
  EXPECT_EQ(WireName(""), "");
}

}  // namespace
}  // namespace gatehouse::rpc
