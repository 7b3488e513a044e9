#include "edge/web/events/event_view.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/clock.h"
#include "base/text.h"
#include "edge/web/events/event_stack.h"
#include "edge/web/events/json_text.h"
#include "edge/web/events/when.h"
#include "edge/web/site.h"
#include "region/eventstore/user_tags.h"

namespace gatehouse::web {

namespace {

constexpr std::size_t kMaxDepth = 128;
// Of all stacks of an event together.
constexpr std::size_t kMaxFrames = 250;
constexpr std::size_t kMaxExceptions = 25;
constexpr std::size_t kMaxThreads = 50;
constexpr std::size_t kMaxCrumbs = 100;
constexpr std::size_t kMaxProblems = 50;
constexpr std::size_t kMaxFields = 100;
constexpr std::size_t kMaxContexts = 40;
constexpr std::size_t kMaxPackages = 300;
constexpr std::size_t kMaxImages = 100;
constexpr std::size_t kMaxRows = 200;
constexpr std::size_t kMaxValue = 1000;
constexpr std::size_t kMaxLongText = 8000;

const json::Array* Values(const json::Object& event, std::string_view key) {
  const json::Value* value = event.if_contains(key);
  if (value == nullptr) return nullptr;
  if (value->is_array()) return &value->get_array();
  return value->is_object() ? json::GetArray(value->get_object(), "values") : nullptr;
}

// A text of several lines, one section a line: templates make blanks of line ends.
void AddRows(html::Data& data, std::string_view text) {
  const std::vector<std::string_view> lines = Split(text, '\n');
  for (std::size_t i = 0; i < lines.size() && i < kMaxRows; ++i) {
    data.Add("LINES").Set("ROW", std::string(lines[i]));
  }
}

// ---- what went wrong while it was taken in ------------------------------------------------------

std::string_view ProblemText(std::string_view type) {
  using Names = std::pair<std::string_view, std::string_view>;
  constexpr auto kTexts = std::to_array<Names>(
      {{"invalid_data", "A value of the wrong kind was left out"},
       {"invalid_attribute", "An unknown attribute was left out"},
       {"missing_attribute", "A required attribute is missing"},
       {"value_too_long", "A value that is too long was left out"},
       {"future_timestamp", "The time was in the future"},
       {"past_timestamp", "The time was too long ago"},
       {"clock_drift", "The clock of the sender was wrong"},
       {"js_no_source", "The source file was not found"},
       {"js_invalid_source", "The source file cannot be read"},
       {"js_invalid_sourcemap", "The source map cannot be read"},
       {"js_invalid_sourcemap_location", "The source map does not know that place"},
       {"js_missing_source", "The source map lacks the source"}});
  const auto* found = std::ranges::find(kTexts, type, &Names::first);
  return found == kTexts.end() ? "Something could not be processed" : found->second;
}

void AddEventProblems(html::Data& data, const json::Object& event) {
  const json::Array* errors = json::GetArray(event, "errors");
  if (errors == nullptr || errors->empty()) return;
  html::Data& section = data.Add("PROBLEMS");
  section.Set("COUNT", Counted(static_cast<std::int64_t>(errors->size()), "problem", "problems"));
  for (std::size_t i = 0; i < errors->size() && i < kMaxProblems; ++i) {
    const json::Object* error = (*errors)[i].if_object();
    if (error == nullptr) continue;
    const std::string type = CutText(*error, "type", kMaxValue);
    std::string where = CutText(*error, "name", kMaxValue);
    if (where.empty()) where = CutText(*error, "url", kMaxValue);
    section.Add("PROBLEM")
        .Set("WHAT", std::string(ProblemText(type)))
        .Set("WHERE", where.empty() ? type : where);
  }
}

// ---- message, report, exceptions, threads -------------------------------------------------------

void AddMessage(html::Data& data, const json::Object& event) {
  const json::Object* entry = json::GetObject(event, "logentry");
  if (entry == nullptr) return;
  std::string text = CutText(*entry, "formatted", kMaxLongText);
  if (text.empty()) text = CutText(*entry, "message", kMaxLongText);
  if (text.empty()) return;
  html::Data& section = data.Add("MESSAGE");
  AddRows(section, text);
  const std::string pattern = CutText(*entry, "message", kMaxValue);
  if (const json::Value* params = entry->if_contains("params");
      params != nullptr && !params->is_null() && !pattern.empty() && pattern != text) {
    section.Add("PARAMS").Set("PATTERN", pattern).Set("GIVEN", Shown(*params, kMaxValue));
  }
}

void AddReport(html::Data& data, const json::Object& event) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kReports = {
      {{"csp", "Content Security Policy"},
       {"hpkp", "Public key pinning"},
       {"expectct", "Expect-CT"},
       {"expectstaple", "Expect-Staple"}}};
  for (const auto& [key, name] : kReports) {
    const json::Object* report = json::GetObject(event, key);
    if (report == nullptr) continue;
    html::Data& section = data.Add("REPORT");
    section.Set("NAME", std::string(name));
    AddFields(section, "FIELD", *report, kMaxFields);
  }
}

void AddExceptions(html::Data& data, const json::Object& event, std::size_t& budget) {
  const json::Array* values = Values(event, "exception");
  if (values == nullptr) return;
  std::size_t shown = 0;
  // The one that was thrown last comes first.
  for (auto it = values->rbegin(); it != values->rend() && shown < kMaxExceptions; ++it) {
    const json::Object* one = it->if_object();
    if (one == nullptr) continue;
    html::Data& section = data.Add("EXCEPTION");
    const std::string type = CutText(*one, "type", kMaxValue);
    section.Set("TYPE", type.empty() ? "Stack trace" : type);
    if (shown++ > 0) section.Show("CAUSE");
    if (const std::string text = CutText(*one, "value", kMaxLongText); !text.empty()) {
      AddRows(section.Add("TEXT"), text);
    }
    if (const std::string module = CutText(*one, "module", kMaxValue); !module.empty()) {
      section.Add("OF").Set("MODULE", module);
    }
    if (const json::Object* mechanism = json::GetObject(*one, "mechanism")) {
      const auto handled = json::GetBool(*mechanism, "handled");
      if (handled == false) section.Show("UNHANDLED");
      if (handled == true) section.Show("HANDLED");
      if (const std::string kind = CutText(*mechanism, "type", kMaxValue);
          !kind.empty() && kind != "generic") {
        section.Add("MECHANISM").Set("KIND", kind);
      }
    }
    if (!AddStack(section, *one, budget)) section.Show("NO_STACK");
  }
  if (values->size() > shown && shown == kMaxExceptions) data.Show("MORE_EXCEPTIONS");
}

void AddThreads(html::Data& data, const json::Object& event, std::size_t& budget) {
  const json::Array* values = Values(event, "threads");
  if (values == nullptr || values->empty()) return;
  html::Data& section = data.Add("THREADS");
  std::size_t shown = 0;
  const bool alone = event.if_contains("exception") == nullptr;
  for (const json::Value& value : *values) {
    const json::Object* thread = value.if_object();
    if (thread == nullptr || shown == kMaxThreads) continue;
    ++shown;
    html::Data& row = section.Add("THREAD");
    std::string name = CutText(*thread, "name", kMaxValue);
    if (name.empty()) {
      const json::Value* id = thread->if_contains("id");
      name = id == nullptr ? "Thread" : "Thread " + Shown(*id, 100);
    }
    row.Set("NAME", name);
    const bool current = json::GetBool(*thread, "current").value_or(false);
    const bool crashed = json::GetBool(*thread, "crashed").value_or(false);
    if (current) row.Show("CURRENT");
    if (crashed) row.Show("CRASHED");
    if (alone && (current || crashed || values->size() == 1)) row.Show("IS_OPEN");
    if (const std::string state = CutText(*thread, "state", kMaxValue); !state.empty()) {
      row.Add("STATE").Set("WORD", state);
    }
    if (!AddStack(row, *thread, budget)) row.Show("NO_FRAMES");
  }
}

void AddPlainStack(html::Data& data, const json::Object& event, std::size_t& budget) {
  const json::Object* stack = json::GetObject(event, "stacktrace");
  const json::Array* frames = stack == nullptr ? nullptr : json::GetArray(*stack, "frames");
  if (frames != nullptr && !frames->empty()) AddStack(data.Add("STACKTRACE"), event, budget);
  if (const json::Object* failed = json::GetObject(event, "template")) {
    AddTemplateFrame(data.Add("TEMPLATE"), *failed);
  }
}

// ---- breadcrumbs --------------------------------------------------------------------------------

void AddCrumbTime(html::Data& row, const json::Object& crumb) {
  const auto seconds = json::GetNumber(crumb, "timestamp");
  std::string iso;
  if (seconds && *seconds > 0 && *seconds < 4e9) {
    iso = FormatIso8601(Timestamp{static_cast<std::int64_t>(*seconds * 1e6)});
  } else {
    iso = CutText(crumb, "timestamp", 40);
  }
  // "2026-11-21T09:30:00…": what is none is shown as it came.
  constexpr std::size_t kClock = 11, kClockEnd = 19;
  if (iso.size() < kClockEnd || iso[10] != 'T') return;
  row.Add("AT").Set("ISO", iso).Set("CLOCK", iso.substr(kClock, kClockEnd - kClock));
}

void AddCrumbs(html::Data& data, const json::Object& event) {
  const json::Array* values = Values(event, "breadcrumbs");
  if (values == nullptr || values->empty()) return;
  html::Data& section = data.Add("CRUMBS");
  std::size_t shown = 0;
  for (auto it = values->rbegin(); it != values->rend() && shown < kMaxCrumbs; ++it) {
    const json::Object* crumb = it->if_object();
    if (crumb == nullptr) continue;
    ++shown;
    html::Data& row = section.Add("CRUMB");
    const std::string level = CutText(*crumb, "level", 20);
    std::string category = CutText(*crumb, "category", 200);
    if (category.empty()) category = CutText(*crumb, "type", 200);
    row.Set("CATEGORY", category.empty() ? "–" : category)
        .Set("LEVEL", level.empty() ? "info" : level)
        .Set("LEVEL_CLASS", std::string(LevelPill(level)))
        .Set("WHAT", CutText(*crumb, "message", kMaxValue));
    AddCrumbTime(row, *crumb);
    const json::Object* extra = json::GetObject(*crumb, "data");
    if (extra != nullptr && !extra->empty()) {
      row.Add("DATA").Set("FIELDS", Shown(json::Value(*extra), kMaxValue));
    }
  }
  if (values->size() > shown) {
    section.Add("LEFT").Set("COUNT", Counted(static_cast<std::int64_t>(values->size() - shown),
                                             "older one", "older ones"));
  }
}

// ---- everything around it -----------------------------------------------------------------------

// Headers, query and cookies come as pairs or as an object.
void AddPairs(html::Data& data, std::string_view section, const json::Object& request,
              std::string_view key) {
  const json::Value* value = request.if_contains(key);
  if (value == nullptr || value->is_null()) return;
  if (const json::Object* object = value->if_object()) {
    if (!object->empty()) AddFields(data.Add(std::string(section)), "FIELD", *object, kMaxFields);
    return;
  }
  if (const json::Array* pairs = value->if_array()) {
    if (pairs->empty()) return;
    html::Data& out = data.Add(std::string(section));
    std::size_t shown = 0;
    for (const json::Value& one : *pairs) {
      const json::Array* pair = one.if_array();
      if (pair == nullptr || pair->size() != 2 || shown++ == kMaxFields) continue;
      out.Add("FIELD")
          .Set("KEY", Shown((*pair)[0], 200))
          .Set("VALUE", Shown((*pair)[1], kMaxValue));
    }
    return;
  }
  data.Add(std::string(section))
      .Add("FIELD")
      .Set("KEY", std::string(key))
      .Set("VALUE", Shown(*value, kMaxValue));
}

void AddRequest(html::Data& data, const json::Object& event) {
  const json::Object* request = json::GetObject(event, "request");
  if (request == nullptr || request->empty()) return;
  html::Data& section = data.Add("REQUEST");
  const std::string method = CutText(*request, "method", 20);
  section.Set("METHOD", method.empty() ? "Request" : method);
  section.Set("ADDRESS", CutText(*request, "url", kMaxValue));
  AddPairs(section, "QUERY", *request, "query_string");
  AddPairs(section, "HEADERS", *request, "headers");
  AddPairs(section, "COOKIES", *request, "cookies");
  AddPairs(section, "ENV", *request, "env");
  const json::Value* body = request->if_contains("data");
  if (body != nullptr && !body->is_null()) AddRows(section.Add("BODY"), Shown(*body, kMaxLongText));
}

void AddUser(html::Data& data, const json::Object& event) {
  const json::Object* user = json::GetObject(event, "user");
  if (user == nullptr) return;
  json::Object shown;
  for (const auto& [key, value] : *user) {
    if (value.is_null() || key == "sentry_user") continue;
    if (const json::Object* inner = value.if_object(); inner != nullptr && inner->empty()) continue;
    shown[key] = value;
  }
  if (!shown.empty()) AddFields(data.Add("USER"), "FIELD", shown, kMaxFields);
}

void AddContexts(html::Data& data, const json::Object& event) {
  const json::Object* contexts = json::GetObject(event, "contexts");
  if (contexts == nullptr || contexts->empty()) return;
  html::Data* section = nullptr;
  std::size_t shown = 0;
  for (const auto& [name, value] : *contexts) {
    const json::Object* fields = value.if_object();
    if (fields == nullptr || shown == kMaxContexts) continue;
    json::Object rest = *fields;
    if (const auto type = json::GetString(rest, "type"); type == std::string_view(name)) {
      rest.erase("type");
    }
    if (rest.empty()) continue;
    ++shown;
    if (section == nullptr) section = &data.Add("CONTEXTS");
    html::Data& card = section->Add("CONTEXT");
    card.Set("NAME", std::string(TruncateUtf8(name, 200)));
    AddFields(card, "FIELD", rest, kMaxFields);
  }
}

void AddPackages(html::Data& data, const json::Object& event) {
  const json::Object* modules = json::GetObject(event, "modules");
  if (modules == nullptr || modules->empty()) return;
  html::Data& section = data.Add("PACKAGES");
  section.Set("COUNT", Counted(static_cast<std::int64_t>(modules->size()), "package", "packages"));
  AddFields(section, "FIELD", *modules, kMaxPackages);
}

void AddImages(html::Data& data, const json::Object& event) {
  const json::Object* meta = json::GetObject(event, "debug_meta");
  const json::Array* images = meta == nullptr ? nullptr : json::GetArray(*meta, "images");
  if (images == nullptr || images->empty()) return;
  html::Data& section = data.Add("IMAGES");
  section.Set("COUNT", Counted(static_cast<std::int64_t>(images->size()), "loaded image or map",
                               "loaded images and maps"));
  for (std::size_t i = 0; i < images->size() && i < kMaxImages; ++i) {
    const json::Object* image = (*images)[i].if_object();
    if (image == nullptr) continue;
    std::string file = CutText(*image, "code_file", 300);
    if (file.empty()) file = CutText(*image, "name", 300);
    section.Add("IMAGE")
        .Set("KIND", CutText(*image, "type", 40))
        .Set("FILE", file)
        .Set("ID", CutText(*image, "debug_id", 100));
  }
}

void AddSdk(html::Data& data, const json::Object& event) {
  const json::Object* sdk = json::GetObject(event, "sdk");
  if (sdk == nullptr) return;
  const std::string name = CutText(*sdk, "name", 200);
  if (name.empty()) return;
  html::Data& section = data.Add("SDK");
  section.Set("NAME", name).Set("VERSION", CutText(*sdk, "version", 100));
  const json::Array* list = json::GetArray(*sdk, "integrations");
  if (list == nullptr || list->empty()) return;
  std::string names;
  for (std::size_t i = 0; i < list->size() && i < kMaxFields; ++i) {
    names += (names.empty() ? "" : ", ") + Shown((*list)[i], 100);
  }
  section.Add("INTEGRATIONS").Set("NAMES", names);
}

}  // namespace

