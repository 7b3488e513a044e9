#include "region/events/scrub/selector.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "region/events/scrub/errors.h"

namespace gatehouse::events::scrub {
namespace {

constexpr std::size_t kMaxSelector = 1000;
constexpr std::size_t kMaxItems = 16;
constexpr int kMaxSelectorNesting = 16;

struct TypeName {
  std::string_view name;
  Role role;
  ValueKind kind;
};
constexpr auto kTypes = std::to_array<TypeName>({
    {"string", Role::kNone, ValueKind::kString},
    {"number", Role::kNone, ValueKind::kNumber},
    {"boolean", Role::kNone, ValueKind::kBoolean},
    {"datetime", Role::kNone, ValueKind::kDatetime},
    {"array", Role::kNone, ValueKind::kArray},
    {"object", Role::kNone, ValueKind::kObject},
    {"event", Role::kEvent, ValueKind::kNone},
    {"exception", Role::kException, ValueKind::kNone},
    {"stacktrace", Role::kStacktrace, ValueKind::kNone},
    {"frame", Role::kFrame, ValueKind::kNone},
    {"request", Role::kRequest, ValueKind::kNone},
    {"user", Role::kUser, ValueKind::kNone},
    {"logentry", Role::kLogentry, ValueKind::kNone},
    {"message", Role::kMessage, ValueKind::kNone},
    {"thread", Role::kThread, ValueKind::kNone},
    {"breadcrumb", Role::kBreadcrumb, ValueKind::kNone},
    {"span", Role::kSpan, ValueKind::kNone},
    {"sdk", Role::kSdk, ValueKind::kNone},
    // Never a value of an event.
    {"attachments", Role::kNone, ValueKind::kNone},
    {"minidump", Role::kNone, ValueKind::kNone},
    {"stack_memory", Role::kNone, ValueKind::kNone},
    {"heap_memory", Role::kNone, ValueKind::kNone},
    {"binary", Role::kNone, ValueKind::kNone},
});

const TypeName* FindType(std::string_view name) {
  auto it = std::ranges::find(kTypes, name, &TypeName::name);
  return it == kTypes.end() ? nullptr : &*it;
}

bool IsKeyChar(char c) {
  return !(c >= 0 && c <= ' ') && std::string_view("&|!().'\"*$").find(c) == std::string_view::npos;
}

}  // namespace

class SelectorParser {
 public:
  explicit SelectorParser(std::string_view text) : text_(text) {}

  Result<Selector> Run() {
    if (text_.size() > kMaxSelector) return Bad("too long");
    Selector selector;
    selector.root_ = Or(0);
    Skip();
    if (!failed_ && at_ < text_.size()) failed_ = true;
    if (failed_) return Bad(std::string(text_));
    return selector;
  }

 private:
  using Node = Selector::Node;
  using Op = Selector::Op;
  using Kind = Selector::Kind;

