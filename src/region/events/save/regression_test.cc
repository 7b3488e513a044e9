// Does an issue that was resolved or ignored come back with an event?

#include "region/events/save/resolution.h"
#include "region/events/save/save_fixture.h"
#include "region/releases/policy.h"

namespace gatehouse::events {
namespace {

releases::Release Named(std::string version, int created, std::int64_t id) {
  releases::Release release{.id = ReleaseId{id},
                            .organization = OrgId{1},
                            .version = version,
                            .created_at = Timestamp{created}};
  release.semantic = releases::ParseSemanticVersion(version);
  return release;
}

struct Case {
  const char* what;
  const char* type;
  const char* resolved;  // "" none
  int resolved_at;
  const char* current;
  const char* event;
  int event_at;
  bool semver;
  bool covered;
};

TEST(Resolution, WhichReleasesItCovers) {
  const Case cases[] = {
      {"an event without a release", "in_release", "s@1.0", 10, "", "", 0, true, true},
      {"resolved in this release", "in_release", "s@1.0", 10, "", "s@1.0", 10, true, false},
      {"an older one", "in_release", "s@1.1", 10, "", "s@1.0", 50, true, true},
      {"a newer one", "in_release", "s@1.1", 10, "", "s@1.2", 5, true, false},
      {"older by date", "in_release", "b", 10, "", "a", 9, false, true},
      {"of the same date", "in_release", "b", 10, "", "a", 10, false, true},
      {"newer by date", "in_release", "b", 10, "", "c", 11, false, false},
      {"semantic names count by date without the rule", "in_release", "s@2.0", 10, "", "s@1.0", 11,
       false, false},
      {"next release: the same", "in_next_release", "b", 10, "", "b", 10, false, true},
      {"next release: an older one", "in_next_release", "b", 10, "", "a", 9, false, true},
      {"next release: a newer one", "in_next_release", "b", 10, "", "c", 11, false, false},
      {"current version: the same", "in_next_release", "", 0, "s@1.0", "s@1.0", 10, true, true},
      {"current version: an older one", "in_next_release", "", 0, "s@1.1", "s@1.0", 99, true, true},
      {"current version: a newer one", "in_next_release", "", 0, "s@1.0", "s@1.0.1", 1, true,
       false},
      {"current version: a prerelease of it", "in_next_release", "", 0, "s@1.0", "s@1.0-rc.1", 1,
       true, true},
      {"current version by date: the same", "in_next_release", "", 0, "b", "b", 10, false, true},
      {"current version by date: older", "in_next_release", "", 10, "b", "a", 9, false, true},
      {"current version by date: newer", "in_next_release", "", 10, "b", "c", 11, false, false},
  };
  for (const Case& c : cases) {
    Resolution resolution{.type = c.type, .release = {}, .current_version = c.current};
    if (*c.resolved != 0) resolution.release = Named(c.resolved, c.resolved_at, 1);
    std::optional<releases::Release> current, event;
    if (*c.current != 0) current = Named(c.current, 10, 2);
    if (*c.event != 0)
      event = Named(c.event, c.event_at, std::string(c.event) == c.resolved ? 1 : 3);
    EXPECT_EQ(Covers(resolution, current, event, c.semver), c.covered) << c.what;
  }
  EXPECT_FALSE(Covers({.type = "in_release", .release = {}, .current_version = ""}, {},
                      Named("a", 1, 1), false));
}

class RegressionTest : public SaveFixture {
 protected:
  void SetUp() override {
    SaveFixture::SetUp();
    if (IsSkipped()) return;
    Save({.id = Id(1), .release = "shop@1.0"});
    clock().Advance(std::chrono::minutes(1));
  }
  void Resolve(const std::string& type = "", const std::string& release = "",
               const std::string& current = "") {
    Execute("UPDATE issues SET status = 'resolved', substatus = '', resolved_at = " +
            std::to_string(clock().Now().micros));
    if (type.empty()) return;
    const std::string id =
        release.empty() ? "NULL"
                        : Text("SELECT id || '' FROM releases WHERE version = '" + release + "'");
    Execute(
        "INSERT INTO issue_resolutions (issue_id, organization_id, type, release_id, "
        "current_version, created_at) SELECT id, 1, '" +
        type + "', " + id + ", '" + current + "', 0 FROM issues");
  }
  std::string Status() {
    return Text("SELECT status || ' ' || substatus || ' ' || times_seen FROM issues");
  }
};
GATEHOUSE_ON_ALL_ENGINES(RegressionTest);

TEST_P(RegressionTest, AResolvedIssueComesBackOnceWithItsActivity) {
  Resolve();
  clock().Advance(std::chrono::minutes(1));
  std::vector<Incoming> batch;
  batch.push_back(Event({.id = Id(2), .release = "shop@1.1"}));
  batch.push_back(Event({.id = Id(3), .release = "shop@1.1"}));
  const auto saved = Save(std::move(batch));
  EXPECT_TRUE(saved[0].is_regression);
  EXPECT_TRUE(saved[0].message.is_regression);
  EXPECT_TRUE(saved[0].message.group_states[0].is_regression);
  EXPECT_FALSE(saved[1].is_regression) << "it is back already";
  EXPECT_EQ(Status(), "unresolved regressed 3");
  EXPECT_EQ(Number("SELECT active_at FROM issues"), clock().Now().micros);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM issues WHERE resolved_at IS NULL"), 1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM issue_activities WHERE type = 'set_regression'"), 1);
  const std::string data = Text("SELECT data FROM issue_activities");
  EXPECT_NE(data.find(Id(2)), std::string::npos);
  EXPECT_NE(data.find("shop@1.1"), std::string::npos);
}