std::string_view LevelPill(std::string_view level) {
  if (level == "fatal" || level == "error") return "bad";
  return level == "warning" ? "warn" : "";
}

std::optional<json::Object> PayloadOf(const eventstore::StoredEvent& event) {
  auto payload = json::ParseObject(
      event.payload,
      {.max_bytes = std::max<std::size_t>(event.payload.size(), 1), .max_depth = kMaxDepth});
  if (!payload) return std::nullopt;
  return std::move(*payload);
}

void AddEvent(html::Data& data, const json::Object& payload) {
  std::size_t budget = kMaxFrames;
  html::Data& top = data.Include("EVENT_TOP", "event_top.tpl");
  AddEventProblems(top, payload);
  AddMessage(top, payload);
  AddReport(top, payload);
  AddExceptions(top, payload, budget);
  AddPlainStack(top, payload, budget);
  AddThreads(top, payload, budget);
  AddCrumbs(top, payload);
  html::Data& more = data.Include("EVENT_MORE", "event_more.tpl");
  AddRequest(more, payload);
  AddUser(more, payload);
  AddContexts(more, payload);
  if (const json::Object* extra = json::GetObject(payload, "extra");
      extra != nullptr && !extra->empty()) {
    AddFields(more.Add("EXTRA"), "FIELD", *extra, kMaxFields);
  }
  AddPackages(more, payload);
  AddImages(more, payload);
  AddSdk(more, payload);
}

