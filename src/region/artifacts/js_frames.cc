#include "region/artifacts/js_frames.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "platform/json/text.h"
#include "region/artifacts/bundle.h"
#include "region/artifacts/js_path.h"

namespace gatehouse::artifacts {
namespace {

constexpr std::size_t kMaxScripts = 100;
constexpr std::size_t kContext = 5;
constexpr std::size_t kWalkBack = 128;
constexpr std::size_t kMaxErrors = 100;

bool IsJavaScript(std::string_view platform) {
  return platform == "javascript" || platform == "node";
}

std::optional<std::uint32_t> Number(const json::Object& frame, std::string_view key) {
  const json::Value* value = frame.if_contains(key);
  if (value == nullptr) return std::nullopt;
  std::int64_t number = 0;
  if (value->is_int64()) {
    number = value->as_int64();
  } else if (value->is_uint64() && value->as_uint64() < SourceMap::kNone) {
    number = static_cast<std::int64_t>(value->as_uint64());
  }
  if (number <= 0 || number >= SourceMap::kNone) return std::nullopt;
  return static_cast<std::uint32_t>(number);
}

std::string_view PathOf(const json::Object& frame) {
  const std::string_view path = json::TextOf(frame, "abs_path");
  return path.empty() ? json::TextOf(frame, "filename") : path;
}

bool IsEligible(const json::Object& frame, std::string_view event_platform) {
  const std::string_view own = json::TextOf(frame, "platform");
  const std::string_view platform = own.empty() ? event_platform : own;
  if (!IsJavaScript(platform) || !Number(frame, "lineno")) return false;
  const std::string_view path = PathOf(frame);
  if (path.empty() || path == "native" || path == "[native code]" || path.starts_with("<") ||
      path.starts_with("data:")) {
    return false;
  }
  // Node's own modules ("node:internal/…", "events.js") are in no upload.
  return platform != "node" || path.starts_with('/') || path.starts_with("file:") ||
         path.starts_with("app:") || path.starts_with("webpack:") ||
         (path.size() > 2 && path[1] == ':');
}

// Calls `f` with each object that has a stack trace.
template <class Object, class F>
void ForEachHolder(Object& event, F f) {
  for (const std::string_view interface : {"exception", "threads"}) {
    auto* found = event.if_contains(interface);
    if (found == nullptr || !found->is_object()) continue;
    auto* values = found->as_object().if_contains("values");
    if (values == nullptr || !values->is_array()) continue;
    for (auto& one : values->as_array()) {
      if (one.is_object()) f(one.as_object());
    }
  }
  f(event);
}

template <class Object>
auto* FramesOf(Object& holder) {
  auto* stack = holder.if_contains("stacktrace");
  auto* frames =
      stack != nullptr && stack->is_object() ? stack->as_object().if_contains("frames") : nullptr;
  return frames != nullptr && frames->is_array() ? &frames->as_array() : nullptr;
}

// What debug_meta says about generated files.
std::string DebugIdOf(const json::Object& event, std::string_view path) {
  const json::Object* meta = json::GetObject(event, "debug_meta");
  const json::Array* images = meta == nullptr ? nullptr : json::GetArray(*meta, "images");
  if (images == nullptr) return {};
  for (const json::Value& one : *images) {
    if (!one.is_object() || json::TextOf(one.as_object(), "type") != "sourcemap" ||
        json::TextOf(one.as_object(), "code_file") != path) {
      continue;
    }
    return NormalDebugId(json::TextOf(one.as_object(), "debug_id")).value_or("");
  }
  return {};
}

// One event at work.
class Pass {
 public:
  Pass(json::Object& event, const ScriptOf& script_of)
      : event_(event), script_of_(script_of), platform_(json::TextOf(event, "platform")) {}

  void Run() {
    ForEachHolder(event_, [this](json::Object& holder) { Resolve(holder); });
    if (errors_.empty()) return;
    json::Value& slot = event_["errors"];
    if (!slot.is_array()) slot = json::Array();
    for (json::Object& error : errors_) slot.as_array().push_back(std::move(error));
  }

 private:
  void Resolve(json::Object& holder) {
    json::Array* frames = FramesOf(holder);
    if (frames == nullptr) return;
    json::Array raw;
    bool changed = false;
    for (json::Value& one : *frames) {
      raw.push_back(one);
      if (one.is_object() && IsEligible(one.as_object(), platform_)) {
        changed = ResolveFrame(one.as_object()) || changed;
      }
    }
    if (changed && !holder.contains("raw_stacktrace")) {
      holder["raw_stacktrace"] = json::Object{{"frames", std::move(raw)}};
    }
  }

