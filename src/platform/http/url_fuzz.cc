// URLs and redirect targets. The oracle of the redirect guard: whatever it accepts is a path on
// this origin for a browser, which strips, turns '\' into '/' and resolves dot segments.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "platform/http/client.h"
#include "platform/http/url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  std::string_view text(reinterpret_cast<const char*>(data), size);

  if (auto path = http::SafeLocalPath(text)) {
    if (*path != text || !path->starts_with('/')) std::abort();
    if (path->size() > 1 && ((*path)[1] == '/' || (*path)[1] == '\\')) std::abort();
    for (char c : *path) {
      auto b = static_cast<std::uint8_t>(c);
      if (b <= 0x20 || b >= 0x7F || c == '\\') std::abort();
    }
    std::string_view plain = std::string_view(*path).substr(0, path->find_first_of("?#"));
    if (plain.contains("//") || plain.contains("/./") || plain.contains("/../")) std::abort();
    // Behind an origin it stays a path of that origin.
    if (Result<http::Url> url = http::ParseUrl("https://own.example" + *path)) {
      if (url->Origin() != "https://own.example" || url->has_userinfo) std::abort();
    }
  }

  if (Result<http::Url> url = http::ParseUrl(text)) {
    if (url->host.empty() || HasControl(url->host) || url->host.contains('@') ||
        url->host.contains('/') || url->host.contains('%')) {
      std::abort();
    }
    if (!url->path.empty() && url->path.front() != '/') std::abort();
    // An origin is its own origin.
    Result<http::Url> origin = http::ParseUrl(url->Origin());
    if (!origin || origin->Origin() != url->Origin()) std::abort();
  }

  http::EgressPolicy policy;
  policy.allowed_origins = {"http://127.0.0.1:4000"};
  if (http::CheckEgressUrl(policy, text)) {
    std::string lower = AsciiLower(text);
    if (!lower.starts_with("https://") && !lower.starts_with("http://127.0.0.1:4000")) std::abort();
  }

  std::string url = "https://own.example/cb";
  http::AppendQuery(url, "a", text);
  if (HasControl(url) || url.find_first_of("&#", 0) != std::string::npos) std::abort();
  return 0;
}
