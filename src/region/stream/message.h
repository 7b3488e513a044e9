#pragma once

// The message about a saved event on the topics `events`, `transactions` and `generic-events`:
// a JSON array [2, "insert", event, state], with headers that repeat what consumers route by.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "region/stream/types.h"

namespace gatehouse::stream {

inline constexpr std::string_view kTopicEvents = "events";
inline constexpr std::string_view kTopicTransactions = "transactions";
inline constexpr std::string_view kTopicGenericEvents = "generic-events";

inline constexpr std::string_view kQueueErrors = "post_process_errors";
inline constexpr std::string_view kQueueTransactions = "post_process_transactions";
inline constexpr std::string_view kQueueIssuePlatform = "post_process_issue_platform";

struct GroupState {
  std::int64_t id = 0;
  bool is_new = false;
  bool is_regression = false;
  bool is_new_group_environment = false;
};

struct InsertMessage {
  std::optional<std::int64_t> group_id = {};
  std::string event_id = {};  // 32 hex
  std::int64_t organization_id = 0;
  std::int64_t project_id = 0;
  std::string message = {};  // search message
  std::string platform = {};
  Timestamp datetime = {};
  Timestamp received = {};
  std::string data = {};          // JSON text of an object, written as it is
  std::string primary_hash = {};  // 32 hex, "" for null
  int retention_days = 90;
  std::string occurrence_id = {};      // "" for null
  std::string occurrence_data = "{}";  // JSON text of an object
  bool is_new = false;
  bool is_regression = false;
  bool is_new_group_environment = false;
  std::string_view queue = kQueueErrors;
  bool skip_consume = false;
  std::vector<GroupState> group_states = {};
};

// The record to append: headers, and the decimal project id as key when `keyed` (errors, whose
// order within a project matters).
Record EncodeInsert(const InsertMessage& message, bool keyed);

}  // namespace gatehouse::stream
