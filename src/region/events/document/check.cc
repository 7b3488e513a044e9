#include "region/events/document/check.h"

#include <algorithm>

#include "base/text.h"
#include "region/events/document/ip_literal.h"
#include "region/events/document/value.h"

namespace gatehouse::events {
namespace {

void RemoveNuls(json::Value& value) {
  auto& text = value.get_string();
  if (text.find('\0') == boost::json::string::npos) return;
  std::string clean;
  for (char c : Text(value)) {
    if (c != '\0') clean += c;
  }
  SetText(value, clean);
}

void CheckText(json::Value& value, const Node& node, const Path& path, Annotations& notes) {
  RemoveNuls(value);
  if (node.trim) {
    std::string_view text = Text(value);
    std::string_view trimmed = Trim(text);
    if (trimmed.size() != text.size()) SetText(value, std::string(trimmed));
  }
  if (node.nonempty && Text(value).empty()) {
    value = nullptr;
    notes.Invalid(path, nullptr, kNonEmpty);
  }
}

void CheckHexId(json::Value& value, std::size_t digits, const Path& path, Annotations& notes) {
  if (!value.is_string()) return notes.Reject(value, path, "expected a string");
  std::string text = AsciiLower(Text(value));
  if (digits == 32 && text.size() == 36) {
    if (auto uuid = ParseUuid(text)) text = *uuid;
  }
  bool hex = text.size() == digits && text.find_first_not_of("0123456789abcdef") == text.npos;
  if (!hex || text.find_first_not_of('0') == text.npos) {
    return notes.Reject(value, path, digits == 32 ? "invalid trace id" : "invalid span id");
  }
  if (text != Text(value)) SetText(value, text);
}

void CheckArray(json::Value& value, const Node& node, const Path& path, Annotations& notes) {
  json::Array* array = value.if_array();
  if (array == nullptr) return notes.Reject(value, path, "expected an array");
  if (node.nonempty && array->empty()) {
    value = nullptr;
    notes.Invalid(path, nullptr, kNonEmpty);
    return;
  }
  for (std::size_t i = 0; i < array->size(); ++i) {
    Path item(path, i);
    Check((*array)[i], *node.element, item, notes);
  }
}

}  // namespace

void CheckMembers(json::Object& object, const Node& node, const Path& path, Annotations& notes) {
  for (auto it = object.begin(); it != object.end();) {
    const Node* child = FindField(node, it->key());
    if (child == nullptr && node.unknown == Unknown::kKeep) {
      ++it;
      continue;
    }
    if (child == nullptr && node.unknown == Unknown::kRemove) {
      it = object.erase(it);
      continue;
    }
    Path member(path, it->key());
    if (it->value().is_null()) {
      // Of a value that was refused before, the null says that there was one.
      if (notes.HasErrors(member)) {
        ++it;
      } else {
        it = object.erase(it);
      }
      continue;
    }
    if (child == nullptr) {
      notes.Add(member, kInvalidAttribute, &it->value());
      it->value() = nullptr;
    } else {
      Check(it->value(), *child, member, notes);
    }
    ++it;
  }
  for (const Field& field : node.fields) {
    if (!field.required || object.contains(field.name)) continue;
    Path member(path, field.name);
    notes.Add(member, kMissingAttribute, nullptr);
  }
}

bool ShapeValues(json::Value& value, const Path& path, Annotations& notes) {
  if (value.is_array()) {
    if (value.get_array().empty()) return false;
    json::Value list = std::move(value);
    Slot(value.emplace_object(), "values") = std::move(list);
    return true;
  }
  if (!value.is_object()) {
    notes.Reject(value, path, "expected an array");
    return true;
  }
  json::Object& object = value.get_object();
  if (object.empty()) return false;
  json::Value* values = object.if_contains("values");
  if (values == nullptr) {
    json::Value single = std::move(value);
    Slot(value.emplace_object(), "values").emplace_array().push_back(std::move(single));
    return true;
  }
  if (values->is_null()) return false;
  if (!values->is_array()) {
    Path list(path, "values");
    notes.Reject(*values, list, "expected an array");
    return true;
  }
  return !values->get_array().empty();
}

void Check(json::Value& value, const Node& node, const Path& path, Annotations& notes) {
  if (value.is_null()) return;
  switch (node.kind) {
    case Kind::kAny:
      return;
    case Kind::kString:
      if (!value.is_string()) return notes.Reject(value, path, "expected a string");
      return CheckText(value, node, path, notes);
    case Kind::kLenientString:
      if (!value.is_string()) {
        auto text = LenientText(value);
        if (!text) return notes.Reject(value, path, "expected a primitive value");
        SetText(value, *text);
      }
      return CheckText(value, node, path, notes);
    case Kind::kJsonString:
      if (!value.is_string()) SetText(value, json::Serialize(value));
      return CheckText(value, node, path, notes);
    case Kind::kUnsigned:
      if (auto number = Unsigned(value)) {
        if (value.is_double()) value = *number;
        return;
      }
      return notes.Reject(value, path, "expected an unsigned integer");
    case Kind::kInteger:
      if (auto number = Integer(value)) {
        if (value.is_double()) value = *number;
        return;
      }
      return notes.Reject(value, path, "expected a signed integer");
    case Kind::kNumber:
      if (!Number(value)) notes.Reject(value, path, "expected a floating point number");
      return;
    case Kind::kBool:
      if (!value.is_bool()) notes.Reject(value, path, "expected a boolean");
      return;
    case Kind::kTime:
      if (auto seconds = ParseTime(value)) {
        value = *seconds;
        return;
      }
      return notes.Reject(value, path, "expected a timestamp");
    case Kind::kAddress:
      if (auto address = ParseAddress(value)) {
        if (!value.is_string() || Text(value) != *address) SetText(value, *address);
        return;
      }
      return notes.Reject(value, path, "expected an address");
    case Kind::kIp:
      if (!value.is_string()) return notes.Reject(value, path, "expected a string");
      if (Text(value) != "{{auto}}" && !IsIpAddress(Text(value))) {
        notes.Reject(value, path, "expected an ip address");
      }
      return;
    case Kind::kIntOrString:
      if (value.is_string()) return CheckText(value, node, path, notes);
      if (!Unsigned(value)) notes.Reject(value, path, "expected a thread id");
      return;
    case Kind::kUrlHttp:
      if (!value.is_string()) return notes.Reject(value, path, "expected a string");
      if (!Text(value).starts_with("http://") && !Text(value).starts_with("https://")) {
        notes.Reject(value, path, "expected http URL");
      }
      return;
    case Kind::kHexId16:
      return CheckHexId(value, 16, path, notes);
    case Kind::kHexId32:
      return CheckHexId(value, 32, path, notes);
    case Kind::kUuid:
      if (value.is_string()) {
        if (auto uuid = ParseUuid(Text(value))) return SetText(value, *uuid);
      }
      return notes.Reject(value, path, "expected a uuid");
    case Kind::kObject:
      if (!value.is_object()) return notes.Reject(value, path, "expected an object");
      return CheckMembers(value.get_object(), node, path, notes);
    case Kind::kMap:
      if (!value.is_object()) return notes.Reject(value, path, "expected an object");
      for (auto& member : value.get_object()) {
        Path child(path, member.key());
        Check(member.value(), *node.element, child, notes);
      }
      return;
    case Kind::kFreeObject:
      if (!value.is_object()) notes.Reject(value, path, "expected an object");
      return;
    case Kind::kFreeArray:
      if (!value.is_array()) notes.Reject(value, path, "expected an array");
      return;
    case Kind::kArray:
      return CheckArray(value, node, path, notes);
    case Kind::kValues:
      if (!ShapeValues(value, path, notes)) {
        value = nullptr;
        return;
      }
      if (json::Object* object = value.if_object()) {
        if (json::Array* list = ArrayMember(*object, "values")) {
          Path values(path, "values");
          for (std::size_t i = 0; i < list->size(); ++i) {
            Path item(values, i);
            Check((*list)[i], *node.element, item, notes);
          }
        }
      }
      return;
  }
}

}  // namespace gatehouse::events
