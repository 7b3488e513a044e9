// Exceptions: alone, in a chain of causes, in a group.

#include <algorithm>
#include <map>

#include "region/events/grouping/parametrize.h"
#include "region/events/grouping/strategies.h"

namespace gatehouse::grouping {
namespace {

// React wraps what went wrong in one of these and adds it as a cause.
constexpr std::string_view kRecovered[] = {
    "There was an error during concurrent rendering but React was able to recover by instead "
    "synchronously rendering the entire root.",
    "There was an error while hydrating but React was able to recover by instead client rendering "
    "from the nearest Suspense boundary.",
};

struct Exception {
  const json::Object* json = nullptr;
  std::string_view type;
  std::optional<std::int64_t> id, parent;
  bool group = false;
  std::optional<Component> system;  // only with a stack trace
  Component app;
};

const json::Object* MechanismOf(const json::Object& exception) {
  return json::GetObject(exception, "mechanism");
}

// Domain and code of an NSError.
std::optional<Component> NsError(const json::Object* mechanism, Arena& arena) {
  const json::Object* meta = mechanism != nullptr ? json::GetObject(*mechanism, "meta") : nullptr;
  const json::Object* error = meta != nullptr ? json::GetObject(*meta, "ns_error") : nullptr;
  if (error == nullptr) return std::nullopt;
  std::vector<Component> values;
  if (const auto domain = json::GetString(*error, "domain")) values.push_back(arena.Leaf(*domain));
  if (const auto code = json::GetInt(*error, "code")) {
    values.push_back(arena.Leaf(std::to_string(*code)));
    values.back().number = true;
  }
  return arena.Node("ns-error", values);
}

Component OneVariant(const Exception& exception, const Component& stacktrace, Arena& arena) {
  const json::Object* mechanism = MechanismOf(*exception.json);
  Component type = arena.Text("type", exception.type);
  if (mechanism != nullptr && json::GetBool(*mechanism, "synthetic").value_or(false)) {
    type.Silence("ignored because exception is synthetic");
  }
  const std::string_view raw = TextOf(*exception.json, "value");
  const std::string text = raw.empty() ? std::string() : NormalizeMessage(raw);
  Component value = arena.Text("value", text);
  if (text != raw) value.hint = "stripped event-specific values";
  const auto ns_error = NsError(mechanism, arena);
  if (value.contributes && stacktrace.contributes) {
    value.Silence("ignored because stacktrace takes precedence");
  } else if (value.contributes && ns_error && ns_error->contributes) {
    value.Silence("ignored because ns-error info takes precedence");
  }
  if (ns_error) return arena.Node("exception", {stacktrace, type, *ns_error, value});
  return arena.Node("exception", {stacktrace, type, value});
}

Exception ReadException(const json::Object& json, const std::vector<Stack>& stacks, Arena& arena) {
  Exception e;
  e.json = &json;
  e.type = TextOf(json, "type");
  if (const json::Object* mechanism = MechanismOf(json)) {
    e.id = json::GetInt(*mechanism, "exception_id");
    e.parent = json::GetInt(*mechanism, "parent_id");
    e.group = json::GetBool(*mechanism, "is_exception_group").value_or(false);
  }
  if (const Stack* stack = FindStack(stacks, json::GetObject(json, "stacktrace"))) {
    const StackComponents both = GroupStack(*stack, arena);
    e.app = OneVariant(e, both.app, arena);
    e.system = OneVariant(e, both.system, arena);
  } else {
    e.app = OneVariant(e, arena.Node("stacktrace", {}), arena);
  }
  return e;
}

// The members of a group of exceptions that say something: its distinct top-level ones and the
// group itself, or the only distinct one and its first causes.
class GroupTree {
 public:
  explicit GroupTree(const std::vector<Exception>& exceptions) : exceptions_(exceptions) {}

