// How many crash reports an issue keeps: counted from those that are stored.

#include "region/events/save/batch.h"
#include "region/events/save/statements.h"

namespace gatehouse::events {

Result<void> SaveBatch::StripCrashReports(Work& work) {
  const Incoming& incoming = *work.incoming;
  // Transactions have no issue, and so no limit.
  if (incoming.crash_reports.empty() || incoming.is_transaction) return {};
  const OrgId organization = work.project().organization;
  const IssueId issue = work.found.issue;
  for (const std::string& item : incoming.crash_reports) {
    // After a crash the same file comes again: what was decided of it holds.
    GH_TRY(const sql::Rows known, tx_.Query(sqls::kCrashReport, {organization, issue, item}));
    if (!known.empty()) continue;
    bool keep = !work.found.replay && incoming.crash_report_limit != 0;
    if (keep && incoming.crash_report_limit > 0) {
      GH_TRY(const sql::Rows kept, tx_.Query(sqls::kCountCrashReports, {organization, issue}));
      keep = kept.front().Int(0) < incoming.crash_report_limit;
    }
    if (!keep) {
      work.found.stripped.push_back(item);
      continue;
    }
    GH_TRY_VOID(
        tx_.Exec(sqls::kPutCrashReport, {organization, work.project().id, issue, item, now_}));
  }
  return {};
}

}  // namespace gatehouse::events
