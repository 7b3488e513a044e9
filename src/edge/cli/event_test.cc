#include "edge/cli/event.h"

#include <gtest/gtest.h>

#include "region/events/grouping/errors.h"
#include "region/events/grouping/grouping.h"

namespace gatehouse::cli {
namespace {

EventContext Now() {
  return {.received = Timestamp::FromSeconds(1'800'000'000),
          .new_event_id = [] { return std::string("0123456789abcdef0123456789abcdef"); }};
}

TEST(EventCommand, GroupNormalizesAndExplains) {
  // A legacy payload: the message is lifted, then parametrized.
  const auto out = GroupEvent(R"({"message":"foo 123"})", Now(), grouping::Config::Default());
  ASSERT_TRUE(out.has_value()) << out.error().detail;
  EXPECT_EQ(out->at("primary_hash"), "749c541cacd7cb4dcc5b4e1dd10744ae");
  EXPECT_EQ(out->at("title"), "foo 123");
  EXPECT_EQ(out->at("variants").at("default").at("contributes"), true);
}

TEST(EventCommand, NormalizePrintsTheEvent) {
  const auto out = NormalizeEvent(R"({"message":"foo","level":"fatal"})", Now());
  ASSERT_TRUE(out.has_value()) << out.error().detail;
  EXPECT_EQ(out->at("level"), "fatal");
  EXPECT_EQ(out->at("logentry").at("formatted"), "foo");
}

TEST(EventCommand, NormalizeScrubsAsAProjectWithoutSettingsDoes) {
  const auto out = NormalizeEvent(
      R"({"message":"foo","extra":{"password":"hunter2","card":"4111 1111 1111 1111","n":1}})",
      Now());
  ASSERT_TRUE(out.has_value()) << out.error().detail;
  const std::string text = json::Serialize(*out);
  EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
  EXPECT_EQ(text.find("4111"), std::string::npos) << text;
  EXPECT_EQ(out->at("extra").at("password"), "[Filtered]");
  EXPECT_TRUE(out->contains("_meta"));
}

TEST(EventCommand, ProjectRulesApply) {
  const auto config = GroupingConfig("", "message:foo* -> ours");
  ASSERT_TRUE(config.has_value());
  const auto out = GroupEvent(R"({"message":"foo"})", Now(), *config);
  ASSERT_TRUE(out.has_value());
  EXPECT_TRUE(out->at("variants").get_object().contains("custom-fingerprint"));
}

TEST(EventCommand, WrongInputIsExitStatusTwo) {
  for (const char* text : {"", "[]", "no", "{\"a\":", "1", "\"x\""}) {
    const auto out = GroupEvent(text, Now(), grouping::Config::Default());
    ASSERT_FALSE(out.has_value()) << text;
    EXPECT_EQ(EventExitStatus(out.error()), 2) << text;
  }
  const auto rules = GroupingConfig("nonsense", "");
  ASSERT_FALSE(rules.has_value());
  EXPECT_EQ(rules.error().reason, grouping::kEnhancementRulesInvalid);
  EXPECT_EQ(EventExitStatus(rules.error()), 2);
  EXPECT_EQ(EventExitStatus(Error{.code = Code::kFailedPrecondition, .reason = "x", .detail = {}}),
            1);
}

TEST(EventCommand, RejectedEventSaysWhy) {
  const auto out = NormalizeEvent(R"({"message":"x","timestamp":-5})", Now());
  if (!out) {
    EXPECT_EQ(out.error().reason, "event_rejected");
  }
  const auto transaction = NormalizeEvent(R"({"type":"transaction"})", Now());
  ASSERT_FALSE(transaction.has_value());
  EXPECT_EQ(EventExitStatus(transaction.error()), 1);
}

TEST(EventCommand, IndentedJson) {
  const json::Value value{
      {"a", {1, 2}}, {"b", json::Object()}, {"c", json::Array()}, {"d", "x\"y"}};
  EXPECT_EQ(Indented(value),
            "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {},\n  \"c\": [],\n  \"d\": "
            "\"x\\\"y\"\n}\n");
}

}  // namespace
}  // namespace gatehouse::cli