TEST_P(RegressionTest, AnEventOfANewerReleaseBringsItBackAndTheResolutionGoes) {
  Save({.id = Id(2), .release = "shop@1.1"});
  Resolve("in_release", "shop@1.1");
  clock().Advance(std::chrono::minutes(1));
  Save({.id = Id(3), .release = "shop@1.0"});
  EXPECT_EQ(Status(), "resolved  3") << "an older release is covered and counted";
  EXPECT_EQ(Number("SELECT last_seen FROM issues"), clock().Now().micros);
  Save({.id = Id(4), .release = "shop@1.1"});
  EXPECT_EQ(Status(), "unresolved regressed 4") << "resolved in this one";
  EXPECT_EQ(Number("SELECT COUNT(*) FROM issue_resolutions"), 0);
}

TEST_P(RegressionTest, AnEventWithoutAReleaseIsCoveredByAResolution) {
  Resolve("in_release", "shop@1.0");
  clock().Advance(std::chrono::minutes(1));
  Save({.id = Id(2)});
  EXPECT_EQ(Status(), "resolved  2");
}

TEST_P(RegressionTest, ResolvedInTheNextReleaseHoldsForTheCurrentOne) {
  Resolve("in_next_release", "", "shop@1.0");
  clock().Advance(std::chrono::minutes(1));
  Save({.id = Id(2), .release = "shop@1.0"});
  EXPECT_EQ(Status(), "resolved  2");
  Save({.id = Id(3), .release = "shop@0.9"});
  EXPECT_EQ(Status(), "resolved  3");
  Save({.id = Id(4), .release = "shop@1.0.1"});
  EXPECT_EQ(Status(), "unresolved regressed 4");
}

TEST_P(RegressionTest, TransactionsOfTheProjectBringNothingBack) {
  Resolve();
  clock().Advance(std::chrono::minutes(1));
  Save({.id = Id(2), .release = "shop@9.0", .transaction = true});
  EXPECT_EQ(Status(), "resolved  1");
}

TEST_P(RegressionTest, AnIssueJustActiveDoesNotFlap) {
  Resolve();
  Execute("UPDATE issues SET active_at = " + std::to_string(clock().Now().micros));
  Save({.id = Id(2), .at = Second(3)});
  EXPECT_EQ(Status(), "resolved  2") << "within five seconds";
  Save({.id = Id(3), .at = Second(6)});
  EXPECT_EQ(Status(), "unresolved regressed 3");
}

TEST_P(RegressionTest, AnIgnoredIssueStaysIgnoredAndIsCounted) {
  Execute("UPDATE issues SET status = 'ignored', substatus = 'archived_forever'");
  Save({.id = Id(2), .release = "shop@2.0"});
  EXPECT_EQ(Status(), "ignored archived_forever 2");
}

TEST_P(RegressionTest, AnIgnoredIssueWakesWithTheBatchThatMeetsItsCondition) {
  const auto ignore = [this](const char* until, const char* events, const char* window) {
    Execute("DELETE FROM issue_snoozes");
    Execute("DELETE FROM issue_activities");
    Execute("UPDATE issues SET status = 'ignored', substatus = 'archived_until_condition_met'");
    Execute(std::string("INSERT INTO issue_snoozes (issue_id, organization_id, until_at, events, "
                        "window_minutes, events_then, users_then, created_at) SELECT id, 1, ") +
            until + ", " + events + ", " + window + ", times_seen, 0, 0 FROM issues");
  };
  ignore("NULL", "3", "NULL");
  Save({.id = Id(2)});
  EXPECT_EQ(Status(), "ignored archived_until_condition_met 2");
  std::vector<Incoming> batch;
  batch.push_back(Event({.id = Id(3)}));
  batch.push_back(Event({.id = Id(4)}));
  Save(std::move(batch));
  EXPECT_EQ(Status(), "unresolved escalating 4");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM issue_snoozes"), 0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM issue_activities WHERE type = 'set_unresolved'"), 1);
  ignore("NULL", "1", "60");
  Save({.id = Id(5)});
  EXPECT_EQ(Status(), "ignored archived_until_condition_met 5") << "windows are the store's";
  ignore(std::to_string(clock().Now().micros + 1'000'000).c_str(), "NULL", "NULL");
  Save({.id = Id(6)});
  EXPECT_EQ(Status(), "ignored archived_until_condition_met 6");
  clock().Advance(std::chrono::seconds(1));
  Save({.id = Id(7)});
  EXPECT_EQ(Status(), "unresolved ongoing 7");
}

TEST_P(RegressionTest, AReplayAfterACrashDoesNotBringItBackAgain) {
  Resolve();
  clock().Advance(std::chrono::minutes(1));
  const Sample event{.id = Id(2), .source = 77};
  EXPECT_TRUE(Save(event).is_regression);
  Resolve();
  EXPECT_EQ(Save(event).fate, Saved::Fate::kSaved);
  EXPECT_EQ(Status(), "resolved  2");
}

}  // namespace
}  // namespace gatehouse::events
