#include "region/artifacts/js_path.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace gatehouse::artifacts {
namespace {

// Scheme and host ("https://a.example", "webpack://", "app://") and what follows.
std::pair<std::string_view, std::string_view> SplitOrigin(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos || scheme > 32 ||
      text.substr(0, scheme).find_first_of("/?#") != std::string_view::npos) {
    return {{}, text};
  }
  const std::size_t slash = text.find('/', scheme + 3);
  if (slash == std::string_view::npos) return {text, {}};
  return {text.substr(0, slash), text.substr(slash)};
}

std::string_view WithoutQuery(std::string_view text) {
  return text.substr(0, text.find_first_of("?#"));
}

std::string Resolved(std::string_view path) {
  const bool rooted = path.starts_with('/');
  std::vector<std::string_view> parts;
  for (const std::string_view part : Split(path, '/')) {
    if (part == "." || (part.empty() && rooted && parts.empty())) continue;
    if (part == ".." && !parts.empty() && parts.back() != "..") {
      parts.pop_back();
      continue;
    }
    if (part == ".." && rooted) continue;
    parts.push_back(part);
  }
  std::string out = rooted ? "/" : "";
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += '/';
    out += parts[i];
  }
  return out;
}

bool IsHex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// "1", "v2", "1.0.3"
bool IsVersion(std::string_view part) {
  if (part.starts_with('v')) part.remove_prefix(1);
  if (part.empty() || part.front() == '.' || part.back() == '.') return false;
  return std::ranges::all_of(part, [](char c) { return (c >= '0' && c <= '9') || c == '.'; }) &&
         part.find("..") == std::string_view::npos;
}

// Folders that say nothing about the module in them.
bool IsNoise(std::string_view part) {
  constexpr std::array<std::string_view, 9> kNames = {
      "javascript", "javascripts", "script",       "scripts",         "js",
      "build",      "static",      "node_modules", "bower_components"};
  if (part.empty() || std::ranges::find(kNames, part) != kNames.end()) return true;
  if (part.front() == '_' || part.front() == '.' || part.front() == '~') return true;
  if (IsVersion(part)) return true;
  const std::size_t n = part.size();
  return (n == 7 || n == 8 || n == 32 || n == 40) && IsHex(part);
}

}  // namespace

std::string JoinPath(std::string_view base, std::string_view reference) {
  const auto [own, rest] = SplitOrigin(reference);
  if (!own.empty()) return std::string(reference);
  const auto [origin, path] = SplitOrigin(WithoutQuery(base));
  if (reference.starts_with("//")) {
    const std::size_t scheme = origin.find("://");
    return scheme == std::string_view::npos
               ? std::string(reference)
               : std::string(origin.substr(0, scheme + 1)) + std::string(reference);
  }
  if (reference.starts_with('/')) return std::string(origin) + std::string(reference);
  const std::size_t slash = path.rfind('/');
  std::string joined(path.substr(0, slash == std::string_view::npos ? 0 : slash + 1));
  if (joined.empty() && !origin.empty()) joined = "/";
  return std::string(origin) + Resolved(joined + std::string(reference));
}

std::vector<std::string> UploadNames(std::string_view abs_path) {
  std::vector<std::string> names;
  const auto add = [&names](std::string name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  };
  const auto [origin, path] = SplitOrigin(abs_path);
  add(std::string(abs_path));
  add(std::string(WithoutQuery(abs_path)));
  // "app:///main.js" has no host; "/srv/app/main.js" neither.
  if (path.starts_with('/')) {
    add("~" + std::string(path));
    add("~" + std::string(WithoutQuery(path)));
  }
  return names;
}

std::string_view FileNameOf(std::string_view source) {
  if (!source.starts_with("webpack:")) return source;
  if (const std::size_t at = source.find("/~/"); at != std::string_view::npos) {
    return source.substr(at + 1);
  }
  if (source.starts_with("webpack:///")) return source.substr(11);
  // webpack://package/./src/a.js
  const std::size_t at = source.find("/./");
  if (at != std::string_view::npos) return source.substr(at + 1);
  const auto [origin, path] = SplitOrigin(source);
  return path.empty() ? source : path.substr(1);
}

std::string ModuleOf(std::string_view abs_path) {
  std::string_view path = WithoutQuery(SplitOrigin(abs_path).second);
  const std::size_t slash = path.rfind('/');
  const std::size_t dot = path.rfind('.');
  if (dot != std::string_view::npos && (slash == std::string_view::npos || dot > slash + 1)) {
    path = path.substr(0, dot);
  }
  if (path.ends_with(".min")) path.remove_suffix(4);
  // "cart-0a1b2c3d": a build's mark.
  if (const std::size_t mark = path.find_last_of("-."); mark != std::string_view::npos) {
    const std::string_view tail = path.substr(mark + 1);
    if (tail.size() >= 7 && IsHex(tail)) path = path.substr(0, mark);
  }
  while (true) {
    const std::size_t next = path.find('/');
    if (next == std::string_view::npos || !IsNoise(path.substr(0, next))) break;
    path.remove_prefix(next + 1);
  }
  return path.empty() ? "<unknown module>" : std::string(path);
}

bool IsVendored(std::string_view path) {
  return path.find("/node_modules/") != std::string_view::npos ||
         path.starts_with("node_modules/") || path.starts_with("~/") ||
         path.find("/~/") != std::string_view::npos;
}

}  // namespace gatehouse::artifacts
