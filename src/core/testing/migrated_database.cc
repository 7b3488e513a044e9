#include "core/testing/migrated_database.h"

#include <map>
#include <optional>

#include "base/check.h"
#include "core/schema/schema.h"
#include "platform/sql/testing/pattern.h"

namespace gatehouse::test {
namespace {

constexpr std::string_view kColumns =
    "SELECT id, shard_scope, shard_id, category, object_id, payload, attempts, scheduled_for, "
    "leased_until, parked_at, last_error FROM ";

json::Object Object(std::string_view text) {
  auto object = json::ParseObject(text);
  GH_CHECK(object.has_value());
  return std::move(*object);
}

std::optional<sql::TestDatabase> Migrated(sql::Engine engine) {
  std::optional<sql::TestDatabase> made = sql::TestDatabase::For(engine);
  if (!made) return made;
  made->Apply(schema::kControlSet, schema::ControlMigrations(), schema::kTenantTables);
  made->Apply(schema::kRegionSet, schema::RegionMigrations(), schema::kTenantTables);
  made->Close();
  return made;
}

// Migrated once in each test program.
const sql::TestDatabase* Pattern(sql::Engine engine) {
  static std::map<sql::Engine, std::optional<sql::TestDatabase>> made;
  auto found = made.find(engine);
  if (found == made.end()) found = made.emplace(engine, Migrated(engine)).first;
  return found->second ? &*found->second : nullptr;
}

}  // namespace

void MigratedDatabase::SetUp() {
  const sql::TestDatabase* const pattern = Pattern(GetParam());
  std::optional<sql::StartingFrom> start;
  if (pattern != nullptr) start.emplace(*pattern);
  DatabaseTest::SetUp();
}

std::vector<OutboxRow> MigratedDatabase::OutboxRows(outbox::Half half) {
  const std::string text = std::string(kColumns) +
                           (half == outbox::Half::kControl ? "control_outbox" : "region_outbox") +
                           " ORDER BY id";
  auto rows = Read([&](sql::Tx& tx) { return tx.Query(sql::Statement{"", text}); });
  GH_CHECK(rows.has_value());
  std::vector<OutboxRow> out;
  for (const sql::Row row : *rows) {
    out.push_back({.id = row.Int(0),
                   .shard = {static_cast<outbox::Scope>(row.Int(1)), row.Int(2)},
                   .category = static_cast<outbox::Category>(row.Int(3)),
                   .object_id = row.Int(4),
                   .payload = Object(row.Text(5)),
                   .attempts = static_cast<int>(row.Int(6)),
                   .scheduled_for = row.Time(7),
                   .leased_until = row.Time(8),
                   .parked = !row.IsNull(9),
                   .last_error = row.OptString(10).value_or("")});
  }
  return out;
}

std::vector<AuditRow> MigratedDatabase::AuditRows() {
  auto rows = Read([&](sql::Tx& tx) {
    return tx.Query(
        sql::Statement{"",
                       "SELECT organization_id, event, actor_user_id, actor_label, "
                       "target_object, target_user_id, data FROM audit_log ORDER BY id"});
  });
  GH_CHECK(rows.has_value());
  std::vector<AuditRow> out;
  for (const sql::Row row : *rows) {
    out.push_back({.organization = row.OptAs<OrgId>(0),
                   .event = static_cast<audit::Event>(row.Int(1)),
                   .actor = row.OptAs<UserId>(2),
                   .actor_label = row.String(3),
                   .target_object = row.OptInt(4),
                   .target_user = row.OptAs<UserId>(5),
                   .data = Object(row.Text(6))});
  }
  return out;
}

std::int64_t MigratedDatabase::Number(std::string_view query) {
  auto rows = Read([&](sql::Tx& tx) { return tx.Query(sql::Statement{"", query}); });
  GH_CHECK(rows.has_value() && !rows->empty());
  return rows->front().Int(0);
}

}  // namespace gatehouse::test
