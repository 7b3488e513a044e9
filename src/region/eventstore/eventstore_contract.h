#pragma once

// What every EventStore does. An adapter's test includes this once and instantiates it:
//
//   INSTANTIATE_TEST_SUITE_P(Sqlite, EventStoreContract, testing::Values(&MakeFixture));

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "platform/runtime/runtime.h"
#include "region/eventstore/errors.h"
#include "region/eventstore/event_store.h"

namespace gatehouse::eventstore {

// Owns a store that keeps 30 days.
class EventStoreFixture {
 public:
  virtual ~EventStoreFixture() = default;
  virtual EventStore& store() = 0;
  virtual void Reopen() = 0;  // as after an orderly restart
  virtual ManualClock& clock() = 0;
};

using MakeEventStoreFixture = std::unique_ptr<EventStoreFixture> (*)();

inline std::string EventIdOf(int n) {
  const std::string digits = std::to_string(n);
  return std::string(32 - digits.size(), 'a') + digits;
}

class EventStoreContract : public testing::TestWithParam<MakeEventStoreFixture> {
 protected:
  static constexpr std::int64_t kProject = 42;
  static constexpr std::int64_t kGroup = 7;

  void SetUp() override { fixture_ = GetParam()(); }
  EventStore& store() { return fixture_->store(); }
  Timestamp Now() { return fixture_->clock().Now(); }

