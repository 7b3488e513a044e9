// Row-level security, attacked. Skipped visibly without GATEHOUSE_TEST_POSTGRES.

#include "platform/sql/tenants.h"

#include <stdexcept>

#include "platform/sql/errors.h"
#include "platform/sql/migrate.h"
#include "platform/sql/postgres/postgres.h"
#include "platform/sql/testing/test_database.h"

namespace gatehouse::sql {
namespace {

constexpr std::int64_t kA = 1;
constexpr std::int64_t kB = 2;
constexpr TenantTables kTables{.column = "house_id", .root = "houses"};
constexpr Migration kFirst{1, "0001_houses",
                           "CREATE TABLE houses (id BIGINT PRIMARY KEY, name TEXT UNIQUE);\n"
                           "CREATE TABLE rooms (id BIGINT PRIMARY KEY, house_id BIGINT NOT NULL "
                           "REFERENCES houses (id), name TEXT NOT NULL UNIQUE);\n"
                           "CREATE INDEX rooms_house ON rooms (house_id, id);\n"
                           "CREATE TABLE notes (id BIGINT PRIMARY KEY, house_id BIGINT);\n"
                           "CREATE TABLE weather (id BIGINT PRIMARY KEY);\n"};

class TenantTest : public testing::Test {
 protected:
  void SetUp() override {
    database_ = TestDatabase::Postgres();
    if (!database_) GTEST_SKIP() << "GATEHOUSE_TEST_POSTGRES is not set";
    database_->Apply("one", std::vector<Migration>{kFirst}, kTables);
    // One connection, so that each transaction follows the one before it on the same.
    auto opened = OpenPostgres({.url = database_->url(), .connections = 1});
    ASSERT_TRUE(opened.has_value());
    db_ = std::move(*opened);
    for (std::int64_t house : {kA, kB}) {
      const std::string n = std::to_string(house);
      ASSERT_EQ(Do(Tenant::Of(house), "INSERT INTO houses VALUES (" + n + ", 'h" + n + "')"), 1);
      ASSERT_EQ(
          Do(Tenant::Of(house), "INSERT INTO rooms VALUES (" + n + ", " + n + ", 'r" + n + "')"),
          1);
      ASSERT_EQ(Do(Tenant::Of(house), "INSERT INTO notes VALUES (" + n + ", " + n + ")"), 1);
    }
  }
  void TearDown() override { db_.reset(); }

  // Rows changed, or -1 for "refused by row-level security", or -2 for another error.
  std::int64_t Do(Tenant tenant, const std::string& text) {
    auto done = db_->WriteSync(tenant, [&](Tx& tx) { return tx.Exec(Statement{"", text}); });
    if (done) return *done;
    return done.error().detail.find("row-level security") != std::string::npos ? -1 : -2;
  }
  std::int64_t Number(Tenant tenant, const std::string& text) {
    auto got = db_->ReadSync(tenant, [&](Tx& tx) -> Result<std::int64_t> {
      GH_TRY(Rows rows, tx.Query(Statement{"", text}));
      return rows.front().Int(0);
    });
    EXPECT_TRUE(got.has_value()) << got.error().detail;
    return got.value_or(-1);
  }
  std::vector<std::string> Unprotected() {
    return db_->ReadSync([](Tx& tx) { return UnprotectedTables(tx, kTables); }).value();
  }

