#include "region/events/issues/search.h"

#include <gtest/gtest.h>

namespace gatehouse::issues {
namespace {

constexpr Timestamp kNow{1'800'000'000'000'000};

const Term* TermOf(const Terms& terms, Field field) {
  for (const Term& term : terms.terms) {
    if (term.field == field) return &term;
  }
  return nullptr;
}

TEST(IssueSearch, TokensAndFreeTextAreRead) {
  auto terms = ParseQuery(
      R"(is:unresolved level:error timesSeen:>10 release:"shop@1.0 beta" boom "two words")", kNow);
  ASSERT_TRUE(terms);
  EXPECT_EQ(TermOf(*terms, Field::kStatus)->values, std::vector<std::string>{"unresolved"});
  EXPECT_EQ(TermOf(*terms, Field::kLevel)->values, std::vector<std::string>{"error"});
  EXPECT_EQ(TermOf(*terms, Field::kTimesSeen)->op, Op::kGreater);
  EXPECT_EQ(TermOf(*terms, Field::kTimesSeen)->number, 10);
  EXPECT_EQ(TermOf(*terms, Field::kRelease)->values, std::vector<std::string>{"shop@1.0 beta"});
  EXPECT_EQ(terms->texts, (std::vector<std::string>{"boom", "two words"}));
}

TEST(IssueSearch, ListsNegationsQuotesAndTags) {
  auto terms = ParseQuery(
      R"(!level:[error, fatal] tags[level]:x "my key":"a \"b\"" user.email:ann@x !odd http://x)",
      kNow);
  ASSERT_TRUE(terms);
  const Term* level = TermOf(*terms, Field::kLevel);
  EXPECT_TRUE(level->negated);
  EXPECT_EQ(level->values, (std::vector<std::string>{"error", "fatal"}));
  ASSERT_EQ(terms->terms.size(), 5u);
  EXPECT_EQ(terms->terms[1].key, "level");
  EXPECT_EQ(terms->terms[1].field, Field::kTag);
  EXPECT_EQ(terms->terms[2].key, "my key");
  EXPECT_EQ(terms->terms[2].values, std::vector<std::string>{"a \"b\""});
  EXPECT_EQ(terms->terms[3].key, "sentry:user");
  EXPECT_EQ(terms->terms[3].values, std::vector<std::string>{"email:ann@x"});
  EXPECT_EQ(terms->texts, std::vector<std::string>{"!odd"});
}

TEST(IssueSearch, KindsAreThoseThatAnIssueShows) {
  struct Case {
    const char* query;
    int terms;
    bool negated;
    const char* value;
  };
  for (const Case& c : {
           Case{"issue.category:error", 1, true, "monitor_check_in_failure"},
           Case{"!issue.category:error", 1, false, "monitor_check_in_failure"},
           Case{"issue.category:cron", 1, false, "monitor_check_in_failure"},
           Case{"issue.type:error", 1, true, "monitor_check_in_failure"},
           Case{"issue.type:monitor_check_in_failure", 1, false, "monitor_check_in_failure"},
           Case{"issue.category:[cron, performance]", 1, false, "monitor_check_in_failure"},
           Case{"issue.category:[error, cron]", 0, false, ""},
           Case{"!issue.category:[error, cron]", 1, false, ""},
           Case{"issue.category:performance", 1, false, ""},
           Case{"!issue.category:performance", 0, false, ""},
           Case{"issue.type:cron", 1, false, ""},
       }) {
    auto terms = ParseQuery(c.query, kNow);
    ASSERT_TRUE(terms) << c.query;
    ASSERT_EQ(terms->terms.size(), static_cast<std::size_t>(c.terms)) << c.query;
    if (c.terms == 0) continue;
    EXPECT_EQ(terms->terms.front().field, Field::kType) << c.query;
    EXPECT_EQ(terms->terms.front().negated, c.negated) << c.query;
    EXPECT_EQ(terms->terms.front().values, std::vector<std::string>{c.value}) << c.query;
  }
}

TEST(IssueSearch, AQuotedErrorIsText) {
  auto terms = ParseQuery("TypeError: card was refused", kNow);
  ASSERT_TRUE(terms);
  EXPECT_TRUE(terms->terms.empty());
  EXPECT_EQ(terms->texts, (std::vector<std::string>{"TypeError:", "card", "was", "refused"}));
}

TEST(IssueSearch, AnEmptyQueryMeansEverything) {
  auto terms = ParseQuery("  ", kNow);
  ASSERT_TRUE(terms);
  EXPECT_TRUE(terms->empty());
}

TEST(IssueSearch, WhatIsNotUnderstoodIsRefused) {
  for (const char* bad :
       {"is:purple", "level:loud", "timesSeen:many", "\"open", "age:soon", "firstSeen:>yesterday",
        "level:[error", "level:[]", "!colour:", "issue:nothing", "priority:urgent",
        "has:", "!message:x", "lastSeen:2026-13-01"}) {
    auto terms = ParseQuery(bad, kNow);
    ASSERT_FALSE(terms) << bad;
    EXPECT_EQ(terms.error().reason, "issue_query_invalid");
  }
  std::string many;
  for (int i = 0; i < 60; ++i) many += "word" + std::to_string(i) + " ";
  EXPECT_FALSE(ParseQuery(many, kNow));
}

TEST(IssueSearch, CountsAndTimesCompareBothWays) {
  const auto op = [](const char* text) { return ParseQuery(text, kNow)->terms.front().op; };
  EXPECT_EQ(op("timesSeen:>=10"), Op::kGreaterEqual);
  EXPECT_EQ(op("timesSeen:<10"), Op::kLess);
  EXPECT_EQ(op("timesSeen:10"), Op::kIs);
  EXPECT_EQ(op("age:-24h"), Op::kGreaterEqual);
  EXPECT_EQ(op("age:+24h"), Op::kLessEqual);
  EXPECT_EQ(ParseQuery("age:-24h", kNow)->terms.front().number,
            kNow.micros - Duration(std::chrono::hours(24)).count());
  EXPECT_EQ(ParseQuery("lastSeen:2027-01-15", kNow)->terms.size(), 2u) << "a day has two ends";
  EXPECT_EQ(ParseQuery("lastSeen:>=2027-01-15T08:00:00Z", kNow)->terms.front().number, kNow.micros);
}

TEST(IssueSearch, MeIsWhoeverAsks) {
  auto terms = ParseQuery("assigned:[me, none] bookmarks:me", kNow);
  ASSERT_TRUE(terms);
  ReplaceMe(*terms, UserId{7});
  EXPECT_EQ(terms->terms[0].values, (std::vector<std::string>{"user:7", "none"}));
  EXPECT_EQ(terms->terms[1].values, std::vector<std::string>{"7"});
}

TEST(IssueSearch, EventIdsAreForgivenTheirHyphens) {
  EXPECT_EQ(ParseEventId("4C79F60C-1121-4EB3-8604-F4AE0781BFB2"),
            "4c79f60c11214eb38604f4ae0781bfb2");
  EXPECT_FALSE(ParseEventId("4c79f60c11214eb38604f4ae0781bfb"));
  EXPECT_FALSE(ParseEventId("4c79f60c11214eb38604f4ae0781bfb2a"));
  EXPECT_FALSE(ParseEventId("boom"));
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
