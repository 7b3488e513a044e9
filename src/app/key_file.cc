#include "app/key_file.h"

#include "app/installation.h"
#include "app/statements.h"
#include "core/audit/mac.h"

namespace gatehouse::app {
namespace {

// One good entry is enough: a few that somebody has changed are for `gatehouse audit verify`.
Result<bool> MadeTheEntries(sql::Database& db, const crypto::KeyRing& keys) {
  const audit::MacKey mac(keys.DeriveKey(kAuditKey));
  return db.ReadSync(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<bool> {
    GH_TRY(const sql::Rows rows, tx.Query(kLastEntries));
    bool any = false;
    for (const sql::Row row : rows) {
      const audit::LogRow entry = audit::ReadLogRow(row, 0);
      if (mac.Entry(entry) == entry.mac) return true;
      any = true;
    }
    return !any;
  });
}

}  // namespace

Result<std::unique_ptr<crypto::KeyRing>> LoadKeys(sql::Database& db,
                                                  const std::filesystem::path& file, Rng& rng) {
  GH_TRY(const bool used, db.ReadSync(sql::Tenant::All(), [](sql::Tx& tx) -> Result<bool> {
    GH_TRY(const sql::Rows rows, tx.Query(kAnyUser));
    return !rows.empty();
  }));
  GH_TRY(auto keys, crypto::KeyRing::Load(file, /*create=*/!used, rng));
  GH_TRY(const bool ours, MadeTheEntries(db, *keys));
  if (!ours) {
    return Fail(Code::kFailedPrecondition, "key_file_foreign",
                file.string() + " belongs to another installation");
  }
  return keys;
}

}  // namespace gatehouse::app
