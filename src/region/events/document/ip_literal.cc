#include "region/events/document/ip_literal.h"

#include <cstddef>

#include "base/ascii.h"

namespace gatehouse::events {
namespace {

bool IsWord(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// Length of "d.d.d.d" at the start, zero if there is none.
std::size_t V4Prefix(std::string_view text) {
  std::size_t i = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0) {
      if (i >= text.size() || text[i] != '.') return 0;
      ++i;
    }
    int value = 0;
    std::size_t start = i;
    while (i < text.size() && i - start < 3 && IsDigit(text[i])) {
      value = value * 10 + (text[i++] - '0');
    }
    if (i == start || value > 255) return 0;
    if (i - start > 1 && text[start] == '0') return 0;
  }
  return i;
}

bool IsV6(std::string_view text) {
  if (text.size() < 2 || text.size() > 45) return false;
  int groups = 0;
  bool gap = false;
  std::size_t i = 0;
  if (text.starts_with("::")) {
    gap = true;
    i = 2;
  }
  while (i < text.size()) {
    std::size_t start = i;
    while (i < text.size() && IsHexDigit(text[i])) ++i;
    if (i < text.size() && text[i] == '.') {
      if (V4Prefix(text.substr(start)) != text.size() - start) return false;
      groups += 2;
      i = text.size();
      break;
    }
    if (i == start || i - start > 4) return false;
    ++groups;
    if (i == text.size()) break;
    if (text[i] != ':') return false;
    ++i;
    if (i < text.size() && text[i] == ':') {
      if (gap) return false;
      gap = true;
      ++i;
    } else if (i == text.size()) {
      return false;
    }
  }
  return gap ? groups < 8 : groups == 8;
}

}  // namespace

bool IsIpAddress(std::string_view text) {
  if (text.empty()) return false;
  if (text.find(':') != std::string_view::npos) return IsV6(text);
  return V4Prefix(text) == text.size();
}

std::size_t IpLiteralAt(std::string_view text, std::size_t at) {
  char before = at == 0 ? ' ' : text[at - 1];
  std::string_view rest = text.substr(at);
  if (IsDigit(rest[0]) && !IsWord(before) && before != '.' && before != ':') {
    std::size_t length = V4Prefix(rest);
    if (length > 0) {
      char after = length < rest.size() ? rest[length] : ' ';
      char next = length + 1 < rest.size() ? rest[length + 1] : ' ';
      if (!IsWord(after) && !(after == '.' && IsWord(next))) return length;
    }
  }
  if ((IsHexDigit(rest[0]) || rest[0] == ':') && !IsWord(before) && before != ':' &&
      before != '.') {
    std::size_t length = 0;
    std::size_t colons = 0;
    while (length < rest.size() && length < 46 &&
           (IsHexDigit(rest[length]) || rest[length] == ':' || rest[length] == '.')) {
      colons += rest[length++] == ':';
    }
    if (colons < 2 || (length < rest.size() && IsWord(rest[length]))) return 0;
    std::string_view word = rest.substr(0, length);
    // A sentence may end behind the address.
    while (!word.empty() && word.back() == '.') word.remove_suffix(1);
    // "::" and "a::b" are names in programs more often than addresses.
    if (word.size() < 3 || word.find_first_of("0123456789") == word.npos) return 0;
    if (IsV6(word)) return word.size();
    if (word.back() == ':' && !word.ends_with("::") && IsV6(word.substr(0, word.size() - 1))) {
      return word.size() - 1;
    }
  }
  return 0;
}

}  // namespace gatehouse::events
