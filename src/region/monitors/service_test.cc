#include "region/monitors/service.h"

#include <gtest/gtest.h>

#include "region/monitors/errors.h"
#include "region/monitors/policy.h"
#include "region/monitors/service_impl.h"
#include "region/orgs/members/errors.h"
#include "region/orgs/members/members_fixture.h"
#include "region/projects/service_impl.h"

namespace gatehouse::monitors {
namespace {

using std::chrono::minutes;

class MonitorsTest : public members::MembersFixture {
 protected:
  void SetUp() override {
    MembersFixture::SetUp();
    if (IsSkipped()) return;
    projects_ = std::make_unique<projects::ServiceImpl>(projects::ServiceImpl::Parts{
        .db = db(), .clock = clock(), .rng = rng(), .ids = ids(), .audit = audit()});
    check_ins_ =
        std::make_unique<CheckIns>(ids(), zones_, Limits{.monitors = 3, .check_ins_per_minute = 5});
    service_ = std::make_unique<ServiceImpl>(ServiceImpl::Parts{.db = db(),
                                                                .clock = clock(),
                                                                .rng = rng(),
                                                                .ids = ids(),
                                                                .audit = audit(),
                                                                .check_ins = *check_ins_});
    admin_ = Add(acme_, UserId{10}, "admin");
    member_ = Add(acme_, UserId{11}, "member");
    shop_ = *Run(projects_->Create(acme_, "shop", "Shop", "node", "", By(acme_, admin_)));
  }

  static Config Hourly() {
    return *ReadConfig(*json::ParseObject(
        R"({"schedule":{"type":"crontab","value":"0 * * * *"},"checkin_margin":5,"max_runtime":10})"));
  }
  static ingest::EventId Guid(int n) {
    return *ingest::EventId::Parse("0000000000000000000000000000000" + std::to_string(n));
  }
  Fate Take(ingest::CheckInStatus status, ingest::EventId id, std::optional<Config> config = {},
            std::string slug = "nightly") {
    Arrived arrived{.organization = acme_,
                    .project = shop_.id,
                    .check_in = {.check_in_id = id,
                                 .monitor_slug = std::move(slug),
                                 .status = status,
                                 .duration = {},
                                 .environment = {},
                                 .release = {},
                                 .trace_id = {},
                                 .config = std::move(config)},
                    .new_guid = Guid(9 - fresh_++ % 3).ToString(),
                    .received = clock().Now()};
    auto fate = Write([&](sql::Tx& tx) { return check_ins_->Take(tx, arrived); });
    EXPECT_OK(fate);
    return fate.value_or(Fate::kNoMonitor);
  }
  Monitor Nightly() {
    auto found = Run(service_->Get(acme_, "nightly", std::nullopt));
    EXPECT_OK(found);
    return found.value_or(Monitor{});
  }
  std::vector<CheckIn> Runs() {
    auto runs = Run(service_->CheckInsOf(acme_, Nightly().id, std::nullopt, std::nullopt, 100));
    EXPECT_OK(runs);
    return runs.value_or(std::vector<CheckIn>());
  }

