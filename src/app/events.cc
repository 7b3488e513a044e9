#include "app/events.h"

#include "edge/intake/routes.h"
#include "platform/runtime/priority.h"
#include "region/eventstore/sqlite/sqlite_store.h"
#include "region/stream/embedded/embedded_stream.h"
#include "region/stream/message.h"

namespace gatehouse::app {
namespace {

constexpr Duration kAssembleEvery = std::chrono::milliseconds(250);
constexpr Duration kAssembleAgain = std::chrono::seconds(5);
constexpr Duration kFlushEvery = std::chrono::seconds(1);

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
  auto events = std::unique_ptr<Events>(new Events(i.clock, log));
  Events& e = *events;
  // What was acknowledged is worked through while nobody waits for an answer.
  (void)e.cpu_.Submit(runtime::LowerPriority);
  (void)e.unpack_.Submit(runtime::LowerPriority);
  e.files_ = stream::embedded::PosixFiles();
  GH_TRY(e.stream_,
         stream::embedded::OpenStream(
             {.folder = i.layout.data / "stream",
              .unread = {std::string(stream::kTopicEvents), std::string(stream::kTopicTransactions),
                         std::string(stream::kTopicGenericEvents)}},
             i.clock, *e.files_));
  GH_TRY(e.store_,
         eventstore::sqlite::OpenStore(
             {.folder = i.layout.data / "events", .max_payload_bytes = 200 << 20}, i.clock, i.rng));
  e.outcomes_ = std::make_unique<ingest::Outcomes>(*i.db);
  e.quotas_ = std::make_unique<ingest::QuotaCounters>(*i.db);
  GH_TRY_VOID(runtime::RunSync(e.quotas_->Load(i.clock.Now())));
  e.intake_settings_ = std::make_unique<ingest::Settings>(
      ingest::Settings::Parts{.db = *i.db, .clock = i.clock, .audit = *i.audit});
  e.check_ins_ = std::make_unique<monitors::CheckIns>(*i.ids, e.zones_);
  e.monitors_ = std::make_unique<monitors::ServiceImpl>(
      monitors::ServiceImpl::Parts{.db = *i.db,
                                   .clock = i.clock,
                                   .rng = i.rng,
                                   .ids = *i.ids,
                                   .audit = *i.audit,
                                   .check_ins = *e.check_ins_});
  e.sessions_ = std::make_unique<sessions::ServiceImpl>(
      sessions::ServiceImpl::Parts{.db = *i.db, .clock = i.clock});
  e.feedback_ = std::make_unique<feedback::ServiceImpl>(
      feedback::ServiceImpl::Parts{.db = *i.db, .clock = i.clock, .store = *e.store_});
  GH_TRY(e.blobs_, artifacts::Blobs::Open(i.layout.data / "artifacts"));
  e.source_maps_ = std::make_unique<artifacts::SourceMaps>(artifacts::SourceMaps::Parts{
      .db = *i.db, .blobs = *e.blobs_, .workers = e.cpu_, .clock = i.clock});
  e.artifacts_ = std::make_unique<artifacts::ServiceImpl>(artifacts::ServiceImpl::Parts{
      .db = *i.db,
      .blobs = *e.blobs_,
      .workers = e.disk_,
      .clock = i.clock,
      .ids = *i.ids,
      .audit = *i.audit,
      .on_change = [maps = e.source_maps_.get()] { maps->Forget(); }});
  e.releases_ = std::make_unique<releases::ServiceImpl>(releases::ServiceImpl::Parts{
      .db = *i.db, .clock = i.clock, .ids = *i.ids, .audit = *i.audit});
  telemetry::Logger* logger = &log;
  e.manager_ = std::make_unique<events::EventManager>(events::EventManager::Parts{
      .db = *i.db,
      .clock = i.clock,
      .ids = *i.ids,
      .cpu = &e.cpu_,
      .on_first = [logger](const auto& first) {
        logger->Log(telemetry::Level::kInfo, first.signal, {{"project", first.project.value}});
      }});
  e.incidents_ =
      std::make_unique<monitors::Incidents>(monitors::Incidents::Parts{.db = *i.db,
                                                                       .projects = *i.projects,
                                                                       .manager = *e.manager_,
                                                                       .store = *e.store_,
                                                                       .stream = *e.stream_,
                                                                       .clock = i.clock,
                                                                       .ids = *i.ids});
  e.issues_ = std::make_unique<issues::ServiceImpl>(issues::ServiceImpl::Parts{.db = *i.db,
                                                                               .clock = i.clock,
                                                                               .rng = i.rng,
                                                                               .ids = *i.ids,
                                                                               .audit = *i.audit,
                                                                               .store = *e.store_});
  e.intake_ =
      std::make_unique<ingest::Intake>(ingest::Intake::Parts{.projects = *i.projects,
                                                             .stream = *e.stream_,
                                                             .outcomes = *e.outcomes_,
                                                             .quotas = *e.quotas_,
                                                             .settings = *e.intake_settings_,
                                                             .backlog = e.backlog_,
                                                             .rng = i.rng,
                                                             .workers = &e.unpack_});
  for (const std::string_view lane : {ingest::kTopicIngest, ingest::kTopicFlood}) {
    e.processors_.push_back(std::make_unique<ingest::Processor>(
        ingest::Processor::Parts{.topic = lane,
                                 .db = *i.db,
                                 .projects = *i.projects,
                                 .stream = *e.stream_,
                                 .store = *e.store_,
                                 .manager = *e.manager_,
                                 .rules = e.rules_,
                                 .settings = *e.intake_settings_,
                                 .check_ins = *e.check_ins_,
                                 .backlog = e.backlog_,
                                 .cpu = e.cpu_,
                                 .clock = i.clock,
                                 .ids = *i.ids,
                                 .log = log,
                                 .source_maps = e.source_maps_.get(),
                                 .quotas = e.quotas_.get()}));
  }
  e.services_.emplace(events::Services{.projects = *i.projects,
                                       .issues = *e.issues_,
                                       .store = *e.store_,
                                       .releases = *e.releases_,
                                       .artifacts = *e.artifacts_,
                                       .monitors = *e.monitors_,
                                       .sessions = *e.sessions_,
                                       .feedback = *e.feedback_,
                                       .outcomes = *e.outcomes_,
                                       .intake = *e.intake_settings_,
                                       .base_url = i.layout.base_url});
  return events;
}

void Events::AddRoutes(http::Router& router) { edge_intake::AddRoutes(router, *intake_); }

void Events::AddJobs(jobs::JobRunner& runner) {
  runner.Add("event-window", std::chrono::minutes(10),
             [this] { return DropCount(manager_->ForgetOld()); });
  runner.Add("issue-pending", std::chrono::minutes(1),
             [this] { return DropCount(issues_->FinishPending()); });
  runner.Add("issue-search", std::chrono::minutes(1),
             [this] { return DropCount(issues_->ReadTexts()); });
  runner.Add("issue-users", std::chrono::seconds(30),
             [this] { return DropCount(issues_->CountUsers()); });
  runner.Add("issue-snoozes", std::chrono::minutes(1),
             [this] { return DropCount(issues_->WakeSnoozed()); });
  runner.Add("issue-quiet", std::chrono::minutes(5),
             [this] { return DropCount(issues_->ResolveQuiet()); });
  runner.Add("artifact-retention", std::chrono::hours(1), [this] { return artifacts_->CleanUp(); });
  runner.Add("monitor-check", std::chrono::seconds(30),
             [this] { return DropCount(monitors_->Judge()); });
  runner.Add("monitor-incidents", std::chrono::seconds(10),
             [this] { return DropCount(incidents_->Write()); });
  runner.Add("feedback-link", std::chrono::seconds(30),
             [this] { return DropCount(feedback_->LinkLate()); });
  runner.Add("monitor-retention", std::chrono::hours(6),
             [this] { return DropCount(monitors_->DropOld()); });
  runner.Add("session-retention", std::chrono::hours(6),
             [this] { return DropCount(sessions_->DropOld()); });
  runner.Add("event-retention", std::chrono::hours(1),
             [this] { return DropCount(store_->DropOld()); });
  runner.Add("stream-retention", std::chrono::minutes(10), [this] { return stream_->DropOld(); });
}

Task<void> Events::KeepFlushing(Events& events) {
  for (;;) {
    GH_CO_TRY_VOID(co_await runtime::Sleep(kFlushEvery));
    auto written = co_await events.outcomes_->Flush();
    if (!written) events.log_.LogError("outcomes_not_written", written.error());
    auto counted = co_await events.quotas_->Flush(events.clock_.Now());
    if (!counted) events.log_.LogError("quotas_not_written", counted.error());
  }
}

Task<void> Events::KeepAssembling(Events& events) {
  for (;;) {
    auto done = co_await events.artifacts_->AssembleWaiting();
    if (!done) events.log_.LogError("artifacts_not_assembled", done.error());
    GH_CO_TRY_VOID(co_await runtime::Sleep(done ? kAssembleEvery : kAssembleAgain));
  }
}

void Events::Start(runtime::Runtime& runtime) {
  runtime.Spawn("artifacts", KeepAssembling(*this));
  stream::EventStream* stream = stream_.get();
  runtime.OnStop([stream] { stream->Stop(); });
  for (const auto& processor : processors_) runtime.Spawn("events", processor->Run());
  runtime.Spawn("outcomes", KeepFlushing(*this));
}

void Events::Finish() {
  if (auto written = runtime::RunSync(outcomes_->Flush()); !written) {
    log_.LogError("outcomes_not_written", written.error());
  }
  if (auto written = runtime::RunSync(quotas_->Flush(clock_.Now())); !written) {
    log_.LogError("quotas_not_written", written.error());
  }
}

}  // namespace gatehouse::app
