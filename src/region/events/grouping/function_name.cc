#include "region/events/grouping/function_name.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/ascii.h"
#include "region/events/grouping/codepoints.h"

namespace gatehouse::grouping {
namespace {

// Stand-ins for text that would confuse the bracket counting. Bytes that no UTF-8 text has.
constexpr char kLess = '\xF8';
constexpr char kCall = '\xF9';
constexpr char kArrow = '\xFA';
constexpr char kAnonymous = '\xFB';

constexpr int kMaxNesting = 32;
constexpr std::size_t kMaxLength = 4096;

bool IsLowerHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); }
bool IsWordByte(char c) {
  return IsAlnum(c) || c == '_' ||
         (static_cast<unsigned char>(c) >= 0x80 && static_cast<unsigned char>(c) < 0xF8);
}

void ReplaceAll(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

// The end of the run of `kind` characters from `at`.
template <class F>
std::size_t RunEnd(std::string_view text, std::size_t at, F kind) {
  while (at < text.size() && kind(text[at])) ++at;
  return at;
}

// The end of a compiler's name for a lambda at `at`; 0 if there is none.
std::size_t LambdaEnd(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  if (rest.starts_with("{lambda(")) {  // {lambda(int)#1}
    for (std::size_t mark = text.find(")#", at); mark != text.npos;
         mark = text.find(")#", mark + 1)) {
      const std::size_t end = RunEnd(text, mark + 2, IsDigit);
      if (end > mark + 2 && end < text.size() && text[end] == '}') return end + 1;
    }
    return 0;
  }
  const bool boundary = at == 0 || !IsWordByte(text[at - 1]);
  if (boundary && rest.starts_with("lambda_")) {  // lambda_0123...: 32 digits
    const std::size_t end = RunEnd(text, at + 7, IsLowerHex);
    if (end == at + 39 && (end == text.size() || !IsWordByte(text[end]))) return end;
    return 0;
  }
  if (rest.starts_with("$_")) {  // $_0
    const std::size_t end = RunEnd(text, at + 2, IsDigit);
    if (end > at + 2 && (end == text.size() || !IsWordByte(text[end]))) return end;
  }
  return 0;
}

void NameLambdas(std::string& text) {
  if (text.find("lambda") == text.npos && text.find("$_") == text.npos) return;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t end = LambdaEnd(text, at); end != 0) {
      out += "lambda";
      at = end;
    } else {
      out += text[at++];
    }
  }
  text = std::move(out);
}

// ?A0x01234567:: is how MSVC writes an anonymous namespace in inline functions.
void NameAnonymousNamespaces(std::string& text) {
  for (std::size_t at = 0; (at = text.find("?A0x", at)) != text.npos; ++at) {
    const std::size_t end = RunEnd(text, at + 4, IsLowerHex);
    if (end != at + 12 || text.compare(end, 2, "::") != 0) continue;
    text.replace(at, 12, 1, kAnonymous);
  }
}

// Copies `text`, giving each outermost group between `open` and `close` to `replace(content,
// start)`. A stray closing bracket swallows what follows up to the next opening one: so are the
// published hashes.
template <class F>
std::string ReplaceGroups(std::string_view text, char open, char close, F replace) {
  if (text.find(open) == text.npos) return std::string(text);
  std::string out;
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == open) {
      if (depth == 0) start = at;
      ++depth;
    } else if (c == close) {
      if (--depth == 0) out += replace(text.substr(start + 1, at - start - 1), start);
    } else if (depth == 0) {
      out += c;
    }
  }
  return out;
}

std::string Generic(std::string_view content, std::size_t start, int nesting) {
  if (content == "lambda" || LambdaEnd(content, 0) != 0) {
    return "<" + std::string(content) + ">";
  }
  if (start > 0 || nesting > kMaxNesting) return "<T>";
  // Rust: <Foo as Bar>::baz. A blanket implementation (<T as Bar>) is named after the trait.
  if (content.size() > 5 && content[0] >= 'A' && content[0] <= 'Z' &&
      content.substr(1, 4) == " as ") {
    content.remove_prefix(5);
  }
  std::string inner =
      ReplaceGroups(content, '<', '>', [nesting](std::string_view value, std::size_t at) {
        return Generic(value, at, nesting + 1);
      });
  return inner.substr(0, inner.find(" as "));
}

