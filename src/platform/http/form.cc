#include "platform/http/form.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"

namespace gatehouse::http {
namespace {

constexpr std::size_t kMaxFormFields = 100;
constexpr char kHexDigits[] = "0123456789ABCDEF";

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool IsUnreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

// RFC 6265 §4.1.1 cookie-octet, without '%', so that the escaping below is unambiguous.
bool IsCookieOctet(char c) {
  auto b = static_cast<std::uint8_t>(c);
  return b > 0x20 && b < 0x7F && c != '"' && c != ',' && c != ';' && c != '\\' && c != '%';
}

void AppendEscaped(std::string& out, char c) {
  auto b = static_cast<std::uint8_t>(c);
  out += '%';
  out += kHexDigits[b >> 4];
  out += kHexDigits[b & 15];
}

std::string_view TrimOws(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

Result<Form> Form::Parse(std::string_view urlencoded) {
  Form form;
  while (!urlencoded.empty()) {
    auto [piece, rest] = SplitOnce(urlencoded, '&');
    urlencoded = rest;
    if (piece.empty()) continue;
    if (form.fields_.size() == kMaxFormFields) {
      return Fail(Code::kInvalidArgument, "bad_request", "more than 100 form fields");
    }
    auto [raw_name, raw_value] = SplitOnce(piece, '=');
    std::optional<std::string> name = PercentDecode(raw_name, true);
    std::optional<std::string> value = PercentDecode(raw_value, true);
    if (!name || !value) {
      return Fail(Code::kInvalidArgument, "bad_request", "form field is not encoded UTF-8");
    }
    form.fields_.emplace_back(std::move(*name), std::move(*value));
  }
  return form;
}

bool Form::Has(std::string_view name) const {
  return std::ranges::any_of(fields_, [name](const auto& field) { return field.first == name; });
}

std::string_view Form::Get(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (key == name) return value;
  }
  return {};
}

Result<std::optional<std::string_view>> Form::One(std::string_view name) const {
  std::optional<std::string_view> found;
  for (const auto& [key, value] : fields_) {
    if (key != name) continue;
    if (found) {
      return Fail(Code::kInvalidArgument, "bad_request", "repeated field " + std::string(name));
    }
    found = value;
  }
  return found;
}

bool Form::HasDuplicates() const {
  // At most 100 fields: comparing all pairs is cheaper than building a set.
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    for (std::size_t k = i + 1; k < fields_.size(); ++k) {
      if (fields_[i].first == fields_[k].first) return true;
    }
  }
  return false;
}

std::string_view CookieValue(std::string_view cookie_header, std::string_view name) {
  std::optional<std::string_view> found;
  while (!cookie_header.empty()) {
    auto [pair, rest] = SplitOnce(cookie_header, ';');
    cookie_header = rest;
    std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    if (TrimOws(pair.substr(0, equals)) != name) continue;
    if (found) return {};
    found = TrimOws(pair.substr(equals + 1));
  }
  return found.value_or(std::string_view());
}

std::string SetCookie::ToString() const {
  std::string out;
  out.reserve(name.size() + value.size() + 80);
  // Bytes that could end the pair or the header are escaped, whatever the caller passed.
  for (char c : name) {
    if (IsCookieOctet(c) && c != '=') {
      out += c;
    } else {
      AppendEscaped(out, c);
    }
  }
  out += '=';
  for (char c : value) {
    if (IsCookieOctet(c)) {
      out += c;
    } else {
      AppendEscaped(out, c);
    }
  }
  out += "; Path=";
  for (char c : path) {
    if (IsCookieOctet(c) || c == '%') {
      out += c;
    } else {
      AppendEscaped(out, c);
    }
  }
  if (max_age_seconds) out += "; Max-Age=" + std::to_string(*max_age_seconds);
  if (http_only) out += "; HttpOnly";
  if (secure) out += "; Secure";
  if (!same_site.empty()) out += "; SameSite=" + same_site;
  return out;
}

std::string PercentEncode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (IsUnreserved(c)) {
      out += c;
    } else {
      AppendEscaped(out, c);
    }
  }
  return out;
}

std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      int high = HexValue(text[i + 1]);
      int low = HexValue(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (c == '\0') return std::nullopt;
    out += c;
  }
  if (!IsValidUtf8(out)) return std::nullopt;
  return out;
}

}  // namespace gatehouse::http
