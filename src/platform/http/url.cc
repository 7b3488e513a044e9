#include "platform/http/url.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "base/text.h"
#include "platform/http/address.h"
#include "platform/http/form.h"

namespace gatehouse::http {
namespace {

constexpr std::size_t kMaxUrl = 4096;

bool IsAlnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHex(char c) { return IsDigit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'); }

std::unexpected<Error> Invalid(std::string detail) {
  return Fail(Code::kInvalidArgument, "url_invalid", std::move(detail));
}

// Letters, digits, '-', '_' in non-empty labels of at most 63; no trailing dot: "a." and "a" would
// be one server but two origins.
bool IsDnsName(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  return std::ranges::all_of(Split(host, '.'), [](std::string_view label) {
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, [](char c) { return IsAlnum(c) || c == '-' || c == '_'; });
  });
}

// The resolver reads "127.1", "2130706433", "0x7f.1" and "0177.0.0.1" as addresses. The URL
// standard calls such a host an IPv4 address if its last label is a number.
bool EndsInNumber(std::string_view host) {
  std::size_t dot = host.rfind('.');
  std::string_view last = dot == std::string_view::npos ? host : host.substr(dot + 1);
  if (std::ranges::all_of(last, IsDigit)) return true;
  return (last.starts_with("0x") || last.starts_with("0X")) &&
         std::ranges::all_of(last.substr(2), IsHex);
}

bool IsPort(std::string_view port) {
  if (port.size() > 5 || port.front() == '0' || !std::ranges::all_of(port, IsDigit)) return false;
  unsigned value = 0;
  std::from_chars(port.data(), port.data() + port.size(), value);
  return value <= 65535;
}

bool IsScheme(std::string_view scheme) {
  return !scheme.empty() && !IsDigit(scheme.front()) && IsAlnum(scheme.front()) &&
         std::ranges::all_of(scheme,
                             [](char c) { return IsAlnum(c) || c == '+' || c == '-' || c == '.'; });
}

constexpr std::string_view kPathExtra = ":@/";
constexpr std::string_view kQueryExtra = ":@/?";

// Unreserved and sub-delimiters, complete escapes, and the `extra` bytes of the part (RFC 3986 §2).
bool IsEncoded(std::string_view text, std::string_view extra) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !IsHex(text[i + 1]) || !IsHex(text[i + 2])) return false;
      i += 2;
    } else if (c == '\0' || (!IsAlnum(c) && !std::string_view("-._~!$&'()*+,;=").contains(c) &&
                             !extra.contains(c))) {
      return false;
    }
  }
  return true;
}

// What RFC 3986 allows in path, query and fragment, and '[' ']' that forms use in names.
bool IsPathByte(char c) {
  return IsAlnum(c) || (c != '\0' && std::string_view("-._~!$&'()*+,;=:@/?#[]%").contains(c));
}

// A dot segment in any of the spellings that the URL standard gives it.
bool IsDotSegment(std::string_view segment) {
  std::string plain;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (segment.size() - i >= 3 && EqualsIgnoreCase(segment.substr(i, 3), "%2e")) {
      plain += '.';
      i += 2;
    } else {
      plain += segment[i];
    }
    if (plain.size() > 2) return false;
  }
  return plain == "." || plain == "..";
}

}  // namespace

std::uint16_t Url::EffectivePort() const {
  if (port.empty()) return scheme == "https" ? 443 : scheme == "http" ? 80 : 0;
  std::uint16_t value = 0;
  std::from_chars(port.data(), port.data() + port.size(), value);
  return value;
}

std::string Url::Origin() const {
  std::string origin = scheme + "://";
  bool v6 = host.contains(':');
  if (v6) origin += '[';
  origin += host;
  if (v6) origin += ']';
  bool is_default =
      (scheme == "https" && EffectivePort() == 443) || (scheme == "http" && EffectivePort() == 80);
  if (!port.empty() && !is_default) origin += ":" + port;
  return origin;
}

