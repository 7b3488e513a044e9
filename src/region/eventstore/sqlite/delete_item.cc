// One item is taken out, with its record.

#include "region/eventstore/sqlite/day_sql.h"
#include "region/eventstore/sqlite/writer.h"

namespace gatehouse::eventstore::sqlite {

Result<bool> Writer::DeleteItem(std::int64_t project_id, const std::string& type,
                                const std::string& id) {
  if (id.empty()) return false;  // items without an id cannot be named
  const std::int64_t key = ids_.Of(project_id, "\1item:" + type, id);
  bool found = false;
  for (const std::int64_t number : days_.In({}, Order::kNewestFirst)) {
    GH_TRY(const std::shared_ptr<Day> day, days_.Find(number));
    if (!day) continue;
    std::vector<Place> erased;
    GH_TRY_VOID(day->db->WriteSync([&](sql::Tx& tx) -> Result<void> {
      erased.clear();
      GH_TRY(const sql::Rows rows, tx.Query(kFindItem, {project_id, key}));
      for (const sql::Row row : rows) erased.push_back({row.Int(0), row.Int(1)});
      if (!erased.empty()) GH_TRY_VOID(tx.Exec(kDeleteItem, {project_id, key}));
      return {};
    }));
    day->payloads->Erase(erased);
    found = found || !erased.empty();
  }
  return found;
}

}  // namespace gatehouse::eventstore::sqlite
