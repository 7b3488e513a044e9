#include "region/sessions/service.h"

#include <gtest/gtest.h>

#include "region/orgs/members/members_fixture.h"
#include "region/projects/service_impl.h"
#include "region/sessions/service_impl.h"
#include "region/sessions/store.h"
#include "region/sessions/tally.h"

namespace gatehouse::sessions {
namespace {

TEST(Sketch, ExactForFewAndCloseForMany) {
  Sketch few;
  for (int i = 0; i < 64; ++i) few.Add(std::to_string(i % 32));
  EXPECT_EQ(few.Count(), 32);
  EXPECT_EQ(Sketch::Parse(few.ToText()).Count(), 32);
  Sketch many;
  for (int i = 0; i < 50'000; ++i) many.Add("user-" + std::to_string(i));
  EXPECT_NEAR(static_cast<double>(many.Count()), 50'000, 5'000);
  EXPECT_LT(many.ToText().size(), 1'400u);
  EXPECT_EQ(Sketch::Parse(many.ToText()).Count(), many.Count());
  Sketch sum = few;
  sum.Merge(many);
  many.Merge(few);
  EXPECT_EQ(sum.Count(), many.Count());
  for (const char* text : {"", "r", "h!", "rAAAA", "x1234"})
    EXPECT_TRUE(Sketch::Parse(text).empty());
}

class SessionsTest : public members::MembersFixture {
 protected:
  void SetUp() override {
    MembersFixture::SetUp();
    if (IsSkipped()) return;
    projects_ = std::make_unique<projects::ServiceImpl>(projects::ServiceImpl::Parts{
        .db = db(), .clock = clock(), .rng = rng(), .ids = ids(), .audit = audit()});
    service_ = std::make_unique<ServiceImpl>(ServiceImpl::Parts{.db = db(), .clock = clock()});
    const MemberId admin = Add(acme_, UserId{10}, "admin");
    shop_ = *Run(projects_->Create(acme_, "shop", "Shop", "node", "", By(acme_, admin)));
  }
  ingest::SessionUpdate Session(int n, ingest::SessionStatus status, bool init,
                                std::string user = "ann", std::string release = "shop@1") {
    return {
        .session_id =
            *ingest::EventId::Parse("0000000000000000000000000000000" + std::to_string(n)),
        .distinct_id = std::move(user),
        .init = init,
        .timestamp = clock().Now(),
        .started = clock().Now(),
        .duration = 2.0,
        .status = status,
        .errors = status == ingest::SessionStatus::kOk || status == ingest::SessionStatus::kExited
                      ? 0u
                      : 1u,
        .abnormal_mechanism = {},
        .attributes = {.release = std::move(release),
                       .environment = "prod",
                       .ip_address = {},
                       .user_agent = {}}};
  }
  void Apply(std::vector<ingest::SessionUpdate> updates) {
    Tally tally;
    for (const auto& update : updates) sessions::Add(shop_, update, tally);
    EXPECT_OK(Write([&](sql::Tx& tx) { return store::Apply(tx, ids(), tally, clock().Now()); }));
  }
  Health Of(const std::string& release) {
    auto all = Run(service_->ReleaseHealth(acme_, shop_.id, {release},
                                           clock().Now() - std::chrono::hours(24 * 14),
                                           clock().Now() + std::chrono::hours(1)));
    EXPECT_OK(all);
    return all && all->size() == 1 ? all->front() : Health{};
  }

  projects::Project shop_;
  std::unique_ptr<projects::ServiceImpl> projects_;
  std::unique_ptr<ServiceImpl> service_;
};
GATEHOUSE_ON_ALL_ENGINES(SessionsTest);

using enum ingest::SessionStatus;

TEST_P(SessionsTest, SessionsAreCountedOnceAndAsWhatTheyEndedAs) {
  Apply({Session(1, kOk, true), Session(2, kOk, true, "bob"), Session(3, kOk, true, "cid")});
  Apply({Session(1, kExited, false), Session(2, kErrored, false, "bob"),
         Session(2, kErrored, false, "bob"), Session(3, kCrashed, false, "cid")});
  const Health health = Of("shop@1");
  EXPECT_EQ(health.counts.sessions, 3);
  EXPECT_EQ(health.counts.crashed, 1);
  EXPECT_EQ(health.counts.Errored(), 2);
  EXPECT_EQ(health.counts.Healthy(), 1);
  EXPECT_EQ(health.counts.users.Count(), 3);
  EXPECT_NEAR(health.counts.CrashFreeSessions(), 2.0 / 3, 1e-9);
  EXPECT_NEAR(health.counts.CrashFreeUsers(), 2.0 / 3, 1e-9);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM session_counts"), 1) << "one row, however many sessions";
}

TEST_P(SessionsTest, AReleaseThatOnlySessionsKnowIsMade) {
  Apply({Session(1, kOk, true)});
  EXPECT_EQ(Number("SELECT COUNT(*) FROM releases WHERE version = 'shop@1'"), 1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM environments WHERE name = 'prod'"), 1);
  EXPECT_TRUE(*Run(service_->HasSessions(acme_, shop_.id, "shop@1")));
  EXPECT_FALSE(*Run(service_->HasSessions(acme_, shop_.id, "shop@2")));
}

TEST_P(SessionsTest, AggregatesAddUp) {
  Tally tally;
  ingest::SessionAggregates sent;
  sent.attributes = {.release = "shop@1", .environment = {}, .ip_address = {}, .user_agent = {}};
  sent.buckets = {
      {.started = clock().Now(), .distinct_id = {}, .exited = 10, .errored = 3, .crashed = 2}};
  sessions::Add(shop_, sent, tally);
  EXPECT_OK(Write([&](sql::Tx& tx) { return store::Apply(tx, ids(), tally, clock().Now()); }));
  const Counts counts = Of("shop@1").counts;
  EXPECT_EQ(counts.sessions, 15);
  EXPECT_EQ(counts.Errored(), 5);
  EXPECT_EQ(counts.crashed, 2);
}

TEST_P(SessionsTest, AdoptionIsTheShareOfTheLastDay) {
  std::vector<ingest::SessionUpdate> old, fresh;
  for (int i = 0; i < 9; ++i) old.push_back(Session(i, kOk, true, "u" + std::to_string(i)));
  Apply(old);
  EXPECT_EQ(Of("shop@1").adoption.stage, "adopted");
  clock().Advance(std::chrono::hours(48));
  for (int i = 0; i < 9; ++i) {
    fresh.push_back(Session(i, kOk, true, "u" + std::to_string(i), "shop@2"));
  }
  Apply(fresh);
  EXPECT_EQ(Of("shop@1").adoption.stage, "replaced");
  EXPECT_EQ(Of("shop@2").adoption.stage, "adopted");
  EXPECT_EQ(Of("shop@2").adoption.sessions, 1.0);
}

TEST_P(SessionsTest, AnswersBySeriesAndGroup) {
  Apply({Session(1, kOk, true), Session(2, kOk, true, "bob", "shop@2")});
  clock().Advance(std::chrono::hours(2));
  Apply({Session(3, kCrashed, true)});
  auto answer = Run(service_->Ask(acme_, {.projects = {shop_.id},
                                          .from = clock().Now() - std::chrono::hours(2),
                                          .to = clock().Now() + std::chrono::hours(1),
                                          .by_release = true}));
  ASSERT_OK(answer);
  ASSERT_EQ(answer->groups.size(), 2u);
  EXPECT_EQ(answer->groups[0].release, "shop@1");
  EXPECT_EQ(answer->groups[0].totals.sessions, 2);
  EXPECT_EQ(answer->groups[0].series.front().sessions, 1);
  EXPECT_EQ(answer->groups[0].series[2].crashed, 1);
  const OrgId other = MakeOrg("other", UserId{20});
  auto foreign = Run(service_->Ask(other, {.projects = {shop_.id},
                                           .from = clock().Now() - std::chrono::hours(9),
                                           .to = clock().Now()}));
  ASSERT_OK(foreign);
  EXPECT_TRUE(foreign->groups.empty());
}

TEST_P(SessionsTest, DurationsAreKeptAsFarAsPercentilesNeedThem) {
  std::vector<ingest::SessionUpdate> first, second;
  for (int i = 0; i < 9; ++i) {
    first.push_back(Session(i, kExited, true));
    first.back().duration = 10.0;
  }
  second.push_back(Session(9, kCrashed, true));
  second.back().duration = 600.0;
  second.push_back(Session(1, kOk, false));
  second.back().duration = 7'000.0;
  Apply(first);
  Apply(second);
  const Counts counts = Of("shop@1").counts;
  EXPECT_EQ(counts.durations, 10) << "one that goes on has none yet";
  EXPECT_NEAR(static_cast<double>(counts.duration_parts.Percentile(0.5)->count()), 10e6, 1e6);
  EXPECT_EQ(counts.duration_parts.Percentile(1), std::chrono::seconds(600));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM session_counts"), 1);

  // As a row from before histograms were kept: what comes later is known.
  Execute("UPDATE session_counts SET duration_parts = ''");
  EXPECT_FALSE(Of("shop@1").counts.duration_parts.Percentile(0.5).has_value());
  EXPECT_EQ(Of("shop@1").counts.durations, 10);
  Apply({Session(3, kExited, false)});
  EXPECT_EQ(Of("shop@1").counts.duration_parts.Percentile(1), std::chrono::seconds(2));
}

TEST_P(SessionsTest, OldCountsAreForgotten) {
  Apply({Session(1, kOk, true)});
  clock().Advance(std::chrono::hours(24 * 91));
  EXPECT_EQ(*Run(service_->DropOld()), 1);
}

}  // namespace
}  // namespace gatehouse::sessions
