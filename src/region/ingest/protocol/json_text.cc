#include "region/ingest/protocol/json_text.h"

#include <cstdint>

#include "base/text.h"

namespace gatehouse::ingest {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Length of the valid UTF-8 sequence at `at`, or 0.
std::size_t SequenceAt(std::string_view text, std::size_t at) {
  auto lead = static_cast<std::uint8_t>(text[at]);
  std::size_t size = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (at + size > text.size()) return 0;
  return IsValidUtf8(text.substr(at, size)) ? size : 0;
}

// The value of "\uXXXX" at `at`, or -1.
int EscapeAt(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return -1;
  int value = 0;
  for (std::size_t i = at + 2; i < at + 6; ++i) {
    char c = text[i];
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

}  // namespace

std::string RepairUnicode(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  std::size_t at = 0;
  while (at < text.size()) {
    char c = text[at];
    if (c == '\\') {
      int value = EscapeAt(text, at);
      if (value >= 0xD800 && value <= 0xDBFF) {
        int low = EscapeAt(text, at + 6);
        if (low >= 0xDC00 && low <= 0xDFFF) {
          out += text.substr(at, 12);
          at += 12;
        } else {
          out += "\\ufffd";
          at += 6;
        }
      } else if (value >= 0xDC00 && value <= 0xDFFF) {
        out += "\\ufffd";
        at += 6;
      } else {
        // Both bytes at once, so that an escaped backslash does not begin an escape.
        out += text.substr(at, 2);
        at += 2;
      }
      continue;
    }
    if (static_cast<std::uint8_t>(c) < 0x80) {
      out += c;
      ++at;
    } else if (std::size_t size = SequenceAt(text, at); size != 0) {
      out += text.substr(at, size);
      at += size;
    } else {
      out += kReplacement;
      ++at;
    }
  }
  return out;
}

std::string ValidUtf8(std::string_view text) {
  if (IsValidUtf8(text)) return std::string(text);
  std::string out;
  out.reserve(text.size() + 16);
  for (std::size_t at = 0; at < text.size();) {
    std::size_t size = SequenceAt(text, at);
    out += size != 0 ? text.substr(at, size) : kReplacement;
    at += size != 0 ? size : 1;
  }
  return out;
}

Result<json::Value> ParsePayload(std::string_view text, std::size_t max_bytes) {
  json::Limits limits{.max_bytes = max_bytes, .max_depth = kMaxJsonDepth};
  auto value = json::Parse(text, limits);
  if (value || !value.error().Is("json_invalid")) return value;
  std::string repaired = RepairUnicode(text);
  if (repaired == text) return value;
  limits.max_bytes = repaired.size();  // a replacement is longer than what it replaces
  return json::Parse(repaired, limits);
}

Result<json::Object> ParsePayloadObject(std::string_view text, std::size_t max_bytes) {
  GH_TRY(json::Value value, ParsePayload(text, max_bytes));
  if (!value.is_object()) return Fail(Code::kInvalidArgument, "json_invalid", "not an object");
  return std::move(value.get_object());
}

std::string ReplaceNonFinite(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool in_string = false;
  for (std::size_t at = 0; at < text.size();) {
    char c = text[at];
    if (in_string) {
      if (c == '\\' && at + 1 < text.size()) {
        out += text.substr(at, 2);
        at += 2;
        continue;
      }
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else {
      bool replaced = false;
      for (std::string_view token : {"NaN", "-Infinity", "Infinity"}) {
        if (!text.substr(at).starts_with(token)) continue;
        out += "null";
        at += token.size();
        replaced = true;
        break;
      }
      if (replaced) continue;
    }
    out += c;
    ++at;
  }
  return out;
}

MemberScan::MemberScan(std::string_view text) : text_(text) {
  SkipSpace();
  if (at_ < text_.size() && text_[at_] == '{') {
    ++at_;
  } else {
    done_ = true;
  }
}

void MemberScan::SkipSpace() {
  while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
}

std::optional<std::string_view> MemberScan::String() {
  if (at_ >= text_.size() || text_[at_] != '"') return std::nullopt;
  std::size_t begin = at_++;
  while (true) {
    at_ = text_.find_first_of("\"\\", at_);
    if (at_ == std::string_view::npos) {
      at_ = text_.size();
      return std::nullopt;
    }
    if (text_[at_] == '"') return text_.substr(begin, ++at_ - begin);
    at_ += 2;
    if (at_ > text_.size()) {
      at_ = text_.size();
      return std::nullopt;
    }
  }
}

std::optional<std::string_view> MemberScan::Value() {
  std::size_t begin = at_;
  std::size_t depth = 0;
  while (at_ < text_.size()) {
    switch (text_[at_]) {
      case '"':
        if (!String()) return std::nullopt;
        break;
      case '{':
      case '[':
        ++depth;
        ++at_;
        break;
      case '}':
      case ']':
        if (depth == 0)
          return begin == at_ ? std::nullopt : std::optional(text_.substr(begin, at_ - begin));
        --depth;
        ++at_;
        break;
      case ',':
        if (depth == 0)
          return begin == at_ ? std::nullopt : std::optional(text_.substr(begin, at_ - begin));
        ++at_;
        break;
      default:
        ++at_;
    }
  }
  return std::nullopt;
}

std::optional<MemberScan::Member> MemberScan::Next() {
  if (done_) return std::nullopt;
  done_ = true;
  SkipSpace();
  if (at_ >= text_.size()) return std::nullopt;
  if (text_[at_] == '}') {
    ++at_;
    SkipSpace();
    ok_ = at_ == text_.size();
    return std::nullopt;
  }
  if (!first_) {
    if (text_[at_] != ',') return std::nullopt;
    ++at_;
    SkipSpace();
  }
  first_ = false;
  auto key = String();
  if (!key) return std::nullopt;
  SkipSpace();
  if (at_ >= text_.size() || text_[at_] != ':') return std::nullopt;
  ++at_;
  SkipSpace();
  auto value = Value();
  if (!value) return std::nullopt;
  done_ = false;
  return Member{key->substr(1, key->size() - 2), Trim(*value)};
}

std::optional<std::string_view> PlainString(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::nullopt;
  value = value.substr(1, value.size() - 2);
  if (value.find('\\') != std::string_view::npos) return std::nullopt;
  return value;
}

}  // namespace gatehouse::ingest
