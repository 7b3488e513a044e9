#pragma once

// Forward-only migrations: migrations/{control,region}/NNNN_name.sql, embedded in the binary,
// checksummed, one transaction each. Lines that begin with "--" are comments; ";" at the end of a
// line ends a statement, so no text literal may have one there. Line endings do not matter. A text
// that differs per engine uses no dialect: only BIGINT, TEXT, PRIMARY KEY, REFERENCES, UNIQUE,
// CREATE INDEX, DROP INDEX. On SQLite a BIGINT PRIMARY KEY becomes the row number (INTEGER).

#include <span>
#include <string_view>
#include <vector>

#include "platform/sql/sql.h"
#include "platform/sql/tenants.h"

namespace gatehouse::sql {

struct Migration {
  int version;
  std::string_view name;  // "0001_accounts"
  std::string_view text;  // statements separated by ";\n"
};

struct MigrationStatus {
  int current = 0;           // highest version applied
  std::vector<int> pending;  // versions this binary would apply
};

// Applies what is missing of `set` ("control" or "region"), in order. Safe to run at once from
// several processes: one wins, the others wait or see nothing to do.
// Errors: kFailedPrecondition "schema_newer" (the database was migrated by a newer binary),
// kDataLoss "schema_changed" (an applied migration's checksum differs), and those of Tx.
// `clock` gives the applied_at column. Versions in `all` must ascend. On PostgreSQL every table of
// `tables` comes under its tenant's protection in the transaction that creates it, and one found
// without it, whatever the reason, before this returns.
Result<MigrationStatus> Migrate(Database& db, const Clock& clock, std::string_view set,
                                std::span<const Migration> all, const TenantTables& tables);

// Reads only; an empty database has everything pending. The same errors.
Result<MigrationStatus> CheckMigrations(Database& db, std::string_view set,
                                        std::span<const Migration> all);

}  // namespace gatehouse::sql
