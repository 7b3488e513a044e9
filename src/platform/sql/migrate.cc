#include "platform/sql/migrate.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "platform/sql/errors.h"

namespace gatehouse::sql {

namespace {

constexpr Statement kTableExists{
    "schema_migrations_exists",
    "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'",
    "SELECT count(*) FROM pg_catalog.pg_class WHERE oid = to_regclass('schema_migrations')"};

constexpr Statement kCreateTable{
    "schema_migrations_create",
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "set_name TEXT NOT NULL, version BIGINT NOT NULL, name TEXT NOT NULL, checksum TEXT NOT NULL, "
    "applied_at BIGINT NOT NULL, PRIMARY KEY (set_name, version))"};

constexpr Statement kApplied{
    "schema_migrations_applied",
    "SELECT version, name, checksum FROM schema_migrations WHERE set_name = $1 ORDER BY version"};

constexpr Statement kRecord{
    "schema_migrations_record",
    "INSERT INTO schema_migrations (set_name, version, name, checksum, applied_at) "
    "VALUES ($1, $2, $3, $4, $5)"};

// PostgreSQL only. CREATE TABLE IF NOT EXISTS alone may fail when two run at once.
constexpr Statement kLockCreation{"schema_migrations_lock_creation",
                                  "SELECT pg_advisory_xact_lock(7134861529903)"};
// PostgreSQL only, first in its transaction: LOCK TABLE takes no snapshot, so what is read after it
// includes the work of the migrator that held the lock before. An advisory lock could not do that.
constexpr Statement kLockTable{"schema_migrations_lock",
                               "LOCK TABLE schema_migrations IN EXCLUSIVE MODE"};

std::string Normalized(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    out += text[i];
  }
  return out;
}

// FNV-1a, 64 bits: finds an accidental edit, which is all it is for.
std::string Checksum(const std::string& normalized) {
  std::uint64_t hash = 14695981039346656037ull;
  for (char c : normalized) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ull;
  }
  return fmt::format("{:016x}", hash);
}

std::vector<std::string> Statements(const std::string& normalized) {
  std::vector<std::string> out;
  std::string current;
  for (std::string_view line : Split(normalized, '\n')) {
    const std::string_view trimmed = Trim(line);
    if (trimmed.empty() || trimmed.starts_with("--")) continue;
    const bool ends = trimmed.ends_with(';');
    current += ends ? trimmed.substr(0, trimmed.size() - 1) : line;
    current += '\n';
    if (ends) out.push_back(std::exchange(current, {}));
  }
  if (!current.empty()) out.push_back(std::move(current));
  return out;
}

struct Applied {
  std::string name;
  std::string checksum;
};

// Compares what the database says with what the binary has.
Result<MigrationStatus> Compare(Tx& tx, std::string_view set, std::span<const Migration> all) {
  GH_TRY(Rows rows, tx.Query(kApplied, {set}));
  std::map<std::int64_t, Applied> applied;
  for (Row row : rows) applied[row.Int(0)] = {row.String(1), row.String(2)};

  MigrationStatus status;
  const int newest = all.empty() ? 0 : all.back().version;
  if (!applied.empty()) {
    const std::int64_t current = applied.rbegin()->first;
    if (current > newest) {
      return Fail(Code::kFailedPrecondition, kSchemaNewer,
                  fmt::format("{}: the database is at version {}, this binary knows {}", set,
                              current, newest));
    }
    status.current = static_cast<int>(current);
  }
  for (const Migration& migration : all) {
    auto found = applied.find(migration.version);
    if (found == applied.end()) {
      status.pending.push_back(migration.version);
      continue;
    }
    if (found->second.checksum != Checksum(Normalized(migration.text))) {
      return Fail(
          Code::kDataLoss, kSchemaChanged,
          fmt::format("{}: {} was changed after it had been applied", set, found->second.name));
    }
    applied.erase(found);
  }
  if (!applied.empty()) {
    return Fail(
        Code::kDataLoss, kSchemaChanged,
        fmt::format("{}: {} is applied but not in this binary", set, applied.begin()->second.name));
  }
  return status;
}

