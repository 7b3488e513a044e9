// What only the PostgreSQL driver does. Skipped visibly without GATEHOUSE_TEST_POSTGRES.

#include "platform/sql/postgres/postgres.h"

#include <atomic>
#include <cstdlib>
#include <latch>
#include <thread>

#include "platform/sql/errors.h"
#include "platform/sql/postgres/admin.h"
#include "platform/sql/testing/test_database.h"

namespace gatehouse::sql {
namespace {

constexpr Statement kCreate{"create", "CREATE TABLE item (id BIGINT NOT NULL PRIMARY KEY)"};
constexpr Statement kInsert{"insert", "INSERT INTO item (id) VALUES ($1)"};
constexpr Statement kCount{"count", "SELECT count(*) FROM item"};
constexpr Statement kOne{"one", "SELECT 1"};
constexpr Statement kKillSelf{"kill_self", "SELECT pg_terminate_backend(pg_backend_pid())"};

class PostgresTest : public testing::Test {
 protected:
  void SetUp() override {
    database_ = TestDatabase::Postgres();
    if (!database_) GTEST_SKIP() << "GATEHOUSE_TEST_POSTGRES is not set";
    auto created = db().WriteSync([](Tx& tx) { return tx.Exec(kCreate); });
    ASSERT_TRUE(created.has_value()) << created.error().detail;
  }
  Database& db() { return database_->db(); }
  std::unique_ptr<Database> Open(PostgresOptions options) {
    options.url = database_->url();
    auto opened = OpenPostgres(options);
    EXPECT_TRUE(opened.has_value());
    return std::move(*opened);
  }
  std::int64_t Count() {
    return db()
        .ReadSync([](Tx& tx) -> Result<std::int64_t> {
          GH_TRY(Rows rows, tx.Query(kCount));
          return rows.front().Int(0);
        })
        .value_or(-1);
  }
  std::optional<TestDatabase> database_;
};

TEST_F(PostgresTest, AJobThatLosesItsConnectionIsUnavailableAndTheNextOneWorks) {
  auto database = Open({.connections = 1});
  for (int round = 0; round < 3; ++round) {
    auto lost = database->WriteSync([&](Tx& tx) -> Result<void> {
      GH_TRY_VOID(tx.Exec(kInsert, {round}));
      GH_TRY_VOID(tx.Query(kKillSelf));
      return {};
    });
    ASSERT_FALSE(lost.has_value());
    EXPECT_EQ(lost.error().code, Code::kUnavailable);
    EXPECT_EQ(lost.error().reason, kDatabaseUnavailable);
    auto next = database->ReadSync([](Tx& tx) { return tx.Query(kOne); });
    EXPECT_TRUE(next.has_value()) << next.error().detail;
  }
  EXPECT_EQ(Count(), 0);
}

TEST_F(PostgresTest, AConnectionLostWhileIdleCostsNoJob) {
  auto database = Open({.connections = 1});
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(database->WriteSync([&](Tx& tx) { return tx.Exec(kInsert, {round}); }));
    constexpr Statement kKillOthers{
        "kill_others",
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle'"};
    auto control = Open({.connections = 1});
    ASSERT_TRUE(control->ReadSync([&](Tx& tx) { return tx.Query(kKillOthers); }));
  }
  auto after = database->WriteSync([&](Tx& tx) { return tx.Exec(kInsert, {100}); });
  EXPECT_TRUE(after.has_value()) << after.error().detail;
  EXPECT_EQ(Count(), 4);
}

TEST_F(PostgresTest, DuringAnOutageJobsAreAnsweredAndAfterItTheyWork) {
  auto database = Open({.connections = 3});
  const std::string name = database_->url().substr(database_->url().rfind('=') + 1);
  const std::string server = std::getenv("GATEHOUSE_TEST_POSTGRES");
  ASSERT_TRUE(
      RunPostgresCommand(server, "ALTER DATABASE " + name + " WITH ALLOW_CONNECTIONS false"));
  ASSERT_TRUE(RunPostgresCommand(
      server, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '" +
                  name + "'"));
  for (int i = 0; i < 8; ++i) {
    auto lost = database->WriteSync([&](Tx& tx) { return tx.Exec(kInsert, {i}); });
    ASSERT_FALSE(lost.has_value());
    EXPECT_EQ(lost.error().reason, kDatabaseUnavailable);
  }
  ASSERT_TRUE(
      RunPostgresCommand(server, "ALTER DATABASE " + name + " WITH ALLOW_CONNECTIONS true"));
  bool works = false;
  for (int i = 0; i < 100 && !works; ++i) {
    works = database->WriteSync([&](Tx& tx) { return tx.Exec(kInsert, {1000 + i}); }).has_value();
  }
  EXPECT_TRUE(works);
}

TEST_F(PostgresTest, ADatabaseThatIsDownAtTheEndStillAnswersEverything) {
  std::atomic<int> answered = 0;
  {
    auto database = Open({.connections = 2});
    for (int i = 0; i < 20; ++i) {
      database->Submit(
          Access::kWrite, Tenant::None(),
          [](Tx& tx) -> Result<void> {
            GH_TRY_VOID(tx.Query(kKillSelf));
            return {};
          },
          [&](Result<void> result) {
            EXPECT_FALSE(result.has_value());
            ++answered;
          });
    }
  }
  EXPECT_EQ(answered, 20);
}

TEST_F(PostgresTest, AServerThatDoesNotSyncIsRefused) {
  const std::string name = database_->url().substr(database_->url().rfind('=') + 1);
  ASSERT_TRUE(RunPostgresCommand(database_->url(),
                                 "ALTER DATABASE " + name + " SET synchronous_commit = off"));
  auto opened = OpenPostgres({.url = database_->url()});
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, Code::kFailedPrecondition);
  EXPECT_EQ(opened.error().reason, kDatabaseNotDurable);
}

TEST_F(PostgresTest, AnUnreachableServerIsUnavailableAndNoMessageHoldsThePassword) {
  for (const char* url : {"postgresql://u:geheim@127.0.0.1:1/x", "postgresql://u:geheim@[::1/x",
                          "postgresql://u:geheim@127.0.0.1:1/x?nonsense=1"}) {
    auto opened = OpenPostgres({.url = url});
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code, Code::kUnavailable);
    EXPECT_EQ(opened.error().reason, kDatabaseUnavailable);
    EXPECT_EQ(opened.error().detail.find("geheim"), std::string::npos) << opened.error().detail;
  }
}

