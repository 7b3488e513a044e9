#include "edge/web/events/event_view.h"

#include <algorithm>

#include "base/text.h"
#include "platform/json/json.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kMaxFrames = 50;
constexpr std::size_t kMaxCrumbs = 30;

std::string Text(const json::Object& object, std::string_view key) {
  return std::string(json::GetString(object, key).value_or(""));
}

// A value as people read it: texts as they are, everything else as JSON.
std::string Shown(const json::Value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::Serialize(value);
}

// A line of code keeps its indentation and still breaks where the page ends.
std::string Indented(std::string_view line) {
  const std::size_t blanks = std::min(line.find_first_not_of(' '), line.size());
  std::string out;
  for (std::size_t i = 0; i < blanks; ++i) out += "\u00a0";
  return out + std::string(line.substr(blanks));
}

void AddRows(html::Data& data, std::string_view text) {
  for (const std::string_view line : Split(text, '\n'))
    data.Add("LINES").Set("ROW", Indented(line));
}

void AddFrame(html::Data& stack, const json::Object& frame) {
  html::Data& row = stack.Add("FRAME");
  std::string place = Text(frame, "filename");
  if (place.empty()) place = Text(frame, "module");
  if (auto line = json::GetInt(frame, "lineno")) place += ":" + std::to_string(*line);
  std::string function = Text(frame, "function");
  row.Set("FUNCTION", function.empty() ? "(anonymous)" : function).Set("PLACE", place);
  if (json::GetBool(frame, "in_app").value_or(false)) row.Show("IN_APP");
  const std::string line = Text(frame, "context_line");
  if (line.empty()) return;
  html::Data& source = row.Add("SOURCE");
  const auto add_lines = [&](const char* section, std::string_view key) {
    const json::Array* context = json::GetArray(frame, key);
    if (context == nullptr) return;
    for (const json::Value& one : *context) {
      if (one.is_string()) source.Add(section).Set("ROW", Indented(one.get_string()));
    }
  };
  add_lines("BEFORE", "pre_context");
  source.Set("LINE", Indented(line));
  add_lines("AFTER", "post_context");
}

void AddExceptions(html::Data& body, const json::Object& event) {
  const json::Object* exception = json::GetObject(event, "exception");
  const json::Array* values = exception ? json::GetArray(*exception, "values") : nullptr;
  if (values == nullptr) return;
  // The one that was thrown last comes first, its newest frame too.
  for (auto it = values->rbegin(); it != values->rend(); ++it) {
    const json::Object* one = it->if_object();
    if (one == nullptr) continue;
    html::Data& section = body.Add("EXCEPTION");
    const std::string type = Text(*one, "type");
    section.Set("TYPE", type.empty() ? "Stack trace" : type).Set("VALUE", Text(*one, "value"));
    if (const json::Object* mechanism = json::GetObject(*one, "mechanism")) {
      if (json::GetBool(*mechanism, "handled") == false) section.Show("UNHANDLED");
    }
    const json::Object* stack = json::GetObject(*one, "stacktrace");
    const json::Array* frames = stack ? json::GetArray(*stack, "frames") : nullptr;
    if (frames == nullptr) continue;
    std::size_t shown = 0;
    for (auto frame = frames->rbegin(); frame != frames->rend() && shown < kMaxFrames; ++frame) {
      if (const json::Object* fields = frame->if_object()) {
        AddFrame(section, *fields);
        ++shown;
      }
    }
  }
}

void AddCrumbs(html::Data& body, const json::Object& event) {
  const json::Object* crumbs = json::GetObject(event, "breadcrumbs");
  const json::Array* values = crumbs ? json::GetArray(*crumbs, "values") : nullptr;
  if (values == nullptr || values->empty()) return;
  html::Data& section = body.Add("CRUMBS");
  std::size_t shown = 0;
  for (auto it = values->rbegin(); it != values->rend() && shown < kMaxCrumbs; ++it) {
    const json::Object* crumb = it->if_object();
    if (crumb == nullptr) continue;
    std::string what = Text(*crumb, "message");
    if (what.empty()) {
      if (const json::Object* data = json::GetObject(*crumb, "data")) what = json::Serialize(*data);
    }
    section.Add("CRUMB").Set("CATEGORY", Text(*crumb, "category")).Set("WHAT", what);
    ++shown;
  }
}

void AddContexts(html::Data& body, const json::Object& event) {
  const json::Object* contexts = json::GetObject(event, "contexts");
  if (contexts == nullptr) return;
  for (const auto& [name, value] : *contexts) {
    const json::Object* fields = value.if_object();
    if (fields == nullptr || fields->empty()) continue;
    html::Data& section = body.Add("CONTEXT");
    section.Set("NAME", std::string(name));
    for (const auto& [key, field] : *fields) {
      if (key == "type") continue;
      section.Add("FIELD").Set("KEY", std::string(key)).Set("VALUE", Shown(field));
    }
  }
}

}  // namespace

std::string_view LevelPill(std::string_view level) {
  if (level == "fatal" || level == "error") return "bad";
  return level == "warning" ? "warn" : "";
}

void AddEvent(html::Data& shown, const eventstore::StoredEvent& event) {
  for (const auto& [key, value] : event.tags) {
    std::string name = key.starts_with("sentry:") ? key.substr(7) : key;
    shown.Add("TAG").Set("KEY", std::move(name)).Set("VALUE", value);
  }
  auto payload =
      json::ParseObject(event.payload, {.max_bytes = event.payload.size(), .max_depth = 128});
  if (!payload) return;
  if (const json::Object* entry = json::GetObject(*payload, "logentry")) {
    const std::string text = Text(*entry, "formatted");
    if (!text.empty()) AddRows(shown.Add("MESSAGE"), text);
  }
  AddExceptions(shown, *payload);
  AddCrumbs(shown, *payload);
  AddContexts(shown, *payload);
}

}  // namespace gatehouse::web
