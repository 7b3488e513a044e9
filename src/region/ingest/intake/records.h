#pragma once

// Logs, spans and metrics as JSON, in the shape of the items of a container: what is stored of
// them, and the form in which OTLP goes on.

#include "platform/json/json.h"
#include "region/ingest/protocol/trace_item.h"

namespace gatehouse::ingest {

json::Object ToJson(const LogRecord& log);
json::Object ToJson(const SpanRecord& span);
json::Object ToJson(const MetricRecord& metric);

}  // namespace gatehouse::ingest