  // The exceptions to group by, in order; nothing when the ids do not make a tree.
  std::optional<std::vector<std::size_t>> Reduce(std::optional<std::int64_t>& main_id) {
    for (std::size_t i = exceptions_.size(); i-- > 0;) {
      const Exception& e = exceptions_[i];
      if (!e.id) return std::nullopt;
      nodes_[*e.id].exception = i;
      if (e.parent) nodes_[*e.parent].children.push_back(i);
    }
    const auto root = nodes_.find(0);
    if (root == nodes_.end() || !root->second.exception) return std::nullopt;
    steps_ = 0;
    std::vector<std::size_t> top;
    if (!TopLevel(*root->second.exception, 0, top)) return std::nullopt;
    // By type, backwards; equal ones in the order in which they were found.
    std::vector<std::pair<std::size_t, std::size_t>> sorted;  // exception, place
    for (const std::size_t i : top) sorted.emplace_back(i, sorted.size());
    std::ranges::sort(sorted, [this](const auto& a, const auto& b) {
      const int order = exceptions_[a.first].type.compare(exceptions_[b.first].type);
      return order != 0 ? order > 0 : a.second < b.second;
    });
    std::vector<std::size_t> distinct;
    std::string last;
    for (const auto& [i, place] : sorted) {
      std::string key = HashText(exceptions_[i].app) + '\0' +
                        (exceptions_[i].system ? HashText(*exceptions_[i].system) : "");
      if (distinct.empty() || key != last) distinct.push_back(i);
      last = std::move(key);
    }
    if (distinct.size() != 1) {
      distinct.push_back(*root->second.exception);
      return distinct;
    }
    main_id = exceptions_[distinct[0]].id;
    std::vector<std::size_t> path;
    for (std::size_t i = distinct[0];;) {
      path.push_back(i);
      if (path.size() > exceptions_.size()) {
        main_id.reset();
        return std::nullopt;  // a cycle
      }
      const auto& children = nodes_[*exceptions_[i].id].children;
      if (children.empty()) return path;
      i = children.front();
    }
  }

 private:
  struct Node {
    std::optional<std::size_t> exception;
    std::vector<std::size_t> children;
  };

  // False when this is no tree: too deep, or more visits than there are exceptions.
  bool TopLevel(std::size_t at, std::size_t depth, std::vector<std::size_t>& out) {
    if (depth > kMaxDepth || ++steps_ > exceptions_.size()) return false;
    if (!exceptions_[at].group) {
      out.push_back(at);
      return true;
    }
    const std::vector<std::size_t> children = nodes_[*exceptions_[at].id].children;
    return std::ranges::all_of(children,
                               [&](std::size_t i) { return TopLevel(i, depth + 1, out); });
  }

  static constexpr std::size_t kMaxDepth = 100;
  const std::vector<Exception>& exceptions_;
  std::map<std::int64_t, Node> nodes_;
  std::size_t steps_ = 0;
};

std::optional<std::int64_t> RecoveredMainId(const Exception& first, const Exception& last) {
  if (first.type != "Error" ||
      std::ranges::find(kRecovered, TextOf(*first.json, "value")) == std::end(kRecovered)) {
    return std::nullopt;
  }
  const json::Object* mechanism = MechanismOf(*last.json);
  if (mechanism == nullptr || TextOf(*mechanism, "source") != "cause") return std::nullopt;
  return last.id;
}

}  // namespace

Found GroupExceptions(const json::Object& event, const std::vector<Stack>& stacks, Arena& arena,
                      std::optional<std::int64_t>& main_exception_id) {
  std::vector<Exception> exceptions;
  for (const json::Value& value : ListOf(event, "exception")) {
    if (const json::Object* json = value.if_object()) {
      exceptions.push_back(ReadException(*json, stacks, arena));
    }
  }
  Found found;
  if (exceptions.empty()) return found;
  std::vector<std::size_t> chosen;
  if (exceptions.size() > 1) {
    if (auto reduced = GroupTree(exceptions).Reduce(main_exception_id)) chosen = *reduced;
  }
  if (chosen.empty()) {
    for (std::size_t i = 0; i < exceptions.size(); ++i) chosen.push_back(i);
  }
  if (const auto id = RecoveredMainId(exceptions[chosen.front()], exceptions[chosen.back()])) {
    main_exception_id = id;
  }
  if (chosen.size() == 1) {
    found.app = exceptions[chosen[0]].app;
    found.system = exceptions[chosen[0]].system;
    return found;
  }
  std::vector<Component> app, system;
  for (const std::size_t i : chosen) {
    app.push_back(exceptions[i].app);
    if (exceptions[i].system) system.push_back(*exceptions[i].system);
  }
  found.app = arena.Node("chained-exception", app);
  if (!system.empty()) found.system = arena.Node("chained-exception", system);
  return found;
}

}  // namespace gatehouse::grouping
