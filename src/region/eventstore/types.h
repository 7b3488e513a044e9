#pragma once

// Values of the event store.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace gatehouse::eventstore {

using Tag = std::pair<std::string, std::string>;

// Which tags carry what other code asks the store for.
inline constexpr std::string_view kTagUser = "sentry:user";

struct StoredEvent {
  std::int64_t project_id = 0;
  std::string event_id = {};  // 32 lower-case hex
  Timestamp timestamp = {};   // decides the day
  Timestamp received = {};
  std::string type = "default";   // "transaction" is kept apart from all others
  std::int64_t group_id = 0;      // 0: none
  std::string primary_hash = {};  // 32 lower-case hex or ""
  std::string release = {};
  std::string environment = {};
  std::string dist = {};
  std::string user = {};  // the value of the user tag ("id:7"), "" for none
  std::string level = {};
  std::string platform = {};
  std::string title = {};
  std::string culprit = {};
  std::string message = {};  // search text
  std::string transaction = {};
  std::string trace_id = {};   // 32 lower-case hex or ""
  std::string span_id = {};    // 16 lower-case hex or ""
  Duration duration = {};      // of a transaction
  std::vector<Tag> tags = {};  // what is counted per group; the user under kTagUser as well
  std::string payload = {};    // JSON text
};

// Anything else that intake stores: "log", "session", "check_in", "feedback", "attachment", …
struct StoredItem {
  std::int64_t project_id = 0;
  std::string type = {};
  std::string id = {};  // unique per project, type and day: the latest wins; "" keeps every copy
  std::string event_id = {};  // of the event it belongs to, or ""
  Timestamp timestamp = {};
  std::string text = {};         // what ItemQuery::text looks into
  std::vector<Tag> fields = {};  // small attributes for lists: file name, status, level …
  std::string payload = {};      // any bytes
};

// Both ends inclusive/exclusive: [from, to). The default is everything.
struct TimeRange {
  Timestamp from = {};
  Timestamp to = Timestamp{INT64_MAX};
};

enum class Kind { kError, kTransaction };
enum class Order { kNewestFirst, kOldestFirst };

// Where a list goes on: opaque to everybody but the adapter.
struct Cursor {
  Timestamp time = {};
  std::int64_t row = 0;

  friend bool operator==(const Cursor&, const Cursor&) = default;
  std::string ToString() const;
  static std::optional<Cursor> Parse(std::string_view text);
};

struct EventQuery {
  std::int64_t project_id = 0;
  Kind kind = Kind::kError;
  std::optional<std::int64_t> group_id = {};  // kind is ignored with a group
  TimeRange range = {};
  std::string text = {};  // part of the message, ASCII letters in either case
  // Empty: any.
  std::string environment = {};
  std::string release = {};
  std::string transaction = {};
  std::string trace_id = {};
  std::vector<Tag> tags = {};  // all of them
  Order order = Order::kNewestFirst;
  std::optional<Cursor> after = {};
  std::size_t limit = 25;
  bool with_payload = false;
};

struct EventPage {
  std::vector<StoredEvent> events = {};
  // Set while there may be more. A page can be short, even empty, and still have a next: a search
  // looks at a bounded number of events per call.
  std::optional<Cursor> next = {};
};

struct Neighbours {
  std::string previous = {};  // the older one, "" at the end
  std::string next = {};
};

struct CountQuery {
  std::int64_t project_id = 0;
  Kind kind = Kind::kError;  // of the whole project, when there are no groups
  std::vector<std::int64_t> group_ids = {};
  std::string environment = {};  // empty: any
  TimeRange range = {};          // widened to whole buckets
  std::int64_t bucket_hours = 1;
};

struct Series {
  std::int64_t group_id = 0;  // 0 for a project
  // One count per bucket from the bucket that holds range.from on.
  std::vector<std::int64_t> counts = {};
};

struct TagValue {
  std::string value = {};
  std::int64_t count = 0;
  Timestamp first_seen = {};  // to the day
  Timestamp last_seen = {};
};

struct TagSummary {
  std::string key = {};
  std::int64_t total = 0;     // events that have the key
  std::int64_t distinct = 0;  // values of it
  std::vector<TagValue> top = {};
};

struct TagQuery {
  std::int64_t project_id = 0;
  std::int64_t group_id = 0;  // 0: of all groups of the project
  std::string key = {};       // empty: all keys
  TimeRange range = {};       // widened to whole days
  std::size_t values = 10;
};

struct ItemQuery {
  std::int64_t project_id = 0;
  std::string type = {};
  std::string event_id = {};  // empty: any
  std::string id = {};        // empty: any
  std::string text = {};
  TimeRange range = {};
  std::optional<Cursor> after = {};
  std::size_t limit = 25;
  bool with_payload = false;
};

struct ItemPage {
  std::vector<StoredItem> items = {};
  std::optional<Cursor> next = {};
};

struct Refusal {
  std::size_t index = 0;  // in the batch
  std::string_view reason = {};
};

// stored + replaced + refused.size() = size of the batch.
struct InsertOutcome {
  std::size_t stored = 0;
  std::size_t replaced = 0;  // the same id was there already
  std::vector<Refusal> refused = {};
};

// Hours since the epoch that begin the buckets of a CountQuery.
std::int64_t FirstBucketHour(const CountQuery& query);

}  // namespace gatehouse::eventstore
