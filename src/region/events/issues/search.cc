#include "region/events/issues/search.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "region/events/issues/errors.h"
#include "region/events/save/prepare.h"

namespace gatehouse::issues {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

std::unexpected<Error> Invalid(std::string_view token) {
  return Fail(Code::kInvalidArgument, kIssueQueryInvalid, std::string(token));
}

struct Token {
  std::string key;  // "" for free text
  std::string value;
};

// Blanks part tokens; quotes hold them together, also behind a key.
Result<std::vector<Token>> Split(std::string_view query) {
  std::vector<Token> tokens;
  std::size_t at = 0;
  while (at < query.size()) {
    if (query[at] == ' ' || query[at] == '\t') {
      ++at;
      continue;
    }
    Token token;
    bool quoted = false;
    bool has_key = false;
    std::string text;
    for (; at < query.size() && (quoted || (query[at] != ' ' && query[at] != '\t')); ++at) {
      const char c = query[at];
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ':' && !quoted && !has_key && !text.empty()) {
        has_key = true;
        token.key = std::move(text);
        text.clear();
      } else {
        text += c;
      }
    }
    if (quoted) return Invalid("an open quote");
    token.value = std::move(text);
    tokens.push_back(std::move(token));
  }
  return tokens;
}

std::optional<std::int64_t> Number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<void> TakeIs(Terms& terms, std::string_view value) {
  if (value == "unresolved" || value == "resolved" || value == "ignored") {
    terms.status = value;
  } else if (value == "archived") {
    terms.status = "ignored";
  } else if (value == "new" || value == "ongoing" || value == "regressed" ||
             value == "escalating") {
    terms.status = "unresolved";
    terms.substatus = value;
  } else if (value == "unassigned") {
    terms.assigned = "none";
  } else if (value == "assigned") {
    terms.assigned = "any";
  } else {
    return Invalid("is:" + std::string(value));
  }
  return {};
}

Result<void> TakeTimesSeen(Terms& terms, std::string_view value) {
  std::int64_t more = 0;
  std::string_view digits = value;
  const bool greater = value.starts_with('>');
  const bool less = value.starts_with('<');
  if (greater || less) digits.remove_prefix(1);
  const bool equal = digits.starts_with('=');
  if (equal) digits.remove_prefix(1);
  const auto number = Number(digits);
  if (!number) return Invalid("timesSeen:" + std::string(value));
  more = equal ? 1 : 0;
  if (greater) {
    terms.seen_more_than = *number - more;
  } else if (less) {
    terms.seen_less_than = *number + more;
  } else {
    terms.seen_more_than = *number - 1;
    terms.seen_less_than = *number + 1;
  }
  return {};
}

}  // namespace

Result<Terms> ParseQuery(std::string_view query) {
  Terms terms;
  GH_TRY(std::vector<Token> tokens, Split(query));
  for (Token& token : tokens) {
    const std::string& key = token.key;
    if (key.empty()) {
      if (!token.value.empty()) terms.texts.push_back(std::move(token.value));
    } else if (key == "is") {
      GH_TRY_VOID(TakeIs(terms, token.value));
    } else if (key == "level") {
      terms.level = events::LevelNumber(token.value);
      if (events::LevelName(*terms.level) != token.value) return Invalid("level:" + token.value);
    } else if (key == "logger") {
      terms.logger = std::move(token.value);
    } else if (key == "platform" || key == "platform.name") {
      terms.platform = std::move(token.value);
    } else if (key == "issue.type" || key == "type") {
      terms.type = std::move(token.value);
    } else if (key == "release") {
      terms.release = std::move(token.value);
    } else if (key == "firstRelease" || key == "first-release") {
      terms.first_release = std::move(token.value);
    } else if (key == "environment") {
      terms.environment = std::move(token.value);
    } else if (key == "timesSeen") {
      GH_TRY_VOID(TakeTimesSeen(terms, token.value));
    } else if (key == "assigned") {
      terms.assigned = token.value.empty() ? "none" : std::move(token.value);
    } else {
      return Invalid(key + ":");
    }
  }
  return terms;
}

std::string ShortId(std::string_view project_slug, std::int64_t number) {
  std::string digits;
  for (std::uint64_t rest = static_cast<std::uint64_t>(number); rest > 0 || digits.empty();
       rest /= 32) {
    digits += kDigits[rest % 32];
  }
  std::ranges::reverse(digits);
  std::string out;
  for (const char c : project_slug) out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return out + "-" + digits;
}

std::optional<ParsedShortId> ParseShortId(std::string_view text) {
  const std::size_t dash = text.rfind('-');
  if (dash == std::string_view::npos || dash == 0 || dash + 1 == text.size() ||
      text.size() - dash > 13) {
    return std::nullopt;
  }
  ParsedShortId out;
  out.project_slug = AsciiLower(text.substr(0, dash));
  for (const char raw : text.substr(dash + 1)) {
    char c = raw >= 'a' && raw <= 'z' ? static_cast<char>(raw - 32) : raw;
    if (c == 'O') c = '0';
    if (c == 'I' || c == 'L') c = '1';
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    out.number = out.number * 32 + static_cast<std::int64_t>(digit);
  }
  return out;
}

}  // namespace gatehouse::issues
