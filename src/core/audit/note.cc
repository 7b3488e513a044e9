#include "core/audit/note.h"

#include <algorithm>
#include <optional>

namespace gatehouse::audit {
namespace {

constexpr std::string_view kListAll = "k v, …";

std::string Text(const json::Value& value) {
  if (const auto* text = value.if_string()) return std::string(*text);
  return json::Serialize(value);
}

std::string ListAll(const json::Object& data) {
  std::string out;
  for (const auto& member : data) {
    if (!out.empty()) out += ", ";
    out += std::string_view(member.key());
    out += ' ';
    out += Text(member.value());
  }
  return out;
}

std::optional<std::string> Fill(std::string_view text, const json::Object& data) {
  std::string out;
  for (;;) {
    const std::size_t open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) return out;
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view key = text.substr(open + 1, close - open - 1);
    text.remove_prefix(close + 1);
    if (key == kListAll) {
      out += ListAll(data);
      continue;
    }
    const json::Value* value = data.if_contains(key);
    if (value == nullptr) return std::nullopt;
    out += Text(*value);
  }
}

}  // namespace

std::string RenderNote(const Entry& entry) {
  const auto& all = Catalogue();
  const auto info = std::ranges::find(all, entry.event, &EventInfo::event);
  if (info == all.end()) return "";
  if (entry.actor && entry.actor == entry.target_user) {
    if (entry.event == Event::kMemberAdd) return "joined the organization";
    if (entry.event == Event::kMemberRemove) return "left the organization";
  }
  return Fill(info->note, entry.data).value_or("");
}

}  // namespace gatehouse::audit
