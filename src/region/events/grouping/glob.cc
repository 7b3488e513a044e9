#include "region/events/grouping/glob.h"

#include <algorithm>

#include "region/events/grouping/codepoints.h"

namespace gatehouse::grouping {
namespace {

constexpr std::size_t kNo = std::string_view::npos;

void AppendUtf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
    return;
  }
  const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  constexpr unsigned kLead[] = {0, 0xC0, 0xE0, 0xF0};
  out += static_cast<char>(kLead[more] | (c >> (6 * more)));
  for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80u | ((c >> (6 * i)) & 0x3Fu));
}

}  // namespace

Glob::Glob(std::string_view pattern, Style style) : path_(style == Style::kPath) {
  if (path_) {
    std::string slashes(pattern);
    std::ranges::replace(slashes, '\\', '/');
    Compile(slashes);
  } else {
    Compile(pattern);
  }
  Cut();
}

// The class that starts with the "[" at `at`: the position after its "]", kNo if it never ends.
std::size_t Glob::ReadClass(std::string_view pattern, std::size_t at, Token& token) {
  token.kind = Kind::kClass;
  ++at;
  if (at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^')) {
    token.negated = true;
    ++at;
  }
  // A "]" right at the start is a member.
  for (bool first = true; at < pattern.size(); first = false) {
    if (pattern[at] == ']' && !first) return at + 1;
    const CodePoint low = Decode(pattern, at);
    at += low.bytes;
    char32_t high = low.value;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      const CodePoint end = Decode(pattern, at + 1);
      high = end.value;
      at += 1 + end.bytes;
    }
    token.ranges.emplace_back(low.value, high);
  }
  return kNo;
}

void Glob::Compile(std::string_view pattern) {
  for (std::size_t at = 0; at < pattern.size();) {
    const CodePoint c = Decode(pattern, at);
    if (c.value == '*') {
      const bool twice = path_ && at + 1 < pattern.size() && pattern[at + 1] == '*';
      const Kind kind = twice || !path_ ? Kind::kDoubleStar : Kind::kStar;
      // Two stars in a row say what the wider one says.
      if (!tokens_.empty() && tokens_.back().kind >= Kind::kStar) {
        tokens_.back().kind = std::max(tokens_.back().kind, kind);
      } else {
        tokens_.push_back({.kind = kind, .ranges = {}});
      }
      at += twice ? 2 : 1;
      continue;
    }
    if (c.value == '?') {
      tokens_.push_back({.kind = Kind::kOne, .ranges = {}});
      ++at;
      continue;
    }
    if (c.value == '[') {
      Token token{.kind = Kind::kClass, .ranges = {}};
      if (const std::size_t end = ReadClass(pattern, at, token); end != kNo) {
        tokens_.push_back(std::move(token));
        at = end;
        continue;
      }
    }
    if (c.value == '\\' && at + 1 < pattern.size()) ++at;
    const CodePoint literal = Decode(pattern, at);
    tokens_.push_back({.kind = Kind::kLiteral, .literal = literal.value, .ranges = {}});
    at += literal.bytes;
  }
}

// Into pieces between stars, and the way to match them.
void Glob::Cut() {
  bool slash_stops = false;
  bool stars = false;
  pieces_.emplace_back();
  bool literal = true;
  for (const Token& token : tokens_) {
    if (token.kind >= Kind::kStar) {
      stars = true;
      slash_stops |= token.kind == Kind::kStar;
      if (literal) pieces_.back().tokens.clear();
      pieces_.emplace_back();
      literal = true;
      continue;
    }
    literal &= token.kind == Kind::kLiteral;
    if (token.kind == Kind::kLiteral) AppendUtf8(pieces_.back().bytes, token.literal);
    pieces_.back().tokens.push_back(token);
  }
  if (literal) pieces_.back().tokens.clear();
  for (Piece& piece : pieces_) {
    if (!piece.tokens.empty()) piece.bytes.clear();
    if (piece.bytes.size() > needle_.size()) needle_ = piece.bytes;
  }
  shape_ = slash_stops ? Shape::kStates : stars ? Shape::kGreedy : Shape::kExact;
  prefix_ = pieces_.front().bytes;
  suffix_ = stars ? pieces_.back().bytes : std::string();
}

