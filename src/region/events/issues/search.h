#pragma once

// The search of the issue list: what people type, as values. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace gatehouse::issues {

struct Terms {
  std::string status = {};  // "" for any; unresolved, resolved, ignored
  std::string substatus = {};
  std::optional<std::int64_t> level = {};
  std::string logger = {};
  std::string platform = {};
  std::string type = {};
  std::string release = {};        // seen in
  std::string first_release = {};  // first seen in
  std::string environment = {};
  std::optional<std::int64_t> seen_more_than = {};
  std::optional<std::int64_t> seen_less_than = {};
  std::string assigned = {};  // "" for whoever, "none", "user:1"
  std::vector<std::string> texts = {};
};

// "is:unresolved level:error timesSeen:>10 release:1.0 free text \"with blanks\"". Errors:
// kInvalidArgument "issue_query_invalid" with the token in the detail.
Result<Terms> ParseQuery(std::string_view query);

// "SHOP-1A": Crockford's base 32 behind the last '-'.
std::string ShortId(std::string_view project_slug, std::int64_t number);
struct ParsedShortId {
  std::string project_slug;
  std::int64_t number = 0;
};
std::optional<ParsedShortId> ParseShortId(std::string_view text);

}  // namespace gatehouse::issues