  std::optional<TestDatabase> database_;
  std::unique_ptr<Database> db_;
};

TEST_F(TenantTest, AForgottenTenantFindsNothing) {
  for (const char* table : {"houses", "rooms", "notes"}) {
    const std::string name = table;
    EXPECT_EQ(Number(Tenant::None(), "SELECT count(*) FROM " + name), 0) << name;
    EXPECT_EQ(Number(Tenant::Of(3), "SELECT count(*) FROM " + name), 0) << name;
    EXPECT_EQ(Number(Tenant::Of(kA), "SELECT count(*) FROM " + name), 1) << name;
    EXPECT_EQ(Number(Tenant::All(), "SELECT count(*) FROM " + name), 2) << name;
    EXPECT_EQ(Do(Tenant::None(), "UPDATE " + name + " SET id = id"), 0) << name;
    EXPECT_EQ(Do(Tenant::None(), "DELETE FROM " + name), 0) << name;
  }
  EXPECT_EQ(Do(Tenant::None(), "INSERT INTO rooms VALUES (9, 1, 'x')"), -1);
  EXPECT_EQ(Do(Tenant::None(), "INSERT INTO weather VALUES (1)"), 1);  // belongs to nobody
}

TEST_F(TenantTest, ATenantCannotTouchTheRowOfAnotherByItsId) {
  const Tenant a = Tenant::Of(kA);
  EXPECT_EQ(Number(a, "SELECT count(*) FROM rooms WHERE id = 2"), 0);
  EXPECT_EQ(Do(a, "UPDATE rooms SET name = 'mine' WHERE id = 2"), 0);
  EXPECT_EQ(Do(a, "DELETE FROM rooms WHERE id = 2"), 0);
  EXPECT_EQ(Do(a, "INSERT INTO rooms VALUES (3, 2, 'x')"), -1);
  EXPECT_EQ(Do(a, "UPDATE rooms SET house_id = 2 WHERE id = 1"), -1);
  EXPECT_EQ(Do(a, "INSERT INTO rooms VALUES (2, 1, 'x') ON CONFLICT (id) DO UPDATE SET name = 'x'"),
            -1);
  EXPECT_EQ(Do(a, "INSERT INTO rooms VALUES (4, 1, 'r2') ON CONFLICT DO NOTHING"), 0);
  EXPECT_EQ(Number(Tenant::Of(kB), "SELECT count(*) FROM rooms WHERE id = 2 AND name = 'r2'"), 1);
}

TEST_F(TenantTest, AViewOrAFunctionOfTheOwnerIsNoWayRound) {
  ASSERT_EQ(Do(Tenant::None(), "CREATE VIEW everything AS SELECT * FROM rooms"), 0);
  ASSERT_EQ(Do(Tenant::None(),
               "CREATE FUNCTION peek() RETURNS BIGINT LANGUAGE sql SECURITY DEFINER AS "
               "'SELECT count(*) FROM rooms'"),
            0);
  EXPECT_EQ(Number(Tenant::None(), "SELECT count(*) FROM everything"), 0);
  EXPECT_EQ(Number(Tenant::None(), "SELECT peek()"), 0);
  EXPECT_EQ(Number(Tenant::Of(kA), "SELECT count(*) FROM everything WHERE house_id = 2"), 0);
  EXPECT_EQ(Number(Tenant::Of(kA), "SELECT peek()"), 1);
}

TEST_F(TenantTest, TheRoleOfTheTestsOwnsTheTablesAndIsBound) {
  EXPECT_EQ(Number(Tenant::None(),
                   "SELECT count(*) FROM pg_tables WHERE tableowner = current_user AND tablename "
                   "IN ('houses', 'rooms', 'notes')"),
            3);
  EXPECT_FALSE(db_->ReadSync(BypassesTenants).value());
}

TEST_F(TenantTest, AConnectionCarriesNothingIntoTheNextTransaction) {
  const std::string seen = "SELECT count(*) FROM rooms";
  for (Tenant before : {Tenant::Of(kA), Tenant::All()}) {
    ASSERT_GT(Number(before, seen), 0);
    EXPECT_EQ(Number(Tenant::None(), seen), 0) << "after a commit";
    ASSERT_EQ(Do(before, "SELECT nonsense"), -2);
    EXPECT_EQ(Number(Tenant::None(), seen), 0) << "after a failed statement";
    auto refused = db_->WriteSync(
        before, [](Tx&) -> Result<void> { return Fail(Code::kInvalidArgument, "refused"); });
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(Number(Tenant::None(), seen), 0) << "after a refusal";
    auto thrown =
        db_->WriteSync(before, [](Tx&) -> Result<void> { throw std::runtime_error("broken"); });
    ASSERT_FALSE(thrown.has_value());
    EXPECT_EQ(Number(Tenant::None(), seen), 0) << "after a throw";
  }
}

TEST_F(TenantTest, ASettingOfTheSessionOrTheConnectionOpensNothing) {
  ASSERT_EQ(Do(Tenant::None(), "SET SESSION gatehouse.tenant = '*'"), 0);
  EXPECT_EQ(Number(Tenant::None(), "SELECT count(*) FROM rooms"), 0);
  auto fresh = OpenPostgres(
      {.url = database_->url() + "&options=-c%20gatehouse.tenant%3D*", .connections = 1});
  ASSERT_TRUE(fresh.has_value());
  db_ = std::move(*fresh);
  EXPECT_EQ(Number(Tenant::None(), "SELECT count(*) FROM rooms"), 0);
}

TEST_F(TenantTest, RowsOfNobodyMayBeAddedAndNothingElse) {
  for (Tenant tenant : {Tenant::None(), Tenant::Of(kA)}) {
    const std::string id = tenant == Tenant::None() ? "10" : "11";
    EXPECT_EQ(Do(tenant, "INSERT INTO notes VALUES (" + id + ", NULL)"), 1);
    EXPECT_EQ(Number(tenant, "SELECT count(*) FROM notes WHERE house_id IS NULL"), 0);
    EXPECT_EQ(Do(tenant, "DELETE FROM notes WHERE id = " + id), 0);
    EXPECT_EQ(Do(tenant, "UPDATE notes SET house_id = 1 WHERE id = " + id), 0);
  }
  EXPECT_EQ(Do(Tenant::Of(kA), "UPDATE notes SET house_id = NULL WHERE id = 1"), -1);
  EXPECT_EQ(Number(Tenant::All(), "SELECT count(*) FROM notes WHERE house_id IS NULL"), 2);
}

TEST_F(TenantTest, ANewTableAndOneThatLostItsPoliciesComeUnderProtection) {
  ASSERT_TRUE(Unprotected().empty());
  ASSERT_EQ(Do(Tenant::All(), "ALTER TABLE houses NO FORCE ROW LEVEL SECURITY"), 0);
  ASSERT_EQ(Do(Tenant::All(), "DROP POLICY tenant_only ON rooms"), 0);
  ASSERT_EQ(Do(Tenant::All(), "DROP POLICY tenant_append ON notes"), 0);
  EXPECT_EQ(Unprotected(), (std::vector<std::string>{"houses", "notes", "rooms"}));
  constexpr Migration kSecond{
      2, "0002_doors",
      "CREATE TABLE \"Odd doors\" (id BIGINT PRIMARY KEY, house_id BIGINT NOT NULL);\n"
      "INSERT INTO \"Odd doors\" (id, house_id) VALUES (1, 1), (2, 2);\n"
      "UPDATE \"Odd doors\" SET id = id + 10;\n"};
  database_->Apply("one", std::vector<Migration>{kFirst, kSecond}, kTables);
  EXPECT_TRUE(Unprotected().empty());
  EXPECT_EQ(Number(Tenant::All(), "SELECT count(*) FROM \"Odd doors\""), 2);
  EXPECT_EQ(Number(Tenant::Of(kB), "SELECT count(*) FROM \"Odd doors\""), 1);
  EXPECT_EQ(Number(Tenant::None(), "SELECT count(*) FROM \"Odd doors\""), 0);
  EXPECT_EQ(Number(Tenant::None(), "SELECT count(*) FROM rooms"), 0);

  // Nothing to do: nothing is done.
  const std::string versions = "SELECT sum(xmin::text::bigint) FROM pg_policy";
  const std::int64_t before = Number(Tenant::None(), versions);
  database_->Apply("one", std::vector<Migration>{kFirst, kSecond}, kTables);
  EXPECT_EQ(Number(Tenant::None(), versions), before);
}

TEST_F(TenantTest, TheIndexStillServesAStatementThatNamesItsTenant) {
  ASSERT_EQ(Do(Tenant::All(),
               "INSERT INTO rooms SELECT n, 1 + n % 2, 'n' || n FROM generate_series(10, 5009) n"),
            5000);
  ASSERT_EQ(Do(Tenant::All(), "ANALYZE rooms"), 0);
  for (const char* condition : {"house_id = 1 AND id = 4000", "name = 'n4001'"}) {
    auto plan = db_->ReadSync(Tenant::Of(kA), [&](Tx& tx) {
      return tx.Query(
          Statement{"", "EXPLAIN SELECT id FROM rooms WHERE " + std::string(condition)});
    });
    ASSERT_TRUE(plan.has_value());
    std::string text;
    for (const Row row : *plan) text += row.String(0) + "\n";
    EXPECT_NE(text.find("Index"), std::string::npos) << text;
    EXPECT_EQ(text.find("Seq Scan"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace gatehouse::sql
