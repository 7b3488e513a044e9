#include "region/monitors/incidents/incidents.h"

#include <gtest/gtest.h>

#include "region/monitors/incidents/incident.h"
#include "region/monitors/policy.h"
#include "region/monitors/shop_fixture.h"
#include "region/monitors/store.h"
#include "region/stream/message.h"

namespace gatehouse::monitors {
namespace {

using enum ingest::CheckInStatus;
using std::chrono::minutes;

class IncidentsTest : public ShopFixture {
 protected:
  void SetUp() override {
    ShopFixture::SetUp();
    if (IsSkipped()) return;
    incidents_ = std::make_unique<Incidents>(Incidents::Parts{.db = db(),
                                                              .projects = *projects_,
                                                              .manager = *manager_,
                                                              .store = *store_,
                                                              .stream = *stream_,
                                                              .clock = clock(),
                                                              .ids = ids()});
  }
  void TearDown() override {
    incidents_.reset();
    ShopFixture::TearDown();
  }

  // Hourly, bad after `failures` in a row, good after `recoveries`.
  static Config Hourly(int failures = 1, int recoveries = 1) {
    return *ReadConfig(*json::ParseObject(
        R"({"schedule":{"type":"crontab","value":"0 * * * *"},"checkin_margin":5,"max_runtime":10,)"
        R"("failure_issue_threshold":)" +
        std::to_string(failures) + R"(,"recovery_threshold":)" + std::to_string(recoveries) + "}"));
  }
  void Take(ingest::CheckInStatus status, std::optional<Config> config = {},
            std::string environment = "production") {
    clock().Advance(minutes(1));
    std::string guid = std::to_string(++runs_);
    guid.insert(0, 32 - guid.size(), '0');
    TakeAs(guid, status, std::move(config), std::move(environment));
  }
  void TakeAs(const std::string& guid, ingest::CheckInStatus status,
              std::optional<Config> config = {}, std::string environment = "production") {
    Arrived arrived{.organization = acme_,
                    .project = shop_.id,
                    .check_in = {.check_in_id = *ingest::EventId::Parse(guid),
                                 .monitor_slug = "nightly",
                                 .status = status,
                                 .duration = {},
                                 .environment = std::move(environment),
                                 .release = {},
                                 .trace_id = {},
                                 .config = std::move(config)},
                    .new_guid = guid,
                    .received = clock().Now()};
    EXPECT_OK(Write([&](sql::Tx& tx) { return check_ins_->Take(tx, arrived); }));
  }
  std::int64_t Tell() {
    auto written = Run(incidents_->Write());
    EXPECT_OK(written);
    return written.value_or(-1);
  }
  std::vector<issues::Issue> Issues() {
    auto page = Run(issues_->List(acme_, {}));
    EXPECT_OK(page);
    return page ? page->issues : std::vector<issues::Issue>();
  }
  issues::Issue Only() {
    const auto all = Issues();
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? issues::Issue{} : all.front();
  }
  std::vector<eventstore::StoredEvent> Stored() {
    eventstore::EventQuery query;
    query.project_id = shop_.id.value;
    query.with_payload = true;
    auto page = Run(store_->List(query));
    EXPECT_OK(page);
    return page ? page->events : std::vector<eventstore::StoredEvent>();
  }
  std::vector<Occurrence> Noted() {
    auto noted = Write([](sql::Tx& tx) { return store::Occurrences(tx, 1000); });
    EXPECT_OK(noted);
    return noted.value_or(std::vector<Occurrence>());
  }

  int runs_ = 0;
  std::unique_ptr<Incidents> incidents_;
};
GATEHOUSE_ON_ALL_ENGINES(IncidentsTest);

TEST_P(IncidentsTest, AFailedRunIsAnIssueAndItsRecoveryEndsIt) {
  Take(kOk, Hourly());
  EXPECT_EQ(Tell(), 0);
  Take(kError);
  EXPECT_EQ(Tell(), 1);
  const issues::Issue issue = Only();
  EXPECT_EQ(issue.title, "Monitor failure: nightly");
  EXPECT_EQ(issue.culprit, "An error check-in was detected");
  EXPECT_EQ(issue.type, kIncidentType);
  EXPECT_EQ(issue.level, "error");
  EXPECT_EQ(issue.status, "unresolved");
  const auto events = Stored();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events.front().group_id, issue.id.value);
  EXPECT_EQ(events.front().environment, "production");
  const json::Object payload = *json::ParseObject(events.front().payload);
  EXPECT_EQ(payload.at("contexts").at("monitor").at("slug").as_string(), "nightly");
  EXPECT_EQ(payload.at("contexts").at("monitor").at("status").as_string(), "error");

