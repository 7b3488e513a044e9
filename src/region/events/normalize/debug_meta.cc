// Loaded images: identifiers in one form, old shapes as today's.

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "region/events/normalize/passes.h"

namespace gatehouse::events {
namespace {

constexpr auto kNative =
    std::to_array<std::string_view>({"macho", "elf", "pe", "pe_dotnet", "wasm", "symbolic"});
constexpr auto kOther = std::to_array<std::string_view>(
    {"sourcemap", "jvm", "proguard", "dart_symbols", "il2cpp", "sourcebundle", "bundle"});

bool Contains(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string Hyphenated(std::string_view hex) {
  std::string text;
  for (std::size_t i = 0; i < hex.size(); ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) text += '-';
    text += hex[i];
  }
  return text;
}

// A UUID, with or without hyphens, and up to eight hex digits of age.
std::optional<std::string> DebugId(std::string_view text) {
  std::size_t length = text.size() >= 36 && text[8] == '-' ? 36 : 32;
  if (text.size() < length) return std::nullopt;
  auto uuid = ParseUuid(text.substr(0, length));
  if (!uuid) return std::nullopt;
  std::string_view age = text.substr(length);
  if (age.starts_with('-')) age.remove_prefix(1);
  if (age.size() > 8) return std::nullopt;
  std::uint32_t number = 0;
  if (!age.empty()) {
    auto [end, ec] = std::from_chars(age.data(), age.data() + age.size(), number, 16);
    if (ec != std::errc() || end != age.data() + age.size()) return std::nullopt;
  }
  std::string id = Hyphenated(*uuid);
  if (number == 0) return id;
  char buffer[8];
  auto [end, ec] = std::to_chars(buffer, buffer + sizeof buffer, number, 16);
  return id + "-" + std::string(buffer, end);
}

void Rename(json::Object& image, std::string_view from, std::string_view to) {
  json::Value* value = image.if_contains(from);
  if (value == nullptr) return;
  json::Value moved = std::move(*value);
  image.erase(from);
  if (Member(image, to) == nullptr) image[to] = std::move(moved);
}

void NormalizeId(json::Object& image, std::string_view key, bool required, const Path& path,
                 Annotations& notes) {
  Path place(path, key);
  json::Value* value = Member(image, key);
  if (value == nullptr) {
    if (required) notes.Add(place, kMissingAttribute, nullptr);
    return;
  }
  auto id = value->is_string() ? DebugId(Text(*value)) : std::nullopt;
  if (!id) return notes.Reject(*value, place, "invalid debug identifier");
  SetText(*value, *id);
}

}  // namespace

void ShapeDebugImages(Pass& pass) {
  json::Object* debug_meta = ObjectMember(pass.event, "debug_meta");
  json::Array* images = debug_meta == nullptr ? nullptr : ArrayMember(*debug_meta, "images");
  if (images == nullptr) return;
  for (json::Value& item : *images) {
    json::Object* image = item.if_object();
    if (image == nullptr) continue;
    std::string type(TextMember(*image, "type"));
    if (type == "apple") {
      type = "macho";
      SetText(Slot((*image), "type"), type);
      Rename(*image, "uuid", "debug_id");
    }
    if (Contains(kNative, type)) {
      Rename(*image, "name", "code_file");
      Rename(*image, "id", "debug_id");
      for (std::string_view key :
           {"cpu_type", "cpu_subtype", "major_version", "minor_version", "revision_version"}) {
        image->erase(key);
      }
    }
  }
}

void NormalizeDebugMeta(Pass& pass) {
  json::Object* debug_meta = ObjectMember(pass.event, "debug_meta");
  if (debug_meta == nullptr) return;
  Path root;
  Path path(root, "debug_meta");
  if (debug_meta->empty()) {
    pass.event.erase("debug_meta");
    return;
  }
  json::Array* images = ArrayMember(*debug_meta, "images");
  if (images == nullptr) return;
  Path place(path, "images");
  for (std::size_t i = 0; i < images->size(); ++i) {
    json::Object* image = (*images)[i].if_object();
    if (image == nullptr) continue;
    Path item(place, i);
    std::string_view type = TextMember(*image, "type");
    if (Contains(kNative, type)) {
      NormalizeId(*image, "debug_id", true, item, pass.notes);
      Path file(item, "code_file");
      if (Member(*image, "code_file") == nullptr && !pass.notes.HasErrors(file)) {
        pass.notes.Add(file, kMissingAttribute, nullptr);
      }
      json::Value* code_id = Member(*image, "code_id");
      if (code_id != nullptr && code_id->is_string()) {
        SetText(*code_id, AsciiLower(Text(*code_id)));
      }
    } else if (type == "proguard") {
      NormalizeId(*image, "uuid", true, item, pass.notes);
    } else if (Contains(kOther, type)) {
      NormalizeId(*image, "debug_id", false, item, pass.notes);
    } else {
      pass.notes.Reject((*images)[i], item, "unsupported debug image type");
    }
  }
}

}  // namespace gatehouse::events
