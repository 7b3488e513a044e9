#include "edge/web/events/event_stack.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "edge/web/events/event_view.h"
#include "edge/web/events/json_text.h"
#include "edge/web/events/when.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kMaxSourceLine = 400;
constexpr std::size_t kMaxSourceLines = 25;
constexpr std::size_t kMaxName = 300;
constexpr std::size_t kMaxVars = 50;

// A tab is wider than the blank that a template would make of it.
std::string CodeLine(std::string_view line) {
  std::string out;
  for (const char c : TruncateUtf8(line, kMaxSourceLine)) {
    if (c == '\t') {
      out += "    ";
    } else {
      out += c;
    }
  }
  if (line.size() > kMaxSourceLine) out += " …";
  return out.empty() ? " " : out;
}

// "src/pay.js:12:7", or whatever of it is known.
std::string PlaceOf(const json::Object& frame) {
  std::string place = CutText(frame, "filename", kMaxName);
  if (place.empty()) place = CutText(frame, "abs_path", kMaxName);
  if (place.empty()) place = CutText(frame, "module", kMaxName);
  if (place.empty()) place = CutText(frame, "package", kMaxName);
  if (place.empty()) place = CutText(frame, "instruction_addr", kMaxName);
  if (const auto line = json::GetInt(frame, "lineno")) {
    place += ":" + std::to_string(*line);
    if (const auto column = json::GetInt(frame, "colno")) place += ":" + std::to_string(*column);
  }
  return place;
}

std::string FunctionOf(const json::Object& frame) {
  std::string function = CutText(frame, "function", kMaxName);
  return function.empty() ? "(anonymous)" : function;
}

void AddCode(html::Data& body, const json::Object& frame) {
  const json::Value* at = frame.if_contains("context_line");
  if (at == nullptr || !at->is_string()) return;
  html::Data& code = body.Add("CODE");
  const std::int64_t line = json::GetInt(frame, "lineno").value_or(0);
  const auto add = [&](std::int64_t number, const json::Value& text) -> html::Data& {
    html::Data& row = code.Add("LINE");
    row.Set("NUMBER", number > 0 ? std::to_string(number) : "")
        .Set("ROW", text.is_string() ? CodeLine(text.get_string()) : " ");
    return row;
  };
  if (const json::Array* before = json::GetArray(frame, "pre_context")) {
    const std::size_t from =
        before->size() > kMaxSourceLines ? before->size() - kMaxSourceLines : 0;
    for (std::size_t i = from; i < before->size(); ++i) {
      add(line - static_cast<std::int64_t>(before->size() - i), (*before)[i]);
    }
  }
  add(line, *at).Show("AT");
  if (const json::Array* after = json::GetArray(frame, "post_context")) {
    for (std::size_t i = 0; i < after->size() && i < kMaxSourceLines; ++i) {
      add(line + 1 + static_cast<std::int64_t>(i), (*after)[i]);
    }
  }
}

void AddFrame(html::Data& run, const json::Object& frame, const json::Object* raw, bool open) {
  html::Data& row = run.Add("FRAME");
  const std::string place = PlaceOf(frame);
  const json::Object* vars = json::GetObject(frame, "vars");
  const bool has_vars = vars != nullptr && !vars->empty();
  std::string from = raw == nullptr ? "" : PlaceOf(*raw);
  if (from == place) from.clear();
  const std::string module = CutText(frame, "module", kMaxName);
  const json::Value* at = frame.if_contains("context_line");
  const bool has_code = at != nullptr && at->is_string();
  html::Data& shown = row.Add(has_code || has_vars || !from.empty() ? "RICH" : "PLAIN");
  shown.Set("FUNCTION", FunctionOf(frame)).Set("PLACE", place);
  if (!module.empty() && !place.starts_with(module)) shown.Add("MODULE").Set("NAME", module);
  if (json::GetBool(frame, "in_app").value_or(false)) shown.Show("IN_APP");
  if (open) shown.Show("OPEN");
  AddCode(shown, frame);
  if (!from.empty()) {
    html::Data& mapped = shown.Add("MAPPED");
    mapped.Set("FROM", from).Set("RAW_FUNCTION", FunctionOf(*raw));
  }
  if (has_vars) AddFields(shown.Add("VARS"), "VAR", *vars, kMaxVars);
}

const json::Array* FramesOf(const json::Object& holder, std::string_view key) {
  const json::Object* stack = json::GetObject(holder, key);
  return stack == nullptr ? nullptr : json::GetArray(*stack, "frames");
}

struct Listed {
  const json::Object* frame = nullptr;
  const json::Object* raw = nullptr;
  bool in_app = false;
};

}  // namespace

bool AddStack(html::Data& data, const json::Object& holder, std::size_t& budget) {
  const json::Array* frames = FramesOf(holder, "stacktrace");
  if (frames == nullptr || frames->empty()) return false;
  const json::Array* raw = FramesOf(holder, "raw_stacktrace");
  // Source maps change frames and never their number: what has another number is another story.
  if (raw != nullptr && raw->size() != frames->size()) raw = nullptr;

  std::vector<Listed> list;
  bool any_in_app = false;
  for (std::size_t i = frames->size(); i-- > 0 && list.size() < budget;) {
    const json::Object* frame = (*frames)[i].if_object();
    if (frame == nullptr) continue;
    Listed one{frame, raw == nullptr ? nullptr : (*raw)[i].if_object(),
               json::GetBool(*frame, "in_app").value_or(false)};
    any_in_app = any_in_app || one.in_app;
    list.push_back(one);
  }
  if (list.empty()) return false;
  budget -= list.size();

  html::Data& stack = data.Include("STACK", "event_stack.tpl");
  for (std::size_t i = 0; i < list.size();) {
    // Without a frame of the application there is nothing to fold the others around.
    std::size_t end = i + 1;
    const bool folds = any_in_app && !list[i].in_app;
    while (folds && end < list.size() && !list[end].in_app) ++end;
    html::Data& run = stack.Add("RUN");
    if (folds) {
      run.Add("FOLD").Set(
          "COUNT", Counted(static_cast<std::int64_t>(end - i), "system frame", "system frames"));
      run.Show("FOLD_END");
    }
    for (std::size_t at = i; at < end; ++at) {
      AddFrame(run, *list[at].frame, list[at].raw, any_in_app ? list[at].in_app : at == 0);
    }
    i = end;
  }
  const std::size_t left = frames->size() - list.size();
  if (left > 0) {
    stack.Add("CUT").Set("COUNT",
                         Counted(static_cast<std::int64_t>(left), "older frame", "older frames"));
  }
  return true;
}

void AddTemplateFrame(html::Data& data, const json::Object& frame) {
  html::Data& stack = data.Include("STACK", "event_stack.tpl");
  AddFrame(stack.Add("RUN"), frame, nullptr, true);
}

}  // namespace gatehouse::web
