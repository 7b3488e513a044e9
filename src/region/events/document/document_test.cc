#include <gtest/gtest.h>

#include <string>

#include "region/events/document/annotations.h"
#include "region/events/document/check.h"
#include "region/events/document/errors.h"
#include "region/events/document/event_json.h"
#include "region/events/document/ip_literal.h"
#include "region/events/document/value.h"

namespace gatehouse::events {
namespace {

TEST(EventJson, RefusalsHaveTheirReason) {
  auto reason = [](std::string_view text, ParseOptions options = {}) {
    auto event = Parse(text, options);
    return event ? std::string_view("kept") : event.error().reason;
  };
  EXPECT_EQ(reason("{}"), "kept");
  EXPECT_EQ(reason("[]"), kInvalidJson);
  EXPECT_EQ(reason("{"), kInvalidJson);
  EXPECT_EQ(reason("{\"a\":\"\xC3\x28\"}"), kInvalidJson);
  EXPECT_EQ(reason("{\"a\":\"\xC0\xAF\"}"), kInvalidJson);
  EXPECT_EQ(reason("{\"a\":NaN}"), kInvalidJson);
  EXPECT_EQ(reason("{\"a\":NaN}", {.allow_nan = true}), "kept");
  EXPECT_EQ(reason("{\"a\":1}", {.max_bytes = 6}), kEventTooLarge);
  EXPECT_EQ(reason("{\"extra\":" + std::string(100'000, '[')), kJsonDepth);
}

TEST(EventJson, PythonClientsMaySendNan) {
  EXPECT_TRUE(SendsNan("raven-python/6.0"));
  EXPECT_TRUE(SendsNan("sentry-python/1"));
  EXPECT_FALSE(SendsNan("sentry.python/1"));
}

TEST(Values, Times) {
  EXPECT_EQ(ParseTimeText("2020-01-01T00:00:00Z"), 1577836800.0);
  EXPECT_EQ(ParseTimeText("2020-01-01T00:00:00.5"), 1577836800.5);
  EXPECT_EQ(ParseTimeText("2020-01-01T02:00:00+02:00"), 1577836800.0);
  EXPECT_EQ(ParseTimeText("2019-12-31T22:30:00.000001-0130"), 1577836800.000001);
  for (std::string_view bad :
       {"", "2020", "2020-02-30T00:00:00Z", "2020-01-01T25:00:00Z", "2020-01-01T00:00:00.Z",
        "2020-01-01T00:00:00+5", "2020-01-01T00:00:00 x"}) {
    EXPECT_EQ(ParseTimeText(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(FormatTime(1577836800), "2020-01-01T00:00:00+00:00");
  EXPECT_EQ(FormatTime(1577836800.25), "2020-01-01T00:00:00.250000+00:00");
}

TEST(Values, LenientTexts) {
  EXPECT_EQ(LenientText(json::Value(true)), "True");
  EXPECT_EQ(LenientText(json::Value(-7)), "-7");
  EXPECT_EQ(LenientText(json::Value(-7.9)), "-7");
  EXPECT_EQ(LenientText(json::Value(9007199254740992.0)), std::nullopt);
  EXPECT_EQ(LenientText(json::Value(nullptr)), std::nullopt);
  EXPECT_EQ(LenientText(json::Value(json::Array())), std::nullopt);
}

TEST(Values, Addresses) {
  EXPECT_EQ(ParseAddress(json::Value("0xFF")), "0xff");
  EXPECT_EQ(ParseAddress(json::Value("123450")), "0x1e23a");
  EXPECT_EQ(ParseAddress(json::Value(0)), "0x0");
  for (auto bad : {json::Value("0x"), json::Value(""), json::Value("ff"), json::Value(-1),
                   json::Value(1.5), json::Value("0x11112222333344445")}) {
    EXPECT_EQ(ParseAddress(bad), std::nullopt);
  }
  for (std::string_view good : {"127.0.0.1", "::", "::1", "fe80::1", "1:2:3:4:5:6:7:8",
                                "::ffff:1.2.3.4", "1:2:3:4:5:6:7::"}) {
    EXPECT_TRUE(IsIpAddress(good)) << good;
  }
  for (std::string_view bad : {"", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", ":", ":::",
                               "1::2::3", "1:2:3:4:5:6:7:8:9", "1:2", "12345::", "::1.2.3", "x"}) {
    EXPECT_FALSE(IsIpAddress(bad)) << bad;
  }
}

TEST(Values, PercentDecodingGivesValidText) {
  EXPECT_EQ(PercentDecode("a%20b+c", true), "a b c");
  EXPECT_EQ(PercentDecode("a+b", false), "a+b");
  EXPECT_EQ(PercentDecode("%zz%4", true), "%zz%4");
  EXPECT_EQ(PercentDecode("%ff!", true), "\xEF\xBF\xBD!");
}

TEST(Check, NulCharactersAreRemoved) {
  json::Object event = *Parse(R"({"transaction":"a\u0000b"})");
  Annotations notes(event);
  Path root;
  CheckMembers(event, EventNode(), root, notes);
  EXPECT_EQ(Text(event["transaction"]), "ab");
}

TEST(Check, ValuesListsHaveOneForm) {
  for (std::string_view given : {R"([{"a":1}])", R"({"values":[{"a":1}]})", R"({"a":1})"}) {
    json::Object event = *Parse("{\"x\":" + std::string(given) + "}");
    Annotations notes(event);
    Path root;
    Path path(root, "x");
    EXPECT_TRUE(ShapeValues(event["x"], path, notes));
    EXPECT_EQ(json::Serialize(event["x"]), R"({"values":[{"a":1}]})");
  }
}

TEST(Annotations, MetaFollowsAValueThatMoves) {
  json::Object event = *Parse(R"({"_meta":{"a":{"":{"len":3}}}})");
  Annotations notes(event);
  Path root;
  notes.Move(Path(root, "a"), Path(root, "b"));
  notes.Finish(event);
  EXPECT_EQ(json::Serialize(event), R"({"_meta":{"b":{"":{"len":3}}}})");
}

TEST(Annotations, HostileMetaIsCutToItsForm) {
  std::string deep = "1";
  for (int i = 0; i < 100; ++i) deep = "{\"a\":" + deep + "}";
  json::Object event =
      *Parse("{\"_meta\":{\"x\":5,\"\":{\"val\":\"secret\",\"len\":1},\"y\":" + deep + "}}");
  Annotations notes(event);
  notes.Finish(event);
  std::string text = json::Serialize(event);
  EXPECT_EQ(text.find("secret"), text.npos);
  EXPECT_LT(text.size(), 400U);
}

}  // namespace
}  // namespace gatehouse::events
