#pragma once

// Globs of inbound filters: `*` any run (line ends, too), `?` one character, `[a-z]` `[!a]` one of,
// `\x` the character itself and, where asked for, `{a,b}` one of several texts. Without ASCII case;
// other letters compare exactly.
//
// Matched in O(pattern * text) at worst and without recursion: patterns are written by strangers
// and texts by greater strangers. Immutable: threads may share one.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::ingest {

class Glob {
 public:
  // Never fails: what cannot be read as a class or an alternative stands for itself. A pattern that
  // has more than 64 alternatives in all matches nothing.
  // Names of transactions have braces of their own ("/users/{id}"), so alternatives are asked for.
  enum class Braces : std::uint8_t { kLiteral, kAlternatives };
  explicit Glob(std::string_view pattern, Braces braces = Braces::kLiteral);

  // The whole text.
  bool Matches(std::string_view text) const;

 private:
  struct Token {
    enum class Kind : std::uint8_t { kByte, kAny, kRun, kClass } kind;
    char byte = 0;  // lower case
    std::vector<std::pair<char32_t, char32_t>> ranges;
    bool negated = false;
  };
  struct Sequence {
    std::vector<Token> tokens;
    std::string core;  // of "*core*": the usual form
    bool is_core = false;
  };

  static Sequence Compile(std::string_view pattern);
  static bool MatchesOne(const Sequence& sequence, std::string_view text);

  std::vector<Sequence> alternatives_;
};

// Compiled once for a list of patterns; empty ones are left out.
class GlobList {
 public:
  GlobList() = default;
  explicit GlobList(const std::vector<std::string>& patterns,
                    Glob::Braces braces = Glob::Braces::kLiteral);
  bool Matches(std::string_view text) const;
  bool empty() const { return globs_.empty(); }

 private:
  std::vector<Glob> globs_;
};

}  // namespace gatehouse::ingest
