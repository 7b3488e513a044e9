#pragma once

// Transactions, and segments of traces, by name: how many, how long, how many failed. Worked out
// from the newest ones, so that a question costs the same however much a project sends; the answer
// says how far it looked.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "region/eventstore/types.h"

namespace gatehouse::eventstore {

// The tag under which a transaction's status is known: "ok", "internal_error", …
inline constexpr std::string_view kTagTransactionStatus = "transaction.status";

// Does a transaction with this status count as failed? Neither "ok", "cancelled" and "unknown" nor
// none at all do.
bool IsFailure(std::string_view status);
// Of the event's tags; "" for none.
std::string_view TransactionStatus(const StoredEvent& event);

// A span that is the top of what one service did: SDKs that send spans one by one send no
// transaction. Beside the span itself (an item of type "span") a small item of this type is kept,
// so that there is a list of them.
inline constexpr std::string_view kItemSegment = "segment";

struct Segment {
  std::string name = {};
  std::string op = {};
  std::string status = {};  // "ok", "error"
  std::string environment = {};
  std::string release = {};
  std::string trace_id = {};
  std::string span_id = {};
  Timestamp start = {};
  Duration duration = {};
};
StoredItem ToItem(const Segment& segment, std::int64_t project_id);
// std::nullopt: an item of another type.
std::optional<Segment> SegmentOf(const StoredItem& item);

struct TransactionQuery {
  std::int64_t project_id = 0;
  TimeRange range = {};
  // Empty: any.
  std::string transaction = {};
  std::string environment = {};
  std::string release = {};
  std::size_t limit = 2'000;  // so many of each kind are looked at; at most 10,000
};

struct TransactionGroup {
  std::string name = {};
  std::int64_t count = 0;
  std::int64_t failed = 0;
  Duration p50 = {};
  Duration p75 = {};
  Duration p95 = {};
  Timestamp last_seen = {};
};

struct TransactionGroups {
  std::vector<TransactionGroup> groups = {};  // by count, then by name
  std::size_t examined = 0;
  bool complete = true;   // false: the range holds more than was looked at
  Timestamp oldest = {};  // of those that were looked at
};

// Adds transactions up.
class TransactionTally {
 public:
  void Add(const std::string& name, Duration duration, std::string_view status, Timestamp at);
  // By count, then by name.
  std::vector<TransactionGroup> Groups() &&;

 private:
  struct One {
    std::vector<Duration> durations;
    std::int64_t failed = 0;
    Timestamp last_seen = {};
  };
  std::map<std::string, One> by_name_;
};

}  // namespace gatehouse::eventstore
