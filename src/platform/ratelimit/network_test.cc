#include "platform/ratelimit/network.h"

#include <gtest/gtest.h>

#include "platform/ratelimit/ratelimit.h"

namespace gatehouse::ratelimit {
namespace {

TEST(NetworkKey, OneNetworkOneKey) {
  EXPECT_EQ(NetworkKey("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(NetworkKey("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(NetworkKey("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(NetworkKey("2001:db8:1:2::1"), NetworkKey("2001:db8:1:2:ffff::"));
  EXPECT_EQ(NetworkKey("fe80::1%eth0"), "fe80::/64");
}

TEST(NetworkKey, WhatIsNoAddressIsBoundedAndPrintable) {
  EXPECT_EQ(NetworkKey(""), "");
  EXPECT_EQ(NetworkKey("a\nb\xFF"), "a?b?");
  EXPECT_LT(NetworkKey(std::string(5000, 'x')).size(), kMaxBucket / 2);
}

}  // namespace
}  // namespace gatehouse::ratelimit
