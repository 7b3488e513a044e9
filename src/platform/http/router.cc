#include "platform/http/router.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "platform/http/form.h"

namespace gatehouse::http {
namespace {

constexpr std::size_t kMaxParams = 8;

bool IsParam(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

// A value that names nothing but confuses whoever builds a path or a log line from it.
bool IsUsableValue(std::string_view decoded) {
  return !decoded.empty() && decoded != "." && decoded != ".." && !HasControl(decoded);
}

std::string CollapseSlashes(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  for (const char c : path) {
    if (c != '/' || !out.ends_with('/')) out += c;
  }
  return out;
}

}  // namespace

// A segment tree. The names of parameters belong to the route, not to the node: two routes may name
// the same place differently.
struct Router::Node {
  struct End {
    const Route* route;
    std::vector<std::string_view> names;  // into route->pattern
  };
  struct Search {
    Method method;
    std::array<std::string_view, kMaxParams> values;
    std::size_t count = 0;
    std::vector<Method>* allowed;
    bool collapsed = false;  // only routes that want it
  };

  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> param;
  std::vector<End> ends;

  static bool Counts(const End& end, const Search& search) {
    return !search.collapsed || end.route->options.collapse_slashes;
  }
  const End* FindEnd(Method method, const Search& search) const {
    auto it = std::ranges::find(ends, method, [](const End& end) { return end.route->method; });
    if (it != ends.end()) return Counts(*it, search) ? &*it : nullptr;
    return method == Method::kHead ? FindEnd(Method::kGet, search) : nullptr;
  }

  // `rest` begins after the '/' that leads to this node; `done` marks the end of the path.
  const End* Find(std::string_view rest, bool done, Search& search) const {
    if (done) {
      const End* end = FindEnd(search.method, search);
      if (end == nullptr && search.allowed != nullptr) {
        for (const End& other : ends) {
          if (Counts(other, search)) search.allowed->push_back(other.route->method);
        }
      }
      return end;
    }
    std::size_t slash = rest.find('/');
    std::string_view segment = rest.substr(0, slash);
    bool last = slash == std::string_view::npos;
    std::string_view next = last ? std::string_view() : rest.substr(slash + 1);
    if (auto it = literals.find(segment); it != literals.end()) {
      if (const End* end = it->second->Find(next, last, search)) return end;
    }
    if (param == nullptr || segment.empty()) return nullptr;
    search.values[search.count++] = segment;
    const End* end = param->Find(next, last, search);
    if (end == nullptr) --search.count;
    return end;
  }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

void Router::Add(Method method, std::string pattern, Handler handler, RouteOptions options) {
  GH_CHECK(pattern.starts_with('/'));
  GH_CHECK(handler != nullptr);
  routes_.push_back(
      std::make_unique<Route>(Route{method, std::move(pattern), std::move(handler), options}));
  const Route* route = routes_.back().get();

  Node* node = root_.get();
  std::vector<std::string_view> names;
  for (std::string_view segment : Split(std::string_view(route->pattern).substr(1), '/')) {
    if (IsParam(segment)) {
      std::string_view name = segment.substr(1, segment.size() - 2);
      GH_CHECK(std::ranges::find(names, name) == names.end());
      names.push_back(name);
      if (!node->param) node->param = std::make_unique<Node>();
      node = node->param.get();
    } else {
      GH_CHECK(segment.find_first_of("{}") == std::string_view::npos);
      auto& child = node->literals[std::string(segment)];
      if (!child) child = std::make_unique<Node>();
      node = child.get();
    }
  }
  GH_CHECK(names.size() <= kMaxParams);
  GH_CHECK(std::ranges::find(node->ends, method, [](const Node::End& end) {
             return end.route->method;
           }) == node->ends.end());
  node->ends.push_back(Node::End{route, std::move(names)});
}

const Route* Router::Match(Request& request, std::vector<Method>* allowed) const {
  request.params.clear();
  if (allowed != nullptr) allowed->clear();
  if (!request.path.starts_with('/')) return nullptr;

  Node::Search search{request.method, {}, 0, allowed};
  const Node::End* end = root_->Find(std::string_view(request.path).substr(1), false, search);
  std::string collapsed;
  if (end == nullptr && request.path.contains("//")) {
    collapsed = CollapseSlashes(request.path);
    search = {request.method, {}, 0, allowed, true};
    end = root_->Find(std::string_view(collapsed).substr(1), false, search);
  }
  if (end == nullptr) {
    if (allowed != nullptr) {
      if (std::ranges::find(*allowed, Method::kGet) != allowed->end()) {
        allowed->push_back(Method::kHead);
      }
      std::ranges::sort(*allowed);
      auto repeated = std::ranges::unique(*allowed);
      allowed->erase(repeated.begin(), repeated.end());
    }
    return nullptr;
  }
  if (allowed != nullptr) allowed->clear();
  for (std::size_t i = 0; i < end->names.size(); ++i) {
    std::optional<std::string> value = PercentDecode(search.values[i], false);
    if (!value || !IsUsableValue(*value)) {
      request.params.clear();
      return nullptr;
    }
    request.params.emplace_back(end->names[i], std::move(*value));
  }
  return end->route;
}

const std::vector<std::unique_ptr<Route>>& Router::routes() const { return routes_; }

}  // namespace gatehouse::http
