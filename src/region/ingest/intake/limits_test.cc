// Quotas that outlive the process, limits of an organization, and floods: shed early, without a
// loss, at nobody else's cost.

#include <gtest/gtest.h>

#include "region/ingest/intake/parts.h"
#include "region/ingest/intake/pipeline_fixture.h"

namespace gatehouse::ingest {
namespace {

TEST(Backlog, OneProjectTakesHalfAndTheOthersStillHaveRoom) {
  Backlog backlog({.max_bytes = 1000, .flood_records = 3});
  int taken = 0;
  while (backlog.Enter(1, 10).accepted) ++taken;
  EXPECT_EQ(taken, 50);
  EXPECT_TRUE(backlog.IsFull(1));
  EXPECT_FALSE(backlog.IsFull(2));
  while (backlog.Enter(2, 10).accepted) ++taken;
  EXPECT_EQ(taken, 75) << "half of what is left";
  EXPECT_TRUE(backlog.Enter(3, 10).accepted);
}

TEST(Backlog, AFloodWaitsInItsOwnLaneUntilItIsDone) {
  Backlog backlog({.max_bytes = 1'000'000, .flood_records = 2});
  EXPECT_EQ(backlog.Enter(1, 1).topic, kTopicIngest);
  EXPECT_EQ(backlog.Enter(1, 1).topic, kTopicIngest);
  EXPECT_EQ(backlog.Enter(1, 1).topic, kTopicFlood);
  EXPECT_EQ(backlog.Enter(2, 1).topic, kTopicIngest);
  backlog.Done(1, kTopicIngest, 1);
  backlog.Done(1, kTopicIngest, 1);
  EXPECT_EQ(backlog.Enter(1, 1).topic, kTopicFlood) << "behind its own";
  backlog.Done(1, kTopicFlood, 1);
  backlog.Done(1, kTopicFlood, 1);
  EXPECT_EQ(backlog.Enter(1, 1).topic, kTopicIngest);
  backlog.Done(7, kTopicIngest, 1'000);
  backlog.Done(1, kTopicIngest, 1);
  backlog.Done(2, kTopicIngest, 1);
  EXPECT_EQ(backlog.bytes(), 0);
}

TEST(Parts, LargeEnvelopesAreCutAndPutTogether) {
  stream::Record small{.key = "1", .headers = {{"h", "v"}}, .payload = "x"};
  EXPECT_EQ(SplitRecord(small, "id").size(), 1u);
  stream::Record large = small;
  large.payload = std::string(kPartBytes * 2 + 5, 'a') + "end";
  const std::string whole = large.payload;
  std::vector<stream::StoredRecord> stored;
  const auto store = [&stored](std::vector<stream::Record> records) {
    for (auto& record : records) {
      stored.push_back({.offset = static_cast<stream::Offset>(stored.size()), .record = record});
    }
  };
  store(SplitRecord(small, "a"));
  store(SplitRecord(large, "b"));
  store(SplitRecord(small, "c"));
  ASSERT_EQ(stored.size(), 5u);
  auto cut = stored;
  cut.resize(3);
  EXPECT_EQ(MissingParts(cut), 1u);
  EXPECT_EQ(MissingParts(stored), 0u);
  auto joined = stored;
  JoinParts(joined);
  ASSERT_EQ(joined.size(), 3u);
  EXPECT_EQ(joined[1].record.payload, whole);
  EXPECT_EQ(joined[1].offset, 3);
  // A crash left the first part of an envelope that was never answered.
  stored.erase(stored.begin() + 2, stored.begin() + 4);
  JoinParts(stored);
  ASSERT_EQ(stored.size(), 2u);
  EXPECT_EQ(stored[1].record.payload, "x");
}

class LimitsTest : public PipelineFixture {
 protected:
  static std::string Header(const IntakeAnswer& answer, std::string_view wanted) {
    for (const auto& [name, value] : answer.headers) {
      if (name == wanted) return value;
    }
    return {};
  }
  projects::Key KeyOf(const std::string& slug) {
    auto other = Run(projects_->Create(acme_, slug, slug, "", "", By(acme_, admin_)));
    EXPECT_OK(other);
    return Run(projects_->Keys(acme_, other->id))->front();
  }
  IntakeAnswer SendTo(const projects::Key& key, const std::string& body) {
    const std::string auth = "Sentry sentry_key=" + key.public_key;
    const std::string project = key.project.ToString();
    IntakeRequest request;
    request.path_project = project;
    request.x_sentry_auth = auth;
    request.received = clock().Now();
    request.body = body;
    auto answer = Run(intake_->Envelope(request));
    EXPECT_OK(answer);
    return answer.value_or(IntakeAnswer{.status = 0, .body = {}, .headers = {}});
  }
};
GATEHOUSE_ON_ALL_ENGINES(LimitsTest);

TEST_P(LimitsTest, AQuotaSurvivesARestart) {
  ASSERT_OK(Run(projects_->UpdateKey(acme_, shop_.id, key_.public_key,
                                     {.rate_count = 2, .rate_seconds = 60}, By(acme_, admin_))));
  EXPECT_EQ(Send(Error(HexId(1))).status, 200);
  EXPECT_EQ(Send(Error(HexId(2))).status, 200);
  ASSERT_OK(Run(quotas_->Flush(clock().Now())));
  StartIntake();
  EXPECT_EQ(Send(Error(HexId(3))).status, 429);
  clock().Advance(std::chrono::minutes(3));
  EXPECT_EQ(Send(Error(HexId(4))).status, 200);
  ASSERT_OK(Run(quotas_->Flush(clock().Now())));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM quota_counters"), 1) << "what has expired is forgotten";
}

TEST_P(LimitsTest, AnOrganizationsQuotaCountsAllItsProjects) {
  const projects::Key blog = KeyOf("blog");
  ASSERT_OK(Run(settings_->Update(acme_, *json::ParseObject(R"({"quotas":{"events_per_hour":3}})"),
                                  By(acme_, ann_))));
  EXPECT_EQ(Send(Error(HexId(1))).status, 200);
  EXPECT_EQ(SendTo(blog, Error(HexId(2))).status, 200);
  EXPECT_EQ(Send(Error(HexId(3))).status, 200);
  const IntakeAnswer limited = SendTo(blog, Error(HexId(4)));
  EXPECT_EQ(limited.status, 429);
  EXPECT_NE(Header(limited, "X-Sentry-Rate-Limits").find(":organization:org_quota"),
            std::string::npos);
  // Known limits are told with what is accepted, too.
  const IntakeAnswer report = Send("{}\n" + Item("client_report", "{}"));
  EXPECT_EQ(report.status, 200);
  EXPECT_NE(Header(report, "X-Sentry-Rate-Limits").find(":organization:org_quota"),
            std::string::npos);
  ASSERT_OK(Run(settings_->Update(acme_, *json::ParseObject(R"({"quotas":{"events_per_hour":-1}})"),
                                  By(acme_, ann_))));
  clock().Advance(std::chrono::hours(2));
  EXPECT_EQ(Send(Error(HexId(5))).status, 429) << "takes nothing at all";
}

TEST_P(LimitsTest, AnOrganizationsFilterHoldsForItsProjects) {
  ASSERT_OK(Run(settings_->Update(
      acme_, *json::ParseObject(R"({"filters":{"error_messages":["*boom*"]}})"), By(acme_, ann_))));
  EXPECT_EQ(Send(Error(HexId(1)) + Item("attachment", "x", R"(,"filename":"a")")).status, 200);
  Process();
  EXPECT_EQ(Run(issues_->List(acme_, {}))->total, 0);
  EXPECT_TRUE(Items("attachment").empty()) << "what depends on the event goes with it";
  EXPECT_EQ(OutcomeCount("filtered", "error-message"), 2);
}

TEST_P(LimitsTest, OverloadIsShedEarlyAndLosesNothing) {
  backlog_ = std::make_unique<Backlog>(Backlog::Options{.max_bytes = 6'000, .flood_records = 4});
  StartIntake();
  StartProcessor();
  const projects::Key blog = KeyOf("blog");
  int accepted = 0;
  IntakeAnswer answer;
  for (int i = 0; i < 100; ++i) {
    answer = Send(Error(HexId(i)));
    if (answer.status != 200) break;
    ++accepted;
  }
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(Header(answer, "Retry-After"), "10");
  EXPECT_NE(Header(answer, "X-Sentry-Rate-Limits").find("10::project"), std::string::npos);
  EXPECT_GT(accepted, 5);
  EXPECT_TRUE(intake_->CanTakeMore());
  // Not even looked at: the body is no envelope.
  EXPECT_EQ(Send("junk").status, 429);
  // The others are let in, and are not behind it.
  EXPECT_EQ(SendTo(blog, Error(HexId(200))).status, 200);
  EXPECT_EQ(Process(*processor_), 5u) << "four of the flood, and the other project's";
  EXPECT_TRUE(*Run(store_->Get(blog.project.value, HexId(200))));
  EXPECT_EQ(Process(*flood_), static_cast<std::size_t>(accepted) - 4);
  for (int i = 0; i < accepted; ++i) {
    EXPECT_TRUE(*Run(store_->Get(shop_.id.value, HexId(i)))) << i;
  }
  EXPECT_EQ(Send(Error(HexId(300))).status, 200);
  EXPECT_GE(OutcomeCount("rate_limited", "backlog"), 2);
}

TEST_P(LimitsTest, AnEnvelopeLargerThanARecordArrivesWhole) {
  const std::string file(40u << 20, 'z');
  EXPECT_EQ(Send(Error(kId) + Item("attachment", file, R"(,"filename":"core")")).status, 200);
  EXPECT_EQ(Send(Error(HexId(1))).status, 200);
  Process();
  EXPECT_TRUE(*Run(store_->Get(shop_.id.value, HexId(1))));
  const auto items = Items("attachment");
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].payload.size(), file.size());
}

}  // namespace
}  // namespace gatehouse::ingest
