#include "region/events/issues/search.h"

#include <gtest/gtest.h>

namespace gatehouse::issues {
namespace {

TEST(IssueSearch, TokensAndFreeTextAreRead) {
  auto terms = ParseQuery(
      R"(is:unresolved level:error timesSeen:>10 release:"shop@1.0 beta" boom "two words")");
  ASSERT_TRUE(terms);
  EXPECT_EQ(terms->status, "unresolved");
  EXPECT_EQ(terms->level, 40);
  EXPECT_EQ(terms->seen_more_than, 10);
  EXPECT_EQ(terms->release, "shop@1.0 beta");
  EXPECT_EQ(terms->texts, (std::vector<std::string>{"boom", "two words"}));
}

TEST(IssueSearch, AnEmptyQueryMeansEverything) {
  auto terms = ParseQuery("  ");
  ASSERT_TRUE(terms);
  EXPECT_EQ(terms->status, "");
  EXPECT_TRUE(terms->texts.empty());
}

TEST(IssueSearch, WhatIsNotUnderstoodIsRefused) {
  for (const char* bad : {"is:purple", "level:loud", "timesSeen:many", "\"open", "colour:red"}) {
    auto terms = ParseQuery(bad);
    ASSERT_FALSE(terms) << bad;
    EXPECT_EQ(terms.error().reason, "issue_query_invalid");
  }
}

TEST(IssueSearch, TimesSeenComparesBothWays) {
  EXPECT_EQ(ParseQuery("timesSeen:>=10")->seen_more_than, 9);
  EXPECT_EQ(ParseQuery("timesSeen:<10")->seen_less_than, 10);
  EXPECT_EQ(ParseQuery("timesSeen:10")->seen_more_than, 9);
  EXPECT_EQ(ParseQuery("timesSeen:10")->seen_less_than, 11);
}

TEST(IssueSearch, ShortIdsGoBothWays) {
  EXPECT_EQ(ShortId("web-shop", 33), "WEB-SHOP-11");
  EXPECT_EQ(ShortId("shop", 1), "SHOP-1");
  for (const std::int64_t number : {1, 31, 32, 33, 1000, 1'000'000}) {
    auto parsed = ParseShortId(ShortId("web-shop", number));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->project_slug, "web-shop");
    EXPECT_EQ(parsed->number, number);
  }
  EXPECT_EQ(ParseShortId("shop-oI")->number, 1);
  EXPECT_EQ(ParseShortId("shop-l0")->number, 32);
  EXPECT_FALSE(ParseShortId("shop"));
  EXPECT_FALSE(ParseShortId("shop-"));
  EXPECT_FALSE(ParseShortId("shop-u!"));
  EXPECT_FALSE(ParseShortId("shop-zzzzzzzzzzzzzzzz"));
}

}  // namespace
}  // namespace gatehouse::issues
