#include "app/events.h"

#include "edge/intake/routes.h"
#include "region/eventstore/sqlite/sqlite_store.h"
#include "region/stream/embedded/embedded_stream.h"

namespace gatehouse::app {
namespace {

constexpr Duration kFlushEvery = std::chrono::seconds(5);

Task<void> DropCount(Task<std::size_t> task) {
  GH_CO_TRY_VOID(co_await std::move(task));
  co_return Result<void>();
}

Task<void> DropCount(Task<std::int64_t> task) {
  GH_CO_TRY_VOID(co_await std::move(task));
  co_return Result<void>();
}

}  // namespace

Result<std::unique_ptr<Events>> Events::Open(Installation& i, telemetry::Logger& log) {
  auto events = std::unique_ptr<Events>(new Events(log));
  Events& e = *events;
  e.files_ = stream::embedded::PosixFiles();
  GH_TRY(e.stream_,
         stream::embedded::OpenStream({.folder = i.layout.data / "stream"}, i.clock, *e.files_));
  GH_TRY(e.store_,
         eventstore::sqlite::OpenStore({.folder = i.layout.data / "events"}, i.clock, i.rng));
  e.outcomes_ = std::make_unique<ingest::Outcomes>(*i.db);
  telemetry::Logger* logger = &log;
  e.manager_ = std::make_unique<events::EventManager>(events::EventManager::Parts{
      .db = *i.db, .clock = i.clock, .ids = *i.ids, .on_first = [logger](const auto& first) {
        logger->Log(telemetry::Level::kInfo, first.signal, {{"project", first.project.value}});
      }});
  e.issues_ = std::make_unique<issues::ServiceImpl>(
      issues::ServiceImpl::Parts{.db = *i.db, .clock = i.clock, .ids = *i.ids, .store = *e.store_});
  e.intake_ = std::make_unique<ingest::Intake>(ingest::Intake::Parts{.projects = *i.projects,
                                                                     .stream = *e.stream_,
                                                                     .outcomes = *e.outcomes_,
                                                                     .quotas = e.quotas_,
                                                                     .rng = i.rng});
  e.processor_ =
      std::make_unique<ingest::Processor>(ingest::Processor::Parts{.projects = *i.projects,
                                                                   .stream = *e.stream_,
                                                                   .store = *e.store_,
                                                                   .manager = *e.manager_,
                                                                   .outcomes = *e.outcomes_,
                                                                   .rules = e.rules_,
                                                                   .cpu = *i.cpu,
                                                                   .clock = i.clock,
                                                                   .rng = i.rng,
                                                                   .log = log});
  e.pages_.emplace(web::Events{.projects = *i.projects,
                               .issues = *e.issues_,
                               .store = *e.store_,
                               .base_url = i.layout.base_url});
  return events;
}

void Events::AddRoutes(http::Router& router) { edge_intake::AddRoutes(router, *intake_); }

void Events::AddJobs(jobs::JobRunner& runner) {
  runner.Add("event-window", std::chrono::minutes(10),
             [this] { return DropCount(manager_->ForgetOld()); });
  runner.Add("event-retention", std::chrono::hours(1),
             [this] { return DropCount(store_->DropOld()); });
  runner.Add("stream-retention", std::chrono::minutes(10), [this] { return stream_->DropOld(); });
}

Task<void> Events::KeepFlushing(Events& events) {
  for (;;) {
    GH_CO_TRY_VOID(co_await runtime::Sleep(kFlushEvery));
    auto written = co_await events.outcomes_->Flush();
    if (!written) events.log_.LogError("outcomes_not_written", written.error());
  }
}

void Events::Start(runtime::Runtime& runtime) {
  stream::EventStream* stream = stream_.get();
  runtime.OnStop([stream] { stream->Stop(); });
  runtime.Spawn("events", processor_->Run());
  runtime.Spawn("outcomes", KeepFlushing(*this));
}

void Events::Finish() {
  if (auto written = runtime::RunSync(outcomes_->Flush()); !written) {
    log_.LogError("outcomes_not_written", written.error());
  }
}

}  // namespace gatehouse::app
