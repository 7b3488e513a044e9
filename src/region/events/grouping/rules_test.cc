#include "region/events/grouping/rules.h"

#include <gtest/gtest.h>

#include "region/events/grouping/errors.h"
#include "region/events/grouping/rule_text.h"

namespace gatehouse::grouping {
namespace {

MatchFrame Frame(std::string_view function, Family family = Family::kNative) {
  MatchFrame frame;
  frame.function = function;
  frame.family = family;
  return frame;
}

Rules Parsed(std::string_view text) {
  auto rules = Rules::Parse(text);
  EXPECT_TRUE(rules.has_value()) << text << ": " << (rules ? "" : rules.error().detail);
  return rules ? std::move(*rules) : Rules();
}

// in_app of each frame after the modify pass: '+', '-', '.' (unknown).
std::string Apps(std::string_view text, std::vector<MatchFrame> frames,
                 const MatchException& exception = {}) {
  Parsed(text).Modify(frames, exception);
  std::string out;
  for (const MatchFrame& frame : frames) {
    out += !frame.in_app ? '.' : *frame.in_app ? '+' : '-';
  }
  return out;
}

TEST(Rules, BuiltInSetHasAllItsRules) {
  const Rules rules = Rules::BuiltIn();
  EXPECT_EQ(rules.size(), 296u);
}

TEST(Rules, GrammarIsRead) {
  for (const char* text : {
           "function:foo -app",
           "  function:foo   -app   -group",
           "# comment\n\nfunction:foo -app\n",
           "stack.function:\"a b\" ^-app",
           "\"function\":foo v+group",
           "!family:native,javascript category=x",
           "[ function:a ] | function:b | [ function:c ] -group",
           "error.type:ZeroDivisionError -group",
           "family:all max-frames=3 min-frames=1",
           "mechanism:ANR invert-stacktrace=true",
           "path:**/a/** app:no category = internals",
           "function:a +prefix -sentinel",
           "function:a -app\r\nfunction:b -app\r",
       }) {
    EXPECT_TRUE(Rules::Parse(text).has_value()) << text;
  }
}

TEST(Rules, MistakesNameLineAndColumn) {
  struct Case {
    const char* text;
    const char* detail;
  };
  for (const Case& c : {
           Case{"function:a", "line 1, column 11: expected an action"},
           Case{"\n\nnonsense:a -app", "line 3, column"},
           Case{"function:a -foo", "line 1, column 12: expected an action"},
           Case{"-app", "line 1, column 1: expected a matcher"},
           Case{"[ function:a ] function:b -app", "line 1, column 16: expected |"},
           Case{"function:a | function:b -app", "line 1, column 14: expected ["},
           Case{"[ function:a function:b -app", "expected ]"},
           Case{"function:\"a -app", "line 1"},
           Case{"function:a max-frames=x", "expected an action"},
           Case{"function:a category=", "expected an action"},
       }) {
    const auto rules = Rules::Parse(c.text);
    ASSERT_FALSE(rules.has_value()) << c.text;
    EXPECT_EQ(rules.error().reason, kEnhancementRulesInvalid);
    EXPECT_NE(rules.error().detail.find(c.detail), std::string::npos) << rules.error().detail;
  }
  const std::string long_pattern = "function:" + std::string(kMaxPattern + 1, 'a') + " -app";
  EXPECT_FALSE(Rules::Parse(long_pattern).has_value());
  EXPECT_FALSE(Rules::Parse(std::string(kMaxRuleText + 1, '#')).has_value());
  std::string many;
  for (std::size_t i = 0; i <= kMaxRules; ++i) many += "app:1 -app\n";
  EXPECT_FALSE(Rules::Parse(many).has_value());
}

TEST(Rules, RangesReachAfterAndBefore) {
  const std::vector<MatchFrame> frames = {Frame("a"), Frame("b"), Frame("c")};
  EXPECT_EQ(Apps("function:b -app", frames), ".-.");
  EXPECT_EQ(Apps("function:b ^-app", frames), "..-");
  EXPECT_EQ(Apps("function:b v-app", frames), "-..");
  EXPECT_EQ(Apps("function:b ^-app -app", frames), ".--");
  EXPECT_EQ(Apps("function:x -app", frames), "...");
  // Match after match: what the second one says of itself is the last word.
  EXPECT_EQ(Apps("function:b +app ^-app", {Frame("b"), Frame("a"), Frame("b"), Frame("a")}),
            "+-+-");
  EXPECT_EQ(Apps("function:b +app v-app", {Frame("b"), Frame("a"), Frame("b"), Frame("a")}),
            "--+.");
}

TEST(Rules, CallerAndCallee) {
  const std::vector<MatchFrame> frames = {Frame("a"), Frame("b"), Frame("c"), Frame("b")};
  EXPECT_EQ(Apps("[ function:a ] | function:b -app", frames), ".-..");
  EXPECT_EQ(Apps("function:b | [ function:c ] -app", frames), ".-..");
  EXPECT_EQ(Apps("[ function:c ] | function:b -app", frames), "...-");
  // A frame without caller or callee matches no rule that asks for one, not even "not this one".
  EXPECT_EQ(Apps("[ !function:x ] | family:all -app", frames), ".---");
  EXPECT_EQ(Apps("family:all | [ !function:x ] -app", frames), "---.");
}

TEST(Rules, LaterRulesSeeWhatEarlierOnesDid) {
  EXPECT_EQ(Apps("function:a category=x\ncategory:x -app", {Frame("a"), Frame("b")}), "-.");
  EXPECT_EQ(Apps("function:a -app\napp:no +app", {Frame("a")}), "+");
  // Within one rule the matches are found before anything changes.
  EXPECT_EQ(Apps("function:a category=x\n[ category:x ] | function:b category=x\ncategory:x -app",
                 {Frame("a"), Frame("b"), Frame("b")}),
            "--.");
}

TEST(Rules, FamiliesAppAndNegation) {
  const std::vector<MatchFrame> frames = {
      Frame("a", Family::kNative), Frame("a", Family::kJavascript), Frame("a", Family::kOther)};
  EXPECT_EQ(Apps("family:native -app", frames), "-..");
  EXPECT_EQ(Apps("family:native,other -app", frames), "-.-");
  EXPECT_EQ(Apps("family:all -app", frames), "---");
  EXPECT_EQ(Apps("!family:native -app", frames), ".--");
  EXPECT_EQ(Apps("app:no +app", frames), "+++");
  EXPECT_EQ(Apps("app:yes -app", frames), "...");
  EXPECT_EQ(Apps("app:maybe -app", frames), "...");
}

TEST(Rules, PathsIgnoreCaseAndSlashes) {
  MatchFrame frame = Frame("f");
  frame.path = "/c:/program files/app/x.dll";
  frame.path_parts = ~std::uint64_t{0};
  frame.has_path = true;
  EXPECT_EQ(Apps("stack.abs_path:\"C:\\\\Program Files\\\\**\" -app", {frame}), "-");
  EXPECT_EQ(Apps("path:\"C:/Program Files/**\" -app", {frame}), "-");
  EXPECT_EQ(Apps("package:** -app", {frame}), ".") << "a missing field never matches";
  EXPECT_EQ(Apps("!package:** -app", {frame}), "-");
}

TEST(Rules, ExceptionMatchersDecideForTheWholeStack) {
  const MatchException error{"ZeroDivisionError", "division by zero", "ANR"};
  EXPECT_EQ(Apps("error.type:ZeroDivisionError -app", {Frame("a"), Frame("b")}, error), "--");
  EXPECT_EQ(Apps("error.type:Zero* function:a -app", {Frame("a"), Frame("b")}, error), "-.");
  EXPECT_EQ(Apps("error.value:\"*by zero\" -app", {Frame("a")}, error), "-");
  EXPECT_EQ(Apps("error.mechanism:NSError -app", {Frame("a")}, error), ".");
  EXPECT_EQ(Apps("!type:Other -app", {Frame("a")}, error), "-");
  EXPECT_EQ(Apps("type:<unknown> -app", {Frame("a")}), "-");
}

TEST(Rules, UpdatesAreCollectedInOrder) {
  const Rules rules = Parsed("function:b -group ^+group\nfamily:all max-frames=2\nfunction:b -app");
  std::vector<Rules::Update> updates;
  rules.CollectUpdates({Frame("a"), Frame("b"), Frame("c")}, {}, updates);
  ASSERT_GE(updates.size(), 3u);
  EXPECT_EQ(updates[0].action->reach, Rules::Reach::kAfter);
  EXPECT_EQ(updates[0].first, 2u);
  EXPECT_EQ(updates[1].first, 1u);
  EXPECT_EQ(updates[1].rule->text, "function:b");
  for (const Rules::Update& update : updates) {
    EXPECT_NE(update.action->effect, Rules::Effect::kApp);
  }
}

TEST(RuleText, QuotedTextComesBack) {
  for (const char* text : {"", "a b", "say \"x\"", "-\\[NSISEngine*"}) {
    const std::string quoted = Quoted(text);
    RuleReader reader(quoted);
    EXPECT_EQ(reader.TakeQuoted(), text);
    EXPECT_TRUE(reader.AtEnd());
  }
}

}  // namespace
}  // namespace gatehouse::grouping
