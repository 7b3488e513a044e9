#pragma once

// Strict, bounded JSON on Boost.JSON: depth, size, duplicate keys, invalid UTF-8, lone surrogates
// and numbers outside double are errors, never repaired. (RFC 8259, I-JSON RFC 7493)

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace gatehouse::json {

using Value = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;

struct Limits {
  std::size_t max_bytes = 1024 * 1024;
  std::size_t max_depth = 32;
};

// Errors: kInvalidArgument "json_invalid", "json_depth", "json_duplicate_key", "json_too_large".
Result<Value> Parse(std::string_view text, Limits limits = {});
Result<Object> ParseObject(std::string_view text, Limits limits = {});
std::string Serialize(const Value& value);
std::string Serialize(const Object& value);

// Member access without surprises: std::nullopt unless the member exists with exactly this type.
std::optional<std::string_view> GetString(const Object& object, std::string_view key);
std::optional<std::int64_t> GetInt(const Object& object, std::string_view key);
std::optional<double> GetNumber(const Object& object, std::string_view key);
std::optional<bool> GetBool(const Object& object, std::string_view key);
const Object* GetObject(const Object& object, std::string_view key);
const Array* GetArray(const Object& object, std::string_view key);

}  // namespace gatehouse::json
