#include "region/ingest/protocol/otlp_schema.h"

#include <array>

namespace gatehouse::ingest {
namespace {

using enum ProtoKind;

// AnyValue holds lists of itself, so the messages name each other by address.
extern const ProtoMessage kAnyValue;
extern const ProtoMessage kKeyValue;

constexpr std::array kListFields = {ProtoField{1, "values", kMessage, true, &kAnyValue}};
constexpr ProtoMessage kList{kListFields};
constexpr std::array kPairsFields = {ProtoField{1, "values", kMessage, true, &kKeyValue}};
constexpr ProtoMessage kPairs{kPairsFields};
constexpr std::array kAnyValueFields = {
    ProtoField{1, "stringValue", kString},
    ProtoField{2, "boolValue", kBool},
    ProtoField{3, "intValue", kInt},
    ProtoField{4, "doubleValue", kDouble},
    ProtoField{5, "arrayValue", kMessage, false, &kList},
    ProtoField{6, "kvlistValue", kMessage, false, &kPairs},
    ProtoField{7, "bytesValue", kBase64},
};
constexpr ProtoMessage kAnyValue{kAnyValueFields};
constexpr std::array kKeyValueFields = {
    ProtoField{1, "key", kString},
    ProtoField{2, "value", kMessage, false, &kAnyValue},
};
constexpr ProtoMessage kKeyValue{kKeyValueFields};

constexpr std::array kResourceFields = {ProtoField{1, "attributes", kMessage, true, &kKeyValue}};
constexpr ProtoMessage kResource{kResourceFields};
constexpr std::array kScopeFields = {
    ProtoField{1, "name", kString},
    ProtoField{2, "version", kString},
    ProtoField{3, "attributes", kMessage, true, &kKeyValue},
};
constexpr ProtoMessage kScope{kScopeFields};

constexpr std::array kLinkFields = {
    ProtoField{1, "traceId", kHex},
    ProtoField{2, "spanId", kHex},
    ProtoField{4, "attributes", kMessage, true, &kKeyValue},
    ProtoField{6, "flags", kFixed32},
};
constexpr ProtoMessage kLink{kLinkFields};
constexpr std::array kStatusFields = {
    ProtoField{2, "message", kString},
    ProtoField{3, "code", kInt},
};
constexpr ProtoMessage kStatus{kStatusFields};
constexpr std::array kSpanFields = {
    ProtoField{1, "traceId", kHex},
    ProtoField{2, "spanId", kHex},
    ProtoField{4, "parentSpanId", kHex},
    ProtoField{5, "name", kString},
    ProtoField{6, "kind", kInt},
    ProtoField{7, "startTimeUnixNano", kFixed64},
    ProtoField{8, "endTimeUnixNano", kFixed64},
    ProtoField{9, "attributes", kMessage, true, &kKeyValue},
    ProtoField{13, "links", kMessage, true, &kLink},
    ProtoField{15, "status", kMessage, false, &kStatus},
    ProtoField{16, "flags", kFixed32},
};
constexpr ProtoMessage kSpan{kSpanFields};
constexpr std::array kScopeSpansFields = {
    ProtoField{1, "scope", kMessage, false, &kScope},
    ProtoField{2, "spans", kMessage, true, &kSpan},
};
constexpr ProtoMessage kScopeSpans{kScopeSpansFields};
constexpr std::array kResourceSpansFields = {
    ProtoField{1, "resource", kMessage, false, &kResource},
    ProtoField{2, "scopeSpans", kMessage, true, &kScopeSpans},
};
constexpr ProtoMessage kResourceSpans{kResourceSpansFields};
constexpr std::array kTracesFields = {
    ProtoField{1, "resourceSpans", kMessage, true, &kResourceSpans}};
constexpr ProtoMessage kTraces{kTracesFields};

constexpr std::array kLogFields = {
    ProtoField{1, "timeUnixNano", kFixed64},
    ProtoField{2, "severityNumber", kInt},
    ProtoField{3, "severityText", kString},
    ProtoField{5, "body", kMessage, false, &kAnyValue},
    ProtoField{6, "attributes", kMessage, true, &kKeyValue},
    ProtoField{9, "traceId", kHex},
    ProtoField{10, "spanId", kHex},
    ProtoField{11, "observedTimeUnixNano", kFixed64},
    ProtoField{12, "eventName", kString},
};
constexpr ProtoMessage kLog{kLogFields};
constexpr std::array kScopeLogsFields = {
    ProtoField{1, "scope", kMessage, false, &kScope},
    ProtoField{2, "logRecords", kMessage, true, &kLog},
};
constexpr ProtoMessage kScopeLogs{kScopeLogsFields};
constexpr std::array kResourceLogsFields = {
    ProtoField{1, "resource", kMessage, false, &kResource},
    ProtoField{2, "scopeLogs", kMessage, true, &kScopeLogs},
};
constexpr ProtoMessage kResourceLogs{kResourceLogsFields};
constexpr std::array kLogsFields = {ProtoField{1, "resourceLogs", kMessage, true, &kResourceLogs}};
constexpr ProtoMessage kLogs{kLogsFields};

}  // namespace

const ProtoMessage& OtlpTraces() { return kTraces; }
const ProtoMessage& OtlpLogs() { return kLogs; }

}  // namespace gatehouse::ingest
