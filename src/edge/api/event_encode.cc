#include "edge/api/event_encode.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <vector>

#include "base/text.h"
#include "edge/api/encode.h"
#include "region/eventstore/errors.h"
#include "region/eventstore/user_tags.h"

namespace gatehouse::api {
namespace {

using eventstore::StoredEvent;

constexpr std::size_t kMaxDepth = 128;

json::Value Copy(const json::Object& object, std::string_view key) {
  const json::Value* value = object.if_contains(key);
  return value == nullptr ? json::Value(nullptr) : *value;
}

const json::Array* Values(const json::Object& event, std::string_view key) {
  const json::Value* value = event.if_contains(key);
  if (value == nullptr) return nullptr;
  if (value->is_array()) return &value->get_array();
  return value->is_object() ? json::GetArray(value->get_object(), "values") : nullptr;
}

std::string_view ShownTag(std::string_view key) {
  return key.starts_with("sentry:") ? key.substr(7) : key;
}

// "2026-11-21T07:54:00Z"
std::string WholeSeconds(Timestamp time) {
  return FormatIso8601(time).substr(0, std::string_view("2026-11-21T07:54:00").size()) + "Z";
}

json::Array EncodeTags(const StoredEvent& event) {
  std::vector<eventstore::Tag> tags = event.tags;
  std::erase_if(tags, [](const auto& tag) { return eventstore::IsUserPartKey(tag.first); });
  for (auto& [key, value] : tags) key = std::string(ShownTag(key));
  std::ranges::sort(tags);
  json::Array list;
  for (const auto& [key, value] : tags) {
    json::Object one{{"key", key}, {"value", value}};
    if (key == "user") {
      const auto [kind, rest] = SplitOnce(value, ':');
      one["query"] = "user." + std::string(kind) + ":\"" + std::string(rest) + "\"";
    }
    list.push_back(std::move(one));
  }
  return list;
}

// ---- interfaces ---------------------------------------------------------------------------------

struct Names {
  std::string_view from;
  std::string_view to;
};

json::Object Renamed(const json::Object& from, std::initializer_list<Names> names) {
  json::Object out;
  for (const Names& name : names) out[name.to] = Copy(from, name.from);
  return out;
}

json::Object EncodeFrame(const json::Object& frame) {
  json::Object out = Renamed(frame, {{"filename", "filename"},
                                     {"abs_path", "absPath"},
                                     {"module", "module"},
                                     {"package", "package"},
                                     {"platform", "platform"},
                                     {"instruction_addr", "instructionAddr"},
                                     {"symbol_addr", "symbolAddr"},
                                     {"function", "function"},
                                     {"raw_function", "rawFunction"},
                                     {"symbol", "symbol"},
                                     {"lineno", "lineNo"},
                                     {"colno", "colNo"},
                                     {"trust", "trust"},
                                     {"errors", "errors"},
                                     {"lock", "lock"},
                                     {"source_link", "sourceLink"},
                                     {"data", "data"},
                                     {"vars", "vars"}});
  out["inApp"] = json::GetBool(frame, "in_app").value_or(false);
  json::Array context;
  const std::int64_t line = json::GetInt(frame, "lineno").value_or(0);
  const auto add = [&context](std::int64_t number, const json::Value& text) {
    if (text.is_string()) context.push_back(json::Array{number, text});
  };
  if (const json::Array* before = json::GetArray(frame, "pre_context")) {
    std::int64_t number = line - static_cast<std::int64_t>(before->size());
    for (const json::Value& one : *before) add(number++, one);
  }
  if (const json::Value* at = frame.if_contains("context_line")) add(line, *at);
  if (const json::Array* after = json::GetArray(frame, "post_context")) {
    std::int64_t number = line + 1;
    for (const json::Value& one : *after) add(number++, one);
  }
  out["context"] = std::move(context);
  return out;
}

json::Value EncodeStack(const json::Value* value) {
  const json::Object* stack = value == nullptr ? nullptr : value->if_object();
  if (stack == nullptr) return nullptr;
  json::Array frames;
  std::size_t in_app = 0;
  if (const json::Array* list = json::GetArray(*stack, "frames")) {
    for (const json::Value& one : *list) {
      const json::Object* frame = one.if_object();
      if (frame == nullptr) continue;
      if (json::GetBool(*frame, "in_app").value_or(false)) ++in_app;
      frames.push_back(EncodeFrame(*frame));
    }
  }
  json::Object out;
  out["hasSystemFrames"] = in_app > 0 && in_app < frames.size();
  out["frames"] = std::move(frames);
  out["framesOmitted"] = Copy(*stack, "frames_omitted");
  out["registers"] = Copy(*stack, "registers");
  return out;
}

bool HasSystemFrames(const json::Value& stack) {
  return stack.is_object() && json::GetBool(stack.get_object(), "hasSystemFrames").value_or(false);
}

json::Object EncodeExceptions(const json::Object& event, const json::Array& values) {
  json::Array list;
  bool system_frames = false;
  for (const json::Value& one : values) {
    const json::Object* exception = one.if_object();
    if (exception == nullptr) continue;
    json::Object out = Renamed(*exception, {{"type", "type"},
                                            {"value", "value"},
                                            {"mechanism", "mechanism"},
                                            {"thread_id", "threadId"},
                                            {"module", "module"}});
    json::Value stack = EncodeStack(exception->if_contains("stacktrace"));
    system_frames = system_frames || HasSystemFrames(stack);
    out["stacktrace"] = std::move(stack);
    out["rawStacktrace"] = EncodeStack(exception->if_contains("raw_stacktrace"));
    list.push_back(std::move(out));
  }
  const json::Object* exception = json::GetObject(event, "exception");
  return {{"values", std::move(list)},
          {"hasSystemFrames", system_frames},
          {"excOmitted", exception ? Copy(*exception, "exc_omitted") : json::Value(nullptr)}};
}

json::Object EncodeThreads(const json::Array& values) {
  json::Array list;
  for (const json::Value& one : values) {
    const json::Object* thread = one.if_object();
    if (thread == nullptr) continue;
    json::Object out = Renamed(*thread, {{"id", "id"},
                                         {"current", "current"},
                                         {"crashed", "crashed"},
                                         {"name", "name"},
                                         {"state", "state"},
                                         {"held_locks", "heldLocks"}});
    out["stacktrace"] = EncodeStack(thread->if_contains("stacktrace"));
    out["rawStacktrace"] = EncodeStack(thread->if_contains("raw_stacktrace"));
    list.push_back(std::move(out));
  }
  return {{"values", std::move(list)}};
}

json::Object EncodeCrumbs(const json::Array& values) {
  json::Array list;
  for (const json::Value& one : values) {
    const json::Object* crumb = one.if_object();
    if (crumb == nullptr) continue;
    json::Object out = Renamed(*crumb, {{"type", "type"},
                                        {"timestamp", "timestamp"},
                                        {"level", "level"},
                                        {"message", "message"},
                                        {"category", "category"},
                                        {"data", "data"},
                                        {"event_id", "event_id"}});
    if (out["timestamp"].is_number()) {
      const double seconds = out["timestamp"].to_number<double>();
      out["timestamp"] = FormatIso8601(Timestamp{static_cast<std::int64_t>(seconds * 1e6)});
    }
    if (out["type"].is_null()) out["type"] = "default";
    if (out["level"].is_null()) out["level"] = "info";
    list.push_back(std::move(out));
  }
  return {{"values", std::move(list)}};
}

json::Object EncodeRequest(const json::Object& request) {
  json::Object out = Renamed(request, {{"api_target", "apiTarget"},
                                       {"method", "method"},
                                       {"url", "url"},
                                       {"query_string", "query"},
                                       {"fragment", "fragment"},
                                       {"data", "data"},
                                       {"headers", "headers"},
                                       {"cookies", "cookies"},
                                       {"env", "env"},
                                       {"inferred_content_type", "inferredContentType"}});
  return out;
}

json::Object EncodeTemplate(const json::Object& shown) {
  json::Object out = EncodeFrame(shown);
  return {{"lineNo", out["lineNo"]}, {"filename", out["filename"]}, {"context", out["context"]}};
}

json::Array EncodeEntries(const json::Object& event) {
  // The most telling first.
  json::Array entries;
  const auto add = [&entries](std::string_view type, json::Value data) {
    entries.push_back(json::Object{{"type", type}, {"data", std::move(data)}});
  };
  for (const char* report : {"csp", "hpkp", "expectct", "expectstaple"}) {
    if (const json::Object* data = json::GetObject(event, report)) {
      add(report, *data);
    }
  }
  if (const json::Array* values = Values(event, "exception"); values && !values->empty()) {
    add("exception", EncodeExceptions(event, *values));
  }
  if (json::Value stack = EncodeStack(event.if_contains("stacktrace")); !stack.is_null()) {
    add("stacktrace", std::move(stack));
  }
  if (const json::Array* values = Values(event, "threads"); values && !values->empty()) {
    add("threads", EncodeThreads(*values));
  }
  if (const json::Object* shown = json::GetObject(event, "template")) {
    add("template", EncodeTemplate(*shown));
  }
  if (const json::Object* message = json::GetObject(event, "logentry")) {
    add("message",
        Renamed(*message,
                {{"formatted", "formatted"}, {"message", "message"}, {"params", "params"}}));
  }
  if (const json::Object* request = json::GetObject(event, "request")) {
    add("request", EncodeRequest(*request));
  }
  if (const json::Array* values = Values(event, "breadcrumbs"); values && !values->empty()) {
    add("breadcrumbs", EncodeCrumbs(*values));
  }
  if (const json::Array* spans = Values(event, "spans"); spans && !spans->empty()) {
    add("spans", *spans);
  }
  if (const json::Object* meta = json::GetObject(event, "debug_meta")) {
    add("debugmeta", Renamed(*meta, {{"images", "images"}, {"sdk_info", "sdk_info"}}));
  }
  return entries;
}

json::Value EncodeUser(const json::Object& event) {
  const json::Object* user = json::GetObject(event, "user");
  if (user == nullptr) return nullptr;
  json::Object out = Renamed(*user, {{"id", "id"},
                                     {"email", "email"},
                                     {"username", "username"},
                                     {"ip_address", "ip_address"},
                                     {"name", "name"},
                                     {"geo", "geo"},
                                     {"data", "data"}});
  return out;
}

// ---- errors of normalization and processing -----------------------------------------------------

std::string_view ErrorText(std::string_view type) {
  constexpr std::array<Names, 7> kTexts = {
      {{"invalid_data", "Discarded invalid value"},
       {"invalid_attribute", "Discarded unknown attribute"},
       {"missing_attribute", "Missing value for required attribute"},
       {"value_too_long", "Discarded value due to exceeding maximum length"},
       {"future_timestamp", "Invalid timestamp (in future)"},
       {"past_timestamp", "Invalid timestamp (too old)"},
       {"clock_drift", "Clock drift detected in SDK"}}};
  const auto* found = std::ranges::find(kTexts, type, &Names::from);
  return found == kTexts.end() ? "Unknown error" : found->to;
}

// Those that say little to people are kept from them.
bool IsHidden(std::string_view name) {
  for (const std::string_view part : {"breadcrumbs", "extra", "tags"}) {
    if (name == part || name.starts_with(std::string(part) + ".")) return true;
  }
  return name.find(".frames.") != std::string_view::npos;
}

json::Array EncodeErrors(const json::Object& event) {
  json::Array list;
  const json::Array* errors = json::GetArray(event, "errors");
  if (errors == nullptr) return list;
  for (const json::Value& one : *errors) {
    const json::Object* error = one.if_object();
    if (error == nullptr) continue;
    const std::string_view type = json::GetString(*error, "type").value_or("");
    if (IsHidden(json::GetString(*error, "name").value_or(""))) continue;
    json::Object data = *error;
    data.erase("type");
    list.push_back(json::Object{{"type", type}, {"message", ErrorText(type)}, {"data", data}});
  }
  return list;
}

json::Object EncodePackages(const json::Object& event) {
  const json::Object* modules = json::GetObject(event, "modules");
  return modules == nullptr ? json::Object() : *modules;
}

json::Object ObjectOf(const json::Object& event, std::string_view key) {
  const json::Object* found = json::GetObject(event, key);
  return found == nullptr ? json::Object() : *found;
}

// The text of the event as people wrote it.
std::string MessageOf(const StoredEvent& event, const json::Object& payload) {
  if (const json::Object* entry = json::GetObject(payload, "logentry")) {
    if (auto text = json::GetString(*entry, "formatted")) return std::string(*text);
  }
  return event.type == "default" || event.type == "transaction" ? event.message : "";
}

}  // namespace

Result<json::Object> PayloadOf(const StoredEvent& event) {
  auto payload = json::ParseObject(
      event.payload,
      {.max_bytes = std::max<std::size_t>(event.payload.size(), 1), .max_depth = kMaxDepth});
  if (!payload) return Fail(Code::kDataLoss, eventstore::kDamaged, event.event_id);
  return payload;
}

json::Object EncodeSimpleEvent(const StoredEvent& event) {
  json::Object o;
  o["id"] = event.event_id;
  o["event.type"] = event.type;
  o["groupID"] =
      event.group_id == 0 ? json::Value(nullptr) : json::Value(std::to_string(event.group_id));
  o["eventID"] = event.event_id;
  o["projectID"] = std::to_string(event.project_id);
  o["message"] = event.message;
  o["title"] = event.title;
  o["location"] = nullptr;
  o["culprit"] = event.culprit;
  o["user"] = nullptr;
  if (!event.user.empty()) {
    const auto [kind, value] = SplitOnce(event.user, ':');
    json::Object user{
        {"id", nullptr}, {"email", nullptr}, {"username", nullptr}, {"ip_address", nullptr}};
    user[kind == "ip" ? "ip_address" : kind] = value;
    o["user"] = std::move(user);
  }
  o["tags"] = EncodeTags(event);
  o["platform"] = TextOrNull(event.platform);
  o["dateCreated"] = WholeSeconds(event.timestamp);
  o["crashFile"] = nullptr;
  o["metadata"] = json::Object();
  return o;
}

json::Object EncodeFullEvent(const StoredEvent& event, const json::Object& payload) {
  json::Object o;
  o["id"] = event.event_id;
  o["groupID"] =
      event.group_id == 0 ? json::Value(nullptr) : json::Value(std::to_string(event.group_id));
  o["eventID"] = event.event_id;
  o["projectID"] = std::to_string(event.project_id);
  o["size"] = event.payload.size();
  o["entries"] = EncodeEntries(payload);
  o["dist"] = TextOrNull(event.dist);
  o["message"] = MessageOf(event, payload);
  o["title"] = event.title;
  o["location"] = Copy(payload, "location");
  o["user"] = EncodeUser(payload);
  o["contexts"] = ObjectOf(payload, "contexts");
  o["sdk"] = Copy(payload, "sdk");
  o["context"] = ObjectOf(payload, "extra");
  o["packages"] = EncodePackages(payload);
  o["type"] = event.type;
  o["metadata"] = ObjectOf(payload, "metadata");
  o["tags"] = EncodeTags(event);
  o["platform"] = TextOrNull(event.platform);
  o["dateReceived"] = FormatIso8601(event.received);
  o["errors"] = EncodeErrors(payload);
  o["occurrence"] = nullptr;
  o["_meta"] = ObjectOf(payload, "_meta");
  o["crashFile"] = nullptr;
  o["culprit"] = event.culprit;
  o["dateCreated"] = WholeSeconds(event.timestamp);
  json::Array hashes;
  if (const json::Array* stored = json::GetArray(payload, "hashes")) hashes = *stored;
  o["fingerprints"] = std::move(hashes);
  o["groupingConfig"] = Copy(payload, "grouping_config");
  o["release"] = event.release.empty() ? json::Value(nullptr)
                                       : json::Value(json::Object{{"version", event.release}});
  if (event.type == "transaction") {
    o["startTimestamp"] = Copy(payload, "start_timestamp");
    o["endTimestamp"] = Copy(payload, "timestamp");
    o["measurements"] = Copy(payload, "measurements");
    o["breakdowns"] = Copy(payload, "breakdowns");
  }
  return o;
}

}  // namespace gatehouse::api
