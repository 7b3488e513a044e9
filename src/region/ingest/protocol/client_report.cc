#include "region/ingest/protocol/client_report.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "base/text.h"
#include "region/ingest/protocol/json_text.h"
#include "region/ingest/protocol/rejection.h"
#include "region/ingest/protocol/time_text.h"

namespace gatehouse::ingest {
namespace {

constexpr std::size_t kMaxReportEntries = 1000;
constexpr std::int64_t kMaxQuantity = 1'000'000'000;
constexpr Duration kMaxReportAge = std::chrono::hours(30 * 24);

}  // namespace

Result<ClientReport> ParseClientReport(std::string_view payload, Timestamp received) {
  auto object = ParsePayloadObject(payload, 100 * 1024);
  if (!object) return Reject(kInvalidClientReport, "not an object");
  ClientReport report;
  report.timestamp = received;
  const json::Value* timestamp = object->if_contains("timestamp");
  if (timestamp != nullptr && !timestamp->is_null()) {
    auto time = ParseTime(*timestamp);
    if (!time) return Reject(kInvalidClientReport, "timestamp");
    report.timestamp = std::clamp(*time, received - kMaxReportAge, received);
  }
  constexpr std::array<std::pair<std::string_view, OutcomeKind>, 4> kLists = {{
      {"discarded_events", OutcomeKind::kClientDiscard},
      {"rate_limited_events", OutcomeKind::kRateLimited},
      {"filtered_events", OutcomeKind::kFiltered},
      {"filtered_sampling_events", OutcomeKind::kFiltered},
  }};
  for (auto [key, kind] : kLists) {
    const json::Value* list = object->if_contains(key);
    if (list == nullptr || list->is_null()) continue;
    if (!list->is_array()) return Reject(kInvalidClientReport, std::string(key));
    for (const json::Value& each : list->get_array()) {
      if (!each.is_object()) return Reject(kInvalidClientReport, std::string(key));
      const json::Object& in = each.get_object();
      auto category = CategoryByName(json::GetString(in, "category").value_or(""));
      auto quantity = json::GetInt(in, "quantity");
      if (!category || !quantity || *quantity < 1) continue;
      if (report.entries.size() == kMaxReportEntries) return report;
      report.entries.push_back({kind, Printable(json::GetString(in, "reason").value_or(""), 200),
                                *category,
                                static_cast<std::uint64_t>(std::min(*quantity, kMaxQuantity))});
    }
  }
  return report;
}

}  // namespace gatehouse::ingest
