#include "region/events/grouping/span_hash.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/ascii.h"
#include "base/text.h"
#include "platform/crypto/hash.h"
#include "region/events/grouping/scan.h"

namespace gatehouse::grouping {
namespace {

using scan::At;

constexpr std::array<std::string_view, 6> kQueryOps = {"db",
                                                       "db.query",
                                                       "db.sql.query",
                                                       "db.sql.active_record",
                                                       "db.sql.execute",
                                                       "db.sql.transaction"};
constexpr std::array<std::string_view, 9> kMethods = {
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
// Everything beyond ASCII is taken for a letter.
bool IsWord(char c) {
  return IsAlpha(c) || IsDigit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

std::size_t SkipDigits(std::string_view text, std::size_t at) {
  while (IsDigit(At(text, at))) ++at;
  return at;
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

// `word` in lower case; the text in any.
bool HasWord(std::string_view text, std::size_t at, std::string_view word) {
  if (at + word.size() > text.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (Lower(text[at + i]) != word[i]) return false;
  }
  return true;
}

// Each of the following takes what begins at `at`: where it ends, or nothing.
using End = std::optional<std::size_t>;

// %s, ?, $1 or 7
End Parameter(std::string_view text, std::size_t at) {
  if (At(text, at) == '?') return at + 1;
  if (text.substr(at).starts_with("%s")) return at + 2;
  if (At(text, at) == '$') ++at;
  const std::size_t end = SkipDigits(text, at);
  return end > at ? End(end) : End();
}

// " IN (%s, %s)"
End InList(std::string_view text, std::size_t at) {
  if (!HasWord(text, at, " in (")) return {};
  at += 5;
  for (;;) {
    const End item = Parameter(text, at);
    if (!item) return {};
    at = *item;
    if (At(text, at) == ')') return at + 1;
    while (IsSpace(At(text, at))) ++at;
    if (At(text, at) != ',') return {};
    ++at;
    while (IsSpace(At(text, at))) ++at;
  }
}

// SAVEPOINT "name", `name` or name
End Savepoint(std::string_view text, std::size_t at) {
  if (!HasWord(text, at, "savepoint ")) return {};
  at += 10;
  const char quote = At(text, at);
  if (quote == '"' || quote == '`') {
    const std::size_t end = text.find(quote, at + 1);
    return end == std::string_view::npos || end == at + 1 ? End() : End(end + 1);
  }
  if (!IsAlpha(quote) || !IsWord(At(text, at + 1))) return {};
  while (at < text.size() && IsWord(text[at])) ++at;
  return at;
}

// 'text', in which '' is a quotation mark. After \' nobody knows: to the end of the line. Looking
// in vain for an end is done once at most: what follows the mark after it has an end.
End Quoted(std::string_view text, std::size_t at) {
  if (At(text, at) != '\'') return {};
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\' && At(text, at + 1) == '\'') {
      return std::min(text.find('\n', at), text.size());
    }
    if (text[at] != '\'') continue;
    if (At(text, at + 1) != '\'') return at + 1;
    ++at;
  }
  return {};
}

// -1, 2.5 or 1e7 on its own
End Number(std::string_view text, std::size_t at) {
  const std::size_t first = At(text, at) == '-' ? at + 1 : at;
  if (!IsDigit(At(text, first)) || (first == at && at > 0 && IsWord(text[at - 1]))) return {};
  const auto on_its_own = [&](std::size_t end) {
    std::size_t exponent = end;
    if (At(text, end) == 'e' || At(text, end) == 'E') {
      const char sign = At(text, end + 1);
      const std::size_t digits = end + 1 + (sign == '+' || sign == '-' ? 1u : 0u);
      exponent = SkipDigits(text, digits);
      if (exponent == digits) exponent = end;
    }
    return exponent < text.size() && IsWord(text[exponent]) ? End() : End(exponent);
  };
  const std::size_t whole = SkipDigits(text, first);
  if (At(text, whole) == '.' && IsDigit(At(text, whole + 1))) {
    if (const End end = on_its_own(SkipDigits(text, whole + 1))) return end;
  }
  return on_its_own(whole);
}

End Boolean(std::string_view text, std::size_t at) {
  if (at > 0 && IsWord(text[at - 1])) return {};
  for (const std::string_view word : {"true", "false"}) {
    if (!text.substr(at).starts_with(word)) continue;
    const std::size_t end = at + word.size();
    return end < text.size() && IsWord(text[end]) ? End() : End(end);
  }
  return {};
}

End Literal(std::string_view text, std::size_t at) {
  switch (text[at]) {
    case '\'':
      return Quoted(text, at);
    case 't':
    case 'f':
      return Boolean(text, at);
    default:
      return Number(text, at);
  }
}

// What `take` takes anywhere in the text, as `by`; how often is added to `count`.
std::string Replace(std::string_view text, End (*take)(std::string_view, std::size_t),
                    std::string_view by, int& count) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (const End end = take(text, at)) {
      out += by;
      at = *end;
      ++count;
    } else {
      out += text[at++];
    }
  }
  return out;
}

// Nothing without a literal.
std::optional<std::string> Parametrized(std::string_view query) {
  int count = 0;
  std::string text = Replace(query, InList, " IN (%s)", count);
  text = Replace(text, Savepoint, "SAVEPOINT %s", count);
  text = Replace(text, Literal, "%s", count);
  if (count == 0) return std::nullopt;
  return std::string(Trim(text));
}

// Scheme, host and path of what may be a URL: the best that can be done with anything.
std::vector<std::string> PartsOfUrl(std::string_view given) {
  while (!given.empty() && static_cast<unsigned char>(given.front()) <= 0x20) {
    given.remove_prefix(1);
  }
  std::string clean(given);
  std::erase_if(clean, [](char c) { return c == '\t' || c == '\r' || c == '\n'; });
  std::string_view url = clean;
  std::string scheme;
  const std::size_t colon = url.find(':');
  const auto in_scheme = [](char c) {
    return IsAlpha(c) || IsDigit(c) || c == '+' || c == '-' || c == '.';
  };
  if (colon != std::string_view::npos && colon > 0 && IsAlpha(url.front()) &&
      std::ranges::all_of(url.substr(0, colon), in_scheme)) {
    scheme = AsciiLower(url.substr(0, colon));
    url.remove_prefix(colon + 1);
  }
  std::string_view host;
  if (url.starts_with("//")) {
    url.remove_prefix(2);
    host = url.substr(0, url.find_first_of("/?#"));
    url.remove_prefix(host.size());
  }
  const std::string_view path = url.substr(0, url.find_first_of("?#"));
  return {std::move(scheme), std::string(host), std::string(path)};
}

// Nothing if it is no request.
std::optional<std::vector<std::string>> Request(std::string_view description) {
  const std::size_t space = description.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  std::string method(description.substr(0, space));
  std::ranges::transform(method, method.begin(), Upper);
  if (std::ranges::find(kMethods, method) == kMethods.end()) return std::nullopt;
  std::vector<std::string> parts = PartsOfUrl(description.substr(space + 1));
  parts.insert(parts.begin(), std::move(method));
  return parts;
}

bool IsDefault(std::string_view text) {
  if (!text.starts_with("{{") || !text.ends_with("}}") || text.size() < 4) return false;
  text = text.substr(2, text.size() - 4);
  return Trim(text) == "default";
}

std::string HashOf(std::string_view values) { return crypto::Md5Hex(values).substr(0, 16); }

}  // namespace

