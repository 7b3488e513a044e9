// AUTHZ-14 on the real schema: every table of an organization, found by its columns, is attacked.
// Skipped visibly without GATEHOUSE_TEST_POSTGRES.

#include <map>

#include "core/schema/schema.h"
#include "platform/sql/testing/test_database.h"

namespace gatehouse::schema {
namespace {

using sql::Tenant;

class SchemaTenantTest : public testing::Test {
 protected:
  struct Table {
    std::string owner;                 // the column that names the organization
    std::vector<std::string> columns;  // those that Insert() fills
    std::map<std::string, bool> is_text;
  };

  void SetUp() override {
    database_ = sql::TestDatabase::Postgres();
    if (!database_) GTEST_SKIP() << "GATEHOUSE_TEST_POSTGRES is not set";
    database_->Apply(kControlSet, ControlMigrations(), kTenantTables);
    database_->Apply(kRegionSet, RegionMigrations(), kTenantTables);
    ReadTables();
    for (int organization : {1, 2}) Fill(organization);
  }

  Result<sql::Rows> Run(Tenant tenant, const std::string& text) {
    return database_->db().WriteSync(
        tenant, [&](sql::Tx& tx) { return tx.Query(sql::Statement{"", text}); });
  }
  std::int64_t Count(Tenant tenant, const std::string& rest) {
    auto rows = Run(tenant, "SELECT count(*) FROM " + rest);
    return rows ? rows->front().Int(0) : -1;
  }
  std::int64_t Changed(Tenant tenant, const std::string& text) {
    auto rows = Run(tenant, text);
    return rows ? rows->affected() : -1;
  }
  static bool IsRefused(const Result<sql::Rows>& result) {
    return !result && result.error().detail.find("row-level security") != std::string::npos;
  }

  void ReadTables() {
    auto rows = Run(Tenant::None(),
                    "SELECT table_name::text, column_name::text, data_type = 'text', "
                    "is_nullable = 'YES' FROM information_schema.columns WHERE table_schema = "
                    "current_schema() AND table_name <> 'schema_migrations' "
                    "ORDER BY table_name, ordinal_position");
    ASSERT_TRUE(rows.has_value()) << rows.error().detail;
    for (const sql::Row row : *rows) {
      Table& table = all_[row.String(0)];
      const std::string column = row.String(1);
      if (column == kTenantTables.column) table.owner = column;
      // A member has an account or an address.
      if (column == "email" && row.Bool(3)) continue;
      table.columns.push_back(column);
      table.is_text[column] = row.Bool(2);
    }
    all_[std::string(kTenantTables.root)].owner = "id";
    for (const auto& [name, table] : all_) {
      if (!table.owner.empty()) tenants_[name] = table;
    }
    ASSERT_GE(tenants_.size(), 9u);
  }

  // A row whose every number is the organization's: so its references hold as well.
  static std::string Insert(const std::string& name, const Table& table, int organization) {
    std::string columns;
    std::string values;
    for (const std::string& column : table.columns) {
      const std::string number = std::to_string(organization);
      columns += (columns.empty() ? "" : ", ") + column;
      values +=
          (values.empty() ? "" : ", ") + (table.is_text.at(column) ? "'t" + number + "'" : number);
    }
    return "INSERT INTO " + name + " (" + columns + ") VALUES (" + values + ")";
  }

  // Referenced tables come before those that refer to them: in as many rounds as it takes.
  void Fill(int organization) {
    std::map<std::string, Table> left = all_;
    std::string last;
    while (!left.empty()) {
      const std::size_t before = left.size();
      std::erase_if(left, [&](const auto& entry) {
        auto done = Run(Tenant::Of(organization), Insert(entry.first, entry.second, organization));
        if (!done) last = entry.first + ": " + done.error().detail;
        return done.has_value();
      });
      ASSERT_LT(left.size(), before) << last;
    }
  }

  std::optional<sql::TestDatabase> database_;
  std::map<std::string, Table> all_;
  std::map<std::string, Table> tenants_;
};

TEST_F(SchemaTenantTest, WithoutATenantEveryTenantTableIsEmpty) {
  for (const auto& [name, table] : tenants_) {
    SCOPED_TRACE(name);
    EXPECT_EQ(Count(Tenant::All(), name), 2);
    EXPECT_EQ(Count(Tenant::None(), name), 0);
    EXPECT_EQ(
        Changed(Tenant::None(), "UPDATE " + name + " SET " + table.owner + " = " + table.owner), 0);
    EXPECT_EQ(Changed(Tenant::None(), "DELETE FROM " + name), 0);
    EXPECT_TRUE(IsRefused(Run(Tenant::None(), Insert(name, table, 3))));
  }
}

TEST_F(SchemaTenantTest, WithTenantATheRowsOfBCannotBeReadChangedDeletedOrMade) {
  const Tenant a = Tenant::Of(1);
  for (const auto& [name, table] : tenants_) {
    SCOPED_TRACE(name);
    const std::string of_b = " WHERE " + table.owner + " = 2";
    EXPECT_EQ(Count(a, name), 1);
    EXPECT_EQ(Count(a, name + of_b), 0);
    EXPECT_EQ(Changed(a, "UPDATE " + name + " SET " + table.owner + " = 1" + of_b), 0);
    EXPECT_EQ(Changed(a, "DELETE FROM " + name + of_b), 0);
    EXPECT_TRUE(IsRefused(Run(a, Insert(name, table, 3))));
    EXPECT_TRUE(IsRefused(
        Run(a, "UPDATE " + name + " SET " + table.owner + " = 3 WHERE " + table.owner + " = 1")));
    EXPECT_EQ(Count(Tenant::Of(2), name), 1);
  }
}

TEST_F(SchemaTenantTest, EveryTenantTableIsForced) {
  auto open = database_->db().ReadSync(
      [](sql::Tx& tx) { return sql::UnprotectedTables(tx, kTenantTables); });
  ASSERT_TRUE(open.has_value());
  EXPECT_TRUE(open->empty());
  EXPECT_EQ(Count(Tenant::None(), "pg_class WHERE relforcerowsecurity AND relrowsecurity"),
            static_cast<std::int64_t>(tenants_.size()));
}

TEST_F(SchemaTenantTest, AnAuditEntryOfNoOrganizationIsAppendedAndNotSeen) {
  const std::string entry =
      "INSERT INTO audit_log (id, event, actor_label, data, correlation_id, created_at) "
      "VALUES (77, 1, '', '{}', '', 0)";
  EXPECT_EQ(Changed(Tenant::None(), entry), 1);
  EXPECT_EQ(Count(Tenant::Of(1), "audit_log WHERE id = 77"), 0);
  EXPECT_EQ(Changed(Tenant::None(), "DELETE FROM audit_log WHERE id = 77"), 0);
}

}  // namespace
}  // namespace gatehouse::schema
