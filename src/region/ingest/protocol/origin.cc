#include "region/ingest/protocol/origin.h"

#include <array>
#include <charconv>

#include "base/text.h"

namespace gatehouse::ingest {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kCors = {{
    {"Access-Control-Allow-Origin", "*"},
    {"Access-Control-Allow-Methods", "POST"},
    {"Access-Control-Allow-Headers",
     "x-sentry-auth, x-requested-with, x-forwarded-for, origin, referer, accept, content-type, "
     "authentication, authorization, content-encoding, transfer-encoding"},
    {"Access-Control-Expose-Headers", "x-sentry-error, x-sentry-rate-limits, retry-after"},
    {"Access-Control-Max-Age", "3600"},
}};

struct Parts {
  std::string scheme;
  std::string host;
  std::optional<unsigned> port;
};

// "[scheme://]host[:port][/…]" in lower case.
std::optional<Parts> Take(std::string_view text) {
  Parts parts;
  if (std::size_t at = text.find("://"); at != std::string_view::npos) {
    parts.scheme = AsciiLower(text.substr(0, at));
    text.remove_prefix(at + 3);
  }
  text = text.substr(0, text.find_first_of("/?#"));
  // What stands before '@' is not the host, whatever it looks like.
  if (text.find('@') != std::string_view::npos || text.find('\\') != std::string_view::npos) {
    return std::nullopt;
  }
  std::size_t bracket = text.rfind(']');
  std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    std::string_view digits = text.substr(colon + 1);
    unsigned port = 0;
    auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (ec != std::errc() || end != digits.data() + digits.size() || port > 65535) {
      return std::nullopt;
    }
    parts.port = port;
    text = text.substr(0, colon);
  }
  parts.host = AsciiLower(text);
  if (parts.host.size() > 1 && parts.host.ends_with('.') && parts.host != "*.")
    parts.host.pop_back();
  return parts;
}

std::optional<unsigned> DefaultPort(std::string_view scheme) {
  if (scheme == "http") return 80;
  if (scheme == "https") return 443;
  return std::nullopt;
}

}  // namespace

std::string_view RequestOrigin(std::string_view origin, std::string_view referer) {
  for (std::string_view text : {Trim(origin), Trim(referer)}) {
    if (text.empty()) continue;
    if (text == "null") return text;
    if (EqualsIgnoreCase(text.substr(0, 7), "http://") ||
        EqualsIgnoreCase(text.substr(0, 8), "https://")) {
      return text;
    }
  }
  return {};
}

AllowedOrigins::AllowedOrigins(std::span<const std::string> patterns) {
  for (const std::string& raw : patterns) {
    std::string_view text = Trim(raw);
    if (text == "*") any_ = true;
    auto parts = Take(text);
    if (!parts || parts->host.empty()) continue;
    Pattern pattern;
    pattern.scheme = parts->scheme == "*" ? "" : parts->scheme;
    pattern.port = parts->port;
    if (!pattern.port && !pattern.scheme.empty()) pattern.port = DefaultPort(pattern.scheme);
    if (parts->host.starts_with("*.")) {
      pattern.subdomains = true;
      pattern.host = parts->host.substr(2);
      if (pattern.host.empty()) continue;
    } else if (parts->host != "*") {
      pattern.host = parts->host;
    }
    patterns_.push_back(std::move(pattern));
  }
}

bool AllowedOrigins::Allows(std::string_view origin) const {
  if (origin.empty() || any_) return true;
  auto parts = Take(origin);
  if (!parts || parts->host.empty()) return false;
  std::optional<unsigned> port = parts->port ? parts->port : DefaultPort(parts->scheme);
  for (const Pattern& pattern : patterns_) {
    if (!pattern.scheme.empty() && pattern.scheme != parts->scheme) continue;
    if (pattern.port && pattern.port != port) continue;
    if (pattern.host.empty() && parts->host != "null") return true;
    if (pattern.host == parts->host) return true;
    if (pattern.subdomains && parts->host.size() > pattern.host.size() &&
        parts->host.ends_with(pattern.host) &&
        parts->host[parts->host.size() - pattern.host.size() - 1] == '.') {
      return true;
    }
  }
  return false;
}

std::span<const std::pair<std::string_view, std::string_view>> CorsHeaders() { return kCors; }

}  // namespace gatehouse::ingest
