#include "core/sealed/sealed.h"

namespace gatehouse::sealed {
namespace {

// Ids are of a-z and 0-9: nothing in them means something to LIKE.
std::string PatternOf(std::string_view key) { return "v1." + std::string(key) + ".%"; }

struct Batch {
  std::int64_t reached = 0;
  std::int64_t seen = 0;
  std::int64_t resealed = 0;
  std::int64_t broken = 0;
};

Result<Batch> Reseal(sql::Tx& tx, const crypto::KeyRing& keys, const Column& column,
                     std::int64_t after, std::int64_t most) {
  const std::string pattern = PatternOf(keys.active_key_id());
  GH_TRY(sql::Rows rows, tx.Query(column.page, {after, pattern, most}));
  Batch batch{.reached = after};
  for (sql::Row row : rows) {
    ++batch.seen;
    batch.reached = row.Int(0);
    const std::string binding = column.binding(row);
    auto opened = keys.Open(column.purpose, binding, row.Text(1));
    if (!opened) {
      ++batch.broken;
      continue;
    }
    const std::string fresh = keys.Seal(column.purpose, binding, *opened);
    GH_TRY(std::int64_t replaced, tx.Exec(column.replace, {row.Int(0), row.Text(1), fresh}));
    // Written or deleted by somebody else since: theirs is newer.
    batch.resealed += replaced;
  }
  return batch;
}

}  // namespace

Result<std::vector<Progress>> Rotate(sql::Database& db, const crypto::KeyRing& keys,
                                     std::span<const Column> columns, std::int64_t batch,
                                     const std::function<void(const Progress&)>& report) {
  std::vector<Progress> all;
  for (const Column& column : columns) {
    Progress progress{.column = column.name};
    // All: every tenant's secrets are sealed anew.
    for (std::int64_t after = 0;;) {
      GH_TRY(const Batch done, db.WriteSync(sql::Tenant::All(), [&](sql::Tx& tx) {
        return Reseal(tx, keys, column, after, batch);
      }));
      if (done.seen == 0) break;
      after = done.reached;
      progress.resealed += done.resealed;
      progress.broken += done.broken;
      if (report) report(progress);
    }
    all.push_back(progress);
  }
  return all;
}

Result<std::vector<Use>> CountUses(sql::Database& db, const crypto::KeyRing& keys,
                                   std::span<const Column> columns) {
  return db.ReadSync(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<std::vector<Use>> {
    std::vector<Use> uses;
    auto count = [&](const Column& column, std::string_view pattern) -> Result<std::int64_t> {
      GH_TRY(sql::Rows rows, tx.Query(column.count, {pattern}));
      return rows.front().Int(0);
    };
    for (const Column& column : columns) {
      GH_TRY(std::int64_t rest, count(column, "%"));
      for (const std::string& key : keys.key_ids()) {
        GH_TRY(std::int64_t values, count(column, PatternOf(key)));
        rest -= values;
        if (values > 0) uses.push_back({key, column.name, values});
      }
      if (rest > 0) uses.push_back({"", column.name, rest});
    }
    return uses;
  });
}

}  // namespace gatehouse::sealed