  Take(kOk);
  EXPECT_EQ(Tell(), 1);
  EXPECT_EQ(Only().status, "resolved");
  const auto activities = Run(issues_->Activities(acme_, issue.id));
  ASSERT_OK(activities);
  EXPECT_EQ(activities->front().type, "set_resolved");
  Take(kOk);
  EXPECT_EQ(Tell(), 0) << "a job that stays well is no news";

  Take(kError);
  Tell();
  EXPECT_EQ(Only().status, "unresolved");
  EXPECT_EQ(Only().substatus, "regressed");
  EXPECT_EQ(Only().times_seen, 2);
}

TEST_P(IncidentsTest, TheThresholdsAreThoseOfTheMonitor) {
  Take(kError, Hourly(3, 2));
  Take(kError);
  EXPECT_EQ(Tell(), 0);
  EXPECT_TRUE(Issues().empty());
  Take(kError);
  Take(kError);
  EXPECT_EQ(Tell(), 2);
  EXPECT_EQ(Only().times_seen, 2);
  Take(kOk);
  Tell();
  EXPECT_EQ(Only().status, "unresolved");
  Take(kOk);
  Tell();
  EXPECT_EQ(Only().status, "resolved");
}

TEST_P(IncidentsTest, EachEnvironmentHasItsOwnIssue) {
  Take(kError, Hourly(), "production");
  Take(kError, {}, "staging");
  Tell();
  EXPECT_EQ(Issues().size(), 2u);
  Take(kOk, {}, "staging");
  Tell();
  int open = 0;
  for (const issues::Issue& issue : Issues()) open += issue.status == "unresolved" ? 1 : 0;
  EXPECT_EQ(open, 1);
}

TEST_P(IncidentsTest, WhatIsMissedOrTakesTooLongIsToldToo) {
  Take(kOk, Hourly());
  clock().Advance(minutes(120));
  ASSERT_OK(Run(monitors_->Judge()));
  ASSERT_OK(Run(monitors_->Judge()));
  const std::int64_t missed = Tell();
  EXPECT_GE(missed, 1);
  EXPECT_EQ(Only().times_seen, missed);
  EXPECT_EQ(Only().culprit, "A missed check-in was detected");
  Take(kInProgress);
  clock().Advance(minutes(15));
  ASSERT_OK(Run(monitors_->Judge()));
  ASSERT_OK(Run(monitors_->Judge()));
  EXPECT_EQ(Tell(), 1);
  EXPECT_EQ(Only().culprit, "A timeout check-in was detected");
}

TEST_P(IncidentsTest, ACrashBeforeOrAfterStoringCountsNothingTwice) {
  Take(kError, Hourly());
  Take(kError);
  std::vector<Occurrence> noted = Noted();
  ASSERT_EQ(noted.size(), 2u);
  Tell();
  EXPECT_EQ(Only().times_seen, 2);
  // As if the process had ended with the events counted, stored and not taken off the list; and as
  // if it had ended before they were marked.
  for (const bool marked : {true, false, true}) {
    for (Occurrence& one : noted) {
      EXPECT_OK(Write([&](sql::Tx& tx) -> Result<void> {
        GH_TRY_VOID(store::AddOccurrence(tx, one));
        return marked ? store::NoteSaved(tx, one, clock().Now()) : Result<void>();
      }));
    }
    EXPECT_EQ(Tell(), 2);
    EXPECT_EQ(Only().times_seen, 2);
    EXPECT_EQ(Stored().size(), 2u);
  }
  // The window of duplicates has passed: what was counted then is not counted again.
  clock().Advance(std::chrono::hours(3));
  ASSERT_OK(Run(manager_->ForgetOld()));
  for (Occurrence& one : noted) {
    EXPECT_OK(Write([&](sql::Tx& tx) -> Result<void> {
      GH_TRY_VOID(store::AddOccurrence(tx, one));
      return store::NoteSaved(tx, one, one.at);
    }));
  }
  Tell();
  EXPECT_EQ(Only().times_seen, 2);
  EXPECT_TRUE(Noted().empty());
}

TEST_P(IncidentsTest, TheSameCheckInAgainIsNoSecondFailure) {
  Take(kOk, Hourly());
  const std::string guid(32, 'e');
  TakeAs(guid, kError);
  TakeAs(guid, kError);
  EXPECT_EQ(Tell(), 1);
  TakeAs(guid, kError);
  EXPECT_EQ(Tell(), 0);
  EXPECT_EQ(Only().times_seen, 1);
}

TEST_P(IncidentsTest, AnArchivedIssueStaysArchived) {
  Take(kError, Hourly());
  Tell();
  issues::Change change;
  change.status = "ignored";
  std::vector<IssueId> ids(1, Only().id);
  ASSERT_OK(Run(issues_->Update(acme_, std::move(ids), change, By(acme_, admin_))));
  Take(kOk);
  Take(kError);
  Tell();
  EXPECT_EQ(Only().status, "ignored");
  EXPECT_EQ(Only().times_seen, 2);
}

TEST_P(IncidentsTest, WhatIsMutedMakesNoIssueAndStillEndsOne) {
  Take(kError, Hourly());
  Take(kError, {}, "staging");
  EXPECT_EQ(Tell(), 2);
  const MonitorId id = Run(monitors_->Get(acme_, "nightly", std::nullopt))->id;
  ASSERT_OK(Run(monitors_->Mute(acme_, id, "production", true, By(acme_, admin_))));
  Take(kError);
  Take(kError, {}, "staging");
  EXPECT_EQ(Tell(), 1) << "the other environment is not muted";
  clock().Advance(minutes(120));
  ASSERT_OK(Run(monitors_->Judge()));
  EXPECT_EQ(Run(monitors_->Get(acme_, "nightly", std::nullopt))->environments[0].status,
            "missed_checkin");
  Tell();
  for (const issues::Issue& issue : Issues()) {
    if (issue.times_seen == 1) EXPECT_EQ(issue.status, "unresolved");
  }
  Take(kOk);
  EXPECT_EQ(Tell(), 1) << "its issue from before ends";
  Take(kError);
  EXPECT_EQ(Tell(), 0);
  ASSERT_OK(Run(monitors_->Mute(acme_, id, "production", false, By(acme_, admin_))));
  ASSERT_OK(Run(monitors_->Update(acme_, id, {.is_muted = true}, By(acme_, admin_))));
  Take(kError);
  Take(kError, {}, "staging");
  Take(kError, {}, "new");
  EXPECT_EQ(Tell(), 0) << "the monitor is muted with all it has";
  EXPECT_EQ(Issues().size(), 2u);
  ASSERT_OK(Run(monitors_->Update(acme_, id, {.is_muted = false}, By(acme_, admin_))));
  Take(kError);
  EXPECT_EQ(Tell(), 1);
}

TEST_P(IncidentsTest, WhatARemovedMonitorOrProjectNotedIsForgotten) {
  Take(kError, Hourly());
  auto monitor = Run(monitors_->Get(acme_, "nightly", std::nullopt));
  ASSERT_OK(monitor);
  ASSERT_OK(Run(monitors_->Delete(acme_, monitor->id, By(acme_, admin_))));
  EXPECT_TRUE(Noted().empty());
  Take(kError, Hourly());
  ASSERT_OK(Run(projects_->Delete(acme_, shop_.id, By(acme_, admin_))));
  EXPECT_EQ(Tell(), 1);
  EXPECT_TRUE(Noted().empty());
}

TEST_P(IncidentsTest, EventsGoToTheQueueOfTheIssuePlatform) {
  Take(kError, Hourly());
  Tell();
  auto read = Run(stream_->Read(std::string(stream::kTopicGenericEvents), 0, {}));
  ASSERT_OK(read);
  ASSERT_EQ(read->records.size(), 1u);
  EXPECT_NE(read->records.front().record.payload.find("Monitor failure: nightly"),
            std::string::npos);
}

}  // namespace
}  // namespace gatehouse::monitors