  bool ResolveFrame(json::Object& frame) {
    const std::string path(PathOf(frame));
    const Wanted wanted{path, DebugIdOf(event_, path)};
    const std::shared_ptr<const Script> script = script_of_(wanted);
    if (!script) return false;
    if (!script->problem.empty()) Tell(script->problem, {{"url", path}});
    const std::uint32_t line = *Number(frame, "lineno") - 1;
    const auto column = Number(frame, "colno");
    if (!script->map || !column) return AddGeneratedContext(frame, *script, line, column);
    const SourceMap::Token* token = script->map->Find(line, *column - 1);
    if (token == nullptr || token->source == SourceMap::kNone) {
      Tell(kJsInvalidLocation, {{"url", path}, {"row", line + 1}, {"column", *column}});
      return AddGeneratedContext(frame, *script, line, column);
    }
    Move(frame, *script, *token, path);
    return true;
  }

  void Move(json::Object& frame, const Script& script, const SourceMap::Token& token,
            const std::string& path) {
    const SourceMap& map = *script.map;
    const std::string source(map.Source(token));
    const std::string abs_path = JoinPath(script.map_url, source);
    json::Object data;
    if (const json::Object* old = json::GetObject(frame, "data")) data = *old;
    data["orig_filename"] = path;
    for (const std::string_view key : {"function", "lineno", "colno", "in_app"}) {
      if (const json::Value* old = frame.if_contains(key)) data["orig_" + std::string(key)] = *old;
    }
    data["sourcemap"] = script.map_url;
    data["resolved_with"] = script.found_by;
    data["symbolicated"] = true;

    const std::string function = FunctionName(frame, script, token);
    if (!function.empty()) frame["function"] = function;
    frame["abs_path"] = abs_path;
    frame["filename"] = FileNameOf(source);
    frame["lineno"] = std::int64_t{token.source_line} + 1;
    frame["colno"] = std::int64_t{token.source_column} + 1;
    if (abs_path.starts_with("http:") || abs_path.starts_with("https:") ||
        abs_path.starts_with("webpack:") || abs_path.starts_with("app:")) {
      frame["module"] =
          abs_path.starts_with("webpack:") ? ModuleOf(FileNameOf(source)) : ModuleOf(abs_path);
    }
    const std::string_view name = FileNameOf(source);
    if (IsVendored(abs_path) || IsVendored(name) || map.IsIgnored(token.source)) {
      frame["in_app"] = false;
    } else if (name.starts_with("./") || abs_path.starts_with("app:")) {
      frame["in_app"] = true;
    }
    frame["data"] = std::move(data);
    for (const std::string_view key : {"pre_context", "context_line", "post_context"}) {
      frame.erase(key);
    }
    if (const std::string* content = map.SourceContent(token.source)) {
      AddContext(frame, *content, token.source_line, token.source_column);
    } else {
      Tell(kJsMissingContent, {{"source", source}, {"sourcemap", script.map_url}});
    }
  }

  // The line itself, of the file as it was sent.
  bool AddGeneratedContext(json::Object& frame, const Script& script, std::uint32_t line,
                           std::optional<std::uint32_t> column) {
    if (!script.generated || frame.contains("context_line")) return false;
    if (line >= script.generated->lines()) return false;
    const std::size_t at = column ? *column - 1 : 0;
    frame["context_line"] = TrimmedLine(script.generated->Line(line), at);
    json::Array before, after;
    for (std::size_t i = line - std::min<std::size_t>(line, kContext); i < line; ++i) {
      before.emplace_back(TrimmedLine(script.generated->Line(i), 0));
    }
    for (std::size_t i = line + 1; i <= line + kContext && i < script.generated->lines(); ++i) {
      after.emplace_back(TrimmedLine(script.generated->Line(i), 0));
    }
    frame["pre_context"] = std::move(before);
    frame["post_context"] = std::move(after);
    return true;
  }

  static void AddContext(json::Object& frame, std::string_view content, std::uint32_t line,
                         std::uint32_t column) {
    const std::size_t first = line - std::min<std::size_t>(line, kContext);
    json::Array before, after;
    bool found = false;
    std::size_t at = 0;
    for (std::size_t number = 0; number <= line + kContext; ++number) {
      const std::size_t end = content.find('\n', at);
      std::string_view text = content.substr(at, end == std::string_view::npos ? end : end - at);
      if (text.ends_with('\r')) text.remove_suffix(1);
      if (number == line) {
        frame["context_line"] = TrimmedLine(text, column);
        found = true;
      } else if (number >= first && number < line) {
        before.emplace_back(TrimmedLine(text, 0));
      } else if (number > line && !(end == std::string_view::npos && text.empty())) {
        after.emplace_back(TrimmedLine(text, 0));
      }
      if (end == std::string_view::npos) break;
      at = end + 1;
    }
    if (!found) return;
    frame["pre_context"] = std::move(before);
    frame["post_context"] = std::move(after);
  }

