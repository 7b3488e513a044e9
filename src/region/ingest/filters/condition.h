#pragma once

// Conditions of generic filters: a tree over the fields of a normalized event.
//
//   {"op": "and" | "or", "inner": [condition, …]}      {"op": "not", "inner": condition}
//   {"op": "eq", "name": "event.release", "value": v, "options": {"ignoreCase": true}}
//       v: text, number, true, false, null (there is none), or a list: any of them
//   {"op": "gt" | "gte" | "lt" | "lte", "name": …, "value": number}
//   {"op": "glob", "name": …, "value": "1.*" or a list of them}
//   {"op": "any" | "all", "name": "event.exceptions" or another list, "inner": condition}
//       The inner condition's names begin at an entry: "type", "mechanism.handled". They hold no
//       further "any" or "all". A name that leads to no list matches neither.
//
// Names: "event.release", "event.user.email", "event.tags.color", "event.contexts.os.name",
// "event.request.headers.Host", "event.exception.type" (any exception of the event),
// "event.duration" (milliseconds, of transactions), and every other path of the event. A name that
// leads nowhere equals null and nothing else.
//
// Immutable: threads may share one. A tree has at most 100 nodes and is 10 deep, so that strangers'
// conditions cost little.

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "platform/json/json.h"
#include "region/ingest/filters/glob.h"

namespace gatehouse::ingest {

class Condition {
 public:
  // Errors: kInvalidArgument "filter_condition_invalid", the detail says what is wrong with it.
  static Result<Condition> Parse(const json::Object& tree);

  bool Matches(const json::Object& event) const { return Matches(root_, event); }

 private:
  enum class Op { kAnd, kOr, kNot, kAny, kAll, kEq, kGt, kGte, kLt, kLte, kGlob };
  using Scalar = std::variant<std::nullptr_t, bool, double, std::string>;
  struct Node {
    Op op = Op::kAnd;
    std::vector<Node> inner = {};
    std::vector<std::string> path = {};
    std::vector<Scalar> values = {};
    bool ignore_case = false;
    double number = 0;
    GlobList globs = {};
    bool of_entry = false;  // names begin at the entry of a list
  };

  static Result<Node> ParseNode(const json::Object& tree, std::size_t depth, bool of_entry,
                                std::size_t& nodes);
  static std::optional<Scalar> ScalarOf(const json::Value& value);
  static bool Matches(const Node& node, const json::Object& event);
  static bool MatchesEntries(const Node& node, const json::Object& event);
  static bool Equals(const Node& node, const json::Value& found);
  // A leaf on one value of its field; null when there is none.
  static bool Holds(const Node& node, const json::Value& found);

  Node root_;
};

}  // namespace gatehouse::ingest
