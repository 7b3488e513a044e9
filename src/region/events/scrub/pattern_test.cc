#include "region/events/scrub/pattern.h"

#include <gtest/gtest.h>

#include "region/events/scrub/errors.h"

namespace gatehouse::events::scrub {
namespace {

// "begin-end" of the match and its groups.
std::string Search(std::string_view pattern, std::string_view text) {
  auto compiled = Pattern::Compile(pattern);
  if (!compiled) return "refused";
  std::uint64_t budget = 1'000'000;
  auto ranges = compiled->Search(text, 0, budget);
  if (!ranges) return "none";
  std::string out;
  for (const auto& [begin, end] : *ranges) {
    if (!out.empty()) out += ' ';
    out +=
        begin == std::string_view::npos ? "-" : std::to_string(begin) + "-" + std::to_string(end);
  }
  return out;
}

struct Case {
  std::string_view pattern;
  std::string_view text;
  std::string_view expected;
};

TEST(Pattern, MatchesLikeTheUsualEngines) {
  const Case kCases[] = {
      {"abc", "xxabcx", "2-5"},
      {"a.c", "a\nc abc", "4-7"},
      {"(?s)a.c", "a\nc", "0-3"},
      {"a*", "baaa", "0-0"},
      {"a+", "baaa", "1-4"},
      {"a+?", "baaa", "1-2"},
      {"a{2,3}", "baaaa", "1-4"},
      {"a{2}", "baaaa", "1-3"},
      {"a{2,}", "baaaa", "1-5"},
      {"(a|ab)(c|bcd)", "abcd", "0-4 0-1 1-4"},
      {"(?:a|b)+", "xabab", "1-5"},
      {"(\\w+)@(\\w+)", "to bob@home", "3-11 3-6 7-11"},
      {"(?P<name>\\d+)-(?<b>x)?", "12-", "0-3 0-2 -"},
      {"^b", "ab", "none"},
      {"(?m)^b$", "a\nb\nc", "2-3"},
      {"\\bfoo\\b", "afoo foo", "5-8"},
      {"[^a-c]+", "abcxyz", "3-6"},
      {"[\\d\\-]+", "x1-2", "1-4"},
      {"[]a]+", "x]a", "1-3"},
      {"(?i)HeLLo", "say hello", "4-9"},
      {"(?i:h)ello", "Hello", "0-5"},
      {"\\x41\\t", "A\t", "0-2"},
      {"\xC3\xA4+", "x\xC3\xA4\xC3\xA4", "1-5"},
      {".", "\xF0\x9F\x98\x80", "0-4"},
      {"a|b|", "c", "0-0"},
      {"\\S+\\s\\S+", " a b", "1-4"},
      {"\\.", "a.b", "1-2"},
  };
  for (const Case& c : kCases) EXPECT_EQ(Search(c.pattern, c.text), c.expected) << c.pattern;
}

TEST(Pattern, RefusesWhatItCannotRunInLinearTimeOrDoesNotKnow) {
  for (std::string_view pattern : {"(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "\\1", "(a", "a)", "[a",
                                   "*a", "a{", "a{3,2}", "a{1,100000}", "\\p{L}", "[[:alpha:]]",
                                   "(?x)a", "a\\", "[z-a]", "(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)"}) {
    auto compiled = Pattern::Compile(pattern);
    ASSERT_FALSE(compiled) << pattern;
    EXPECT_EQ(compiled.error().reason, kPatternInvalid) << pattern;
  }
  EXPECT_EQ(Search("(((a{50}){50}){50})", "a"), "refused");
  EXPECT_EQ(Search(std::string(100, '(') + std::string(100, ')'), "a"), "refused");
}

TEST(Pattern, CatastrophicBacktrackingIsNotOne) {
  auto compiled = Pattern::Compile("(a*)*b|(a|aa)+$|(.*)*x");
  ASSERT_TRUE(compiled);
  std::uint64_t budget = 2'000'000;
  std::string text(10'000, 'a');
  text += '!';
  EXPECT_FALSE(compiled->Search(text, 0, budget).has_value());
  EXPECT_GT(budget, 0U);
}

TEST(Pattern, GivesUpWhenTheBudgetIsSpent) {
  auto compiled = Pattern::Compile("(a?){100}b");
  ASSERT_TRUE(compiled);
  std::uint64_t budget = 1000;
  EXPECT_FALSE(compiled->Search(std::string(10'000, 'a'), 0, budget).has_value());
  EXPECT_EQ(budget, 0U);
}

}  // namespace
}  // namespace gatehouse::events::scrub
