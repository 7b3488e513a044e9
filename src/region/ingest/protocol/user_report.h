#pragma once

// What people write about an error: `user_report` items and the old HTTP form, and the context of
// `feedback` events.

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "platform/json/json.h"
#include "region/ingest/protocol/event_id.h"

namespace gatehouse::ingest {

inline constexpr std::size_t kMaxFeedbackMessage = 4096;

struct UserReport {
  EventId event_id;
  std::string name;
  std::string email;
  std::string comments;  // at most 4096 characters
};

// Error: kInvalidUserReport; the item is dropped.
Result<UserReport> ParseUserReport(std::string_view payload);

// An event with a feedback context is made one: type `feedback`, name and address from `user` where
// they lack, the message cut to its limit. False if the context or its message lacks: invalid.
bool CompleteFeedback(json::Object& event);

}  // namespace gatehouse::ingest
