#include "region/eventstore/sqlite/catalog.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "base/bytes.h"
#include "platform/sql/sqlite/sqlite.h"
#include "region/eventstore/errors.h"
#include "region/eventstore/sqlite/day.h"
#include "region/eventstore/sqlite/day_sql.h"

namespace gatehouse::eventstore::sqlite {

Result<std::unique_ptr<Catalog>> Catalog::Open(const std::filesystem::path& file, Rng& rng) {
  auto catalog = std::make_unique<Catalog>();
  sql::SqliteOptions options;
  options.file = file;
  options.readers = 1;
  GH_TRY(catalog->db_, sql::OpenSqlite(options));
  GH_TRY_VOID(Prepare(*catalog->db_, kCatalogSchema));
  GH_TRY_VOID(catalog->Load(rng));
  return catalog;
}

Result<void> Catalog::Load(Rng& rng) {
  std::array<std::uint8_t, 16> fresh{};
  rng.Fill(fresh);
  const std::string hex = HexEncode(AsView(fresh));
  GH_TRY(const std::string stored, db_->WriteSync([&hex](sql::Tx& tx) -> Result<std::string> {
    GH_TRY_VOID(tx.Exec(kAddSetting, {"text_key", hex}));
    GH_TRY(const sql::Rows rows, tx.Query(kSetting, {"text_key"}));
    return rows.front().String(0);
  }));
  const auto bytes = HexDecode(stored);
  if (!bytes || bytes->size() != 16) return Fail(Code::kDataLoss, kDamaged, "catalog: text_key");
  std::memcpy(&key_.first, bytes->data(), 8);
  std::memcpy(&key_.second, bytes->data() + 8, 8);
  return db_->ReadSync([this](sql::Tx& tx) -> Result<void> {
    GH_TRY(const sql::Rows rows, tx.Query(kRedirects));
    into_.clear();
    unfinished_.clear();
    for (const sql::Row row : rows) {
      const Redirect redirect{row.Int(0), row.Int(1), row.Int(2)};
      into_[{redirect.project_id, redirect.group_id}] = redirect.into;
      if (!row.Bool(3)) unfinished_.push_back(redirect);
    }
    return {};
  });
}

Result<void> Catalog::Begin(const Redirect& redirect, Timestamp now) {
  // Whatever the target was merged into before: it is alive now, and there must be no ring.
  GH_TRY_VOID(db_->WriteSync([&](sql::Tx& tx) -> Result<void> {
    GH_TRY_VOID(tx.Exec(kDropRedirect, {redirect.project_id, redirect.into}));
    GH_TRY_VOID(
        tx.Exec(kAddRedirect, {redirect.project_id, redirect.group_id, redirect.into, now}));
    return {};
  }));
  std::lock_guard lock(mutex_);
  into_.erase({redirect.project_id, redirect.into});
  into_[{redirect.project_id, redirect.group_id}] = redirect.into;
  unfinished_.push_back(redirect);
  return {};
}

Result<void> Catalog::Finish(const Redirect& redirect) {
  GH_TRY_VOID(db_->WriteSync([&](sql::Tx& tx) {
    return tx.Exec(kRedirectDone, {redirect.project_id, redirect.group_id});
  }));
  std::lock_guard lock(mutex_);
  std::erase_if(unfinished_, [&](const Redirect& r) {
    return r.project_id == redirect.project_id && r.group_id == redirect.group_id;
  });
  return {};
}

std::vector<Redirect> Catalog::Unfinished() {
  std::lock_guard lock(mutex_);
  return unfinished_;
}

std::int64_t Catalog::Follow(std::int64_t project_id, std::int64_t group_id) {
  std::lock_guard lock(mutex_);
  // A merge into a group that was merged later; a ring cannot be made, but must not hang.
  for (int step = 0; step < 64 && group_id != 0; ++step) {
    const auto found = into_.find({project_id, group_id});
    if (found == into_.end()) return group_id;
    group_id = found->second;
  }
  return group_id;
}

Result<void> Catalog::Forget(Timestamp before) {
  GH_TRY_VOID(db_->WriteSync([&](sql::Tx& tx) { return tx.Exec(kForgetRedirects, {before}); }));
  GH_TRY(const std::vector<Redirect> left,
         db_->ReadSync([](sql::Tx& tx) -> Result<std::vector<Redirect>> {
           GH_TRY(const sql::Rows rows, tx.Query(kRedirects));
           std::vector<Redirect> out;
           for (const sql::Row row : rows) out.push_back({row.Int(0), row.Int(1), row.Int(2)});
           return out;
         }));
  std::lock_guard lock(mutex_);
  into_.clear();
  for (const Redirect& r : left) into_[{r.project_id, r.group_id}] = r.into;
  return {};
}

}  // namespace gatehouse::eventstore::sqlite