bool Glob::One(const Token& token, char32_t c) const {
  if (token.kind == Kind::kLiteral) return c == token.literal;
  if (path_ && c == '/') return false;
  if (token.kind == Kind::kOne) return true;
  const bool in = std::ranges::any_of(
      token.ranges, [c](const auto& range) { return c >= range.first && c <= range.second; });
  return in != token.negated;
}

// The end of `piece` when it matches at `at`, else kNo.
std::size_t Glob::PieceAt(const Piece& piece, std::string_view value, std::size_t at) const {
  if (piece.tokens.empty()) {
    return value.substr(at).starts_with(piece.bytes) ? at + piece.bytes.size() : kNo;
  }
  for (const Token& token : piece.tokens) {
    if (at >= value.size()) return kNo;
    const CodePoint c = Decode(value, at);
    if (!One(token, c.value)) return kNo;
    at += c.bytes;
  }
  return at;
}

// True when `piece` matches the last characters of `value`, none of them before `from`.
bool Glob::PieceAtEnd(const Piece& piece, std::string_view value, std::size_t from) const {
  if (piece.tokens.empty()) {
    return value.size() >= from + piece.bytes.size() && value.ends_with(piece.bytes);
  }
  std::size_t start = value.size();
  for (std::size_t i = 0; i < piece.tokens.size(); ++i) {
    if (start <= from) return false;
    start -= DecodeBefore(value, start).bytes;
  }
  return start >= from && PieceAt(piece, value, start) == value.size();
}

// Every star may take anything: the leftmost place of each piece is as good as any other.
bool Glob::Greedy(std::string_view value) const {
  std::size_t at = PieceAt(pieces_.front(), value, 0);
  if (at == kNo) return false;
  for (std::size_t i = 1; i + 1 < pieces_.size(); ++i) {
    const Piece& piece = pieces_[i];
    if (piece.tokens.empty()) {
      at = value.find(piece.bytes, at);
      if (at == kNo) return false;
      at += piece.bytes.size();
      continue;
    }
    std::size_t end = kNo;
    while (at < value.size() && (end = PieceAt(piece, value, at)) == kNo) {
      at += Decode(value, at).bytes;
    }
    if (end == kNo) return false;
    at = end;
  }
  return PieceAtEnd(pieces_.back(), value, at);
}

// Some star stops at "/": all positions in the pattern that the value can have reached, at once.
bool Glob::States(std::string_view value) const {
  if (!value.starts_with(prefix_) || !value.ends_with(suffix_) || value.find(needle_) == kNo) {
    return false;
  }
  const std::size_t count = tokens_.size();
  std::vector<std::uint8_t> now(count + 1), next(count + 1);
  auto enter = [this, count](std::vector<std::uint8_t>& states, std::size_t state) {
    while (true) {
      states[state] = 1;
      if (state == count || tokens_[state].kind < Kind::kStar) return;
      ++state;  // a star may take nothing
    }
  };
  enter(now, 0);
  for (std::size_t at = 0; at < value.size();) {
    const CodePoint c = Decode(value, at);
    at += c.bytes;
    std::ranges::fill(next, 0);
    bool any = false;
    for (std::size_t state = 0; state < count; ++state) {
      if (now[state] == 0) continue;
      const Token& token = tokens_[state];
      const bool star = token.kind >= Kind::kStar;
      if (star ? token.kind == Kind::kDoubleStar || c.value != '/' : One(token, c.value)) {
        enter(next, star ? state : state + 1);
        any = true;
      }
    }
    if (!any) return false;
    std::swap(now, next);
  }
  return now[count] != 0;
}

bool Glob::Matches(std::string_view value) const {
  switch (shape_) {
    case Shape::kExact:
      return PieceAt(pieces_.front(), value, 0) == value.size();
    case Shape::kGreedy:
      return Greedy(value);
    case Shape::kStates:
      return States(value);
  }
  return false;
}

bool Glob::MatchesPath(std::string_view slashed) const {
  const std::string_view value = slashed.substr(1);
  if (value.starts_with('/')) return Matches(value);
  // Where the pattern's start decides, one of the two forms is enough.
  if (tokens_.empty()) return value.empty();
  const Token& first = tokens_.front();
  if (first.kind == Kind::kDoubleStar) return Matches(slashed);
  if (first.kind == Kind::kLiteral) return Matches(first.literal == '/' ? slashed : value);
  return Matches(value) || Matches(slashed);
}

}  // namespace gatehouse::grouping
