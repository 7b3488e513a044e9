#include "app/descriptors.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace gatehouse::app {
namespace {

TEST(DescriptorsTest, TheSoftLimitGoesUpToTheHardOne) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = 128;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(RaiseDescriptorLimit(), before.rlim_max);
  rlimit after{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
}

TEST(DescriptorsTest, ConnectionsLeaveRoomForFilesAndDatabases) {
  EXPECT_EQ(ConnectionsFor(1024), 1024 - kReservedDescriptors);
  EXPECT_EQ(ConnectionsFor(1'000'000), 10'000U);
  EXPECT_EQ(ConnectionsFor(100), 64U);
}

}  // namespace
}  // namespace gatehouse::app
