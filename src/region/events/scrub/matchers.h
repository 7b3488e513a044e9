#pragma once

// What personal data looks like: hand-written finders, each linear in the text. Pure.

#include <cstddef>
#include <optional>
#include <string_view>

namespace gatehouse::events::scrub {

// Byte offsets of the part that is replaced.
struct Match {
  std::size_t begin = 0;
  std::size_t end = 0;
};

enum class BuiltIn {
  kIp,
  kEmail,
  kCreditCard,
  kPemKey,
  kUrlAuth,
  kUsSsn,
  kUserPath,
  kImei,
  kMac,
  kUuid,
  kIban,
  kBearer,
  kSecretPair,  // "password: hunter2" in a text: the part behind the sign
};

// The first match that begins at or behind `from`.
std::optional<Match> Find(BuiltIn kind, std::string_view text, std::size_t from);

// Which finders can match at all: one pass over the text. Never false for a finder that matches.
struct Hints {
  bool digits = false;  // nine or more
  bool at = false;
  bool separator = false;  // a slash or backslash
  bool dashes = false;     // "-----"
  bool sign = false;       // ':' or '='
  bool colon = false;
  bool dot = false;
  bool space = false;
  bool May(BuiltIn kind) const;
};
Hints Scan(std::string_view text);

// Keys whose values are secrets: password, secret, api_key, auth …
bool IsSecretKey(std::string_view key);
// Names of session cookies and of headers that carry them.
bool IsSessionName(std::string_view name);

}  // namespace gatehouse::events::scrub
