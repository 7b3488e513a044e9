#include "region/events/normalize/web_url.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/ascii.h"
#include "base/text.h"

namespace gatehouse::events {
namespace {

// Valid UTF-8 only.
std::vector<std::uint32_t> CodePoints(std::string_view utf8) {
  std::vector<std::uint32_t> points;
  for (std::size_t i = 0; i < utf8.size();) {
    auto lead = static_cast<unsigned char>(utf8[i]);
    std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t point = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      point = (point << 6) | (static_cast<unsigned char>(utf8[i + k]) & 0x3FU);
    }
    points.push_back(point);
    i += length;
  }
  return points;
}

// Everything that a browser would escape in a path.
std::string EscapePath(std::string_view path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(path.size());
  for (char c : path) {
    auto byte = static_cast<unsigned char>(c);
    bool escape = byte <= 0x20 || byte >= 0x7F || c == '"' || c == '<' || c == '>' || c == '`' ||
                  c == '{' || c == '}';
    if (escape) {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out;
}

std::string_view DefaultPort(std::string_view scheme) {
  if (scheme == "http" || scheme == "ws") return "80";
  if (scheme == "https" || scheme == "wss") return "443";
  if (scheme == "ftp") return "21";
  return {};
}

std::optional<std::string> AsciiHost(std::string_view host) {
  if (host.size() > 1024) return std::nullopt;
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) return std::nullopt;
    return AsciiLower(host);
  }
  std::string out;
  for (std::string_view label : Split(host, '.')) {
    auto encoded = PunycodeLabel(label);
    if (!encoded) return std::nullopt;
    if (!out.empty() || label.data() != host.data()) out += '.';
    out += *encoded;
  }
  for (char c : out) {
    bool fine = IsAlpha(c) || IsDigit(c) || c == '-' || c == '.' || c == '_' || c == '%' ||
                c == '*' || c == '~' || c == '!' || c == '$' || c == '&' || c == '\'' || c == '(' ||
                c == ')' || c == '+' || c == ',' || c == ';' || c == '=';
    if (!fine) return std::nullopt;
  }
  return out;
}

}  // namespace

std::optional<std::string> PunycodeLabel(std::string_view utf8) {
  bool ascii = std::ranges::all_of(utf8, [](char c) { return static_cast<signed char>(c) >= 0; });
  if (ascii) return AsciiLower(utf8);
  if (utf8.size() > 256) return std::nullopt;
  std::vector<std::uint32_t> input = CodePoints(utf8);
  std::string out = "xn--";
  for (std::uint32_t point : input) {
    if (point < 0x80) out += AsciiLower(std::string(1, static_cast<char>(point)));
  }
  auto basic = static_cast<std::uint32_t>(out.size() - 4);
  if (basic > 0) out += '-';
  // RFC 3492, section 6.3.
  std::uint32_t n = 0x80;
  std::uint32_t delta = 0;
  std::uint32_t bias = 72;
  std::uint32_t handled = basic;
  while (handled < input.size()) {
    std::uint32_t next = 0x110000;
    for (std::uint32_t point : input) {
      if (point >= n) next = std::min(next, point);
    }
    delta += (next - n) * (handled + 1);
    n = next;
    for (std::uint32_t point : input) {
      if (point < n) ++delta;
      if (point != n) continue;
      std::uint32_t q = delta;
      for (std::uint32_t k = 36;; k += 36) {
        std::uint32_t t = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
        std::uint32_t digit = q < t ? q : t + (q - t) % (36 - t);
        out += static_cast<char>(digit < 26 ? 'a' + digit : '0' + (digit - 26));
        if (q < t) break;
        q = (q - t) / (36 - t);
      }
      std::uint32_t step = handled == basic ? delta / 700 : delta / 2;
      step += step / (handled + 1);
      std::uint32_t k = 0;
      for (; step > 455; k += 36) step /= 35;
      bias = k + 36 * step / (step + 38);
      delta = 0;
      ++handled;
    }
    ++delta;
    ++n;
  }
  return out;
}

std::optional<WebUrl> WebUrl::Parse(std::string_view text) {
  text = Trim(text);
  std::size_t colon = text.find(':');
  if (colon == text.npos || colon == 0 || !IsAlpha(text[0])) return std::nullopt;
  WebUrl url;
  url.scheme = AsciiLower(text.substr(0, colon));
  for (char c : url.scheme) {
    if (!IsAlpha(c) && !IsDigit(c) && c != '+' && c != '-' && c != '.') return std::nullopt;
  }
  std::string_view rest = text.substr(colon + 1);
  if (!rest.starts_with("//") || !IsValidUtf8(text)) return std::nullopt;
  rest.remove_prefix(2);
  if (std::size_t hash = rest.find('#'); hash != rest.npos) {
    url.fragment = std::string(rest.substr(hash + 1));
    rest = rest.substr(0, hash);
  }
  if (std::size_t mark = rest.find('?'); mark != rest.npos) {
    url.query = std::string(rest.substr(mark + 1));
    rest = rest.substr(0, mark);
  }
  std::size_t slash = rest.find('/');
  std::string_view authority = rest.substr(0, slash);
  url.path = slash == rest.npos ? "/" : EscapePath(rest.substr(slash));
  if (std::size_t at = authority.rfind('@'); at != authority.npos) {
    url.userinfo = std::string(authority.substr(0, at));
    authority.remove_prefix(at + 1);
  }
  std::size_t port = authority.rfind(':');
  if (port != authority.npos && authority.find(']', port) == authority.npos) {
    std::string_view digits = authority.substr(port + 1);
    if (digits.size() > 5 || !std::ranges::all_of(digits, IsDigit)) return std::nullopt;
    if (digits != DefaultPort(url.scheme)) url.port = std::string(digits);
    authority = authority.substr(0, port);
  }
  auto host = AsciiHost(authority);
  if (!host) return std::nullopt;
  if (host->empty() && url.scheme != "file" && url.scheme != "applewebdata") return std::nullopt;
  url.host = std::move(*host);
  return url;
}

std::string WebUrl::Base() const {
  std::string text = scheme + "://";
  if (!userinfo.empty()) text += userinfo + "@";
  text += host;
  if (!port.empty()) text += ":" + port;
  return text + path;
}

}  // namespace gatehouse::events
