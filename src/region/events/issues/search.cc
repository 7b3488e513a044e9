#include "region/events/issues/search.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "base/text.h"
#include "region/events/issues/errors.h"
#include "region/events/save/prepare.h"

namespace gatehouse::issues {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kMaxTerms = 50;
constexpr std::size_t kMaxValues = 100;

std::unexpected<Error> Invalid(std::string_view token) {
  return Fail(Code::kInvalidArgument, kIssueQueryInvalid, std::string(token));
}

struct Token {
  bool negated = false;
  std::string key;  // "" for free text
  std::vector<std::string> values;
};

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Reads one token after another. Quotes hold blanks together, also behind a key.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  Result<std::optional<Token>> Next() {
    while (at_ < text_.size() && IsBlank(text_[at_])) ++at_;
    if (at_ == text_.size()) return std::nullopt;
    Token token;
    const std::size_t begin = at_;
    if (text_[at_] == '!' && at_ + 1 < text_.size() && !IsBlank(text_[at_ + 1])) {
      token.negated = true;
      ++at_;
    }
    if (const std::size_t colon = KeyEnd(); colon != std::string_view::npos) {
      token.key = Unquoted(text_.substr(at_, colon - at_));
      at_ = colon + 1;
      GH_TRY(token.values, Values());
      return token;
    }
    // '!' in front of free text is a part of it.
    token.negated = false;
    at_ = begin;
    GH_TRY(std::string word, Word(false));
    token.values.push_back(std::move(word));
    return token;
  }

 private:
  // Where the colon of a key is; npos: what begins here has none.
  std::size_t KeyEnd() const {
    std::size_t at = at_;
    if (at < text_.size() && text_[at] == '"') {
      at = text_.find('"', at + 1);
      if (at == std::string_view::npos || at == at_ + 1) return std::string_view::npos;
      ++at;
      return at < text_.size() && text_[at] == ':' ? at : std::string_view::npos;
    }
    while (at < text_.size() && !IsBlank(text_[at]) && text_[at] != '"' && text_[at] != ':') ++at;
    return at < text_.size() && text_[at] == ':' && at > at_ ? at : std::string_view::npos;
  }
  static std::string Unquoted(std::string_view text) {
    std::string out(text);
    std::erase(out, '"');
    return out;
  }
  Result<std::string> Word(bool in_list) {
    std::string out;
    bool quoted = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (!quoted && (IsBlank(c) || (in_list && (c == ',' || c == ']')))) break;
      if (c == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        out += '"';
        ++at_;
      } else if (c == '"') {
        quoted = !quoted;
      } else {
        out += c;
      }
    }
    if (quoted) return Invalid("an open quote");
    return out;
  }
  Result<std::vector<std::string>> Values() {
    std::vector<std::string> values;
    if (at_ == text_.size() || text_[at_] != '[') {
      GH_TRY(std::string word, Word(false));
      values.push_back(std::move(word));
      return values;
    }
    ++at_;
    while (true) {
      while (at_ < text_.size() && (IsBlank(text_[at_]) || text_[at_] == ',')) ++at_;
      if (at_ == text_.size()) return Invalid("an open bracket");
      if (text_[at_] == ']') break;
      GH_TRY(std::string word, Word(true));
      values.push_back(std::move(word));
      if (values.size() > kMaxValues) return Invalid("too many values");
    }
    ++at_;
    if (values.empty()) return Invalid("[]");
    return values;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<std::int64_t> Number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "2026-11-21", "2026-11-21T09:30:00", with "Z" or "+00:00" behind it.
std::optional<Timestamp> Moment(std::string_view text) {
  if (text.ends_with("+00:00")) text.remove_suffix(6);
  if (text.ends_with('Z')) text.remove_suffix(1);
  if (const std::size_t dot = text.find('.'); dot != std::string_view::npos) {
    text = text.substr(0, dot);
  }
  if (text.size() != 10 && text.size() != 19) return std::nullopt;
  constexpr std::string_view kShape = "0000-00-00T00:00:00";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == '0' ? !digit : text[i] != kShape[i]) return std::nullopt;
  }
  const auto part = [text](std::size_t at, std::size_t length) {
    return at < text.size() ? static_cast<int>(*Number(text.substr(at, length))) : 0;
  };
  using namespace std::chrono;
  const year_month_day day{year(part(0, 4)), month(static_cast<unsigned>(part(5, 2))),
                           std::chrono::day(static_cast<unsigned>(part(8, 2)))};
  const int hour = part(11, 2), minute = part(14, 2), second = part(17, 2);
  if (!day.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const auto since = sys_days(day).time_since_epoch() + hours(hour) + minutes(minute) +
                     std::chrono::seconds(second);
  return Timestamp{duration_cast<microseconds>(since).count()};
}

