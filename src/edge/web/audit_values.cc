#include "edge/web/audit_values.h"

#include <string_view>

namespace gatehouse::web {

namespace {

constexpr int kMaxDepth = 4;
constexpr std::size_t kMaxLines = 100;

std::string Text(const json::Value& value) {
  if (const auto* text = value.if_string()) return std::string(*text);
  if (const bool* flag = value.if_bool()) return *flag ? "yes" : "no";
  if (value.is_null()) return "none";
  if (const auto* list = value.if_array()) {
    std::string out;
    for (const json::Value& item : *list) out += (out.empty() ? "" : ", ") + Text(item);
    return out.empty() ? "none" : out;
  }
  return json::Serialize(value);
}

// Changes quote their values as JSON: "\"a\"" reads as a.
std::string Unquoted(std::string_view text) {
  if (auto value = json::Parse(text); value && value->is_string()) return Text(*value);
  return std::string(text);
}

void Append(const json::Object& data, const std::string& prefix, int depth,
            std::vector<AuditValue>& out) {
  for (const auto& [name, value] : data) {
    if (out.size() >= kMaxLines) return;
    const std::string key = prefix + std::string(name);
    if (const auto* object = value.if_object()) {
      const json::Value* before = object->if_contains("before");
      const json::Value* after = object->if_contains("after");
      if (before != nullptr && after != nullptr && object->size() == 2) {
        out.push_back({key, Text(*before), Text(*after)});
      } else if (depth < kMaxDepth) {
        Append(*object, key + ".", depth + 1, out);
      } else {
        out.push_back({key, std::nullopt, json::Serialize(value)});
      }
      continue;
    }
    std::string text = Text(value);
    if (text.starts_with("from ")) {
      // Values may contain " to ": with more than one, the text is shown as it is.
      std::size_t at = text.find(" to ");
      if (at != std::string::npos && text.find(" to ", at + 1) == std::string::npos) {
        out.push_back({key, Unquoted(std::string_view(text).substr(5, at - 5)),
                       Unquoted(std::string_view(text).substr(at + 4))});
        continue;
      }
    }
    out.push_back({key, std::nullopt, std::move(text)});
  }
}

}  // namespace

std::vector<AuditValue> AuditValues(const json::Object& data) {
  std::vector<AuditValue> out;
  Append(data, "", 0, out);
  return out;
}

}  // namespace gatehouse::web