// ---- tags ---------------------------------------------------------------------------------------

std::string ShownTag(std::string_view key) {
  return std::string(key.starts_with("sentry:") ? key.substr(7) : key);
}

std::string StoredTag(std::string_view shown) {
  if (shown == "user" || shown == "release" || shown == "dist") {
    return "sentry:" + std::string(shown);
  }
  return std::string(shown);
}

std::optional<std::string> SearchTerm(std::string_view shown_key, std::string_view value) {
  constexpr std::string_view kUnsayable = "*\\\n\r\t";
  if (value.empty() || value.find_first_of(kUnsayable) != std::string_view::npos ||
      shown_key.find_first_of("\"*\\[]\n\r\t") != std::string_view::npos) {
    return std::nullopt;
  }
  std::string key(shown_key);
  if (key == "user") {
    const auto [kind, rest] = SplitOnce(value, ':');
    if (rest.empty()) return std::nullopt;
    key = "user." + std::string(kind);
    value = rest;
  } else if (key != "release" && key != "environment" && key != "level" && key != "dist") {
    // Words that mean something else to a search, and names that it could not read.
    constexpr std::array kTaken = {"is",       "has",       "age",       "assigned",  "bookmarks",
                                   "title",    "type",      "issue",     "message",   "platform",
                                   "priority", "timestamp", "timesSeen", "userCount", "firstSeen",
                                   "lastSeen", "assignee"};
    const bool plain = std::ranges::all_of(key, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '_' || c == '-' || c == '.';
    });
    if (!plain || std::ranges::find(kTaken, key) != kTaken.end()) key = "\"tags[" + key + "]\"";
  }
  std::string out = key + ":\"";
  for (const char c : value) {
    if (c == '"') out += '\\';
    out += c;
  }
  return out + '"';
}