// Split at blanks that are in no bracket. A bracket that never closes, and all behind it, is
// dropped.
std::vector<std::string> Tokens(std::string_view text) {
  constexpr std::string_view kOpen = "({[<", kClose = ")}]>";
  std::vector<std::string> tokens;
  std::string current;
  std::vector<char> open;
  std::size_t taken = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (const std::size_t pair = kOpen.find(c); pair != kOpen.npos) {
      open.push_back(kClose[pair]);
      continue;
    }
    if (!open.empty()) {
      if (c != open.back()) continue;
      open.pop_back();
      if (!open.empty()) continue;
    } else if (c == ' ' || (c >= '\t' && c <= '\r')) {
      if (!current.empty()) tokens.push_back(std::move(current));
      current.clear();
      taken = at + 1;
      continue;
    }
    current += text.substr(taken, at + 1 - taken);
    taken = at + 1;
  }
  if (!current.empty()) tokens.push_back(std::move(current));
  return tokens;
}

std::optional<std::size_t> LastOf(const std::vector<std::string>& tokens, std::string_view word) {
  for (std::size_t i = tokens.size(); i-- > 0;) {
    if (tokens[i] == word) return i;
  }
  return std::nullopt;
}

// The token that names the function, empty if there is none.
std::string NameToken(const std::vector<std::string>& tokens, std::string_view text) {
  if (tokens.empty()) return {};
  if (text.find("initialization expression of") != text.npos) {
    const auto of = LastOf(tokens, "of");
    std::size_t at = of ? *of + 1 : tokens.size();
    if (at < tokens.size() && tokens[at] == "static") ++at;
    std::string_view name = at < tokens.size() ? tokens[at] : tokens.back();
    if (name.starts_with(':')) name.remove_prefix(1);
    return "initializer expression of " + std::string(name);
  }
  if (const auto arrow = LastOf(tokens, std::string(1, kArrow))) {
    // Swift: name(...) throws -> Result. Positions before the start count from the end.
    auto back = [&tokens, &arrow](std::size_t n) {
      return *arrow >= n ? *arrow - n : *arrow + tokens.size() - n;
    };
    const std::size_t at = back(1);
    if (tokens[at] != "throws") return tokens[at];
    if (back(2) < tokens.size()) return tokens[back(2)];
  }
  return tokens.back();
}

// What linkers append: Rust's hash, the version of the C library, Windows' size of the arguments.
void DropMarks(std::string& name) {
  if (name.size() >= 19) {
    const std::size_t at = name.size() - 19;
    if (name.compare(at, 3, "::h") == 0 && RunEnd(name, at + 3, [](char c) {
                                             return IsDigit(c) || (c >= 'a' && c <= 'z');
                                           }) == name.size()) {
      name.resize(at);
    }
  }
  if (const std::size_t at = name.rfind("@GLIBC_"); at != name.npos) {
    const std::size_t digits = at + 7;
    if (digits < name.size() &&
        RunEnd(name, digits, [](char c) { return IsDigit(c) || c == '.'; }) == name.size()) {
      name.resize(at > 0 && name[at - 1] == '@' ? at - 1 : at);
    }
  }
  if (const std::size_t at = name.rfind('@');
      at != name.npos && at + 1 < name.size() && RunEnd(name, at + 1, IsDigit) == name.size()) {
    const std::size_t first = at > 0 && name.front() == '@' ? 1 : 0;
    name = name.substr(first, at - first);
  }
}

