#pragma once

// Databases for tests: a fresh one each, removed at the end. A store test derives its fixture from
// DatabaseTest and runs every body on each engine:
//
//   class UserStoreTest : public sql::DatabaseTest {
//    protected:
//     void SetUp() override {
//       DatabaseTest::SetUp();
//       if (!IsSkipped()) Apply("control", kControlMigrations);
//     }
//   };
//   GATEHOUSE_ON_ALL_ENGINES(UserStoreTest);
//   TEST_P(UserStoreTest, FindsByEmail) { ... db() ... }
//
// PostgreSQL tests need GATEHOUSE_TEST_POSTGRES: the URL of a server on which the role may create
// databases. Without it they are skipped, visibly. A role that row-level security does not bind
// (superuser, BYPASSRLS) aborts the test program: it would prove nothing.

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platform/sql/migrate.h"
#include "platform/sql/sql.h"

namespace gatehouse::sql {

class TestDatabase {
 public:
  // Never fails: what cannot be set up aborts the test program with the cause.
  static TestDatabase Sqlite();
  // nullopt when GATEHOUSE_TEST_POSTGRES is not set.
  static std::optional<TestDatabase> Postgres();
  static std::optional<TestDatabase> For(Engine engine);

  TestDatabase(TestDatabase&&) noexcept;
  TestDatabase& operator=(TestDatabase&&) noexcept;
  ~TestDatabase();

  Database& db() { return *db_; }
  // A second, independent Database on the same data, as another process would have.
  std::unique_ptr<Database> OpenAnother() const;
  // Ends the Database and its threads until Reopen(): before a fork, whose child would inherit the
  // locks that a thread happens to hold, but not the thread.
  void Close() { db_.reset(); }
  // Closes the Database and opens it again. References to db() end.
  void Reopen();
  void Apply(std::string_view set, std::span<const Migration> migrations,
             const TenantTables& tables = {});

  // The SQLite file (empty for PostgreSQL) and the PostgreSQL URL (empty for SQLite).
  const std::filesystem::path& file() const { return file_; }
  const std::string& url() const { return url_; }

 private:
  TestDatabase() = default;
  void Remove();

  std::filesystem::path folder_;
  std::filesystem::path file_;
  std::string server_;
  std::string name_;
  std::string url_;
  std::unique_ptr<Database> db_;
};

std::vector<Engine> AllEngines();
std::string EngineName(const testing::TestParamInfo<Engine>& info);

class DatabaseTest : public testing::TestWithParam<Engine> {
 protected:
  void SetUp() override;
  Database& db() { return database_->db(); }
  TestDatabase& database() { return *database_; }
  void Apply(std::string_view set, std::span<const Migration> migrations,
             const TenantTables& tables = {}) {
    database_->Apply(set, migrations, tables);
  }
  // Runs statements separated by ";\n" in one transaction that sees everybody's rows.
  void Execute(std::string_view text);

 private:
  std::optional<TestDatabase> database_;
};

}  // namespace gatehouse::sql

#define GATEHOUSE_ON_ALL_ENGINES(Fixture)                                                       \
  INSTANTIATE_TEST_SUITE_P(Engines, Fixture, testing::ValuesIn(::gatehouse::sql::AllEngines()), \
                           ::gatehouse::sql::EngineName)
