#pragma once

// Logs, spans and metrics of traces, as one value each, whichever way they arrive: item containers,
// single span items, or OTLP (otlp.h).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "platform/json/json.h"

namespace gatehouse::ingest {

enum class LogLevel : std::uint8_t { kTrace, kDebug, kInfo, kWarn, kError, kFatal };
std::string_view LogLevelName(LogLevel level);
int SeverityOf(LogLevel level);                 // 1, 5, 9, 13, 17, 21
LogLevel LevelOfSeverity(std::int64_t number);  // 1..24, else kInfo

struct LogRecord {
  Timestamp timestamp;
  std::string trace_id;  // 32 digits; only OTLP logs outside of a trace have none
  std::string span_id;   // 16 digits or empty
  LogLevel level = LogLevel::kInfo;
  int severity_number = 9;
  std::string body;
  json::Object attributes;  // typed, see attributes.h
  json::Object meta;        // notes on removed attributes
  std::size_t bytes = 0;    // of the record as it was sent, for quotas
};

struct SpanLink {
  std::string trace_id;
  std::string span_id;
  std::optional<bool> sampled;
  json::Object attributes;
};

struct SpanRecord {
  std::string trace_id;        // 32 digits
  std::string span_id;         // 16 digits
  std::string parent_span_id;  // 16 digits or empty
  std::string name;
  std::string status;  // "ok" or "error"
  bool is_segment = false;
  Timestamp start;
  Timestamp end;  // never before `start`
  json::Object attributes;
  json::Object meta;
  std::vector<SpanLink> links;
  std::size_t bytes = 0;
};

struct MetricRecord {
  Timestamp timestamp;
  std::string trace_id;
  std::string span_id;  // or empty
  std::string name;
  std::string type;  // counter, gauge, distribution
  std::string unit;  // or empty
  double value = 0;
  json::Object attributes;
  json::Object meta;
  std::size_t bytes = 0;
};

// The records of a container and how many were dropped for lack of what they need (an outcome
// `invalid` with invalid_log, invalid_span or invalid_trace_metric for each).
template <class Record>
struct Records {
  std::vector<Record> records;
  std::size_t invalid = 0;
};

// `item_count` of the item's header must be the number of items. A container's `items` is required;
// its version is not looked at. `otlp`: logs may have no trace. Error: kInvalidContainer.
Result<Records<LogRecord>> ParseLogs(std::string_view payload,
                                     std::optional<std::int64_t> item_count, bool otlp = false);
Result<Records<SpanRecord>> ParseSpans(std::string_view payload,
                                       std::optional<std::int64_t> item_count);
Result<Records<MetricRecord>> ParseMetrics(std::string_view payload,
                                           std::optional<std::int64_t> item_count);

// A `span` item that is no container: the shape of a transaction's span. Error: kInvalidContainer.
Result<SpanRecord> ParseSingleSpan(std::string_view payload);

}  // namespace gatehouse::ingest
