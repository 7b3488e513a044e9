#pragma once

// The service over a database and the event store.

#include "region/eventstore/event_store.h"
#include "region/feedback/service.h"

namespace gatehouse::feedback {

// What is given by reference must outlive it.
class ServiceImpl final : public Service {
 public:
  struct Parts {
    sql::Database& db;
    const Clock& clock;
    eventstore::EventStore& store;
  };
  explicit ServiceImpl(Parts parts) : d_(parts) {}

  Task<std::vector<Report>> List(OrgId organization, Query query) override;
  Task<Report> Submit(Arrived arrived) override;
  Task<std::int64_t> LinkLate() override;

 private:
  const Parts d_;
};

// Of an event of the store; std::nullopt: it has none of that id.
Task<std::optional<EventPlace>> PlaceOf(eventstore::EventStore& store, std::int64_t project,
                                        std::string event_id);

}  // namespace gatehouse::feedback
