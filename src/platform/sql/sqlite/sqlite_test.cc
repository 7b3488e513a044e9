#include "platform/sql/sqlite/sqlite.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <latch>
#include <mutex>
#include <thread>

#include "platform/runtime/runtime.h"
#include "platform/sql/errors.h"
#include "platform/sql/testing/faulty_database.h"
#include "platform/sql/testing/test_database.h"

namespace gatehouse::sql {
namespace {

constexpr Statement kCreate{"create", "CREATE TABLE item (id BIGINT NOT NULL PRIMARY KEY)"};
constexpr Statement kInsert{"insert", "INSERT INTO item (id) VALUES ($1)"};
constexpr Statement kCount{"count", "SELECT count(*) FROM item"};
constexpr Statement kFat{"fat", "CREATE TABLE fat (id BIGINT PRIMARY KEY, body TEXT)"};
constexpr Statement kFill{"fill",
                          "INSERT INTO fat (id, body) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE "
                          "SET body = excluded.body"};

class SqliteTest : public testing::Test {
 protected:
  void SetUp() override { Open({}); }
  void TearDown() override {
    db_.reset();
    std::filesystem::remove_all(folder_);
  }
  void Open(SqliteOptions options) {
    db_.reset();
    if (folder_.empty()) {
      std::string name = std::filesystem::temp_directory_path() / "gatehouse_sqlite_XXXXXX";
      folder_ = ::mkdtemp(name.data());
    }
    options.file = folder_ / "test.db";
    auto opened = OpenSqlite(options);
    ASSERT_TRUE(opened.has_value()) << opened.error().detail;
    db_ = std::move(*opened);
  }
  Result<std::int64_t> Exec(const Statement& statement, std::int64_t id) {
    return db_->WriteSync([&](Tx& tx) { return tx.Exec(statement, {id}); });
  }
  void Create() {
    ASSERT_TRUE(db_->WriteSync([](Tx& tx) { return tx.Exec(kCreate); }));
  }
  static Result<std::int64_t> Count(Database& db) {
    return db.ReadSync([](Tx& tx) -> Result<std::int64_t> {
      GH_TRY(Rows rows, tx.Query(kCount));
      return rows.front().Int(0);
    });
  }
  std::string Pragma(Access access, const std::string& text) {
    std::string out;
    auto read = [&](Tx& tx) -> Result<void> {
      GH_TRY(Rows rows, tx.Query(Statement{"", text}));
      if (rows.empty()) return {};
      out = rows.front().String(0);
      return {};
    };
    auto done = access == Access::kRead ? db_->ReadSync(read) : db_->WriteSync(read);
    EXPECT_TRUE(done.has_value()) << done.error().detail;
    return out;
  }

  // Keeps the writer busy so that everything submitted meanwhile forms one group.
  class Held {
   public:
    explicit Held(Database& db) {
      db.Submit(
          Access::kWrite, Tenant::None(),
          [this](Tx&) -> Result<void> {
            entered_.count_down();
            go_.wait();
            return {};
          },
          [this](Result<void>) { left_.count_down(); });
      entered_.wait();
    }
    void Release() {
      go_.count_down();
      left_.wait();
    }

   private:
    std::latch entered_{1};
    std::latch go_{1};
    std::latch left_{1};
  };

