#include "region/eventstore/sqlite/sqlite_store.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>

#include "platform/sql/sqlite/sqlite.h"
#include "region/eventstore/eventstore_contract.h"
#include "region/eventstore/sqlite/day.h"
#include "region/eventstore/sqlite/record.h"
#include "region/eventstore/sqlite/search_block.h"
#include "region/eventstore/sqlite/seen_ids.h"
#include "region/eventstore/sqlite/text_id.h"

namespace gatehouse::eventstore {
namespace {

std::string TempFolder() {
  std::string name = std::filesystem::temp_directory_path() / "gatehouse_events_XXXXXX";
  return ::mkdtemp(name.data());
}

class OnDisk final : public EventStoreFixture {
 public:
  explicit OnDisk(std::size_t fold_events = 8192) {
    options_.fold_events = fold_events;
    options_.generation_events = 40;
    options_.folder = folder_ / "events";
    options_.retention = std::chrono::days(30);
    options_.open_days = 3;
    options_.dictionary_events = 100;
    Reopen();
  }
  ~OnDisk() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  EventStore& store() override { return *store_; }
  ManualClock& clock() override { return clock_; }
  void Reopen() override {
    store_.reset();
    auto opened = sqlite::OpenStore(options_, clock_, rng_);
    ASSERT_TRUE(opened.has_value()) << opened.error().detail;
    store_ = std::move(*opened);
  }
  const std::filesystem::path& folder() const { return options_.folder; }

