// Variables of fingerprints and titles, and where in an event their values are.

#include <algorithm>

#include "region/events/grouping/fingerprint.h"

namespace gatehouse::grouping {

std::string_view TagOf(const json::Object& event, std::string_view name) {
  const json::Value* tags = event.if_contains("tags");
  if (tags == nullptr) return {};
  if (const json::Object* object = tags->if_object()) return TextOf(*object, name);
  const json::Array* list = tags->if_array();
  if (list == nullptr) return {};
  for (const json::Value& pair : *list) {
    if (const json::Array* p = pair.if_array()) {
      if (p->size() == 2 && (*p)[0].is_string() && (*p)[1].is_string() &&
          (*p)[0].get_string() == name) {
        return (*p)[1].get_string();
      }
    } else if (const json::Object* o = pair.if_object()) {
      if (TextOf(*o, "key") == name) return TextOf(*o, "value");
    }
  }
  return {};
}

namespace {

bool IsBlankByte(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// The variable that starts at text[0], with the length of all of it.
struct Variable {
  std::string_view name;
  std::size_t length = 0;
};
std::optional<Variable> ReadVariable(std::string_view text) {
  if (!text.starts_with("{{")) return std::nullopt;
  std::size_t start = 2;
  while (start < text.size() && IsBlankByte(text[start])) ++start;
  const std::size_t close = text.find("}}", start);
  if (close == text.npos) return std::nullopt;
  std::size_t end = close;
  while (end > start && IsBlankByte(text[end - 1])) --end;
  const std::string_view name = text.substr(start, end - start);
  if (name.empty() || std::ranges::any_of(name, IsBlankByte)) return std::nullopt;
  return Variable{name, close + 2};
}

const json::Object* LastException(const json::Object& event) {
  const auto list = ListOf(event, "exception");
  for (std::size_t i = list.size(); i-- > 0;) {
    if (const json::Object* exception = list[i].if_object()) return exception;
  }
  return nullptr;
}

// First of the texts that is not empty.
std::string Or(std::initializer_list<std::string_view> texts) {
  for (const std::string_view text : texts) {
    if (!text.empty()) return std::string(text);
  }
  return {};
}

std::optional<std::string> Lookup(std::string_view name, const json::Object& event) {
  auto member = [](const json::Object* object, std::string_view key) {
    return object != nullptr ? TextOf(*object, key) : std::string_view();
  };
  auto frame = [&event, &member](std::string_view key) {
    return member(CrashFrame(event, false), key);
  };
  if (name == "transaction") return Or({TextOf(event, "transaction"), "<no-transaction>"});
  if (name == "level") return Or({TextOf(event, "level"), "<no-level>"});
  if (name == "logger") return Or({TextOf(event, "logger"), "<no-logger>"});
  if (name == "message") {
    const json::Object* entry = json::GetObject(event, "logentry");
    return Or({member(entry, "formatted"), member(entry, "message"),
               member(LastException(event), "value"), "<no-message>"});
  }
  if (name == "type" || name == "error.type") {
    return Or({member(LastException(event), "type"), "<no-type>"});
  }
  if (name == "value" || name == "error.value") {
    return Or({member(LastException(event), "value"), "<no-value>"});
  }
  if (name == "function" || name == "stack.function") {
    return Or({frame("function"), "<no-function>"});
  }
  if (name == "path" || name == "stack.abs_path") {
    return Or({frame("abs_path"), frame("filename"), "<no-abs-path>"});
  }
  if (name == "stack.filename") {
    return Or({frame("filename"), frame("abs_path"), "<no-filename>"});
  }
  if (name == "module" || name == "stack.module") return Or({frame("module"), "<no-module>"});
  if (name == "package" || name == "stack.package") {
    const std::string_view package = frame("package");
    const std::size_t slash = package.find_last_of("/\\");
    return Or({slash == package.npos ? package : package.substr(slash + 1), "<no-package>"});
  }
  if (name.starts_with("tags.")) {
    const std::string tag(name.substr(5));
    return Or({TagOf(event, tag), "<no-value-for-tag-" + tag + ">"});
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string_view> VariableName(std::string_view value) {
  const auto variable = ReadVariable(value);
  if (!variable || variable->length != value.size()) return std::nullopt;
  return variable->name;
}

bool IsDefaultVariable(std::string_view value) { return VariableName(value) == "default"; }

std::string ResolveValue(std::string_view value, const json::Object& event) {
  const auto name = VariableName(value);
  auto found = name ? Lookup(*name, event) : std::nullopt;
  return found ? std::move(*found) : std::string(value);
}

std::string ExpandVariables(std::string_view text, const json::Object& event) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto variable = text[at] == '{' ? ReadVariable(text.substr(at)) : std::nullopt;
    const auto value = variable ? Lookup(variable->name, event) : std::nullopt;
    if (value) {
      out += *value;
      at += variable->length;
    } else {
      out += text[at++];
    }
  }
  return out;
}

const json::Object* CrashFrame(const json::Object& event, bool named) {
  auto frames_of = [](const json::Object* holder) -> const json::Array* {
    const json::Object* stack =
        holder != nullptr ? json::GetObject(*holder, "stacktrace") : nullptr;
    const json::Array* frames = stack != nullptr ? json::GetArray(*stack, "frames") : nullptr;
    return frames != nullptr && !frames->empty() ? frames : nullptr;
  };
  const json::Array* frames = frames_of(LastException(event));
  if (frames == nullptr) frames = frames_of(&event);
  if (frames == nullptr) {
    const auto threads = ListOf(event, "threads");
    if (threads.size() == 1) frames = frames_of(threads[0].if_object());
  }
  if (frames == nullptr) return nullptr;
  const json::Object* last = nullptr;
  for (std::size_t i = frames->size(); i-- > 0;) {
    const json::Object* frame = (*frames)[i].if_object();
    if (frame == nullptr) continue;
    if (named) {
      const std::string_view function = TextOf(*frame, "function");
      if (function.empty() || function == "<redacted>" || function == "<unknown>") continue;
    }
    if (json::GetBool(*frame, "in_app").value_or(false)) return frame;
    if (last == nullptr) last = frame;
  }
  return last;
}

}  // namespace gatehouse::grouping
