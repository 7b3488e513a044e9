#pragma once

// Network Error Logging reports (W3C): one event for each failed or sampled request.

#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "platform/json/json.h"
#include "region/ingest/protocol/security_report.h"

namespace gatehouse::ingest {

// An array of reports or a single one; reports of other types are passed over. At most 100 events.
// Errors: kNelReport (none in it), those of ParsePayload.
Result<std::vector<json::Object>> ParseNelReports(std::string_view body,
                                                  const ReportContext& context, Timestamp received);

}  // namespace gatehouse::ingest
