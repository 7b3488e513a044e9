#include "platform/jobs/jobs.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "platform/jobs/errors.h"
#include "platform/sql/testing/test_database.h"

namespace gatehouse::jobs {
namespace {

constexpr sql::Statement kLeases{"test_leases", "SELECT name, holder FROM job_leases"};

Task<void> Count(std::atomic<int>* runs) {
  ++*runs;
  co_return Result<void>();
}

Task<void> FailFirst(std::atomic<int>* runs, int failures) {
  if (++*runs <= failures) co_return Fail(Code::kUnavailable, "test_unavailable");
  co_return Result<void>();
}

Task<void> Throw() {
  throw std::runtime_error("boom");
  co_return Result<void>();
}

class JobRunnerTest : public sql::DatabaseTest {
 protected:
  JobRunnerTest() : null_(open("/dev/null", O_WRONLY | O_CLOEXEC)), log_(clock_, {.fd = null_}) {}
  ~JobRunnerTest() override { close(null_); }
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    Execute(
        "CREATE TABLE job_leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, "
        "expires_at BIGINT NOT NULL)");
  }

  std::unique_ptr<JobRunner> Runner(std::string holder) {
    return std::make_unique<JobRunner>(db(), clock_, rng_, log_, std::move(holder));
  }
  std::size_t Leases() {
    return db().ReadSync([](sql::Tx& tx) { return tx.Query(kLeases); }).value().size();
  }
  // Runs `runner` until `done`, at most ten seconds, then stops it in order.
  template <class F>
  void RunUntil(JobRunner& runner, F done) {
    runtime::Runtime rt(2);
    runner.Start(rt);
    std::jthread stopper([&] {
      for (int i = 0; i < 1000 && !done(); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
      rt.Stop();
    });
    rt.Run();
  }

  ManualClock clock_;
  SystemRng rng_;
  int null_;
  telemetry::Logger log_;
  std::atomic<int> runs_ = 0;
};

GATEHOUSE_ON_ALL_ENGINES(JobRunnerTest);

TEST_P(JobRunnerTest, RunsAgainAndAgainAndReleasesItsLeaseOnStop) {
  auto runner = Runner("a");
  runner->Add("sweep", std::chrono::milliseconds(5), [this] { return Count(&runs_); });
  RunUntil(*runner, [&] { return runs_ >= 5; });
  EXPECT_GE(runs_, 5);
  EXPECT_EQ(Leases(), 0u);
  auto status = runner->Snapshot();
  ASSERT_EQ(status.size(), 1u);
  EXPECT_GE(status[0].runs, 5u);
  EXPECT_EQ(status[0].failures, 0u);
  EXPECT_EQ(status[0].last_success, clock_.Now());
}

TEST_P(JobRunnerTest, FailingJobIsRepeatedAndRecovers) {
  auto runner = Runner("a");
  runner->Add("flaky", std::chrono::milliseconds(2), [this] { return FailFirst(&runs_, 3); });
  RunUntil(*runner, [&] { return runs_ >= 6; });
  EXPECT_GE(runs_, 6);
  EXPECT_EQ(runner->Snapshot()[0].failures, 0u);
}

TEST_P(JobRunnerTest, ThrowingJobDoesNotEndTheOthersOrItself) {
  auto runner = Runner("a");
  runner->Add("broken", std::chrono::milliseconds(2), [] { return Throw(); });
  runner->Add("sound", std::chrono::milliseconds(2), [this] { return Count(&runs_); });
  RunUntil(*runner, [&] { return runs_ >= 3 && runner->Snapshot()[0].runs >= 2; });
  EXPECT_GE(runner->Snapshot()[0].failures, 2u);
  auto once = runtime::RunSync(runner->RunOnce("broken"));
  ASSERT_FALSE(once.has_value());
  EXPECT_TRUE(once.error().Is(kJobThrew));
  EXPECT_EQ(once.error().detail, "boom");
}

TEST_P(JobRunnerTest, SecondProcessWaitsForTheLeaseToExpire) {
  auto first = Runner("a");
  auto second = Runner("b");
  for (JobRunner* runner : {first.get(), second.get()}) {
    runner->Add("sweep", std::chrono::minutes(10), [this] { return Count(&runs_); });
  }
  EXPECT_TRUE(runtime::RunSync(first->RunOnce("sweep")).value());
  EXPECT_FALSE(runtime::RunSync(second->RunOnce("sweep")).value());
  EXPECT_TRUE(runtime::RunSync(first->RunOnce("sweep")).value()) << "the holder keeps it";
  clock_.Advance(std::chrono::minutes(30) - Duration(1));
  EXPECT_FALSE(runtime::RunSync(second->RunOnce("sweep")).value());
  clock_.Advance(Duration(1));
  EXPECT_TRUE(runtime::RunSync(second->RunOnce("sweep")).value());
  EXPECT_FALSE(runtime::RunSync(first->RunOnce("sweep")).value());
  EXPECT_EQ(runs_, 3);
}

TEST_P(JobRunnerTest, RestartAfterACrashTakesItsOwnLeaseBack) {
  auto crashed = Runner("a");
  crashed->Add("sweep", std::chrono::minutes(10), [this] { return Count(&runs_); });
  EXPECT_TRUE(runtime::RunSync(crashed->RunOnce("sweep")).value());
  crashed.reset();
  auto restarted = Runner("a");
  restarted->Add("sweep", std::chrono::minutes(10), [this] { return Count(&runs_); });
  EXPECT_TRUE(runtime::RunSync(restarted->RunOnce("sweep")).value());
}

TEST_P(JobRunnerTest, ClockSetBackDoesNotLeaveTheJobWithoutARunner) {
  auto gone = Runner("a");
  auto other = Runner("b");
  for (JobRunner* runner : {gone.get(), other.get()}) {
    runner->Add("sweep", std::chrono::minutes(10), [this] { return Count(&runs_); });
  }
  EXPECT_TRUE(runtime::RunSync(gone->RunOnce("sweep")).value());
  clock_.SetWall(clock_.Now() - std::chrono::hours(48));
  EXPECT_TRUE(runtime::RunSync(other->RunOnce("sweep")).value());
}

TEST_P(JobRunnerTest, UnknownNameIsNotFound) {
  auto once = runtime::RunSync(Runner("a")->RunOnce("absent"));
  ASSERT_FALSE(once.has_value());
  EXPECT_TRUE(once.error().Is(kUnknownJob));
}

TEST_P(JobRunnerTest, UnreachableDatabaseIsAFailureNotAnEnd) {
  Execute("DROP TABLE job_leases");
  auto runner = Runner("a");
  runner->Add("sweep", std::chrono::milliseconds(2), [this] { return Count(&runs_); });
  bool repaired = false;
  RunUntil(*runner, [&] {
    if (!repaired && runner->Snapshot()[0].failures >= 2) {
      Execute(
          "CREATE TABLE job_leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, "
          "expires_at BIGINT NOT NULL)");
      repaired = true;
    }
    return repaired && runs_ >= 1;
  });
  EXPECT_TRUE(repaired);
  EXPECT_GE(runs_, 1);
}

}  // namespace
}  // namespace gatehouse::jobs
