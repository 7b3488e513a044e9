// Tags: any of the accepted shapes becomes a list of pairs.

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/text.h"
#include "region/events/normalize/passes.h"

namespace gatehouse::events {
namespace {

constexpr std::array<std::string_view, 5> kReserved = {"release", "dist", "user", "filename",
                                                       "function"};

bool IsKeyChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == ':' || c == '-';
}

struct Half {
  std::optional<std::string> text;
  std::string_view error = {};  // type of the entry
  std::string_view reason = {};
  const json::Value* original = nullptr;
};

struct Tag {
  Half key = {};
  Half value = {};
  const json::Value* bad_pair = nullptr;
};

Half ReadHalf(const json::Value* value) {
  Half half;
  if (value == nullptr || value->is_null()) return half;
  half.original = value;
  auto text = LenientText(*value);
  if (!text) {
    half.error = kInvalidData;
    half.reason = "expected a primitive value";
    return half;
  }
  half.text = std::move(*text);
  return half;
}

void Refuse(Half& half, std::string_view error, std::string_view reason) {
  half.text.reset();
  half.error = error;
  half.reason = reason;
}

Tag ReadTag(const json::Value* key, const json::Value* value) {
  Tag tag{.key = ReadHalf(key), .value = ReadHalf(value)};
  if (tag.key.text) {
    std::ranges::replace(*tag.key.text, ' ', '-');
    tag.key.text = std::string(Trim(*tag.key.text));
    if (!std::ranges::all_of(*tag.key.text, IsKeyChar)) {
      Refuse(tag.key, kInvalidData, "invalid character in tag key");
    }
  }
  if (tag.value.text) {
    tag.value.text = std::string(Trim(*tag.value.text));
    std::erase(*tag.value.text, '\0');
    if (tag.value.text->find('\n') != std::string::npos) {
      Refuse(tag.value, kInvalidData, "invalid character in tag value");
    }
  }
  return tag;
}

void CheckLength(Half& half, std::size_t max_chars) {
  if (!half.text) return;
  if (half.text->empty()) {
    half.original = nullptr;
    Refuse(half, kInvalidData, kNonEmpty);
  } else if (half.text->size() > max_chars && CountChars(*half.text) > max_chars) {
    Refuse(half, kValueTooLong, {});
  }
}

void Report(const Half& half, const Path& pair, std::size_t index, Annotations& notes) {
  if (half.error.empty()) return;
  Path path(pair, index);
  if (half.error == kInvalidData) {
    notes.Invalid(path, half.original, half.reason);
  } else {
    notes.Add(path, half.error, half.original);
  }
}

std::vector<Tag> ReadTags(Pass& pass) {
  std::vector<Tag> tags;
  const json::Value* given = Member(pass.event, "tags");
  if (given == nullptr) return tags;
  if (const json::Object* object = given->if_object()) {
    std::vector<const json::Object::value_type*> members;
    for (const auto& member : *object) members.push_back(&member);
    std::ranges::sort(members, [](auto* a, auto* b) { return a->key() < b->key(); });
    for (const auto* member : members) {
      if (member->value().is_null()) continue;
      Tag tag = ReadTag(nullptr, &member->value());
      json::Value key(member->key());
      tag.key = ReadTag(&key, nullptr).key;
      tag.key.original = nullptr;  // the key of an object has no value of its own to show
      tags.push_back(std::move(tag));
    }
    return tags;
  }
  const json::Array* list = given->if_array();
  if (list == nullptr) {
    Path root;
    Path path(root, "tags");
    pass.notes.Invalid(path, given, "expected an array");
    return tags;
  }
  for (const json::Value& item : *list) {
    if (item.is_null()) continue;
    const json::Array* pair = item.if_array();
    const json::Object* object = item.if_object();
    if (pair != nullptr && pair->size() == 2) {
      tags.push_back(ReadTag(&(*pair)[0], &(*pair)[1]));
    } else if (object != nullptr && object->size() == 2 && object->contains("key") &&
               object->contains("value")) {
      tags.push_back(ReadTag(object->if_contains("key"), object->if_contains("value")));
    } else {
      tags.push_back({.bad_pair = &item});
    }
  }
  return tags;
}

// Moves an attribute of the event to the end of the list.
void PromoteToTag(Pass& pass, std::string_view name, json::Array& out) {
  json::Value* value = Member(pass.event, name);
  if (value == nullptr) {
    pass.event.erase(name);
    return;
  }
  if (value->is_string() && !Text(*value).empty()) {
    std::string text(Text(*value).substr(0, BytesOfChars(Text(*value), 200)));
    json::Array pair(pass.event.storage());
    pair.emplace_back(name);
    pair.emplace_back(std::string_view(text));
    out.emplace_back(std::move(pair));
  }
  pass.event.erase(name);
}

}  // namespace

void NormalizeTags(Pass& pass) {
  json::Object& event = pass.event;
  std::vector<Tag> tags = ReadTags(pass);
  json::Array out(event.storage());
  std::unordered_set<std::string> seen;
  std::string environment;
  Path root;
  Path path(root, "tags");
  for (Tag& tag : tags) {
    Path entry(path, out.size());
    if (tag.bad_pair != nullptr) {
      pass.notes.Invalid(entry, tag.bad_pair, "expected a tuple");
      out.emplace_back(nullptr);
      continue;
    }
    if (tag.key.text) {
      const std::string& key = *tag.key.text;
      if (key == "environment") {
        if (environment.empty()) environment = tag.value.text.value_or("");
        continue;
      }
      if (std::ranges::find(kReserved, key) != kReserved.end()) continue;
      if (!seen.insert(key).second) continue;
    }
    CheckLength(tag.key, pass.context.max_tag_key_chars);
    CheckLength(tag.value, pass.context.max_tag_value_chars);
    Report(tag.key, entry, 0, pass.notes);
    Report(tag.value, entry, 1, pass.notes);
    json::Array pair(event.storage());
    for (const Half* half : {&tag.key, &tag.value}) {
      if (half->text) {
        pair.emplace_back(std::string_view(*half->text));
      } else {
        pair.emplace_back(nullptr);
      }
    }
    out.emplace_back(std::move(pair));
  }
  if (!environment.empty() && Member(event, "environment") == nullptr) {
    Path place(root, "environment");
    if (IsValidEnvironment(environment)) {
      SetText(Slot(event, "environment"), environment);
    } else {
      json::Value original{std::string_view(environment)};
      pass.notes.Invalid(place, &original);
    }
  }
  PromoteToTag(pass, "server_name", out);
  PromoteToTag(pass, "site", out);
  if (out.empty()) {
    event.erase("tags");
  } else {
    Slot(event, "tags") = std::move(out);
  }
}

}  // namespace gatehouse::events
