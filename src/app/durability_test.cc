// A few kills and power cuts of the real server under load; ./dev bench durability does a hundred.

#include <gtest/gtest.h>

#include "app/durability_fixture.h"

namespace gatehouse::app {
namespace {

void ExpectNothingLost(const Durability::Report& report) {
  ASSERT_EQ(report.failure, "");
  EXPECT_GT(report.acknowledged, static_cast<std::size_t>(report.rounds))
      << "the test must have tested something";
  EXPECT_EQ(report.lost, 0u) << "of " << report.acknowledged;
  EXPECT_GE(report.stored, report.acknowledged);
  EXPECT_EQ(report.counted, static_cast<std::int64_t>(report.stored)) << "each is counted once";
  EXPECT_EQ(report.accepted, static_cast<std::int64_t>(report.stored)) << "accepted = stored";
}

TEST(DurabilityTest, KillsLoseNothingThatWasAcknowledged) {
  ExpectNothingLost(Durability({.rounds = 3, .seed = 1}).Run());
}

TEST(DurabilityTest, PowerCutsLoseNothingThatWasAcknowledged) {
  ExpectNothingLost(Durability({.rounds = 3, .cuts_power = true, .seed = 2}).Run());
}

// A disk that does not sync loses events: otherwise the two above prove nothing.
TEST(DurabilityTest, ControlWithoutSyncLosesSome) {
  const Durability::Report report =
      Durability({.rounds = 2, .cuts_power = true, .ignores_sync = true, .seed = 3}).Run();
  ASSERT_EQ(report.failure, "");
  EXPECT_GT(report.acknowledged, 0u);
  EXPECT_GT(report.lost, 0u);
}

}  // namespace
}  // namespace gatehouse::app
