#pragma once

// Intake over the real stream, store and databases, for the tests of this folder and of
// edge/intake.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "region/events/issues/service_impl.h"
#include "region/eventstore/sqlite/sqlite_store.h"
#include "region/feedback/service_impl.h"
#include "region/ingest/intake/intake.h"
#include "region/ingest/intake/processor.h"
#include "region/monitors/service_impl.h"
#include "region/orgs/members/members_fixture.h"
#include "region/projects/service_impl.h"
#include "region/sessions/service_impl.h"
#include "region/stream/embedded/embedded_stream.h"
#include "region/stream/embedded/files.h"

namespace gatehouse::ingest {

inline constexpr std::string_view kId = "fc6d8c0c43fc4630ad850ee518f1b9d0";

class PipelineFixture : public members::MembersFixture {
 protected:
  void SetUp() override {
    MembersFixture::SetUp();
    if (IsSkipped()) return;
    std::string name = std::filesystem::temp_directory_path() / "gatehouse_pipeline_XXXXXX";
    folder_ = ::mkdtemp(name.data());
    files_ = stream::embedded::PosixFiles();
    auto stream = stream::embedded::OpenStream({.folder = folder_ / "stream"}, clock(), *files_);
    ASSERT_OK(stream);
    stream_ = std::move(*stream);
    auto store = eventstore::sqlite::OpenStore({.folder = folder_ / "events"}, clock(), rng());
    ASSERT_OK(store);
    store_ = std::move(*store);
    projects_ = std::make_unique<projects::ServiceImpl>(projects::ServiceImpl::Parts{
        .db = db(), .clock = clock(), .rng = rng(), .ids = ids(), .audit = audit()});
    outcomes_ = std::make_unique<Outcomes>(db());
    manager_ = std::make_unique<events::EventManager>(events::EventManager::Parts{
        .db = db(), .clock = clock(), .ids = ids(), .on_first = [this](const auto& first) {
          firsts_.push_back(first.signal);
        }});
    settings_ =
        std::make_unique<Settings>(Settings::Parts{.db = db(), .clock = clock(), .audit = audit()});
    StartIntake();
    check_ins_ = std::make_unique<monitors::CheckIns>(ids(), zones_);
    monitors_ = std::make_unique<monitors::ServiceImpl>(
        monitors::ServiceImpl::Parts{.db = db(),
                                     .clock = clock(),
                                     .rng = rng(),
                                     .ids = ids(),
                                     .audit = audit(),
                                     .check_ins = *check_ins_});
    sessions_ = std::make_unique<sessions::ServiceImpl>(
        sessions::ServiceImpl::Parts{.db = db(), .clock = clock()});
    feedback_ = std::make_unique<feedback::ServiceImpl>(
        feedback::ServiceImpl::Parts{.db = db(), .clock = clock(), .store = *store_});
    issues_ = std::make_unique<issues::ServiceImpl>(issues::ServiceImpl::Parts{
        .db = db(), .clock = clock(), .rng = rng(), .ids = ids(), .store = *store_});
    StartProcessor();
    admin_ = Add(acme_, UserId{10}, "admin");
    auto shop = Run(projects_->Create(acme_, "shop", "Shop", "node", "", By(acme_, admin_)));
    ASSERT_OK(shop);
    shop_ = *shop;
    key_ = Run(projects_->Keys(acme_, shop_.id))->front();
  }
  void TearDown() override {
    processor_.reset();
    flood_.reset();
    feedback_.reset();
    issues_.reset();
    intake_.reset();
    manager_.reset();
    store_.reset();
    if (stream_) stream_->Stop();
    stream_.reset();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
    MembersFixture::TearDown();
  }
  // A new process: it does not remember where the one before stood.
  void StartIntake() {
    quotas_ = std::make_unique<QuotaCounters>(db());
    ASSERT_OK(Run(quotas_->Load(clock().Now())));
    intake_ = std::make_unique<Intake>(Intake::Parts{.projects = *projects_,
                                                     .stream = *stream_,
                                                     .outcomes = *outcomes_,
                                                     .quotas = *quotas_,
                                                     .settings = *settings_,
                                                     .backlog = *backlog_,
                                                     .rng = rng()});
  }
  void StartProcessor() {
    processor_ = NewProcessor(kTopicIngest);
    flood_ = NewProcessor(kTopicFlood);
  }
  std::unique_ptr<Processor> NewProcessor(std::string_view lane) {
    return std::make_unique<Processor>(Processor::Parts{.topic = lane,
                                                        .db = db(),
                                                        .projects = *projects_,
                                                        .stream = *stream_,
                                                        .store = *store_,
                                                        .manager = *manager_,
                                                        .rules = rules_,
                                                        .settings = *settings_,
                                                        .check_ins = *check_ins_,
                                                        .backlog = *backlog_,
                                                        .cpu = cpu_,
                                                        .clock = clock(),
                                                        .ids = ids(),
                                                        .log = log_});
  }