void CheckAscending(std::span<const Migration> all) {
  GH_CHECK(all.empty() || all.front().version > 0);
  for (std::size_t i = 1; i < all.size(); ++i) GH_CHECK(all[i - 1].version < all[i].version);
}

// A key of type INTEGER is SQLite's own row number; a BIGINT one would be an index beside the table
// that every insert writes and every search by id goes through first.
std::string ForSqlite(std::string statement) {
  for (const std::string_view key : {" BIGINT PRIMARY KEY", " BIGINT NOT NULL PRIMARY KEY"}) {
    for (std::size_t at = statement.find(key); at != std::string::npos; at = statement.find(key)) {
      statement.replace(at, key.size(), " INTEGER PRIMARY KEY");
    }
  }
  return statement;
}

Result<void> Apply(Tx& tx, const Clock& clock, std::string_view set, const Migration& migration) {
  const std::string text = Normalized(migration.text);
  for (const std::string& written : Statements(text)) {
    const std::string statement = tx.engine() == Engine::kSqlite ? ForSqlite(written) : written;
    if (auto done = tx.Exec(Statement{"", statement}); !done) {
      Error error = std::move(done).error();
      error.detail = fmt::format("{}/{}: {}", set, migration.name, error.detail);
      return std::unexpected(std::move(error));
    }
  }
  GH_TRY_VOID(
      tx.Exec(kRecord, {set, migration.version, migration.name, Checksum(text), clock.Now()}));
  return {};
}

Result<void> CreateTable(Tx& tx) {
  if (tx.engine() == Engine::kPostgres) GH_TRY_VOID(tx.Query(kLockCreation));
  GH_TRY_VOID(tx.Exec(kCreateTable));
  return {};
}

// Applies the first missing migration, if any. The status is that after it.
Result<MigrationStatus> ApplyNext(Tx& tx, const Clock& clock, std::string_view set,
                                  std::span<const Migration> all, const TenantTables& tables) {
  if (tx.engine() == Engine::kPostgres) GH_TRY_VOID(tx.Exec(kLockTable));
  GH_TRY(MigrationStatus status, Compare(tx, set, all));
  if (status.pending.empty()) {
    GH_TRY_VOID(ProtectTenants(tx, tables));
    return status;
  }
  const int next = status.pending.front();
  GH_TRY_VOID(Apply(tx, clock, set, *std::ranges::find(all, next, &Migration::version)));
  GH_TRY_VOID(ProtectTenants(tx, tables));
  status.pending.erase(status.pending.begin());
  status.current = std::max(status.current, next);
  return status;
}

}  // namespace

Result<MigrationStatus> Migrate(Database& db, const Clock& clock, std::string_view set,
                                std::span<const Migration> all, const TenantTables& tables) {
  CheckAscending(all);
  GH_TRY_VOID(db.WriteSync(CreateTable));
  for (;;) {
    // Compared again in each transaction: another process may have gone ahead in between. A
    // migration changes everybody's rows.
    GH_TRY(MigrationStatus status, db.WriteSync(Tenant::All(), [&](Tx& tx) {
      return ApplyNext(tx, clock, set, all, tables);
    }));
    if (status.pending.empty()) return status;
  }
}

Result<MigrationStatus> CheckMigrations(Database& db, std::string_view set,
                                        std::span<const Migration> all) {
  CheckAscending(all);
  return db.ReadSync([&](Tx& tx) -> Result<MigrationStatus> {
    GH_TRY(Rows rows, tx.Query(kTableExists));
    if (rows.front().Int(0) == 0) {
      MigrationStatus fresh;
      for (const Migration& migration : all) fresh.pending.push_back(migration.version);
      return fresh;
    }
    return Compare(tx, set, all);
  });
}

}  // namespace gatehouse::sql
