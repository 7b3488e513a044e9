// Frames: one meaning for paths, limits on their number and on what many of them carry.

#include <vector>

#include "region/events/normalize/passes.h"
#include "region/events/normalize/web_url.h"

namespace gatehouse::events {
namespace {

constexpr std::size_t kMaxFrames = 250;
constexpr std::size_t kMaxFullFrames = 50;

bool Empty(const json::Object& frame, std::string_view key) {
  const json::Value* value = frame.if_contains(key);
  return value == nullptr || value->is_null() || (value->is_string() && Text(*value).empty());
}

bool IsNonEmptyList(const json::Object& frame, std::string_view key) {
  const json::Value* value = frame.if_contains(key);
  return value != nullptr && value->is_array() && !value->get_array().empty();
}

void CheckPath(json::Object& frame, std::string_view key, const Path& path, Annotations& notes) {
  json::Value* value = frame.if_contains(key);
  if (value == nullptr || value->is_null() || value->is_string()) return;
  Path place(path, key);
  notes.Reject(*value, place, "expected a string");
}

// The path of a web address, if the text is one with a path that says something.
std::optional<std::string> FilenameOfUrl(std::string_view text) {
  for (std::string_view scheme : {"file:", "http:", "https:", "applewebdata:"}) {
    if (!text.starts_with(scheme)) continue;
    auto url = WebUrl::Parse(text);
    if (url && !url->path.empty() && url->path != "/") return url->path;
    break;
  }
  return std::nullopt;
}

void FixPaths(json::Object& frame, const Path& path, Annotations& notes) {
  if (Empty(frame, "abs_path") ||
      (Member(frame, "abs_path") != nullptr && !Member(frame, "abs_path")->is_string())) {
    // The whole value moves, also one that is refused below under its new name. A bad abs_path
    // beside a good filename disappears without a word.
    if (json::Value* filename = Member(frame, "filename")) {
      notes.Move(Path(path, "filename"), Path(path, "abs_path"));
      json::Value moved = std::move(*filename);
      frame.erase("filename");
      Slot(frame, "abs_path") = std::move(moved);
    }
  }
  CheckPath(frame, "abs_path", path, notes);
  CheckPath(frame, "filename", path, notes);
  if (Empty(frame, "filename") && !Empty(frame, "abs_path")) {
    std::string text(TextMember(frame, "abs_path"));
    SetText(Slot(frame, "filename"), FilenameOfUrl(text).value_or(text));
  }
  for (std::string_view key : {"abs_path", "filename"}) {
    Path place(path, key);
    const json::Value* value = frame.if_contains(key);
    if (value != nullptr && value->is_null() && !notes.HasErrors(place)) frame.erase(key);
  }
}

void FixContext(json::Object& frame) {
  for (std::string_view key : {"pre_context", "post_context"}) {
    json::Array* lines = ArrayMember(frame, key);
    if (lines == nullptr) continue;
    for (json::Value& line : *lines) {
      if (!line.is_string()) SetText(line, "");
    }
  }
  if (Member(frame, "context_line") == nullptr &&
      (IsNonEmptyList(frame, "pre_context") || IsNonEmptyList(frame, "post_context"))) {
    SetText(Slot(frame, "context_line"), "");
  }
}

void FixVars(json::Object& frame, const Path& path, Annotations& notes) {
  json::Value* vars = Member(frame, "vars");
  if (vars == nullptr) return;
  if (json::Object* object = vars->if_object(); object != nullptr && object->size() == 1) {
    if (json::Value* inner = object->if_contains("_"); inner != nullptr && inner->is_array()) {
      json::Value moved = std::move(*inner);
      *vars = std::move(moved);
    }
  }
  if (vars->is_array()) {
    json::Array list = std::move(vars->get_array());
    json::Object& object = vars->emplace_object();
    for (std::size_t i = 0; i < list.size(); ++i)
      Slot(object, std::to_string(i)) = std::move(list[i]);
  } else if (!vars->is_object()) {
    Path place(path, "vars");
    notes.Reject(*vars, place, "expected an object");
  }
}

void Slim(json::Value& value) {
  if (json::Object* frame = value.if_object()) {
    for (std::string_view key : {"vars", "pre_context", "post_context"}) frame->erase(key);
  }
}

// Keeps the source lines and variables of the frames at both ends.
void SlimFrames(json::Array& frames) {
  if (frames.size() <= kMaxFullFrames) return;
  std::vector<std::size_t> app;
  std::vector<std::size_t> system;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const json::Object* frame = frames[i].if_object();
    bool in_app = frame != nullptr && json::GetBool(*frame, "in_app").value_or(false);
    (in_app ? app : system).push_back(i);
  }
  std::size_t kept = kMaxFullFrames > app.size() ? (kMaxFullFrames - app.size()) / 2 : 0;
  for (std::size_t i = kept; i + kept < system.size(); ++i) Slim(frames[system[i]]);
  if (app.size() > kMaxFullFrames) {
    constexpr std::size_t kHalf = kMaxFullFrames / 2;
    for (std::size_t i = kHalf; i + kHalf < app.size(); ++i) Slim(frames[app[i]]);
  }
}

}  // namespace

void LimitFrames(json::Object& stacktrace, const Path& path, Annotations& notes) {
  json::Array* frames = ArrayMember(stacktrace, "frames");
  if (frames == nullptr || frames->size() <= kMaxFrames) return;
  Path place(path, "frames");
  notes.OriginalLength(place, frames->size());
  // The frames near the crash are at the end.
  auto surplus = static_cast<std::ptrdiff_t>(frames->size() - kMaxFrames);
  frames->erase(frames->begin(), frames->begin() + surplus);
}

void NormalizeStacktrace(json::Object& stacktrace, bool raw, const Path& path, Annotations& notes) {
  json::Array* frames = ArrayMember(stacktrace, "frames");
  if (frames == nullptr) return;
  Path place(path, "frames");
  for (std::size_t i = 0; i < frames->size(); ++i) {
    json::Object* frame = (*frames)[i].if_object();
    if (frame == nullptr) continue;
    Path item(place, i);
    for (std::string_view key : {"function", "symbol"}) {
      if (TextMember(*frame, key) == "?") frame->erase(key);
    }
    if (raw) {
      CheckPath(*frame, "abs_path", item, notes);
      CheckPath(*frame, "filename", item, notes);
    } else {
      FixPaths(*frame, item, notes);
    }
    FixContext(*frame);
    FixVars(*frame, item, notes);
  }
  SlimFrames(*frames);
}

}  // namespace gatehouse::events