 private:
  const std::filesystem::path folder_ = TempFolder();
  sqlite::Options options_;
  ManualClock clock_;
  SystemRng rng_;
  std::unique_ptr<EventStore> store_;
};

std::unique_ptr<EventStoreFixture> MakeOnDisk() { return std::make_unique<OnDisk>(); }
// Nothing stays fresh: every question is answered from the indexes.
std::unique_ptr<EventStoreFixture> MakeFolding() { return std::make_unique<OnDisk>(1); }
INSTANTIATE_TEST_SUITE_P(Sqlite, EventStoreContract, testing::Values(&MakeOnDisk, &MakeFolding));

StoredEvent TypicalEvent(const Clock& clock, int n) {
  StoredEvent e;
  e.project_id = 1;
  e.event_id = EventIdOf(n);
  e.timestamp = clock.Now();
  e.type = "error";
  e.group_id = 5;
  e.message = "Something happened " + std::to_string(n % 10);
  e.payload = R"({"exception":{"values":[{"type":"TypeError","value":"x is undefined )" +
              std::to_string(n) +
              R"(","stacktrace":{"frames":[{"function":"render","filename":"app/view.js",)"
              R"("lineno":)" +
              std::to_string(n % 97) + R"(,"in_app":true}]}}]},"platform":"javascript"})";
  return e;
}

TEST(SqliteStoreTest, AProjectsDictionaryIsMadeOnceAndOldRecordsStayReadable) {
  OnDisk fixture;
  for (int batch = 0; batch < 12; ++batch) {
    std::vector<StoredEvent> events;
    for (int n = 0; n < 50; ++n) events.push_back(TypicalEvent(fixture.clock(), batch * 50 + n));
    ASSERT_TRUE(runtime::RunSync(fixture.store().Insert(std::move(events))));
  }
  auto count = [&fixture] {
    std::filesystem::directory_iterator files(fixture.folder() / "dictionaries");
    return std::distance(begin(files), end(files));
  };
  for (int i = 0; i < 500 && count() == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  std::vector<StoredEvent> later;
  for (int n = 600; n < 650; ++n) later.push_back(TypicalEvent(fixture.clock(), n));
  ASSERT_TRUE(runtime::RunSync(fixture.store().Insert(std::move(later))));
  fixture.Reopen();
  EXPECT_EQ(count(), 1);
  for (const int n : {0, 99, 300, 599, 649}) {
    const auto found = runtime::RunSync(fixture.store().Get(1, EventIdOf(n)));
    ASSERT_TRUE(found.has_value()) << found.error().detail;
    EXPECT_EQ((*found)->payload, TypicalEvent(fixture.clock(), n).payload);
  }
}

TEST(SqliteStoreTest, ADeletedEventsBytesAreOverwritten) {
  OnDisk fixture;
  StoredEvent e = TypicalEvent(fixture.clock(), 1);
  e.payload = "secret-0123456789-abcdefghijklmnopqrstuvwxyz";  // too short to be compressed
  ASSERT_TRUE(runtime::RunSync(fixture.store().Insert({e})));
  const auto file = fixture.folder() / (sqlite::DayName(sqlite::DayOf(e.timestamp)) + ".payload");
  auto contents = [&file] {
    std::ifstream in(file, std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  };
  EXPECT_NE(contents().find("secret-0123456789"), std::string::npos);
  ASSERT_TRUE(runtime::RunSync(fixture.store().DeleteGroup(1, 5)));
  EXPECT_EQ(contents().find("secret-0123456789"), std::string::npos);
}

TEST(SqliteStoreTest, ADamagedPayloadFileIsSaidAndTheRestIsRead) {
  OnDisk fixture;
  ASSERT_TRUE(runtime::RunSync(fixture.store().Insert(
      {TypicalEvent(fixture.clock(), 1), TypicalEvent(fixture.clock(), 2)})));
  const auto day = sqlite::DayName(sqlite::DayOf(fixture.clock().Now()));
  const auto file = fixture.folder() / (day + ".payload");
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 3);
  EXPECT_EQ(runtime::RunSync(fixture.store().Get(1, EventIdOf(2))).error().reason, kDamaged);
  EXPECT_TRUE(runtime::RunSync(fixture.store().Get(1, EventIdOf(1)))->has_value());
}

// Everything that can be asked about a project, as one text.
std::string Answers(EventStore& store, const Clock& clock) {
  std::string out;
  const auto say = [&out](const auto&... parts) { ((out += std::string(parts) + ' '), ...); };
  const auto list = [&](EventQuery query) {
    query.project_id = 1;
    query.limit = 17;
    for (int page = 0; page < 50; ++page) {
      const auto found = runtime::RunSync(store.List(query));
      if (!found) return say("error", found.error().detail);
      for (const StoredEvent& event : found->events) say(event.event_id.substr(28));
      if (!found->next) break;
      query.after = found->next;
    }
    say("\n");
  };
  list({});
  list({.order = Order::kOldestFirst});
  list({.kind = Kind::kTransaction});
  for (std::int64_t group = 1; group <= 5; ++group) {
    list({.group_id = group});
    list({.group_id = group, .environment = "staging", .order = Order::kOldestFirst});
    TagQuery tags{.project_id = 1, .group_id = group, .values = 100};
    for (TagSummary& tag : *runtime::RunSync(store.Tags(tags))) {
      // Of those seen equally often the order is every store's own.
      std::ranges::sort(tag.top, {}, &TagValue::value);
      say(tag.key, std::to_string(tag.total), std::to_string(tag.distinct));
      for (const TagValue& value : tag.top) say(value.value, std::to_string(value.count));
    }
    say(std::to_string(*runtime::RunSync(store.DistinctUsers(1, group, {}))), "\n");
  }
  for (const char* text : {"number 7", "NUMBER", "nowhere", "boom"}) list({.text = text});
  list({.environment = "staging"});
  list({.release = "app@1"});
  list({.tags = {{"browser", "Firefox"}}});
  list({.trace_id = std::string(31, 'c') + "3"});
  for (const Tag& tag : {Tag{"browser", "Firefox"}, Tag{"browser", ""}, Tag{"n", "7"}}) {
    for (const std::int64_t group : *runtime::RunSync(store.GroupsWithTag(1, tag, {}, 100))) {
      say(std::to_string(group));
    }
    std::vector<std::int64_t> have =
        *runtime::RunSync(store.GroupsHave(1, {1, 2, 3, 4, 5, 6}, tag, {}));
    std::ranges::sort(have);
    for (const std::int64_t group : have) say(std::to_string(group));
    say("\n");
  }
  for (const char* environment : {"", "staging"}) {
    CountQuery counts{.project_id = 1, .group_ids = {1, 2, 3}, .environment = environment};
    counts.range.from = clock.Now() - std::chrono::days(3);
    counts.range.to = clock.Now() + std::chrono::hours(1);
    for (const bool of_project : {false, true}) {
      if (of_project) counts.group_ids.clear();
      for (const Series& series : *runtime::RunSync(store.Counts(counts))) {
        for (const std::int64_t n : series.counts) say(std::to_string(n));
      }
    }
    say("\n");
  }
  for (int n = 0; n < 300; n += 23) {
    const auto found = *runtime::RunSync(store.Get(1, EventIdOf(n)));
    say(found ? found->payload : "none", found ? std::to_string(found->group_id) : "");
    const Neighbours near = *runtime::RunSync(store.Around(1, EventIdOf(n)));
    say(near.previous, near.next, "\n");
  }
  return out;
}

StoredEvent MixedEvent(const Clock& clock, SeededRng& random, int n) {
  StoredEvent e = TypicalEvent(clock, n);
  // Whole minutes: many have the same time.
  e.timestamp = clock.Now() - std::chrono::minutes(random.Next64() % 4000);
  e.group_id = static_cast<std::int64_t>(random.Next64() % 6);
  e.message = "Boom number " + std::to_string(n % 40);
  e.environment = random.Next64() % 3 == 0 ? "staging" : "production";
  e.release = "app@" + std::to_string(random.Next64() % 3);
  e.trace_id = std::string(31, 'c') + std::to_string(random.Next64() % 9 + 1);
  e.user = "id:" + std::to_string(random.Next64() % 50);
  e.tags = {{"browser", random.Next64() % 2 == 0 ? "Firefox" : "Chrome"},
            {"n", std::to_string(n % 90)},
            {std::string(kTagUser), e.user}};
  if (random.Next64() % 5 == 0) {
    e.type = "transaction";
    e.group_id = 0;
    e.tags.clear();
  }
  return e;
}

TEST(SqliteStoreTest, FreshFoldedAndMixedEventsAnswerAlike) {
  std::vector<std::string> answers;
  for (const std::size_t fold_events : {1u, 47u, 8192u}) {
    OnDisk fixture(fold_events);
    SeededRng random(3);
    for (int n = 0; n < 300; n += 20) {
      std::vector<StoredEvent> batch;
      for (int i = 0; i < 20; ++i) batch.push_back(MixedEvent(fixture.clock(), random, n + i));
      ASSERT_TRUE(runtime::RunSync(fixture.store().Insert(std::move(batch))));
    }
    answers.push_back(Answers(fixture.store(), fixture.clock()));
    // As after a crash: what was fresh is found in the file.
    if (fold_events == 8192) {
      const std::filesystem::path crashed = TempFolder();
      std::filesystem::copy(fixture.folder(), crashed / "events",
                            std::filesystem::copy_options::recursive);
      sqlite::Options options;
      options.folder = crashed / "events";
      SystemRng rng;
      auto store = sqlite::OpenStore(options, fixture.clock(), rng);
      ASSERT_TRUE(store.has_value()) << store.error().detail;
      answers.push_back(Answers(**store, fixture.clock()));
      store->reset();
      std::filesystem::remove_all(crashed);
    }
    fixture.Reopen();
    answers.push_back(Answers(fixture.store(), fixture.clock()));
    // Folded, merged and deleted.
    ASSERT_TRUE(runtime::RunSync(fixture.store().MoveGroup(1, 2, 1)));
    ASSERT_TRUE(runtime::RunSync(fixture.store().DeleteGroup(1, 3)));
    EXPECT_NE(Answers(fixture.store(), fixture.clock()), answers.back());
  }
  EXPECT_GT(answers.front().size(), 5000u);
  for (std::size_t i = 1; i < answers.size(); ++i) EXPECT_EQ(answers[i], answers[0]) << i;
}

TEST(SqliteStoreTest, AnEventThatComesAgainReplacesAFreshOneAndAFoldedOne) {
  for (const std::size_t fold_events : {1u, 8192u}) {
    OnDisk fixture(fold_events);
    std::vector<StoredEvent> batch;
    for (int n = 0; n < 30; ++n) batch.push_back(TypicalEvent(fixture.clock(), n));
    ASSERT_EQ(runtime::RunSync(fixture.store().Insert(batch))->stored, 30u);
    StoredEvent again = TypicalEvent(fixture.clock(), 7);
    again.payload = "{}";
    again.group_id = 6;
    const auto outcome =
        runtime::RunSync(fixture.store().Insert({again, TypicalEvent(fixture.clock(), 31)}));
    EXPECT_EQ(outcome->stored, 1u);
    EXPECT_EQ(outcome->replaced, 1u);
    EXPECT_EQ((*runtime::RunSync(fixture.store().Get(1, EventIdOf(7))))->payload, "{}");
    EventQuery query{.project_id = 1, .group_id = 5, .limit = 100};
    EXPECT_EQ(runtime::RunSync(fixture.store().List(query))->events.size(), 30u);
    query.group_id = 6;
    EXPECT_EQ(runtime::RunSync(fixture.store().List(query))->events.size(), 1u);
    // And new ones go on after it.
    ASSERT_EQ(runtime::RunSync(fixture.store().Insert({TypicalEvent(fixture.clock(), 40)}))->stored,
              1u);
    fixture.Reopen();
    query.group_id = 5;
    EXPECT_EQ(runtime::RunSync(fixture.store().List(query))->events.size(), 31u);
  }
}

TEST(SqliteStoreTest, ManyMessagesThatMatchAreAllFound) {
  OnDisk fixture(6000);
  for (int n = 0; n < 12'000; n += 1000) {
    std::vector<StoredEvent> batch;
    for (int i = n; i < n + 1000; ++i) {
      StoredEvent& e = batch.emplace_back(TypicalEvent(fixture.clock(), i));
      e.message = (i % 11 == 0 ? "Rare " : "Often ") + std::to_string(i);
    }
    ASSERT_TRUE(runtime::RunSync(fixture.store().Insert(std::move(batch))));
  }
  const auto count = [&](const char* text) {
    EventQuery query{.project_id = 1, .text = text, .limit = 1000};
    std::size_t found = 0;
    for (int page = 0; page < 30; ++page) {
      const auto events = runtime::RunSync(fixture.store().List(query));
      found += events->events.size();
      if (!events->next) break;
      query.after = events->next;
    }
    return found;
  };
  EXPECT_EQ(count("rare"), 1091u);
  EXPECT_EQ(count("often"), 10'909u);
  EXPECT_EQ(count("often 11999"), 1u);
}

// A day's file as it was before events were fresh, messages in blocks and indexes in generations.
constexpr const char* kAsBefore[] = {
    "INSERT INTO text (id, project_id, search, value) SELECT id, 1, 0, value FROM tag_text",
    "INSERT OR IGNORE INTO text (id, project_id, search, value) SELECT message_id, project_id, 1, "
    "'Something happened 1' FROM event",
    "DROP TABLE fresh",
    "DROP TABLE search",
    "DROP TABLE tag_text",
    "DROP TABLE generation",
    "DROP INDEX event_key",
    "DROP INDEX event_trace",
    "ALTER TABLE event DROP COLUMN generation",
    "CREATE UNIQUE INDEX event_key ON event (project_id, id_high, id_low)",
    "CREATE INDEX event_trace ON event (trace_high) WHERE trace_high <> 0",
    "ALTER TABLE tag_count RENAME TO newer",
    "DROP INDEX tag_count_value",
    "CREATE TABLE tag_count (project_id BIGINT NOT NULL, group_id BIGINT NOT NULL, key_id BIGINT "
    "NOT NULL, value_id BIGINT NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (project_id, group_id, "
    "key_id, value_id)) WITHOUT ROWID",
    "INSERT INTO tag_count SELECT project_id, group_id, key_id, value_id, n FROM newer",
    "CREATE INDEX tag_count_value ON tag_count (value_id)",
    "DROP TABLE newer",
};

TEST(SqliteStoreTest, ADayOfAnEarlierVersionIsReadAndWritten) {
  const std::filesystem::path folder = TempFolder();
  sqlite::Options options;
  options.folder = folder;
  ManualClock clock;
  SystemRng rng;
  const auto found = [](EventStore& store, const char* text) {
    EventQuery query{.project_id = 1, .text = text, .limit = 100};
    const auto page = runtime::RunSync(store.List(query));
    return page ? page->events.size() : SIZE_MAX;
  };
  const auto event = [&clock](int n) {
    StoredEvent e = TypicalEvent(clock, n);
    e.tags = {{"browser", "Firefox"}};
    return e;
  };
  const Tag tag{"browser", "Firefox"};
  const auto count = [&](EventStore& store) -> std::int64_t {
    const auto tags = runtime::RunSync(store.Tags({.project_id = 1, .group_id = 5}));
    for (const TagSummary& one : *tags) {
      if (one.key == tag.first) return one.total;
    }
    return 0;
  };
  {
    auto store = sqlite::OpenStore(options, clock, rng);
    ASSERT_TRUE(store.has_value());
    ASSERT_TRUE(runtime::RunSync((*store)->Insert({event(1)})));
  }
  {
    auto db =
        sql::OpenSqlite({.file = folder / (sqlite::DayName(sqlite::DayOf(clock.Now())) + ".db")});
    ASSERT_TRUE(db.has_value());
    for (const char* text : kAsBefore) {
      const auto done =
          (*db)->WriteSync([text](sql::Tx& tx) { return tx.Query(sql::Statement{"", text}); });
      ASSERT_TRUE(done.has_value()) << text << ": " << done.error().detail;
    }
  }
  auto store = sqlite::OpenStore(options, clock, rng);
  ASSERT_TRUE(store.has_value());
  EXPECT_EQ(found(**store, "HAPPENED"), 1u);
  EXPECT_EQ(count(**store), 1);
  const auto groups = runtime::RunSync((*store)->GroupsWithTag(1, tag, {}, 10));
  EXPECT_EQ(*groups, std::vector<std::int64_t>{5});
  EXPECT_EQ(runtime::RunSync((*store)->Insert({event(1), event(2)}))->replaced, 1u);
  ASSERT_TRUE(runtime::RunSync((*store)->Insert({event(3)})));
  EXPECT_EQ(found(**store, "happened"), 3u);
  EXPECT_EQ(found(**store, "happened 2"), 1u);
  EXPECT_EQ(count(**store), 3);
  EXPECT_TRUE((*runtime::RunSync((*store)->Get(1, EventIdOf(1)))).has_value());
  store->reset();
  // And again, as it is now.
  store = sqlite::OpenStore(options, clock, rng);
  ASSERT_TRUE(store.has_value());
  EXPECT_EQ(count(**store), 3);
  store->reset();
  std::filesystem::remove_all(folder);
}

TEST(SeenIdsTest, NeverMissesOneAndIsSeldomWrong) {
  sqlite::SeenIds seen(2000);
  std::size_t wrong = 0;
  for (std::int64_t n = 0; n < 2000; ++n) wrong += seen.Add(n % 3, {n, n * 7}) ? 1 : 0;
  for (std::int64_t n = 0; n < 2000; ++n) EXPECT_TRUE(seen.Add(n % 3, {n, n * 7}));
  EXPECT_LT(wrong, 20u);
}

TEST(SearchBlockTest, FindsTextsAndRefusesDamagedBytes) {
  sqlite::SearchBlock block;
  block.Add(-5, "one text");
  block.Add(7, "");
  block.Add(INT64_MAX, "another text");
  std::unordered_set<std::int64_t> ids;
  EXPECT_TRUE(sqlite::SearchBlock::Find(block.bytes(), "text", ids));
  EXPECT_EQ(ids, (std::unordered_set<std::int64_t>{-5, INT64_MAX}));
  for (std::size_t size = 1; size < block.bytes().size(); ++size) {
    ids.clear();
    const std::string_view cut(block.bytes().data(), size);
    const bool whole = size == 20 || size == 32;
    EXPECT_EQ(sqlite::SearchBlock::Find(cut, "text", ids), whole) << size;
  }
}

TEST(SqliteStoreTest, AKilledProcessKeepsWhatWasAnsweredAndCountsAgree) {
  const std::filesystem::path folder = TempFolder();
  sqlite::Options options;
  options.folder = folder;
  // Killed while it folds, too.
  options.fold_events = 15;
  ManualClock clock;
  SystemRng rng;
  int next = 0;
  for (int round = 0; round < 10; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto store = sqlite::OpenStore(options, clock, rng);
      if (!store) ::_exit(3);
      for (int n = next;; n += 5) {
        std::vector<StoredEvent> batch;
        for (int i = 0; i < 5; ++i) batch.push_back(TypicalEvent(clock, n + i));
        if (!runtime::RunSync((*store)->Insert(std::move(batch)))) ::_exit(4);
        const int answered = n + 5;
        if (::write(ends[1], &answered, sizeof answered) != sizeof answered) ::_exit(5);
      }
    }
    ::close(ends[1]);
    std::thread killer([child, round] {
      std::this_thread::sleep_for(std::chrono::milliseconds(60 + round * 7));
      ::kill(child, SIGKILL);
    });
    int answered = 0;
    while (::read(ends[0], &answered, sizeof answered) == sizeof answered) next = answered;
    killer.join();
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << WEXITSTATUS(status);

    auto store = sqlite::OpenStore(options, clock, rng);
    ASSERT_TRUE(store.has_value()) << store.error().detail;
    for (int n = 0; n < next; n += 1 + next / 20) {
      const auto found = runtime::RunSync((*store)->Get(1, EventIdOf(n)));
      ASSERT_TRUE(found.has_value() && found->has_value()) << n;
      EXPECT_EQ((*found)->payload, TypicalEvent(clock, n).payload);
    }
    CountQuery query;
    query.project_id = 1;
    query.group_ids = {5};
    query.range.from = clock.Now() - std::chrono::hours(1);
    const auto series = runtime::RunSync((*store)->Counts(query));
    std::int64_t total = 0;
    for (const std::int64_t n : series->at(0).counts) total += n;
    EXPECT_GE(total, next);
    EXPECT_EQ(total % 5, 0) << "whole batches only";
    next = static_cast<int>(total);
  }
  EXPECT_GT(next, 0);
  std::filesystem::remove_all(folder);
}

TEST(SqliteStoreTest, APayloadBeyondTheLimitIsRefusedAloneInItsBatch) {
  const std::filesystem::path folder = TempFolder();
  sqlite::Options options;
  options.folder = folder;
  options.max_payload_bytes = 1000;
  ManualClock clock;
  SystemRng rng;
  {
    auto store = sqlite::OpenStore(options, clock, rng);
    ASSERT_TRUE(store.has_value());
    StoredEvent large = TypicalEvent(clock, 1);
    large.payload.assign(1001, ' ');
    const auto outcome = runtime::RunSync((*store)->Insert({large, TypicalEvent(clock, 2)}))
                             .value_or(InsertOutcome{});
    EXPECT_EQ(outcome.stored, 1u);
    EXPECT_EQ(outcome.refused.at(0).reason, kTooLarge);
  }
  std::filesystem::remove_all(folder);
}

TEST(TextIdTest, SipHashMatchesItsPublishedVectors) {
  const sqlite::HashKey key{0x0706050403020100u, 0x0f0e0d0c0b0a0908u};
  EXPECT_EQ(sqlite::SipHash(key, ""), 0x726fdb47dd0e0e31u);
  std::string input;
  for (int i = 0; i < 15; ++i) input += static_cast<char>(i);
  EXPECT_EQ(sqlite::SipHash(key, input), 0xa129ca6149be45e5u);
}

TEST(TextIdTest, ProjectsAndKindsDoNotShareNumbers) {
  const sqlite::TextIds ids({1, 2});
  EXPECT_EQ(ids.Of(1, "k", "v"), ids.Of(1, "k", "v"));
  EXPECT_NE(ids.Of(1, "k", "v"), ids.Of(2, "k", "v"));
  EXPECT_NE(ids.Of(1, "kv", "x"), ids.Of(1, "k", "vx"));
  EXPECT_EQ(ids.Of(1, "k", ""), 0);
}

TEST(DayTest, NamesAreDates) {
  EXPECT_EQ(sqlite::DayName(0), "1970-01-01");
  EXPECT_EQ(sqlite::ParseDayName("2027-01-15"),
            sqlite::DayOf(Timestamp::FromSeconds(1'800'000'000)));
  for (const char* bad : {"", "2027-1-15", "2027-02-30", "2027-01-15x", "catalog"}) {
    EXPECT_FALSE(sqlite::ParseDayName(bad)) << bad;
  }
  EXPECT_EQ(sqlite::DayOf(Timestamp{-1}), -1);
}

TEST(RecordTest, DamagedBytesAreRefused) {
  ManualClock clock;
  StoredEvent e = TypicalEvent(clock, 1);
  e.tags = {{"a", "b"}};
  const std::string bytes = sqlite::EncodeEvent(e);
  EXPECT_EQ(sqlite::DecodeEvent(bytes, true)->tags, e.tags);
  for (std::size_t size = 0; size + e.payload.size() < bytes.size(); ++size) {
    EXPECT_FALSE(sqlite::DecodeEvent(bytes.substr(0, size), true)) << size;
  }
  EXPECT_FALSE(sqlite::DecodeItem(bytes, true));
  EXPECT_FALSE(sqlite::DecodeEvent("\x01" + std::string(40, '\xff'), true));
}

TEST(CursorTest, ParsesWhatItWritesAndNothingElse) {
  const Cursor cursor{Timestamp{123}, 45};
  EXPECT_EQ(Cursor::Parse(cursor.ToString()), cursor);
  for (const char* bad :
       {"", ":", "1", "1:", ":1", "-1:1", "1:2:3", "a:b", "99999999999999999999:1"}) {
    EXPECT_FALSE(Cursor::Parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace gatehouse::eventstore