Op TakeOp(std::string_view& text) {
  const bool greater = text.starts_with('>');
  const bool less = text.starts_with('<');
  if (!greater && !less) return Op::kIs;
  text.remove_prefix(1);
  if (!text.starts_with('=')) return greater ? Op::kGreater : Op::kLess;
  text.remove_prefix(1);
  return greater ? Op::kGreaterEqual : Op::kLessEqual;
}

Result<void> AddCount(Terms& terms, Term term, const Token& token) {
  std::string_view text = token.values.front();
  term.op = TakeOp(text);
  const auto number = Number(text);
  if (!number || token.values.size() != 1) return Invalid(token.key + ":" + token.values.front());
  term.number = *number;
  terms.terms.push_back(std::move(term));
  return {};
}

// ">2026-11-21", "-24h" (within), "+3d" (longer ago), "2026-11-21" (that day).
Result<void> AddTime(Terms& terms, Term term, const Token& token, Timestamp now) {
  const auto invalid = [&] { return Invalid(token.key + ":" + token.values.front()); };
  std::string_view text = token.values.front();
  if (token.values.size() != 1) return invalid();
  if (text.starts_with('-') || text.starts_with('+')) {
    const auto period = ParsePeriod(text.substr(1));
    if (!period) return invalid();
    term.op = text.starts_with('-') ? Op::kGreaterEqual : Op::kLessEqual;
    term.number = (now - *period).micros;
    terms.terms.push_back(std::move(term));
    return {};
  }
  term.op = TakeOp(text);
  const auto moment = Moment(text);
  if (!moment) return invalid();
  if (term.op == Op::kIs) {
    if (term.negated) return invalid();
    Term end = term;
    end.op = Op::kLess;
    end.number = (*moment + (text.size() == 10 ? Duration(std::chrono::days(1))
                                               : Duration(std::chrono::seconds(1))))
                     .micros;
    terms.terms.push_back(std::move(end));
    term.op = Op::kGreaterEqual;
  }
  term.number = moment->micros;
  terms.terms.push_back(std::move(term));
  return {};
}

Result<void> AddIs(Terms& terms, const Token& token) {
  Term status{.field = Field::kStatus, .negated = token.negated};
  Term substatus{.field = Field::kSubstatus, .negated = token.negated};
  for (const std::string& raw : token.values) {
    const std::string value = AsciiLower(raw);
    const auto one = [&](Field field, std::string text) {
      terms.terms.push_back(
          {.field = field, .negated = token.negated, .values = {std::move(text)}});
    };
    if (value == "unresolved" || value == "resolved" || value == "ignored") {
      status.values.push_back(value);
    } else if (value == "archived" || value == "muted") {
      status.values.emplace_back("ignored");
    } else if (value == "new" || value == "ongoing" || value == "regressed" ||
               value == "escalating") {
      substatus.values.push_back(value);
    } else if (value == "until_escalating" || value == "archived_until_escalating") {
      substatus.values.emplace_back("archived_until_escalating");
    } else if (value == "until_condition_met" || value == "archived_until_condition_met") {
      substatus.values.emplace_back("archived_until_condition_met");
    } else if (value == "forever" || value == "archived_forever") {
      substatus.values.emplace_back("archived_forever");
    } else if (value == "for_review") {
      one(Field::kStatus, "unresolved");
      terms.terms.push_back({.field = Field::kSubstatus,
                             .negated = token.negated,
                             .values = {"new", "regressed", "escalating"}});
    } else if (value == "assigned") {
      one(Field::kAssigned, "any");
    } else if (value == "unassigned") {
      one(Field::kAssigned, "none");
    } else if (value == "linked" || value == "unlinked") {
      terms.terms.push_back(
          {.field = Field::kLinked, .negated = token.negated != (value == "unlinked")});
    } else {
      return Invalid("is:" + raw);
    }
  }
  if (!status.values.empty()) terms.terms.push_back(std::move(status));
  if (!substatus.values.empty()) terms.terms.push_back(std::move(substatus));
  return {};
}

