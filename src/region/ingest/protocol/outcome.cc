#include "region/ingest/protocol/outcome.h"

#include <array>

namespace gatehouse::ingest {

std::string_view OutcomeName(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::kAccepted:
      return "accepted";
    case OutcomeKind::kFiltered:
      return "filtered";
    case OutcomeKind::kRateLimited:
      return "rate_limited";
    case OutcomeKind::kInvalid:
      return "invalid";
    case OutcomeKind::kAbuse:
      return "abuse";
    case OutcomeKind::kClientDiscard:
      return "client_discard";
    case OutcomeKind::kCardinalityLimited:
      return "cardinality_limited";
  }
  return "invalid";
}

std::string_view KnownDiscardReason(std::string_view text) {
  constexpr std::array<std::string_view, 15> kKnown = {"queue_overflow",    "cache_overflow",
                                                       "buffer_overflow",   "ratelimit_backoff",
                                                       "network_error",     "sample_rate",
                                                       "before_send",       "event_processor",
                                                       "send_error",        "internal_sdk_error",
                                                       "insufficient_data", "backpressure",
                                                       "ignored",           "invalid",
                                                       "no_parent_span"};
  for (std::string_view known : kKnown) {
    if (known == text) return known;
  }
  return "other";
}

json::Object ToJson(const Outcome& outcome) {
  json::Object out;
  out["timestamp"] = FormatIso8601(outcome.timestamp);
  out["org_id"] = outcome.organization_id;
  out["project_id"] = outcome.project_id;
  if (outcome.key_id != 0) out["key_id"] = outcome.key_id;
  out["outcome"] = static_cast<std::int64_t>(outcome.kind);
  if (!outcome.reason.empty()) out["reason"] = outcome.reason;
  if (outcome.event_id) out["event_id"] = outcome.event_id->ToString();
  if (!outcome.remote_addr.empty()) out["remote_addr"] = outcome.remote_addr;
  out["category"] = static_cast<std::int64_t>(outcome.category);
  out["quantity"] = outcome.quantity;
  return out;
}

}  // namespace gatehouse::ingest
