#pragma once

// Values as JSON and back, by their Boost.Describe description: structs as objects, enums by name
// (kLinkedToOther is "linked_to_other"), ids and times as whole numbers, an empty optional as null.
//
// Reading is strict about what it knows: a missing field (unless optional), another type, a number
// out of range or an unknown enumerator is a refusal that says where. Fields that it does not know
// are passed over, so that a newer end may say more.

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "platform/json/json.h"

namespace gatehouse::rpc {

// "kLinkedToOther" -> "linked_to_other".
std::string WireName(std::string_view enumerator);

namespace internal {

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsStrongId : std::false_type {};
template <class Tag>
struct IsStrongId<StrongId<Tag>> : std::true_type {};

template <class T>
using Fields = boost::describe::describe_members<T, boost::describe::mod_public>;

}  // namespace internal

template <class T>
json::Value Encode(const T& value) {
  using namespace internal;
  if constexpr (std::is_same_v<T, bool>) {
    return json::Value(value);
  } else if constexpr (std::is_same_v<T, json::Object>) {
    return json::Value(value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    json::Value text;
    text.emplace_string().assign(value.data(), value.size());
    return text;
  } else if constexpr (std::is_enum_v<T>) {
    return Encode(WireName(boost::describe::enum_to_string(value, "")));
  } else if constexpr (std::is_integral_v<T>) {
    static_assert(std::is_signed_v<T> || sizeof(T) < sizeof(std::int64_t));
    return json::Value(static_cast<std::int64_t>(value));
  } else if constexpr (std::is_same_v<T, Timestamp>) {
    return json::Value(value.micros);
  } else if constexpr (IsStrongId<T>::value) {
    return json::Value(value.value);
  } else if constexpr (IsOptional<T>::value) {
    return value ? Encode(*value) : json::Value(nullptr);
  } else if constexpr (IsVector<T>::value) {
    json::Value list;
    json::Array& array = list.emplace_array();
    array.reserve(value.size());
    for (const auto& item : value) array.push_back(Encode(item));
    return list;
  } else {
    json::Value out;
    json::Object& object = out.emplace_object();
    boost::mp11::mp_for_each<Fields<T>>(
        [&](auto field) { object[field.name] = Encode(value.*field.pointer); });
    return out;
  }
}

// `where` gets the path of what did not fit: "filter.user_id".
template <class T>
bool Decode(const json::Value& value, T& out, std::string& where) {
  using namespace internal;
  if constexpr (std::is_same_v<T, bool>) {
    const bool* flag = value.if_bool();
    if (flag != nullptr) out = *flag;
    return flag != nullptr;
  } else if constexpr (std::is_same_v<T, json::Object>) {
    const json::Object* object = value.if_object();
    if (object != nullptr) out = *object;
    return object != nullptr;
  } else if constexpr (std::is_same_v<T, std::string>) {
    const auto* text = value.if_string();
    if (text != nullptr) out.assign(text->data(), text->size());
    return text != nullptr;
  } else if constexpr (std::is_enum_v<T>) {
    const auto* text = value.if_string();
    bool known = false;
    if (text == nullptr) return false;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto enumerator) {
      if (WireName(enumerator.name) == std::string_view(text->data(), text->size())) {
        out = enumerator.value;
        known = true;
      }
    });
    return known;
  } else if constexpr (std::is_integral_v<T>) {
    const std::int64_t* number = value.if_int64();
    if (number == nullptr || !std::in_range<T>(*number)) return false;
    out = static_cast<T>(*number);
    return true;
  } else if constexpr (std::is_same_v<T, Timestamp>) {
    return Decode(value, out.micros, where);
  } else if constexpr (IsStrongId<T>::value) {
    return Decode(value, out.value, where);
  } else if constexpr (IsOptional<T>::value) {
    out.reset();
    return value.is_null() || Decode(value, out.emplace(), where);
  } else if constexpr (IsVector<T>::value) {
    const json::Array* list = value.if_array();
    if (list == nullptr) return false;
    out.clear();
    out.reserve(list->size());
    for (const json::Value& item : *list) {
      if (!Decode(item, out.emplace_back(), where)) {
        where.insert(0, "[" + std::to_string(out.size() - 1) + "]");
        return false;
      }
    }
    return true;
  } else {
    const json::Object* object = value.if_object();
    if (object == nullptr) return false;
    bool good = true;
    boost::mp11::mp_for_each<Fields<T>>([&](auto field) {
      if (!good) return;
      const json::Value* found = object->if_contains(field.name);
      using M = std::remove_reference_t<decltype(out.*field.pointer)>;
      if (found == nullptr) {
        good = IsOptional<M>::value;
      } else {
        good = Decode(*found, out.*field.pointer, where);
      }
      if (!good) where.insert(0, "." + std::string(field.name));
    });
    return good;
  }
}

}  // namespace gatehouse::rpc
