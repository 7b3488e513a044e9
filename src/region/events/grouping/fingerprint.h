#pragma once

// Fingerprints: what the client, or the first matching rule of the project, wants grouped together.
//
//   type:DatabaseUnavailable module:io.example.* -> database-unavailable, {{ function }}
//   tags.server:"web-*" level:error -> web title="Web server: {{ error.value }}"
//
// A rule matches when for each kind of thing it asks about (message, exception, frame, tag, ...)
// one single thing satisfies all its matchers of that kind. The project's rules come before the
// built-in ones; the first match wins.
//
// Threads: rules are immutable after parsing.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "platform/json/json.h"
#include "region/events/grouping/glob.h"
#include "region/events/grouping/stack.h"

namespace gatehouse::grouping {

class FingerprintRules {
 public:
  // What a rule's matchers are grouped by.
  enum class Thing : std::uint8_t {
    kMessage,
    kLog,
    kException,
    kFrame,
    kTag,
    kSdk,
    kFamily,
    kRelease,
  };
  struct Matcher {
    Thing thing;
    bool negated = false;
    bool ignore_case = false;
    std::string key;      // as it is looked up: "type", "tags.server"
    std::string written;  // as the rule has it
    std::string pattern;
    Glob glob;
  };
  struct Rule {
    std::vector<Matcher> matchers;
    std::vector<std::string> fingerprint;
    std::optional<std::string> title;
    bool built_in = false;

    std::string Text() const;
  };

  FingerprintRules() = default;
  // Error: kInvalidArgument "fingerprint_rules_invalid", the detail names line and column.
  static Result<FingerprintRules> Parse(std::string_view text);
  // Chunk-load and hydration errors of JavaScript applications.
  static FingerprintRules BuiltIn();

  // Null when no rule matches.
  const Rule* Find(const json::Object& event, const std::vector<Stack>& stacks) const;
  std::size_t size() const { return rules_.size(); }

 private:
  std::vector<Rule> rules_;
};

// The name in "{{ name }}"; nothing for any other text.
std::optional<std::string_view> VariableName(std::string_view value);
bool IsDefaultVariable(std::string_view value);
// The value of "{{ name }}" in this event, or the text itself.
std::string ResolveValue(std::string_view value, const json::Object& event);
// `text` with every "{{ name }}" in it resolved.
std::string ExpandVariables(std::string_view text, const json::Object& event);

// The value of a tag; empty when there is none.
std::string_view TagOf(const json::Object& event, std::string_view name);

// The frame that best says where the event comes from: the last application frame, else the last
// one. With `named`, frames without a known function are passed over.
const json::Object* CrashFrame(const json::Object& event, bool named);

}  // namespace gatehouse::grouping
