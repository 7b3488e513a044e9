#include "base/ids.h"

#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace gatehouse {
namespace {

TEST(IdGenerator, IdsRiseEvenWhenTheWallClockIsSetBack) {
  ManualClock clock;
  IdGenerator ids(clock, 3);
  std::int64_t last = ids.NextValue();
  clock.SetWall(clock.Now() - std::chrono::hours(1));
  for (int i = 0; i < 10'000; ++i) {
    const std::int64_t next = ids.NextValue();
    ASSERT_GT(next, last);
    last = next;
  }
}

TEST(IdGenerator, ThreadsAndNodesNeverShareAnId) {
  ManualClock clock;
  IdGenerator one(clock, 1), two(clock, 2);
  std::set<std::int64_t> seen;
  std::mutex mutex;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 2'000; ++i) {
          const std::int64_t id = (t % 2 == 0 ? one : two).NextValue();
          std::lock_guard lock(mutex);
          EXPECT_TRUE(seen.insert(id).second);
        }
      });
    }
  }
  EXPECT_EQ(seen.size(), 8'000u);
}

TEST(IdGenerator, AnIdTellsItsMillisecondAndAMillisecondItsFirstId) {
  ManualClock clock;
  IdGenerator ids(clock, 1023);
  const Timestamp before = clock.Now();
  const std::int64_t id = ids.NextValue();
  EXPECT_EQ(IdGenerator::TimeOf(id), before);
  EXPECT_LE(IdGenerator::FirstAt(before), id);
  EXPECT_GT(IdGenerator::FirstAt(before + std::chrono::milliseconds(1)), id);
  EXPECT_EQ(IdGenerator::FirstAt(Timestamp{}), 0);
}

TEST(StrongId, ReadsCanonicalDecimalOnly) {
  EXPECT_EQ(UserId::Parse("17"), UserId{17});
  EXPECT_EQ(UserId::Parse("9223372036854775807")->ToString(), "9223372036854775807");
  for (const char* text : {"", "0", "-1", "+1", "01", " 1", "1 ", "1x", "9223372036854775808",
                           "99999999999999999999"}) {
    EXPECT_FALSE(UserId::Parse(text)) << text;
  }
}

TEST(Uuid, VersionSevenCarriesTheTime) {
  ManualClock clock(Timestamp::FromSeconds(0x19000000));
  SeededRng rng(1);
  const std::string uuid = NewUuidV7(clock, rng);
  ASSERT_EQ(uuid.size(), 36u);
  EXPECT_EQ(uuid[14], '7');
  EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
  clock.Advance(std::chrono::milliseconds(1));
  EXPECT_LT(uuid, NewUuidV7(clock, rng));
}

}  // namespace
}  // namespace gatehouse