struct Known {
  std::string_view key;
  Field field;
};
constexpr std::array kKnown = {
    Known{"assigned", Field::kAssigned},
    Known{"assignee", Field::kAssigned},
    Known{"assigned_to", Field::kAssigned},
    Known{"assigned_or_suggested", Field::kAssigned},
    Known{"bookmarks", Field::kBookmarked},
    Known{"level", Field::kLevel},
    Known{"logger", Field::kLogger},
    Known{"platform", Field::kPlatform},
    Known{"platform.name", Field::kPlatform},
    Known{"type", Field::kType},
    Known{"issue.type", Field::kType},  // values: AddKind
    Known{"issue.category", Field::kType},
    Known{"issue.priority", Field::kPriority},
    Known{"priority", Field::kPriority},
    Known{"release", Field::kRelease},
    Known{"firstRelease", Field::kFirstRelease},
    Known{"first-release", Field::kFirstRelease},
    Known{"first_release", Field::kFirstRelease},
    Known{"environment", Field::kEnvironment},
    Known{"issue", Field::kShortId},
    Known{"title", Field::kTitle},
};

const Known* Find(std::string_view key) {
  const auto* found = std::ranges::find(kKnown, key, &Known::key);
  return found == kKnown.end() ? nullptr : found;
}

std::string TagKey(std::string_view key) {
  if (key.starts_with("tags[") && key.ends_with(']'))
    return std::string(key.substr(5, key.size() - 6));
  if (key == "dist") return "sentry:dist";
  return std::string(key);
}

Result<void> AddKnown(Terms& terms, Field field, Token& token) {
  for (std::string& value : token.values) {
    if (field == Field::kLevel && events::LevelName(events::LevelNumber(value)) != value) {
      return Invalid("level:" + value);
    }
    if (field == Field::kPriority && value != "high" && value != "medium" && value != "low") {
      return Invalid(token.key + ":" + value);
    }
    if (field == Field::kShortId && !ParseShortId(value)) return Invalid("issue:" + value);

    if (field == Field::kAssigned && value.empty()) value = "none";
  }
  terms.terms.push_back(
      {.field = field, .negated = token.negated, .values = std::move(token.values)});
  return {};
}

Result<void> AddHas(Terms& terms, const Token& token) {
  for (const std::string& key : token.values) {
    if (key.empty()) return Invalid("has:");
    const Known* known = Find(key);
    Term term{.field = Field::kTag, .op = Op::kHas, .negated = token.negated, .key = TagKey(key)};
    if (known != nullptr) term.field = known->field;
    terms.terms.push_back(std::move(term));
  }
  return {};
}

// An issue is an error, whatever its events are, or the failure of a monitor.
Result<void> AddKind(Terms& terms, const Token& token) {
  const std::string_view failure = token.key == "issue.type" ? kMonitorFailure : "cron";
  bool errors = false;
  bool failures = false;
  for (const std::string& value : token.values) {
    errors = errors || value == "error";
    failures = failures || value == failure;
  }
  if (errors && failures && !token.negated) return {};
  Term term{.field = Field::kType, .negated = token.negated, .values = {}};
  if (errors == failures) {
    // Both, which is every issue, or none of them; no issue has the empty type.
    term.negated = false;
    if (!errors && token.negated) return {};
    term.values.emplace_back();
  } else {
    term.negated = token.negated != errors;
    term.values.emplace_back(kMonitorFailure);
  }
  terms.terms.push_back(std::move(term));
  return {};
}

// "user.email:ann@x" is the tag "user" with the value "email:ann@x".
std::optional<std::string_view> UserPart(std::string_view key) {
  if (!key.starts_with("user.")) return std::nullopt;
  const std::string_view part = key.substr(5);
  if (part == "id" || part == "email" || part == "username" || part == "ip") return part;
  return std::nullopt;
}

