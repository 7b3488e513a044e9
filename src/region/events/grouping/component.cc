#include "region/events/grouping/component.h"

#include <array>
#include <charconv>
#include <cstring>
#include <utility>

namespace gatehouse::grouping {
namespace {

// What people call a component, where that is not its id.
constexpr auto kNames = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"app", "in-app"},
    {"chained-exception", "chained exceptions"},
    {"context-line", "source line"},
    {"default", "whole event"},
    {"filename", "file name"},
    {"ns-error", "NSError"},
    {"stacktrace", "stack trace"},
    {"system", "all frames"},
    {"threads", "thread"},
    {"type", "exception type"},
    {"uri", "URL"},
    {"value", "exception value"},
});

}  // namespace

std::string_view Arena::Copy(std::string_view text) {
  if (text.empty()) return {};
  auto* memory = static_cast<char*>(memory_.allocate(text.size(), 1));
  std::memcpy(memory, text.data(), text.size());
  return {memory, text.size()};
}

std::span<Component> Arena::Parts(std::span<const Component> parts) {
  if (parts.empty()) return {};
  auto* memory = static_cast<Component*>(memory_.allocate(parts.size_bytes(), alignof(Component)));
  std::uninitialized_copy(parts.begin(), parts.end(), memory);
  return {memory, parts.size()};
}

Component Arena::Leaf(std::string_view text) {
  Component leaf;
  leaf.text = Copy(text);
  leaf.contributes = true;
  return leaf;
}

Component Arena::Node(std::string_view id, std::span<const Component> parts) {
  Component node;
  node.id = id;
  node.parts = Parts(parts);
  for (const Component& part : parts) node.contributes |= part.contributes;
  return node;
}

Component Arena::Text(std::string_view id, std::string_view text) {
  if (text.empty()) return Node(id, {});
  return Node(id, {Leaf(text)});
}

void AppendLeaves(const Component& component, std::string& out) {
  if (!component.contributes) return;
  if (component.IsLeaf()) {
    out += component.text;
    return;
  }
  for (const Component& part : component.parts) AppendLeaves(part, out);
}

std::string HashText(const Component& component) {
  std::string text;
  AppendLeaves(component, text);
  return text;
}

json::Object ToJson(const Component& component) {
  json::Array values;
  values.reserve(component.parts.size());
  for (const Component& part : component.parts) {
    if (!part.IsLeaf()) {
      values.push_back(ToJson(part));
      continue;
    }
    std::int64_t number = 0;
    const char* end = part.text.data() + part.text.size();
    if (part.number && std::from_chars(part.text.data(), end, number).ptr == end) {
      values.push_back(number);
    } else {
      values.push_back(json::Value(part.text));
    }
  }
  std::string_view name = component.id;
  for (const auto& [id, known] : kNames) {
    if (id == component.id) name = known;
  }
  json::Object out;
  out["id"] = component.id;
  out["name"] = name;
  out["contributes"] = component.contributes;
  out["hint"] = component.hint.empty() ? json::Value() : json::Value(component.hint);
  out["values"] = std::move(values);
  return out;
}

}  // namespace gatehouse::grouping
