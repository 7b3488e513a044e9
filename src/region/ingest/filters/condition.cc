#include "region/ingest/filters/condition.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "region/ingest/filters/errors.h"
#include "region/ingest/filters/signatures.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kMaxDepth = 10;
constexpr std::size_t kMaxNodes = 100;
constexpr std::size_t kMaxValues = 100;
constexpr std::size_t kMaxText = 1'000;
constexpr std::size_t kMaxPath = 16;
// Of a list: what is behind them is not looked at.
constexpr std::size_t kMaxEntries = 1'000;

std::unexpected<Error> Invalid(std::string detail) {
  return Fail(Code::kInvalidArgument, kFilterConditionInvalid, std::move(detail));
}

std::optional<double> NumberOf(const json::Value& value) {
  if (value.is_int64()) return static_cast<double>(value.get_int64());
  if (value.is_uint64()) return static_cast<double>(value.get_uint64());
  if (value.is_double()) return value.get_double();
  return std::nullopt;
}

// [["color", "red"], …], as normalizing leaves tags and headers; without case for headers.
const json::Value* InPairs(const json::Array& pairs, std::string_view key, bool any_case) {
  for (const json::Value& each : pairs) {
    const json::Array* pair = each.if_array();
    if (pair == nullptr || pair->size() != 2 || !pair->at(0).is_string()) continue;
    const std::string_view name = pair->at(0).get_string();
    if (name == key || (any_case && EqualsIgnoreCase(name, key))) return &pair->at(1);
  }
  return nullptr;
}

// What is left of a path is one key where keys have dots of their own: tags, headers.
std::string Rest(const std::vector<std::string>& path, std::size_t from) {
  std::string out;
  for (std::size_t i = from; i < path.size(); ++i) out += (i == from ? "" : ".") + path[i];
  return out;
}

const json::Value* Find(const json::Object& object, const std::vector<std::string>& path,
                        std::size_t from) {
  const json::Object* here = &object;
  for (std::size_t i = from; i < path.size(); ++i) {
    const json::Value* next = here->if_contains(path[i]);
    if (next == nullptr) return here->if_contains(Rest(path, i));
    if (i + 1 == path.size()) return next;
    if (const json::Array* pairs = next->if_array()) {
      return InPairs(*pairs, Rest(path, i + 1), path[i] == "headers");
    }
    here = next->if_object();
    if (here == nullptr) return nullptr;
  }
  return nullptr;
}

}  // namespace

std::optional<Condition::Scalar> Condition::ScalarOf(const json::Value& value) {
  if (value.is_null()) return Scalar(nullptr);
  if (value.is_bool()) return Scalar(value.get_bool());
  if (const auto number = NumberOf(value)) return Scalar(*number);
  if (value.is_string() && value.get_string().size() <= kMaxText) {
    return Scalar(std::string(value.get_string()));
  }
  return std::nullopt;
}

Result<Condition> Condition::Parse(const json::Object& tree) {
  std::size_t nodes = 0;
  Condition out;
  GH_TRY(out.root_, ParseNode(tree, 0, false, nodes));
  return out;
}

Result<Condition::Node> Condition::ParseNode(const json::Object& tree, std::size_t depth,
                                             bool of_entry, std::size_t& nodes) {
  struct OpName {
    std::string_view name;
    Op op;
  };
  static constexpr std::array kOps = {
      OpName{"and", Op::kAnd}, OpName{"or", Op::kOr},   OpName{"not", Op::kNot},
      OpName{"eq", Op::kEq},   OpName{"gt", Op::kGt},   OpName{"gte", Op::kGte},
      OpName{"lt", Op::kLt},   OpName{"lte", Op::kLte}, OpName{"glob", Op::kGlob},
      OpName{"any", Op::kAny}, OpName{"all", Op::kAll}};
  if (depth >= kMaxDepth || ++nodes > kMaxNodes) return Invalid("the condition is too large");
  const std::string_view op_name = json::GetString(tree, "op").value_or("");
  const auto op = std::ranges::find(kOps, op_name, &OpName::name);
  if (op == kOps.end()) return Invalid("op: " + std::string(op_name));
  Node node;
  node.op = op->op;
  node.of_entry = of_entry;

  if (node.op == Op::kNot) {
    const json::Object* inner = json::GetObject(tree, "inner");
    if (inner == nullptr) return Invalid("not: inner is a condition");
    GH_TRY(Node one, ParseNode(*inner, depth + 1, of_entry, nodes));
    node.inner.push_back(std::move(one));
    return node;
  }
  if (node.op == Op::kAnd || node.op == Op::kOr) {
    const json::Array* inner = json::GetArray(tree, "inner");
    if (inner == nullptr) return Invalid(std::string(op_name) + ": inner is a list of conditions");
    for (const json::Value& each : *inner) {
      if (!each.is_object()) return Invalid(std::string(op_name) + ": inner");
      GH_TRY(Node one, ParseNode(each.get_object(), depth + 1, of_entry, nodes));
      node.inner.push_back(std::move(one));
    }
    return node;
  }

  const std::string_view name = json::GetString(tree, "name").value_or("");
  if (name.empty() || name.size() > kMaxText || (!of_entry && !name.starts_with("event."))) {
    return Invalid("name: " + std::string(name.substr(0, 64)));
  }
  for (const std::string_view part : Split(of_entry ? name : name.substr(6), '.')) {
    node.path.emplace_back(part);
  }
  if (node.path.size() > kMaxPath) return Invalid("name: too long");
  if (node.op == Op::kAny || node.op == Op::kAll) {
    const json::Object* inner = json::GetObject(tree, "inner");
    if (of_entry || inner == nullptr) {
      return Invalid(std::string(op_name) + ": inner is a condition without any or all");
    }
    GH_TRY(Node one, ParseNode(*inner, depth + 1, true, nodes));
    node.inner.push_back(std::move(one));
    return node;
  }
  const json::Value* value = tree.if_contains("value");
  if (value == nullptr) return Invalid("value is missing");

  if (node.op == Op::kEq || node.op == Op::kGlob) {
    const json::Array* list = value->if_array();
    if (list != nullptr && list->size() > kMaxValues) return Invalid("value: too many");
    const std::size_t count = list == nullptr ? 1 : list->size();
    std::vector<std::string> patterns;
    for (std::size_t i = 0; i < count; ++i) {
      auto scalar = ScalarOf(list == nullptr ? *value : (*list)[i]);
      if (!scalar) return Invalid("value: not a text, a number, true, false or null");
      if (node.op == Op::kEq) {
        node.values.push_back(std::move(*scalar));
      } else if (const auto* text = std::get_if<std::string>(&*scalar)) {
        patterns.push_back(*text);
      } else {
        return Invalid("value: a pattern is a text");
      }
    }
    if (node.op == Op::kGlob) node.globs = GlobList(patterns);
    if (const json::Object* options = json::GetObject(tree, "options")) {
      node.ignore_case = json::GetBool(*options, "ignoreCase").value_or(false);
    }
    return node;
  }
  const auto number = NumberOf(*value);
  if (!number) return Invalid("value: not a number");
  node.number = *number;
  return node;
}

