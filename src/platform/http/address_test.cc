#include "platform/http/address.h"

#include <gtest/gtest.h>

#include "platform/http/client.h"

namespace gatehouse::http {
namespace {

TEST(ForbiddenAddressTest, SpecialPurposeBlocksAreRefusedInEverySpelling) {
  for (const char* ip : {
           "127.0.0.1",
           "127.255.255.254",
           "0.0.0.0",
           "0.1.2.3",
           "10.0.0.1",
           "10.255.255.255",
           "172.16.0.1",
           "172.31.255.255",
           "192.168.0.1",
           "169.254.169.254",
           "100.64.0.1",
           "100.127.255.255",
           "192.0.0.1",
           "192.0.2.1",
           "198.18.0.1",
           "198.19.255.255",
           "198.51.100.1",
           "203.0.113.1",
           "224.0.0.1",
           "239.255.255.255",
           "240.0.0.1",
           "255.255.255.255",
           "192.88.99.1",
           "::",
           "::1",
           "::127.0.0.1",
           "::8.8.8.8",
           "::ffff:127.0.0.1",
           "::ffff:10.0.0.1",
           "::ffff:a9fe:a9fe",
           "::ffff:0:10.0.0.1",
           "fe80::1",
           "febf::1",
           "fec0::1",
           "fc00::1",
           "fdff:ffff::1",
           "ff02::1",
           "2001::1",
           "2001:0:4136:e378:8000:63bf:3fff:fdd2",
           "2001:db8::1",
           "2002:7f00:1::",
           "2002:0a00:0001::1",
           "2002:a9fe:a9fe::",
           "64:ff9b::127.0.0.1",
           "64:ff9b::a00:1",
           "64:ff9b:1::1",
           "100::1",
           "3fff::1",
           "5f00::1",
           "2606:4700::5efe:127.0.0.1",
           "2606:4700::200:5efe:10.0.0.1",
       }) {
    EXPECT_TRUE(IsForbiddenAddress(ip)) << ip;
  }
}

TEST(ForbiddenAddressTest, TextThatIsNoAddressIsRefused) {
  for (const char* text :
       {"", "localhost", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "8.8.8.8 ", " 8.8.8.8",
        "8.8.8", "8.8.8.8.8", "8.8.8.256", "08.8.8.8", "[2606:4700::1]", "fe80::1%eth0",
        "2606:4700::1%lo", "8.8.8.8/32", ":::", "1:2:3:4:5:6:7:8:9"}) {
    EXPECT_TRUE(IsForbiddenAddress(text)) << text;
  }
  EXPECT_TRUE(IsForbiddenAddress(std::string_view("8.8.8.8\0x", 9)));
}

TEST(ForbiddenAddressTest, PublicAddressesPass) {
  for (const char* ip : {"8.8.8.8",        "1.1.1.1",         "9.255.255.255",    "11.0.0.0",
                         "172.15.255.255", "172.32.0.0",      "100.63.255.255",   "100.128.0.0",
                         "169.253.0.1",    "192.167.0.1",     "192.169.0.1",      "198.17.0.1",
                         "198.20.0.1",     "223.255.255.255", "::ffff:8.8.8.8",   "2606:4700::1111",
                         "2a00:1450::1",   "2002:808:808::1", "64:ff9b::8.8.8.8", "2001:200::1",
                         "fbff::1"}) {
    EXPECT_FALSE(IsForbiddenAddress(ip)) << ip;
  }
}

TEST(CidrTest, ParsesStrictly) {
  for (const char* text : {"10.0.0.0/8", "10.0.0.1", "::/0", "0.0.0.0/0", "2001:db8::/32", "::1"}) {
    EXPECT_TRUE(Cidr::Parse(text).has_value()) << text;
  }
  for (const char* text : {"", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/8x",
                           "10/8", "x/8", "10.0.0.0/ 8", "10.0.0.0/0008"}) {
    EXPECT_FALSE(Cidr::Parse(text).has_value()) << text;
  }
}

TEST(CidrTest, Contains) {
  auto contains = [](const char* block, const char* ip) {
    return Cidr::Parse(block)->Contains(*IpAddress::Parse(ip));
  };
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(contains("10.1.2.128/25", "10.1.2.200"));
  EXPECT_FALSE(contains("10.1.2.128/25", "10.1.2.100"));
  EXPECT_TRUE(contains("10.0.0.0/8", "::ffff:10.0.0.1"));
  EXPECT_TRUE(contains("0.0.0.0/0", "8.8.8.8"));
  EXPECT_FALSE(contains("0.0.0.0/0", "2606::1"));
  EXPECT_TRUE(contains("::/0", "2606::1"));
  EXPECT_FALSE(contains("::/0", "8.8.8.8"));
  EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
}

TEST(ClientAddressTest, ForgedForwardedForStopsAtTheFirstUntrustedHop) {
  std::vector<Cidr> trusted = {*Cidr::Parse("10.0.0.0/8"), *Cidr::Parse("2001:db8::/32")};
  auto client = [&](const char* peer, std::vector<std::string_view> headers) {
    return ClientAddress(*IpAddress::Parse(peer), trusted, headers).ToString();
  };
  EXPECT_EQ(client("8.8.8.8", {"1.2.3.4"}), "8.8.8.8");  // not a proxy: its word counts nothing
  EXPECT_EQ(client("10.0.0.1", {}), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", {"1.2.3.4"}), "1.2.3.4");
  EXPECT_EQ(client("10.0.0.1", {"6.6.6.6, 1.2.3.4"}), "1.2.3.4");
  EXPECT_EQ(client("10.0.0.1", {"6.6.6.6, 1.2.3.4, 10.0.0.2"}), "1.2.3.4");
  EXPECT_EQ(client("10.0.0.1", {"6.6.6.6", "1.2.3.4"}), "1.2.3.4");
  EXPECT_EQ(client("10.0.0.1", {"127.0.0.1, 1.2.3.4"}), "1.2.3.4");
  EXPECT_EQ(client("10.0.0.1", {"1.2.3.4:5678"}), "1.2.3.4");
  EXPECT_EQ(client("10.0.0.1", {"[2606::1]:443"}), "2606::1");
  EXPECT_EQ(client("2001:db8::1", {"2606::1"}), "2606::1");
  EXPECT_EQ(client("::ffff:10.0.0.1", {"1.2.3.4"}), "1.2.3.4");
  EXPECT_EQ(client("10.0.0.1", {"1.2.3.4, unknown"}), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", {"1.2.3.4, unknown, 10.0.0.3"}), "10.0.0.3");
  EXPECT_EQ(client("10.0.0.1", {""}), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", {"10.0.0.9, 10.0.0.8"}), "10.0.0.9");
}

}  // namespace
}  // namespace gatehouse::http
