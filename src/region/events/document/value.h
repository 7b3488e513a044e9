#pragma once

// Small operations on JSON values that every pass needs: text access, sizes, character counts,
// timestamps, addresses and the coercions of lenient strings. Pure; the functions keep a value in
// the storage it lives in.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "platform/json/lenient.h"

namespace gatehouse::events {

inline std::string_view Text(const json::Value& string) {
  const auto& text = string.get_string();
  return {text.data(), text.size()};
}
void SetText(json::Value& value, std::string_view text);

// The member, or null if it is absent or JSON null.
json::Value* Member(json::Object& object, std::string_view key);
const json::Value* Member(const json::Object& object, std::string_view key);
json::Object* ObjectMember(json::Object& object, std::string_view key);
json::Array* ArrayMember(json::Object& object, std::string_view key);
// The text of a string member; empty if there is none.
std::string_view TextMember(const json::Object& object, std::string_view key);
// The member, made (as null) if it is absent. Unlike operator[], it moves nothing if it is there; a
// new member may move the others, so no reference to them and no view of their text may be held.
json::Value& Slot(json::Object& object, std::string_view key);
// Creates the member as an object if it is absent or something else.
json::Object& MakeObject(json::Object& object, std::string_view key);

bool IsEmptyContainer(const json::Value& value);
// Null, or containers that hold nothing but such values.
bool IsDeeplyEmpty(const json::Value& value);

std::optional<double> Number(const json::Value& value);
// An integer that is not negative; a float without a fraction counts.
std::optional<std::uint64_t> Unsigned(const json::Value& value);
std::optional<std::int64_t> Integer(const json::Value& value);

// Unicode scalar values.
std::size_t CountChars(std::string_view utf8);
// Bytes of the first `chars` characters.
std::size_t BytesOfChars(std::string_view utf8, std::size_t chars);

// Bytes of the compact text, roughly (escapes are not counted). Stops counting beyond `enough`.
std::size_t SizeEstimate(const json::Value& value, std::size_t enough);

// False if containers are nested deeper than `depth`.
bool IsShallow(const json::Value& value, int depth);

// A lenient string: text, True/False, a decimal integer, a float truncated towards zero below 2^53.
std::optional<std::string> LenientText(const json::Value& value);

// Seconds since the epoch from a number or a text (RFC 3339; without a zone it is UTC), rounded to
// microseconds. Nothing outside the years 0001-9999.
std::optional<double> ParseTime(const json::Value& value);
std::optional<double> ParseTimeText(std::string_view text);
// "2020-01-01T00:00:00+00:00", with microseconds if there are any.
std::string FormatTime(double seconds);
double Seconds(Timestamp t);

// 32 lower-case hex digits from 32 hex digits or a hyphenated UUID; nothing for anything else.
std::optional<std::string> ParseUuid(std::string_view text);
// "0x…" from a hex text, a decimal text or an integer.
std::optional<std::string> ParseAddress(const json::Value& value);

// Percent-decoding; with `plus`, '+' is a blank. What is not UTF-8 afterwards becomes U+FFFD.
std::string PercentDecode(std::string_view text, bool plus);
// Every byte that is not part of valid UTF-8 becomes U+FFFD.
std::string ReplaceInvalidUtf8(std::string_view text);

}  // namespace gatehouse::events