  // The name that the function of the frame has in the source; "": not known. Of "n.pay", a method,
  // each part may have been another.
  static std::string FunctionName(const json::Object& frame, const Script& script,
                                  const SourceMap::Token& token) {
    std::string_view generated = json::TextOf(frame, "function");
    for (const std::string_view prefix : {"async ", "new ", "get ", "set "}) {
      if (generated.starts_with(prefix)) generated.remove_prefix(prefix.size());
    }
    const std::size_t dot = generated.rfind('.');
    if (dot == std::string_view::npos) return DeclaredName(generated, script, token);
    const std::string owner = DeclaredName(generated.substr(0, dot), script, token);
    std::string name = DeclaredName(generated.substr(dot + 1), script, token);
    if (owner.empty()) return name;
    if (name.empty()) name = generated.substr(dot + 1);
    return owner + "." + name;
  }

  // Walks back from the place to the token at which the generated name is declared.
  static std::string DeclaredName(std::string_view generated, const Script& script,
                                  const SourceMap::Token& token) {
    if (generated.empty() || generated.starts_with('<') || !script.generated) return {};
    const std::vector<SourceMap::Token>& tokens = script.map->tokens();
    std::size_t at = static_cast<std::size_t>(&token - tokens.data());
    for (std::size_t steps = 0; steps < kWalkBack; ++steps, --at) {
      const SourceMap::Token& here = tokens[at];
      if (const std::string_view name = script.map->Name(here); !name.empty()) {
        if (script.generated->IdentifierAt(here.line, here.column) == generated &&
            IsDeclared(*script.generated, here, generated.size())) {
          return std::string(name);
        }
      }
      if (at == 0) break;
    }
    return {};
  }

  // "function a(", "a=", "a:", "class a", "a(…){": a call, "a()", declares nothing.
  static bool IsDeclared(const ScriptText& script, const SourceMap::Token& token,
                         std::size_t length) {
    const std::string_view line = script.Line(token.line);
    const std::size_t at = ScriptText::ByteOfColumn(line, token.column);
    std::string_view before = line.substr(0, at);
    while (before.ends_with(' ') || before.ends_with('*')) before.remove_suffix(1);
    if (before.ends_with("function") || before.ends_with("class")) return true;
    std::string_view after = line.substr(std::min(line.size(), at + length));
    while (after.starts_with(' ')) after.remove_prefix(1);
    if (after.starts_with(':')) return true;
    if (after.starts_with('=')) return !after.starts_with("==");
    if (!after.starts_with('(')) return false;
    // A method: its parameters are followed by its body.
    int open = 0;
    for (std::size_t i = 0; i < after.size() && i < 512; ++i) {
      if (after[i] == '(') ++open;
      if (after[i] == ')' && --open == 0) {
        std::string_view rest = after.substr(i + 1);
        while (rest.starts_with(' ')) rest.remove_prefix(1);
        return rest.starts_with('{');
      }
    }
    return false;
  }

  void Tell(std::string_view type, json::Object data) {
    if (errors_.size() >= kMaxErrors) return;
    data["type"] = type;
    if (std::ranges::find(errors_, data) == errors_.end()) errors_.push_back(std::move(data));
  }

  json::Object& event_;
  const ScriptOf& script_of_;
  const std::string platform_;
  std::vector<json::Object> errors_;
};

}  // namespace

std::size_t Script::memory() const {
  return sizeof(Script) + map_url.size() + (generated ? generated->memory() : 0) +
         (map ? map->memory() : 0);
}

bool MayWantScripts(const json::Object& event) {
  // A frame of another platform than the event's is told by the frame: native parts of mobile
  // applications. Those events are rare; their frames are looked at.
  const std::string_view platform = json::TextOf(event, "platform");
  return (IsJavaScript(platform) || platform == "native" || platform == "cocoa" ||
          platform == "java" || platform == "csharp" || platform == "other") &&
         json::TextOf(event, "type") != "transaction" &&
         (event.contains("exception") || event.contains("threads") || event.contains("stacktrace"));
}

std::vector<Wanted> WantedScripts(const json::Object& event) {
  std::vector<Wanted> wanted;
  const std::string_view platform = json::TextOf(event, "platform");
  ForEachHolder(event, [&](const json::Object& holder) {
    const json::Array* frames = FramesOf(holder);
    if (frames == nullptr) return;
    for (const json::Value& one : *frames) {
      if (!one.is_object() || !IsEligible(one.as_object(), platform)) continue;
      const std::string_view path = PathOf(one.as_object());
      if (wanted.size() >= kMaxScripts ||
          std::ranges::any_of(wanted, [&](const Wanted& w) { return w.abs_path == path; })) {
        continue;
      }
      wanted.push_back({std::string(path), DebugIdOf(event, path)});
    }
  });
  return wanted;
}

void ResolveFrames(json::Object& event, const ScriptOf& script_of) { Pass(event, script_of).Run(); }

}  // namespace gatehouse::artifacts
