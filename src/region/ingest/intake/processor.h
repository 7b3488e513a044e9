#pragma once

// Reads what intake accepted from the stream, normalizes, filters and groups events, saves them,
// and stores every item. One per process.
//
// Delivery is at least once: the position in the stream moves on after everything of a batch is
// stored, and everything can be stored twice (EventManager knows what it has counted).

#include "base/rng.h"
#include "platform/runtime/runtime.h"
#include "platform/telemetry/log.h"
#include "region/events/save/event_manager.h"
#include "region/eventstore/event_store.h"
#include "region/ingest/intake/outcomes.h"
#include "region/ingest/intake/project_rules.h"
#include "region/projects/service.h"
#include "region/stream/stream.h"

namespace gatehouse::ingest {

class Processor {
 public:
  struct Parts {
    projects::Service& projects;
    stream::EventStream& stream;
    eventstore::EventStore& store;
    events::EventManager& manager;
    Outcomes& outcomes;
    ProjectRules& rules;
    runtime::WorkerPool& cpu;
    const Clock& clock;
    Rng& rng;
    telemetry::Logger& log;
  };
  explicit Processor(Parts parts) : d_(parts) {}

  // Until the runtime stops.
  Task<void> Run();
  // One batch from the group's position on. Returns the number of records; 0: nothing was there.
  // After an error nothing was committed, and the next call begins with the same records.
  Task<std::size_t> Step();

 private:
  struct Batch;
  void Prepare(Batch& batch) const;
  Task<void> SaveAll(Batch& batch);

  const Parts d_;
  bool joined_ = false;
  stream::Offset at_ = 0;
};

}  // namespace gatehouse::ingest
