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

bool IsNothing(const json::Value* value) {
  if (value == nullptr || value->is_null()) return true;
  const auto* list = value->if_array();
  return list != nullptr && list->empty();
}

// A value that stands in a sentence: a list of names without brackets and quotes.
std::string Named(const json::Value& value) {
  const auto* list = value.if_array();
  if (list == nullptr) return Text(value);
  std::string out;
  for (const json::Value& one : *list) {
    if (!out.empty()) out += ", ";
    out += Text(one);
  }
  return out;
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

// Who did it to themselves.
std::string_view OwnDeed(Event event, std::string_view otherwise) {
  switch (event) {
    case Event::kMemberAdd:
      return "joined the organization";
    case Event::kMemberRemove:
      return "left the organization";
    case Event::kMemberJoinTeam:
      return "joined team {team_slug}";
    case Event::kMemberLeaveTeam:
      return "left team {team_slug}";
    case Event::kTwoFactorReset:
      return "removed all own second factors";
    default:
      return otherwise;
  }
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
    const std::size_t bar = key.find('|');
    const json::Value* value = data.if_contains(key.substr(0, bar));
    if (IsNothing(value)) {
      if (bar == std::string_view::npos) return std::nullopt;
      out += key.substr(bar + 1);
      continue;
    }
    out += Named(*value);
  }
}

}  // namespace

std::string RenderNote(const Entry& entry) {
  const auto& all = Catalogue();
  const auto info = std::ranges::find(all, entry.event, &EventInfo::event);
  if (info == all.end()) return "";
  std::string_view note = info->note;
  if (entry.actor && entry.actor == entry.target_user) note = OwnDeed(entry.event, note);
  return Fill(note, entry.data).value_or("");
}

}  // namespace gatehouse::audit
