#pragma once

// OTLP over HTTP, traces and logs, as protobuf and as JSON: the same values as those of
// trace_item.h. What OpenTelemetry calls resource and scope becomes attributes of each span and log
// ("resource.service.name", "instrumentation.name").

#include <string_view>

#include "base/error.h"
#include "region/ingest/protocol/trace_item.h"

namespace gatehouse::ingest {

// application/x-protobuf or application/json.
// Errors: kContentType, kInvalidProto, those of ParsePayload.
Result<Records<SpanRecord>> ParseOtlpTraces(std::string_view content_type, std::string_view body);
Result<Records<LogRecord>> ParseOtlpLogs(std::string_view content_type, std::string_view body);

// `otel_span` and `otel_log` items: one of them in its JSON form. Error: kInvalidContainer.
Result<SpanRecord> ParseOtelSpan(std::string_view payload);
Result<LogRecord> ParseOtelLog(std::string_view payload);

// The answer that OTLP clients expect, in the coding of the request. Empty for protobuf.
std::string_view OtlpAnswer(std::string_view content_type);

}  // namespace gatehouse::ingest
