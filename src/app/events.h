#pragma once

// Events, wired for one process: stream, store, intake and the processor that turns what came in
// into issues. `serve` has one; the command line needs none of it.

#include <memory>

#include "app/installation.h"
#include "edge/web/web.h"
#include "platform/http/router.h"
#include "platform/jobs/jobs.h"
#include "region/events/issues/service_impl.h"
#include "region/events/save/event_manager.h"
#include "region/eventstore/event_store.h"
#include "region/ingest/intake/intake.h"
#include "region/ingest/intake/processor.h"
#include "region/stream/embedded/files.h"
#include "region/stream/stream.h"

namespace gatehouse::app {

class Events {
 public:
  // Opens {data}/stream and {data}/events. What is given outlives it. Errors: those of the parts.
  static Result<std::unique_ptr<Events>> Open(Installation& i, telemetry::Logger& log);

  void AddRoutes(http::Router& router);
  void AddJobs(jobs::JobRunner& runner);
  // Starts processing; ends with the runtime.
  void Start(runtime::Runtime& runtime);
  // After the runtime has ended: writes what is still in memory.
  void Finish();
  // For the pages; lives as long as this.
  const web::Events* pages() const { return &*pages_; }

 private:
  explicit Events(telemetry::Logger& log) : log_(log) {}
  static Task<void> KeepFlushing(Events& events);

  telemetry::Logger& log_;
  std::unique_ptr<stream::embedded::Files> files_;
  std::unique_ptr<stream::EventStream> stream_;
  std::unique_ptr<eventstore::EventStore> store_;
  std::unique_ptr<ingest::Outcomes> outcomes_;
  ingest::QuotaCounters quotas_;
  ingest::ProjectRules rules_;
  std::unique_ptr<events::EventManager> manager_;
  std::unique_ptr<issues::ServiceImpl> issues_;
  std::unique_ptr<ingest::Intake> intake_;
  std::unique_ptr<ingest::Processor> processor_;
  std::optional<web::Events> pages_;
};

}  // namespace gatehouse::app
