#include "region/ingest/filters/glob.h"

#include <optional>

#include "base/text.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kMaxAlternatives = 64;
constexpr std::size_t kMaxPattern = 4096;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// The character at `at` and its length; a byte that is no UTF-8 counts as one character.
std::pair<char32_t, std::size_t> CharacterAt(std::string_view text, std::size_t at) {
  auto lead = static_cast<std::uint8_t>(text[at]);
  if (lead < 0x80) return {static_cast<char32_t>(Lower(text[at])), 1};
  std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  if (size == 1 || at + size > text.size()) return {lead, 1};
  char32_t value = lead & (0xFFu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    auto next = static_cast<std::uint8_t>(text[at + i]);
    if ((next & 0xC0) != 0x80) return {lead, 1};
    value = value << 6 | (next & 0x3Fu);
  }
  return {value, size};
}

// "a{b,c}d" -> "abd", "acd". The first group is taken apart until none is left.
bool Expand(std::string_view pattern, std::vector<std::string>& out) {
  std::vector<std::string> open = {std::string(pattern)};
  while (!open.empty()) {
    if (open.size() + out.size() > kMaxAlternatives) return false;
    std::string text = std::move(open.back());
    open.pop_back();
    std::size_t begin = std::string::npos;
    std::size_t end = std::string::npos;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\\') {
        ++i;
      } else if (text[i] == '{') {
        begin = i;  // the innermost group first
      } else if (text[i] == '}' && begin != std::string::npos) {
        end = i;
        break;
      }
    }
    if (end == std::string::npos) {
      out.push_back(std::move(text));
      continue;
    }
    std::string inner = text.substr(begin + 1, end - begin - 1);
    std::vector<std::string> choices(1);
    for (std::size_t i = 0; i < inner.size(); ++i) {
      if (inner[i] == '\\' && i + 1 < inner.size()) {
        choices.back() += inner.substr(i++, 2);
      } else if (inner[i] == ',') {
        choices.emplace_back();
      } else {
        choices.back() += inner[i];
      }
    }
    for (const std::string& choice : choices) {
      open.push_back(text.substr(0, begin) + choice + text.substr(end + 1));
      if (open.size() > kMaxAlternatives) return false;
    }
  }
  return true;
}

}  // namespace

Glob::Glob(std::string_view pattern, Braces braces) {
  if (pattern.size() > kMaxPattern) return;
  std::vector<std::string> texts;
  if (braces == Braces::kLiteral) {
    texts.emplace_back(pattern);
  } else if (!Expand(pattern, texts)) {
    return;
  }
  for (const std::string& text : texts) alternatives_.push_back(Compile(text));
}

Glob::Sequence Glob::Compile(std::string_view pattern) {
  using Kind = Token::Kind;
  Sequence out;
  auto literal = [&](char c) { out.tokens.push_back({Kind::kByte, Lower(c), {}, false}); };
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    char c = pattern[at];
    if (c == '\\' && at + 1 < pattern.size()) {
      literal(pattern[++at]);
    } else if (c == '?') {
      out.tokens.push_back({Kind::kAny, 0, {}, false});
    } else if (c == '*') {
      if (out.tokens.empty() || out.tokens.back().kind != Kind::kRun) {
        out.tokens.push_back({Kind::kRun, 0, {}, false});
      }
    } else if (c == '[') {
      Token token{Kind::kClass, 0, {}, false};
      std::size_t i = at + 1;
      if (i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^')) {
        token.negated = true;
        ++i;
      }
      std::size_t first = i;
      while (i < pattern.size() && (pattern[i] != ']' || i == first)) {
        if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
        auto [from, size] = CharacterAt(pattern, i);
        i += size;
        char32_t to = from;
        if (i + 1 < pattern.size() && pattern[i] == '-' && pattern[i + 1] != ']') {
          auto [last, last_size] = CharacterAt(pattern, i + 1);
          to = last;
          i += 1 + last_size;
        }
        token.ranges.emplace_back(from, to);
      }
      if (i >= pattern.size()) {
        literal(c);  // no end: an ordinary bracket
      } else {
        out.tokens.push_back(std::move(token));
        at = i;
      }
    } else {
      literal(c);
    }
  }
  // "*text*" is what most patterns are.
  const auto& tokens = out.tokens;
  if (tokens.size() >= 2 && tokens.front().kind == Kind::kRun && tokens.back().kind == Kind::kRun) {
    out.is_core = true;
    for (std::size_t i = 1; i + 1 < tokens.size(); ++i) {
      if (tokens[i].kind != Kind::kByte) out.is_core = false;
      out.core += tokens[i].byte;
    }
  }
  return out;
}

bool Glob::MatchesOne(const Sequence& sequence, std::string_view text) {
  using Kind = Token::Kind;
  if (sequence.is_core) {
    std::string_view core = sequence.core;
    if (core.empty()) return true;
    for (std::size_t at = 0; at + core.size() <= text.size(); ++at) {
      std::size_t i = 0;
      while (i < core.size() && Lower(text[at + i]) == core[i]) ++i;
      if (i == core.size()) return true;
    }
    return false;
  }
  // Only the last run ever needs to be tried again: what stood before it has matched for good.
  const std::vector<Token>& tokens = sequence.tokens;
  std::size_t token = 0;
  std::size_t at = 0;
  std::optional<std::size_t> run;
  std::size_t run_at = 0;
  while (true) {
    if (token < tokens.size() && tokens[token].kind == Kind::kRun) {
      run = token++;
      run_at = at;
      continue;
    }
    if (token == tokens.size() && at == text.size()) return true;
    bool step = false;
    if (token < tokens.size() && at < text.size()) {
      const Token& t = tokens[token];
      if (t.kind == Kind::kByte) {
        step = Lower(text[at]) == t.byte;
        at += step ? 1 : 0;
      } else {
        auto [value, size] = CharacterAt(text, at);
        step = t.kind == Kind::kAny;
        if (t.kind == Kind::kClass) {
          bool in = false;
          for (auto [from, to] : t.ranges) in = in || (value >= from && value <= to);
          step = in != t.negated;
        }
        at += step ? size : 0;
      }
    }
    if (step) {
      ++token;
      continue;
    }
    if (!run || run_at >= text.size()) return false;
    run_at += CharacterAt(text, run_at).second;
    at = run_at;
    token = *run + 1;
  }
}

bool Glob::Matches(std::string_view text) const {
  for (const Sequence& sequence : alternatives_) {
    if (MatchesOne(sequence, text)) return true;
  }
  return false;
}

GlobList::GlobList(const std::vector<std::string>& patterns, Glob::Braces braces) {
  for (const std::string& pattern : patterns) {
    if (!Trim(pattern).empty()) globs_.emplace_back(Trim(pattern), braces);
  }
}

bool GlobList::Matches(std::string_view text) const {
  for (const Glob& glob : globs_) {
    if (glob.Matches(text)) return true;
  }
  return false;
}

}  // namespace gatehouse::ingest
