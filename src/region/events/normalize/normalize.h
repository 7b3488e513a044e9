#pragma once

// Normalization: brings what a client sent to the one form that grouping, saving and the pages
// read. Pure passes over the event in a fixed order; time, ids and addresses come from the Context.
// A bad value never rejects an event: it is removed and recorded in `errors`; only a transaction
// without its required parts and a time before 1970 do. Thread-safe for different events.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "platform/json/lenient.h"

namespace gatehouse::events::scrub {
class Rules;
}

namespace gatehouse::events {

// What the intake took the event for. kFromEvent: the event's own `type` decides whether it is a
// transaction or feedback, as for the store endpoint.
enum class ItemKind { kFromEvent, kError, kTransaction, kFeedback, kSecurity, kNel };

struct Breakdown {
  std::string name;                     // "span_ops"
  std::vector<std::string> operations;  // prefixes of span operations
};
// span_ops over http, db, browser, resource and ui.
std::span<const Breakdown> DefaultBreakdowns();

// Views must outlive the call of Normalize.
struct Context {
  Timestamp received;
  std::optional<Timestamp> sent_at;  // of the envelope
  ItemKind kind = ItemKind::kFromEvent;
  std::string_view client_ip;
  std::string_view user_agent;  // of the submission; for reports that browsers send themselves
  std::string_view client;      // "sentry.python/1.2": the sdk if the event names none
  std::string_view event_id;    // 32 lower-case hex digits if the envelope had one
  std::function<std::string()> new_event_id;  // for an event without a valid id
  std::int64_t project_id = 0;
  std::int64_t key_id = 0;
  std::string_view protocol_version = "7";

  std::int64_t max_secs_in_future = 60;
  std::int64_t max_secs_in_past = 30 * 24 * 3600;
  std::size_t max_tag_key_chars = 200;
  std::size_t max_tag_value_chars = 200;
  bool clean_transaction_names = true;
  bool exclusive_times = false;
  std::span<const Breakdown> breakdowns = DefaultBreakdowns();
  const scrub::Rules* scrub = nullptr;  // null: nothing is scrubbed

  // After processing changed an event that was normalized before: ids, times and errors stay.
  bool renormalize = false;
};

// Outcome reasons of a rejected event.
inline constexpr std::string_view kReasonTimestamp = "timestamp";
inline constexpr std::string_view kReasonInvalidTransaction = "invalid_transaction";

struct Outcome {
  std::string_view reason = {};  // empty: kept; else the reason of the outcome "invalid"
  std::string_view detail = {};  // for the log

  bool kept() const { return reason.empty(); }
};

// After a rejection the event is in an unspecified state.
Outcome Normalize(json::Object& event, const Context& context);

// The low-cardinality form of an sdk name for metadata and fingerprint rules.
std::string SdkTag(std::string_view sdk_name);

// Tags that an event's contexts and the mechanism of its last exception give, in a fixed order.
std::vector<std::pair<std::string, std::string>> InterfaceTags(const json::Object& event);

bool IsValidRelease(std::string_view release);
bool IsValidEnvironment(std::string_view environment);

}  // namespace gatehouse::events
