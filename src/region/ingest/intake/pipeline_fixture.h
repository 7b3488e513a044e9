#pragma once

// Intake over the real stream, store and databases, for the tests of this folder and of
// edge/intake.

#include <gtest/gtest.h>

#include "region/feedback/service_impl.h"
#include "region/ingest/intake/intake.h"
#include "region/ingest/intake/processor.h"
#include "region/monitors/shop_fixture.h"
#include "region/sessions/service_impl.h"

namespace gatehouse::ingest {

inline constexpr std::string_view kId = "fc6d8c0c43fc4630ad850ee518f1b9d0";

class PipelineFixture : public monitors::ShopFixture {
 protected:
  void SetUp() override {
    ShopFixture::SetUp();
    if (IsSkipped()) return;
    outcomes_ = std::make_unique<Outcomes>(db());
    settings_ =
        std::make_unique<Settings>(Settings::Parts{.db = db(), .clock = clock(), .audit = audit()});
    StartIntake();
    sessions_ = std::make_unique<sessions::ServiceImpl>(
        sessions::ServiceImpl::Parts{.db = db(), .clock = clock()});
    feedback_ = std::make_unique<feedback::ServiceImpl>(
        feedback::ServiceImpl::Parts{.db = db(), .clock = clock(), .store = *store_});
    StartProcessor();
    key_ = Run(projects_->Keys(acme_, shop_.id))->front();
  }
  void TearDown() override {
    processor_.reset();
    flood_.reset();
    feedback_.reset();
    intake_.reset();
    ShopFixture::TearDown();
  }
  Intake::Parts IntakeParts() {
    return {.projects = *projects_,
            .stream = *stream_,
            .outcomes = *outcomes_,
            .quotas = *quotas_,
            .settings = *settings_,
            .backlog = *backlog_,
            .rng = rng()};
  }
  // A new process: it does not remember where the one before stood.
  void StartIntake() {
    quotas_ = std::make_unique<QuotaCounters>(db());
    ASSERT_OK(Run(quotas_->Load(clock().Now())));
    intake_ = std::make_unique<Intake>(IntakeParts());
    if (processor_) StartProcessor();
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
                                                        .log = log_,
                                                        .quotas = quotas_.get()});
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

  std::unique_ptr<Outcomes> outcomes_;
  std::unique_ptr<QuotaCounters> quotas_;
  std::unique_ptr<Settings> settings_;
  std::unique_ptr<Backlog> backlog_ = std::make_unique<Backlog>();
  std::unique_ptr<sessions::ServiceImpl> sessions_;
  std::unique_ptr<feedback::ServiceImpl> feedback_;
  ProjectRules rules_;
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<Processor> processor_;
  std::unique_ptr<Processor> flood_;
  runtime::WorkerPool cpu_{"cpu", 1, 100};
  telemetry::Logger log_{clock(), {}};
  projects::Key key_;
  std::string auth_, project_;
};

}  // namespace gatehouse::ingest
