#include "region/events/grouping/rules.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "region/events/grouping/errors.h"
#include "region/events/grouping/rule_text.h"

namespace gatehouse::grouping {
namespace {

using Field = Rules::Field;

constexpr auto kFields = std::to_array<std::pair<std::string_view, Field>>({
    {"path", Field::kPath},
    {"stack.abs_path", Field::kPath},
    {"function", Field::kFunction},
    {"stack.function", Field::kFunction},
    {"module", Field::kModule},
    {"stack.module", Field::kModule},
    {"package", Field::kPackage},
    {"stack.package", Field::kPackage},
    {"family", Field::kFamily},
    {"app", Field::kApp},
    {"category", Field::kCategory},
    {"type", Field::kType},
    {"error.type", Field::kType},
    {"value", Field::kValue},
    {"error.value", Field::kValue},
    {"mechanism", Field::kMechanism},
    {"error.mechanism", Field::kMechanism},
});

bool OfException(Field field) { return field >= Field::kType; }
bool IsPath(Field field) { return field == Field::kPath || field == Field::kPackage; }

std::string_view NameOf(Field field) {
  for (const auto& [name, known] : kFields) {
    if (known == field) return name;
  }
  return {};
}

std::uint8_t ReadFamilies(std::string_view list) {
  unsigned families = 0;
  for (const std::string_view name : Split(list, ',')) {
    if (name == "all") families = 0xFF;
    for (const Family family : {Family::kOther, Family::kNative, Family::kJavascript}) {
      if (name == FamilyName(family)) families |= static_cast<unsigned>(family);
    }
  }
  return static_cast<std::uint8_t>(families);
}

bool TextMatches(const Rules::Matcher& matcher, std::string_view value) {
  if (matcher.first != '\0' && (value.empty() || value.front() != matcher.first)) return false;
  return matcher.glob.Matches(value);
}

bool PathMatches(const Rules::Matcher& matcher, std::string_view slashed, std::uint64_t parts) {
  if (matcher.after_slash != '\0' && ((parts >> (matcher.after_slash & 63)) & 1u) == 0)
    return false;
  if (matcher.first != '\0' && (slashed.size() < 2 || slashed[1] != matcher.first)) return false;
  return matcher.glob.MatchesPath(slashed);
}

bool FrameMatches(const Rules::Matcher& matcher, const MatchFrame& frame) {
  switch (matcher.field) {
    case Field::kPath:
      return frame.has_path && PathMatches(matcher, frame.path, frame.path_parts);
    case Field::kPackage:
      return frame.has_package && PathMatches(matcher, frame.package, frame.package_parts);
    case Field::kFunction:
      return TextMatches(matcher, frame.function);
    case Field::kModule:
      return frame.has_module && TextMatches(matcher, frame.module);
    case Field::kCategory:
      return frame.has_category && TextMatches(matcher, frame.category);
    case Field::kFamily:
      return (matcher.families & static_cast<std::uint8_t>(frame.family)) != 0;
    case Field::kApp:
      return matcher.flag && *matcher.flag == frame.in_app.value_or(false);
    case Field::kType:
    case Field::kValue:
    case Field::kMechanism:
      break;
  }
  return false;
}

}  // namespace

std::optional<Field> Rules::FieldOf(std::string_view key) {
  for (const auto& [name, field] : kFields) {
    if (name == key) return field;
  }
  return std::nullopt;
}

Rules::Matcher Rules::MakeMatcher(Field field, std::string_view pattern, bool negated,
                                  Place place) {
  Matcher matcher{
      .field = field,
      .place = place,
      .negated = negated,
      .flag = field == Field::kApp ? RuleBool(pattern) : std::nullopt,
      .glob = IsPath(field) ? Glob(AsciiLower(pattern), Glob::Style::kPath)
                            : Glob(pattern, Glob::Style::kText),
  };
  if (field == Field::kFamily) matcher.families = ReadFamilies(pattern);
  // Cheap tests that most frames fail.
  const std::string& prefix = matcher.glob.prefix();
  const std::string& needle = matcher.glob.needle();
  if (!prefix.empty() && (!IsPath(field) || prefix.front() != '/')) matcher.first = prefix.front();
  if (IsPath(field) && needle.size() > 1 && needle.front() == '/') matcher.after_slash = needle[1];
  return matcher;
}

std::optional<Rules::Action> Rules::MakeAction(std::string_view text) {
  Action action{.effect = Effect::kNothing, .category = {}};
  if (const auto [name, value] = SplitOnce(text, '='); name.size() < text.size()) {
    if (name == "category") {
      action.effect = Effect::kCategory;
      action.category = value;
      return value.empty() ? std::nullopt : std::optional(action);
    }
    if (name == "invert-stacktrace") {
      const auto flag = RuleBool(value);
      action.effect = Effect::kInvert;
      action.flag = flag.value_or(false);
      return flag ? std::optional(action) : std::nullopt;
    }
    if (name != "max-frames" && name != "min-frames") return std::nullopt;
    action.effect = name == "max-frames" ? Effect::kMaxFrames : Effect::kMinFrames;
    const char* end = value.data() + value.size();
    const auto read = std::from_chars(value.data(), end, action.number);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return action;
  }
  if (text.starts_with('^') || text.starts_with('v')) {
    action.reach = text.front() == '^' ? Reach::kAfter : Reach::kBefore;
    text.remove_prefix(1);
  }
  if (!text.starts_with('+') && !text.starts_with('-')) return std::nullopt;
  action.flag = text.front() == '+';
  text.remove_prefix(1);
  if (text == "app") {
    action.effect = Effect::kApp;
  } else if (text == "group") {
    action.effect = Effect::kGroup;
  } else if (text != "prefix" && text != "sentinel") {
    return std::nullopt;
  }
  return action;
}

void Rules::Describe(Rule& rule, const Matcher& matcher, std::string_view pattern) {
  if (!rule.text.empty()) rule.text += ' ';
  if (matcher.place == Place::kCaller) rule.text += "[ ";
  if (matcher.place == Place::kCallee) rule.text += "| [ ";
  if (matcher.negated) rule.text += '!';
  rule.text += NameOf(matcher.field);
  rule.text += ':';
  rule.text += pattern.find(' ') == pattern.npos ? std::string(pattern) : Quoted(pattern);
  if (matcher.place == Place::kCaller) rule.text += " ] |";
  if (matcher.place == Place::kCallee) rule.text += " ]";
}

void Rules::Add(Rule& rule, Matcher matcher) {
  if (OfException(matcher.field)) {
    rule.exception.push_back(std::move(matcher));
    return;
  }
  if (matcher.field == Field::kFamily && matcher.place == Place::kFrame && !matcher.negated) {
    rule.families &= matcher.families;
    return;
  }
  rule.frame.push_back(std::move(matcher));
}

void Rules::Finish(Rule rule) {
  for (const Action& action : rule.actions) {
    const bool modifies = action.effect == Effect::kApp || action.effect == Effect::kCategory;
    rule.modifies |= modifies;
    rule.updates |= !modifies && action.effect != Effect::kNothing;
  }
  rules_.push_back(std::move(rule));
}

Result<Rules> Rules::Parse(std::string_view text) {
  if (text.size() > kMaxRuleText) {
    return Fail(Code::kInvalidArgument, kEnhancementRulesInvalid, "the rules are too long");
  }
  Rules rules;
  std::size_t number = 0;
  for (std::string_view line : Split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    RuleReader reader(line);
    auto refuse = [&reader, number](std::string_view what) {
      return Fail(Code::kInvalidArgument, kEnhancementRulesInvalid, reader.Complaint(number, what));
    };
    reader.SkipBlanks();
    if (reader.AtEnd() || reader.Peek() == '#') continue;
    if (rules.rules_.size() >= kMaxRules) return refuse("too many rules");

    Rule rule;
    auto take_matcher = [&](Place place) -> std::optional<std::string_view> {
      auto matcher = reader.TakeMatcher();
      if (!matcher) return "expected a matcher such as function:name";
      const auto field = FieldOf(matcher->key);
      if (!field) return "unknown matcher";
      if (matcher->pattern.size() > kMaxPattern) return "the pattern is too long";
      Matcher made = MakeMatcher(*field, matcher->pattern, matcher->negated, place);
      Describe(rule, made, matcher->pattern);
      Add(rule, std::move(made));
      return std::nullopt;
    };
    auto take_bracketed = [&](Place place) -> std::optional<std::string_view> {
      reader.SkipBlanks();
      if (!reader.Take("[")) return "expected [";
      reader.SkipBlanks();
      if (auto problem = take_matcher(place)) return problem;
      reader.SkipBlanks();
      if (!reader.Take("]")) return "expected ]";
      return std::nullopt;
    };

    if (reader.Peek() == '[') {
      if (auto problem = take_bracketed(Place::kCaller)) return refuse(*problem);
      reader.SkipBlanks();
      if (!reader.Take("|")) return refuse("expected | behind the caller");
    }
    bool any = false;
    while (true) {
      reader.SkipBlanks();
      const std::size_t start = reader.at();
      if (!reader.TakeMatcher()) break;
      reader.Rewind(start);
      if (auto problem = take_matcher(Place::kFrame)) return refuse(*problem);
      any = true;
    }
    if (!any) return refuse("expected a matcher such as function:name");
    if (reader.Take("|")) {
      if (auto problem = take_bracketed(Place::kCallee)) return refuse(*problem);
    }
    while (true) {
      reader.SkipBlanks();
      if (reader.AtEnd()) break;
      const std::size_t start = reader.at();
      std::string word(*reader.TakeUnquoted());
      // "category = x" is one action, too.
      reader.SkipBlanks();
      if (word.find('=') == word.npos && reader.Take("=")) {
        reader.SkipBlanks();
        word += '=';
        if (auto value = reader.TakeUnquoted()) word += *value;
      } else if (word.ends_with('=')) {
        if (auto value = reader.TakeUnquoted()) word += *value;
      }
      auto action = MakeAction(word);
      if (!action) {
        reader.Rewind(start);
        return refuse("expected an action such as -group");
      }
      rule.actions.push_back(std::move(*action));
    }
    if (rule.actions.empty()) return refuse("expected an action such as -group");
    rules.Finish(std::move(rule));
  }
  return rules;
}

namespace {

bool MatchesAt(const Rules::Rule& rule, const std::vector<MatchFrame>& frames, std::size_t at) {
  if ((rule.families & static_cast<std::uint8_t>(frames[at].family)) == 0) return false;
  for (const Rules::Matcher& matcher : rule.frame) {
    std::size_t index = at;
    if (matcher.place == Rules::Place::kCaller) {
      if (at == 0) return false;
      index = at - 1;
    } else if (matcher.place == Rules::Place::kCallee) {
      if (at + 1 >= frames.size()) return false;
      index = at + 1;
    }
    if (FrameMatches(matcher, frames[index]) == matcher.negated) return false;
  }
  return true;
}

bool ExceptionMatches(const Rules::Rule& rule, const MatchException& exception) {
  for (const Rules::Matcher& matcher : rule.exception) {
    std::string_view value = matcher.field == Field::kType    ? exception.type
                             : matcher.field == Field::kValue ? exception.value
                                                              : exception.mechanism;
    if (value.empty()) value = "<unknown>";
    if (TextMatches(matcher, value) == matcher.negated) return false;
  }
  return true;
}

// Calls `apply(action, first, last)` with what each of the rule's actions reaches. The rule acts
// match after match; for one frame that comes to: what earlier matches do to the frames behind
// them, then its own match, then what later matches do to the frames before them.
template <class F>
void Apply(const Rules::Rule& rule, const std::vector<std::size_t>& matched, std::size_t count,
           F apply) {
  using Reach = Rules::Reach;
  if (matched.empty()) return;
  for (const Reach reach : {Reach::kAfter, Reach::kMatch, Reach::kBefore}) {
    for (const Rules::Action& action : rule.actions) {
      if (action.reach != reach) continue;
      if (reach == Reach::kAfter) {
        apply(action, matched.front() + 1, count);
      } else if (reach == Reach::kBefore) {
        apply(action, std::size_t{0}, matched.back());
      } else {
        for (const std::size_t at : matched) apply(action, at, at + 1);
      }
    }
  }
}

unsigned FamiliesOf(const std::vector<MatchFrame>& frames) {
  unsigned families = 0;
  for (const MatchFrame& frame : frames) families |= static_cast<unsigned>(frame.family);
  return families;
}

}  // namespace

void Rules::Find(const Rule& rule, const std::vector<MatchFrame>& frames,
                 const MatchException& exception, std::vector<std::size_t>& out) {
  out.clear();
  if (!rule.exception.empty() && !ExceptionMatches(rule, exception)) return;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (MatchesAt(rule, frames, i)) out.push_back(i);
  }
}

