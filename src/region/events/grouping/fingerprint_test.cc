#include "region/events/grouping/fingerprint.h"

#include <gtest/gtest.h>

#include "region/events/grouping/errors.h"

namespace gatehouse::grouping {
namespace {

json::Object Event(std::string_view text) {
  auto parsed = json::ParseObject(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed ? std::move(*parsed) : json::Object();
}

constexpr std::string_view kEvent = R"({
  "platform":"python","level":"error","logger":"app.db","release":"shop@1.2.3",
  "transaction":"/pay","tags":[["server","web-1"],["x:y","z"]],
  "sdk":{"name":"sentry.python.flask"},
  "logentry":{"message":"Cannot Pay %s","formatted":"Cannot Pay 7"},
  "exception":{"values":[
    {"type":"KeyError","value":"id"},
    {"type":"PayError","value":"No Money","stacktrace":{"frames":[
      {"function":"main","module":"shop.main","filename":"main.py","abs_path":"/srv/main.py","in_app":true},
      {"function":"pay","module":"shop.pay","filename":"pay.py","abs_path":"/srv/Pay.py",
       "package":"/lib/pay.so","in_app":true},
      {"function":"send","module":"requests","filename":"send.py","abs_path":"/lib/send.py","in_app":false}
    ]}}]}})";

bool Matches(std::string_view matchers, std::string_view text = kEvent) {
  auto event = Event(text);
  Arena arena;
  const std::vector<Stack> stacks = PrepareStacks(event, {}, arena);
  auto rules = FingerprintRules::Parse(std::string(matchers) + " -> x");
  EXPECT_TRUE(rules.has_value()) << matchers << (rules ? "" : rules.error().detail);
  return rules && rules->Find(event, stacks) != nullptr;
}

TEST(FingerprintRules, Matchers) {
  struct Case {
    const char* matchers;
    bool matches;
  };
  for (const Case& c : {
           Case{"type:PayError", true},
           Case{"type:payerror", false},
           Case{"error.type:Pay*", true},
           Case{"value:\"no money\"", true},
           Case{"type:PayError value:\"no money\"", true},
           Case{"type:KeyError value:\"no money\"", false},  // two different exceptions
           Case{"message:\"cannot pay*\"", true},
           Case{"message:\"no money\"", true},  // an exception's value counts, too
           Case{"level:ERROR", true},
           Case{"logger:app.*", true},
           Case{"logger:App.*", false},
           Case{"logger:app.* level:warning", false},
           Case{"function:pay module:shop.*", true},
           Case{"function:pay module:requests", false},  // two different frames
           Case{"function:send app:no", true},
           Case{"function:send app:yes", false},
           Case{"path:**/pay.py", true},
           Case{"path:/srv/**", true},
           Case{"path:pay.py", true},
           Case{"package:**/pay.so", true},
           Case{"tags.server:web-*", true},
           Case{"\"tags.x:y\":z", true},
           Case{"tags.missing:*", false},
           Case{"!tags.missing:*", true},
           Case{"!type:KeyError", true},  // some exception is another one
           Case{"sdk:sentry.python", true},
           Case{"sdk:sentry.python.flask", false},
           Case{"family:other", true},
           Case{"family:javascript,other", true},
           Case{"family:native", false},
           Case{"release:SHOP@*", true},
           Case{"type:PayError tags.server:db-*", false},
       }) {
    EXPECT_EQ(Matches(c.matchers), c.matches) << c.matchers;
  }
}

TEST(FingerprintRules, FramesOfTheOnlyThread) {
  constexpr std::string_view kThread =
      R"({"threads":{"values":[{"stacktrace":{"frames":[{"function":"f"}]}}]}})";
  EXPECT_TRUE(Matches("function:f", kThread));
  EXPECT_TRUE(Matches("function:f", R"({"stacktrace":{"frames":[{"function":"f"}]}})"));
  EXPECT_FALSE(Matches("function:g", kThread));
}

TEST(FingerprintRules, GrammarIsRead) {
  auto rules = FingerprintRules::Parse(
      "# comment\n"
      "\n"
      "type:A message:\"a b\" -> one, two three title=\"T {{ type }}\"\r\n"
      "!logger:x -> {{default}} \"four five\",{{ tags.x }}\n");
  ASSERT_TRUE(rules.has_value()) << rules.error().detail;
  EXPECT_EQ(rules->size(), 2u);
  auto event = Event(R"({"exception":{"values":[{"type":"A","value":"A b"}]}})");
  const auto* rule = rules->Find(event, {});
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(rule->fingerprint, (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_EQ(rule->title, "T {{ type }}");
  EXPECT_EQ(rule->Text(), R"(type:"A" message:"a b" -> "onetwothree" title="T {{ type }}")");
  event = Event(R"({"logger":"y"})");
  rule = rules->Find(event, {});
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(rule->fingerprint,
            (std::vector<std::string>{"{{ default }}", "four five", "{{ tags.x }}"}));
}

TEST(FingerprintRules, MistakesNameLineAndColumn) {
  struct Case {
    const char* text;
    const char* detail;
  };
  for (const Case& c : {
           Case{"type:A", "line 1, column 7: expected a matcher"},
           Case{"\ntype:A ->", "line 2, column 10: expected a value"},
           Case{"kind:A -> x", "line 1, column 1: unknown matcher"},
           Case{"-> x", "line 1, column 1: expected a matcher"},
           Case{"type:A -> x color=\"y\"", "the only attribute"},
           Case{"type:A -> {x}", "expected a value"},
           Case{"type:A -> title=\"x\"", "expected a value"},
       }) {
    const auto rules = FingerprintRules::Parse(c.text);
    ASSERT_FALSE(rules.has_value()) << c.text;
    EXPECT_EQ(rules.error().reason, kFingerprintRulesInvalid);
    EXPECT_NE(rules.error().detail.find(c.detail), std::string::npos) << rules.error().detail;
  }
}

TEST(Variables, ValuesAndTheirFallbacks) {
  const auto event = Event(kEvent);
  const auto empty = Event("{}");
  struct Case {
    const char* name;
    const char* value;
    const char* missing;
  };
  for (const Case& c : {
           Case{"transaction", "/pay", "<no-transaction>"},
           Case{"message", "Cannot Pay 7", "<no-message>"},
           Case{"type", "PayError", "<no-type>"},
           Case{"error.value", "No Money", "<no-value>"},
           Case{"function", "pay", "<no-function>"},
           Case{"stack.abs_path", "/srv/Pay.py", "<no-abs-path>"},
           Case{"stack.filename", "pay.py", "<no-filename>"},
           Case{"module", "shop.pay", "<no-module>"},
           Case{"package", "pay.so", "<no-package>"},
           Case{"level", "error", "<no-level>"},
           Case{"logger", "app.db", "<no-logger>"},
           Case{"tags.server", "web-1", "<no-value-for-tag-server>"},
           Case{"unknown", "{{ unknown }}", "{{ unknown }}"},
       }) {
    const std::string variable = "{{ " + std::string(c.name) + " }}";
    EXPECT_EQ(ResolveValue(variable, event), c.value);
    EXPECT_EQ(ResolveValue(variable, empty), c.missing);
  }
  EXPECT_EQ(ResolveValue("plain {{ type }}", event), "plain {{ type }}");
  EXPECT_EQ(ExpandVariables("{{type}}: {{ value }} {{ no }} {{", event),
            "PayError: No Money {{ no }} {{");
  EXPECT_TRUE(IsDefaultVariable("{{default}}"));
  EXPECT_FALSE(IsDefaultVariable("{{ default }} "));
  EXPECT_FALSE(IsDefaultVariable("default"));
}

}  // namespace
}  // namespace gatehouse::grouping
