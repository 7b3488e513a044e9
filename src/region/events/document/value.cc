#include "region/events/document/value.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "base/ascii.h"
#include "base/text.h"

namespace gatehouse::events {
namespace {

constexpr double kMaxSafe = 9007199254740992.0;  // 2^53

int HexValue(char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; }

// The digits at `at` as a number, or -1.
int Digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

double RoundMicros(double seconds) { return std::round(seconds * 1e6) / 1e6; }

constexpr double kMinTime = -62135596800.0;  // 0001-01-01
constexpr double kMaxTime = 253402300800.0;  // 10000-01-01

}  // namespace

void SetText(json::Value& value, std::string_view text) {
  value.emplace_string().assign(text.data(), text.size());
}

json::Value* Member(json::Object& object, std::string_view key) {
  json::Value* value = object.if_contains(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

const json::Value* Member(const json::Object& object, std::string_view key) {
  const json::Value* value = object.if_contains(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

json::Object* ObjectMember(json::Object& object, std::string_view key) {
  json::Value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

json::Array* ArrayMember(json::Object& object, std::string_view key) {
  json::Value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_array();
}

std::string_view TextMember(const json::Object& object, std::string_view key) {
  const json::Value* value = object.if_contains(key);
  return value == nullptr || !value->is_string() ? std::string_view() : Text(*value);
}

json::Value& Slot(json::Object& object, std::string_view key) {
  json::Value* value = object.if_contains(key);
  return value == nullptr ? object.emplace(key, nullptr).first->value() : *value;
}

json::Object& MakeObject(json::Object& object, std::string_view key) {
  json::Value& value = Slot(object, key);
  return value.is_object() ? value.get_object() : value.emplace_object();
}

bool IsEmptyContainer(const json::Value& value) {
  if (const json::Object* object = value.if_object()) return object->empty();
  if (const json::Array* array = value.if_array()) return array->empty();
  return false;
}

bool IsDeeplyEmpty(const json::Value& value) {
  if (value.is_null()) return true;
  if (const json::Object* object = value.if_object()) {
    for (const auto& member : *object) {
      if (!IsDeeplyEmpty(member.value())) return false;
    }
    return true;
  }
  if (const json::Array* array = value.if_array()) {
    for (const json::Value& item : *array) {
      if (!IsDeeplyEmpty(item)) return false;
    }
    return true;
  }
  return false;
}

std::optional<double> Number(const json::Value& value) {
  if (value.is_double()) return value.get_double();
  if (value.is_int64()) return static_cast<double>(value.get_int64());
  if (value.is_uint64()) return static_cast<double>(value.get_uint64());
  return std::nullopt;
}

std::optional<std::uint64_t> Unsigned(const json::Value& value) {
  if (value.is_uint64()) return value.get_uint64();
  if (value.is_int64()) {
    if (value.get_int64() < 0) return std::nullopt;
    return static_cast<std::uint64_t>(value.get_int64());
  }
  if (value.is_double()) {
    double number = value.get_double();
    if (number >= 0 && number < 18446744073709551615.0 && std::trunc(number) == number) {
      return static_cast<std::uint64_t>(number);
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> Integer(const json::Value& value) {
  if (value.is_int64()) return value.get_int64();
  if (value.is_double()) {
    double number = value.get_double();
    if (number >= -9223372036854775808.0 && number < 9223372036854775807.0 &&
        std::trunc(number) == number) {
      return static_cast<std::int64_t>(number);
    }
  }
  return std::nullopt;
}

std::size_t CountChars(std::string_view utf8) {
  std::size_t count = 0;
  for (char c : utf8) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

std::size_t BytesOfChars(std::string_view utf8, std::size_t chars) {
  std::size_t i = 0;
  for (; i < utf8.size(); ++i) {
    if ((static_cast<unsigned char>(utf8[i]) & 0xC0) == 0x80) continue;
    if (chars == 0) break;
    --chars;
  }
  return i;
}

std::size_t SizeEstimate(const json::Value& value, std::size_t enough) {
  switch (value.kind()) {
    case boost::json::kind::null:
    case boost::json::kind::bool_:
      return 4;
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
    case boost::json::kind::double_: {
      char buffer[32];
      if (value.is_double()) return 8;
      auto [end, ec] = value.is_int64()
                           ? std::to_chars(buffer, buffer + sizeof buffer, value.get_int64())
                           : std::to_chars(buffer, buffer + sizeof buffer, value.get_uint64());
      return static_cast<std::size_t>(end - buffer);
    }
    case boost::json::kind::string:
      return value.get_string().size() + 2;
    case boost::json::kind::array: {
      std::size_t size = 2;
      for (const json::Value& item : value.get_array()) {
        size += SizeEstimate(item, enough) + 1;
        if (size > enough) break;
      }
      return size;
    }
    case boost::json::kind::object: {
      std::size_t size = 2;
      for (const auto& member : value.get_object()) {
        size += member.key().size() + 4 + SizeEstimate(member.value(), enough);
        if (size > enough) break;
      }
      return size;
    }
  }
  return 0;
}

bool IsShallow(const json::Value& value, int depth) {
  if (const json::Object* object = value.if_object()) {
    if (depth == 0) return false;
    for (const auto& member : *object) {
      if (!IsShallow(member.value(), depth - 1)) return false;
    }
  } else if (const json::Array* array = value.if_array()) {
    if (depth == 0) return false;
    for (const json::Value& item : *array) {
      if (!IsShallow(item, depth - 1)) return false;
    }
  }
  return true;
}

std::optional<std::string> LenientText(const json::Value& value) {
  if (value.is_string()) return std::string(Text(value));
  if (value.is_bool()) return value.get_bool() ? "True" : "False";
  if (value.is_int64()) return std::to_string(value.get_int64());
  if (value.is_uint64()) return std::to_string(value.get_uint64());
  if (value.is_double() && std::fabs(value.get_double()) < kMaxSafe) {
    return std::to_string(static_cast<std::int64_t>(value.get_double()));
  }
  return std::nullopt;
}

std::optional<double> ParseTimeText(std::string_view text) {
  text = Trim(text);
  int year = Digits(text, 0, 4);
  int month = Digits(text, 5, 2);
  int day = Digits(text, 8, 2);
  int hour = Digits(text, 11, 2);
  int minute = Digits(text, 14, 2);
  int second = Digits(text, 17, 2);
  if (year < 1 || month < 1 || day < 1 || hour < 0 || minute < 0 || second < 0 || hour > 23 ||
      minute > 59 || second > 60 || text[4] != '-' || text[7] != '-' ||
      (text[10] != 'T' && text[10] != 't' && text[10] != ' ') || text[13] != ':' ||
      text[16] != ':') {
    return std::nullopt;
  }
  std::chrono::year_month_day date{std::chrono::year(year),
                                   std::chrono::month(static_cast<unsigned>(month)),
                                   std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  std::size_t at = 19;
  double fraction = 0;
  if (at < text.size() && text[at] == '.') {
    double scale = 0.1;
    std::size_t start = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      fraction += scale * (text[at] - '0');
      scale /= 10;
    }
    if (at == start) return std::nullopt;
  }
  std::string_view zone = text.substr(at);
  int offset = 0;
  if (!zone.empty() && zone != "Z" && zone != "z") {
    bool colon = zone.size() == 6 && zone[3] == ':';
    if (!colon && zone.size() != 5) return std::nullopt;
    int hours = Digits(zone, 1, 2);
    int minutes = Digits(zone, colon ? 4 : 3, 2);
    if ((zone[0] != '+' && zone[0] != '-') || hours < 0 || hours > 23 || minutes < 0 ||
        minutes > 59) {
      return std::nullopt;
    }
    offset = (hours * 60 + minutes) * (zone[0] == '-' ? -60 : 60);
  }
  auto days = std::chrono::sys_days(date).time_since_epoch().count();
  double whole = static_cast<double>(days) * 86400.0 + hour * 3600 + minute * 60 + second - offset;
  return RoundMicros(whole + RoundMicros(fraction));
}

std::optional<double> ParseTime(const json::Value& value) {
  std::optional<double> seconds = value.is_string() ? ParseTimeText(Text(value)) : Number(value);
  if (!seconds || !std::isfinite(*seconds) || *seconds < kMinTime || *seconds >= kMaxTime) {
    return std::nullopt;
  }
  return RoundMicros(*seconds);
}

std::string FormatTime(double seconds) {
  if (!std::isfinite(seconds) || seconds < kMinTime || seconds >= kMaxTime) return {};
  auto micros = static_cast<std::int64_t>(std::llround(seconds * 1e6));
  std::string text = FormatIso8601(Timestamp{micros});  // "…:00.000000Z"
  if (text.ends_with('Z')) text.pop_back();
  if (text.ends_with(".000000")) text.resize(text.size() - 7);
  return text + "+00:00";
}

double Seconds(Timestamp t) { return static_cast<double>(t.micros) / 1e6; }

std::optional<std::string> ParseUuid(std::string_view text) {
  std::string hex;
  if (text.size() == 36) {
    if (text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') {
      return std::nullopt;
    }
  } else if (text.size() != 32) {
    return std::nullopt;
  }
  hex.reserve(32);
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (text.size() == 36 && c == '-' && (i == 8 || i == 13 || i == 18 || i == 23)) continue;
    if (!IsHexDigit(c)) return std::nullopt;
    hex += c >= 'A' && c <= 'F' ? static_cast<char>(c | 0x20) : c;
  }
  return hex;
}

std::optional<std::string> ParseAddress(const json::Value& value) {
  std::uint64_t number = 0;
  if (value.is_string()) {
    std::string_view text = Text(value);
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
      text.remove_prefix(2);
      base = 16;
    }
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (ec != std::errc() || text.empty() || end != text.data() + text.size()) return std::nullopt;
  } else if (auto integer = Unsigned(value)) {
    number = *integer;
  } else {
    return std::nullopt;
  }
  char buffer[20] = {'0', 'x'};
  auto [end, ec] = std::to_chars(buffer + 2, buffer + sizeof buffer, number, 16);
  return std::string(buffer, end);
}

std::string ReplaceInvalidUtf8(std::string_view text) {
  if (IsValidUtf8(text)) return std::string(text);
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    auto lead = static_cast<unsigned char>(text[i]);
    std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (i + length <= text.size() && IsValidUtf8(text.substr(i, length))) {
      out.append(text, i, length);
      i += length;
    } else {
      out += "\xEF\xBF\xBD";
      ++i;
    }
  }
  return out;
}

std::string PercentDecode(std::string_view text, bool plus) {
  if (text.find_first_of(plus ? "%+" : "%") == std::string_view::npos) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%' && i + 2 < text.size() && IsHexDigit(text[i + 1]) && IsHexDigit(text[i + 2])) {
      out += static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
      i += 2;
    } else {
      out += plus && c == '+' ? ' ' : c;
    }
  }
  return ReplaceInvalidUtf8(out);
}

}  // namespace gatehouse::events
