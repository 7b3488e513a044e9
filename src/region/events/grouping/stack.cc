#include "region/events/grouping/stack.h"

#include <algorithm>

#include "base/text.h"

namespace gatehouse::grouping {
namespace {

json::Object* ObjectOf(json::Object& object, std::string_view key) {
  json::Value* value = object.if_contains(key);
  return value != nullptr ? value->if_object() : nullptr;
}

std::string_view SlashedLower(std::string_view path, Arena& arena) {
  std::string text = "/" + AsciiLower(path);
  std::ranges::replace(text, '\\', '/');
  return arena.Copy(text);
}

std::uint64_t PartsOf(std::string_view slashed) {
  std::uint64_t parts = 0;
  for (std::size_t i = 1; i < slashed.size(); ++i) {
    if (slashed[i - 1] == '/') parts |= std::uint64_t{1} << (slashed[i] & 63);
  }
  return parts;
}

// operator[] may move all members even when the key is there: views into them would dangle.
json::Value& Member(json::Object& object, std::string_view key) {
  json::Value* value = object.if_contains(key);
  return value != nullptr ? *value : object[key];
}

json::Object& DataOf(json::Object& frame) {
  json::Value& data = Member(frame, "data");
  if (!data.is_object()) data.emplace_object();
  return data.get_object();
}

void RestoreInApp(json::Object& frame) {
  const json::Object* data = json::GetObject(frame, "data");
  if (data == nullptr) return;
  const auto original = json::GetInt(*data, "orig_in_app");
  if (!original) return;
  if (*original == -1) {
    frame["in_app"] = nullptr;
  } else {
    frame["in_app"] = *original != 0;
  }
}

Frame ReadFrame(json::Object& frame, std::string_view event_platform) {
  Frame f;
  f.json = &frame;
  f.platform = TextOf(frame, "platform");
  if (f.platform.empty()) f.platform = event_platform;
  if (TextOf(frame, "raw_function").empty()) {
    const std::string_view function = TextOf(frame, "function");
    if (!function.empty()) {
      std::string trimmed = TrimFunctionName(function, f.platform);
      if (!trimmed.empty()) {
        frame["raw_function"] = json::Value(function, frame.storage());
        frame["function"] = json::Value(trimmed, frame.storage());
      }
    }
  }
  for (const auto& member : frame) {
    const std::string_view key = member.key();
    const auto* text = member.value().if_string();
    const std::string_view value = text != nullptr ? std::string_view(*text) : std::string_view();
    if (key == "function") {
      f.function = value;
    } else if (key == "raw_function") {
      f.raw_function = value;
      f.has_raw_function = !value.empty();
    } else if (key == "module") {
      f.module = value;
      f.has_module = text != nullptr;
    } else if (key == "filename") {
      f.filename = value;
      f.has_filename = text != nullptr;
    } else if (key == "abs_path") {
      f.abs_path = value;
    } else if (key == "package") {
      f.package = value;
    } else if (key == "context_line") {
      f.context_line = value;
    } else if (key == "lineno") {
      f.lineno = json::GetInt(frame, key);
    } else if (key == "colno") {
      f.colno = json::GetInt(frame, key);
    } else if (key == "data") {
      const json::Object* data = member.value().if_object();
      const json::Value* map = data != nullptr ? data->if_contains("sourcemap") : nullptr;
      f.sourcemap = map != nullptr && !map->is_null();
    }
  }
  return f;
}

std::string_view FunctionOf(const Frame& frame) {
  return frame.function.empty() ? std::string_view("<unknown>") : frame.function;
}

MatchFrame ReadMatchFrame(const Frame& frame, Arena& arena) {
  MatchFrame m;
  m.function = FunctionOf(frame);
  m.module = frame.module;
  m.has_module = frame.has_module;
  m.family = FamilyOf(frame.platform);
  m.in_app = json::GetBool(*frame.json, "in_app");
  const std::string_view path = frame.abs_path.empty() ? frame.filename : frame.abs_path;
  if (!path.empty()) {
    m.path = SlashedLower(path, arena);
    m.path_parts = PartsOf(m.path);
    m.has_path = true;
  }
  if (!frame.package.empty()) {
    m.package = SlashedLower(frame.package, arena);
    m.package_parts = PartsOf(m.package);
    m.has_package = true;
  }
  if (const json::Object* data = json::GetObject(*frame.json, "data")) {
    m.category = TextOf(*data, "category");
    m.has_category = !m.category.empty();
  }
  return m;
}

// What the rules decided, into the event.
void WriteBack(json::Object& frame, const MatchFrame& match) {
  if (match.in_app_changed) {
    json::Object& data = DataOf(frame);
    if (data.if_contains("orig_in_app") == nullptr) {
      Member(data, "orig_in_app") = match.first_in_app ? (*match.first_in_app ? 1 : 0) : -1;
    }
  }
  const bool in_app = match.in_app.value_or(false);
  if (json::GetBool(frame, "in_app") != in_app) Member(frame, "in_app") = in_app;
  if (match.category_changed) {
    json::Object& data = DataOf(frame);
    Member(data, "category") = json::Value(match.category, data.storage());
  }
}

class Preparation {
 public:
  Preparation(std::string_view platform, RuleSets rules, Arena& arena)
      : platform_(platform), rules_(rules), arena_(arena) {}

