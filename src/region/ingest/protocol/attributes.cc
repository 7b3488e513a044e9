#include "region/ingest/protocol/attributes.h"

#include <cmath>

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kMaxAttributes = 1000;

bool IsPrimitive(const json::Value& value) {
  return value.is_string() || value.is_number() || value.is_bool();
}

bool Fits(std::string_view type, const json::Value& value) {
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_bool();
  if (type == "integer") {
    if (value.is_int64() || value.is_uint64()) return true;
    return value.is_double() && std::trunc(value.get_double()) == value.get_double();
  }
  if (type == "double") return value.is_number();
  if (type == "array") {
    if (!value.is_array()) return false;
    for (const json::Value& each : value.get_array()) {
      if (!IsPrimitive(each)) return false;
    }
    return true;
  }
  return false;
}

}  // namespace

json::Object CleanAttributes(const json::Object& raw, json::Object& meta) {
  json::Object out;
  for (const auto& member : raw) {
    if (out.size() == kMaxAttributes) break;
    const json::Object* attribute = member.value().if_object();
    const json::Value* value = attribute != nullptr ? attribute->if_contains("value") : nullptr;
    std::string_view type =
        attribute != nullptr ? json::GetString(*attribute, "type").value_or("") : "";
    if (value != nullptr && value->is_null()) continue;
    if (value != nullptr && Fits(type, *value)) {
      json::Object& kept = out[member.key()].emplace_object();
      kept["type"] = type;
      kept["value"] = *value;
      continue;
    }
    json::Object note;
    note["err"] = json::Array{"invalid_data"};
    if (value != nullptr && IsPrimitive(*value)) note["val"] = *value;
    meta[member.key()] = json::Object{{"", std::move(note)}};
  }
  return out;
}

void AddText(json::Object& attributes, std::string_view name, std::string_view value) {
  if (value.empty() || attributes.contains(name)) return;
  attributes[name] = json::Object{{"type", "string"}, {"value", json::Value(value)}};
}

std::string_view AttributeText(const json::Object& attributes, std::string_view name) {
  const json::Object* attribute = json::GetObject(attributes, name);
  if (attribute == nullptr) return {};
  return json::GetString(*attribute, "value").value_or(std::string_view());
}

}  // namespace gatehouse::ingest
