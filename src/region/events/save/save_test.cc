// The contract of saving: what each event leaves in the database, the store and the stream.

#include <barrier>
#include <thread>

#include "region/events/save/save_fixture.h"

namespace gatehouse::events {
namespace {

class SaveTest : public SaveFixture {};
GATEHOUSE_ON_ALL_ENGINES(SaveTest);

constexpr Duration kDay = std::chrono::hours(24);

TEST_P(SaveTest, SixtyFourSavesAtOnceMakeOneReleaseEnvironmentAndIssue) {
  constexpr int kThreads = 64;
  std::vector<Incoming> events;
  for (int i = 0; i < kThreads; ++i) {
    events.push_back(
        Event({.id = Id(i), .release = "shop@1.0", .environment = "prod", .dist = "web"}));
  }
  std::barrier start(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      for (int tries = 0; tries < 100; ++tries) {
        std::vector<Incoming> batch;
        batch.push_back(Event({.id = Id(i),
                               .release = "shop@1.0",
                               .environment = "prod",
                               .dist = "web",
                               .source = 1000 + i}));
        auto saved = runtime::RunSync(manager_->Save(std::move(batch)));
        if (saved) return;
        // More at once than a database re-runs: the processor comes again, too.
        ASSERT_EQ(saved.error().code, Code::kConflict) << saved.error().detail;
      }
      FAIL() << "never saved";
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const char* table :
       {"releases", "release_projects", "distributions", "environments", "environment_projects",
        "release_environments", "release_project_environments", "issues", "issue_hashes",
        "issue_environments", "issue_releases"}) {
    EXPECT_EQ(Number("SELECT COUNT(*) FROM " + std::string(table)), 1) << table;
  }
  EXPECT_EQ(Number("SELECT times_seen FROM issues"), kThreads);
  EXPECT_EQ(Number("SELECT last_short_id FROM projects WHERE id = 10"), 1) << "no number is lost";
  EXPECT_EQ(Number("SELECT new_groups FROM release_projects"), 1);
  EXPECT_EQ(Number("SELECT new_issues_count FROM release_project_environments"), 1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM saved_events"), kThreads);
}

TEST_P(SaveTest, SixtyFourReleasesAndEnvironmentsAtOnceAreAsMany) {
  constexpr int kThreads = 64;
  std::barrier start(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      for (int tries = 0; tries < 100; ++tries) {
        std::vector<Incoming> batch;
        batch.push_back(Event({.id = Id(i),
                               .release = "shop@1." + std::to_string(i % 8),
                               .environment = "e" + std::to_string(i / 8),
                               .source = 1000 + i}));
        if (runtime::RunSync(manager_->Save(std::move(batch)))) return;
      }
      FAIL() << "never saved";
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Number("SELECT COUNT(*) FROM releases"), 8);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM environments"), 8);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM release_project_environments"), kThreads);
  EXPECT_EQ(Number("SELECT times_seen FROM issues"), kThreads);
}

TEST_P(SaveTest, ADuplicateWithinTheHourChangesNothing) {
  Keep({.id = Id(1), .release = "1.0"});
  const std::string before =
      Table("SELECT id || ' ' || times_seen || ' ' || last_seen FROM issues");
  clock().Advance(std::chrono::minutes(59));
  EXPECT_EQ(Keep({.id = Id(1), .release = "2.0"}).fate, Saved::Fate::kDuplicate);
  EXPECT_EQ(Table("SELECT id || ' ' || times_seen || ' ' || last_seen FROM issues"), before);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM releases"), 1);
  EXPECT_EQ(Stored(), 1u);
}

TEST_P(SaveTest, ADuplicateInTheSameBatchIsOne) {
  std::vector<Incoming> batch;
  batch.push_back(Event({.id = Id(1)}));
  batch.push_back(Event({.id = Id(1)}));
  const auto saved = Save(std::move(batch));
  EXPECT_EQ(saved[0].fate, Saved::Fate::kSaved);
  EXPECT_EQ(saved[1].fate, Saved::Fate::kDuplicate);
  EXPECT_EQ(Number("SELECT times_seen FROM issues"), 1);
}

TEST_P(SaveTest, TheSameIdLaterThatDayReplacesAndTheLatestWins) {
  // To the next midnight.
  clock().Advance(Duration(kDay.count() - clock().Now().micros % kDay.count()));
  Keep({.id = Id(1), .more = R"(,"transaction":"first")"});
  clock().Advance(std::chrono::hours(2));
  EXPECT_EQ(Keep({.id = Id(1), .more = R"(,"transaction":"second")"}).fate, Saved::Fate::kSaved);
  EXPECT_EQ(Stored(), 1u);
  auto stored = Run(store_->Get(kShop.value, Id(1)));
  ASSERT_TRUE(stored && *stored);
  EXPECT_EQ((*stored)->transaction, "second");
  EXPECT_EQ(Number("SELECT times_seen FROM issues"), 2) << "counters count inserts";
}

TEST_P(SaveTest, TheSameIdOnAnotherDayIsAnotherEvent) {
  Keep({.id = Id(1)});
  clock().Advance(kDay);
  Keep({.id = Id(1)});
  EXPECT_EQ(Stored(), 2u);
  EXPECT_EQ(Number("SELECT times_seen FROM issues"), 2);
}

TEST_P(SaveTest, TheWindowOfDuplicatesIsForgottenAfterAnHour) {
  Keep({.id = Id(1)});
  ASSERT_OK(Run(manager_->ForgetOld()));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM saved_events"), 1);
  clock().Advance(std::chrono::minutes(61));
  ASSERT_OK(Run(manager_->ForgetOld()));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM saved_events"), 0);
}

TEST_P(SaveTest, AnErrorAndATransactionTakeTheirOwnBranches) {
  const Saved error = Keep(
      {.id = Id(1), .release = "1.0", .environment = "prod", .more = R"(,"fingerprint":["x"])"});
  const Saved transaction = Keep({.id = Id(2),
                                  .release = "1.0",
                                  .environment = "prod",
                                  .more = R"(,"fingerprint":["x"])",
                                  .transaction = true});
  EXPECT_NE(error.stored.group_id, 0);
  EXPECT_EQ(error.message.queue, stream::kQueueErrors);
  ASSERT_EQ(error.message.group_states.size(), 1u);
  EXPECT_TRUE(error.message.group_states[0].is_new);
  EXPECT_TRUE(error.message.group_states[0].is_new_group_environment);
  EXPECT_EQ(error.message.group_id, error.stored.group_id);
  EXPECT_EQ(error.message.primary_hash.size(), 32u);

  EXPECT_EQ(transaction.stored.group_id, 0) << "its fingerprint is ignored";
  EXPECT_EQ(transaction.stored.type, "transaction");
  EXPECT_EQ(transaction.message.queue, stream::kQueueTransactions);
  EXPECT_FALSE(transaction.message.group_id.has_value());
  EXPECT_TRUE(transaction.message.group_states.empty());
  EXPECT_TRUE(transaction.message.primary_hash.empty());
  EXPECT_EQ(Number("SELECT COUNT(*) FROM issues"), 1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM issue_releases"), 1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM release_environments"), 1) << "both have seen it";
}

