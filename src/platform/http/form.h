#pragma once

// Parsers for what a browser sends: query strings, urlencoded forms, cookies. Strict and bounded: a
// bad escape, NUL, invalid UTF-8 or more than 100 fields is an error, never a guess.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace gatehouse::http {

// Decoded name/value pairs in order. A name that occurs twice is kept twice: `One` refuses it.
class Form {
 public:
  // Errors: kInvalidArgument "bad_request".
  static Result<Form> Parse(std::string_view urlencoded);

  bool Has(std::string_view name) const;
  // First value or empty.
  std::string_view Get(std::string_view name) const;
  // The value, std::nullopt if absent; kInvalidArgument "bad_request" if it occurs more than once.
  Result<std::optional<std::string_view>> One(std::string_view name) const;
  bool HasDuplicates() const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// Value of the named cookie in a Cookie header (RFC 6265 §5.4), or empty. A name that occurs twice
// counts as absent.
std::string_view CookieValue(std::string_view cookie_header, std::string_view name);

struct SetCookie {
  std::string name;
  std::string value;
  std::optional<std::int64_t> max_age_seconds;  // absent: until the browser closes
  bool secure = true;
  bool http_only = true;
  std::string same_site = "Lax";
  std::string path = "/";
  std::string ToString() const;
};

std::string PercentEncode(std::string_view text);  // RFC 3986 unreserved stay
std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space);

}  // namespace gatehouse::http
