#include "region/events/grouping/rule_text.h"

#include "base/text.h"
#include "region/events/grouping/codepoints.h"

namespace gatehouse::grouping {
namespace {

bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

}  // namespace

void RuleReader::SkipBlanks() {
  while (Peek() == ' ' || Peek() == '\t') ++at_;
}

bool RuleReader::Take(std::string_view word) {
  if (!line_.substr(at_).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

std::optional<std::string_view> RuleReader::TakeName() {
  const std::size_t start = at_;
  while (IsNameByte(Peek())) ++at_;
  if (at_ == start) return std::nullopt;
  return line_.substr(start, at_ - start);
}

std::optional<std::string> RuleReader::TakeQuotedName() {
  const std::size_t start = at_;
  if (!Take("\"")) return std::nullopt;
  while (IsNameByte(Peek()) || Peek() == ':') ++at_;
  if (at_ == start + 1 || !Take("\"")) {
    at_ = start;
    return std::nullopt;
  }
  return std::string(line_.substr(start + 1, at_ - start - 2));
}

std::optional<std::string> RuleReader::TakeQuoted() {
  const std::size_t start = at_;
  if (!Take("\"")) return std::nullopt;
  std::string text;
  for (; !AtEnd(); ++at_) {
    const char c = line_[at_];
    if (c == '"') {
      ++at_;
      return text;
    }
    if (c != '\\' || at_ + 1 >= line_.size()) {
      text += c;
      continue;
    }
    const char escaped = line_[++at_];
    switch (escaped) {
      case '"':
      case '\\':
        text += escaped;
        break;
      case 'n':
        text += '\n';
        break;
      case 'r':
        text += '\r';
        break;
      case 't':
        text += '\t';
        break;
      default:  // the glob's own escape
        text += '\\';
        text += escaped;
    }
  }
  at_ = start;
  return std::nullopt;
}

std::optional<std::string_view> RuleReader::TakeUnquoted() {
  const std::size_t start = at_;
  while (!AtEnd() && Peek() != ' ' && Peek() != '\t') ++at_;
  if (at_ == start) return std::nullopt;
  return line_.substr(start, at_ - start);
}

std::optional<RuleReader::Matcher> RuleReader::TakeMatcher() {
  const std::size_t start = at_;
  Matcher matcher;
  matcher.negated = Take("!");
  if (auto name = TakeName()) {
    matcher.key = *name;
  } else if (auto quoted = TakeQuotedName()) {
    matcher.key = std::move(*quoted);
  }
  if (!matcher.key.empty() && Take(":")) {
    if (Peek() == '"') {
      if (auto quoted = TakeQuoted()) {
        matcher.pattern = std::move(*quoted);
        return matcher;
      }
    } else if (auto bare = TakeUnquoted()) {
      matcher.pattern = *bare;
      return matcher;
    }
  }
  at_ = start;
  return std::nullopt;
}

std::string RuleReader::Complaint(std::size_t line_number, std::string_view what) const {
  std::string text = "line " + std::to_string(line_number) + ", column " + std::to_string(at_ + 1) +
                     ": " + std::string(what);
  if (!AtEnd()) text += " near \"" + Printable(Shorten(line_.substr(at_), 32), 128) + "\"";
  return text;
}

std::optional<bool> RuleBool(std::string_view text) {
  const std::string lower = AsciiLower(text);
  if (lower == "1" || lower == "yes" || lower == "true") return true;
  if (lower == "0" || lower == "no" || lower == "false") return false;
  return std::nullopt;
}

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace gatehouse::grouping
