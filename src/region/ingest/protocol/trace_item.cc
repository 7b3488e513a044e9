#include "region/ingest/protocol/trace_item.h"

#include <array>
#include <cmath>

#include "base/text.h"
#include "platform/json/text.h"
#include "region/ingest/protocol/attributes.h"
#include "region/ingest/protocol/event_id.h"
#include "region/ingest/protocol/json_text.h"
#include "region/ingest/protocol/rejection.h"
#include "region/ingest/protocol/time_text.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kMaxContainer = 12 * 1024 * 1024;
constexpr std::size_t kMaxSpans = 1000;
constexpr std::size_t kMaxItems = 10'000;
constexpr std::size_t kMaxLinks = 100;
constexpr std::array<std::string_view, 6> kLevels = {"trace", "debug", "info",
                                                     "warn",  "error", "fatal"};

std::optional<Timestamp> TimeOf(const json::Object& object, std::string_view key) {
  const json::Value* value = object.if_contains(key);
  return value == nullptr ? std::nullopt : ParseTime(*value);
}

// False if the member is there and is no id.
bool OptionalSpanId(const json::Object& object, std::string_view key, std::string& out) {
  const json::Value* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return true;
  auto id = ParseHexId(json::TextOf(object, key), 16);
  if (!id) return false;
  out = std::move(*id);
  return true;
}

void Attributes(const json::Object& in, json::Object& attributes, json::Object& meta) {
  const json::Object* raw = json::GetObject(in, "attributes");
  if (raw == nullptr) return;
  json::Object notes;
  attributes = CleanAttributes(*raw, notes);
  if (!notes.empty()) meta["attributes"] = std::move(notes);
}

template <bool kMayLackTrace>
std::optional<LogRecord> LogOf(const json::Object& in) {
  LogRecord out;
  auto timestamp = TimeOf(in, "timestamp");
  auto trace_id = ParseHexId(json::TextOf(in, "trace_id"), 32);
  auto body = json::GetString(in, "body");
  if (!timestamp || !body) return std::nullopt;
  if (!trace_id) {
    // Logs of OTLP may lie outside of a trace.
    if (!kMayLackTrace || in.contains("trace_id")) return std::nullopt;
    trace_id.emplace();
  }
  if (!OptionalSpanId(in, "span_id", out.span_id)) return std::nullopt;
  out.timestamp = *timestamp;
  out.trace_id = std::move(*trace_id);
  out.body = *body;
  std::string_view level = json::TextOf(in, "level");
  std::size_t i = 0;
  while (i < kLevels.size() && kLevels[i] != level) ++i;
  if (i == kLevels.size()) return std::nullopt;
  out.level = static_cast<LogLevel>(i);
  out.severity_number = SeverityOf(out.level);
  if (auto number = json::GetInt(in, "severity_number"); number && *number >= 1 && *number <= 24) {
    out.severity_number = static_cast<int>(*number);
  }
  Attributes(in, out.attributes, out.meta);
  return out;
}

std::vector<SpanLink> LinksOf(const json::Object& in) {
  std::vector<SpanLink> links;
  const json::Array* list = json::GetArray(in, "links");
  if (list == nullptr) return links;
  for (const json::Value& each : *list) {
    const json::Object* link = each.if_object();
    if (link == nullptr || links.size() == kMaxLinks) continue;
    auto trace_id = ParseHexId(json::TextOf(*link, "trace_id"), 32);
    auto span_id = ParseHexId(json::TextOf(*link, "span_id"), 16);
    if (!trace_id || !span_id) continue;
    SpanLink& out = links.emplace_back();
    out.trace_id = std::move(*trace_id);
    out.span_id = std::move(*span_id);
    out.sampled = json::GetBool(*link, "sampled");
    if (const json::Object* raw = json::GetObject(*link, "attributes")) {
      json::Object notes;
      out.attributes = CleanAttributes(*raw, notes);
    }
  }
  return links;
}

// Ids and times, which both shapes share.
bool SpanFrame(const json::Object& in, std::string_view end_key, SpanRecord& out) {
  auto trace_id = ParseHexId(json::TextOf(in, "trace_id"), 32);
  auto span_id = ParseHexId(json::TextOf(in, "span_id"), 16);
  auto start = TimeOf(in, "start_timestamp");
  auto end = TimeOf(in, end_key);
  if (!trace_id || !span_id || !start || !end || *end < *start) return false;
  if (!OptionalSpanId(in, "parent_span_id", out.parent_span_id)) return false;
  out.trace_id = std::move(*trace_id);
  out.span_id = std::move(*span_id);
  out.start = *start;
  out.end = *end;
  out.links = LinksOf(in);
  return true;
}

std::optional<SpanRecord> SpanOf(const json::Object& in) {
  SpanRecord out;
  if (!SpanFrame(in, "end_timestamp", out)) return std::nullopt;
  auto name = json::GetString(in, "name");
  if (!name || Trim(*name).empty()) return std::nullopt;
  out.name = *name;
  std::string_view status = json::TextOf(in, "status");
  out.status = status.empty() || status == "ok" ? "ok" : "error";
  out.is_segment = json::GetBool(in, "is_segment").value_or(out.parent_span_id.empty());
  Attributes(in, out.attributes, out.meta);
  return out;
}

