#pragma once

// The search of the issue list: what people type, as values. Pure.
//
//   is:unresolved level:[error, fatal] !release:1.* timesSeen:>10 age:-24h browser:"Firefox 3" boom
//
// A word with a known key is a condition on the issue, one with any other key on the tags of its
// events, one without a key is looked for in the message. '!' in front of a key turns a condition
// round, "[a, b]" stands for any of them, '*' for any text, quotes hold blanks together.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"

namespace gatehouse::issues {

// The type of the issues that failures of monitors make; all others are errors of some kind.
inline constexpr std::string_view kMonitorFailure = "monitor_check_in_failure";

enum class Field {
  kStatus,      // values: unresolved, resolved, ignored
  kSubstatus,   // new, ongoing, …
  kAssigned,    // "user:1", "team:2", "none", "any"; as typed until somebody who knows people wrote
                // it
  kBookmarked,  // user ids; as typed likewise
  kLinked,      // to an issue of another tracker: none is
  kLevel,
  kLogger,
  kPlatform,
  kType,
  kPriority,
  kRelease,       // seen in
  kFirstRelease,  // first seen in
  kEnvironment,   // seen in
  kShortId,
  kTitle,
  kTimesSeen,
  kUsersSeen,
  kFirstSeen,
  kLastSeen,
  kTag,
};

enum class Op { kIs, kHas, kGreater, kGreaterEqual, kLess, kLessEqual };

struct Term {
  Field field = Field::kStatus;
  Op op = Op::kIs;
  bool negated = false;
  std::string key = {};                  // of a tag
  std::vector<std::string> values = {};  // any of them; '*' stands for any text
  std::int64_t number = 0;               // of a comparison: a count, or microseconds
};

struct Terms {
  std::vector<Term> terms = {};
  std::vector<std::string> texts = {};

  bool empty() const { return terms.empty() && texts.empty(); }
};

// Errors: kInvalidArgument "issue_query_invalid" with what was not understood in the detail.
Result<Terms> ParseQuery(std::string_view query, Timestamp now);

// "me" in assigned: and bookmarks: is this user.
void ReplaceMe(Terms& terms, UserId me);

// "14d", "24h", "30m", "2w", "90s".
std::optional<Duration> ParsePeriod(std::string_view text);

// A LIKE pattern with '!' as the escape, of a text in which '*' stands for any text.
std::string LikePattern(std::string_view text);
bool HasWildcard(std::string_view text);

// 32 hexadecimal digits, blanks and hyphens between them passed over; in lower case.
std::optional<std::string> ParseEventId(std::string_view text);

// "SHOP-1A": Crockford's base 32 behind the last '-'.
std::string ShortId(std::string_view project_slug, std::int64_t number);
struct ParsedShortId {
  std::string project_slug;
  std::int64_t number = 0;
};
std::optional<ParsedShortId> ParseShortId(std::string_view text);

}  // namespace gatehouse::issues
