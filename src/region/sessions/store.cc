#include "region/sessions/store.h"

#include "region/releases/policy.h"
#include "region/releases/store.h"
#include "region/sessions/statements.h"

namespace gatehouse::sessions::store {
namespace {

Counts ReadCounts(const sql::Row& row, std::size_t at) {
  Counts counts;
  counts.sessions = row.Int(at);
  counts.errored = row.Int(at + 1);
  counts.abnormal = row.Int(at + 2);
  counts.unhandled = row.Int(at + 3);
  counts.crashed = row.Int(at + 4);
  counts.duration = Duration(row.Int(at + 5));
  counts.durations = row.Int(at + 6);
  counts.errored_ids = Sketch::Parse(row.Text(at + 7));
  counts.users = Sketch::Parse(row.Text(at + 8));
  counts.users_errored = Sketch::Parse(row.Text(at + 9));
  counts.users_abnormal = Sketch::Parse(row.Text(at + 10));
  counts.users_unhandled = Sketch::Parse(row.Text(at + 11));
  counts.users_crashed = Sketch::Parse(row.Text(at + 12));
  counts.duration_parts = Durations::Parse(row.Text(at + 13));
  return counts;
}

// Releases that no event has named yet.
Result<void> SeeRelease(sql::Tx& tx, IdGenerator& ids, const Slot& slot, Timestamp now) {
  if (!releases::IsValidVersion(slot.release)) return {};
  const projects::Project project{.id = slot.project,
                                  .organization = slot.organization,
                                  .slug = {},
                                  .name = {},
                                  .platform = {},
                                  .created_at = {}};
  GH_TRY(const releases::store::Seen seen,
         releases::store::GetOrCreate(tx, ids, project, slot.release, now));
  GH_TRY(const releases::Environment environment,
         releases::store::SeeEnvironment(tx, ids, project, slot.environment, now));
  return releases::store::SeeTogether(tx, slot.organization, slot.project, seen.release.id,
                                      environment.id, now);
}

}  // namespace

Result<void> Apply(sql::Tx& tx, IdGenerator& ids, const Tally& tally, Timestamp now) {
  for (const auto& [slot, counted] : tally) {
    GH_TRY(const sql::Rows rows,
           tx.Query(sqls::kFind,
                    {slot.organization, slot.project, slot.release, slot.environment, slot.hour}));
    if (rows.empty()) GH_TRY_VOID(SeeRelease(tx, ids, slot, now));
    Counts all = rows.empty() ? Counts{} : ReadCounts(rows.front(), 0);
    all.Merge(counted);
    const std::string errored = all.errored_ids.ToText();
    const std::string users = all.users.ToText();
    const std::string users_errored = all.users_errored.ToText();
    const std::string users_abnormal = all.users_abnormal.ToText();
    const std::string users_unhandled = all.users_unhandled.ToText();
    const std::string users_crashed = all.users_crashed.ToText();
    const std::string durations = all.duration_parts.ToText();
    GH_TRY_VOID(tx.Exec(sqls::kPut,
                        {slot.organization, slot.project, slot.release, slot.environment, slot.hour,
                         all.sessions, all.errored, all.abnormal, all.unhandled, all.crashed,
                         all.duration.count(), all.durations, errored, users, users_errored,
                         users_abnormal, users_unhandled, users_crashed, durations}));
  }
  return {};
}

Result<std::vector<Row>> List(sql::Tx& tx, OrgId organization, ProjectId project,
                              const Range& range) {
  GH_TRY(const sql::Rows rows,
         tx.Query(sqls::kRange, {organization, project, range.from_hour, range.to_hour,
                                 range.release, range.environment}));
  std::vector<Row> out;
  out.reserve(rows.size());
  for (const sql::Row row : rows) {
    out.push_back({row.String(0), row.String(1), row.Int(2), ReadCounts(row, 3)});
  }
  return out;
}

Result<bool> HasSessions(sql::Tx& tx, OrgId organization, ProjectId project,
                         std::string_view release) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kAny, {organization, project, release}));
  return !rows.empty();
}

Result<std::int64_t> DropOld(sql::Tx& tx, std::int64_t before_hour) {
  return tx.Exec(sqls::kDropOld, {before_hour});
}

}  // namespace gatehouse::sessions::store
