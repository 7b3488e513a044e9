#include "platform/runtime/runtime.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <thread>

#include "platform/runtime/priority.h"

namespace gatehouse::runtime {
namespace {

Task<int> Doubled(WorkerPool& pool, int n) {
  GH_CO_TRY(int result, co_await pool.Run([n] { return Result<int>(n * 2); }));
  co_return result;
}

TEST(WorkerPoolTest, RunsWorkOnAnotherThreadAndResumesOnThisOne) {
  WorkerPool pool("test", 1, 8);
  std::thread::id caller = std::this_thread::get_id();
  std::thread::id worker;
  auto task = [](WorkerPool& p, std::thread::id& w) -> Task<std::thread::id> {
    GH_CO_TRY_VOID(co_await p.Run([&w] {
      w = std::this_thread::get_id();
      return Result<void>();
    }));
    co_return std::this_thread::get_id();
  };
  auto resumed = RunSync(task(pool, worker));
  ASSERT_TRUE(resumed.has_value());
  EXPECT_EQ(*resumed, caller);
  EXPECT_NE(worker, caller);
  EXPECT_EQ(RunSync(Doubled(pool, 21)).value(), 42);
}

TEST(WorkerPoolTest, FullQueueIsRefusedNotQueued) {
  WorkerPool pool("test", 1, 0);
  auto r = RunSync(Doubled(pool, 1));
  ASSERT_FALSE(r.has_value());
  EXPECT_EQ(r.error().code, Code::kUnavailable);
}

TEST(PriorityTest, OnlyTheThreadThatAsksYieldsToOthers) {
  const auto nice_of_this = [] {
    return ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()));
  };
  const int before = nice_of_this();
  if (before > 10) GTEST_SKIP() << "it cannot become much lower";
  int lowered = 0;
  std::thread([&] {
    LowerPriority();
    lowered = nice_of_this();
  }).join();
  EXPECT_GT(lowered, before);
  EXPECT_EQ(nice_of_this(), before);
}

TEST(RuntimeTest, StopEndsSleepers) {
  Runtime rt(2);
  bool cancelled = false;
  auto sleeper = [](bool& flag) -> Task<void> {
    auto r = co_await Sleep(std::chrono::hours(1));
    flag = !r && r.error().code == Code::kCancelled;
    co_return Result<void>();
  };
  rt.Spawn("sleeper", sleeper(cancelled));
  auto stopper = [](Runtime& r) -> Task<void> {
    (void)co_await Sleep(std::chrono::milliseconds(20));
    r.Stop();
    co_return Result<void>();
  };
  rt.Spawn("stopper", stopper(rt));
  rt.Run();
  EXPECT_TRUE(cancelled);
}

}  // namespace
}  // namespace gatehouse::runtime
