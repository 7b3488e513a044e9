// Which parts of a frame, and which frames of a stack trace, say where a failure is.

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "region/events/grouping/codepoints.h"
#include "region/events/grouping/parametrize.h"
#include "region/events/grouping/scan.h"
#include "region/events/grouping/stack.h"

namespace gatehouse::grouping {
namespace {

constexpr std::size_t kMaxContextLine = 120;

bool IsUrl(std::string_view path, bool files) {
  for (const std::string_view scheme : {"http:", "https:", "applewebdata:", "blob:"}) {
    if (path.starts_with(scheme)) return true;
  }
  return files && path.starts_with("file:");
}

bool IsIdentifierByte(char c) { return IsAlnum(c) || c == '_'; }

// The end of what a class generator appended at `at`, behind its marker; `at` if it appended
// nothing.
std::size_t GeneratedEnd(std::string_view name, std::size_t at) {
  std::size_t end = scan::Run(name, at, IsHexDigit);
  if (end == at) return at;
  if (scan::At(name, end) == '_' && IsDigit(scan::At(name, end + 1))) {
    end = scan::Run(name, end + 1, IsDigit);
  }
  return end;
}

// A generated part of a Java class name: from its start to the end of its marker, and of all of it.
struct Generated {
  std::size_t marker_end = 0;
  std::size_t end = 0;
};

// $$EnhancerBySpringCGLIB$$1ebdddb0, $$EnhancerByGuice$$ae46b1bf, $$FastClassByX$$ae46b1bf
Generated ClassGenerator(std::string_view name, std::size_t at) {
  const std::size_t word_end = scan::Run(name, at + 2, IsIdentifierByte);
  const std::string_view word = name.substr(at + 2, word_end - at - 2);
  const bool known = (word.ends_with("CGLIB") && word.size() > 5) ||
                     (word.starts_with("EnhancerBy") && word.size() > 10) ||
                     (word.starts_with("FastClassBy") && word.size() > 11);
  if (!known || name.substr(word_end, 2) != "$$") return {};
  const std::size_t end = GeneratedEnd(name, word_end + 2);
  return end == word_end + 2 ? Generated{} : Generated{word_end + 2, end};
}

Generated GeneratedAt(std::string_view name, std::size_t at) {
  const std::string_view rest = name.substr(at);
  if (rest.starts_with("$$_javassist")) {
    std::size_t end = at + 12;
    if (name.substr(end).starts_with("_seam")) end += 5;
    if (scan::At(name, end) == '_' && IsDigit(scan::At(name, end + 1))) {
      end = scan::Run(name, end + 1, IsDigit);
    }
    return {at + 12, end};
  }
  if (rest.starts_with("$$")) return ClassGenerator(name, at);
  for (const std::string_view marker : {"$fn__", "$HibernateProxy$"}) {
    if (!rest.starts_with(marker)) continue;
    const std::size_t from = at + marker.size();
    const std::size_t end = marker == "$fn__" ? scan::Run(name, from, IsDigit)
                                              : scan::Run(name, from, IsIdentifierByte);
    if (end > from) return {from, end};
  }
  for (const std::string_view marker : {"sun.reflect.GeneratedConstructorAccessor",
                                        "sun.reflect.GeneratedSerializationConstructorAccessor"}) {
    if (!rest.starts_with(marker)) continue;
    const std::size_t from = at + marker.size();
    const std::size_t end = scan::Run(name, from, IsDigit);
    if (end > from) return {from, end};
  }
  return {};
}

// `name` with <auto> for what was made up while the program ran.
std::string WithoutGenerated(std::string_view name) {
  std::string out;
  for (std::size_t at = 0; at < name.size();) {
    const bool may_start = name[at] == '$' || name[at] == 's';
    const Generated found = may_start ? GeneratedAt(name, at) : Generated{};
    if (found.end == 0) {
      out += name[at++];
      continue;
    }
    out += name.substr(at, found.marker_end - at);
    out += "<auto>";
    at = found.end;
  }
  return out;
}

Component Module(const Frame& frame, Arena& arena) {
  if (!frame.has_module) return arena.Node("module", {});
  const std::string_view module = frame.module;
  Component component = arena.Node("module", {arena.Leaf(module)});
  if (frame.platform == "javascript") {
    if (module.find('/') != module.npos && !frame.abs_path.empty() &&
        frame.abs_path.ends_with(module)) {
      component.Silence("ignored bad javascript module");
    }
  } else if (frame.platform == "java") {
    if (module.find("$$Lambda$") != module.npos) {
      component.Silence("ignored java lambda");
      return component;
    }
    for (const std::string_view accessor :
         {"sun.reflect.GeneratedMethodAccessor", "jdk.internal.reflect.GeneratedMethodAccessor"}) {
      if (!module.starts_with(accessor)) continue;
      component.parts = arena.Node("", {arena.Leaf(accessor)}).parts;
      component.hint = "removed reflection marker";
      return component;
    }
    if (const std::string cleaned = WithoutGenerated(module); cleaned != module) {
      component.parts = arena.Node("", {arena.Leaf(cleaned)}).parts;
      component.hint = "removed codegen marker";
    }
  }
  return component;
}

Component Filename(const Frame& frame, Arena& arena) {
  if (!frame.has_filename) return arena.Node("filename", {});
  const std::size_t slash = frame.filename.find_last_of("/\\");
  std::string name =
      AsciiLower(slash == frame.filename.npos ? frame.filename : frame.filename.substr(slash + 1));
  std::string_view hint;
  if (frame.platform == "java" && !IsUrl(frame.abs_path, false)) {
    if (std::string cleaned = WithoutGenerated(name); cleaned != name) {
      name = std::move(cleaned);
      hint = "cleaned javassist parts";
    }
  }
  Component component = arena.Node("filename", {arena.Leaf(name)});
  component.hint = hint;
  if (IsUrl(frame.abs_path, false)) {
    component.Silence("ignored because frame points to a URL");
  } else if (name == "<anonymous>") {
    component.Silence("anonymous filename discarded");
  } else if (name == "[native code]") {
    component.Silence("native code indicated by filename");
  }
  return component;
}

Component ContextLine(const Frame& frame, Family family, Arena& arena) {
  std::string line;
  bool blank = false;
  for (std::size_t at = 0; at < frame.context_line.size();) {
    const CodePoint c = Decode(frame.context_line, at);
    if (IsSpace(c.value)) {
      blank = !line.empty();
    } else {
      if (std::exchange(blank, false)) line += ' ';
      line += frame.context_line.substr(at, c.bytes);
    }
    at += c.bytes;
  }
  Component component = arena.Text("context-line", line);
  if (line.empty()) return component;
  if (CountCodePoints(frame.context_line) > kMaxContextLine) {
    component.Silence("discarded because line too long");
  } else if (family == Family::kJavascript && frame.function.empty() &&
             IsUrl(frame.abs_path, true)) {
    component.Silence("discarded because from URL origin and no function");
  }
  return component;
}

std::string_view AfterLastDot(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == name.npos ? name : name.substr(dot + 1);
}

// __1234_5678 at the end of an ERB template's method.
std::string_view WithoutErbSuffix(std::string_view name) {
  std::size_t at = name.size();
  for (int part = 0; part < 2; ++part) {
    const std::size_t end = at;
    while (at > 0 && IsDigit(name[at - 1])) --at;
    if (end - at < 4 || at == 0 || name[at - 1] != '_') return name;
    --at;
  }
  return at > 0 && name[at - 1] == '_' ? name.substr(0, at - 1) : name;
}

Component Function(const Frame& frame, Family family, bool line_counts, Arena& arena) {
  std::string_view name = frame.function.empty() ? frame.raw_function : frame.function;
  if (frame.platform == "csharp" && !frame.raw_function.empty()) name = frame.raw_function;
  if (name.empty()) return arena.Node("function", {});
  std::string_view shown = name;
  std::string_view hint;
  bool counts = true;
  constexpr std::string_view kAnonymousClass("class@anonymous\0", 16);
  if (frame.platform == "ruby") {
    if (name.starts_with("block ")) {
      shown = "block";
      hint = "ruby block";
    } else if (shown = WithoutErbSuffix(name); shown != name) {
      hint = "removed generated erb template suffix";
    }
  } else if (frame.platform == "php") {
    if (name.starts_with("[Anonymous") || name.starts_with(kAnonymousClass)) {
      counts = false;
      hint = "ignored anonymous function";
    }
    if (const std::size_t colons = name.rfind("::");
        name.starts_with("class@anonymous") && colons != name.npos) {
      shown = name.substr(colons + 2);
      counts = true;
      hint = "anonymous class method";
    }
  } else if (frame.platform == "java") {
    if (name.starts_with("lambda$")) {
      counts = false;
      hint = "ignored lambda function";
    }
  } else if (family == Family::kNative) {
    if (name == "<redacted>" || name == "<unknown>") {
      counts = false;
      hint = "ignored unknown function";
    }
  } else if (family == Family::kJavascript) {
    if (shown = AfterLastDot(name); shown != name) hint = "trimmed javascript function";
    if (frame.sourcemap && line_counts) {
      counts = false;
      hint = "ignored because sourcemap used and context line available";
    }
    const std::string_view last =
        AfterLastDot(frame.raw_function.empty() ? frame.function : frame.raw_function);
    constexpr std::string_view kUnknown[] = {"?", "<anonymous function>", "<anonymous>",
                                             "Anonymous function"};
    if (last.empty()) {
      counts = false;
    } else if (std::ranges::find(kUnknown, last) != std::end(kUnknown) || last.ends_with("/<")) {
      counts = false;
      hint = "ignored unknown function name";
    }
  }
  Component component = arena.Node("function", {arena.Leaf(shown)});
  component.contributes = counts;
  component.hint = hint;
  return component;
}

Component GroupFrame(const Frame& frame, Arena& arena) {
  const Family family = FamilyOf(frame.platform);
  Component module = Module(frame, arena);
  Component filename = Filename(frame, arena);
  if (module.contributes && filename.contributes) filename.Silence("module takes precedence");
  const bool has_lines = family == Family::kJavascript || frame.platform == "python" ||
                         frame.platform == "php" || frame.platform == "ruby";
  Component node;
  if (has_lines) {
    const Component line = ContextLine(frame, family, arena);
    const Component function = Function(frame, family, line.contributes, arena);
    node = arena.Node("frame", {module, filename, function, line});
  } else {
    node = arena.Node("frame", {module, filename, Function(frame, family, false, arena)});
  }
  if (family == Family::kJavascript) {
    constexpr std::string_view kLowQuality[] = {"[native code]", "native code", "eval code",
                                                "<anonymous>"};
    const std::string_view last =
        AfterLastDot(frame.raw_function.empty() ? frame.function : frame.raw_function);
    if (last == "eval" || std::ranges::find(kLowQuality, frame.abs_path) != std::end(kLowQuality)) {
      node.Silence("ignored low quality javascript frame");
    }
  }
  return node;
}

bool IsRecursion(const Frame& a, const Frame& b) {
  return a.abs_path == b.abs_path && a.package == b.package && a.module == b.module &&
         a.filename == b.filename && a.function == b.function && a.lineno == b.lineno &&
         a.colno == b.colno;
}

std::string_view RuleHint(bool counted, const Rules::Rule& rule, Arena& arena) {
  return arena.Copy(
      (counted ? "un-ignored by stack trace rule (" : "ignored by stack trace rule (") + rule.text +
      ")");
}

std::string_view AppHint(const MatchFrame& match, Arena& arena) {
  if (!match.in_app_changed || match.in_app_rule == nullptr) return {};
  return arena.Copy((*match.in_app ? "marked in-app by stack trace rule ("
                                   : "marked out of app by stack trace rule (") +
                    *match.in_app_rule + ")");
}

Component Assemble(const Stack& stack, std::vector<Component>& frames, Arena& arena) {
  std::uint32_t most = 0, least = 0;
  bool inverted = false;
  std::string_view hint;
  const Rules::Rule* hinted = nullptr;
  bool hinted_flag = false;
  for (const Rules::Update& update : stack.updates) {
    const Rules::Action& action = *update.action;
    switch (action.effect) {
      case Rules::Effect::kMaxFrames:
        most = action.number;
        break;
      case Rules::Effect::kMinFrames:
        least = action.number;
        break;
      case Rules::Effect::kInvert:
        inverted = action.flag;
        break;
      default:
        for (std::size_t i = update.first; i < update.last; ++i) {
          if (frames[i].contributes == action.flag) continue;
          if (hinted != update.rule || hinted_flag != action.flag) {
            hinted = update.rule;
            hinted_flag = action.flag;
            hint = RuleHint(action.flag, *hinted, arena);
          }
          frames[i].contributes = action.flag;
          frames[i].hint = hint;
        }
    }
  }
  std::uint32_t kept = 0;
  for (std::size_t n = 0; n < frames.size(); ++n) {
    Component& frame = frames[inverted ? n : frames.size() - 1 - n];
    if (!frame.contributes) continue;
    if (++kept > most && most > 0) {
      frame.Silence(arena.Copy("ignored because only " + std::to_string(most) +
                               (most == 1 ? " frame is" : " frames are") + " considered"));
    }
  }
  if (most > 0) kept = std::min(kept, most);
  Component component = arena.Node("stacktrace", frames);
  if (least > 0 && kept < least) {
    component.Silence(arena.Copy("discarded because stack trace only contains " +
                                 std::to_string(kept) + (kept == 1 ? " frame" : " frames") +
                                 " which is under the configured threshold"));
  }
  return component;
}

}  // namespace

StackComponents GroupStack(const Stack& stack, Arena& arena) {
  const std::size_t count = stack.frames.size();
  std::vector<Component> system(count), app(count);
  std::string_view app_hint;
  const std::string* app_rule = nullptr;
  for (std::size_t i = 0; i < count; ++i) {
    system[i] = GroupFrame(stack.frames[i], arena);
    if (i > 0 && IsRecursion(stack.frames[i], stack.frames[i - 1])) {
      system[i].Silence("ignored due to recursion");
    }
    const MatchFrame& match = stack.match[i];
    if (system[i].hint.empty() && match.in_app_changed) {
      if (match.in_app_rule != app_rule) {
        app_rule = match.in_app_rule;
        app_hint = AppHint(match, arena);
      }
      system[i].hint = app_hint;
    }
    app[i] = system[i];
    if (!match.in_app.value_or(false)) app[i].Silence("non app frame");
  }
  const Frame& only = stack.frames.front();
  if (count == 1 && FamilyOf(only.platform) == Family::kJavascript && only.function.empty() &&
      IsUrl(only.abs_path, true)) {
    for (Component* frame : {&system[0], &app[0]}) {
      if (frame->contributes) frame->Silence("ignored single frame with a URL and no function");
    }
  }
  return {Assemble(stack, app, arena), Assemble(stack, system, arena)};
}

}  // namespace gatehouse::grouping