Result<Url> ParseUrl(std::string_view text) {
  if (text.empty() || text.size() > kMaxUrl) return Invalid("length");
  std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return Invalid("no authority");
  std::string_view scheme = text.substr(0, colon);
  if (!IsScheme(scheme)) return Invalid("scheme");
  std::string_view rest = text.substr(colon + 3);

  // From the outside in: fragment, query, path, then the authority. Each cut is at the first byte
  // that can end the part before it, which is what RFC 3986 says and every other parser does.
  Url url;
  url.scheme = AsciiLower(scheme);
  if (std::size_t hash = rest.find('#'); hash != std::string_view::npos) {
    if (!IsEncoded(rest.substr(hash + 1), kQueryExtra)) return Invalid("fragment");
    url.has_fragment = true;
    rest = rest.substr(0, hash);
  }
  if (std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
    url.query = rest.substr(mark + 1);
    if (!IsEncoded(url.query, kQueryExtra)) return Invalid("query");
    rest = rest.substr(0, mark);
  }
  if (std::size_t slash = rest.find('/'); slash != std::string_view::npos) {
    url.path = rest.substr(slash);
    if (!IsEncoded(url.path, kPathExtra)) return Invalid("path");
    rest = rest.substr(0, slash);
  }
  if (std::size_t at = rest.find('@'); at != std::string_view::npos) {
    if (!IsEncoded(rest.substr(0, at), ":")) return Invalid("userinfo");
    url.has_userinfo = true;
    rest = rest.substr(at + 1);
  }

  std::size_t host_end = rest.starts_with('[') ? rest.find(']') : rest.find(':');
  if (rest.starts_with('[')) {
    if (host_end == std::string_view::npos) return Invalid("host");
    std::string_view inside = rest.substr(1, host_end - 1);
    // The colon tells it from IPv4; a zone is refused by Parse.
    if (!inside.contains(':') || !IpAddress::Parse(inside)) return Invalid("host");
    url.host = AsciiLower(inside);
    url.host_is_ip = true;
    rest = rest.substr(host_end + 1);
    if (!rest.empty() && !rest.starts_with(':')) return Invalid("host");
  } else {
    std::string_view name = rest.substr(0, host_end);
    if (!IsDnsName(name)) return Invalid("host");
    url.host = AsciiLower(name);
    url.host_is_ip = EndsInNumber(name);
    rest = host_end == std::string_view::npos ? std::string_view() : rest.substr(host_end);
  }
  if (rest.size() > 1) {
    url.port = rest.substr(1);
    if (!IsPort(url.port)) return Invalid("port");
  }
  return url;
}

std::optional<std::string> SafeLocalPath(std::string_view target) {
  if (target.empty() || target.size() > kMaxUrl || target.front() != '/') return std::nullopt;
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (!IsPathByte(target[i])) return std::nullopt;
    if (target[i] != '%') continue;
    if (i + 2 >= target.size() || !IsHex(target[i + 1]) || !IsHex(target[i + 2])) {
      return std::nullopt;
    }
    // Escaped controls stay escaped in a browser, but not in every proxy that rewrites a Location.
    std::string_view escape = target.substr(i + 1, 2);
    if (escape[0] == '0' || escape[0] == '1' || EqualsIgnoreCase(escape, "7f")) return std::nullopt;
  }
  std::string_view path = target.substr(0, target.find_first_of("?#"));
  std::string lower = AsciiLower(path);
  if (lower.contains("%5c") || lower.starts_with("/%2f")) return std::nullopt;
  // Our own paths hold neither dot segments nor empty ones, so nothing is left to normalize: no
  // spelling of "/.//evil.example" survives.
  std::vector<std::string_view> segments = Split(path.substr(1), '/');
  for (std::size_t i = 0; i < segments.size(); ++i) {
    bool last = i + 1 == segments.size();
    if ((segments[i].empty() && !last) || IsDotSegment(segments[i])) return std::nullopt;
  }
  return std::string(target);
}

void AppendQuery(std::string& url, std::string_view name, std::string_view value) {
  std::string fragment;
  if (std::size_t hash = url.find('#'); hash != std::string::npos) {
    fragment = url.substr(hash);
    url.resize(hash);
  }
  if (!url.contains('?')) {
    url += '?';
  } else if (!url.ends_with('?') && !url.ends_with('&')) {
    url += '&';
  }
  url += PercentEncode(name);
  url += '=';
  url += PercentEncode(value);
  url += fragment;
}

}  // namespace gatehouse::http
