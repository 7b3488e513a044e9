#pragma once

// Where a browser sends from: the Origin of a request, the domains a project allows, and the CORS
// headers of the intake routes.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::ingest {

// The `Origin` header, else the `Referer`. Only http and https URLs count, and "null", which no
// list of domains names: a sandboxed page is not the page it shows. Empty otherwise.
std::string_view RequestOrigin(std::string_view origin, std::string_view referer);

// Patterns: "*", "scheme://host[:port]", "host[:port]", "*.host" (the host and all below it),
// "*:port". Patterns that cannot be read allow nothing.
class AllowedOrigins {
 public:
  explicit AllowedOrigins(std::span<const std::string> patterns);

  // An empty origin (a program, not a browser) is always allowed.
  bool Allows(std::string_view origin) const;

 private:
  struct Pattern {
    std::string scheme;  // empty: any
    std::string host;    // empty: any
    bool subdomains = false;
    std::optional<unsigned> port;  // of the pattern; the scheme's own if it has a scheme
  };
  bool any_ = false;
  std::vector<Pattern> patterns_;
};

// For OPTIONS and real answers of routes 1 to 8 alike.
std::span<const std::pair<std::string_view, std::string_view>> CorsHeaders();

}  // namespace gatehouse::ingest
