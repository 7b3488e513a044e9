// From a request of an SDK to rows and stored events, over the real stream, store and databases.

#include "region/ingest/intake/pipeline_fixture.h"

#include <gtest/gtest.h>

#include <thread>

#include "region/events/issues/errors.h"

namespace gatehouse::ingest {
namespace {

class PipelineTest : public PipelineFixture {};
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
  ASSERT_OK(Run(issues_->Delete(acme_, {first.id}, By(acme_, admin_))));
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
  ASSERT_EQ(Items("attachment").size(), 1u);
  EXPECT_EQ(Items("attachment")[0].payload, "the log");
  ASSERT_EQ(Items("user_report").size(), 1u);
  EXPECT_EQ(Items("user_report")[0].text, "it broke");
  ASSERT_EQ(Items("check_in").size(), 1u);
  ASSERT_EQ(Items("log").size(), 1u);
  EXPECT_EQ(Items("log")[0].text, "hello");
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
