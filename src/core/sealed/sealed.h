#pragma once

// Sealed columns (crypto/keyring.h) of all modules: counting by key, and sealing anew with the
// active key, in batches. For the command line: runs on the caller's thread, REQUIRES: not a
// network thread. Crosses tenants by its nature (sql::Tenant::All()).

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/crypto/keyring.h"
#include "platform/sql/sql.h"

// The texts of a column's statements. BINDING: the further columns that `binding` reads, each with
// a comma before it.
#define GH_SEALED_PAGE(TABLE, COLUMN, BINDING)                             \
  "SELECT id, " COLUMN BINDING " FROM " TABLE " WHERE id > $1 AND " COLUMN \
  " NOT LIKE $2 ORDER BY id LIMIT $3"
#define GH_SEALED_REPLACE(TABLE, COLUMN) \
  "UPDATE " TABLE " SET " COLUMN " = $3 WHERE id = $1 AND " COLUMN " = $2"
#define GH_SEALED_COUNT(TABLE, COLUMN) "SELECT COUNT(*) FROM " TABLE " WHERE " COLUMN " LIKE $1"

namespace gatehouse::sealed {

struct Column {
  std::string_view name;  // "auth_identities.data"
  std::string_view purpose;
  const sql::Statement& page;
  const sql::Statement& replace;
  const sql::Statement& count;
  // Associated data of a row of `page`: id and value first, then what it binds to.
  std::string (*binding)(const sql::Row& row);
};

struct Progress {
  std::string_view column;
  std::int64_t resealed = 0;
  std::int64_t broken = 0;  // do not open: left as they are
};

// Seals whatever is not under the active key. `report` is called after each batch with the column's
// figures so far. Resumable: run it again. Returns the figures of each column. Errors: those of
// Database; what was committed before stays.
Result<std::vector<Progress>> Rotate(sql::Database& db, const crypto::KeyRing& keys,
                                     std::span<const Column> columns, std::int64_t batch,
                                     const std::function<void(const Progress&)>& report);

struct Use {
  std::string key;  // "": of a key that is not in the ring, or no sealed value at all
  std::string_view column;
  std::int64_t values = 0;
};
// Only what is used.
Result<std::vector<Use>> CountUses(sql::Database& db, const crypto::KeyRing& keys,
                                   std::span<const Column> columns);

}  // namespace gatehouse::sealed
