#pragma once

// Globs of the two rule languages: `*` any run, `?` one character, `[abc]` `[a-z]` `[!a]` one of,
// `\x` the character itself. A path glob lets `*` and `?` stop at "/", takes `**` as "any run",
// reads
// "\" as "/" and has no escapes.
//
// Compiled once, matched in O(pattern * value) at worst and without recursion, whatever the
// pattern: rules are written by strangers. Case is the caller's business (both sides lower).
//
// Threads: immutable after construction.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::grouping {

class Glob {
 public:
  enum class Style { kText, kPath };

  Glob(std::string_view pattern, Style style);

  bool Matches(std::string_view value) const;
  // What a path glob is matched against: `slashed` is "/" + value. A relative path matches with or
  // without the leading slash.
  bool MatchesPath(std::string_view slashed) const;

  // For callers that can tell at a glance that a value has no chance: the text it must start with,
  // and the longest text it must contain somewhere.
  const std::string& prefix() const { return prefix_; }
  const std::string& needle() const { return needle_; }

 private:
  enum class Kind : std::uint8_t { kLiteral, kOne, kClass, kStar, kDoubleStar };
  struct Token {
    Kind kind;
    bool negated = false;
    char32_t literal = 0;
    std::vector<std::pair<char32_t, char32_t>> ranges;
  };
  // Between two stars: plain bytes, or tokens of one character each.
  struct Piece {
    std::string bytes;
    std::vector<Token> tokens;  // empty: `bytes` is all
  };
  enum class Shape : std::uint8_t { kExact, kGreedy, kStates };

  void Compile(std::string_view pattern);
  void Cut();
  bool One(const Token& token, char32_t c) const;
  static std::size_t ReadClass(std::string_view pattern, std::size_t at, Token& token);
  std::size_t PieceAt(const Piece& piece, std::string_view value, std::size_t at) const;
  bool PieceAtEnd(const Piece& piece, std::string_view value, std::size_t from) const;
  bool Greedy(std::string_view value) const;
  bool States(std::string_view value) const;

  bool path_;
  Shape shape_ = Shape::kExact;
  std::string prefix_;  // the bytes before the first wildcard
  std::string suffix_;  // the bytes after the last one
  std::string needle_;  // the longest bytes between two of them
  std::vector<Token> tokens_;
  std::vector<Piece> pieces_;
};

}  // namespace gatehouse::grouping