std::string TrimNative(std::string_view original, std::string_view platform) {
  if (original == "<redacted>" || original == "<unknown>") return std::string(original);
  std::string text(TrimSpace(original));
  if (text.starts_with('[') || text.starts_with("+[") || text.starts_with("-[")) return text;

  text = ReplaceGroups(text, '[', ']', [](std::string_view content, std::size_t) {
    return content.starts_with("clone .") ? std::string() : "[" + std::string(content) + "]";
  });
  // The left side is trimmed already, and nothing below adds a blank there.
  auto trim_right = [&text] {
    while (!text.empty() && IsSpace(static_cast<unsigned char>(text.back()) < 0x80
                                        ? static_cast<char32_t>(text.back())
                                        : U'x')) {
      text.pop_back();
    }
  };
  trim_right();
  while (true) {
    if (text.ends_with('&')) {
      text.pop_back();
    } else if (text.ends_with("const") &&
               (text.size() == 5 || !IsWordByte(text[text.size() - 6]))) {
      text.resize(text.size() - 5);
    } else {
      break;
    }
    trim_right();
  }

  ReplaceAll(text, "operator<<", std::string("operator") + kLess + kLess);
  ReplaceAll(text, "operator<", std::string("operator") + kLess);
  ReplaceAll(text, "operator()", std::string("operator") + kCall);
  ReplaceAll(text, "operator->", std::string("operator") + kArrow);
  ReplaceAll(text, " -> ", std::string(" ") + kArrow + " ");
  ReplaceAll(text, "`anonymous namespace'", std::string(1, kAnonymous));
  NameLambdas(text);
  NameAnonymousNamespaces(text);

  text = ReplaceGroups(text, '(', ')', [](std::string_view content, std::size_t) {
    const std::string_view inner = TrimSpace(content);
    return inner == "anonymous namespace" || inner == "operator" ? "(" + std::string(inner) + ")"
                                                                 : std::string();
  });
  text = ReplaceGroups(text, '<', '>', [](std::string_view content, std::size_t start) {
    return Generic(content, start, 0);
  });

  std::vector<std::string> tokens = Tokens(text);
  // MSVC puts a blank between an operator's name and its template arguments.
  if (tokens.size() > 1 && tokens.back() == "<T>") {
    tokens.pop_back();
    tokens.back() += " <T>";
  }
  std::string name = NameToken(tokens, text);
  if (name.empty()) {
    name = std::string(original);
  } else {
    if (name.starts_with('@') && (platform == "cocoa" || platform == "swift")) {
      name = text.find("thunk for ") != text.npos ? "thunk for closure" : "closure";
    } else if (name != "closure" && std::ranges::find(tokens, "closure") != tokens.end()) {
      name = "closure in " + name;
    }
    ReplaceAll(name, std::string(1, kLess), "<");
    ReplaceAll(name, std::string(1, kCall), "()");
    ReplaceAll(name, std::string(1, kArrow), "->");
    ReplaceAll(name, std::string(1, kAnonymous), "`anonymous namespace'");
  }
  DropMarks(name);
  return name;
}

}  // namespace

Family FamilyOf(std::string_view platform) {
  if (platform == "javascript" || platform == "node") return Family::kJavascript;
  if (platform == "native" || platform == "cocoa" || platform == "objc" || platform == "swift" ||
      platform == "c") {
    return Family::kNative;
  }
  return Family::kOther;
}

std::string_view FamilyName(Family family) {
  return family == Family::kNative       ? "native"
         : family == Family::kJavascript ? "javascript"
                                         : "other";
}

std::string TrimFunctionName(std::string_view function, std::string_view platform) {
  std::string trimmed;
  if (platform == "csharp") {
    if (const std::size_t at = function.find(" ("); at != function.npos) {
      trimmed = function.substr(0, at);
    }
  } else if (FamilyOf(platform) == Family::kNative && function.size() <= kMaxLength) {
    trimmed = TrimNative(function, platform);
  }
  if (trimmed == function) trimmed.clear();
  return trimmed;
}

}  // namespace gatehouse::grouping