  int fresh_ = 0;
  TimeZones zones_;
  MemberId admin_, member_;
  projects::Project shop_;
  std::unique_ptr<projects::ServiceImpl> projects_;
  std::unique_ptr<CheckIns> check_ins_;
  std::unique_ptr<ServiceImpl> service_;
};
GATEHOUSE_ON_ALL_ENGINES(MonitorsTest);

using enum ingest::CheckInStatus;

TEST_P(MonitorsTest, ACheckInWithAConfigurationMakesTheMonitor) {
  EXPECT_EQ(Take(kInProgress, Guid(1)), Fate::kNoMonitor);
  EXPECT_EQ(Take(kInProgress, Guid(1), Hourly()), Fate::kTaken);
  clock().Advance(minutes(2));
  EXPECT_EQ(Take(kOk, Guid(1)), Fate::kTaken);
  const Monitor monitor = Nightly();
  ASSERT_EQ(monitor.environments.size(), 1u);
  EXPECT_EQ(monitor.environments[0].name, "production");
  EXPECT_EQ(monitor.environments[0].status, "ok");
  ASSERT_EQ(Runs().size(), 1u);
  EXPECT_EQ(Runs()[0].status, "ok");
  EXPECT_EQ(Runs()[0].duration_millis, 120'000);
  EXPECT_EQ(Take(kError, Guid(1)), Fate::kFinished) << "it has ended";
  EXPECT_EQ(Nightly().environments[0].status, "ok");
}

TEST_P(MonitorsTest, ACheckInWithoutAnIdEndsTheNewestRun) {
  Take(kInProgress, Guid(1), Hourly());
  clock().Advance(minutes(1));
  EXPECT_EQ(Take(kError, {}), Fate::kTaken);
  ASSERT_EQ(Runs().size(), 1u);
  EXPECT_EQ(Runs()[0].guid, Guid(1).ToString());
  EXPECT_EQ(Runs()[0].status, "error");
  EXPECT_EQ(Take(kOk, {}), Fate::kTaken);
  EXPECT_EQ(Runs().size(), 2u) << "nothing runs: it is a run of its own";
}

TEST_P(MonitorsTest, TheSameRecordAgainChangesNothing) {
  Take(kInProgress, Guid(1), Hourly());
  EXPECT_EQ(Take(kInProgress, Guid(1), Hourly()), Fate::kTaken);
  EXPECT_EQ(Runs().size(), 1u);
}

TEST_P(MonitorsTest, AConfigurationOfACheckInChangesTheMonitor) {
  Take(kOk, Guid(1), Hourly());
  Config other = Hourly();
  other.max_runtime = 55;
  Take(kOk, Guid(2), other);
  EXPECT_EQ(Nightly().config.max_runtime, 55);
}

TEST_P(MonitorsTest, WhatDoesNotComeInTimeIsMissedOnce) {
  Take(kOk, Guid(1), Hourly());
  const Timestamp due = *Nightly().environments[0].next_check_in;
  clock().SetWall(due + minutes(4));
  EXPECT_EQ(*Run(service_->Judge()), 0) << "the margin";
  clock().SetWall(due + minutes(5));
  EXPECT_EQ(*Run(service_->Judge()), 1);
  EXPECT_EQ(*Run(service_->Judge()), 0);
  ASSERT_EQ(Runs().size(), 2u);
  EXPECT_EQ(Runs()[0].status, "missed");
  EXPECT_EQ(Runs()[0].expected_at, due);
  EXPECT_EQ(Nightly().environments[0].status, "missed_checkin");
  EXPECT_EQ(*Nightly().environments[0].next_check_in, due + minutes(60));
  clock().SetWall(due + minutes(62));
  Take(kOk, Guid(2));
  EXPECT_EQ(Nightly().environments[0].status, "ok");
}

TEST_P(MonitorsTest, ARunThatTakesTooLongTimesOut) {
  Take(kInProgress, Guid(1), Hourly());
  clock().Advance(minutes(12));
  EXPECT_EQ(*Run(service_->Judge()), 1);
  EXPECT_EQ(Runs()[0].status, "timeout");
  EXPECT_EQ(Nightly().environments[0].status, "timeout");
  EXPECT_EQ(Take(kOk, Guid(1)), Fate::kFinished);
}

TEST_P(MonitorsTest, TooManyInAMinuteAndTooManyMonitorsAreRefused) {
  for (int i = 1; i <= 5; ++i) EXPECT_EQ(Take(kOk, Guid(i), Hourly()), Fate::kTaken);
  EXPECT_EQ(Take(kOk, Guid(6)), Fate::kRateLimited);
  clock().Advance(minutes(2));
  EXPECT_EQ(Take(kOk, Guid(6)), Fate::kTaken);
  EXPECT_EQ(Take(kOk, Guid(1), Hourly(), "b"), Fate::kTaken);
  EXPECT_EQ(Take(kOk, Guid(1), Hourly(), "c"), Fate::kTaken);
  EXPECT_EQ(Take(kOk, Guid(1), Hourly(), "d"), Fate::kTooMany);
}

TEST_P(MonitorsTest, PeopleCreateChangeAndRemove) {
  auto made =
      Run(service_->Create(acme_, shop_.id, "", "Nightly Backup!", Hourly(), By(acme_, admin_)));
  ASSERT_OK(made);
  EXPECT_EQ(made->slug, "nightly-backup");
  EXPECT_ERROR(kAlreadyExists, kMonitorSlugTaken,
               Run(service_->Create(acme_, shop_.id, "nightly-backup", "Other", Hourly(),
                                    By(acme_, admin_))));
  EXPECT_ERROR(
      kInvalidArgument, kMonitorSlugInvalid,
      Run(service_->Create(acme_, shop_.id, "Not A Slug", "Other", Hourly(), By(acme_, admin_))));
  auto changed = Run(service_->Update(acme_, made->id, {.slug = "nightly", .is_active = false},
                                      By(acme_, admin_)));
  ASSERT_OK(changed);
  EXPECT_FALSE(changed->is_active);
  EXPECT_EQ(Take(kOk, Guid(1)), Fate::kDisabled);
  EXPECT_EQ(Run(service_->List(acme_, std::nullopt, 10))->size(), 1u);
  EXPECT_OK(Run(service_->Delete(acme_, made->id, By(acme_, admin_))));
  EXPECT_ERROR(kNotFound, kMonitorNotFound, Run(service_->Get(acme_, "nightly", std::nullopt)));
}

TEST_P(MonitorsTest, PeopleMuteAndForgetEnvironments) {
  Take(kOk, Guid(1), Hourly());
  const MonitorId id = Nightly().id;
  EXPECT_FALSE(Nightly().is_muted);
  EXPECT_FALSE(Nightly().environments[0].is_muted);
  auto muted = Run(service_->Mute(acme_, id, "production", true, By(acme_, admin_)));
  ASSERT_OK(muted);
  EXPECT_TRUE(muted->is_muted);
  EXPECT_EQ(muted->status, "ok");
  clock().Advance(minutes(1));
  Take(kError, Guid(2), Hourly());
  EXPECT_TRUE(Nightly().environments[0].is_muted) << "a check-in does not take it back";
  EXPECT_EQ(Nightly().environments[0].status, "error");
  const std::string audited = "SELECT COUNT(*) FROM audit_log WHERE data LIKE '%\"monitor_";
  EXPECT_EQ(Number(audited + "environment_muted\":\"nightly/production\"%'"), 1);
  ASSERT_OK(Run(service_->Mute(acme_, id, "production", true, By(acme_, admin_))));
  EXPECT_EQ(Number(audited + "environment_muted%'"), 1) << "no change, no entry";
  EXPECT_ERROR(kNotFound, kMonitorEnvironmentNotFound,
               Run(service_->Mute(acme_, id, "nowhere", true, By(acme_, admin_))));
  // A token of a member that may only read.
  members::Caller reader = By(acme_, member_);
  reader.scopes = {"alerts:read"};
  EXPECT_ERROR(kPermissionDenied, members::kForbidden,
               Run(service_->Mute(acme_, id, "production", false, reader)));
  EXPECT_ERROR(kPermissionDenied, members::kForbidden,
               Run(service_->DeleteEnvironment(acme_, id, "production", reader)));

  auto changed = Run(service_->Update(acme_, id, {.is_muted = true}, By(acme_, admin_)));
  ASSERT_OK(changed);
  EXPECT_TRUE(changed->is_muted);
  EXPECT_EQ(Number(audited + "muted\":\"nightly\"%'"), 1);
  EXPECT_EQ(Number(audited + "edited%'"), 0);
  Config other = Hourly();
  other.max_runtime = 55;
  clock().Advance(minutes(2));
  Take(kOk, Guid(3), other);
  EXPECT_TRUE(Nightly().is_muted);
  ASSERT_OK(
      Run(service_->Update(acme_, id, {.name = "Night", .is_muted = false}, By(acme_, admin_))));
  EXPECT_FALSE(Nightly().is_muted);
  EXPECT_EQ(Number(audited + "unmuted%'"), 1);
  EXPECT_EQ(Number(audited + "edited%'"), 1);

  EXPECT_EQ(Runs().size(), 3u);
  ASSERT_OK(Run(service_->DeleteEnvironment(acme_, id, "production", By(acme_, admin_))));
  EXPECT_TRUE(Nightly().environments.empty());
  EXPECT_TRUE(Runs().empty());
  EXPECT_EQ(Number(audited + "environment_removed%'"), 1);
  EXPECT_ERROR(kNotFound, kMonitorEnvironmentNotFound,
               Run(service_->DeleteEnvironment(acme_, id, "production", By(acme_, admin_))));
  clock().Advance(minutes(2));
  Take(kOk, Guid(4));
  ASSERT_EQ(Nightly().environments.size(), 1u);
  EXPECT_FALSE(Nightly().environments[0].is_muted) << "a new one";
}

TEST_P(MonitorsTest, AnotherOrganizationFindsNothing) {
  Take(kOk, Guid(1), Hourly());
  const Monitor monitor = Nightly();
  const OrgId other = MakeOrg("other", UserId{20});
  const MemberId stranger = MemberOf(other, UserId{20});
  EXPECT_TRUE(Run(service_->List(other, std::nullopt, 10))->empty());
  EXPECT_ERROR(kNotFound, kMonitorNotFound, Run(service_->Get(other, "nightly", std::nullopt)));
  EXPECT_ERROR(kNotFound, kMonitorNotFound,
               Run(service_->Update(other, monitor.id, {.is_active = false}, By(other, stranger))));
  EXPECT_ERROR(kNotFound, kMonitorNotFound,
               Run(service_->Delete(other, monitor.id, By(other, stranger))));
  EXPECT_ERROR(kNotFound, kMonitorNotFound,
               Run(service_->Mute(other, monitor.id, "production", true, By(other, stranger))));
  EXPECT_ERROR(
      kNotFound, kMonitorNotFound,
      Run(service_->DeleteEnvironment(other, monitor.id, "production", By(other, stranger))));
  EXPECT_EQ(Nightly().environments.size(), 1u);
}

TEST_P(MonitorsTest, OldRunsAreForgotten) {
  Take(kOk, Guid(1), Hourly());
  clock().Advance(std::chrono::hours(24 * 91));
  EXPECT_EQ(*Run(service_->DropOld()), 1);
}

}  // namespace
}  // namespace gatehouse::monitors
