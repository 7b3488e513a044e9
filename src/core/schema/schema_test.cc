#include "core/schema/schema.h"

#include "core/testing/migrated_database.h"

namespace gatehouse::schema {
namespace {

class SchemaTest : public test::MigratedDatabase {};
GATEHOUSE_ON_ALL_ENGINES(SchemaTest);

TEST(Schema, VersionsAscendWithoutGaps) {
  for (auto all : {ControlMigrations(), RegionMigrations()}) {
    ASSERT_FALSE(all.empty());
    int expected = 1;
    for (const sql::Migration& migration : all) {
      EXPECT_EQ(migration.version, expected++) << migration.name;
      EXPECT_TRUE(migration.text.ends_with("\n")) << migration.name;
    }
  }
}

TEST_P(SchemaTest, BothHalvesAreAppliedAndNothingIsPending) {
  auto control = sql::CheckMigrations(db(), kControlSet, ControlMigrations());
  ASSERT_TRUE(control.has_value());
  EXPECT_TRUE(control->pending.empty());
  EXPECT_EQ(control->current, ControlMigrations().back().version);
  auto region = sql::CheckMigrations(db(), kRegionSet, RegionMigrations());
  ASSERT_TRUE(region.has_value());
  EXPECT_TRUE(region->pending.empty());
  EXPECT_EQ(region->current, RegionMigrations().back().version);
}

TEST_P(SchemaTest, MigratingAgainChangesNothing) {
  auto again = sql::Migrate(db(), clock(), kControlSet, ControlMigrations(), kTenantTables);
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->pending.empty());
}

TEST_P(SchemaTest, MemberIsEitherUserOrPendingAddress) {
  Execute("INSERT INTO organizations VALUES (1, 'acme', 'Acme', 'active', 'member', 0, 1, 0)");
  constexpr sql::Statement kBoth{"",
                                 "INSERT INTO organization_members (id, organization_id, user_id, "
                                 "email, role, flags, version, user_is_active, created_at) "
                                 "VALUES (1, 1, 7, 'a@example.com', 'member', 0, 1, 1, 0)"};
  constexpr sql::Statement kNeither{"",
                                    "INSERT INTO organization_members (id, organization_id, role, "
                                    "flags, version, user_is_active, created_at) "
                                    "VALUES (2, 1, 'member', 0, 1, 1, 0)"};
  for (const sql::Statement& statement : {kBoth, kNeither}) {
    auto result = Write([&](sql::Tx& tx) -> Result<std::int64_t> { return tx.Exec(statement); });
    EXPECT_FALSE(result.has_value());
  }
}

}  // namespace
}  // namespace gatehouse::schema
