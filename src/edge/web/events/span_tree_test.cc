#include "edge/web/events/span_tree.h"

#include <gtest/gtest.h>

namespace gatehouse::web {
namespace {

Span Of(std::string id, std::string parent, std::int64_t start, std::int64_t end) {
  return {.id = std::move(id),
          .parent = std::move(parent),
          .start = {start},
          .end = {end},
          .kind = "span"};
}

std::string Shape(const SpanTree& tree) {
  std::string text;
  for (const SpanTree::Row& row : tree.rows) {
    text += std::string(row.depth, '.') + row.span.id + " ";
  }
  return text;
}

TEST(Arrange, ChildrenFollowTheirParentByTheirStart) {
  const SpanTree tree = Arrange(
      {Of("d", "b", 40, 50), Of("c", "a", 30, 90), Of("b", "a", 10, 60), Of("a", "", 0, 100)});
  EXPECT_EQ(Shape(tree), "a .b ..d .c ");
  EXPECT_EQ(tree.start.micros, 0);
  EXPECT_EQ(tree.end.micros, 100);
}

TEST(Arrange, ASpanWithoutItsParentStandsAtTheTop) {
  EXPECT_EQ(Shape(Arrange({Of("a", "gone", 0, 5), Of("b", "a", 1, 2), Of("c", "", 3, 4)})),
            "a .b c ");
}

TEST(Arrange, CirclesAndTwinsAreShownOnce) {
  EXPECT_EQ(Shape(Arrange({Of("a", "b", 0, 5), Of("b", "a", 1, 2)})), "a .b ");
  EXPECT_EQ(Shape(Arrange({Of("a", "a", 0, 5)})), "a ");
  EXPECT_EQ(Shape(Arrange({Of("a", "", 0, 5), Of("a", "", 1, 2), Of("b", "a", 1, 2)})), "a .b a ");
}

TEST(Arrange, ALongTraceIsCutAndSaysSo) {
  std::vector<Span> spans{Of("root", "", 0, 1'000'000)};
  for (int i = 0; i < 2'000; ++i) spans.push_back(Of("s" + std::to_string(i), "root", i, i + 1));
  const SpanTree tree = Arrange(std::move(spans));
  EXPECT_EQ(tree.rows.size(), kMaxSpans);
  EXPECT_EQ(tree.hidden, 2'001 - kMaxSpans);
}

TEST(Arrange, AChainAsDeepAsItsSpansIsNoRecursion) {
  std::vector<Span> spans;
  for (int i = 0; i < 20'000; ++i) {
    spans.push_back(Of(std::to_string(i), i == 0 ? "" : std::to_string(i - 1), i, 30'000));
  }
  EXPECT_EQ(Arrange(std::move(spans)).rows.back().depth, kMaxSpans - 1);
}

TEST(SpansOf, ATransactionIsTheTopOfItsSpans) {
  auto event = json::ParseObject(R"({"transaction":"GET /","start_timestamp":10,"timestamp":12.5,
    "contexts":{"trace":{"span_id":"aaaaaaaaaaaaaaaa","op":"http.server","status":"ok"}},
    "spans":[{"span_id":"b","parent_span_id":"aaaaaaaaaaaaaaaa","start_timestamp":11,"timestamp":12,
      "op":"db","description":"SELECT 1","status":"ok"},{"start_timestamp":"x"},7,null]})");
  ASSERT_TRUE(event.has_value());
  const std::vector<Span> spans = SpansOf(*event);
  ASSERT_EQ(spans.size(), 3u);
  EXPECT_EQ(spans[0].kind, "transaction");
  EXPECT_EQ(spans[0].end - spans[0].start, std::chrono::milliseconds(2'500));
  EXPECT_EQ(spans[1].text, "SELECT 1");
  EXPECT_EQ(spans[2].parent, "aaaaaaaaaaaaaaaa") << "without a parent it belongs to the whole";
}

}  // namespace
}  // namespace gatehouse::web
