#pragma once

// Saves events: everything that the relational database keeps beside them (releases, environments,
// issues, counters), and what goes into the event store and onto the stream. (Sentry's
// EventManager.save)
//
// A batch is one transaction, so that a crash leaves a record of the stream either counted or not;
// `source` tells which when it comes again. What the batch returns is to be inserted into the event
// store (idempotent) and appended to the stream before the record's offset is committed.

#include <functional>
#include <span>
#include <string>

#include "base/ids.h"
#include "platform/runtime/runtime.h"
#include "platform/runtime/task.h"
#include "platform/sql/sql.h"
#include "region/events/save/types.h"

namespace gatehouse::events {

// A second copy of an event within this time of the first one is a duplicate.
inline constexpr Duration kDuplicateWindow = std::chrono::hours(1);

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
    // Where what needs no database is worked out; nullptr: on the calling thread.
    runtime::WorkerPool* cpu = nullptr;
    // Called after the commit; may be empty.
    std::function<void(const FirstSeen&)> on_first = {};
  };
  explicit EventManager(Parts parts) : d_(std::move(parts)) {}

  // Part of the transaction, after its events: told what became of each, in order. May run more
  // than once. Whether a kSaved one had been counted before a crash is `replay`.
  struct Counted {
    Saved::Fate fate = Saved::Fate::kSaved;
    bool replay = false;
    std::span<const std::string> stripped = {};  // of crash_reports: those beyond the limit
  };
  using Also = std::function<Result<void>(sql::Tx&, const std::vector<Counted>&)>;

  // One Saved for each event, in order. Errors: those of sql::Database and of `also`; nothing is
  // saved then.
  Task<std::vector<Saved>> Save(std::vector<Incoming> batch, Also also = {});
  // Forgets what the window of duplicates has passed. For a periodic job.
  Task<std::int64_t> ForgetOld();

 private:
  const Parts d_;
};

}  // namespace gatehouse::events
