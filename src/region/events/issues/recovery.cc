#include "region/events/issues/recovery.h"

#include "region/events/issues/statements.h"
#include "region/events/save/types.h"

namespace gatehouse::issues {

Result<bool> ResolveOfHash(sql::Tx& tx, IdGenerator& ids, OrgId organization, ProjectId project,
                           std::string_view hash, const json::Object& data, Timestamp now) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kOpenOfHash, {organization, project, hash}));
  if (rows.empty()) return false;
  const auto issue = rows.front().As<IssueId>(0);
  GH_TRY_VOID(tx.Exec(sqls::kSetStatus, {organization, issue, "resolved", "", now}));
  GH_TRY_VOID(tx.Exec(sqls::kAddActivity, {ids.NextValue(), organization, project, issue,
                                           "set_resolved", nullptr, json::Serialize(data), now}));
  return true;
}

}  // namespace gatehouse::issues
