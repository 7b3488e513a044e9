#pragma once

// Saves events: everything that the relational database keeps beside them (releases, environments,
// issues, counters), and what goes into the event store and onto the stream. (Sentry's
// EventManager.save)
//
// A batch is one transaction, so that a crash leaves a record of the stream either counted or not;
// `source` tells which when it comes again. What the batch returns is to be inserted into the event
// store (idempotent) and appended to the stream before the record's offset is committed.

#include <functional>

#include "base/ids.h"
#include "platform/runtime/task.h"
#include "platform/sql/sql.h"
#include "region/events/save/types.h"

namespace gatehouse::events {

// What happened to a project for the first time.
struct FirstSeen {
  ProjectId project;
  std::string signal;  // "first_event_received", "first_transaction_received", …
};

// Thread-safe. What is given by reference must outlive it.
class EventManager {
 public:
  struct Parts {
    sql::Database& db;
    const Clock& clock;
    IdGenerator& ids;
    int retention_days = 90;
    // Called after the commit; may be empty.
    std::function<void(const FirstSeen&)> on_first = {};
  };
  explicit EventManager(Parts parts) : d_(std::move(parts)) {}

  // One Saved for each event, in order. Errors: those of sql::Database; nothing is saved then.
  Task<std::vector<Saved>> Save(std::vector<Incoming> batch);
  // Forgets what the window of duplicates has passed. For a periodic job.
  Task<std::int64_t> ForgetOld();

 private:
  struct Work;
  Result<Saved> SaveOne(sql::Tx& tx, Incoming& incoming, std::vector<FirstSeen>& firsts) const;
  Result<void> SaveModels(sql::Tx& tx, Work& work) const;
  Result<void> AssignIssue(sql::Tx& tx, Work& work) const;
  Result<void> Count(sql::Tx& tx, Work& work) const;
  Result<void> NoteFirsts(sql::Tx& tx, Work& work, std::vector<FirstSeen>& firsts) const;
  Saved Finish(Work& work) const;

  const Parts d_;
};

}  // namespace gatehouse::events
