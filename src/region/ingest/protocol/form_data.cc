#include "region/ingest/protocol/form_data.h"

#include <charconv>
#include <map>
#include <string_view>

#include "region/ingest/protocol/json_text.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kMaxDepth = 16;
constexpr std::size_t kMaxExtra = 1000;

// Values of `from` win; objects are merged.
void Merge(json::Object& into, json::Object from) {
  for (auto& member : from) {
    json::Value& slot = into[member.key()];
    if (slot.is_object() && member.value().is_object()) {
      Merge(slot.get_object(), std::move(member.value().get_object()));
    } else {
      slot = std::move(member.value());
    }
  }
}

// "sentry[a][b]" -> {"a", "b"}; empty if the name has another form.
std::vector<std::string_view> PathOf(std::string_view name) {
  std::vector<std::string_view> path;
  name.remove_prefix(6);
  while (!name.empty()) {
    std::size_t close = name.find(']');
    if (name.front() != '[' || close == std::string_view::npos || path.size() == kMaxDepth) {
      return {};
    }
    path.push_back(name.substr(1, close - 1));
    name.remove_prefix(close + 1);
  }
  return path;
}

void Assign(json::Object& event, const std::vector<std::string_view>& path,
            const std::string& value) {
  json::Object* at = &event;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    json::Value& next = (*at)[path[i]];
    if (!next.is_object()) next.emplace_object();
    at = &next.get_object();
  }
  (*at)[path.back()] = value;
}

void MergeJson(json::Object& event, std::string_view text) {
  if (auto object = ParsePayloadObject(text)) Merge(event, std::move(*object));
}

}  // namespace

json::Object EventOfForm(const FormFields& fields) {
  json::Object event;
  json::Object extra;
  std::map<unsigned, std::string_view> pieces;
  for (const auto& [name, value] : fields) {
    std::string_view rest(name);
    if (name == "sentry") {
      MergeJson(event, value);
    } else if (rest.starts_with("sentry[")) {
      auto path = PathOf(rest);
      if (!path.empty()) Assign(event, path, ValidUtf8(value));
    } else if (rest.starts_with("sentry__")) {
      rest.remove_prefix(8);
      unsigned index = 0;
      auto [end, ec] = std::from_chars(rest.data(), rest.data() + rest.size(), index);
      if (ec == std::errc() && end == rest.data() + rest.size()) pieces.emplace(index, value);
    } else if (extra.size() < kMaxExtra) {
      extra[ValidUtf8(name)] = ValidUtf8(value);
    }
  }
  if (!pieces.empty()) {
    std::string whole;
    for (const auto& [index, piece] : pieces) whole += piece;
    MergeJson(event, whole);
  }
  if (!extra.empty()) {
    json::Value& slot = event["extra"];
    if (!slot.is_object()) slot.emplace_object();
    Merge(slot.get_object(), std::move(extra));
  }
  return event;
}

}  // namespace gatehouse::ingest
