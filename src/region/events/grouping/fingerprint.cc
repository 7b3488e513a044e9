#include "region/events/grouping/fingerprint.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/text.h"
#include "region/events/grouping/errors.h"
#include "region/events/grouping/rule_text.h"
#include "region/events/normalize/normalize.h"

namespace gatehouse::grouping {
namespace {

using Thing = FingerprintRules::Thing;
using Matcher = FingerprintRules::Matcher;

struct Key {
  std::string_view written;
  std::string_view key;
  Thing thing;
};
constexpr auto kKeys = std::to_array<Key>({
    {"message", "message", Thing::kMessage},
    {"logger", "logger", Thing::kLog},
    {"level", "level", Thing::kLog},
    {"type", "type", Thing::kException},
    {"error.type", "type", Thing::kException},
    {"value", "value", Thing::kException},
    {"error.value", "value", Thing::kException},
    {"path", "path", Thing::kFrame},
    {"stack.abs_path", "path", Thing::kFrame},
    {"function", "function", Thing::kFrame},
    {"stack.function", "function", Thing::kFrame},
    {"module", "module", Thing::kFrame},
    {"stack.module", "module", Thing::kFrame},
    {"package", "package", Thing::kFrame},
    {"stack.package", "package", Thing::kFrame},
    {"app", "app", Thing::kFrame},
    {"sdk", "sdk", Thing::kSdk},
    {"family", "family", Thing::kFamily},
    {"release", "release", Thing::kRelease},
});

bool IsPathKey(std::string_view key) {
  return key == "path" || key == "package" || key == "release";
}

std::optional<Matcher> MakeMatcher(std::string_view written, std::string_view pattern,
                                   bool negated) {
  Thing thing = Thing::kTag;
  std::string_view key = written;
  if (!written.starts_with("tags.")) {
    const auto* known = std::ranges::find(kKeys, written, &Key::written);
    if (known == kKeys.end()) return std::nullopt;
    thing = known->thing;
    key = known->key;
  }
  const bool path = IsPathKey(key);
  const bool ignore_case = path || key == "message" || key == "value" || key == "level";
  return Matcher{
      .thing = thing,
      .negated = negated,
      .ignore_case = ignore_case,
      .key = std::string(key),
      .written = std::string(written),
      .pattern = std::string(pattern),
      .glob = Glob(ignore_case ? AsciiLower(pattern) : std::string(pattern),
                   path ? Glob::Style::kPath : Glob::Style::kText),
  };
}

bool TextMatches(const Matcher& matcher, std::string_view value) {
  if (value.empty()) return false;
  if (!matcher.ignore_case) return matcher.glob.Matches(value);
  return matcher.glob.Matches(AsciiLower(value));
}

bool PathMatches(const Matcher& matcher, std::string_view value) {
  if (value.empty()) return false;
  std::string slashed = "/" + AsciiLower(value);
  std::ranges::replace(slashed, '\\', '/');
  return matcher.glob.MatchesPath(slashed);
}

bool Listed(const Matcher& matcher, std::string_view value) {
  for (const std::string_view name : Split(matcher.pattern, ',')) {
    if (name == "all" || name == value) return true;
  }
  return false;
}

// What the matchers of one rule ask an event.
class Question {
 public:
  Question(const json::Object& event, const std::vector<Stack>& stacks) : event_(event) {
    bool of_exceptions = false;
    for (const json::Value& value : ListOf(event, "exception")) {
      const json::Object* exception = value.if_object();
      if (exception == nullptr) continue;
      const Stack* stack = FindStack(stacks, json::GetObject(*exception, "stacktrace"));
      if (stack == nullptr) continue;
      frames_.push_back(stack);
      of_exceptions = true;
    }
    if (of_exceptions) return;
    if (const Stack* stack = FindStack(stacks, json::GetObject(event, "stacktrace"))) {
      frames_.push_back(stack);
      return;
    }
    const auto threads = ListOf(event, "threads");
    if (threads.size() != 1 || !threads[0].is_object()) return;
    const Stack* stack = FindStack(stacks, json::GetObject(threads[0].get_object(), "stacktrace"));
    if (stack != nullptr) frames_.push_back(stack);
  }