std::string ParametrizeQuery(std::string_view query) {
  return Parametrized(query).value_or(std::string(query));
}

std::vector<std::string> SpanFingerprint(const json::Object& span) {
  const std::string_view op = json::GetString(span, "op").value_or("");
  const std::string_view description = json::GetString(span, "description").value_or("");
  if (std::ranges::find(kQueryOps, op) != kQueryOps.end()) return {ParametrizeQuery(description)};
  if (op == "http.client") {
    if (auto request = Request(description)) return std::move(*request);
  }
  if (op == "redis" || op == "db.redis") {
    return {std::string(description.substr(0, description.find(' ')))};
  }
  return {std::string(description)};
}

std::string SpanHash(const json::Object& span) {
  std::string values;
  const auto add_default = [&] {
    for (const std::string& value : SpanFingerprint(span)) values += value;
  };
  const json::Array* given = json::GetArray(span, "fingerprint");
  const bool is_given =
      given != nullptr && !given->empty() &&
      std::ranges::all_of(*given, [](const json::Value& value) { return value.is_string(); });
  if (is_given) {
    for (const json::Value& value : *given) {
      const std::string_view text = value.get_string();
      if (IsDefault(text)) {
        add_default();
      } else {
        values += text;
      }
    }
  } else {
    add_default();
  }
  return HashOf(values);
}

void HashSpans(json::Object& transaction) {
  // Taken one after the other: a write may move what an object holds.
  if (json::Value* spans = transaction.if_contains("spans"); spans && spans->is_array()) {
    for (json::Value& value : spans->get_array()) {
      if (!value.is_object()) continue;
      json::Object& span = value.get_object();
      const std::string hash = SpanHash(span);
      span["hash"] = hash;
    }
  }
  const std::string name(json::GetString(transaction, "transaction").value_or(""));
  json::Value* contexts = transaction.if_contains("contexts");
  json::Value* trace =
      contexts && contexts->is_object() ? contexts->get_object().if_contains("trace") : nullptr;
  if (trace && trace->is_object()) trace->get_object()["hash"] = HashOf(name);
  transaction["span_grouping_config"] =
      json::Object({{"id", kSpanGrouping}}, transaction.storage());
}

}  // namespace gatehouse::grouping
