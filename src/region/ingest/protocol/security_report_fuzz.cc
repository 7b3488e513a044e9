// Any bytes as a browser's report: no crash, and each event says what it is.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "region/ingest/protocol/nel.h"
#include "region/ingest/protocol/security_report.h"

using namespace gatehouse::ingest;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view body(reinterpret_cast<const char*>(data), size);
  ReportContext context{"127.0.0.1", "agent", "1.0", "prod"};
  if (auto events = ParseSecurityReports(body, context)) {
    GH_CHECK(!events->empty());
    for (const gatehouse::json::Object& event : *events) {
      auto type = gatehouse::json::GetString(event, "type");
      GH_CHECK(type && event.contains(*type) && event.contains("logentry"));
    }
  }
  if (auto events = ParseNelReports(body, context, gatehouse::Timestamp::FromSeconds(1'000))) {
    GH_CHECK(!events->empty());
  }
  return 0;
}
