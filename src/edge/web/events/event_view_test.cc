#include "edge/web/events/event_view.h"

#include <gtest/gtest.h>

#include "edge/web/events/json_lines.h"
#include "edge/web/events/when.h"
#include "region/events/issues/search.h"

namespace gatehouse::web {
namespace {

TEST(WhenTest, TimesAreToldAsPeopleTellThem) {
  const Timestamp now = Timestamp::FromSeconds(1'800'000'000);
  const auto ago = [&](std::int64_t seconds) {
    return Ago(Timestamp{now.micros - seconds * 1'000'000}, now);
  };
  EXPECT_EQ(ago(0), "just now");
  EXPECT_EQ(ago(59), "just now");
  EXPECT_EQ(ago(60), "1 minute ago");
  EXPECT_EQ(ago(3599), "59 minutes ago");
  EXPECT_EQ(ago(3600), "1 hour ago");
  EXPECT_EQ(ago(47 * 3600), "47 hours ago");
  EXPECT_EQ(ago(3 * 86400), "3 days ago");
  EXPECT_EQ(ago(21 * 86400), "3 weeks ago");
  EXPECT_EQ(ago(90 * 86400), "3 months ago");
  EXPECT_EQ(ago(800 * 86400), "2 years ago");
  EXPECT_EQ(ago(-7200), "in 2 hours");
}

TEST(WhenTest, NumbersAreGrouped) {
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(1000), "1,000");
  EXPECT_EQ(Grouped(-1234567), "-1,234,567");
  EXPECT_EQ(Counted(1, "event", "events"), "1 event");
  EXPECT_EQ(Counted(1200, "event", "events"), "1,200 events");
}

TEST(WhenTest, BarsFillTheirBox) {
  EXPECT_EQ(Bars({}, 96, 24), "");
  EXPECT_EQ(Bars({0, 0}, 96, 24), "");
  EXPECT_EQ(Bars({10, 0}, 8, 24), "M0 24v-24h3v24z");
  EXPECT_EQ(Bars({1000, 1}, 8, 24), "M0 24v-24h3v24zM4 24v-2h3v2z") << "what is there can be seen";
}

TEST(TagTest, ASearchTermFindsItsTagOrIsNone) {
  EXPECT_EQ(SearchTerm("browser", "Firefox 3"), R"(browser:"Firefox 3")");
  EXPECT_EQ(SearchTerm("browser", R"(a"b)"), R"(browser:"a\"b")");
  EXPECT_EQ(SearchTerm("release", "shop@1.0"), R"(release:"shop@1.0")");
  EXPECT_EQ(SearchTerm("user", "id:7"), R"(user.id:"7")");
  EXPECT_EQ(SearchTerm("user", "nobody"), std::nullopt);
  EXPECT_EQ(SearchTerm("is", "odd"), R"("tags[is]":"odd")") << "a word of the search itself";
  EXPECT_EQ(SearchTerm("my key", "v"), R"("tags[my key]":"v")");
  // What the search would read as something else is no link.
  EXPECT_EQ(SearchTerm("browser", "Fire*"), std::nullopt);
  EXPECT_EQ(SearchTerm("browser", R"(C:\)"), std::nullopt);
  EXPECT_EQ(SearchTerm("browser", ""), std::nullopt);
  EXPECT_EQ(SearchTerm(R"(a"b)", "v"), std::nullopt);
}

TEST(TagTest, EverySearchTermCanBeReadAgain) {
  const std::pair<const char*, const char*> tags[] = {
      {"browser", "Firefox 3"}, {"browser", R"(a"b)"}, {"is", "odd"},
      {"my key", "v"},          {"user", "email:a@b"}, {"release", "1:2"}};
  for (const auto& [key, value] : tags) {
    const auto term = SearchTerm(key, value);
    ASSERT_TRUE(term.has_value()) << key;
    const auto terms = issues::ParseQuery(*term, Timestamp{});
    ASSERT_TRUE(terms.has_value()) << *term;
    ASSERT_EQ(terms->terms.size(), 1u) << *term;
    ASSERT_EQ(terms->terms.front().values.size(), 1u);
    EXPECT_EQ(terms->terms.front().values.front(), value) << *term;
  }
}

TEST(TagTest, SharesAreHonest) {
  EXPECT_EQ(Percent(0, 10), 0);
  EXPECT_EQ(Percent(10, 10), 100);
  EXPECT_EQ(Percent(1, 100'000), 1) << "not nothing";
  EXPECT_EQ(Percent(99'999, 100'000), 99) << "not all";
  EXPECT_EQ(Percent(1, 3), 33);
  EXPECT_EQ(Percent(1, 0), 0);
}

TEST(JsonLinesTest, OneMemberALine) {
  const auto value = json::Parse(R"({"a":[1,{"b":"<x>"}],"c":{},"d":[]})");
  ASSERT_TRUE(value.has_value());
  const JsonLines lines = LinesOf(*value);
  const std::vector<std::string> expected = {
      "{",     "  \"a\": [", "    1,",       "    {",       "      \"b\": \"<x>\"",
      "    }", "  ],",       "  \"c\": {},", "  \"d\": []", "}"};
  EXPECT_EQ(lines.lines, expected);
  EXPECT_FALSE(lines.cut);
}

TEST(JsonLinesTest, WhatIsEndlessIsCut) {
  json::Array many;
  for (int i = 0; i < 5000; ++i) many.emplace_back(i);
  const JsonLines lines = LinesOf(json::Value(std::move(many)));
  EXPECT_TRUE(lines.cut);
  EXPECT_EQ(lines.lines.size(), 3000u);
  const JsonLines wide = LinesOf(json::Value(std::string(9000, 'x')));
  EXPECT_LT(wide.lines.front().size(), 2100u);
}

}  // namespace
}  // namespace gatehouse::web
