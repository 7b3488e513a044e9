#include "edge/web/events/similarity.h"

#include <gtest/gtest.h>

namespace gatehouse::web {
namespace {

Traits Make(const std::string& type, const std::string& value, const std::string& culprit) {
  issues::Issue issue{};
  issue.metadata = json::Object{{"type", type}, {"value", value}};
  issue.title = type + ": " + value;
  issue.culprit = culprit;
  return TraitsOf(issue);
}

TEST(SimilarityTest, TheSameIsWhollyAlike) {
  const Traits a = Make("TypeError", "card was refused", "pay");
  EXPECT_EQ(Compare(a, a).percent, 100);
}

TEST(SimilarityTest, NumbersAndIdsDoNotTellApart) {
  const Traits a = Make("Timeout", "order 17 took 900ms", "pay");
  const Traits b = Make("Timeout", "order 4711 took 31ms", "pay");
  EXPECT_EQ(Compare(a, b).percent, 100);
  EXPECT_EQ(Compare(a, b).words, 100);
}

TEST(SimilarityTest, WhatHasNothingInCommonIsNotAlike) {
  const Traits a = Make("TypeError", "card was refused", "pay");
  const Traits b = Make("RangeError", "stock ran out", "store");
  EXPECT_EQ(Compare(a, b).percent, 0);
}

TEST(SimilarityTest, FramesCountWhenBothAreKnown) {
  Traits a = Make("TypeError", "card was refused", "pay");
  Traits b = Make("TypeError", "something else broke", "pay");
  const int without = Compare(a, b).percent;
  a.frames = b.frames = {"shop.js checkout", "shop.js pay"};
  EXPECT_GT(Compare(a, b).percent, without);
  EXPECT_EQ(Compare(a, b).frames, 100);
  b.frames.clear();
  EXPECT_EQ(Compare(a, b).percent, without);
}

TEST(SimilarityTest, OnlyFramesOfTheApplicationAreTaken) {
  const auto payload = json::ParseObject(
      R"({"exception":{"values":[{"stacktrace":{"frames":[
      {"filename":"lib.js","function":"call","in_app":false},
      {"filename":"app.js","function":"main","in_app":true},7,
      {"module":"shop","filename":"x.js","in_app":true}]}},null]}})");
  ASSERT_TRUE(payload.has_value());
  EXPECT_EQ(StackFrames(*payload), (std::vector<std::string>{"app.js main", "shop "}));
  EXPECT_TRUE(StackFrames(json::Object()).empty());
}

TEST(SimilarityTest, NothingComparesToNothing) { EXPECT_EQ(Compare({}, {}).percent, 0); }

}  // namespace
}  // namespace gatehouse::web
