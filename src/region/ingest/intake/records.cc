#include "region/ingest/intake/records.h"

namespace gatehouse::ingest {
namespace {

double Seconds(Timestamp time) { return static_cast<double>(time.micros) / 1e6; }

void Put(json::Object& out, std::string_view key, std::string_view value) {
  if (!value.empty()) out[key] = value;
}

}  // namespace

json::Object ToJson(const LogRecord& log) {
  json::Object out{{"timestamp", Seconds(log.timestamp)},
                   {"level", LogLevelName(log.level)},
                   {"severity_number", log.severity_number},
                   {"body", log.body},
                   {"attributes", log.attributes}};
  Put(out, "trace_id", log.trace_id);
  Put(out, "span_id", log.span_id);
  if (!log.meta.empty()) out["_meta"] = log.meta;
  return out;
}

json::Object ToJson(const SpanRecord& span) {
  json::Object out{{"trace_id", span.trace_id},
                   {"span_id", span.span_id},
                   {"name", span.name},
                   {"status", span.status},
                   {"is_segment", span.is_segment},
                   {"start_timestamp", Seconds(span.start)},
                   {"end_timestamp", Seconds(span.end)},
                   {"attributes", span.attributes}};
  Put(out, "parent_span_id", span.parent_span_id);
  json::Array links;
  for (const SpanLink& link : span.links) {
    json::Object one{
        {"trace_id", link.trace_id}, {"span_id", link.span_id}, {"attributes", link.attributes}};
    if (link.sampled) one["sampled"] = *link.sampled;
    links.push_back(std::move(one));
  }
  if (!links.empty()) out["links"] = std::move(links);
  if (!span.meta.empty()) out["_meta"] = span.meta;
  return out;
}

json::Object ToJson(const MetricRecord& metric) {
  json::Object out{{"timestamp", Seconds(metric.timestamp)},
                   {"trace_id", metric.trace_id},
                   {"name", metric.name},
                   {"type", metric.type},
                   {"value", metric.value},
                   {"attributes", metric.attributes}};
  Put(out, "span_id", metric.span_id);
  Put(out, "unit", metric.unit);
  if (!metric.meta.empty()) out["_meta"] = metric.meta;
  return out;
}

}  // namespace gatehouse::ingest