  // `exception` is the owner, null for a stack trace of its own.
  void Add(json::Object& holder, std::string_view key, const json::Object* exception) {
    json::Object* stacktrace = ObjectOf(holder, key);
    if (stacktrace == nullptr) return;
    json::Value* list = stacktrace->if_contains("frames");
    json::Array* frames = list != nullptr ? list->if_array() : nullptr;
    if (frames == nullptr) return;
    Stack stack;
    stack.holder = stacktrace;
    if (exception != nullptr) {
      stack.exception.type = TextOf(*exception, "type");
      stack.exception.value = TextOf(*exception, "value");
      if (const json::Object* mechanism = json::GetObject(*exception, "mechanism")) {
        stack.exception.mechanism = TextOf(*mechanism, "type");
      }
    }
    stack.frames.reserve(frames->size());
    stack.match.reserve(frames->size());
    for (json::Value& value : *frames) {
      json::Object* frame = value.if_object();
      if (frame == nullptr) continue;
      RestoreInApp(*frame);
      stack.frames.push_back(ReadFrame(*frame, platform_));
      stack.match.push_back(ReadMatchFrame(stack.frames.back(), arena_));
    }
    if (stack.frames.empty()) return;
    for (const Rules* rules : rules_) rules->Modify(stack.match, stack.exception);
    // The category may be text of the frame that is about to be written.
    for (MatchFrame& match : stack.match) {
      if (!match.category_changed) match.category = arena_.Copy(match.category);
    }
    for (std::size_t i = 0; i < stack.frames.size(); ++i) {
      json::Object& frame = *stack.frames[i].json;
      const std::size_t members = frame.size();
      WriteBack(frame, stack.match[i]);
      if (frame.size() == members) continue;
      // A member was added: the others may have moved.
      stack.frames[i] = ReadFrame(frame, platform_);
      stack.match[i].function = FunctionOf(stack.frames[i]);
      stack.match[i].module = stack.frames[i].module;
    }
    for (const Rules* rules : rules_) {
      rules->CollectUpdates(stack.match, stack.exception, stack.updates);
    }
    stacks_.push_back(std::move(stack));
  }

  std::vector<Stack> Take() { return std::move(stacks_); }

 private:
  std::string_view platform_;
  RuleSets rules_;
  Arena& arena_;
  std::vector<Stack> stacks_;
};

template <class Object>
auto FindList(Object& event, std::string_view key) {
  auto* value = event.if_contains(key);
  if (value != nullptr && value->is_object()) value = value->get_object().if_contains("values");
  return value != nullptr ? value->if_array() : nullptr;
}

}  // namespace

std::string_view TextOf(const json::Object& object, std::string_view key) {
  return json::GetString(object, key).value_or(std::string_view());
}

std::span<json::Value> ListOf(json::Object& event, std::string_view key) {
  auto* list = FindList(event, key);
  return list != nullptr ? std::span<json::Value>(*list) : std::span<json::Value>();
}

std::span<const json::Value> ListOf(const json::Object& event, std::string_view key) {
  const auto* list = FindList(event, key);
  return list != nullptr ? std::span<const json::Value>(*list) : std::span<const json::Value>();
}

std::vector<Stack> PrepareStacks(json::Object& event, RuleSets rules, Arena& arena) {
  Preparation preparation(arena.Copy(TextOf(event, "platform")), rules, arena);
  for (json::Value& value : ListOf(event, "exception")) {
    if (json::Object* exception = value.if_object()) {
      preparation.Add(*exception, "stacktrace", exception);
      preparation.Add(*exception, "raw_stacktrace", exception);
    }
  }
  preparation.Add(event, "stacktrace", nullptr);
  preparation.Add(event, "raw_stacktrace", nullptr);
  for (json::Value& value : ListOf(event, "threads")) {
    if (json::Object* thread = value.if_object()) {
      preparation.Add(*thread, "stacktrace", nullptr);
      preparation.Add(*thread, "raw_stacktrace", nullptr);
    }
  }
  return preparation.Take();
}

const Stack* FindStack(const std::vector<Stack>& stacks, const json::Object* holder) {
  if (holder == nullptr) return nullptr;
  for (const Stack& stack : stacks) {
    if (stack.holder == holder) return &stack;
  }
  return nullptr;
}

std::string_view FrameMix(const std::vector<Stack>& stacks) {
  bool app = false, system = false;
  for (const Stack& stack : stacks) {
    for (const MatchFrame& frame : stack.match) {
      (frame.in_app.value_or(false) ? app : system) = true;
    }
  }
  if (app && system) return "mixed";
  return app ? "in-app-only" : system ? "system-only" : "";
}

}  // namespace gatehouse::grouping
