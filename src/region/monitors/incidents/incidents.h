#pragma once

// Tells the issues of a project what its monitors have noted: one event per failed run, and the end
// of the issue when the job has recovered. Thread-safe as long as one call runs at a time.

#include "region/events/save/event_manager.h"
#include "region/eventstore/event_store.h"
#include "region/monitors/types.h"
#include "region/projects/service.h"
#include "region/stream/stream.h"

namespace gatehouse::monitors {

class Incidents {
 public:
  // What is given by reference outlives it.
  struct Parts {
    sql::Database& db;
    projects::Service& projects;
    events::EventManager& manager;
    eventstore::EventStore& store;
    stream::EventStream& stream;
    const Clock& clock;
    IdGenerator& ids;
  };
  explicit Incidents(Parts parts) : d_(parts) {}

  // Everything that is noted, in its order; how many. After an error what is left comes again, and
  // nothing is counted twice. For a periodic job.
  Task<std::int64_t> Write();

 private:
  // What is noted, oldest first.
  Task<std::vector<Occurrence>> Noted() const;
  // Saves and stores the events of these failures.
  Task<void> Fail(std::vector<Occurrence> failures) const;
  Task<void> Recover(Occurrence recovery) const;
  Task<void> Drop(std::vector<Occurrence> done) const;

  const Parts d_;
};

}  // namespace gatehouse::monitors