  static std::unexpected<Error> Bad(std::string detail) {
    return Fail(Code::kInvalidArgument, kSelectorInvalid, std::move(detail));
  }
  void Skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) {
      ++at_;
    }
  }
  bool Take(std::string_view token) {
    Skip();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  Node Or(int depth) {
    return Chain(depth, "||", Op::kOr, [this](int d) { return And(d); });
  }
  Node And(int depth) {
    return Chain(depth, "&&", Op::kAnd, [this](int d) { return Not(d); });
  }

  template <class F>
  Node Chain(int depth, std::string_view token, Op op, F operand) {
    Node node;
    node.op = op;
    node.operands.push_back(operand(depth));
    while (!failed_ && Take(token)) node.operands.push_back(operand(depth));
    if (node.operands.size() > 1) return node;
    Node only = std::move(node.operands.front());
    return only;
  }

  Node Not(int depth) {
    if (depth > kMaxSelectorNesting) {
      failed_ = true;
      return {};
    }
    if (Take("!")) {
      Node node;
      node.op = Op::kNot;
      node.operands.push_back(Not(depth + 1));
      return node;
    }
    if (Take("(")) {
      Node node = Or(depth + 1);
      failed_ = failed_ || !Take(")");
      return node;
    }
    return Path();
  }

  Node Path() {
    Node node;
    Skip();
    do {
      ReadItem(node);
      if (node.path.size() > kMaxItems) failed_ = true;
    } while (!failed_ && at_ < text_.size() && text_[at_] == '.' && ++at_ > 0);
    return node;
  }

  void ReadItem(Node& node) {
    std::string_view rest = text_.substr(at_);
    if (rest.starts_with("**")) {
      at_ += 2;
      node.path.push_back({Kind::kAnyDepth, {}, 0});
      return;
    }
    if (rest.starts_with('*')) {
      ++at_;
      node.path.push_back({Kind::kAny, {}, 0});
      return;
    }
    if (rest.starts_with('\'')) {
      std::string key;
      for (++at_;; ++at_) {
        if (at_ >= text_.size()) {
          failed_ = true;
          return;
        }
        if (text_[at_] == '\'') {
          if (text_.substr(at_, 2) != "''") break;
          ++at_;  // two quotes are one
        }
        key += text_[at_];
      }
      ++at_;
      node.path.push_back({Kind::kKey, std::move(key), 0});
      return;
    }
    bool type = rest.starts_with('$');
    if (type) ++at_;
    std::size_t start = at_;
    while (at_ < text_.size() && IsKeyChar(text_[at_])) ++at_;
    std::string word(text_.substr(start, at_ - start));
    if (word.empty()) {
      failed_ = true;
      return;
    }
    if (type) {
      word = AsciiLower(word);
      if (word == "error") word = "exception";
      if (FindType(word) == nullptr) failed_ = true;
      node.path.push_back({Kind::kType, std::move(word), 0});
      return;
    }
    std::size_t index = 0;
    auto [end, ec] = std::from_chars(word.data(), word.data() + word.size(), index);
    bool number = ec == std::errc() && end == word.data() + word.size();
    node.path.push_back({number ? Kind::kIndex : Kind::kKey, std::move(word), index});
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

Result<Selector> Selector::Parse(std::string_view text) { return SelectorParser(text).Run(); }

bool Selector::MatchesItem(const Item& item, const Step& step) {
  switch (item.kind) {
    case Kind::kAny:
    case Kind::kAnyDepth:
      return true;
    case Kind::kKey:
      return !step.is_index && EqualsIgnoreCase(step.key, item.text);
    case Kind::kIndex:
      return step.is_index ? step.index == item.index : step.key == item.text;
    case Kind::kType: {
      const TypeName* type = FindType(item.text);
      if (type == nullptr) return false;
      if (type->role != Role::kNone) return step.role == type->role;
      return type->kind != ValueKind::kNone && step.kind == type->kind;
    }
  }
  return false;
}

// Wildcard matching with a return to the last "**" only: what an earlier one could take, the last
// can take as well.
bool Selector::MatchesPath(const std::vector<Item>& path, const std::vector<Step>& steps,
                           std::size_t first) {
  std::size_t item = 0;
  std::size_t step = first;
  std::size_t star = path.size();
  std::size_t star_step = 0;
  while (step < steps.size()) {
    if (item < path.size() && path[item].kind == Kind::kAnyDepth) {
      star = item++;
      star_step = step;
    } else if (item < path.size() && MatchesItem(path[item], steps[step])) {
      ++item;
      ++step;
    } else if (star < path.size()) {
      item = star + 1;
      step = ++star_step;
    } else {
      return false;
    }
  }
  return item == path.size();  // "extra.**" is what is below extra, not extra
}

bool Selector::IsSpecific(const std::vector<Item>& path) {
  const Item& last = path.back();
  if (last.kind == Kind::kKey || last.kind == Kind::kIndex) return true;
  if (last.kind != Kind::kType) return false;
  const TypeName* type = FindType(last.text);
  return type != nullptr && type->role != Role::kNone;
}

bool Selector::Evaluate(const Node& node, const std::vector<Step>& steps, Pii eligibility) {
  switch (node.op) {
    case Op::kAnd:
      return std::ranges::all_of(node.operands,
                                 [&](const Node& n) { return Evaluate(n, steps, eligibility); });
    case Op::kOr:
      return std::ranges::any_of(node.operands,
                                 [&](const Node& n) { return Evaluate(n, steps, eligibility); });
    case Op::kNot:
      // What is excluded is excluded whether or not it may be changed.
      return !Evaluate(node.operands.front(), steps, Pii::kTrue);
    case Op::kPath:
      break;
  }
  if (eligibility == Pii::kMaybe && !IsSpecific(node.path)) return false;
  if (node.path.front().kind != Kind::kType) return MatchesPath(node.path, steps, 1);
  for (std::size_t first = 0; first < steps.size(); ++first) {
    if (MatchesItem(node.path.front(), steps[first]) && MatchesPath(node.path, steps, first)) {
      return true;
    }
  }
  return false;
}

bool Selector::Matches(const std::vector<Step>& steps, Pii eligibility) const {
  return eligibility != Pii::kFalse && Evaluate(root_, steps, eligibility);
}

bool Selector::EvaluateBinary(const Node& node, std::string_view type) {
  switch (node.op) {
    case Op::kAnd:
      return std::ranges::all_of(node.operands,
                                 [&](const Node& n) { return EvaluateBinary(n, type); });
    case Op::kOr:
      return std::ranges::any_of(node.operands,
                                 [&](const Node& n) { return EvaluateBinary(n, type); });
    case Op::kNot:
      return !EvaluateBinary(node.operands.front(), type);
    case Op::kPath:
      break;
  }
  const Item& first = node.path.front();
  if (first.kind != Kind::kType) return false;
  return first.text == type || (first.text == "binary" && type != "stack_memory");
}

bool Selector::MatchesBinary(std::string_view type) const { return EvaluateBinary(root_, type); }

}  // namespace gatehouse::events::scrub