Result<void> Add(Terms& terms, Token& token, Timestamp now) {
  const std::string& key = token.key;
  if (key.empty()) {
    if (!token.values.front().empty()) terms.texts.push_back(std::move(token.values.front()));
    return {};
  }
  if (key == "is") return AddIs(terms, token);
  if (key == "has") return AddHas(terms, token);
  if (key == "message") {
    if (token.negated) return Invalid("!message:");
    for (std::string& value : token.values) terms.texts.push_back(std::move(value));
    return {};
  }
  if (key == "timesSeen" || key == "times_seen") {
    return AddCount(terms, {.field = Field::kTimesSeen, .negated = token.negated}, token);
  }
  if (key == "userCount" || key == "user_count") {
    return AddCount(terms, {.field = Field::kUsersSeen, .negated = token.negated}, token);
  }
  if (key == "age" || key == "firstSeen" || key == "first_seen") {
    return AddTime(terms, {.field = Field::kFirstSeen, .negated = token.negated}, token, now);
  }
  if (key == "lastSeen" || key == "last_seen" || key == "event.timestamp" || key == "timestamp") {
    return AddTime(terms, {.field = Field::kLastSeen, .negated = token.negated}, token, now);
  }
  if (key == "issue.type" || key == "issue.category") return AddKind(terms, token);
  if (const Known* known = Find(key)) return AddKnown(terms, known->field, token);
  // "TypeError: boom" is how people quote what they see.
  if (!token.negated && token.values.size() == 1 && token.values.front().empty()) {
    terms.texts.push_back(key + ":");
    return {};
  }
  Term tag{.field = Field::kTag, .negated = token.negated, .key = TagKey(key)};
  tag.values = std::move(token.values);
  if (const auto part = UserPart(key)) {
    tag.key = "sentry:user";
    for (std::string& value : tag.values) value = std::string(*part) + ":" + value;
  } else if (key == "user") {
    tag.key = "sentry:user";
  }
  for (const std::string& value : tag.values) {
    if (value.empty()) return Invalid(key + ":");
  }
  terms.terms.push_back(std::move(tag));
  return {};
}

}  // namespace

Result<Terms> ParseQuery(std::string_view query, Timestamp now) {
  Terms terms;
  Scanner scanner(query);
  while (true) {
    GH_TRY(std::optional<Token> token, scanner.Next());
    if (!token) return terms;
    GH_TRY_VOID(Add(terms, *token, now));
    if (terms.terms.size() + terms.texts.size() > kMaxTerms) return Invalid("too many conditions");
  }
}

void ReplaceMe(Terms& terms, UserId me) {
  for (Term& term : terms.terms) {
    if (term.field != Field::kAssigned && term.field != Field::kBookmarked) continue;
    const std::string user = (term.field == Field::kAssigned ? "user:" : "") + me.ToString();
    for (std::string& value : term.values) {
      if (value == "me") value = user;
    }
  }
}

std::optional<Duration> ParsePeriod(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const auto number = Number(text.substr(0, text.size() - 1));
  if (!number || *number < 0 || *number > 1'000'000) return std::nullopt;
  switch (text.back()) {
    case 's':
      return std::chrono::seconds(*number);
    case 'm':
      return std::chrono::minutes(*number);
    case 'h':
      return std::chrono::hours(*number);
    case 'd':
      return std::chrono::days(*number);
    case 'w':
      return std::chrono::days(7 * *number);
    default:
      return std::nullopt;
  }
}

bool HasWildcard(std::string_view text) { return text.find('*') != std::string_view::npos; }

std::string LikePattern(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '*') {
      out += '%';
      continue;
    }
    if (c == '%' || c == '_' || c == '!') out += '!';
    out += c;
  }
  return out;
}

std::optional<std::string> ParseEventId(std::string_view text) {
  std::string id;
  for (const char c : text) {
    if (c == '-' || c == ' ') continue;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (!hex || id.size() == 32) return std::nullopt;
    id += c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c;
  }
  if (id.size() != 32) return std::nullopt;
  return id;
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
