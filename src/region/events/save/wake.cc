#include "region/events/save/wake.h"

#include "region/events/save/statements.h"

namespace gatehouse::events {

Result<bool> Wake(sql::Tx& tx, IdGenerator& ids, OrgId organization, ProjectId project,
                  IssueId issue, std::string_view substatus, Timestamp now) {
  GH_TRY(const std::int64_t woken, tx.Exec(sqls::kWake, {organization, issue, substatus}));
  GH_TRY_VOID(tx.Exec(sqls::kDropSnooze, {organization, issue}));
  if (woken == 0) return false;
  GH_TRY_VOID(tx.Exec(sqls::kActivity, {ids.NextValue(), organization, project, issue,
                                        "set_unresolved", R"({"snoozed":true})", now}));
  return true;
}

}  // namespace gatehouse::events