int Percent(std::int64_t part, std::int64_t whole) {
  if (whole <= 0 || part <= 0) return 0;
  if (part >= whole) return 100;
  const auto share =
      static_cast<int>(static_cast<double>(part) / static_cast<double>(whole) * 100 + 0.5);
  return std::clamp(share, 1, 99);
}

void AddEventTags(html::Data& data, const eventstore::StoredEvent& event,
                  const std::vector<eventstore::TagSummary>& known, std::string_view search,
                  std::string_view all) {
  constexpr std::size_t kMaxTags = 60;
  constexpr std::size_t kTop = 3;
  html::Data& tags = data.Include("EVENT_TAGS", "event_tags.tpl");
  std::map<std::string, std::string> own;
  for (const auto& [key, value] : event.tags) {
    if (!eventstore::IsUserPartKey(key)) own.emplace(ShownTag(key), value);
  }
  std::map<std::string, const eventstore::TagSummary*> summaries;
  for (const eventstore::TagSummary& one : known) summaries.emplace(ShownTag(one.key), &one);
  const auto link = [&](html::Data& at, const std::string& key, const std::string& value) {
    const auto term = search.empty() ? std::nullopt : SearchTerm(key, value);
    html::Data& shown = at.Add(term ? "LINKED" : "UNLINKED");
    if (term) shown.Set("URL", WithQuery(std::string(search), "query", *term));
    shown.Set("VALUE", std::string(TruncateUtf8(value, 200)));
  };
  std::size_t shown = 0;
  for (const auto& [key, value] : own) {
    if (shown++ == kMaxTags) break;
    html::Data& tag = tags.Add("TAG");
    tag.Set("KEY", std::string(TruncateUtf8(key, 200)));
    link(tag.Add("OWN"), key, value);
    const auto found = summaries.find(key);
    if (found == summaries.end() || found->second->distinct < 2) continue;
    const eventstore::TagSummary& summary = *found->second;
    html::Data& shares = tag.Add("SHARES");
    for (std::size_t i = 0; i < summary.top.size() && i < kTop; ++i) {
      html::Data& row = shares.Add("SHARE");
      const int percent = Percent(summary.top[i].count, summary.total);
      row.Set("PERCENT", std::to_string(percent));
      link(row, key, summary.top[i].value);
    }
    if (summary.distinct > static_cast<std::int64_t>(kTop) && !all.empty()) {
      shares.Add("REST").Set("COUNT", Grouped(summary.distinct - static_cast<std::int64_t>(kTop)));
    }
  }
  if (own.empty()) tags.Show("NO_TAGS");
  if (!all.empty()) tags.Add("ALL").Set("ALL_URL", std::string(all));
}

// ---- values -------------------------------------------------------------------------------------

std::string Shown(const json::Value& value, std::size_t max) {
  std::string text = value.is_string() ? std::string(value.get_string()) : json::Serialize(value);
  if (text.size() <= max) return text;
  return std::string(TruncateUtf8(text, max)) + " …";
}

void AddFields(html::Data& data, std::string_view name, const json::Object& object,
               std::size_t max_keys) {
  std::size_t shown = 0;
  for (const auto& [key, value] : object) {
    if (shown++ == max_keys) break;
    data.Add(std::string(name))
        .Set("KEY", std::string(TruncateUtf8(key, 200)))
        .Set("VALUE", Shown(value, kMaxValue));
  }
  if (object.size() > max_keys) {
    data.Add(std::string(name))
        .Set("KEY", "…")
        .Set("VALUE", Grouped(static_cast<std::int64_t>(object.size() - max_keys)) + " more");
  }
}

}  // namespace gatehouse::web
