#pragma once

// Which values a rule is applied to: "$string", "extra.**", "user.email && !$number". A selector is
// immutable and thread-safe.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "region/events/document/schema.h"

namespace gatehouse::events::scrub {

// The kind of a value, as far as selectors know kinds.
enum class ValueKind { kNone, kString, kNumber, kBoolean, kArray, kObject, kDatetime };

// One level of the place where a value stands; the first is the event itself.
struct Step {
  std::string_view key = {};  // empty for an index
  std::size_t index = 0;
  bool is_index = false;
  Role role = Role::kNone;
  ValueKind kind = ValueKind::kNone;
};

class Selector {
 public:
  // Errors: kInvalidArgument "scrub_selector_invalid".
  static Result<Selector> Parse(std::string_view text);

  // `eligibility` kMaybe is met only by a selector that names the value.
  bool Matches(const std::vector<Step>& steps, Pii eligibility) const;

  // "$attachments", "$minidump", "$binary" and their kin: not about JSON values.
  bool MatchesBinary(std::string_view type) const;

 private:
  friend class SelectorParser;
  enum class Kind { kAny, kAnyDepth, kKey, kIndex, kType };
  struct Item {
    Kind kind;
    std::string text;
    std::size_t index = 0;
  };
  enum class Op { kPath, kAnd, kOr, kNot };
  struct Node {
    Op op = Op::kPath;
    std::vector<Item> path;
    std::vector<Node> operands;
  };

  static bool MatchesItem(const Item& item, const Step& step);
  static bool MatchesPath(const std::vector<Item>& path, const std::vector<Step>& steps,
                          std::size_t first);
  static bool IsSpecific(const std::vector<Item>& path);
  static bool Evaluate(const Node& node, const std::vector<Step>& steps, Pii eligibility);
  static bool EvaluateBinary(const Node& node, std::string_view type);

  Node root_;
};

}  // namespace gatehouse::events::scrub
