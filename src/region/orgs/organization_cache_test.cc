#include "region/orgs/organization_cache.h"

#include <gtest/gtest.h>

#include "region/orgs/errors.h"
#include "region/orgs/service_fixture.h"

namespace gatehouse::orgs {
namespace {

constexpr Duration kLife = std::chrono::seconds(1);

Organization Make(std::int64_t id, std::string slug) {
  Organization organization;
  organization.id = OrgId{id};
  organization.slug = std::move(slug);
  organization.name = "Acme";
  return organization;
}

TEST(OrganizationCacheTest, AnEntryLivesItsTimeAndNoLonger) {
  ManualClock clock;
  OrganizationCache cache(clock, kLife);
  cache.Put(Make(1, "acme"), cache.generation());
  clock.Advance(kLife - Duration(1));
  ASSERT_TRUE(cache.Find(OrgId{1}).has_value());
  EXPECT_EQ(cache.FindBySlug("acme")->id, OrgId{1});
  EXPECT_FALSE(cache.Find(OrgId{2}).has_value());
  EXPECT_FALSE(cache.FindBySlug("ACME").has_value());
  clock.Advance(Duration(1));
  EXPECT_FALSE(cache.Find(OrgId{1}).has_value());
  EXPECT_FALSE(cache.FindBySlug("acme").has_value());
}

TEST(OrganizationCacheTest, AWallClockThatIsSetBackLengthensNothing) {
  ManualClock clock;
  OrganizationCache cache(clock, kLife);
  cache.Put(Make(1, "acme"), cache.generation());
  clock.Advance(kLife);
  clock.SetWall(Timestamp::FromSeconds(1));
  EXPECT_FALSE(cache.Find(OrgId{1}).has_value());
}

TEST(OrganizationCacheTest, WhatWasReadBeforeAChangeIsNotKeptAfterIt) {
  ManualClock clock;
  OrganizationCache cache(clock, kLife);
  const std::uint64_t before = cache.generation();
  {
    const OrganizationCache::Changing changing(cache);
  }
  cache.Put(Make(1, "acme"), before);
  EXPECT_FALSE(cache.Find(OrgId{1}).has_value());
  cache.Put(Make(1, "acme"), cache.generation());
  {
    const OrganizationCache::Changing changing(cache);
  }
  EXPECT_FALSE(cache.Find(OrgId{1}).has_value());
  EXPECT_FALSE(cache.FindBySlug("acme").has_value());
}

TEST(OrganizationCacheTest, ItIsBounded) {
  ManualClock clock;
  OrganizationCache cache(clock, kLife, 8);
  for (std::int64_t id = 1; id <= 100; ++id) {
    cache.Put(Make(id, "org-" + std::to_string(id)), cache.generation());
    EXPECT_LE(cache.size(), 8u);
    EXPECT_TRUE(cache.Find(OrgId{id}).has_value());
  }
}

TEST(OrganizationCacheTest, WithoutALifeItKeepsNothing) {
  ManualClock clock;
  OrganizationCache cache(clock, Duration::zero());
  cache.Put(Make(1, "acme"), cache.generation());
  EXPECT_FALSE(cache.Find(OrgId{1}).has_value());
  EXPECT_EQ(cache.size(), 0u);
}

// The clock stands still in these: nothing is forgotten but by the service itself.
class CachedOrgTest : public OrgFixture {
 protected:
  void SetUp() override {
    OrgFixture::SetUp();
    if (!IsSkipped()) org_ = MakeOrg("acme");
  }
  Organization Get() { return Run(orgs().Get(org_)).value(); }
  Organization GetBySlug() { return Run(orgs().GetBySlug("acme")).value(); }

  OrgId org_;
};
GATEHOUSE_ON_ALL_ENGINES(CachedOrgTest);

TEST_P(CachedOrgTest, EveryChangeThroughTheServiceIsSeenAtOnce) {
  EXPECT_FALSE(Get().require_2fa());
  EXPECT_FALSE(GetBySlug().require_2fa());
  ASSERT_OK(Run(orgs().UpdateFlags(org_, {{"require_2fa", true}}, false, 0, Ann())));
  EXPECT_TRUE(Get().require_2fa());
  EXPECT_TRUE(GetBySlug().require_2fa());
  ASSERT_OK(Run(orgs().ApplyClearRequire2fa(4711, org_, Ann())));
  EXPECT_FALSE(Get().require_2fa());
  EXPECT_FALSE(GetBySlug().require_2fa());
  ASSERT_OK(Run(orgs().UpdateDefaultRole(org_, "admin", Ann())));
  EXPECT_EQ(Get().default_role, "admin");
  EXPECT_EQ(GetBySlug().default_role, "admin");
  ASSERT_OK(Run(orgs().ApplyDefaultRole(4712, org_, "manager", Ann())));
  EXPECT_EQ(Get().default_role, "manager");
  EXPECT_EQ(GetBySlug().default_role, "manager");
}

TEST_P(CachedOrgTest, AChangeByAnotherProcessIsSeenWithinASecond) {
  EXPECT_EQ(Get().name, "The acme company");
  EXPECT_EQ(GetBySlug().name, "The acme company");
  Execute("UPDATE organizations SET name = 'Renamed'");
  clock().Advance(std::chrono::seconds(1));
  EXPECT_EQ(Get().name, "Renamed");
  EXPECT_EQ(GetBySlug().name, "Renamed");
}

TEST_P(CachedOrgTest, AnUnknownSlugIsNotRemembered) {
  EXPECT_ERROR(kNotFound, kOrganizationNotFound, Run(orgs().GetBySlug("globex")));
  MakeOrg("globex");
  EXPECT_OK(Run(orgs().GetBySlug("globex")));
}

}  // namespace
}  // namespace gatehouse::orgs
