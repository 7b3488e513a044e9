#include "platform/sql/migrate.h"

#include <thread>

#include "platform/sql/errors.h"
#include "platform/sql/testing/test_database.h"

namespace gatehouse::sql {
namespace {

constexpr Migration kFirst{1, "0001_items",
                           "-- Items; with a semicolon here;\n"
                           "CREATE TABLE item (\n"
                           "  id BIGINT NOT NULL PRIMARY KEY,\n"
                           "  name TEXT NOT NULL\n"
                           ");\n"
                           "CREATE UNIQUE INDEX item_name ON item (name);\n"};
constexpr Migration kSecond{2, "0002_notes",
                            "ALTER TABLE item ADD COLUMN note TEXT;\n"
                            "INSERT INTO item (id, name) VALUES (1, 'first')"};
constexpr Migration kBroken{3, "0003_broken",
                            "CREATE TABLE half (id BIGINT PRIMARY KEY);\n"
                            "INSERT INTO nowhere (id) VALUES (1);\n"};

class MigrateTest : public DatabaseTest {
 protected:
  Result<MigrationStatus> Run(std::vector<Migration> all) {
    return Migrate(db(), clock_, "control", all, {});
  }
  Result<MigrationStatus> Check(std::vector<Migration> all) {
    return CheckMigrations(db(), "control", all);
  }
  std::int64_t Number(std::string_view text) {
    auto got = db().ReadSync([&](Tx& tx) -> Result<std::int64_t> {
      GH_TRY(Rows rows, tx.Query(Statement{"", text}));
      return rows.front().Int(0);
    });
    EXPECT_TRUE(got.has_value()) << got.error().detail;
    return got.value_or(-1);
  }
  ManualClock clock_;
};
GATEHOUSE_ON_ALL_ENGINES(MigrateTest);

TEST_P(MigrateTest, AFreshDatabaseGetsEverythingOnce) {
  auto before = Check({kFirst, kSecond});
  ASSERT_TRUE(before.has_value()) << before.error().detail;
  EXPECT_EQ(before->current, 0);
  EXPECT_EQ(before->pending, (std::vector<int>{1, 2}));

  for (int round = 0; round < 2; ++round) {
    auto done = Run({kFirst, kSecond});
    ASSERT_TRUE(done.has_value()) << done.error().detail;
    EXPECT_EQ(done->current, 2);
    EXPECT_TRUE(done->pending.empty());
  }
  EXPECT_EQ(Number("SELECT count(*) FROM item"), 1);
  EXPECT_EQ(Number("SELECT applied_at FROM schema_migrations WHERE version = 2"),
            clock_.Now().micros);
}

TEST_P(MigrateTest, AppliesOnlyWhatIsMissing) {
  ASSERT_TRUE(Run({kFirst}));
  auto between = Check({kFirst, kSecond});
  ASSERT_TRUE(between.has_value());
  EXPECT_EQ(between->current, 1);
  EXPECT_EQ(between->pending, (std::vector<int>{2}));
  EXPECT_EQ(Run({kFirst, kSecond})->current, 2);
}

// An index beside the table would be one more place that every insert writes to.
TEST_P(MigrateTest, TheKeyIsTheRowNumberOnSqlite) {
  ASSERT_TRUE(Run({kFirst, {2, "0002_key", "CREATE TABLE half (id BIGINT PRIMARY KEY);\n"}}));
  if (db().engine() == Engine::kSqlite) {
    EXPECT_EQ(Number("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'sqlite_autoindex_item%' "
                     "OR name LIKE 'sqlite_autoindex_half%'"),
              0);
  }
}

TEST_P(MigrateTest, SetsAreIndependent) {
  ASSERT_TRUE(Run({kFirst}));
  constexpr Migration kOther{1, "0001_other", "CREATE TABLE other (id BIGINT PRIMARY KEY)"};
  auto done = Migrate(db(), clock_, "region", std::vector<Migration>{kOther}, {});
  ASSERT_TRUE(done.has_value()) << done.error().detail;
  EXPECT_EQ(done->current, 1);
  EXPECT_EQ(Number("SELECT count(*) FROM schema_migrations"), 2);
}

TEST_P(MigrateTest, AnOldBinaryRefusesANewerSchema) {
  ASSERT_TRUE(Run({kFirst, kSecond}));
  for (const auto& result : {Run({kFirst}), Check({kFirst}), Run({})}) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, Code::kFailedPrecondition);
    EXPECT_EQ(result.error().reason, kSchemaNewer);
  }
}

TEST_P(MigrateTest, AnEditedMigrationIsRefused) {
  ASSERT_TRUE(Run({kFirst}));
  Migration edited = kFirst;
  edited.text = "CREATE TABLE item (id BIGINT);\n";
  for (const auto& result : {Run({edited, kSecond}), Check({edited}), Run({kSecond})}) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, Code::kDataLoss);
    EXPECT_EQ(result.error().reason, kSchemaChanged);
  }
}

TEST_P(MigrateTest, LineEndingsDoNotCount) {
  ASSERT_TRUE(Run({kFirst}));
  std::string text(kFirst.text);
  for (std::size_t i = 0; (i = text.find('\n', i)) != std::string::npos; i += 2) {
    text.insert(i, 1, '\r');
  }
  EXPECT_TRUE(Check({{1, "0001_items", text}}).has_value());
}

TEST_P(MigrateTest, AFailedMigrationLeavesNothingAndSaysWhere) {
  auto done = Run({kFirst, kSecond, kBroken});
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().reason, kSqlError);
  EXPECT_NE(done.error().detail.find("control/0003_broken"), std::string::npos)
      << done.error().detail;
  auto status = Check({kFirst, kSecond, kBroken});
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->current, 2);
  EXPECT_EQ(status->pending, (std::vector<int>{3}));
  // The first statement of the broken one is undone: the corrected text can run.
  auto corrected = Run({kFirst, kSecond, {3, "0003_broken", "CREATE TABLE half (id BIGINT)"}});
  EXPECT_TRUE(corrected.has_value()) << corrected.error().detail;
}

TEST_P(MigrateTest, SeveralMigratorsAtOnceApplyEachOnce) {
  const std::vector<Migration> all{kFirst, kSecond};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      auto another = database().OpenAnother();
      auto done = Migrate(*another, clock_, "control", all, {});
      EXPECT_TRUE(done.has_value()) << done.error().reason << ": " << done.error().detail;
      if (done) EXPECT_EQ(done->current, 2);
    });
  }
  threads.clear();
  EXPECT_EQ(Number("SELECT count(*) FROM item"), 1);
  EXPECT_EQ(Number("SELECT count(*) FROM schema_migrations"), 2);
}

}  // namespace
}  // namespace gatehouse::sql