// 185
TEST_P(SaveTest, SpansOfATransactionGetHashesAndNothingElseDoes) {
  const std::string spans =
      R"(,"contexts":{"trace":{"span_id":"aaaaaaaaaaaaaaaa"}},"spans":[)"
      R"({"span_id":"b","op":"db","description":"SELECT 1"},)"
      R"({"span_id":"c","op":"db","description":"SELECT 2","hash":"theirs"}])";
  const json::Object kept =
      *json::ParseObject(Keep({.id = Id(1), .more = spans, .transaction = true}).stored.payload);
  const json::Value& stored = kept.at("spans");
  EXPECT_EQ(stored.at(0).at("hash"), stored.at(1).at("hash"));
  EXPECT_EQ(stored.at(0).at("hash").as_string().size(), 16u);
  EXPECT_EQ(kept.at("contexts").at("trace").at("hash").as_string().size(), 16u);
  EXPECT_EQ(kept.at("span_grouping_config").at("id").as_string(), "default:2022-10-27");
  const json::Object error = *json::ParseObject(Keep({.id = Id(2), .more = spans}).stored.payload);
  EXPECT_FALSE(error.at("spans").at(0).as_object().contains("hash"));
  EXPECT_FALSE(error.contains("span_grouping_config"));
}

TEST_P(SaveTest, SecurityReportsKeepTheirType) {
  Incoming report = Event({.id = Id(1)});
  report.event = *json::ParseObject(
      "{\"event_id\":\"" + Id(1) +
      R"(","type":"csp","level":"error","csp":{"effective_directive":"script-src",)"
      R"("blocked_uri":"https://evil.example/a.js","document_uri":"https://shop.example/"}})");
  report.grouping = grouping::Group(report.event, grouping::Config::Default());
  std::vector<Incoming> batch;
  batch.push_back(std::move(report));
  const auto saved = Save(std::move(batch));
  EXPECT_EQ(saved[0].stored.type, "csp");
  EXPECT_EQ(Text("SELECT type FROM issues"), "csp");
}

TEST_P(SaveTest, AnInvalidReleaseIsSavedWithoutOne) {
  for (const char* bad : {"..", "a\\nb", "latest", "a/b", " "}) {
    const Saved saved = Keep({.id = Id(static_cast<int>(next_source_)), .release = bad});
    EXPECT_EQ(saved.fate, Saved::Fate::kSaved) << bad;
    EXPECT_EQ(saved.stored.release, "") << bad;
  }
  EXPECT_EQ(Number("SELECT COUNT(*) FROM releases"), 0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM issue_releases"), 0);
}

TEST_P(SaveTest, AMissingOrInvalidEnvironmentIsTheEmptyOne) {
  Keep({.id = Id(1), .release = "1.0"});
  Keep({.id = Id(2), .release = "1.0", .environment = "a/b"});
  EXPECT_EQ(Table("SELECT name FROM environments"), "\n");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM issue_environments"), 1);
  EXPECT_EQ(Table("SELECT environment FROM issue_releases"), "\n");
  const Saved third = Keep({.id = Id(3), .release = "1.0", .environment = "prod"});
  EXPECT_TRUE(third.message.is_new_group_environment);
  EXPECT_FALSE(third.is_new);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM issue_releases"), 2) << "one for each environment";
  EXPECT_EQ(Number("SELECT SUM(new_issues_count) FROM release_project_environments"), 2);
}

TEST_P(SaveTest, LateAndEarlyEventsWidenTheTimesOfTheIssue) {
  const Timestamp now = clock().Now();
  Keep({.id = Id(1), .at = now});
  Keep({.id = Id(2), .at = now - kDay * 3});
  Keep({.id = Id(3), .at = now + std::chrono::seconds(30)});
  Keep({.id = Id(4), .at = now - std::chrono::seconds(5)});
  EXPECT_EQ(Number("SELECT first_seen FROM issues"), (now - kDay * 3).micros);
  EXPECT_EQ(Number("SELECT last_seen FROM issues"), (now + std::chrono::seconds(30)).micros);
  EXPECT_EQ(Number("SELECT times_seen FROM issues"), 4);
  EXPECT_EQ(Stored(), 4u) << "each in the file of its own day";
}

TEST_P(SaveTest, LastSeenMovesOnAfterMoreThanAMinute) {
  const std::string seen =
      "SELECT (SELECT last_seen FROM release_environments) || ' ' || (SELECT last_seen FROM "
      "release_project_environments) || ' ' || (SELECT last_seen FROM issue_releases)";
  const Timestamp start = clock().Now();
  const auto all = [](Timestamp at) {
    const std::string one = std::to_string(at.micros);
    return one + " " + one + " " + one;
  };
  Keep({.id = Id(1), .release = "1.0", .at = start});
  EXPECT_EQ(Text(seen), all(start));
  Keep({.id = Id(2), .release = "1.0", .at = start + std::chrono::seconds(60)});
  EXPECT_EQ(Text(seen), all(start)) << "not before more than a minute";
  Keep({.id = Id(3), .release = "1.0", .at = start + std::chrono::seconds(61)});
  EXPECT_EQ(Text(seen), all(start + std::chrono::seconds(61)));
  Keep({.id = Id(4), .release = "1.0", .at = start - kDay});
  EXPECT_EQ(Text(seen), all(start + std::chrono::seconds(61))) << "and never back";
}

TEST_P(SaveTest, ABatchLeavesTheRowsThatItsEventsLeaveOneByOne) {
  const projects::Project one = AddProject(ProjectId{11}, "one");
  const projects::Project all = AddProject(ProjectId{12}, "all");
  SeededRng random(5);
  std::vector<Sample> samples;
  for (int i = 0; i < 60; ++i) {
    const auto pick = [&](std::uint64_t n) { return static_cast<int>(random.Next64() % n); };
    samples.push_back({.id = Id(pick(40)),
                       .type = pick(3) == 0 ? "RangeError" : "TypeError",
                       .release = pick(4) == 0 ? "" : "r" + std::to_string(pick(3)),
                       .environment = pick(2) == 0 ? "" : "prod",
                       .dist = pick(3) == 0 ? "web" : "",
                       // Steps of two minutes: what moves last_seen moves it either way.
                       .at = Second(-120 * pick(50)),
                       .level = pick(5) == 0 ? "warning" : "error",
                       .source = 5000 + i,
                       .transaction = pick(6) == 0});
  }
  std::vector<Incoming> batch;
  for (const Sample& sample : samples) {
    std::vector<Incoming> single;
    single.push_back(Event(one, sample));
    Save(std::move(single));
    batch.push_back(Event(all, sample));
  }
  Save(std::move(batch));
  const auto rows = [this](const char* project) {
    const std::string id = project;
    return Table(
               "SELECT i.title || ' ' || i.times_seen || ' ' || i.first_seen || ' ' || "
               "i.last_seen || ' ' || i.level || ' ' || i.short_id || ' ' || i.status || ' ' || "
               "i.version FROM issues i WHERE project_id = " +
               id + " ORDER BY i.title") +
           Table(
               "SELECT i.title || ' ' || h.hash FROM issue_hashes h JOIN issues i ON i.id = "
               "h.issue_id WHERE i.project_id = " +
               id + " ORDER BY h.hash") +
           Table(
               "SELECT r.version || ' ' || e.name || ' ' || p.first_seen || ' ' || p.last_seen "
               "|| ' ' || p.new_issues_count FROM release_project_environments p JOIN releases r "
               "ON r.id = p.release_id JOIN environments e ON e.id = p.environment_id WHERE "
               "p.project_id = " +
               id + " ORDER BY r.version, e.name") +
           Table(
               "SELECT i.title || ' ' || r.version || ' ' || x.environment || ' ' || "
               "x.first_seen || ' ' || x.last_seen FROM issue_releases x JOIN issues i ON i.id = "
               "x.issue_id JOIN releases r ON r.id = x.release_id WHERE i.project_id = " +
               id + " ORDER BY 1") +
           Table(
               "SELECT i.title || ' ' || e.name FROM issue_environments x JOIN issues i ON i.id "
               "= x.issue_id JOIN environments e ON e.id = x.environment_id WHERE i.project_id = " +
               id + " ORDER BY 1") +
           Table(
               "SELECT r.version || ' ' || p.new_groups FROM release_projects p JOIN releases r "
               "ON r.id = p.release_id WHERE p.project_id = " +
               id + " ORDER BY 1") +
           Table("SELECT event_id || ' ' || source FROM saved_events WHERE project_id = " + id +
                 " ORDER BY 1");
  };
  // The version of an issue counts writes, of which a batch has one.
  Execute("UPDATE issues SET version = 1");
  EXPECT_EQ(rows("12"), rows("11"));
}

TEST_P(SaveTest, FirstSignalsAreGivenOnce) {
  Save({.id = Id(1)});
  // The project as it was read before the first event was saved, as intake has it for some seconds.
  Save({.id = Id(2)});
  Save({.id = Id(3), .transaction = true});
  Save({.id = Id(4), .transaction = true});
  EXPECT_EQ(firsts_,
            (std::vector<std::string>{"first_event_received", "first_transaction_received"}));
  EXPECT_EQ(Number("SELECT first_event_at FROM projects WHERE id = 10"), clock().Now().micros);
}

TEST_P(SaveTest, AMinifiedStackTraceIsASignalOfItsOwn) {
  Incoming event = Event({.id = Id(1)});
  event.event["platform"] = "javascript";
  event.event["exception"] = json::Value(*json::ParseObject(
      R"({"values":[{"type":"E","stacktrace":{"frames":[{"colno":4000,"lineno":1}]}}]})"));
  std::vector<Incoming> batch;
  batch.push_back(std::move(event));
  Save(std::move(batch));
  EXPECT_EQ(firsts_, (std::vector<std::string>{"first_event_received",
                                               "first_event_with_minified_stack_trace_received"}));
  EXPECT_EQ(Number("SELECT flags FROM projects WHERE id = 10"), projects::kHasMinifiedStackTrace);
}

TEST_P(SaveTest, TheUserIsATagAndNothingElse) {
  const auto user = [this](int id, const std::string& text) {
    return Save({.id = Id(id), .more = ",\"user\":" + text}).stored.user;
  };
  EXPECT_EQ(user(1, R"({"id":"7","username":"ann","email":"a@b.c"})"), "id:7");
  EXPECT_EQ(user(2, R"({"username":"ann","email":"a@b.c"})"), "username:ann");
  EXPECT_EQ(user(3, R"({"email":"a@b.c","ip_address":"1.2.3.4"})"), "email:a@b.c");
  EXPECT_EQ(user(4, R"({"ip_address":"1.2.3.4"})"), "ip:1.2.3.4");
  EXPECT_EQ(user(5, R"({"name":"Ann"})"), "");
}

TEST_P(SaveTest, ReleaseAndDistAreTagsUnderTheirInternalNames) {
  const Saved saved = Save({.id = Id(1),
                            .release = "1.0",
                            .dist = "web",
                            .more = R"(,"tags":[["release","other"],["dist","x"],["user","y"]])"});
  std::map<std::string, std::string> tags(saved.stored.tags.begin(), saved.stored.tags.end());
  EXPECT_EQ(tags["sentry:release"], "1.0");
  EXPECT_EQ(tags["sentry:dist"], "web");
  EXPECT_FALSE(tags.contains("release") || tags.contains("dist") || tags.contains("user"));
  EXPECT_EQ(tags["level"], "error");
}

TEST_P(SaveTest, TheMessageGoesWithoutImagesAndNotes) {
  const Saved saved = Save(
      {.id = Id(1),
       .more = R"(,"_meta":{"user":{"":{"rem":[["@email","s"]]}}},"debug_meta":{"images":[]})"});
  EXPECT_EQ(saved.message.data.find("debug_meta"), std::string::npos);
  EXPECT_EQ(saved.message.data.find("_meta"), std::string::npos);
  EXPECT_NE(saved.stored.payload.find("\"_meta\""), std::string::npos)
      << "marks of what was scrubbed survive saving";
  EXPECT_NE(saved.stored.payload.find("debug_meta"), std::string::npos);
}

TEST_P(SaveTest, ATitleThatSaysNothingNeverReplacesOneThatDoes) {
  const auto with_title = [this](int id, const std::string& title) {
    Incoming event = Event({.id = Id(id)});
    event.grouping.headline.title = title;
    std::vector<Incoming> batch;
    batch.push_back(std::move(event));
    Save(std::move(batch));
    return Text("SELECT title FROM issues");
  };
  EXPECT_EQ(with_title(1, "<unlabeled event>"), "<unlabeled event>");
  EXPECT_EQ(with_title(2, "TypeError: boom"), "TypeError: boom");
  for (const char* nothing : {"<untitled>", "<unknown>", "<unlabeled event>", "Error", ""}) {
    EXPECT_EQ(with_title(static_cast<int>(next_source_) + 100, nothing), "TypeError: boom");
  }
}

TEST_P(SaveTest, PriorityIsSetOnceByTheFirstEvent) {
  Save({.id = Id(1), .level = "warning"});
  EXPECT_EQ(Number("SELECT priority FROM issues"), 50);
  Save({.id = Id(2), .level = "fatal"});
  EXPECT_EQ(Number("SELECT priority FROM issues"), 50);
  EXPECT_EQ(Number("SELECT level FROM issues"), 50) << "the level is the newest one's";
}

TEST_P(SaveTest, WhatPeopleDiscardedIsNotStored) {
  const Saved first = Save({.id = Id(1)});
  Execute("UPDATE issue_hashes SET issue_id = NULL, tombstone_id = 5");
  const Sample again{.id = Id(2), .source = 77};
  EXPECT_EQ(Save(again).fate, Saved::Fate::kDiscarded);
  EXPECT_EQ(Save(again).fate, Saved::Fate::kDiscarded) << "the record comes again after a crash";
  EXPECT_EQ(Number("SELECT times_seen FROM issues"), 1);
  EXPECT_EQ(Number("SELECT last_short_id FROM projects WHERE id = 10"), 1);
}

TEST_P(SaveTest, HashesThatMetInOneEventBelongToOneIssue) {
  Incoming event = Event({.id = Id(1)});
  const std::string first = event.grouping.hashes.front();
  event.grouping.hashes = {std::string(32, 'a'), first};
  std::vector<Incoming> batch;
  batch.push_back(std::move(event));
  const auto saved = Save(std::move(batch));
  EXPECT_EQ(Save({.id = Id(2)}).stored.group_id, saved[0].stored.group_id);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM issue_hashes"), 2);
}

TEST_P(SaveTest, ANulInTheTextsOfAnEventDoesNotHoldUpItsBatch) {
  std::vector<Incoming> batch;
  batch.push_back(Event(
      {.id = Id(1),
       .type = "Type\\u0000Error",
       .more =
           R"(,"logger":"a\u0000b","transaction":"t\u0000","tags":[["k","v\u0000"]],"culprit":"c\u0000d")"}));
  batch.push_back(Event({.id = Id(2), .type = "RangeError"}));
  const auto saved = Save(std::move(batch));
  ASSERT_EQ(saved.size(), 2u);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM issues"), 2);
  std::vector<eventstore::StoredEvent> events = {saved[0].stored, saved[1].stored};
  EXPECT_OK(Run(store_->Insert(std::move(events))));
  EXPECT_EQ(Stored(), 2u);
}

}  // namespace
}  // namespace gatehouse::events