  std::filesystem::path folder_;
  std::unique_ptr<Database> db_;
};

TEST_F(SqliteTest, QueuedWritesShareOneCommitAndAnErrorStaysWithItsJob) {
  std::mutex mutex;
  std::vector<std::size_t> commits;
  Open({.on_commit = [&](std::size_t jobs) {
    std::lock_guard lock(mutex);
    commits.push_back(jobs);
  }});
  Create();
  constexpr int kJobs = 100;
  std::latch answered(kJobs);
  std::vector<Result<void>> results(kJobs);
  Held held(*db_);
  for (int i = 0; i < kJobs; ++i) {
    db_->Submit(
        Access::kWrite, Tenant::None(),
        [i](Tx& tx) -> Result<void> {
          GH_TRY_VOID(tx.Exec(kInsert, {1000 + i}));
          if (i % 10 == 3) GH_TRY_VOID(tx.Exec(kInsert, {1000 + i}));  // twice the same key
          if (i % 10 == 7) return Fail(Code::kPermissionDenied, "no_entry");
          if (i % 10 == 9) throw std::runtime_error("broken");
          return {};
        },
        [&, i](Result<void> result) {
          results[static_cast<std::size_t>(i)] = std::move(result);
          answered.count_down();
        });
  }
  held.Release();
  answered.wait();
  {
    std::lock_guard lock(mutex);
    EXPECT_EQ(commits, (std::vector<std::size_t>{1, 1, kJobs}));
  }
  for (int i = 0; i < kJobs; ++i) {
    const auto& result = results[static_cast<std::size_t>(i)];
    switch (i % 10) {
      case 3:
        EXPECT_EQ(result.error().reason, kUniqueViolation);
        break;
      case 7:
        EXPECT_EQ(result.error().reason, "no_entry");
        break;
      case 9:
        EXPECT_EQ(result.error().reason, kInternal);
        break;
      default:
        EXPECT_TRUE(result.has_value()) << i;
    }
  }
  EXPECT_EQ(Count(*db_), 70);
}

TEST_F(SqliteTest, AStreamOfFailingJobsDoesNotRunItsNeighboursTwiceEachTime) {
  Open({});
  Create();
  std::atomic<int> good_runs{0};
  constexpr int kGroups = 10;
  for (int group = 0; group < kGroups; ++group) {
    std::latch answered(3);
    Held held(*db_);
    for (int i = 0; i < 3; ++i) {
      db_->Submit(
          Access::kWrite, Tenant::None(),
          [&good_runs, group, i](Tx& tx) -> Result<void> {
            if (i == 2) return Fail(Code::kPermissionDenied, "no_entry");
            ++good_runs;
            GH_TRY_VOID(tx.Exec(kInsert, {10 * group + i}));
            return {};
          },
          [&answered, i](Result<void> result) {
            EXPECT_EQ(result.has_value(), i != 2);
            answered.count_down();
          });
    }
    held.Release();
    answered.wait();
  }
  EXPECT_EQ(Count(*db_), 2 * kGroups);
  EXPECT_EQ(good_runs, 2 * kGroups + 2) << "the first group ran twice, no other";
}

TEST_F(SqliteTest, AGroupIsBounded) {
  std::mutex mutex;
  std::vector<std::size_t> commits;
  Open({.max_group = 8, .on_commit = [&](std::size_t jobs) {
          std::lock_guard lock(mutex);
          commits.push_back(jobs);
        }});
  Create();
  std::latch answered(20);
  Held held(*db_);
  for (int i = 0; i < 20; ++i) {
    db_->Submit(
        Access::kWrite, Tenant::None(),
        [i](Tx& tx) -> Result<void> {
          GH_TRY_VOID(tx.Exec(kInsert, {i}));
          return {};
        },
        [&](Result<void> result) {
          EXPECT_TRUE(result.has_value());
          answered.count_down();
        });
  }
  held.Release();
  answered.wait();
  std::lock_guard lock(mutex);
  EXPECT_EQ(commits, (std::vector<std::size_t>{1, 1, 8, 8, 4}));
}

TEST_F(SqliteTest, AFullQueueAnswersOverloadedAtOnce) {
  Open({.max_queue = 3});
  Create();
  Held held(*db_);
  std::latch answered(3);
  for (int i = 0; i < 3; ++i) {
    db_->Submit(
        Access::kWrite, Tenant::None(), [](Tx&) -> Result<void> { return {}; },
        [&](Result<void> result) {
          EXPECT_TRUE(result.has_value());
          answered.count_down();
        });
  }
  auto refused = Exec(kInsert, 1);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
  EXPECT_EQ(refused.error().reason, kOverloaded);
  EXPECT_EQ(Count(*db_), 0) << "reads have a queue of their own";
  held.Release();
  answered.wait();
  EXPECT_TRUE(Exec(kInsert, 1).has_value());
}

TEST_F(SqliteTest, AFullDiskFailsTheWholeGroupAndPasses) {
  Create();
  ASSERT_TRUE(db_->WriteSync([&](Tx& tx) { return tx.Exec(kFat); }));
  auto limit_pages = [&](const std::string& pages) {
    const std::string text = "PRAGMA max_page_count=" + pages;
    ASSERT_TRUE(db_->WriteSync([&](Tx& tx) { return tx.Query(Statement{"", text}); }));
  };
  limit_pages("40");
  const std::string body(1 << 20, 'x');
  auto full = db_->WriteSync([&](Tx& tx) { return tx.Exec(kFill, {1, body}); });
  ASSERT_FALSE(full.has_value());
  EXPECT_EQ(full.error().code, Code::kResourceExhausted);
  EXPECT_EQ(full.error().reason, kDiskFull);
  EXPECT_EQ(Count(*db_), 0) << "reads go on";

  // In a group: whoever came before the full disk may lose its work too, but then hears of it.
  std::latch answered(3);
  std::atomic<int> succeeded = 0;
  Held held(*db_);
  for (int i = 0; i < 3; ++i) {
    db_->Submit(
        Access::kWrite, Tenant::None(),
        [i, &body](Tx& tx) -> Result<void> {
          GH_TRY_VOID(tx.Exec(kInsert, {i}));
          if (i == 1) GH_TRY_VOID(tx.Exec(kFill, {2, body}));
          return {};
        },
        [&](Result<void> result) {
          if (result) {
            ++succeeded;
          } else {
            EXPECT_EQ(result.error().reason, kDiskFull);
          }
          answered.count_down();
        });
  }
  held.Release();
  answered.wait();
  EXPECT_EQ(Count(*db_), succeeded.load());

  limit_pages("1073741823");
  auto after = db_->WriteSync([&](Tx& tx) { return tx.Exec(kFill, {1, body}); });
  EXPECT_TRUE(after.has_value()) << after.error().detail;
}

TEST_F(SqliteTest, TheFileIsForItsOwnerOnly) {
  Create();
  for (const char* name : {"test.db", "test.db-wal", "test.db-shm"}) {
    struct stat info{};
    ASSERT_EQ(::stat((folder_ / name).c_str(), &info), 0) << name;
    EXPECT_EQ(info.st_mode & 0777, 0600u) << name;
  }
  db_.reset();
  std::filesystem::permissions(folder_ / "test.db", std::filesystem::perms(0644));
  Open({});
  struct stat info{};
  ASSERT_EQ(::stat((folder_ / "test.db").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(SqliteTest, ConnectionsAreHardened) {
  for (Access access : {Access::kRead, Access::kWrite}) {
    auto value = [&](const std::string& name) {
      return Pragma(access, "SELECT CAST(" + name + " AS TEXT) FROM pragma_" + name);
    };
    EXPECT_EQ(value("journal_mode"), "wal");
    EXPECT_EQ(value("foreign_keys"), "1");
    EXPECT_EQ(value("trusted_schema"), "0");
    EXPECT_EQ(value("cell_size_check"), "1");
    EXPECT_EQ(value("query_only"), access == Access::kRead ? "1" : "0");
  }
  EXPECT_EQ(Pragma(Access::kWrite, "SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous"),
            "2");
  auto extension = db_->ReadSync(
      [](Tx& tx) { return tx.Query(Statement{"", "SELECT load_extension('libc.so.6')"}); });
  EXPECT_FALSE(extension.has_value());
  // Defensive mode: a job cannot corrupt the file by SQL.
  auto schema = db_->WriteSync([](Tx& tx) {
    return tx.Exec(Statement{"", "INSERT INTO sqlite_master VALUES ('a', 'b', 'c', 1, 'd')"});
  });
  EXPECT_FALSE(schema.has_value());
}

TEST_F(SqliteTest, AMissingFolderIsUnavailable) {
  auto opened = OpenSqlite({.file = folder_ / "missing" / "test.db"});
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, Code::kUnavailable);
  EXPECT_EQ(opened.error().reason, kDatabaseUnavailable);
}

Task<std::thread::id> ThreadOfLookup(Database& db) {
  co_return co_await db.Lookup([](Tx& tx) -> Result<std::thread::id> {
    GH_TRY_VOID(tx.Query(kCount));
    return std::this_thread::get_id();
  });
}

TEST_F(SqliteTest, ALookupRunsOnTheCallingThreadAndASecondOneGoesToAReader) {
  Create();
  EXPECT_EQ(runtime::RunSync(ThreadOfLookup(*db_)), std::this_thread::get_id());

  std::latch entered(1);
  std::latch go(1);
  auto hold = [&](Tx&) -> Result<void> {
    entered.count_down();
    go.wait();
    return {};
  };
  std::thread other([&] { EXPECT_TRUE(runtime::RunSync(db_->Lookup(hold)).has_value()); });
  entered.wait();
  const auto meanwhile = runtime::RunSync(ThreadOfLookup(*db_));
  ASSERT_TRUE(meanwhile.has_value());
  EXPECT_NE(*meanwhile, std::this_thread::get_id());
  EXPECT_NE(*meanwhile, other.get_id());
  go.count_down();
  other.join();
}

TEST_F(SqliteTest, ALookupThatFindsTheFileLockedWaitsOnAReader) {
  std::vector<std::thread::id> ran;
  auto lookup = [&](Tx&) -> Result<void> {
    ran.push_back(std::this_thread::get_id());
    if (ran.size() == 1) return Fail(Code::kConflict, kSerializationFailure, "locked");
    return {};
  };
  EXPECT_TRUE(runtime::RunSync(db_->Lookup(lookup)).has_value());
  ASSERT_EQ(ran.size(), 2u);
  EXPECT_EQ(ran[0], std::this_thread::get_id());
  EXPECT_NE(ran[1], std::this_thread::get_id());
}

TEST_F(SqliteTest, ALookupSeesWhatWasCommittedAndWritesNothing) {
  Create();
  ASSERT_TRUE(Exec(kInsert, 1));
  auto count = [](Tx& tx) -> Result<std::int64_t> {
    GH_TRY(Rows rows, tx.Query(kCount));
    return rows.front().Int(0);
  };
  EXPECT_EQ(runtime::RunSync(db_->Lookup(count)), 1);
  auto write = [](Tx& tx) { return tx.Exec(kInsert, {2}); };
  EXPECT_FALSE(runtime::RunSync(db_->Lookup(write)).has_value());
  EXPECT_EQ(runtime::RunSync(db_->Lookup(count)), 1);
}

TEST_F(SqliteTest, AFileThatIsNoDatabaseIsUnavailable) {
  db_.reset();
  std::filesystem::remove(folder_ / "test.db-wal");
  std::filesystem::remove(folder_ / "test.db-shm");
  FILE* file = std::fopen((folder_ / "test.db").c_str(), "w");
  ASSERT_NE(file, nullptr);
  for (int i = 0; i < 4096; ++i) std::fputs("not a database\n", file);
  std::fclose(file);
  auto opened = OpenSqlite({.file = folder_ / "test.db"});
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().reason, kDatabaseUnavailable);
}

TEST_F(SqliteTest, TheWalStaysBoundedUnderWrites) {
  ASSERT_TRUE(db_->WriteSync([&](Tx& tx) { return tx.Exec(kFat); }));
  const std::string body(64 << 10, 'x');
  for (int i = 0; i < 1500; ++i) {  // about 100 MB
    ASSERT_TRUE(db_->WriteSync([&](Tx& tx) { return tx.Exec(kFill, {i % 20, body}); }));
  }
  EXPECT_LT(std::filesystem::file_size(folder_ / "test.db-wal"), 16u << 20);
}

TEST_F(SqliteTest, AKilledProcessLeavesAllOrNothingAndKeepsWhatWasCommitted) {
  Create();
  db_.reset();
  const std::vector<std::string> moments{"before insert", "after insert",  "before insert",
                                         "after insert",  "before commit", "after commit"};
  std::int64_t expected = 0;
  for (std::size_t n = 1; n <= moments.size(); ++n) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto opened = OpenSqlite({.file = folder_ / "test.db"});
      FaultyDatabase faulty(**opened);
      faulty.Arm(n, Fault::kKill);
      const auto base = static_cast<std::int64_t>(n) * 10;
      (void)faulty.WriteSync([base](Tx& tx) -> Result<void> {
        GH_TRY_VOID(tx.Exec(kInsert, {base}));
        GH_TRY_VOID(tx.Exec(kInsert, {base + 1}));
        return {};
      });
      ::_exit(3);  // not killed
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << moments[n - 1];
    auto opened = OpenSqlite({.file = folder_ / "test.db"});
    ASSERT_TRUE(opened.has_value()) << opened.error().detail;
    if (moments[n - 1] == "after commit") expected += 2;
    EXPECT_EQ(Count(**opened), expected) << moments[n - 1];
    auto intact = (*opened)->ReadSync([](Tx& tx) -> Result<std::string> {
      GH_TRY(Rows rows, tx.Query(Statement{"", "PRAGMA integrity_check"}));
      return rows.front().String(0);
    });
    EXPECT_EQ(intact.value_or("error"), "ok");
  }
}

}  // namespace
}  // namespace gatehouse::sql
