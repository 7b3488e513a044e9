#include "region/events/scrub/matchers.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "base/ascii.h"
#include "base/text.h"
#include "region/events/document/ip_literal.h"

namespace gatehouse::events::scrub {
namespace {

using Found = std::optional<Match>;

bool IsWord(char c) {
  return IsDigit(c) || IsAlpha(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool WordStart(std::string_view text, std::size_t at) { return at == 0 || !IsWord(text[at - 1]); }
bool WordEnd(std::string_view text, std::size_t at) {
  return at >= text.size() || !IsWord(text[at]);
}

bool StartsWithIgnoreCase(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  for (std::size_t i = 0; i < lower.size(); ++i) {
    if (Lower(text[i]) != lower[i]) return false;
  }
  return true;
}

Found FindIp(std::string_view text, std::size_t from) {
  for (std::size_t i = from; i < text.size(); ++i) {
    if (!IsHexDigit(text[i]) && text[i] != ':') continue;
    if (std::size_t length = IpLiteralAt(text, i)) return Match{i, i + length};
  }
  return std::nullopt;
}

Found FindEmail(std::string_view text, std::size_t from) {
  constexpr std::string_view kLocal = ".!#$%&'*+/=?^_`{|}~-";
  auto local = [&](char c) {
    return IsDigit(c) || IsAlpha(c) || kLocal.find(c) != kLocal.npos ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  for (std::size_t at = text.find('@', from); at != text.npos; at = text.find('@', at + 1)) {
    std::size_t begin = at;
    while (begin > from && local(text[begin - 1])) --begin;
    std::size_t end = at + 1;
    while (end < text.size() && (IsWord(text[end]) || text[end] == '-' || text[end] == '.')) ++end;
    while (end > at + 1 && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
    if (begin < at && end > at + 1) return Match{begin, end};
  }
  return std::nullopt;
}

Found FindCreditCard(std::string_view text, std::size_t from) {
  for (std::size_t i = from; i + 15 <= text.size(); ++i) {
    if (text[i] < '3' || text[i] > '6' || !WordStart(text, i)) continue;
    auto digits = [&](std::size_t count) {
      for (std::size_t k = 0; k < count; ++k) {
        if (!IsDigit(text[i + k])) return false;
      }
      return true;
    };
    std::size_t prefix = 0;
    if (text[i] == '3' && (text[i + 1] == '4' || text[i + 1] == '7') && digits(3)) {
      prefix = 3;
    } else if (digits(4) &&
               (text[i] == '4' || (text[i] == '5' && text[i + 1] >= '1' && text[i + 1] <= '5') ||
                (text[i] == '6' && text[i + 1] == '5') || text.substr(i, 4) == "6011")) {
      prefix = 4;
    }
    if (prefix == 0) continue;
    std::size_t at = i + prefix;
    int count = 0;
    while (count < 12 && at < text.size()) {
      if (IsDigit(text[at])) {
        ++at;
      } else if ((text[at] == '-' || IsSpace(text[at])) && at + 1 < text.size() &&
                 IsDigit(text[at + 1])) {
        at += 2;
      } else {
        break;
      }
      ++count;
    }
    if (count == 12 && WordEnd(text, at)) return Match{i, at};
  }
  return std::nullopt;
}

Found FindPemKey(std::string_view text, std::size_t from) {
  constexpr std::string_view kBegin = "-----BEGIN";
  for (std::size_t at = text.find(kBegin, from); at != text.npos; at = text.find(kBegin, at + 1)) {
    std::size_t i = at + kBegin.size();
    while (i < text.size() && (text[i] == ' ' || (text[i] >= 'A' && text[i] <= 'Z'))) ++i;
    std::string_view label = text.substr(at, i - at);
    if (!label.ends_with(" PRIVATE KEY") && !label.ends_with(" PUBLIC KEY")) continue;
    if (text.substr(i, 5) != "-----") continue;
    i += 5;
    while (i < text.size() && (text[i] == ' ' || text[i] == '\t')) ++i;
    if (i < text.size() && text[i] == '\r') ++i;
    if (i < text.size() && text[i] == '\n') ++i;
    // A key that was cut off is a secret as well.
    std::size_t end = std::min(text.find("-----END", i), text.size());
    std::size_t body = end;
    while (end < text.size() && body > i && (text[body - 1] == '\n' || text[body - 1] == '\r')) {
      --body;
    }
    if (body > i) return Match{i, body};
  }
  return std::nullopt;
}

Found FindUrlAuth(std::string_view text, std::size_t from) {
  auto part = [](char c) {
    return !IsSpace(c) && c != '/' && c != '@' && c != ':' && c != '"' && c != '\'' && c != '<' &&
           c != '>' && c != '?' && c != '#' && c != '\\';
  };
  for (std::size_t at = text.find("//", from); at != text.npos; at = text.find("//", at + 1)) {
    std::size_t i = at + 2;
    while (i < text.size() && part(text[i])) ++i;
    if (i >= text.size() || text[i] != ':') continue;
    std::size_t begin = ++i;
    while (i < text.size() && (part(text[i]) || text[i] == ':')) ++i;
    if (i < text.size() && text[i] == '@' && i > begin) return Match{begin, i};
  }
  return std::nullopt;
}

Found FindUsSsn(std::string_view text, std::size_t from) {
  for (std::size_t i = from; i + 11 <= text.size(); ++i) {
    if (!IsDigit(text[i]) || text[i + 3] != '-' || !WordStart(text, i)) continue;
    bool fine = text[i + 6] == '-' && WordEnd(text, i + 11);
    for (std::size_t k : {0U, 1U, 2U, 4U, 5U, 7U, 8U, 9U, 10U}) fine = fine && IsDigit(text[i + k]);
    if (fine) return Match{i, i + 11};
  }
  return std::nullopt;
}

// "/home/", "C:\Users\", "\Documents and Settings\", "…/profiles/" and the component behind.
Found FindUserPath(std::string_view text, std::size_t from) {
  auto separator = [](char c) { return c == '/' || c == '\\'; };
  // Escaped backslashes are one separator.
  auto skip = [&](std::size_t i) {
    while (i < text.size() && separator(text[i])) ++i;
    return i;
  };
  // What was found last may be a folder of this kind itself: begin with its separator.
  std::size_t start = from;
  while (start > 0 && !separator(text[start - 1])) --start;
  for (std::size_t i = start == 0 ? 0 : start - 1; i < text.size(); ++i) {
    if (!separator(text[i])) continue;
    std::size_t name = i + 1;
    for (std::string_view folder : {"users", "home", "documents and settings", "profiles"}) {
      if (!StartsWithIgnoreCase(text.substr(name), folder)) continue;
      std::size_t behind = name + folder.size();
      if (behind >= text.size() || !separator(text[behind])) continue;
      std::size_t begin = skip(behind);
      std::size_t end = begin;
      while (end < text.size() && !separator(text[end]) && text[end] != '\r' && text[end] != '\n' &&
             text[end] != '"') {
        ++end;
      }
      if (end > begin && begin >= from) return Match{begin, end};
    }
  }
  return std::nullopt;
}

Found FindImei(std::string_view text, std::size_t from) {
  constexpr std::array<int, 3> kGroups = {2, 6, 6};
  for (std::size_t i = from; i + 15 <= text.size(); ++i) {
    if (!IsDigit(text[i]) || !WordStart(text, i)) continue;
    std::size_t at = i;
    bool fine = true;
    for (int group : kGroups) {
      for (int k = 0; k < group && fine; ++k) {
        fine = at < text.size() && IsDigit(text[at]);
        ++at;
      }
      if (fine && at < text.size() && text[at] == '-') ++at;
    }
    std::size_t last = at;
    while (fine && last < text.size() && last - at < 2 && IsDigit(text[last])) ++last;
    if (fine && last > at && WordEnd(text, last)) return Match{i, last};
  }
  return std::nullopt;
}

Found FindMac(std::string_view text, std::size_t from) {
  for (std::size_t i = from; i + 17 <= text.size(); ++i) {
    char sign = text[i + 2];
    if (!IsHexDigit(text[i]) || (sign != ':' && sign != '-') || !WordStart(text, i)) continue;
    bool fine = WordEnd(text, i + 17);
    for (std::size_t k = 0; k < 17; ++k) {
      fine = fine && (k % 3 == 2 ? text[i + k] == sign : IsHexDigit(text[i + k]));
    }
    if (fine) return Match{i, i + 17};
  }
  return std::nullopt;
}

Found FindUuid(std::string_view text, std::size_t from) {
  for (std::size_t i = from; i + 36 <= text.size(); ++i) {
    if (!IsHexDigit(text[i]) || text[i + 8] != '-' || !WordStart(text, i)) continue;
    bool fine = WordEnd(text, i + 36);
    for (std::size_t k = 0; k < 36; ++k) {
      bool dash = k == 8 || k == 13 || k == 18 || k == 23;
      fine = fine && (dash ? text[i + k] == '-' : IsHexDigit(text[i + k]));
    }
    if (fine) return Match{i, i + 36};
  }
  return std::nullopt;
}

// ISO 13616, the check digits included: letters and digits alone are too common.
Found FindIban(std::string_view text, std::size_t from) {
  for (std::size_t i = from; i + 15 <= text.size(); ++i) {
    if (text[i] < 'A' || text[i] > 'Z' || text[i + 1] < 'A' || text[i + 1] > 'Z' ||
        !IsDigit(text[i + 2]) || !IsDigit(text[i + 3]) || !WordStart(text, i)) {
      continue;
    }
    std::string compact;
    std::size_t at = i;
    std::size_t end = i;
    while (at < text.size() && compact.size() < 35) {
      char c = text[at];
      bool group = (c == ' ' || c == '-') && compact.size() % 4 == 0;
      if (IsDigit(c) || (c >= 'A' && c <= 'Z')) {
        compact += c;
        end = ++at;
      } else if (group && at + 1 < text.size() && IsWord(text[at + 1])) {
        ++at;
      } else {
        break;
      }
    }
    if (compact.size() < 15 || compact.size() > 34 || !WordEnd(text, end)) continue;
    std::rotate(compact.begin(), compact.begin() + 4, compact.end());
    unsigned rest = 0;
    for (char c : compact) {
      rest = IsDigit(c) ? rest * 10 + static_cast<unsigned>(c - '0')
                        : rest * 100 + static_cast<unsigned>(c - 'A') + 10;
      rest %= 97;
    }
    if (rest == 1) return Match{i, end};
  }
  return std::nullopt;
}

Found FindBearer(std::string_view text, std::size_t from) {
  auto token = [](char c) {
    return IsDigit(c) || IsAlpha(c) ||
           std::string_view("+/=._~-").find(c) != std::string_view::npos;
  };
  for (std::size_t i = from; i + 8 <= text.size(); ++i) {
    if (Lower(text[i]) != 'b' || !StartsWithIgnoreCase(text.substr(i), "bearer") ||
        !WordStart(text, i)) {
      continue;
    }
    std::size_t begin = i + 6;
    while (begin < text.size() && IsSpace(text[begin])) ++begin;
    if (begin == i + 6) continue;
    std::size_t end = begin;
    while (end < text.size() && token(text[end])) ++end;
    if (end > begin) return Match{begin, end};
  }
  return std::nullopt;
}

// Parts of keys, by their first letter.
constexpr std::array<std::string_view, 16> kSecretWords = {
    "password",     "secret",      "passwd",       "api_key",   "api-key",     "apikey",
    "access_token", "auth",        "credentials",  "mysql_pwd", "stripetoken", "privatekey",
    "private_key",  "private-key", "github_token", "two-factor"};
constexpr std::array<std::string_view, 5> kSecretNames = {"token", "otp", "card[number]", "pwd",
                                                          "passphrase"};

// Which letters follow a first one in these words: what most places of a text are told by.
constexpr std::array<std::uint32_t, 26> kSecondLetters = [] {
  std::array<std::uint32_t, 26> letters{};
  for (std::string_view word : kSecretWords) {
    letters[static_cast<std::size_t>(word[0] - 'a')] |= 1u << (word[1] - 'a');
  }
  return letters;
}();

std::size_t SecretWordAt(std::string_view text, std::size_t at) {
  const char c = Lower(text[at]);
  if (c < 'a' || c > 'z' || at + 1 >= text.size()) return 0;
  const char next = Lower(text[at + 1]);
  if (next < 'a' || next > 'z' ||
      (kSecondLetters[static_cast<std::size_t>(c - 'a')] >> (next - 'a') & 1) == 0) {
    return 0;
  }
  for (std::string_view word : kSecretWords) {
    if (word[0] == c && StartsWithIgnoreCase(text.substr(at), word)) return word.size();
  }
  return 0;
}

Found FindSecretPair(std::string_view text, std::size_t from) {
  for (std::size_t i = from; i < text.size(); ++i) {
    std::size_t length = SecretWordAt(text, i);
    if (length == 0) continue;
    std::size_t at = i + length;
    while (at < text.size() && (IsWord(text[at]) || text[at] == '-')) ++at;
    // "password": "…"
    std::size_t word_end = at;
    if (at < text.size() && (text[at] == '"' || text[at] == '\'')) ++at;
    while (at < text.size() && text[at] == ' ') ++at;
    if (at >= text.size() || (text[at] != ':' && text[at] != '=') || text.substr(at, 3) == "://") {
      i = word_end - 1;  // another secret word in this run of letters would end here, too
      continue;
    }
    ++at;
    while (at < text.size() && text[at] == ' ') ++at;
    char quote = at < text.size() && (text[at] == '"' || text[at] == '\'') ? text[at] : '\0';
    if (quote != '\0') ++at;
    std::size_t begin = at;
    if (quote != '\0') {
      while (at < text.size() && text[at] != quote) ++at;
    } else {
      // "Authorization: Basic Zm9v": the scheme is not the secret, what follows is.
      for (std::string_view scheme : {"basic ", "bearer ", "digest ", "token "}) {
        if (!StartsWithIgnoreCase(text.substr(at), scheme)) continue;
        at += scheme.size();
        break;
      }
      while (at < text.size() && !IsSpace(text[at]) && text[at] != '&' && text[at] != ';' &&
             text[at] != ',' && text[at] != ')' && text[at] != '}') {
        ++at;
      }
    }
    if (at > begin && begin >= from) return Match{begin, at};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Match> Find(BuiltIn kind, std::string_view text, std::size_t from) {
  switch (kind) {
    case BuiltIn::kIp:
      return FindIp(text, from);
    case BuiltIn::kEmail:
      return FindEmail(text, from);
    case BuiltIn::kCreditCard:
      return FindCreditCard(text, from);
    case BuiltIn::kPemKey:
      return FindPemKey(text, from);
    case BuiltIn::kUrlAuth:
      return FindUrlAuth(text, from);
    case BuiltIn::kUsSsn:
      return FindUsSsn(text, from);
    case BuiltIn::kUserPath:
      return FindUserPath(text, from);
    case BuiltIn::kImei:
      return FindImei(text, from);
    case BuiltIn::kMac:
      return FindMac(text, from);
    case BuiltIn::kUuid:
      return FindUuid(text, from);
    case BuiltIn::kIban:
      return FindIban(text, from);
    case BuiltIn::kBearer:
      return FindBearer(text, from);
    case BuiltIn::kSecretPair:
      return FindSecretPair(text, from);
  }
  return std::nullopt;
}

Hints Scan(std::string_view text) {
  Hints hints;
  std::size_t digits = 0;
  for (char c : text) {
    digits += IsDigit(c);
    hints.at = hints.at || c == '@';
    hints.separator = hints.separator || c == '/' || c == '\\';
    hints.dashes = hints.dashes || c == '-';
    hints.sign = hints.sign || c == ':' || c == '=';
    hints.colon = hints.colon || c == ':';
    hints.dot = hints.dot || c == '.';
    hints.space = hints.space || IsSpace(c);
  }
  hints.digits = digits >= 9;
  return hints;
}

bool Hints::May(BuiltIn kind) const {
  switch (kind) {
    case BuiltIn::kIp:
      return dot || colon;
    case BuiltIn::kEmail:
      return at;
    case BuiltIn::kCreditCard:
    case BuiltIn::kImei:
      return digits;
    case BuiltIn::kUsSsn:
      return digits && dashes;
    case BuiltIn::kPemKey:
      return dashes;
    case BuiltIn::kUrlAuth:
      return at && separator && colon;
    case BuiltIn::kUserPath:
      return separator;
    case BuiltIn::kMac:
      return colon || dashes;
    case BuiltIn::kUuid:
      return dashes;
    case BuiltIn::kIban:
      return true;
    case BuiltIn::kBearer:
      return space;
    case BuiltIn::kSecretPair:
      return sign;
  }
  return true;
}

bool IsSecretKey(std::string_view key) {
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (SecretWordAt(key, i) != 0) return true;
  }
  for (std::string_view name : kSecretNames) {
    if (EqualsIgnoreCase(key, name)) return true;
  }
  return false;
}

bool IsSessionName(std::string_view name) {
  constexpr std::array<std::string_view, 24> kNames = {
      "sessionid",         "session_id",   "session",        "sid",
      "csrftoken",         "csrf_token",   "csrf-token",     "_csrf",
      "xsrf-token",        "x-csrf-token", "x-xsrf-token",   "x-csrftoken",
      "phpsessid",         "jsessionid",   "connect.sid",    "laravel_session",
      "asp.net_sessionid", "rack.session", "remember_token", "_rails_session",
      "symfony",           "ci_session",   "cfid",           "cftoken"};
  for (std::string_view known : kNames) {
    if (EqualsIgnoreCase(name, known)) return true;
  }
  return StartsWithIgnoreCase(name, "aspsessionid") || StartsWithIgnoreCase(name, "__host-") ||
         StartsWithIgnoreCase(name, "__secure-");
}

}  // namespace gatehouse::events::scrub
