#pragma once

// Release health: single sessions (`session` items) and counted ones (`sessions` items).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/rng.h"
#include "region/ingest/protocol/event_id.h"

namespace gatehouse::ingest {

// What the request adds to an item.
struct ItemContext {
  Timestamp received;
  std::optional<Timestamp> sent_at;  // of the envelope's header
  std::string_view client_ip;
  std::string_view user_agent;

  // What is added to a client's times: the difference of the clocks if it is 55 minutes or more.
  Duration Drift() const;
};

enum class SessionStatus : std::uint8_t {
  kOk,
  kExited,
  kCrashed,
  kAbnormal,
  kErrored,
  kUnhandled,
};
std::string_view SessionStatusName(SessionStatus status);

struct SessionAttributes {
  std::string release;      // valid, never empty
  std::string environment;  // valid or empty
  std::string ip_address;
  std::string user_agent;
};

struct SessionUpdate {
  EventId session_id;
  std::string distinct_id;  // may be empty
  std::uint64_t sequence = 0;
  bool init = false;
  Timestamp timestamp;  // never before `started`
  Timestamp started;
  std::optional<double> duration;  // seconds
  SessionStatus status = SessionStatus::kOk;
  std::uint64_t errors = 0;  // at least 1 unless the status is ok or exited
  std::string abnormal_mechanism;
  SessionAttributes attributes;
};

struct SessionBucket {
  Timestamp started;
  std::string distinct_id;  // may be empty
  std::uint64_t exited = 0;
  std::uint64_t errored = 0;
  std::uint64_t abnormal = 0;
  std::uint64_t unhandled = 0;
  std::uint64_t crashed = 0;

  std::uint64_t Total() const { return exited + errored + abnormal + unhandled + crashed; }
};

struct SessionAggregates {
  std::vector<SessionBucket> buckets;  // at most 100
  SessionAttributes attributes;
};

// Errors: kInvalidSession. Whoever gets one drops the item without an outcome.
Result<SessionUpdate> ParseSession(std::string_view payload, const ItemContext& context, Rng& rng);
Result<SessionAggregates> ParseSessions(std::string_view payload, const ItemContext& context);

}  // namespace gatehouse::ingest