  bool Holds(const FingerprintRules::Rule& rule) {
    for (std::size_t i = 0; i < rule.matchers.size(); ++i) {
      const Thing thing = rule.matchers[i].thing;
      const auto same = [thing](const Matcher& m) { return m.thing == thing; };
      if (std::any_of(rule.matchers.begin(), rule.matchers.begin() + static_cast<std::ptrdiff_t>(i),
                      same)) {
        continue;  // asked already
      }
      if (!SomeThing(rule, thing)) return false;
    }
    return true;
  }

 private:
  // True when `matches(matcher)` says what each matcher of this kind wants.
  template <class F>
  static bool All(const FingerprintRules::Rule& rule, Thing thing, F matches) {
    return std::ranges::all_of(rule.matchers, [&](const Matcher& m) {
      return m.thing != thing || matches(m) != m.negated;
    });
  }

  bool SomeThing(const FingerprintRules::Rule& rule, Thing thing) {
    switch (thing) {
      case Thing::kMessage: {
        if (const json::Object* entry = json::GetObject(event_, "logentry")) {
          const std::string_view message = TextOf(*entry, "formatted");
          if (!message.empty() &&
              All(rule, thing, [&](const Matcher& m) { return TextMatches(m, message); })) {
            return true;
          }
        }
        return SomeException([&](const json::Object& exception) {
          return All(rule, thing,
                     [&](const Matcher& m) { return TextMatches(m, TextOf(exception, "value")); });
        });
      }
      case Thing::kException:
        return SomeException([&](const json::Object& exception) {
          return All(rule, thing,
                     [&](const Matcher& m) { return TextMatches(m, TextOf(exception, m.key)); });
        });
      case Thing::kLog:
        return All(rule, thing,
                   [&](const Matcher& m) { return TextMatches(m, TextOf(event_, m.key)); });
      case Thing::kFrame:
        for (const Stack* stack : frames_) {
          for (std::size_t i = 0; i < stack->frames.size(); ++i) {
            if (All(rule, thing, [&](const Matcher& m) {
                  return FrameMatches(m, stack->frames[i], stack->match[i]);
                })) {
              return true;
            }
          }
        }
        return false;
      case Thing::kTag:
        return All(rule, thing, [&](const Matcher& m) {
          return TextMatches(m, TagOf(event_, m.key.substr(5)));
        });
      case Thing::kSdk:
        if (sdk_.empty()) {
          const json::Object* sdk = json::GetObject(event_, "sdk");
          sdk_ = events::SdkTag(sdk != nullptr ? TextOf(*sdk, "name") : "");
        }
        return All(rule, thing, [&](const Matcher& m) { return Listed(m, sdk_); });
      case Thing::kFamily: {
        const std::string_view family = FamilyName(FamilyOf(TextOf(event_, "platform")));
        return All(rule, thing, [&](const Matcher& m) { return Listed(m, family); });
      }
      case Thing::kRelease:
        return All(rule, thing,
                   [&](const Matcher& m) { return PathMatches(m, TextOf(event_, "release")); });
    }
    return false;
  }

  template <class F>
  bool SomeException(F holds) const {
    for (const json::Value& value : ListOf(event_, "exception")) {
      if (value.is_object() && holds(value.get_object())) return true;
    }
    return false;
  }

  static bool FrameMatches(const Matcher& m, const Frame& frame, const MatchFrame& match) {
    if (m.key == "path") {
      return PathMatches(m, frame.abs_path.empty() ? frame.filename : frame.abs_path) ||
             (frame.filename != frame.abs_path && PathMatches(m, frame.filename));
    }
    if (m.key == "package") return PathMatches(m, frame.package);
    if (m.key == "function") return TextMatches(m, match.function);
    if (m.key == "module") return TextMatches(m, frame.module);
    return RuleBool(m.pattern) == match.in_app.value_or(false);
  }

