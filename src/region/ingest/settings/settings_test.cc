#include "region/ingest/settings/settings.h"

#include <gtest/gtest.h>

#include "region/ingest/settings/errors.h"
#include "region/orgs/members/errors.h"
#include "region/orgs/members/members_fixture.h"

namespace gatehouse::ingest {
namespace {

class SettingsTest : public members::MembersFixture {
 protected:
  void SetUp() override {
    MembersFixture::SetUp();
    if (IsSkipped()) return;
    settings_ =
        std::make_unique<Settings>(Settings::Parts{.db = db(), .clock = clock(), .audit = audit()});
    member_ = Add(acme_, UserId{11}, "member");
  }
  Result<OrganizationSettings> Set(const char* text, MemberId by) {
    return Run(settings_->Update(acme_, *json::ParseObject(text), By(acme_, by)));
  }
  std::unique_ptr<Settings> settings_;
  MemberId member_;
};
GATEHOUSE_ON_ALL_ENGINES(SettingsTest);

TEST_P(SettingsTest, AChangeIsSeenAtOnceAndAudited) {
  EXPECT_EQ((*Run(settings_->Of(acme_)))->events_per_hour, 0);
  ASSERT_OK(Set(R"({"quotas":{"events_per_hour":100},"filters":{"localhost":true}})", ann_));
  EXPECT_EQ((*Run(settings_->Of(acme_)))->events_per_hour, 100);
  ASSERT_OK(Set(R"({"quotas":{"check_ins_per_minute":7},"filters":{"localhost":null}})", ann_));
  const OrganizationSettings now = *Run(settings_->Get(acme_));
  EXPECT_EQ(now.events_per_hour, 100) << "what is not named stays";
  EXPECT_EQ(now.check_ins_per_minute, 7);
  EXPECT_TRUE(now.filters.empty());
  EXPECT_EQ(now.version, 2);
  int audited = 0;
  for (const auto& row : AuditRows()) {
    audited += row.event == audit::Event::kOrgEdit && row.data.contains("quotas.events_per_hour");
  }
  EXPECT_EQ(audited, 1);
  const OrgId other = MakeOrg("other", UserId{20});
  EXPECT_EQ((*Run(settings_->Of(other)))->events_per_hour, 0);
}

TEST_P(SettingsTest, WhatIsNoSettingIsRefusedAsAWhole) {
  for (const char* text :
       {R"({"quotas":{"events_per_hour":5,"nonsense":1}})", R"({"quotas":{"events_per_hour":"5"}})",
        R"({"quotas":{"events_per_hour":-2}})", R"({"filters":{"localhost":1}})",
        R"({"filters":{"releases":[1]}})", R"({"other":{}})", R"({"quotas":5})"}) {
    EXPECT_ERROR(kInvalidArgument, kIntakeSettingsInvalid, Set(text, ann_));
  }
  EXPECT_ERROR(kPermissionDenied, members::kForbidden,
               Set(R"({"quotas":{"events_per_hour":5}})", member_));
  EXPECT_EQ(Run(settings_->Get(acme_))->version, 0);
}

TEST(FiltersOfBoth, AProjectsSwitchHoldsAndListsAddUp) {
  const json::Object own =
      *json::ParseObject(R"({"filters":{"web_crawlers":true,"releases":["a*"]}})");
  const json::Object organization = *json::ParseObject(
      R"({"web_crawlers":false,"localhost":true,"releases":["b*"],"ip_addresses":["10.0.0.0/8"]})");
  const FilterSettings both = FilterSettingsOf(own, organization);
  EXPECT_TRUE(both.web_crawlers);
  EXPECT_TRUE(both.localhost);
  EXPECT_EQ(both.releases, (std::vector<std::string>{"a*", "b*"}));
  EXPECT_EQ(both.ip_addresses, std::vector<std::string>{"10.0.0.0/8"});
  EXPECT_EQ(both.ignore_transactions, FilterSettings::DefaultIgnoredTransactions());
}

}  // namespace
}  // namespace gatehouse::ingest
