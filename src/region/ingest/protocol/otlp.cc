#include "region/ingest/protocol/otlp.h"

#include <array>
#include <charconv>

#include "base/text.h"
#include "platform/json/text.h"
#include "region/ingest/protocol/attributes.h"
#include "region/ingest/protocol/event_id.h"
#include "region/ingest/protocol/json_text.h"
#include "region/ingest/protocol/otlp_schema.h"
#include "region/ingest/protocol/rejection.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kMaxRecords = 10'000;
constexpr std::size_t kMaxOtlpLinks = 100;
constexpr std::uint64_t kHasIsRemote = 0x100;
constexpr std::uint64_t kIsRemote = 0x200;

// 64-bit numbers are strings in JSON.
std::optional<std::uint64_t> Unsigned(const json::Object& object, std::string_view key) {
  const json::Value* value = object.if_contains(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_uint64()) return value->get_uint64();
  if (value->is_int64() && value->get_int64() >= 0) {
    return static_cast<std::uint64_t>(value->get_int64());
  }
  if (!value->is_string()) return std::nullopt;
  std::string_view text = json::TextOf(object, key);
  std::uint64_t number = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::int64_t> Signed(const json::Object& object, std::string_view key) {
  if (auto number = json::GetInt(object, key)) return number;
  std::string_view text = json::TextOf(object, key);
  std::int64_t number = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Nanoseconds since the epoch; zero means unknown.
std::optional<Timestamp> NanosecondsOf(const json::Object& object, std::string_view key) {
  auto nanos = Unsigned(object, key);
  if (!nanos || *nanos == 0) return std::nullopt;
  return Timestamp{static_cast<std::int64_t>(*nanos / 1000)};
}

// An id that is not all zeros, which means unknown.
std::string IdOf(const json::Object& object, std::string_view key, std::size_t digits) {
  auto id = ParseHexId(json::TextOf(object, key), digits);
  if (!id || id->find_first_not_of('0') == std::string::npos) return {};
  return std::move(*id);
}

// The value inside an AnyValue, without its kind.
json::Value PlainValue(const json::Object& any, std::size_t depth) {
  if (depth == 0) return nullptr;
  if (const json::Value* text = any.if_contains("stringValue"); text && text->is_string()) {
    return *text;
  }
  if (auto flag = json::GetBool(any, "boolValue")) return *flag;
  if (auto number = Signed(any, "intValue")) return *number;
  if (auto number = json::GetNumber(any, "doubleValue")) return *number;
  if (const json::Value* bytes = any.if_contains("bytesValue"); bytes && bytes->is_string()) {
    return *bytes;
  }
  if (const json::Object* array = json::GetObject(any, "arrayValue")) {
    json::Array out;
    if (const json::Array* values = json::GetArray(*array, "values")) {
      for (const json::Value& each : *values) {
        out.push_back(each.is_object() ? PlainValue(each.get_object(), depth - 1)
                                       : json::Value(nullptr));
      }
    }
    return out;
  }
  if (const json::Object* list = json::GetObject(any, "kvlistValue")) {
    json::Object out;
    if (const json::Array* values = json::GetArray(*list, "values")) {
      for (const json::Value& each : *values) {
        const json::Object* pair = each.if_object();
        const json::Object* value = pair != nullptr ? json::GetObject(*pair, "value") : nullptr;
        if (value == nullptr) continue;
        const std::string_view key = json::TextOf(*pair, "key");
        if (!key.empty()) out[key] = PlainValue(*value, depth - 1);
      }
    }
    return out;
  }
  return nullptr;
}

bool IsFlat(const json::Array& array) {
  for (const json::Value& each : array) {
    if (!each.is_string() && !each.is_number() && !each.is_bool()) return false;
  }
  return true;
}

void AddAttribute(json::Object& attributes, std::string_view prefix, std::string_view key,
                  const json::Object& any) {
  json::Value value = PlainValue(any, 16);
  std::string name = std::string(prefix) + std::string(key);
  if (key.empty() || value.is_null() || attributes.contains(name)) return;
  std::string_view type = "string";
  if (value.is_bool()) {
    type = "boolean";
  } else if (value.is_int64()) {
    type = "integer";
  } else if (value.is_double()) {
    type = "double";
  } else if (value.is_array() && IsFlat(value.get_array())) {
    type = "array";
  } else if (!value.is_string()) {
    value = json::Value(json::Serialize(value));
  }
  json::Object& slot = attributes[name].emplace_object();
  slot["type"] = type;
  slot["value"] = std::move(value);
}

void AddAttributes(json::Object& attributes, std::string_view prefix, const json::Object& owner) {
  const json::Array* list = json::GetArray(owner, "attributes");
  if (list == nullptr) return;
  for (const json::Value& each : *list) {
    const json::Object* pair = each.if_object();
    const json::Object* value = pair != nullptr ? json::GetObject(*pair, "value") : nullptr;
    if (value != nullptr) AddAttribute(attributes, prefix, json::TextOf(*pair, "key"), *value);
  }
}

std::string_view KindName(const json::Object& span) {
  constexpr std::array<std::string_view, 6> kKinds = {"",       "internal", "server",
                                                      "client", "producer", "consumer"};
  constexpr std::string_view kPrefix = "SPAN_KIND_";
  if (auto number = json::GetInt(span, "kind")) {
    return *number >= 1 && *number <= 5 ? kKinds[static_cast<std::size_t>(*number)] : "";
  }
  std::string_view text = json::TextOf(span, "kind");
  if (!text.starts_with(kPrefix)) return {};
  for (std::string_view kind : kKinds) {
    if (!kind.empty() && EqualsIgnoreCase(text.substr(kPrefix.size()), kind)) return kind;
  }
  return {};
}

// Attributes of resource and scope, which all records below them share.
json::Object SharedAttributes(const json::Object* resource, const json::Object* scope) {
  json::Object shared;
  if (resource != nullptr) AddAttributes(shared, "resource.", *resource);
  if (scope != nullptr) {
    AddText(shared, "instrumentation.name", json::TextOf(*scope, "name"));
    AddText(shared, "instrumentation.version", json::TextOf(*scope, "version"));
    AddAttributes(shared, "instrumentation.", *scope);
  }
  return shared;
}

void AddShared(json::Object& attributes, const json::Object& shared) {
  for (const auto& member : shared) attributes.emplace(member.key(), member.value());
}

std::optional<SpanRecord> OtlpSpan(const json::Object& in, const json::Object& shared) {
  SpanRecord out;
  out.trace_id = IdOf(in, "traceId", 32);
  out.span_id = IdOf(in, "spanId", 16);
  auto start = NanosecondsOf(in, "startTimeUnixNano");
  auto end = NanosecondsOf(in, "endTimeUnixNano");
  if (out.trace_id.empty() || out.span_id.empty() || !start || !end || *end < *start) {
    return std::nullopt;
  }
  out.parent_span_id = IdOf(in, "parentSpanId", 16);
  out.name = json::TextOf(in, "name");
  if (out.name.empty()) out.name = "unknown";
  out.start = *start;
  out.end = *end;
  std::uint64_t flags = Unsigned(in, "flags").value_or(0);
  bool remote = (flags & kHasIsRemote) != 0 && (flags & kIsRemote) != 0;
  out.is_segment = out.parent_span_id.empty() || remote;
  out.status = "ok";
  if (const json::Object* status = json::GetObject(in, "status")) {
    bool error =
        Signed(*status, "code") == 2 || json::TextOf(*status, "code") == "STATUS_CODE_ERROR";
    if (error) out.status = "error";
    AddText(out.attributes, "sentry.status.message", json::TextOf(*status, "message"));
  }
  AddText(out.attributes, "sentry.kind", KindName(in));
  AddText(out.attributes, "sentry.origin", "auto.otlp.spans");
  AddAttributes(out.attributes, "", in);
  AddShared(out.attributes, shared);
  if (const json::Array* links = json::GetArray(in, "links")) {
    for (const json::Value& each : *links) {
      const json::Object* link = each.if_object();
      if (link == nullptr || out.links.size() == kMaxOtlpLinks) continue;
      SpanLink one;
      one.trace_id = IdOf(*link, "traceId", 32);
      one.span_id = IdOf(*link, "spanId", 16);
      if (one.trace_id.empty() || one.span_id.empty()) continue;
      if (auto link_flags = Unsigned(*link, "flags")) one.sampled = (*link_flags & 1) != 0;
      AddAttributes(one.attributes, "", *link);
      out.links.push_back(std::move(one));
    }
  }
  return out;
}

std::optional<LogRecord> OtlpLog(const json::Object& in, const json::Object& shared) {
  LogRecord out;
  auto time = NanosecondsOf(in, "timeUnixNano");
  if (!time) time = NanosecondsOf(in, "observedTimeUnixNano");
  const json::Object* body = json::GetObject(in, "body");
  if (!time || body == nullptr) return std::nullopt;
  out.timestamp = *time;
  json::Value text = PlainValue(*body, 16);
  if (text.is_null()) return std::nullopt;
  out.body = text.is_string() ? std::string(text.get_string()) : json::Serialize(text);
  out.trace_id = IdOf(in, "traceId", 32);
  out.span_id = IdOf(in, "spanId", 16);
  auto severity = Signed(in, "severityNumber");
  if (severity && *severity >= 1 && *severity <= 24) {
    out.severity_number = static_cast<int>(*severity);
    out.level = LevelOfSeverity(*severity);
  }
  AddText(out.attributes, "sentry.severity_text", json::TextOf(in, "severityText"));
  AddText(out.attributes, "event.name", json::TextOf(in, "eventName"));
  if (auto observed = Unsigned(in, "observedTimeUnixNano"); observed && *observed != 0) {
    AddText(out.attributes, "sentry.observed_timestamp_nanos", std::to_string(*observed));
  }
  AddText(out.attributes, "sentry.origin", "auto.otlp.logs");
  AddAttributes(out.attributes, "", in);
  AddShared(out.attributes, shared);
  return out;
}

// Names of the three levels of a request.
struct Names {
  std::string_view resources;
  std::string_view scopes;
  std::string_view records;
};
constexpr Names kTraceNames = {"resourceSpans", "scopeSpans", "spans"};
constexpr Names kLogNames = {"resourceLogs", "scopeLogs", "logRecords"};

template <class Record, class F>
Records<Record> Collect(const json::Object& request, const Names& names, std::size_t body_bytes,
                        F&& read) {
  Records<Record> out;
  const json::Array* resources = json::GetArray(request, names.resources);
  if (resources == nullptr) return out;
  for (const json::Value& resource_value : *resources) {
    const json::Object* resource = resource_value.if_object();
    const json::Array* scopes =
        resource != nullptr ? json::GetArray(*resource, names.scopes) : nullptr;
    if (scopes == nullptr) continue;
    for (const json::Value& scope_value : *scopes) {
      const json::Object* scope = scope_value.if_object();
      const json::Array* records =
          scope != nullptr ? json::GetArray(*scope, names.records) : nullptr;
      if (records == nullptr) continue;
      json::Object shared = SharedAttributes(json::GetObject(*resource, "resource"),
                                             json::GetObject(*scope, "scope"));
      for (const json::Value& each : *records) {
        std::optional<Record> record;
        if (each.is_object() && out.records.size() < kMaxRecords) {
          record = read(each.get_object(), shared);
        }
        if (record) {
          out.records.push_back(std::move(*record));
        } else {
          ++out.invalid;
        }
      }
    }
  }
  if (!out.records.empty()) {
    std::size_t bytes = body_bytes / out.records.size();
    for (Record& record : out.records) record.bytes = bytes;
  }
  return out;
}

enum class Coding { kProto, kJson };

std::optional<Coding> CodingOf(std::string_view content_type) {
  std::string_view type = Trim(SplitOnce(content_type, ';').first);
  if (EqualsIgnoreCase(type, "application/x-protobuf") ||
      EqualsIgnoreCase(type, "application/protobuf")) {
    return Coding::kProto;
  }
  if (EqualsIgnoreCase(type, "application/json")) return Coding::kJson;
  return std::nullopt;
}

Result<json::Object> Request(std::string_view content_type, std::string_view body,
                             const ProtoMessage& message) {
  auto coding = CodingOf(content_type);
  if (!coding) return Reject(kContentType);
  if (*coding == Coding::kProto) return ParseProto(message, body);
  return ParsePayloadObject(body);
}

}  // namespace

Result<Records<SpanRecord>> ParseOtlpTraces(std::string_view content_type, std::string_view body) {
  GH_TRY(json::Object request, Request(content_type, body, OtlpTraces()));
  return Collect<SpanRecord>(request, kTraceNames, body.size(), OtlpSpan);
}

Result<Records<LogRecord>> ParseOtlpLogs(std::string_view content_type, std::string_view body) {
  GH_TRY(json::Object request, Request(content_type, body, OtlpLogs()));
  return Collect<LogRecord>(request, kLogNames, body.size(), OtlpLog);
}

Result<SpanRecord> ParseOtelSpan(std::string_view payload) {
  auto object = ParsePayloadObject(payload);
  if (!object) return Reject(kInvalidContainer, object.error().detail);
  auto record = OtlpSpan(*object, {});
  if (!record) return Reject(kInvalidContainer, "span");
  record->bytes = payload.size();
  return std::move(*record);
}

Result<LogRecord> ParseOtelLog(std::string_view payload) {
  auto object = ParsePayloadObject(payload);
  if (!object) return Reject(kInvalidContainer, object.error().detail);
  auto record = OtlpLog(*object, {});
  if (!record) return Reject(kInvalidContainer, "log");
  record->bytes = payload.size();
  return std::move(*record);
}

std::string_view OtlpAnswer(std::string_view content_type) {
  return CodingOf(content_type) == Coding::kJson ? R"({"partialSuccess":{}})" : "";
}

}  // namespace gatehouse::ingest