std::optional<MetricRecord> MetricOf(const json::Object& in) {
  MetricRecord out;
  auto timestamp = TimeOf(in, "timestamp");
  auto trace_id = ParseHexId(json::TextOf(in, "trace_id"), 32);
  auto value = json::GetNumber(in, "value");
  out.name = json::TextOf(in, "name");
  out.type = json::TextOf(in, "type");
  bool known = out.type == "counter" || out.type == "gauge" || out.type == "distribution";
  if (!timestamp || !trace_id || !value || out.name.empty() || !known) return std::nullopt;
  if (!OptionalSpanId(in, "span_id", out.span_id)) return std::nullopt;
  out.timestamp = *timestamp;
  out.trace_id = std::move(*trace_id);
  out.value = *value;
  out.unit = json::TextOf(in, "unit");
  Attributes(in, out.attributes, out.meta);
  return out;
}

template <class Record, class F>
Result<Records<Record>> Container(std::string_view payload, std::optional<std::int64_t> item_count,
                                  std::size_t max_items, F&& read) {
  auto object = ParsePayloadObject(payload, kMaxContainer);
  if (!object) return Reject(kInvalidContainer, object.error().detail);
  const json::Array* items = json::GetArray(*object, "items");
  if (items == nullptr || items->size() > max_items) return Reject(kInvalidContainer, "items");
  if (!item_count || *item_count != static_cast<std::int64_t>(items->size())) {
    return Reject(kInvalidContainer, "item_count");
  }
  Records<Record> out;
  out.records.reserve(items->size());
  // Close enough for a quota, without writing each item out again.
  std::size_t bytes = items->empty() ? 0 : payload.size() / items->size();
  for (const json::Value& each : *items) {
    std::optional<Record> record;
    if (each.is_object()) record = read(each.get_object());
    if (!record) {
      ++out.invalid;
      continue;
    }
    record->bytes = bytes;
    out.records.push_back(std::move(*record));
  }
  return out;
}

// A value of `data` or a tag as an attribute of its own type.
void AddValue(json::Object& attributes, std::string_view name, const json::Value& value) {
  std::string_view type;
  if (value.is_string()) {
    type = "string";
  } else if (value.is_bool()) {
    type = "boolean";
  } else if (value.is_int64() || value.is_uint64()) {
    type = "integer";
  } else if (value.is_double()) {
    type = "double";
  } else if (value.is_null() || attributes.contains(name)) {
    return;
  } else {
    AddText(attributes, name, json::Serialize(value));
    return;
  }
  if (attributes.contains(name)) return;
  attributes[name] = json::Object{{"type", json::Value(type)}, {"value", value}};
}

}  // namespace

std::string_view LogLevelName(LogLevel level) { return kLevels[static_cast<std::size_t>(level)]; }
int SeverityOf(LogLevel level) { return 1 + 4 * static_cast<int>(level); }
LogLevel LevelOfSeverity(std::int64_t number) {
  if (number < 1 || number > 24) return LogLevel::kInfo;
  return static_cast<LogLevel>((number - 1) / 4);
}

Result<Records<LogRecord>> ParseLogs(std::string_view payload,
                                     std::optional<std::int64_t> item_count, bool otlp) {
  return Container<LogRecord>(payload, item_count, kMaxItems, otlp ? LogOf<true> : LogOf<false>);
}

Result<Records<SpanRecord>> ParseSpans(std::string_view payload,
                                       std::optional<std::int64_t> item_count) {
  return Container<SpanRecord>(payload, item_count, kMaxSpans, SpanOf);
}

Result<Records<MetricRecord>> ParseMetrics(std::string_view payload,
                                           std::optional<std::int64_t> item_count) {
  return Container<MetricRecord>(payload, item_count, kMaxItems, MetricOf);
}

Result<SpanRecord> ParseSingleSpan(std::string_view payload) {
  auto object = ParsePayloadObject(payload, kMaxContainer);
  if (!object) return Reject(kInvalidContainer, object.error().detail);
  const json::Object& in = *object;
  SpanRecord out;
  if (!SpanFrame(in, "timestamp", out)) return Reject(kInvalidContainer, "span");
  std::string_view op = json::TextOf(in, "op");
  std::string_view description = json::TextOf(in, "description");
  out.name = !description.empty() ? description : !op.empty() ? op : "default";
  std::string_view status = json::TextOf(in, "status");
  out.status = status.empty() || status == "ok" ? "ok" : "error";
  out.is_segment = json::GetBool(in, "is_segment").value_or(out.parent_span_id.empty());
  out.bytes = payload.size();
  AddText(out.attributes, "sentry.op", op);
  AddText(out.attributes, "sentry.description", description);
  AddText(out.attributes, "sentry.origin", json::TextOf(in, "origin"));
  AddText(out.attributes, "sentry.segment.id", json::TextOf(in, "segment_id"));
  AddText(out.attributes, "sentry.profile_id", json::TextOf(in, "profile_id"));
  if (status != "ok") AddText(out.attributes, "sentry.status", status);
  if (const json::Value* time = in.if_contains("exclusive_time"); time && time->is_number()) {
    AddValue(out.attributes, "sentry.exclusive_time", *time);
  }
  for (std::string_view key : {"data", "tags", "sentry_tags"}) {
    const json::Object* object_member = json::GetObject(in, key);
    if (object_member == nullptr) continue;
    for (const auto& member : *object_member) {
      AddValue(out.attributes, {member.key().data(), member.key().size()}, member.value());
    }
  }
  if (const json::Object* measurements = json::GetObject(in, "measurements")) {
    for (const auto& member : *measurements) {
      const json::Object* measurement = member.value().if_object();
      const json::Value* value =
          measurement != nullptr ? measurement->if_contains("value") : nullptr;
      if (value != nullptr && value->is_number()) {
        AddValue(out.attributes, {member.key().data(), member.key().size()}, *value);
      }
    }
  }
  return out;
}

}  // namespace gatehouse::ingest
