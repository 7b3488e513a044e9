// Any bytes as OTLP in both codings: no crash, and every record has the ids it must have.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "region/ingest/protocol/otlp.h"

using namespace gatehouse::ingest;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::string_view type = (data[0] & 1) != 0 ? "application/x-protobuf" : "application/json";
  if (auto spans = ParseOtlpTraces(type, body)) {
    for (const SpanRecord& span : spans->records) {
      GH_CHECK(span.trace_id.size() == 32 && span.span_id.size() == 16);
      GH_CHECK(!(span.end < span.start));
    }
  }
  if (auto logs = ParseOtlpLogs(type, body)) {
    for (const LogRecord& log : logs->records) {
      GH_CHECK(log.severity_number >= 1 && log.severity_number <= 24);
    }
  }
  (void)ParseOtelSpan(body).has_value();
  (void)ParseOtelLog(body).has_value();
  return 0;
}