TEST_F(PostgresTest, AFullQueueAnswersOverloadedAtOnce) {
  std::latch entered(1);
  std::latch go(1);
  auto database = Open({.connections = 1, .max_queue = 2});
  database->Submit(
      Access::kRead, Tenant::None(),
      [&](Tx&) -> Result<void> {
        entered.count_down();
        go.wait();
        return {};
      },
      [](Result<void>) {});
  entered.wait();
  for (int i = 0; i < 2; ++i) {
    database->Submit(
        Access::kRead, Tenant::None(), [](Tx&) -> Result<void> { return {}; }, [](Result<void>) {});
  }
  auto refused = database->ReadSync([](Tx& tx) { return tx.Query(kOne); });
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, kOverloaded);
  go.count_down();
}

TEST_F(PostgresTest, ADeadlockIsRunAgain) {
  ASSERT_TRUE(db().WriteSync([](Tx& tx) -> Result<void> {
    GH_TRY_VOID(tx.Exec(kInsert, {1}));
    GH_TRY_VOID(tx.Exec(kInsert, {2}));
    return {};
  }));
  constexpr Statement kLock{"lock", "SELECT id FROM item WHERE id = $1 FOR UPDATE"};
  std::latch both(2);
  std::atomic<int> runs = 0;
  auto cross = [&](int first, int second) {
    bool met = false;
    auto done = db().WriteSync([&](Tx& tx) -> Result<void> {
      ++runs;
      GH_TRY_VOID(tx.Query(kLock, {first}));
      if (!met) both.arrive_and_wait();
      met = true;
      GH_TRY_VOID(tx.Query(kLock, {second}));
      return {};
    });
    EXPECT_TRUE(done.has_value()) << done.error().detail;
  };
  std::jthread other([&] { cross(2, 1); });
  cross(1, 2);
  other.join();
  EXPECT_GE(runs, 3);
}

TEST_F(PostgresTest, AfterFiveRerunsTheConflictIsTheAnswer) {
  constexpr Statement kConflict{
      "conflict", "DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$"};
  std::atomic<int> runs = 0;
  auto done = db().WriteSync([&](Tx& tx) -> Result<void> {
    ++runs;
    GH_TRY_VOID(tx.Exec(kConflict));
    return {};
  });
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, Code::kConflict);
  EXPECT_EQ(done.error().reason, kSerializationFailure);
  EXPECT_EQ(runs, 6);
}

TEST_F(PostgresTest, PreparedStatementsThatTheServerForgotArePreparedAgain) {
  auto database = Open({.connections = 1});
  ASSERT_TRUE(database->ReadSync([](Tx& tx) { return tx.Query(kOne); }));
  ASSERT_TRUE(database->ReadSync([](Tx& tx) { return tx.Query(Statement{"", "DEALLOCATE ALL"}); }));
  auto after = database->ReadSync([](Tx& tx) { return tx.Query(kOne); });
  EXPECT_TRUE(after.has_value()) << after.error().detail;
}

}  // namespace
}  // namespace gatehouse::sql
