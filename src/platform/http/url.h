#pragma once

// URLs: a strict RFC 3986 parse of "scheme://host…" and the guard for redirect targets. Not on
// Boost.URL: 1.81 aborts on "tp:#" and takes "https://a:8x/" for the host "a" with port 8.

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace gatehouse::http {

struct Url {
  std::string scheme;  // lower case
  std::string host;    // lower case; IPv6 without brackets
  std::string port;    // as written, may be empty
  std::string path;    // as written
  std::string query;
  bool has_userinfo = false;
  bool has_fragment = false;
  bool host_is_ip = false;

  std::uint16_t EffectivePort() const;
  std::string Origin() const;  // "https://host" or "https://host:8443": default port left out
};

// Errors: kInvalidArgument "url_invalid". The host is never empty.
Result<Url> ParseUrl(std::string_view text);

// `target` if it is a path on this origin that a browser cannot read as anything else ("/…", not
// "//…", no backslash, control or non-ASCII byte, no "/\", nothing a browser would strip), else
// std::nullopt. For every redirect target that came from outside.
std::optional<std::string> SafeLocalPath(std::string_view target);

// Appends "name=value", percent-encoded, with '?' or '&'.
void AppendQuery(std::string& url, std::string_view name, std::string_view value);

}  // namespace gatehouse::http