  template <class T>
  static T Get(Task<T> task) {
    auto result = runtime::RunSync(std::move(task));
    EXPECT_TRUE(result.has_value()) << result.error().reason << " " << result.error().detail;
    return result ? std::move(*result) : T{};
  }
  StoredEvent Event(int n, Duration ago = {}) {
    StoredEvent e;
    e.project_id = kProject;
    e.event_id = EventIdOf(n);
    e.timestamp = Now() - ago;
    e.received = Now();
    e.type = "error";
    e.group_id = kGroup;
    e.primary_hash = std::string(32, 'b');
    e.release = "app@1";
    e.environment = "production";
    e.level = "error";
    e.platform = "node";
    e.title = "TypeError: boom";
    e.message = "boom number " + std::to_string(n);
    e.user = "id:" + std::to_string(n % 3);
    e.tags = {{"browser", n % 2 == 0 ? "Firefox" : "Chrome"},
              {"environment", "production"},
              {std::string(kTagUser), e.user}};
    e.payload = R"({"event_id":")" + e.event_id + R"(","n":)" + std::to_string(n) + "}";
    return e;
  }
  InsertOutcome Insert(std::vector<StoredEvent> events) {
    return Get(store().Insert(std::move(events)));
  }
  EventQuery GroupQuery(std::size_t limit = 100) {
    EventQuery query;
    query.project_id = kProject;
    query.group_id = kGroup;
    query.limit = limit;
    return query;
  }
  std::vector<std::string> Ids(EventQuery query) {
    std::vector<std::string> ids;
    do {
      EventPage page = Get(store().List(query));
      for (const StoredEvent& event : page.events) ids.push_back(event.event_id);
      query.after = page.next;
    } while (query.after && ids.size() < 10'000);
    return ids;
  }
  static std::vector<std::string> IdsOf(std::vector<int> numbers) {
    std::vector<std::string> ids;
    for (const int n : numbers) ids.push_back(EventIdOf(n));
    return ids;
  }
  std::int64_t Total(std::int64_t group, Kind kind = Kind::kError) {
    CountQuery query;
    query.project_id = kProject;
    query.kind = kind;
    if (group != 0) query.group_ids = {group};
    query.range.from = Now() - std::chrono::days(40);
    std::int64_t total = 0;
    for (const Series& series : Get(store().Counts(query))) {
      for (const std::int64_t n : series.counts) total += n;
    }
    return total;
  }
  TagSummary TagOf(std::string key) {
    TagQuery query;
    query.project_id = kProject;
    query.group_id = kGroup;
    query.key = std::move(key);
    auto tags = Get(store().Tags(query));
    return tags.empty() ? TagSummary{} : tags.front();
  }

  std::unique_ptr<EventStoreFixture> fixture_;
};

constexpr Duration kADay = std::chrono::days(1);

TEST_P(EventStoreContract, AnEventComesBackWithAllItsParts) {
  StoredEvent e = Event(1);
  e.dist = "7";
  e.culprit = "main in app.js";
  e.transaction = "/checkout";
  e.trace_id = std::string(32, 'c');
  e.span_id = std::string(16, 'd');
  const InsertOutcome outcome = Insert({e});
  EXPECT_EQ(outcome.stored, 1u);
  EXPECT_TRUE(outcome.refused.empty());
  fixture_->Reopen();
  const auto found = Get(store().Get(kProject, e.event_id));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->timestamp, e.timestamp);
  EXPECT_EQ(found->received, e.received);
  EXPECT_EQ(found->group_id, e.group_id);
  EXPECT_EQ(found->payload, e.payload);
  EXPECT_EQ(found->tags, e.tags);
  EXPECT_EQ(found->title + found->culprit + found->dist + found->span_id + found->trace_id,
            e.title + e.culprit + e.dist + e.span_id + e.trace_id);
  EXPECT_FALSE(Get(store().Get(kProject + 1, e.event_id))) << "another project's question";
  EXPECT_FALSE(Get(store().Get(kProject, EventIdOf(2))));
  EXPECT_FALSE(Get(store().Get(kProject, "not an id")));
}

TEST_P(EventStoreContract, TheSameIdOnTheSameDayIsOneEventAndTheLatestWins) {
  StoredEvent first = Event(1);
  StoredEvent second = Event(1);
  second.payload = "{}";
  second.tags = {{"browser", "Safari"}};
  second.group_id = 8;
  Insert({first});
  const InsertOutcome outcome = Insert({second});
  EXPECT_EQ(outcome.stored, 0u);
  EXPECT_EQ(outcome.replaced, 1u);
  EXPECT_EQ(Get(store().Get(kProject, first.event_id))->payload, "{}");
  EXPECT_EQ(Total(0), 1) << "counts follow what is stored";
  EXPECT_EQ(Total(kGroup), 0);
  EXPECT_EQ(Total(8), 1);
  EXPECT_TRUE(Ids(GroupQuery()).empty());
  EXPECT_EQ(TagOf("browser").total, 0);
}

TEST_P(EventStoreContract, RepeatingABatchChangesNothing) {
  std::vector<StoredEvent> batch;
  for (int n = 0; n < 20; ++n) batch.push_back(Event(n));
  batch.push_back(Event(3));  // within the batch, too
  EXPECT_EQ(Insert(batch).stored, 20u);
  EXPECT_EQ(Insert(batch).replaced, 21u);
  EXPECT_EQ(Ids(GroupQuery()).size(), 20u);
  EXPECT_EQ(Total(kGroup), 20);
  EXPECT_EQ(TagOf("browser").total, 20);
}

TEST_P(EventStoreContract, TheSameIdOnTwoDaysIsTwoEventsAndGetFindsTheNewer) {
  StoredEvent old = Event(1, kADay);
  old.payload = "{\"old\":1}";
  Insert({Event(1)});
  Insert({old});
  EXPECT_EQ(Ids(GroupQuery()).size(), 2u);
  EXPECT_EQ(Get(store().Get(kProject, EventIdOf(1)))->timestamp, Now());
}

TEST_P(EventStoreContract, LateAndFutureEventsAreRefusedWithAReason) {
  const InsertOutcome outcome =
      Insert({Event(1, 31 * kADay), Event(2, -2 * kADay), Event(3, 29 * kADay),
              Event(4, -std::chrono::hours(23)), Event(5)});
  EXPECT_EQ(outcome.stored, 3u);
  ASSERT_EQ(outcome.refused.size(), 2u);
  EXPECT_EQ(outcome.refused[0].index, 0u);
  EXPECT_EQ(outcome.refused[0].reason, kTooOld);
  EXPECT_EQ(outcome.refused[1].index, 1u);
  EXPECT_EQ(outcome.refused[1].reason, kTooNew);
  StoredEvent bad = Event(6);
  bad.event_id = "XYZ";
  EXPECT_EQ(Insert({bad}).refused.at(0).reason, kInvalidEventId);
}

TEST_P(EventStoreContract, AGroupIsListedByTimeAcrossDaysInPages) {
  std::vector<StoredEvent> batch;
  for (int n = 0; n < 60; ++n) batch.push_back(Event(n, n * std::chrono::hours(5)));
  batch.push_back(Event(60, {}));  // the same time as the newest
  Insert(batch);
  std::vector<int> newest{60};
  for (int n = 0; n < 60; ++n) newest.push_back(n);
  EXPECT_EQ(Ids(GroupQuery(7)), IdsOf(newest));
  EXPECT_EQ(Ids(GroupQuery(1)), IdsOf(newest));
  EventQuery oldest = GroupQuery(7);
  oldest.order = Order::kOldestFirst;
  std::vector<int> reversed(newest.rbegin(), newest.rend());
  EXPECT_EQ(Ids(oldest), IdsOf(reversed));
  EventQuery range = GroupQuery();
  range.range.from = Now() - std::chrono::hours(20);
  range.range.to = Now() - std::chrono::hours(5);
  EXPECT_EQ(Ids(range), IdsOf({2, 3, 4}));
}

TEST_P(EventStoreContract, NeighboursAreFoundAcrossDays) {
  Insert({Event(1), Event(2, kADay), Event(3, 3 * kADay)});
  const Neighbours middle = Get(store().Around(kProject, EventIdOf(2)));
  EXPECT_EQ(middle.previous, EventIdOf(3));
  EXPECT_EQ(middle.next, EventIdOf(1));
  EXPECT_EQ(Get(store().Around(kProject, EventIdOf(1))).next, "");
  EXPECT_EQ(Get(store().Around(kProject, EventIdOf(3))).previous, "");
  EXPECT_EQ(Get(store().Around(kProject, EventIdOf(9))).previous, "");
}

TEST_P(EventStoreContract, AProjectIsSearchedByTextAndFiltered) {
  StoredEvent staging = Event(2, std::chrono::minutes(1));
  staging.environment = "staging";
  staging.message = "Connection REFUSED by peer";
  StoredEvent release = Event(3, std::chrono::minutes(2));
  release.release = "app@2";
  release.group_id = 9;
  StoredEvent foreign = Event(4);
  foreign.project_id = kProject + 1;
  StoredEvent transaction = Event(5);
  transaction.type = "transaction";
  transaction.group_id = 0;
  Insert({Event(1), staging, release, foreign, transaction});
  EventQuery query;
  query.project_id = kProject;
  EXPECT_EQ(Ids(query), IdsOf({1, 2, 3}));
  EventQuery text = query;
  text.text = "refused BY";
  EXPECT_EQ(Ids(text), IdsOf({2}));
  text.text = "100%_";
  EXPECT_TRUE(Ids(text).empty()) << "no wildcards";
  EventQuery environment = query;
  environment.environment = "production";
  environment.release = "app@1";
  EXPECT_EQ(Ids(environment), IdsOf({1}));
  EventQuery tags = query;
  tags.tags = {{"browser", "Chrome"}};
  EXPECT_EQ(Ids(tags), IdsOf({1, 3}));
  tags.limit = 1;
  EXPECT_EQ(Ids(tags), IdsOf({1, 3}));
}

TEST_P(EventStoreContract, TransactionsAndTracesAreFound) {
  std::vector<StoredEvent> batch;
  for (int n = 1; n <= 4; ++n) {
    StoredEvent e = Event(n, n * std::chrono::minutes(1));
    e.type = "transaction";
    e.group_id = 0;
    e.transaction = n % 2 == 0 ? "/even" : "/odd";
    e.trace_id = std::string(31, 'c') + (n <= 2 ? "1" : "2");
    e.duration = Duration(1500);
    batch.push_back(e);
  }
  StoredEvent error = Event(5);
  error.trace_id = batch[0].trace_id;
  batch.push_back(error);
  Insert(batch);
  EventQuery query;
  query.project_id = kProject;
  query.kind = Kind::kTransaction;
  EXPECT_EQ(Ids(query), IdsOf({1, 2, 3, 4}));
  query.transaction = "/even";
  EXPECT_EQ(Ids(query), IdsOf({2, 4}));
  query.transaction = "";
  query.trace_id = batch[0].trace_id;
  EXPECT_EQ(Ids(query), IdsOf({1, 2}));
  query.kind = Kind::kError;
  EXPECT_EQ(Ids(query), IdsOf({5}));
  EXPECT_EQ(Total(0, Kind::kTransaction), 4);
  EXPECT_EQ(Total(0, Kind::kError), 1);
  EXPECT_EQ(Get(store().Get(kProject, EventIdOf(1)))->duration, Duration(1500));
}

TEST_P(EventStoreContract, TransactionsAreAddedUpByName) {
  std::vector<StoredEvent> events;
  for (int n = 1; n <= 30; ++n) {
    StoredEvent e = Event(n, std::chrono::hours(n));
    e.type = "transaction";
    e.group_id = 0;
    e.transaction = n % 3 == 0 ? "job" : "GET /";
    e.environment = n <= 10 ? "production" : "staging";
    e.duration = std::chrono::milliseconds(n);
    e.tags = {{std::string(kTagTransactionStatus), n % 6 == 0 ? "internal_error" : "ok"}};
    events.push_back(std::move(e));
  }
  Insert(std::move(events));
  Insert({Event(99)});
  TransactionGroups all = Get(store().Transactions({.project_id = kProject}));
  ASSERT_EQ(all.groups.size(), 2u);
  EXPECT_EQ(all.examined, 30u);
  EXPECT_TRUE(all.complete);
  EXPECT_EQ(all.groups[0].name, "GET /");
  EXPECT_EQ(all.groups[0].count, 20);
  EXPECT_EQ(all.groups[0].failed, 0);
  EXPECT_EQ(all.groups[1].count, 10);
  EXPECT_EQ(all.groups[1].failed, 5);
  EXPECT_EQ(all.groups[1].p50, std::chrono::milliseconds(15));
  EXPECT_EQ(all.groups[1].last_seen, Now() - std::chrono::hours(3));

  const TransactionGroups some = Get(store().Transactions({.project_id = kProject, .limit = 7}));
  EXPECT_EQ(some.examined, 7u);
  EXPECT_FALSE(some.complete);
  EXPECT_EQ(some.oldest, Now() - std::chrono::hours(7));
  TransactionQuery narrow{.project_id = kProject, .transaction = "job"};
  narrow.environment = "production";
  EXPECT_EQ(Get(store().Transactions(narrow)).examined, 3u);
  EXPECT_TRUE(Get(store().Transactions({.project_id = kProject + 1})).groups.empty());
}

TEST_P(EventStoreContract, SegmentsOfTracesAreTransactionsToo) {
  std::vector<StoredItem> items;
  for (int n = 1; n <= 10; ++n) {
    items.push_back(ToItem({.name = n % 2 == 0 ? "GET /" : "job",
                            .op = "http.server",
                            .status = n == 2 ? "error" : "ok",
                            .environment = n <= 5 ? "production" : "staging",
                            .release = "app@1",
                            .trace_id = std::string(32, 'c'),
                            .span_id = "00000000000000" + std::to_string(10 + n),
                            .start = Now() - std::chrono::hours(n),
                            .duration = std::chrono::milliseconds(n)},
                           kProject));
  }
  Get(store().InsertItems(items));
  Get(store().InsertItems(items));
  const TransactionGroups all = Get(store().Transactions({.project_id = kProject}));
  ASSERT_EQ(all.groups.size(), 2u);
  EXPECT_EQ(all.groups[0].name, "GET /");
  EXPECT_EQ(all.groups[0].count, 5) << "each once, however often it came";
  EXPECT_EQ(all.groups[0].failed, 1);
  EXPECT_EQ(all.groups[0].p95, std::chrono::milliseconds(10));
  EXPECT_EQ(all.oldest, Now() - std::chrono::hours(10));
  TransactionQuery narrow{.project_id = kProject, .transaction = "job"};
  narrow.environment = "production";
  EXPECT_EQ(Get(store().Transactions(narrow)).examined, 3u);
  const TransactionGroups some = Get(store().Transactions({.project_id = kProject, .limit = 4}));
  EXPECT_EQ(some.examined, 4u);
  EXPECT_FALSE(some.complete);
}

TEST_P(EventStoreContract, CountsFallIntoTheirBuckets) {
  // Twelve o'clock, so that hours and days are known.
  fixture_->clock().SetWall(Timestamp::FromSeconds(1'800'014'400));
  StoredEvent staging = Event(9);
  staging.environment = "staging";
  Insert({Event(1), Event(2, std::chrono::hours(1)), Event(3, std::chrono::hours(1)),
          Event(4, kADay), staging});
  CountQuery query;
  query.project_id = kProject;
  query.group_ids = {kGroup, 999};
  query.range.from = Now() - std::chrono::hours(23);
  query.range.to = Now() + std::chrono::hours(1);
  auto series = Get(store().Counts(query));
  ASSERT_EQ(series.size(), 2u);
  ASSERT_EQ(series[0].counts.size(), 24u);
  EXPECT_EQ(series[0].group_id, kGroup);
  EXPECT_EQ(series[0].counts[23], 2);
  EXPECT_EQ(series[0].counts[22], 2);
  EXPECT_EQ(series[0].counts[21], 0);
  EXPECT_EQ(series[1].counts[23], 0);
  query.environment = "production";
  EXPECT_EQ(Get(store().Counts(query))[0].counts[23], 1);
  query.environment = "";
  query.group_ids.clear();
  query.bucket_hours = 24;
  query.range.from = Now() - kADay;
  series = Get(store().Counts(query));
  ASSERT_EQ(series.size(), 1u);
  EXPECT_EQ(series[0].counts, (std::vector<std::int64_t>{1, 4}));
}

TEST_P(EventStoreContract, TagsUsersAndGroupsByTag) {
  std::vector<StoredEvent> batch;
  for (int n = 0; n < 9; ++n) batch.push_back(Event(n, n * kADay));
  StoredEvent other = Event(20);
  other.group_id = 8;
  other.tags = {{"browser", "Firefox"}};
  batch.push_back(other);
  Insert(batch);
  const TagSummary browser = TagOf("browser");
  EXPECT_EQ(browser.key, "browser");
  EXPECT_EQ(browser.total, 9);
  EXPECT_EQ(browser.distinct, 2);
  ASSERT_EQ(browser.top.size(), 2u);
  EXPECT_EQ(browser.top[0].value, "Firefox");
  EXPECT_EQ(browser.top[0].count, 5);
  EXPECT_LE(browser.top[0].first_seen, Now() - 8 * kADay);
  EXPECT_EQ(browser.top[1].value, "Chrome");
  TagQuery all;
  all.project_id = kProject;
  all.group_id = kGroup;
  all.values = 1;
  const auto tags = Get(store().Tags(all));
  ASSERT_EQ(tags.size(), 3u);
  EXPECT_EQ(tags[0].key, "browser");
  EXPECT_EQ(tags[2].key, kTagUser);
  EXPECT_EQ(tags[2].distinct, 3);
  EXPECT_EQ(tags[2].top.size(), 1u);
  EXPECT_EQ(Get(store().DistinctUsers(kProject, kGroup, {})), 3);
  EXPECT_EQ(Get(store().DistinctUsers(kProject + 1, kGroup, {})), 0);
  EXPECT_EQ(Get(store().DistinctUsersOf(kProject, {8, kGroup, 999}, {})),
            (std::vector<std::int64_t>{0, 3, 0}));
  EXPECT_EQ(Get(store().GroupsWithTag(kProject, {"browser", ""}, {}, 100)),
            (std::vector<std::int64_t>{kGroup, 8}));
  EXPECT_TRUE(Get(store().GroupsWithTag(kProject, {"colour", ""}, {}, 100)).empty());
  EXPECT_EQ(Get(store().GroupsWithTag(kProject, {"browser", ""}, {}, 1)).size(), 1u);
  using Groups = std::vector<std::int64_t>;
  EXPECT_EQ(Get(store().GroupsHave(kProject, {8, 9, kGroup}, {"browser", "Chrome"}, {})),
            (Groups{kGroup}));
  EXPECT_EQ(Get(store().GroupsHave(kProject, {8, 9, kGroup}, {"browser", ""}, {})).size(), 2u);
  EXPECT_TRUE(Get(store().GroupsHave(kProject + 1, {8, kGroup}, {"browser", ""}, {})).empty());
  TagQuery of_project;
  of_project.project_id = kProject;
  of_project.key = "browser";
  ASSERT_EQ(Get(store().Tags(of_project)).size(), 1u);
  EXPECT_EQ(Get(store().Tags(of_project)).front().total, 10);
  EXPECT_EQ(Get(store().GroupsWithTag(kProject, {"browser", "Firefox"}, {}, 100)),
            (std::vector<std::int64_t>{kGroup, 8}));
  EXPECT_EQ(Get(store().GroupsWithTag(kProject, {"browser", "Chrome"}, {}, 100)),
            (std::vector<std::int64_t>{kGroup}));
  EXPECT_TRUE(Get(store().GroupsWithTag(kProject + 1, {"browser", "Chrome"}, {}, 100)).empty());
}

TEST_P(EventStoreContract, ADeletedGroupIsGoneAndStaysGone) {
  StoredEvent other = Event(5);
  other.group_id = 8;
  Insert({Event(1), Event(2, kADay), other});
  EXPECT_TRUE(runtime::RunSync(store().DeleteGroup(kProject, kGroup)));
  EXPECT_TRUE(Ids(GroupQuery()).empty());
  EXPECT_FALSE(Get(store().Get(kProject, EventIdOf(1))));
  EXPECT_EQ(Total(kGroup), 0);
  EXPECT_EQ(Total(0), 1);
  EXPECT_EQ(TagOf("browser").total, 0);
  fixture_->Reopen();
  const InsertOutcome late = Insert({Event(3)});
  EXPECT_EQ(late.refused.at(0).reason, kGroupDeleted);
  EXPECT_TRUE(Get(store().Get(kProject, EventIdOf(5)))) << "another group's";
}

TEST_P(EventStoreContract, DeletingAnotherProjectsGroupDoesNothing) {
  Insert({Event(1)});
  EXPECT_TRUE(runtime::RunSync(store().DeleteGroup(kProject + 1, kGroup)));
  EXPECT_TRUE(runtime::RunSync(store().MoveGroup(kProject + 1, kGroup, 3)));
  EXPECT_EQ(Ids(GroupQuery()).size(), 1u);
  EXPECT_EQ(Total(kGroup), 1);
}

TEST_P(EventStoreContract, AMergedGroupsEventsAndCountsMoveAndLateOnesFollow) {
  StoredEvent other = Event(5, kADay);
  other.group_id = 8;
  Insert({Event(1), Event(2, kADay), other});
  EXPECT_TRUE(runtime::RunSync(store().MoveGroup(kProject, 8, kGroup)));
  StoredEvent late = Event(6);
  late.group_id = 8;
  Insert({late});
  EXPECT_EQ(Ids(GroupQuery()).size(), 4u);
  EXPECT_EQ(Get(store().Get(kProject, EventIdOf(5)))->group_id, kGroup);
  EXPECT_EQ(Total(kGroup), 4);
  EXPECT_EQ(Total(8), 0);
  EXPECT_EQ(Total(0), 4);
  EXPECT_EQ(TagOf("browser").total, 4);
  // A second merge takes along what came by the first; going back makes no ring.
  EXPECT_TRUE(runtime::RunSync(store().MoveGroup(kProject, kGroup, 8)));
  EXPECT_EQ(Total(8), 4);
  Insert({Event(7)});
  EXPECT_EQ(Total(8), 5);
}

TEST_P(EventStoreContract, ItemsOfEveryKindAreStoredAndListed) {
  std::vector<StoredItem> items;
  for (int n = 0; n < 5; ++n) {
    StoredItem item;
    item.project_id = kProject;
    item.type = n == 4 ? "attachment" : "log";
    item.id = n == 3 ? "" : "id" + std::to_string(n);
    item.event_id = n >= 3 ? EventIdOf(1) : "";
    item.timestamp = Now() - n * kADay;
    item.text = "Line " + std::to_string(n);
    item.fields = {{"level", "info"}};
    item.payload = std::string("\0\xff", 2) + std::to_string(n);
    items.push_back(item);
  }
  EXPECT_EQ(Get(store().InsertItems(items)).stored, 5u);
  const InsertOutcome again = Get(store().InsertItems(items));
  EXPECT_EQ(again.replaced, 4u);
  EXPECT_EQ(again.stored, 1u) << "without an id every copy is kept";
  ItemQuery query;
  query.project_id = kProject;
  query.type = "log";
  query.limit = 2;
  const ItemPage first = Get(store().ListItems(query));
  ASSERT_EQ(first.items.size(), 2u);
  EXPECT_EQ(first.items[0].id, "id0");
  EXPECT_EQ(first.items[0].fields, items[0].fields);
  EXPECT_EQ(first.items[0].payload, "");
  query.after = first.next;
  query.with_payload = true;
  const ItemPage second = Get(store().ListItems(query));
  ASSERT_EQ(second.items.size(), 2u);
  EXPECT_EQ(second.items[0].payload, items[2].payload);
  ItemQuery of_event;
  of_event.project_id = kProject;
  of_event.type = "attachment";
  of_event.event_id = EventIdOf(1);
  ASSERT_EQ(Get(store().ListItems(of_event)).items.size(), 1u);
  of_event.type = "";
  EXPECT_EQ(Get(store().ListItems(of_event)).items.size(), 3u) << "of any type";
  ItemQuery text;
  text.project_id = kProject;
  text.type = "log";
  text.text = "line 1";
  EXPECT_EQ(Get(store().ListItems(text)).items.at(0).event_id, "");
  text.project_id = kProject + 1;
  EXPECT_TRUE(Get(store().ListItems(text)).items.empty());
  items[0].timestamp = Now() - 99 * kADay;
  EXPECT_EQ(Get(store().InsertItems({items[0]})).refused.at(0).reason, kTooOld);
}

TEST_P(EventStoreContract, AnItemIsTakenOutByTypeAndId) {
  StoredItem one;
  one.project_id = kProject;
  one.type = "attachment";
  one.id = "one";
  one.event_id = EventIdOf(1);
  one.timestamp = Now();
  one.payload = "secret";
  StoredItem other = one;
  other.id = "other";
  StoredItem old = one;
  old.timestamp = Now() - kADay;
  StoredItem log = one;
  log.type = "log";
  EXPECT_EQ(Get(store().InsertItems({one, other, old, log})).stored, 4u);
  EXPECT_FALSE(Get(store().DeleteItem(kProject + 1, "attachment", "one")));
  EXPECT_FALSE(Get(store().DeleteItem(kProject, "attachment", "none")));
  EXPECT_FALSE(Get(store().DeleteItem(kProject, "attachment", "")));
  EXPECT_TRUE(Get(store().DeleteItem(kProject, "attachment", "one")));
  EXPECT_FALSE(Get(store().DeleteItem(kProject, "attachment", "one")));
  ItemQuery query{.project_id = kProject, .type = "attachment", .with_payload = true};
  const ItemPage left = Get(store().ListItems(query));
  ASSERT_EQ(left.items.size(), 1u);
  EXPECT_EQ(left.items[0].id, "other");
  EXPECT_EQ(left.items[0].payload, "secret");
  query.type = "log";
  EXPECT_EQ(Get(store().ListItems(query)).items.size(), 1u);
}

TEST_P(EventStoreContract, RetentionDropsWholeDays) {
  Insert({Event(1), Event(2, 20 * kADay)});
  EXPECT_EQ(Get(store().DropOld()), 0u);
  fixture_->clock().Advance(15 * kADay);
  EXPECT_EQ(Get(store().DropOld()), 1u);
  EXPECT_FALSE(Get(store().Get(kProject, EventIdOf(2))));
  EXPECT_TRUE(Get(store().Get(kProject, EventIdOf(1))));
  fixture_->Reopen();
  EXPECT_EQ(Ids(GroupQuery()), IdsOf({1}));
}

TEST_P(EventStoreContract, StrangeTextsAreStoredAndNeverBreakABatch) {
  StoredEvent strange = Event(1);
  strange.message = std::string("nul \0 and \xff\xfe bytes", 18);
  strange.title = std::string(1, '\0');
  strange.release = "'; DROP TABLE event; --";
  strange.tags = {{std::string("k\0", 2), "\xff"}, {"", "no key"}, {"empty", ""}};
  strange.payload = "";
  strange.user = "";
  EXPECT_EQ(Insert({strange, Event(2)}).stored, 2u);
  const auto found = Get(store().Get(kProject, EventIdOf(1)));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->title, strange.title);
  EventQuery query = GroupQuery();
  query.release = strange.release;
  query.text = "AND";
  EXPECT_EQ(Ids(query), IdsOf({1}));
}

}  // namespace gatehouse::eventstore
