#pragma once

// The words that the two rule languages share: blanks, names, quoted and bare arguments.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::grouping {

inline constexpr std::size_t kMaxRuleText = 256 * 1024;
inline constexpr std::size_t kMaxRules = 2000;
inline constexpr std::size_t kMaxPattern = 1024;

// Reads one line from left to right. Every Take leaves the position alone when it finds nothing.
class RuleReader {
 public:
  explicit RuleReader(std::string_view line) : line_(line) {}

  void SkipBlanks();
  bool AtEnd() const { return at_ >= line_.size(); }
  char Peek() const { return AtEnd() ? '\0' : line_[at_]; }
  std::size_t at() const { return at_; }
  void Rewind(std::size_t at) { at_ = at; }
  bool Take(std::string_view word);

  std::optional<std::string_view> TakeName();      // letters, digits, "_", ".", "-"
  std::optional<std::string> TakeQuotedName();     // the same and ":", in quotes
  std::optional<std::string> TakeQuoted();         // "...": \" \\ \n \r \t are escapes
  std::optional<std::string_view> TakeUnquoted();  // up to the next blank
  // name or "name", then ":", then the argument.
  struct Matcher {
    bool negated = false;
    std::string key;
    std::string pattern;
  };
  std::optional<Matcher> TakeMatcher();

  // What is wrong, for a person: "line 3, column 7: ...".
  std::string Complaint(std::size_t line_number, std::string_view what) const;

 private:
  std::string_view line_;
  std::size_t at_ = 0;
};

// yes, true, 1 / no, false, 0
std::optional<bool> RuleBool(std::string_view text);
// `text` in quotes, as the reader takes it back.
std::string Quoted(std::string_view text);

}  // namespace gatehouse::grouping
