#pragma once

// Events, wired for one process: stream, store, intake and the processor that turns what came in
// into issues. `serve` has one; the command line needs none of it.

#include <memory>

#include "app/installation.h"
#include "platform/http/router.h"
#include "platform/jobs/jobs.h"
#include "region/artifacts/blobs.h"
#include "region/artifacts/service_impl.h"
#include "region/artifacts/source_maps.h"
#include "region/events/issues/service_impl.h"
#include "region/events/save/event_manager.h"
#include "region/events/services.h"
#include "region/eventstore/event_store.h"
#include "region/feedback/service_impl.h"
#include "region/ingest/intake/intake.h"
#include "region/ingest/intake/processor.h"
#include "region/ingest/settings/settings.h"
#include "region/monitors/incidents/incidents.h"
#include "region/monitors/service_impl.h"
#include "region/releases/service_impl.h"
#include "region/sessions/service_impl.h"
#include "region/stream/embedded/files.h"
#include "region/stream/stream.h"

namespace gatehouse::app {

class Events {
 public:
  // Opens {data}/stream, {data}/events and {data}/artifacts. What is given outlives it. Errors:
  // those of the parts.
  static Result<std::unique_ptr<Events>> Open(Installation& i, telemetry::Logger& log);

  void AddRoutes(http::Router& router);
  void AddJobs(jobs::JobRunner& runner);
  // Starts processing; ends with the runtime.
  void Start(runtime::Runtime& runtime);
  // After the runtime has ended: writes what is still in memory.
  void Finish();
  ingest::Intake& intake() { return *intake_; }
  // For the API and the pages; they live as long as this.
  const events::Services& services() const { return *services_; }

 private:
  Events(const Clock& clock, telemetry::Logger& log) : clock_(clock), log_(log) {}
  static Task<void> KeepFlushing(Events& events);
  static Task<void> KeepAssembling(Events& events);

  const Clock& clock_;
  telemetry::Logger& log_;
  // Apart from the pool of password hashes: neither kind of work waits for the other.
  runtime::WorkerPool cpu_{"events", 1, 64};
  // For uploads, which wait for the disk.
  runtime::WorkerPool disk_{"uploads", 1, 64};
  // For large bodies of senders, which would keep a network thread from all others.
  runtime::WorkerPool unpack_{"unpack", 1, 16};
  std::unique_ptr<artifacts::Blobs> blobs_;
  std::unique_ptr<artifacts::SourceMaps> source_maps_;
  std::unique_ptr<artifacts::ServiceImpl> artifacts_;
  std::unique_ptr<releases::ServiceImpl> releases_;
  std::unique_ptr<stream::embedded::Files> files_;
  std::unique_ptr<stream::EventStream> stream_;
  std::unique_ptr<eventstore::EventStore> store_;
  std::unique_ptr<ingest::Outcomes> outcomes_;
  std::unique_ptr<ingest::QuotaCounters> quotas_;
  ingest::Backlog backlog_;
  ingest::ProjectRules rules_;
  std::unique_ptr<events::EventManager> manager_;
  std::unique_ptr<issues::ServiceImpl> issues_;
  std::unique_ptr<ingest::Intake> intake_;
  std::unique_ptr<ingest::Settings> intake_settings_;
  monitors::TimeZones zones_;
  std::unique_ptr<monitors::CheckIns> check_ins_;
  std::unique_ptr<monitors::ServiceImpl> monitors_;
  std::unique_ptr<monitors::Incidents> incidents_;
  std::unique_ptr<sessions::ServiceImpl> sessions_;
  std::unique_ptr<feedback::ServiceImpl> feedback_;
  // One for each lane.
  std::vector<std::unique_ptr<ingest::Processor>> processors_;
  std::optional<events::Services> services_;
};

}  // namespace gatehouse::app
