#pragma once

// Regular expressions of scrubbing rules: the part of the usual syntax that needs no backtracking,
// run in time linear in the text (R. Cox, "Regular Expression Matching: the Virtual Machine
// Approach"). No look-around and no back-references: such a pattern is refused.
// A pattern is immutable and thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace gatehouse::events::scrub {

class Pattern {
 public:
  static constexpr std::size_t kMaxGroups = 9;

  // Characters, escapes, classes, groups, (?: ), (?i) (?s) (?m), | * + ? {n,m} and their lazy
  // forms, ^ $ \b \B \d \w \s. Errors: kInvalidArgument "scrub_pattern_invalid".
  static Result<Pattern> Compile(std::string_view text, bool ignore_case = false);

  using Range = std::pair<std::size_t, std::size_t>;  // byte offsets; npos: not taken part

  // Ranges of the leftmost match and its groups at or behind `from`. `budget` loses a unit per
  // step; at zero the search gives up and returns nothing.
  std::optional<std::vector<Range>> Search(std::string_view text, std::size_t from,
                                           std::uint64_t& budget) const;

  std::size_t groups() const { return groups_; }

 private:
  friend class Compiler;
  enum class Op : std::uint8_t { kSet, kSplit, kJump, kSave, kAssert, kMatch };
  enum class Where : std::uint32_t { kBegin, kEnd, kLineBegin, kLineEnd, kWord, kNotWord };
  struct Instruction {
    Op op;
    std::uint32_t a = 0;  // set, slot, assertion or the preferred target
    std::uint32_t b = 0;  // the other target
  };
  using Set = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // code points, inclusive

  static bool Contains(const Set& set, std::uint32_t point);
  static bool Holds(Where where, std::string_view text, std::size_t at);

  std::vector<Instruction> program_;
  std::vector<Set> sets_;
  std::size_t groups_ = 0;
};

}  // namespace gatehouse::events::scrub
