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
        R"({"filters":{"releases":[1]}})", R"({"other":{}})", R"({"quotas":5})",
        R"({"attachments":{"store_crash_reports":101}})",
        R"({"attachments":{"store_crash_reports":-2}})",
        R"({"attachments":{"store_crash_reports":"all"}})", R"({"attachments":{"other":1}})",
        R"({"scrubbing":{"other":true}})", R"({"scrubbing":{"sensitiveFields":[1]}})"}) {
    EXPECT_ERROR(kInvalidArgument, kIntakeSettingsInvalid, Set(text, ann_));
  }
  EXPECT_ERROR(kPermissionDenied, members::kForbidden,
               Set(R"({"quotas":{"events_per_hour":5}})", member_));
  EXPECT_EQ(Run(settings_->Get(acme_))->version, 0);
}

TEST_P(SettingsTest, CrashReportsAndScrubbingAreSetAndTakenBack) {
  ASSERT_OK(Set(R"({"attachments":{"store_crash_reports":5},"scrubbing":{"scrubIpAddresses":true,
      "sensitiveFields":["iban"],"piiConfig":{"vars":{"hashKey":"geheim"},
      "applications":{"$message":["@email:hash"]}}}})",
                ann_));
  OrganizationSettings now = *Run(settings_->Get(acme_));
  EXPECT_EQ(now.store_crash_reports, 5);
  EXPECT_TRUE(json::GetBool(now.scrubbing, "scrubIpAddresses").value_or(false));
  for (const auto& row : AuditRows()) {
    EXPECT_EQ(json::Serialize(row.data).find("geheim"), std::string::npos) << "a key is no note";
  }
  ASSERT_OK(
      Set(R"({"attachments":{"store_crash_reports":null},"scrubbing":{"piiConfig":null}})", ann_));
  now = *Run(settings_->Get(acme_));
  EXPECT_EQ(now.store_crash_reports, 0);
  EXPECT_FALSE(now.scrubbing.contains("piiConfig"));
  EXPECT_TRUE(now.scrubbing.contains("sensitiveFields")) << "what is not named stays";
  EXPECT_FALSE(Set(R"({"scrubbing":{"piiConfig":{"rules":{"a":{"type":"pattern",
      "pattern":"("}},"applications":{}}}})",
                   ann_));
}

TEST(ScrubRulesOfBoth, WhatAnOrganizationDemandsNoProjectTakesBack) {
  const json::Object off = *json::ParseObject(
      R"({"scrubbing":{"scrubData":false,"scrubDefaults":false,"sensitiveFields":["own"]}})");
  EXPECT_FALSE(ScrubRulesOf(off, {}).defaults());
  const json::Object demands = *json::ParseObject(
      R"({"scrubData":true,"scrubDefaults":true,"scrubIpAddresses":true,
          "sensitiveFields":["iban"],"piiConfig":{"applications":{"$message":["@email"]}}})");
  const events::scrub::Rules both = ScrubRulesOf(off, demands);
  EXPECT_TRUE(both.defaults());
  EXPECT_TRUE(both.scrub_ip_addresses());
  EXPECT_EQ(both.applications().size(), 1u);
  EXPECT_EQ(both.sensitive_fields(), std::vector<std::string>{"iban"})
      << "a project that scrubs nothing has no fields of its own";
  // A demand that says nothing of a switch leaves it to the project.
  const json::Object lists = *json::ParseObject(R"({"sensitiveFields":["iban"]})");
  EXPECT_FALSE(ScrubRulesOf(off, lists).defaults());
  EXPECT_TRUE(ScrubRulesOf({}, lists).defaults());
}

TEST(CrashReportsOfBoth, TheProjectsValueHoldsUnlessItIsUnset) {
  OrganizationSettings organization;
  EXPECT_EQ(CrashReportsOf({}, organization), 0);
  organization.store_crash_reports = 7;
  EXPECT_EQ(CrashReportsOf({}, organization), 7);
  EXPECT_EQ(CrashReportsOf({{"store_crash_reports", -1}}, organization), -1);
  EXPECT_EQ(CrashReportsOf({{"store_crash_reports", 0}}, organization), 0);
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
