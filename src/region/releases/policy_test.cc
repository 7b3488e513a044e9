#include "region/releases/policy.h"

#include <gtest/gtest.h>

namespace gatehouse::releases {
namespace {

TEST(ReleasePolicy, WhatAVersionMayBe) {
  for (const char* good : {"1", "shop@1.2.3", "a b", "LATEST-1", "12345678901234567890"}) {
    EXPECT_TRUE(IsValidVersion(good)) << good;
  }
  for (const char* bad : {"", ".", "..", "latest", "Latest", "a/b", "a\\b", "a\nb", "a\tb", " a"}) {
    EXPECT_FALSE(IsValidVersion(bad)) << bad;
  }
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "\u00fc";
  EXPECT_TRUE(IsValidVersion(umlauts));
  EXPECT_FALSE(IsValidVersion(umlauts + "x"));
}

TEST(ReleasePolicy, WhatAnEnvironmentMayBe) {
  EXPECT_TRUE(IsValidEnvironment("production"));
  EXPECT_TRUE(IsValidEnvironment(std::string(64, 'x')));
  for (const std::string& bad :
       {std::string(), std::string("none"), std::string("NONE"), std::string("a/b"),
        std::string("a\nb"), std::string(65, 'x'), std::string("a ")}) {
    EXPECT_FALSE(IsValidEnvironment(bad)) << bad;
  }
}

TEST(ReleasePolicy, SemanticVersionsAreRead) {
  auto full = ParseSemanticVersion("com.example.shop@1.22.333.4-beta.2+build.7");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->package, "com.example.shop");
  EXPECT_EQ(full->major, 1);
  EXPECT_EQ(full->minor, 22);
  EXPECT_EQ(full->patch, 333);
  EXPECT_EQ(full->revision, 4);
  EXPECT_EQ(full->prerelease, "beta.2");
  EXPECT_EQ(full->build, "build.7");
  EXPECT_TRUE(ParseSemanticVersion("shop@2"));
  for (const char* none : {"1.2.3", "shop@", "@1.0", "shop@1.x", "shop@1.2.3.4.5", "shop@-1",
                           "shop@99999999999999999999", "shop@1.0-"}) {
    EXPECT_FALSE(ParseSemanticVersion(none)) << none;
  }
}

TEST(ReleasePolicy, SemanticVersionsAreOrdered) {
  const char* rising[] = {"a@1.0.0-alpha",
                          "a@1.0.0-alpha.1",
                          "a@1.0.0-alpha.beta",
                          "a@1.0.0-beta",
                          "a@1.0.0-beta.2",
                          "a@1.0.0-beta.11",
                          "a@1.0.0-rc.1",
                          "a@1.0.0",
                          "a@1.0.1",
                          "a@1.2",
                          "a@2"};
  for (std::size_t i = 1; i < std::size(rising); ++i) {
    EXPECT_TRUE(Compare(*ParseSemanticVersion(rising[i - 1]), *ParseSemanticVersion(rising[i])) < 0)
        << rising[i];
  }
  EXPECT_TRUE(Compare(*ParseSemanticVersion("a@1.0+1"), *ParseSemanticVersion("a@1.0.0+2")) == 0);
}

TEST(ReleasePolicy, AProjectFollowsSemanticVersioningByItsNewestReleases) {
  const auto releases = [](std::string_view kinds) {
    std::vector<Release> out;
    for (const char kind : kinds) {
      Release release;
      if (kind == 's') release.semantic = SemanticVersion{};
      out.push_back(release);
    }
    return out;
  };
  EXPECT_FALSE(FollowsSemanticVersioning({}));
  EXPECT_TRUE(FollowsSemanticVersioning(releases("sx")));
  EXPECT_FALSE(FollowsSemanticVersioning(releases("xs")));
  EXPECT_TRUE(FollowsSemanticVersioning(releases("xxs")));
  EXPECT_FALSE(FollowsSemanticVersioning(releases("xxxs")));
  EXPECT_FALSE(FollowsSemanticVersioning(releases("sxxxxxxxxx")));
  EXPECT_TRUE(FollowsSemanticVersioning(releases("sxxxxssxxx")));
}

}  // namespace
}  // namespace gatehouse::releases
