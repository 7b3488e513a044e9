#include "region/eventstore/sqlite/sqlite_store.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>

#include "region/eventstore/eventstore_contract.h"
#include "region/eventstore/sqlite/day.h"
#include "region/eventstore/sqlite/record.h"
#include "region/eventstore/sqlite/text_id.h"

namespace gatehouse::eventstore {
namespace {

std::string TempFolder() {
  std::string name = std::filesystem::temp_directory_path() / "gatehouse_events_XXXXXX";
  return ::mkdtemp(name.data());
}

class OnDisk final : public EventStoreFixture {
 public:
  OnDisk() {
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
INSTANTIATE_TEST_SUITE_P(Sqlite, EventStoreContract, testing::Values(&MakeOnDisk));

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

TEST(SqliteStoreTest, AKilledProcessKeepsWhatWasAnsweredAndCountsAgree) {
  const std::filesystem::path folder = TempFolder();
  sqlite::Options options;
  options.folder = folder;
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
