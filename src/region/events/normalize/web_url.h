#pragma once

// Addresses as browsers read them: what clients report is split leniently, the host brought to its
// ASCII form (RFC 3492). For display and grouping only: never for a decision whom to trust.

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::events {

struct WebUrl {
  std::string scheme;  // lower case
  std::string userinfo;
  std::string host;  // lower case, international labels as xn--…
  std::string port;  // empty if it is the scheme's own
  std::string path;  // "/" at least if there is a host
  std::optional<std::string> query;
  std::optional<std::string> fragment;

  // Only "scheme:…" with a host ("http://host…"), an empty one for file: and applewebdata:.
  static std::optional<WebUrl> Parse(std::string_view text);
  // Without query and fragment.
  std::string Base() const;
};

// One label of a host name; nothing if it cannot be encoded.
std::optional<std::string> PunycodeLabel(std::string_view utf8);

}  // namespace gatehouse::events
