#pragma once

// The route table: built once by src/app before serving, read-only afterwards.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/message.h"
#include "platform/runtime/task.h"

namespace gatehouse::http {

// The Request lives until the handler's Response has been written. An Error result is turned into a
// page or JSON by the server's ErrorRenderer.
using Handler = std::function<Task<Response>(Request&)>;

struct RouteOptions {
  std::size_t max_body = 64 * 1024;  // bytes; beyond it 413 before the handler runs
  bool collapse_slashes = false;     // "//" in a path counts as "/", where no route has the path
};

struct Route {
  Method method;
  std::string pattern;  // "/organizations/{slug}/auth/configure/"
  Handler handler;
  RouteOptions options;
};

class Router {
 public:
  Router();
  ~Router();
  // REQUIRES: the (method, pattern) pair is new. A GET route also answers HEAD.
  void Add(Method method, std::string pattern, Handler handler, RouteOptions options = {});

  // Matches segment by segment; literal segments win over {params}. {param} matches one non-empty
  // segment. On a match fills `request.params`. nullptr if none; `allowed` then lists the methods
  // the path has (for 405).
  const Route* Match(Request& request, std::vector<Method>* allowed) const;

  const std::vector<std::unique_ptr<Route>>& routes() const;

 private:
  struct Node;
  std::unique_ptr<Node> root_;
  std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace gatehouse::http
