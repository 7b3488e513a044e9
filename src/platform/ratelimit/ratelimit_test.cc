#include "platform/ratelimit/ratelimit.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "platform/ratelimit/errors.h"
#include "platform/sql/testing/test_database.h"

namespace gatehouse::ratelimit {
namespace {

constexpr Limit kThreePerMinute{3, std::chrono::minutes(1)};

class RateLimiterTest : public sql::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    Execute(
        "CREATE TABLE rate_limits (bucket TEXT PRIMARY KEY, used BIGINT NOT NULL, "
        "window_start BIGINT NOT NULL)");
  }

  Verdict Take(std::string_view bucket = "login:eve", Limit limit = kThreePerMinute) {
    auto verdict =
        db().WriteSync([&](sql::Tx& tx) { return limiter_.Take(tx, bucket, limit, clock_.Now()); });
    EXPECT_TRUE(verdict.has_value()) << verdict.error().detail;
    return verdict.value_or(Verdict{});
  }
  Verdict Peek(std::string_view bucket = "login:eve") {
    auto verdict = db().ReadSync(
        [&](sql::Tx& tx) { return limiter_.Peek(tx, bucket, kThreePerMinute, clock_.Now()); });
    EXPECT_TRUE(verdict.has_value()) << verdict.error().detail;
    return verdict.value_or(Verdict{});
  }
  void Exhaust() {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(Take().allowed);
    EXPECT_FALSE(Take().allowed);
  }

  RateLimiter limiter_;
  ManualClock clock_;
};

GATEHOUSE_ON_ALL_ENGINES(RateLimiterTest);

TEST_P(RateLimiterTest, AllowsTheCountThenRefusesUntilTheWindowEnds) {
  EXPECT_EQ(Take().remaining, 2);
  clock_.Advance(std::chrono::seconds(20));
  EXPECT_EQ(Take().remaining, 1);
  EXPECT_EQ(Take().remaining, 0);
  Verdict refused = Take();
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.retry_after, std::chrono::seconds(40));
  clock_.Advance(std::chrono::seconds(40) - Duration(1));
  EXPECT_FALSE(Take().allowed);
  clock_.Advance(Duration(1));
  EXPECT_EQ(Take().remaining, 2);
}

TEST_P(RateLimiterTest, RefusedTriesDoNotLengthenTheLock) {
  Exhaust();
  for (int i = 0; i < 50; ++i) {
    clock_.Advance(std::chrono::seconds(1));
    EXPECT_FALSE(Take().allowed);
  }
  EXPECT_EQ(Take().retry_after, std::chrono::seconds(10));
}

TEST_P(RateLimiterTest, BucketsAreApart) {
  Exhaust();
  EXPECT_TRUE(Take("login:ada").allowed);
}

TEST_P(RateLimiterTest, PeekAgreesWithTakeAndCountsNothing) {
  EXPECT_EQ(Peek().remaining, 2);
  EXPECT_EQ(Peek().remaining, 2);
  Exhaust();
  EXPECT_FALSE(Peek().allowed);
  EXPECT_EQ(Peek().retry_after, Take().retry_after);
  clock_.Advance(std::chrono::minutes(1));
  EXPECT_TRUE(Peek().allowed);
}

TEST_P(RateLimiterTest, ResetGivesTheTriesBack) {
  Exhaust();
  ASSERT_TRUE(db().WriteSync([&](sql::Tx& tx) { return limiter_.Reset(tx, "login:eve"); }));
  EXPECT_EQ(Take().remaining, 2);
}

TEST_P(RateLimiterTest, LockSurvivesARestart) {
  Exhaust();
  database().Reopen();
  EXPECT_FALSE(Take().allowed);
}

TEST_P(RateLimiterTest, ClockSetBackDoesNotFreeTheLock) {
  Exhaust();
  clock_.SetWall(clock_.Now() - std::chrono::hours(5));
  EXPECT_FALSE(Peek().allowed);
  EXPECT_FALSE(Take().allowed);
}

TEST_P(RateLimiterTest, ClockSetBackHoldsTheLockOneWindowAtMost) {
  Exhaust();
  clock_.SetWall(clock_.Now() - std::chrono::hours(5));
  EXPECT_LE(Peek().retry_after, std::chrono::minutes(1));
  EXPECT_EQ(Take().retry_after, std::chrono::minutes(1));
  clock_.Advance(std::chrono::minutes(1));
  EXPECT_TRUE(Take().allowed);
}

TEST_P(RateLimiterTest, ClockSetBackDoesNotGiveUsedTriesBack) {
  EXPECT_EQ(Take().remaining, 2);
  EXPECT_EQ(Take().remaining, 1);
  clock_.SetWall(clock_.Now() - std::chrono::hours(5));
  EXPECT_EQ(Peek().remaining, 0);
  EXPECT_EQ(Take().remaining, 0);
  EXPECT_FALSE(Take().allowed);
}

TEST_P(RateLimiterTest, RolledBackTryIsNotCounted) {
  auto failed = db().WriteSync([&](sql::Tx& tx) -> Result<Verdict> {
    GH_TRY_VOID(limiter_.Take(tx, "login:eve", kThreePerMinute, clock_.Now()));
    return Fail(Code::kInternal, "test_failure");
  });
  EXPECT_FALSE(failed.has_value());
  EXPECT_EQ(Take().remaining, 2);
}

TEST_P(RateLimiterTest, SixteenParallelGuessesGetThreeTries) {
  std::atomic<int> allowed = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 16; ++i) {
      threads.emplace_back([&] {
        for (;;) {
          auto verdict = db().WriteSync([&](sql::Tx& tx) {
            return limiter_.Take(tx, "login:eve", kThreePerMinute, clock_.Now());
          });
          if (!verdict && verdict.error().code == Code::kConflict) continue;
          ASSERT_TRUE(verdict.has_value()) << verdict.error().detail;
          if (verdict->allowed) ++allowed;
          return;
        }
      });
    }
  }
  EXPECT_EQ(allowed, 3);
}

TEST_P(RateLimiterTest, ZeroCountRefusesEverything) {
  EXPECT_FALSE(Take("closed", {0, std::chrono::minutes(1)}).allowed);
  EXPECT_FALSE(Take("closed", {0, std::chrono::minutes(1)}).allowed);
}

TEST_P(RateLimiterTest, LoweredCountHoldsAtOnce) {
  EXPECT_TRUE(Take().allowed);
  EXPECT_TRUE(Take().allowed);
  EXPECT_FALSE(Take("login:eve", {1, std::chrono::minutes(1)}).allowed);
}

TEST_P(RateLimiterTest, SweepDeletesOnlyOldBuckets) {
  Take("old");
  clock_.Advance(std::chrono::hours(2));
  Take("new");
  auto swept = db().WriteSync(
      [&](sql::Tx& tx) { return limiter_.Sweep(tx, clock_.Now() - std::chrono::hours(1)); });
  EXPECT_EQ(swept.value(), 1);
  EXPECT_EQ(Take("new").remaining, 1);
}

TEST_P(RateLimiterTest, LongBucketIsRefused) {
  auto verdict = db().WriteSync([&](sql::Tx& tx) {
    return limiter_.Take(tx, std::string(kMaxBucket + 1, 'x'), kThreePerMinute, clock_.Now());
  });
  ASSERT_FALSE(verdict.has_value());
  EXPECT_TRUE(verdict.error().Is(kBucketTooLong));
}

}  // namespace
}  // namespace gatehouse::ratelimit
