#include "region/events/save/prepare.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "platform/json/text.h"
#include "region/events/normalize/normalize.h"
#include "region/eventstore/user_tags.h"

namespace gatehouse::events {
namespace {

constexpr std::size_t kMaxTagValue = 200;
constexpr std::size_t kMaxMessage = 8192;
constexpr std::int64_t kMinifiedColumn = 500;

// Of a user, in the order in which they make the user tag.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kUserParts = {
    {{"id", "id"}, {"username", "username"}, {"email", "email"}, {"ip_address", "ip"}}};

// At most `limit` bytes, never half a character.
std::string Cut(std::string text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  text.resize(limit);
  return text;
}

void Erase(std::vector<Tag>& tags, std::string_view key) {
  std::erase_if(tags, [&](const Tag& tag) { return tag.first == key; });
}

void Set(std::vector<Tag>& tags, std::string_view key, std::string_view value) {
  Erase(tags, key);
  if (!value.empty()) tags.emplace_back(key, TruncateUtf8(value, kMaxTagValue));
}

void Append(std::string& text, std::string_view more) {
  if (more.empty() || text.find(more) != std::string::npos) return;
  if (!text.empty()) text += ' ';
  text += more;
}

}  // namespace

std::vector<Tag> PrepareTags(json::Object& event) {
  std::vector<Tag> tags;
  tags.reserve(24);
  if (const json::Array* given = json::GetArray(event, "tags")) {
    for (const json::Value& entry : *given) {
      if (!entry.is_array() || entry.get_array().size() != 2) continue;
      const json::Value& key = entry.get_array()[0];
      const json::Value& value = entry.get_array()[1];
      if (!key.is_string() || !value.is_string()) continue;
      tags.emplace_back(std::string(key.get_string()), std::string(value.get_string()));
    }
  }
  Set(tags, "level", json::TextOf(event, "level"));
  if (auto logger = json::TextOf(event, "logger"); !logger.empty()) Set(tags, "logger", logger);
  if (auto name = json::TextOf(event, "environment"); !name.empty()) {
    Set(tags, "environment", name);
  }
  if (auto name = json::TextOf(event, "transaction"); !name.empty()) {
    Set(tags, "transaction", name);
  }
  for (auto& [key, value] : InterfaceTags(event)) Set(tags, key, value);
  Erase(tags, "release");
  Set(tags, "sentry:release", json::TextOf(event, "release"));
  Erase(tags, "dist");
  Set(tags, "sentry:dist", json::TextOf(event, "dist"));
  Erase(tags, "user");
  Set(tags, "sentry:user", UserTag(event));

  // Made where it stays: an array of another storage would be copied value by value.
  json::Array stored(event.storage());
  stored.reserve(tags.size());
  for (const auto& [key, value] : tags) {
    json::Array& pair = stored.emplace_back(json::Array(event.storage())).get_array();
    pair.reserve(2);
    pair.emplace_back(key);
    pair.emplace_back(value);
  }
  event["tags"] = std::move(stored);
  return tags;
}

std::string UserTag(const json::Object& event) {
  const json::Object* user = json::GetObject(event, "user");
  if (user == nullptr) return "";
  for (const auto& [key, part] : kUserParts) {
    const auto value = json::GetString(*user, key);
    if (value && !value->empty()) return std::string(part) + ":" + std::string(*value);
  }
  return "";
}

std::vector<Tag> UserPartTags(const json::Object& event) {
  std::vector<Tag> tags;
  const json::Object* user = json::GetObject(event, "user");
  if (user == nullptr) return tags;
  bool is_first = true;
  for (const auto& [key, part] : kUserParts) {
    const auto value = json::GetString(*user, key);
    if (!value || value->empty()) continue;
    // The first one is the user tag.
    if (!std::exchange(is_first, false)) {
      tags.emplace_back(eventstore::UserPartKey(part), TruncateUtf8(*value, kMaxTagValue));
    }
  }
  return tags;
}

std::int64_t LevelNumber(std::string_view level) {
  if (level == "debug" || level == "sample") return 10;
  if (level == "info" || level == "log") return 20;
  if (level == "warning") return 30;
  if (level == "fatal") return 50;
  return 40;
}

std::string_view LevelName(std::int64_t number) {
  switch (number) {
    case 10:
      return "debug";
    case 20:
      return "info";
    case 30:
      return "warning";
    case 50:
      return "fatal";
    default:
      return "error";
  }
}

std::int64_t PriorityOf(std::string_view level) {
  if (level == "debug" || level == "info") return 25;
  if (level == "error" || level == "fatal") return 75;
  return 50;
}

Timestamp TimeOf(const json::Object& event, Timestamp received) {
  const auto seconds = json::GetNumber(event, "timestamp");
  if (!seconds || !std::isfinite(*seconds) || *seconds < 0 || *seconds > 1e11) return received;
  return Timestamp{std::llround(*seconds * 1e6)};
}

std::string SearchMessage(const json::Object& event, const json::Object& metadata,
                          std::string_view culprit) {
  std::string text;
  if (const json::Object* entry = json::GetObject(event, "logentry")) {
    text = json::TextOf(*entry, "formatted");
    if (text.empty()) text = json::TextOf(*entry, "message");
  }
  for (const auto& [key, value] : metadata) {
    if (value.is_string() && key != "in_app_frame_mix") Append(text, value.get_string());
  }
  Append(text, culprit);
  return Cut(std::move(text), kMaxMessage);
}

bool HasMinifiedFrames(const json::Object& event) {
  if (json::GetString(event, "platform") != "javascript") return false;
  const json::Object* exception = json::GetObject(event, "exception");
  const json::Array* values = exception ? json::GetArray(*exception, "values") : nullptr;
  if (values == nullptr) return false;
  for (const json::Value& value : *values) {
    const json::Object* one = value.if_object();
    const json::Object* stack = one ? json::GetObject(*one, "stacktrace") : nullptr;
    const json::Array* frames = stack ? json::GetArray(*stack, "frames") : nullptr;
    if (frames == nullptr) continue;
    for (const json::Value& frame : *frames) {
      const json::Object* fields = frame.if_object();
      if (fields && json::GetInt(*fields, "colno").value_or(0) > kMinifiedColumn) return true;
    }
  }
  return false;
}

std::string_view CutTitle(std::string_view title) {
  std::size_t limit = 255;
  if (title.size() <= limit) return title;
  while (limit > 0 && (static_cast<unsigned char>(title[limit]) & 0xC0) == 0x80) --limit;
  return title.substr(0, limit);
}

bool IsPlaceholderTitle(std::string_view title) {
  return title.empty() || title == "<untitled>" || title == "<unknown>" ||
         title == "<unlabeled event>" || title == "Error";
}

}  // namespace gatehouse::events
