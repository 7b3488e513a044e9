#pragma once

// Enhancement rules: which frames are the application's own, which ones count for grouping.
//
//   [caller-matcher |] matcher+ [| callee-matcher] action+      one rule a line, "#" comments
//   [ category:gl ] | category:gl category=internals
//   stack.abs_path:**/vendor/** -app
//   function:panic ^-group -group
//
// Two passes over a stack trace (frames oldest first). Modify: `app` and `category` actions, each
// rule seeing what the ones before it did. Update: `group`, `max-frames`, `min-frames`,
// `invert-stacktrace`, on the final values. Within a rule the matching frames are found first, then
// acted on. `^` reaches all frames behind the match, towards the crash, `v` all frames before it.
//
// Threads: immutable after parsing; shared by everybody. Time per stack: rules * frames, whatever
// the rules are, and globs without backtracking (glob.h).

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "region/events/grouping/function_name.h"
#include "region/events/grouping/glob.h"

namespace gatehouse::grouping {

// A frame as rules see it. Text is owned by the frame or by the maker of this value.
struct MatchFrame {
  std::string_view function;  // "<unknown>" when there is none
  std::string_view module;
  std::string_view category;
  std::string_view package;  // lower case, with a leading "/" added
  std::string_view path;     // the same
  // Bit (c & 63) is set when a "/" is followed by c.
  std::uint64_t package_parts = 0, path_parts = 0;
  bool has_module = false, has_category = false, has_package = false, has_path = false;
  Family family = Family::kOther;
  std::optional<bool> in_app;
  // What the modify pass did.
  bool in_app_changed = false;
  std::optional<bool> first_in_app;  // before the first change
  const std::string* in_app_rule = nullptr;
  bool category_changed = false;
};

// The exception that owns a stack trace; empty text where it has none.
struct MatchException {
  std::string_view type;
  std::string_view value;
  std::string_view mechanism;
};

class Rules {
 public:
  enum class Field : std::uint8_t {
    kPath,
    kFunction,
    kModule,
    kPackage,
    kFamily,
    kApp,
    kCategory,
    kType,
    kValue,
    kMechanism,
  };
  enum class Place : std::uint8_t { kFrame, kCaller, kCallee };
  enum class Effect : std::uint8_t {
    kApp,
    kGroup,
    kCategory,
    kMaxFrames,
    kMinFrames,
    kInvert,
    kNothing,  // of configurations that this one is not
  };
  enum class Reach : std::uint8_t { kMatch, kAfter, kBefore };

  struct Matcher {
    Field field;
    Place place = Place::kFrame;
    bool negated = false;
    std::uint8_t families = 0;  // kFamily: bits of Family
    std::optional<bool> flag;   // kApp
    char first = '\0';          // a value must start with it, if it is not 0
    char after_slash = '\0';    // of a path: must follow a "/" somewhere, if it is not 0
    Glob glob;
  };
  struct Action {
    Effect effect;
    Reach reach = Reach::kMatch;
    bool flag = false;
    std::uint32_t number = 0;
    std::string category;
  };
  struct Rule {
    std::vector<Matcher> exception;  // all must match before frames are looked at
    std::vector<Matcher> frame;
    std::vector<Action> actions;
    std::uint8_t families = 0xFF;  // of the matched frame
    bool modifies = false;
    bool updates = false;
    std::string text;  // of its matchers
  };
  // One action of the update pass, at the frames [first, last).
  struct Update {
    const Rule* rule;
    const Action* action;
    std::size_t first;
    std::size_t last;
  };

  Rules() = default;
  // Error: kInvalidArgument "enhancement_rules_invalid", the detail names line and column.
  static Result<Rules> Parse(std::string_view text);
  // The base set of newstyle:2023-01-11.
  static Rules BuiltIn();

  void Modify(std::vector<MatchFrame>& frames, const MatchException& exception) const;
  // In the order in which they are to be applied. The pointers are into this object.
  void CollectUpdates(const std::vector<MatchFrame>& frames, const MatchException& exception,
                      std::vector<Update>& out) const;
  std::size_t size() const { return rules_.size(); }

 private:
  static std::optional<Field> FieldOf(std::string_view key);
  static Matcher MakeMatcher(Field field, std::string_view pattern, bool negated, Place place);
  // "+app", "^-group", "category=x", ...
  static std::optional<Action> MakeAction(std::string_view text);
  static void Describe(Rule& rule, const Matcher& matcher, std::string_view pattern);
  static void Add(Rule& rule, Matcher matcher);
  void Finish(Rule rule);
  // The frames that `rule` matches, in order.
  static void Find(const Rule& rule, const std::vector<MatchFrame>& frames,
                   const MatchException& exception, std::vector<std::size_t>& out);

  std::vector<Rule> rules_;
};

}  // namespace gatehouse::grouping