void Rules::Modify(std::vector<MatchFrame>& frames, const MatchException& exception) const {
  const unsigned families = FamiliesOf(frames);
  std::vector<std::size_t> matched;
  for (const Rule& rule : rules_) {
    if (!rule.modifies || (rule.families & families) == 0) continue;
    Find(rule, frames, exception, matched);
    Apply(rule, matched, frames.size(),
          [&](const Action& action, std::size_t first, std::size_t last) {
            for (std::size_t i = first; i < last; ++i) {
              MatchFrame& frame = frames[i];
              if (action.effect == Effect::kCategory) {
                frame.category = action.category;
                frame.has_category = true;
                frame.category_changed = true;
              } else if (action.effect == Effect::kApp && frame.in_app != action.flag) {
                if (!frame.in_app_changed) frame.first_in_app = frame.in_app;
                frame.in_app_changed = true;
                frame.in_app = action.flag;
                frame.in_app_rule = &rule.text;
              }
            }
          });
  }
}

void Rules::CollectUpdates(const std::vector<MatchFrame>& frames, const MatchException& exception,
                           std::vector<Update>& out) const {
  const unsigned families = FamiliesOf(frames);
  std::vector<std::size_t> matched;
  for (const Rule& rule : rules_) {
    if (!rule.updates || (rule.families & families) == 0) continue;
    Find(rule, frames, exception, matched);
    Apply(rule, matched, frames.size(),
          [&](const Action& action, std::size_t first, std::size_t last) {
            if (action.effect == Effect::kApp || action.effect == Effect::kCategory) return;
            out.push_back({&rule, &action, first, last});
          });
  }
}

}  // namespace gatehouse::grouping
