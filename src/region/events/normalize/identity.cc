// What the event is: id, type, platform, level, release, environment and their kin.

#include <algorithm>
#include <array>

#include "base/text.h"
#include "region/events/normalize/passes.h"

namespace gatehouse::events {
namespace {

constexpr auto kPlatforms = std::to_array<std::string_view>({
    "android", "as3",   "c",      "cfml",    "cocoa", "cordova",     "csharp", "dart",
    "elixir",  "go",    "groovy", "haskell", "java",  "javascript",  "kotlin", "native",
    "node",    "objc",  "other",  "perl",    "php",   "playstation", "python", "ruby",
    "rust",    "swift", "switch", "unity",   "xbox",
});
static_assert(std::ranges::is_sorted(kPlatforms));

// The text of a string attribute, trimmed; an error (and no text) for other types.
std::optional<std::string> TrimmedText(Pass& pass, std::string_view name) {
  json::Value* value = pass.event.if_contains(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  Path root;
  Path path(root, name);
  if (!value->is_string()) {
    pass.notes.Reject(*value, path, "expected a string");
    return std::nullopt;
  }
  std::string text(Trim(Text(*value)));
  std::erase(text, '\0');
  return text;
}

void NormalizeEventId(Pass& pass) {
  json::Object& event = pass.event;
  Path root;
  Path path(root, "event_id");
  std::string id(pass.context.event_id);
  json::Value* given = Member(event, "event_id");
  bool empty = given == nullptr || (given->is_string() && Text(*given).empty());
  if (!empty) {
    auto parsed = given->is_string() ? ParseUuid(Text(*given)) : std::nullopt;
    if (parsed && parsed->find_first_not_of('0') == parsed->npos) parsed.reset();
    if (!parsed) {
      pass.notes.Invalid(path, given, "invalid event identifier");
    } else if (id.empty()) {
      id = *parsed;
    }
  }
  if (id.empty() && pass.context.new_event_id) id = pass.context.new_event_id();
  if (id.empty()) {
    event.erase("event_id");
  } else {
    SetText(Slot(event, "event_id"), id);
  }
}

std::string_view InferType(const Pass& pass) {
  switch (pass.context.kind) {
    case ItemKind::kTransaction:
      return "transaction";
    case ItemKind::kFeedback:
      return "feedback";
    case ItemKind::kNel:
      return "nel";
    default:
      break;
  }
  if (pass.is_transaction) return "transaction";
  std::string_view given = TextMember(pass.event, "type");
  if (pass.context.kind == ItemKind::kFromEvent && given == "feedback") return "feedback";
  if (pass.context.renormalize && given == "nel") return "nel";
  if (const json::Object* exception = json::GetObject(pass.event, "exception")) {
    const json::Array* values = json::GetArray(*exception, "values");
    if (values != nullptr && !values->empty()) return "error";
  }
  for (std::string_view report : {"csp", "hpkp", "expectct", "expectstaple"}) {
    if (Member(pass.event, report) != nullptr) return report;
  }
  return "default";
}

void NormalizeLevel(Pass& pass) {
  json::Value& level = Slot(pass.event, "level");
  std::string_view parsed = level.is_null() ? std::string_view() : ParseLevel(level);
  if (parsed.empty()) {
    if (!level.is_null()) {
      Path root;
      Path path(root, "level");
      pass.notes.Invalid(path, &level, "unknown level");
    }
    parsed = pass.is_transaction ? "info" : "error";
  }
  SetText(level, parsed);
}

void NormalizeLogger(Pass& pass) {
  auto text = TrimmedText(pass, "logger");
  if (text && text->find_first_of("\r\n") != text->npos) {
    Path root;
    Path path(root, "logger");
    pass.notes.Invalid(path, &Slot(pass.event, "logger"), "invalid character");
    text.reset();
  }
  SetText(Slot(pass.event, "logger"), text.value_or(""));
}

void NormalizeRelease(Pass& pass) {
  json::Value* value = Member(pass.event, "release");
  if (value == nullptr) {
    pass.event.erase("release");
    return;
  }
  Path root;
  Path path(root, "release");
  auto lenient = LenientText(*value);
  if (!lenient) return pass.notes.Reject(*value, path, "expected a primitive value");
  std::string text(Trim(*lenient));
  std::erase(text, '\0');
  if (text.empty()) {
    *value = nullptr;
    pass.notes.Invalid(path, nullptr, kNonEmpty);
  } else if (!IsValidRelease(text)) {
    pass.notes.Reject(*value, path, {});
  } else {
    SetText(*value, text);
  }
}

void NormalizeDist(Pass& pass) {
  auto text = TrimmedText(pass, "dist");
  if (!text) return;
  Path root;
  Path path(root, "dist");
  json::Value& value = Slot(pass.event, "dist");
  if (text->empty() || Member(pass.event, "release") == nullptr) {
    pass.event.erase("dist");  // without a release it says nothing
    return;
  }
  if (CountChars(*text) > 64) {
    pass.notes.Add(path, kValueTooLong, &value);
    value = nullptr;
    return;
  }
  for (char c : *text) {
    bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                c == '_' || c == '.' || c == '-';
    if (!fine) return pass.notes.Reject(value, path, "invalid character");
  }
  SetText(value, *text);
}

void NormalizeEnvironment(Pass& pass) {
  auto text = TrimmedText(pass, "environment");
  if (!text) return;
  if (text->empty()) {
    pass.event.erase("environment");
    return;
  }
  json::Value& value = Slot(pass.event, "environment");
  if (!IsValidEnvironment(*text)) {
    Path root;
    Path path(root, "environment");
    return pass.notes.Reject(value, path, {});
  }
  SetText(value, *text);
}

}  // namespace

bool IsValidRelease(std::string_view release) {
  if (release.empty() || release.size() > 200 * 4 || CountChars(release) > 200) return false;
  if (release.find_first_of("\r\n\f\t/\\") != release.npos) return false;
  return release != "." && release != ".." && !EqualsIgnoreCase(release, "latest");
}

bool IsValidEnvironment(std::string_view environment) {
  if (environment.empty() || environment.size() > 64 * 4 || CountChars(environment) > 64) {
    return false;
  }
  return environment.find_first_of("\r\n\f/") == environment.npos &&
         !EqualsIgnoreCase(environment, "none");
}

std::string_view ParseLevel(const json::Value& value) {
  constexpr std::array<std::string_view, 5> kLevels = {"debug", "info", "warning", "error",
                                                       "fatal"};
  if (value.is_string()) {
    if (Text(value).size() > 8) return {};
    std::string text = AsciiLower(Text(value));
    if (text == "log") return "info";
    if (text == "critical") return "fatal";
    for (std::string_view level : kLevels) {
      if (text == level) return level;
    }
    return {};
  }
  auto number = Unsigned(value);
  if (!number || *number == 0 || *number > 50 || *number % 10 != 0) return {};
  return kLevels[*number / 10 - 1];
}

void NormalizeIdentity(Pass& pass) {
  json::Object& event = pass.event;
  NormalizeEventId(pass);
  SetText(Slot(event, "type"), InferType(pass));
  std::string_view platform = TextMember(event, "platform");
  if (!std::ranges::binary_search(kPlatforms, platform)) SetText(Slot(event, "platform"), "other");
  NormalizeLevel(pass);
  NormalizeLogger(pass);
  NormalizeRelease(pass);
  NormalizeDist(pass);
  NormalizeEnvironment(pass);
  SetText(Slot(event, "version"), pass.context.protocol_version);
  if (pass.context.project_id != 0) Slot(event, "project") = pass.context.project_id;
  if (pass.context.key_id != 0) Slot(event, "key_id") = pass.context.key_id;
  if (!pass.context.renormalize) {
    event.erase("grouping_config");
    event.erase("ingest_path");
  }
  if (json::Value* extra = Member(event, "extra"); extra != nullptr && !extra->is_object()) {
    Path root;
    Path path(root, "extra");
    pass.notes.Invalid(path, extra, "expected an object");
    extra->emplace_object();
  }
  if (TextMember(event, "transaction").empty() && event.contains("transaction") &&
      Slot(event, "transaction").is_string()) {
    event.erase("transaction");
  }
}

void NormalizeFingerprint(Pass& pass) {
  json::Value* value = pass.event.if_contains("fingerprint");
  if (value == nullptr) return;
  Path root;
  Path path(root, "fingerprint");
  if (value->is_null()) {
    pass.event.erase("fingerprint");
    return;
  }
  json::Array* list = value->if_array();
  if (list == nullptr) return pass.notes.Reject(*value, path, "expected an array");
  json::Array bad(pass.event.storage());
  json::Array good(pass.event.storage());
  for (json::Value& item : *list) {
    if (item.is_null()) continue;
    if (item.is_string()) {
      good.push_back(std::move(item));
    } else if (auto text = LenientText(item)) {
      good.emplace_back(std::string_view(*text));
    } else {
      bad.push_back(std::move(item));
    }
  }
  if (!bad.empty()) {
    json::Value rejected(std::move(bad));
    pass.notes.Invalid(path, &rejected, "expected a primitive value");
  }
  if (good.empty()) {
    pass.event.erase("fingerprint");
  } else {
    *value = std::move(good);
  }
}

}  // namespace gatehouse::events