 private:
  const json::Object& event_;
  std::vector<const Stack*> frames_;
  std::string sdk_;
};

}  // namespace

std::string FingerprintRules::Rule::Text() const {
  std::string text;
  for (const Matcher& matcher : matchers) {
    if (!text.empty()) text += ' ';
    if (matcher.negated) text += '!';
    text += matcher.written + ":\"" + matcher.pattern + '"';
  }
  text += " -> \"";
  for (const std::string& value : fingerprint) text += value;
  text += '"';
  if (title) text += " title=\"" + *title + '"';
  return text;
}

Result<FingerprintRules> FingerprintRules::Parse(std::string_view text) {
  if (text.size() > kMaxRuleText) {
    return Fail(Code::kInvalidArgument, kFingerprintRulesInvalid, "the rules are too long");
  }
  FingerprintRules rules;
  std::size_t number = 0;
  for (std::string_view line : Split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    RuleReader reader(line);
    auto refuse = [&reader, number](std::string_view what) {
      return Fail(Code::kInvalidArgument, kFingerprintRulesInvalid, reader.Complaint(number, what));
    };
    reader.SkipBlanks();
    if (reader.AtEnd() || reader.Peek() == '#') continue;
    if (rules.rules_.size() >= kMaxRules) return refuse("too many rules");

    Rule rule;
    while (true) {
      reader.SkipBlanks();
      const std::size_t start = reader.at();
      if (rule.matchers.empty() || !reader.Take("->")) {
        auto written = reader.TakeMatcher();
        if (!written) return refuse("expected a matcher such as type:Error, or ->");
        auto matcher = MakeMatcher(written->key, written->pattern, written->negated);
        if (!matcher || written->pattern.size() > kMaxPattern) {
          reader.Rewind(start);
          return refuse(matcher ? "the pattern is too long" : "unknown matcher");
        }
        rule.matchers.push_back(std::move(*matcher));
        continue;
      }
      break;
    }
    while (true) {
      reader.SkipBlanks();
      if (reader.AtEnd()) break;
      const std::size_t start = reader.at();
      if (auto quoted = reader.TakeQuoted()) {
        rule.fingerprint.push_back(std::move(*quoted));
      } else if (auto name = reader.TakeName(); name && reader.Take("=")) {
        auto value = reader.TakeQuoted();
        if (*name != "title" || !value) {
          reader.Rewind(start);
          return refuse("the only attribute is title=\"...\"");
        }
        rule.title = std::move(*value);
      } else {
        reader.Rewind(start);
        std::string_view rest = line.substr(start);
        std::size_t end = 0;
        if (rest.starts_with("{{")) {
          const std::size_t close = rest.find("}}");
          end = close == rest.npos ? 0 : close + 2;
        } else {
          end = std::min(rest.find_first_of(" \t{,"), rest.size());
        }
        if (end == 0) return refuse("expected a value of the fingerprint");
        rule.fingerprint.emplace_back(rest.substr(0, end));
        reader.Rewind(start + end);
      }
      if (!rule.fingerprint.empty() && IsDefaultVariable(rule.fingerprint.back())) {
        rule.fingerprint.back() = "{{ default }}";
      }
      reader.SkipBlanks();
      reader.Take(",");
    }
    if (rule.fingerprint.empty()) return refuse("expected a value of the fingerprint");
    rules.rules_.push_back(std::move(rule));
  }
  return rules;
}

FingerprintRules FingerprintRules::BuiltIn() {
  // What React says when the page of the server and the one of the browser differ.
  constexpr std::string_view kHydration[] = {
      "Hydration failed because the initial UI does not match what was rendered on the server.",
      "The server could not finish this Suspense boundary, likely due to an error during server "
      "rendering. Switched to client rendering.",
      "There was an error while hydrating this Suspense boundary. Switched to client rendering.",
      "There was an error while hydrating. Because the error happened outside of a Suspense "
      "boundary, the entire root will switch to client rendering.",
      "Text content does not match server-rendered HTML.",
  };
  std::string text =
      "family:javascript type:ChunkLoadError -> chunkloaderror\n"
      "family:javascript value:\"ChunkLoadError*\" -> chunkloaderror\n";
  for (const std::string_view message : kHydration) {
    text += "family:javascript tags.transaction:* message:" + Quoted(message) +
            " -> hydrationerror, {{tags.transaction}}\n";
  }
  auto rules = Parse(text);
  GH_CHECK(rules.has_value());
  for (Rule& rule : rules->rules_) rule.built_in = true;
  return std::move(*rules);
}

const FingerprintRules::Rule* FingerprintRules::Find(const json::Object& event,
                                                     const std::vector<Stack>& stacks) const {
  if (rules_.empty()) return nullptr;
  Question question(event, stacks);
  for (const Rule& rule : rules_) {
    if (question.Holds(rule)) return &rule;
  }
  return nullptr;
}

}  // namespace gatehouse::grouping
