#include "region/events/grouping/glob.h"

#include <gtest/gtest.h>

#include <chrono>

namespace gatehouse::grouping {
namespace {

struct Case {
  const char* pattern;
  const char* value;
  bool matches;
};

TEST(Glob, Text) {
  for (const Case& c : {
           Case{"", "", true},
           Case{"", "a", false},
           Case{"abc", "abc", true},
           Case{"abc", "abcd", false},
           Case{"a*", "a", true},
           Case{"a*c", "abbc", true},
           Case{"a*c", "abbcd", false},
           Case{"*", "", true},
           Case{"*", "a/b\nc", true},
           Case{"*b*", "abc", true},
           Case{"*b*b", "b", false},
           Case{"*b*b", "bb", true},
           Case{"a?c",
                "a\xC3\xA9"
                "c",
                true},
           Case{"a?c", "ac", false},
           Case{"?", "/", true},
           Case{"[abc]x", "bx", true},
           Case{"[!abc]x", "bx", false},
           Case{"[a-c]x", "cx", true},
           Case{"[^a-c]x", "dx", true},
           Case{"?[[]KSCrash*", "+[KSCrash foo]", true},
           Case{"?[[]KSCrash*", "-KSCrash", false},
           Case{"[abc", "[abc", true},
           Case{"-\\[NSISEngine*", "-[NSISEngine x]", true},
           Case{"*::\\{dtor\\}", "a::{dtor}", true},
           Case{"a\\*", "a*", true},
           Case{"a\\*", "ab", false},
           Case{"*\xC3\xA9?", "caf\xC3\xA9s", true},
           Case{"*a?[bc]*z", "xaybz", true},
           Case{"*a?[bc]*z", "xaydz", false},
           Case{"a*a", "a", false},
           Case{"*?", "\xE2\x82\xAC", true},
           Case{"[]]", "]", true},
           Case{"a**b", "a/b", true},
       }) {
    EXPECT_EQ(Glob(c.pattern, Glob::Style::kText).Matches(c.value), c.matches)
        << c.pattern << " on " << c.value;
  }
}

TEST(Glob, Path) {
  for (const Case& c : {
           Case{"**/vendor/**", "/vendor/a.php", true},
           Case{"**/vendor/**", "vendor/a.php", true},
           Case{"**/vendor/**", "/x/vendors/a.php", false},
           Case{"/usr/lib/**", "usr/lib/x", true},
           Case{"/usr/lib/**", "/opt/usr/lib/x", false},
           Case{"libobjc*", "libobjc.a.dylib", true},
           Case{"libobjc*", "/usr/lib/libobjc.dylib", false},
           Case{"/a/*/c", "/a/b/c", true},
           Case{"/a/*/c", "/a/b/b/c", false},
           Case{"/apex/com.android.*/lib*/**", "/apex/com.android.art/lib64/libart.so", true},
           Case{"/apex/com.android.*/lib*/**", "/apex/com.android.art/x/lib64/libart.so", false},
           Case{"**.app/contents/**", "/applications/x.app/contents/y", true},
           Case{"c:/windows/**", "c:/windows/system32/a.dll", true},
           Case{"c:\\windows\\**", "c:/windows/system32/a.dll", true},
           Case{"**https://unpkg.com/**", "https://unpkg.com/a", true},
           Case{"/?", "//", false},
           Case{"**/*newrelic*/**", "/x/a-newrelic-b/c", true},
           Case{"**/*newrelic*/**", "/x/a-newrelic", false},
           Case{"**", "", true},
       }) {
    EXPECT_EQ(Glob(c.pattern, Glob::Style::kPath).MatchesPath(std::string("/") + c.value),
              c.matches)
        << c.pattern << " on " << c.value;
  }
}

// Both ways of matching agree with the plain definition.
bool Defined(std::string_view pattern, std::string_view value) {
  if (pattern.empty()) return value.empty();
  const bool twice = pattern.starts_with("**");
  if (pattern[0] == '*') {
    const std::string_view rest = pattern.substr(twice ? 2 : 1);
    for (std::size_t i = 0; i <= value.size(); ++i) {
      if (Defined(rest, value.substr(i))) return true;
      if (i < value.size() && !twice && value[i] == '/') return false;
    }
    return false;
  }
  if (value.empty()) return false;
  const bool one = pattern[0] == '?' ? value[0] != '/' : pattern[0] == value[0];
  return one && Defined(pattern.substr(1), value.substr(1));
}

TEST(Glob, AgreesWithItsDefinition) {
  constexpr std::string_view kPatternLetters = "a/*?", kValueLetters = "a/b";
  std::vector<std::string> patterns = {""}, values = {""};
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (patterns[i].size() == 5) break;
    for (const char c : kPatternLetters) patterns.push_back(patterns[i] + c);
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].size() == 4) break;
    for (const char c : kValueLetters) values.push_back(values[i] + c);
  }
  for (const std::string& pattern : patterns) {
    if (pattern.find("***") != std::string::npos) continue;
    const Glob glob(pattern, Glob::Style::kPath);
    for (const std::string& value : values) {
      ASSERT_EQ(glob.Matches(value), Defined(pattern, value)) << pattern << " on " << value;
    }
  }
}

// A pattern that makes a backtracking matcher try every split of the value.
TEST(Glob, HostilePatternTakesLinearTime) {
  std::string pattern, mixed;
  for (int i = 0; i < 100; ++i) {
    pattern += "a*";
    mixed += i % 2 == 0 ? "a*" : "?**";
  }
  const std::string value(8192, 'a');
  const auto start = std::chrono::steady_clock::now();
  for (const Glob::Style style : {Glob::Style::kText, Glob::Style::kPath}) {
    EXPECT_FALSE(Glob(pattern + "b", style).Matches(value));
    EXPECT_FALSE(Glob(mixed + "b", style).Matches(value));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

}  // namespace
}  // namespace gatehouse::grouping