  std::string Auth() const { return "Sentry sentry_version=7, sentry_key=" + key_.public_key; }
  IntakeRequest Request(std::string_view body) {
    // Requests made before keep their views into these.
    if (auth_ != Auth()) auth_ = Auth();
    if (project_ != shop_.id.ToString()) project_ = shop_.id.ToString();
    IntakeRequest request;
    request.path_project = project_;
    request.x_sentry_auth = auth_;
    request.remote_ip = "203.0.113.7";
    request.received = clock().Now();
    request.body = body;
    return request;
  }
  IntakeAnswer Send(const std::string& body) {
    auto answer = Run(intake_->Envelope(Request(body)));
    EXPECT_OK(answer);
    return answer.value_or(IntakeAnswer{.status = 0, .body = {}, .headers = {}});
  }
  static std::string Item(std::string_view type, const std::string& payload,
                          std::string_view more = "") {
    return "{\"type\":\"" + std::string(type) + "\"" + std::string(more) +
           ",\"length\":" + std::to_string(payload.size()) + "}\n" + payload + "\n";
  }
  static std::string Error(std::string_view id, std::string_view type = "TypeError",
                           std::string_view more = "") {
    const std::string event =
        "{\"platform\":\"node\",\"level\":\"error\",\"exception\":{\"values\":[{\"type\":\"" +
        std::string(type) +
        "\",\"value\":\"boom\",\"stacktrace\":{\"frames\":[{\"function\":\"main\",\"filename\":"
        "\"app.js\",\"lineno\":1,\"in_app\":true}]}}]}" +
        std::string(more) + "}";
    return "{\"event_id\":\"" + std::string(id) + "\"}\n" + Item("event", event);
  }
  std::size_t Process() { return Process(*processor_) + Process(*flood_); }
  std::size_t Process(Processor& lane) {
    std::size_t all = 0;
    for (;;) {
      auto done = Run(lane.Step());
      EXPECT_OK(done);
      if (!done || *done == 0) return all;
      all += *done;
    }
  }
  // Of the shop, newest first, with their payloads.
  std::vector<eventstore::StoredItem> Items(std::string_view type, std::int64_t project = 0) {
    auto page = Run(store_->ListItems({.project_id = project == 0 ? shop_.id.value : project,
                                       .type = std::string(type),
                                       .limit = 1000,
                                       .with_payload = true}));
    EXPECT_OK(page);
    return page ? std::move(page->items) : std::vector<eventstore::StoredItem>();
  }
  static std::string_view FieldOf(const eventstore::StoredItem& item, std::string_view name) {
    for (const auto& [key, value] : item.fields) {
      if (key == name) return value;
    }
    return {};
  }
  issues::Issue OnlyIssue() {
    auto page = Run(issues_->List(acme_, {}));
    EXPECT_OK(page);
    EXPECT_EQ(page->total, 1);
    return page && !page->issues.empty() ? page->issues.front() : issues::Issue{};
  }
  std::int64_t OutcomeCount(std::string_view outcome, std::string_view reason = "") {
    EXPECT_OK(Run(outcomes_->Flush()));
    auto rows = Run(outcomes_->List(acme_, shop_.id.value, 0));
    EXPECT_OK(rows);
    std::int64_t sum = 0;
    for (const Outcomes::Row& row : *rows) {
      if (row.outcome == outcome && row.reason == reason) sum += row.quantity;
    }
    return sum;
  }
  static std::string HexId(int number) {
    std::string id(32, '0');
    const std::string digits = std::to_string(number);
    id.replace(31 - digits.size(), digits.size(), digits);
    id[0] = 'a';
    return id;
  }

  std::filesystem::path folder_;
  std::unique_ptr<stream::embedded::Files> files_;
  std::unique_ptr<stream::EventStream> stream_;
  std::unique_ptr<eventstore::EventStore> store_;
  std::unique_ptr<projects::ServiceImpl> projects_;
  std::unique_ptr<Outcomes> outcomes_;
  std::unique_ptr<QuotaCounters> quotas_;
  std::unique_ptr<Settings> settings_;
  std::unique_ptr<Backlog> backlog_ = std::make_unique<Backlog>();
  monitors::TimeZones zones_;
  std::unique_ptr<monitors::CheckIns> check_ins_;
  std::unique_ptr<monitors::ServiceImpl> monitors_;
  std::unique_ptr<sessions::ServiceImpl> sessions_;
  std::unique_ptr<feedback::ServiceImpl> feedback_;
  ProjectRules rules_;
  std::unique_ptr<events::EventManager> manager_;
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<issues::ServiceImpl> issues_;
  std::unique_ptr<Processor> processor_;
  std::unique_ptr<Processor> flood_;
  runtime::WorkerPool cpu_{"cpu", 1, 100};
  telemetry::Logger log_{clock(), {}};
  MemberId admin_;
  projects::Project shop_;
  projects::Key key_;
  std::vector<std::string> firsts_;
  std::string auth_, project_;
};

}  // namespace gatehouse::ingest
