// From a request of an SDK to rows and stored events, over the real stream, store and databases.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "region/events/issues/errors.h"
#include "region/events/issues/service_impl.h"
#include "region/eventstore/sqlite/sqlite_store.h"
#include "region/ingest/intake/intake.h"
#include "region/ingest/intake/processor.h"
#include "region/orgs/members/members_fixture.h"
#include "region/projects/service_impl.h"
#include "region/stream/embedded/embedded_stream.h"
#include "region/stream/embedded/files.h"

namespace gatehouse::ingest {
namespace {

constexpr std::string_view kId = "fc6d8c0c43fc4630ad850ee518f1b9d0";

class PipelineTest : public members::MembersFixture {
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
    intake_ = std::make_unique<Intake>(Intake::Parts{.projects = *projects_,
                                                     .stream = *stream_,
                                                     .outcomes = *outcomes_,
                                                     .quotas = quotas_,
                                                     .rng = rng()});
    issues_ = std::make_unique<issues::ServiceImpl>(
        issues::ServiceImpl::Parts{.db = db(), .clock = clock(), .ids = ids(), .store = *store_});
    StartProcessor();
    admin_ = Add(acme_, UserId{10}, "admin");
    auto shop = Run(projects_->Create(acme_, "shop", "Shop", "node", "", By(acme_, admin_)));
    ASSERT_OK(shop);
    shop_ = *shop;
    key_ = Run(projects_->Keys(acme_, shop_.id))->front();
  }
  void TearDown() override {
    processor_.reset();
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
  void StartProcessor() {
    processor_ = std::make_unique<Processor>(Processor::Parts{.projects = *projects_,
                                                              .stream = *stream_,
                                                              .store = *store_,
                                                              .manager = *manager_,
                                                              .outcomes = *outcomes_,
                                                              .rules = rules_,
                                                              .cpu = cpu_,
                                                              .clock = clock(),
                                                              .rng = rng(),
                                                              .log = log_});
  }

  std::string Auth() const { return "Sentry sentry_version=7, sentry_key=" + key_.public_key; }
  IntakeRequest Request(std::string_view body) {
    auth_ = Auth();
    project_ = shop_.id.ToString();
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
  std::size_t Process() {
    std::size_t all = 0;
    for (;;) {
      auto done = Run(processor_->Step());
      EXPECT_OK(done);
      if (!done || *done == 0) return all;
      all += *done;
    }
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
  QuotaCounters quotas_;
  ProjectRules rules_;
  std::unique_ptr<events::EventManager> manager_;
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<issues::ServiceImpl> issues_;
  std::unique_ptr<Processor> processor_;
  runtime::WorkerPool cpu_{"cpu", 1, 100};
  telemetry::Logger log_{clock(), {}};
  MemberId admin_;
  projects::Project shop_;
  projects::Key key_;
  std::vector<std::string> firsts_;
  std::string auth_, project_;
};
GATEHOUSE_ON_ALL_ENGINES(PipelineTest);

TEST_P(PipelineTest, AnErrorBecomesAnIssueWithItsEvent) {
  const IntakeAnswer answer =
      Send(Error(kId, "TypeError", R"(,"release":"shop@1.0","environment":"prod")"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "{\"id\":\"" + std::string(kId) + "\"}");
  EXPECT_EQ(Process(), 1u);

  const issues::Issue issue = OnlyIssue();
  EXPECT_EQ(issue.title, "TypeError: boom");
  EXPECT_EQ(issue.short_id, "SHOP-1");
  EXPECT_EQ(issue.status, "unresolved");
  EXPECT_EQ(issue.substatus, "new");
  EXPECT_EQ(issue.level, "error");
  EXPECT_EQ(issue.times_seen, 1);
  auto stored = Run(store_->Get(shop_.id.value, std::string(kId)));
  ASSERT_OK(stored);
  ASSERT_TRUE(*stored);
  EXPECT_EQ((*stored)->group_id, issue.id.value);
  EXPECT_EQ((*stored)->release, "shop@1.0");
  EXPECT_EQ((*stored)->environment, "prod");
  EXPECT_NE((*stored)->payload.find("\"boom\""), std::string::npos);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM release_project_environments"), 1);
  EXPECT_EQ(Number("SELECT new_groups FROM release_projects"), 1);
  EXPECT_EQ(firsts_, std::vector<std::string>{"first_event_received"});
  EXPECT_EQ(OutcomeCount("accepted"), 1);
}

TEST_P(PipelineTest, EventsOfOneCauseAreOneIssueAndOthersAreNot) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Send(Error(HexId(i))).status, 200);
  EXPECT_EQ(Send(Error(HexId(9), "RangeError")).status, 200);
  Process();
  auto page = Run(issues_->List(acme_, {.sort = issues::Sort::kTimesSeen}));
  ASSERT_OK(page);
  ASSERT_EQ(page->issues.size(), 2u);
  EXPECT_EQ(page->issues[0].times_seen, 5);
  EXPECT_EQ(page->issues[1].title, "RangeError: boom");
}

TEST_P(PipelineTest, TheSameIdWithinAnHourIsADuplicateAndLaterIsNot) {
  Send(Error(kId));
  Send(Error(kId));
  Process();
  EXPECT_EQ(OnlyIssue().times_seen, 1);
  EXPECT_EQ(OutcomeCount("accepted"), 1);
  EXPECT_EQ(OutcomeCount("invalid", "duplicate"), 1);
  clock().Advance(std::chrono::minutes(61));
  Send(Error(kId));
  Process();
  EXPECT_EQ(OnlyIssue().times_seen, 2);
}

TEST_P(PipelineTest, ABatchThatComesAgainAfterACrashIsCountedOnce) {
  Send(Error(kId));
  ASSERT_EQ(Process(), 1u);
  // The position was not committed: as if the process had ended before.
  std::filesystem::remove_all(folder_ / "again");
  auto read = Run(stream_->Read(std::string(kTopicIngest), 0, {}));
  ASSERT_OK(read);
  ASSERT_EQ(read->records.size(), 1u);
  events::Incoming again{
      .project = shop_, .event = {}, .grouping = {}, .received = clock().Now(), .source = 0};
  again.event = *json::ParseObject("{\"event_id\":\"" + std::string(kId) +
                                   "\",\"type\":\"error\",\"level\":\"error\"}");
  again.grouping = grouping::Group(again.event, grouping::Config::Default());
  std::vector<events::Incoming> batch;
  batch.push_back(std::move(again));
  auto saved = Run(manager_->Save(std::move(batch)));
  ASSERT_OK(saved);
  EXPECT_EQ(saved->front().fate, events::Saved::Fate::kSaved);
  EXPECT_EQ(saved->front().stored.group_id, OnlyIssue().id.value);
  EXPECT_EQ(OnlyIssue().times_seen, 1);
}

TEST_P(PipelineTest, AResolvedIssueComesBack) {
  Send(Error(HexId(1)));
  Process();
  const issues::Issue issue = OnlyIssue();
  clock().Advance(std::chrono::minutes(1));
  ASSERT_OK(Run(issues_->Update(acme_, {issue.id}, {.status = "resolved"}, By(acme_, admin_))));
  EXPECT_EQ(OnlyIssue().status, "resolved");
  clock().Advance(std::chrono::minutes(1));
  Send(Error(HexId(2)));
  Process();
  EXPECT_EQ(OnlyIssue().status, "unresolved");
  EXPECT_EQ(OnlyIssue().substatus, "regressed");
  auto activities = Run(issues_->Activities(acme_, issue.id));
  ASSERT_OK(activities);
  ASSERT_EQ(activities->size(), 2u);
  EXPECT_EQ(activities->front().type, "set_regression");
}

TEST_P(PipelineTest, ResolvedInTheNextReleaseStaysResolvedForTheCurrentOne) {
  Send(Error(HexId(1), "TypeError", R"(,"release":"shop@1.0.0")"));
  Process();
  const issues::Issue issue = OnlyIssue();
  clock().Advance(std::chrono::minutes(1));
  ASSERT_OK(Run(
      issues_->Update(acme_, {issue.id}, {.status = "resolvedInNextRelease"}, By(acme_, admin_))));
  clock().Advance(std::chrono::minutes(1));
  Send(Error(HexId(2), "TypeError", R"(,"release":"shop@1.0.0")"));
  Process();
  EXPECT_EQ(OnlyIssue().status, "resolved");
  Send(Error(HexId(3), "TypeError", R"(,"release":"shop@1.0.1")"));
  Process();
  EXPECT_EQ(OnlyIssue().substatus, "regressed");
}

TEST_P(PipelineTest, WhatIsNoStatusAndNoIssueIsRefused) {
  Send(Error(HexId(1)));
  Process();
  const issues::Issue issue = OnlyIssue();
  EXPECT_ERROR(kInvalidArgument, issues::kIssueStatusInvalid,
               Run(issues_->Update(acme_, {issue.id}, {.status = "purple"}, By(acme_, admin_))));
  EXPECT_EQ(OnlyIssue().status, "unresolved");
  EXPECT_ERROR(kNotFound, issues::kIssueNotFound, Run(issues_->Get(acme_, "SHOP-ZZZ")));
  const OrgId other = MakeOrg("other", UserId{20});
  EXPECT_ERROR(kNotFound, issues::kIssueNotFound, Run(issues_->Get(other, issue.id.ToString())));
}

TEST_P(PipelineTest, ADeletedIssueBeginsAnew) {
  Send(Error(HexId(1)));
  Process();
  const issues::Issue first = OnlyIssue();
  ASSERT_OK(Run(issues_->Delete(acme_, first.id, By(acme_, admin_))));
  EXPECT_EQ(Run(issues_->List(acme_, {}))->total, 0);
  Send(Error(HexId(2)));
  Process();
  EXPECT_EQ(OnlyIssue().short_id, "SHOP-2");
}

TEST_P(PipelineTest, ATransactionHasNoIssue) {
  const double now = static_cast<double>(clock().Now().micros) / 1e6;
  const std::string event =
      "{\"type\":\"transaction\",\"transaction\":\"/buy\",\"platform\":"
      "\"node\",\"start_timestamp\":" +
      std::to_string(now - 2) + ",\"timestamp\":" + std::to_string(now - 1) +
      ",\"contexts\":{\"trace\":{\"trace_id\":"
      "\"4c79f60c11214eb38604f4ae0781bfb2\",\"span_id\":"
      "\"fa90fdead5f74052\",\"op\":\"http.server\"}},\"spans\":[]}";
  EXPECT_EQ(
      Send("{\"event_id\":\"" + std::string(kId) + "\"}\n" + Item("transaction", event)).status,
      200);
  Process();
  EXPECT_EQ(Run(issues_->List(acme_, {}))->total, 0);
  auto stored = Run(store_->Get(shop_.id.value, std::string(kId)));
  ASSERT_TRUE(stored && *stored);
  EXPECT_EQ((*stored)->type, "transaction");
  EXPECT_EQ((*stored)->transaction, "/buy");
  EXPECT_EQ((*stored)->trace_id, "4c79f60c11214eb38604f4ae0781bfb2");
  EXPECT_EQ(firsts_, std::vector<std::string>{"first_transaction_received"});
}

TEST_P(PipelineTest, OtherItemsAreStoredAndReadable) {
  const std::string now = std::to_string(clock().Now().micros / 1'000'000);
  const std::string body =
      "{\"event_id\":\"" + std::string(kId) + "\"}\n" +
      Item("attachment", "the log", R"(,"filename":"a.log","content_type":"text/plain")") +
      Item("user_report", "{\"event_id\":\"" + std::string(kId) +
                              "\",\"name\":\"Ann\",\"email\":\"ann@example.com\",\"comments\":"
                              "\"it broke\"}") +
      Item(
          "check_in",
          R"({"check_in_id":"83a7c03ed0a04e1b97e2e3b18d38f244","monitor_slug":"nightly","status":"ok"})") +
      Item("log",
           "{\"items\":[{\"timestamp\":" + now +
               ",\"trace_id\":\"4c79f60c11214eb38604f4ae0781bfb2\",\"level\":\"info\",\"body\":"
               "\"hello\",\"attributes\":{}}]}",
           R"(,"item_count":1,"content_type":"application/vnd.sentry.items.log+json")") +
      Item("client_report",
           R"({"discarded_events":[{"reason":"sample_rate","category":"error","quantity":3}]})");
  EXPECT_EQ(Send(body).status, 200);
  Process();
  const auto list = [&](std::string_view type) {
    auto page = Run(store_->ListItems(
        {.project_id = shop_.id.value, .type = std::string(type), .with_payload = true}));
    EXPECT_OK(page);
    return page ? page->items : std::vector<eventstore::StoredItem>();
  };
  ASSERT_EQ(list("attachment").size(), 1u);
  EXPECT_EQ(list("attachment")[0].payload, "the log");
  ASSERT_EQ(list("user_report").size(), 1u);
  EXPECT_EQ(list("user_report")[0].text, "it broke");
  ASSERT_EQ(list("check_in").size(), 1u);
  ASSERT_EQ(list("log").size(), 1u);
  EXPECT_EQ(list("log")[0].text, "hello");
  EXPECT_EQ(OutcomeCount("client_discard", "sample_rate"), 3);
}

TEST_P(PipelineTest, AStrangerStoresNothing) {
  auto request = Request("");
  const std::string body = Error(kId);
  request.body = body;
  auth_ = "Sentry sentry_version=7, sentry_key=" + std::string(32, 'a');
  request.x_sentry_auth = auth_;
  EXPECT_EQ(Run(intake_->Envelope(request))->status, 403);
  request.x_sentry_auth = {};
  EXPECT_EQ(Run(intake_->Envelope(request))->status, 401);
  auth_ = Auth();
  request.x_sentry_auth = auth_;
  request.path_project = "999";
  EXPECT_EQ(Run(intake_->Envelope(request))->status, 403);
  EXPECT_EQ(Process(), 0u);
}

TEST_P(PipelineTest, ADamagedEnvelopeIsRefusedAsAWhole) {
  const IntakeAnswer answer =
      Send("{\"event_id\":\"" + std::string(kId) + "\"}\n{\"type\":\"event\",\"length\":500}\n{}");
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.body.find("detail"), std::string::npos);
  EXPECT_EQ(Process(), 0u);
  EXPECT_EQ(OutcomeCount("invalid", "invalid_envelope"), 1);
}

TEST_P(PipelineTest, AKeysLimitAnswers429WithItsHeaders) {
  ASSERT_OK(Run(projects_->UpdateKey(acme_, shop_.id, key_.public_key,
                                     {.rate_count = 2, .rate_seconds = 60}, By(acme_, admin_))));
  EXPECT_EQ(Send(Error(HexId(1))).status, 200);
  EXPECT_EQ(Send(Error(HexId(2))).status, 200);
  const IntakeAnswer limited = Send(Error(HexId(3)));
  EXPECT_EQ(limited.status, 429);
  std::string header;
  for (const auto& [name, value] : limited.headers) {
    if (name == "X-Sentry-Rate-Limits") header = value;
  }
  EXPECT_NE(header.find(":key"), std::string::npos) << header;
  EXPECT_EQ(Process(), 2u);
  clock().Advance(std::chrono::minutes(2));
  EXPECT_EQ(Send(Error(HexId(4))).status, 200);
}

TEST_P(PipelineTest, ADisabledKeyIsRefused) {
  ASSERT_OK(Run(projects_->UpdateKey(acme_, shop_.id, key_.public_key, {.is_active = false},
                                     By(acme_, admin_))));
  EXPECT_EQ(Send(Error(kId)).status, 403);
}

TEST_P(PipelineTest, TheStoreRouteTakesABareEvent) {
  const std::string body = "{\"event_id\":\"" + std::string(kId) + "\",\"message\":\"hello\"}";
  auto answer = Run(intake_->Store(Request(body)));
  ASSERT_OK(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "{\"id\":\"" + std::string(kId) + "\"}");
  Process();
  EXPECT_EQ(OnlyIssue().title, "hello");
}

TEST_P(PipelineTest, ManyAtOnceMakeOneIssue) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&, thread] {
      std::vector<events::Incoming> batch;
      for (int i = 0; i < 8; ++i) {
        events::Incoming one{.project = shop_,
                             .event = {},
                             .grouping = {},
                             .received = clock().Now(),
                             .source = thread * 8 + i};
        one.event = *json::ParseObject("{\"event_id\":\"" + HexId(thread * 8 + i) +
                                       "\",\"type\":\"default\",\"level\":\"error\",\"release\":"
                                       "\"1.0\",\"environment\":\"prod\",\"logentry\":{"
                                       "\"formatted\":\"same\"}}");
        one.grouping = grouping::Group(one.event, grouping::Config::Default());
        batch.push_back(std::move(one));
      }
      EXPECT_OK(Run(manager_->Save(std::move(batch))));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(OnlyIssue().times_seen, 64);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM releases"), 1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM environments"), 1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM saved_events"), 64);
}

}  // namespace
}  // namespace gatehouse::ingest
