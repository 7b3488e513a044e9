#pragma once

// Values of saving events.

#include <cstdint>
#include <string>
#include <vector>

#include "platform/json/json.h"
#include "region/events/grouping/grouping.h"
#include "region/eventstore/types.h"
#include "region/projects/types.h"
#include "region/stream/message.h"

namespace gatehouse {

using IssueId = StrongId<struct IssueTag>;

}  // namespace gatehouse

namespace gatehouse::events {

// A normalized and grouped event on its way into the databases.
struct Incoming {
  projects::Project project;
  json::Object event;
  grouping::Grouping grouping;  // without hashes for a transaction
  Timestamp received;
  // Which record of the stream brought it: the same one comes again after a crash.
  std::int64_t source = 0;
  bool is_transaction = false;
  // Attachments of it that are crash reports, by the ids of their items, and how many of them its
  // issue may have: -1 is any number.
  std::vector<std::string> crash_reports = {};
  std::int64_t crash_report_limit = -1;
};

struct Saved {
  enum class Fate {
    kSaved,
    kDuplicate,  // the same id within an hour; nothing is to be done
    kDiscarded,  // people do not want events of this issue any more
  };
  Fate fate = Fate::kSaved;
  // kSaved: what goes into the event store and onto the stream. Also after a crash, when the event
  // had been counted but perhaps not stored.
  eventstore::StoredEvent stored;
  stream::InsertMessage message;
  bool is_new = false;
  bool is_regression = false;
};

}  // namespace gatehouse::events