bool Condition::Equals(const Node& node, const json::Value& found) {
  return std::ranges::any_of(node.values, [&](const Scalar& wanted) {
    if (std::holds_alternative<std::nullptr_t>(wanted)) return found.is_null();
    if (const bool* flag = std::get_if<bool>(&wanted)) {
      return found.is_bool() && found.get_bool() == *flag;
    }
    if (const double* number = std::get_if<double>(&wanted)) {
      const auto own = NumberOf(found);
      return own && *own == *number;
    }
    const std::string& text = std::get<std::string>(wanted);
    if (!found.is_string()) return false;
    const std::string_view own = found.get_string();
    return node.ignore_case ? EqualsIgnoreCase(own, text) : own == text;
  });
}

bool Condition::Holds(const Node& node, const json::Value& found) {
  if (node.op == Op::kEq) return Equals(node, found);
  if (node.op == Op::kGlob) return found.is_string() && node.globs.Matches(found.get_string());
  const auto number = NumberOf(found);
  if (!number) return false;
  if (node.op == Op::kGt) return *number > node.number;
  if (node.op == Op::kGte) return *number >= node.number;
  if (node.op == Op::kLt) return *number < node.number;
  return *number <= node.number;
}

bool Condition::MatchesEntries(const Node& node, const json::Object& event) {
  static const std::vector<std::string> kExceptions = {"exception", "values"};
  const std::string& first = node.path.front();
  const bool of_exceptions =
      node.path.size() == 1 && (first == "exception" || first == "exceptions");
  const json::Value* found = Find(event, of_exceptions ? kExceptions : node.path, 0);
  if (found == nullptr) return false;
  // "event.threads" is as good as "event.threads.values".
  if (const json::Object* wrapped = found->if_object()) found = wrapped->if_contains("values");
  const json::Array* list = found == nullptr ? nullptr : found->if_array();
  if (list == nullptr) return false;
  const auto holds = [&](const json::Value& entry) {
    const json::Object* object = entry.if_object();
    return object != nullptr && Matches(node.inner.front(), *object);
  };
  const auto end =
      list->begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(list->size(), kMaxEntries));
  return node.op == Op::kAny ? std::any_of(list->begin(), end, holds)
                             : std::all_of(list->begin(), end, holds);
}

bool Condition::Matches(const Node& node, const json::Object& event) {
  const auto inner = [&](const Node& each) { return Matches(each, event); };
  if (node.op == Op::kAnd) return std::ranges::all_of(node.inner, inner);
  if (node.op == Op::kOr) return std::ranges::any_of(node.inner, inner);
  if (node.op == Op::kNot) return !inner(node.inner.front());
  if (node.op == Op::kAny || node.op == Op::kAll) return MatchesEntries(node, event);

  static const json::Value kNothing(nullptr);
  const std::string& first = node.path.front();
  if (node.of_entry) {
    const json::Value* found = Find(event, node.path, 0);
    return Holds(node, found == nullptr ? kNothing : *found);
  }
  if (first == "exception" || first == "exceptions") {
    bool any = false;
    bool hit = false;
    ForEachException(event, [&](const json::Object& exception) {
      any = true;
      if (hit) return;
      const json::Value* found = Find(exception, node.path, 1);
      hit = Holds(node, found == nullptr ? kNothing : *found);
    });
    return any ? hit : Holds(node, kNothing);
  }
  if (first == "duration" && node.path.size() == 1) {
    const auto start = json::GetNumber(event, "start_timestamp");
    const auto end = json::GetNumber(event, "timestamp");
    if (!start || !end) return Holds(node, kNothing);
    return Holds(node, json::Value((*end - *start) * 1000.0));
  }
  const json::Value* found = Find(event, node.path, 0);
  return Holds(node, found == nullptr ? kNothing : *found);
}

}  // namespace gatehouse::ingest
