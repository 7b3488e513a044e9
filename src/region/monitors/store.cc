#include "region/monitors/store.h"

#include "region/monitors/errors.h"
#include "region/monitors/policy.h"
#include "region/monitors/statements.h"

namespace gatehouse::monitors::store {
namespace {

Monitor ReadMonitor(const sql::Row& row) {
  Monitor monitor{.id = row.As<MonitorId>(0),
                  .organization = row.As<OrgId>(1),
                  .project = row.As<ProjectId>(2),
                  .guid = row.String(3),
                  .slug = row.String(4),
                  .name = row.String(5),
                  .is_active = row.Text(6) == "active",
                  .config = {},
                  .version = row.Int(8),
                  .created_at = row.Time(9)};
  monitor.is_muted = row.Bool(10);
  if (auto config = json::ParseObject(row.Text(7))) {
    if (auto read = ReadConfig(*config)) monitor.config = std::move(*read);
  }
  return monitor;
}

Environment ReadEnvironment(const sql::Row& row) {
  return {.name = row.String(0),
          .status = row.String(1),
          .failures = row.Int(2),
          .recoveries = row.Int(3),
          .last_check_in = row.OptTime(4),
          .next_check_in = row.OptTime(5),
          .next_latest = row.OptTime(6),
          .is_muted = row.Bool(7)};
}

CheckIn ReadCheckIn(const sql::Row& row) {
  return {.id = row.Int(0),
          .guid = row.String(1),
          .environment = row.String(2),
          .status = row.String(3),
          .duration_millis = row.OptInt(4),
          .release = row.String(5),
          .trace_id = row.String(6),
          .expected_at = row.OptTime(7),
          .timeout_at = row.OptTime(8),
          .created_at = row.Time(9)};
}

std::string_view StatusOf(const Monitor& monitor) {
  return monitor.is_active ? "active" : "disabled";
}

Result<void> ReadEnvironments(sql::Tx& tx, Monitor& monitor) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kEnvironments, {monitor.organization, monitor.id}));
  for (const sql::Row row : rows) monitor.environments.push_back(ReadEnvironment(row));
  return {};
}

Result<std::optional<CheckIn>> One(Result<sql::Rows> rows) {
  if (!rows) return std::unexpected(std::move(rows).error());
  if (rows->empty()) return std::optional<CheckIn>();
  return std::optional<CheckIn>(ReadCheckIn(rows->front()));
}

Result<std::vector<Due>> ReadDue(Result<sql::Rows> rows) {
  if (!rows) return std::unexpected(std::move(rows).error());
  std::vector<Due> out;
  for (const sql::Row row : *rows) {
    out.push_back({row.As<OrgId>(0), row.As<MonitorId>(1), row.String(2)});
  }
  return out;
}

}  // namespace

Result<bool> Insert(sql::Tx& tx, const Monitor& monitor) {
  const std::string config = json::Serialize(ToJson(monitor.config));
  GH_TRY(const std::int64_t rows,
         tx.Exec(sqls::kInsert,
                 {monitor.id, monitor.organization, monitor.project, monitor.guid, monitor.slug,
                  monitor.name, StatusOf(monitor), config, monitor.created_at, monitor.is_muted}));
  return rows == 1;
}

Result<void> Update(sql::Tx& tx, const Monitor& monitor) {
  const std::string config = json::Serialize(ToJson(monitor.config));
  GH_TRY_VOID(tx.Exec(sqls::kUpdate, {monitor.organization, monitor.id, monitor.slug, monitor.name,
                                      StatusOf(monitor), config, monitor.is_muted}));
  return {};
}

Result<void> Delete(sql::Tx& tx, const Monitor& monitor) {
  GH_TRY_VOID(tx.Exec(sqls::kDeleteOccurrences, {monitor.organization, monitor.id}));
  GH_TRY_VOID(tx.Exec(sqls::kDeleteCheckIns, {monitor.organization, monitor.id}));
  GH_TRY_VOID(tx.Exec(sqls::kDeleteEnvironments, {monitor.organization, monitor.id}));
  GH_TRY_VOID(tx.Exec(sqls::kDelete, {monitor.organization, monitor.id}));
  return {};
}

Result<std::optional<Monitor>> FindInProject(sql::Tx& tx, OrgId organization, ProjectId project,
                                             std::string_view slug) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kFindInProject, {organization, project, slug}));
  if (rows.empty()) return std::optional<Monitor>();
  return std::optional<Monitor>(ReadMonitor(rows.front()));
}

Result<Monitor> Find(sql::Tx& tx, OrgId organization, std::string_view slug_or_guid,
                     std::optional<ProjectId> project) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kFind, {organization, slug_or_guid}));
  for (const sql::Row row : rows) {
    Monitor monitor = ReadMonitor(row);
    if (project && monitor.project != *project) continue;
    GH_TRY_VOID(ReadEnvironments(tx, monitor));
    return monitor;
  }
  return Fail(Code::kNotFound, kMonitorNotFound);
}

Result<Monitor> FindById(sql::Tx& tx, OrgId organization, MonitorId id) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kFindById, {organization, id}));
  if (rows.empty()) return Fail(Code::kNotFound, kMonitorNotFound);
  return ReadMonitor(rows.front());
}

Result<std::vector<Monitor>> List(sql::Tx& tx, OrgId organization, MonitorId after,
                                  std::size_t limit) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kList, {organization, after, limit}));
  std::vector<Monitor> out;
  for (const sql::Row row : rows) {
    out.push_back(ReadMonitor(row));
    GH_TRY_VOID(ReadEnvironments(tx, out.back()));
  }
  return out;
}

Result<std::int64_t> Count(sql::Tx& tx, OrgId organization, ProjectId project) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kCount, {organization, project}));
  return rows.front().Int(0);
}

Result<std::optional<Environment>> FindEnvironment(sql::Tx& tx, const Monitor& monitor,
                                                   std::string_view name) {
  GH_TRY(const sql::Rows rows,
         tx.Query(sqls::kEnvironment, {monitor.organization, monitor.id, name}));
  if (rows.empty()) return std::optional<Environment>();
  return std::optional<Environment>(ReadEnvironment(rows.front()));
}

Result<void> PutEnvironment(sql::Tx& tx, const Monitor& monitor, const Environment& e) {
  GH_TRY_VOID(tx.Exec(sqls::kPutEnvironment,
                      {monitor.organization, monitor.id, e.name, e.status, e.failures, e.recoveries,
                       e.last_check_in, e.next_check_in, e.next_latest}));
  return {};
}

Result<void> MuteEnvironment(sql::Tx& tx, const Monitor& monitor, std::string_view environment,
                             bool is_muted) {
  GH_TRY_VOID(
      tx.Exec(sqls::kMuteEnvironment, {monitor.organization, monitor.id, environment, is_muted}));
  return {};
}

Result<bool> DeleteEnvironment(sql::Tx& tx, const Monitor& monitor, std::string_view environment) {
  GH_TRY_VOID(tx.Exec(sqls::kDeleteOccurrencesOfEnvironment,
                      {monitor.organization, monitor.id, environment}));
  GH_TRY_VOID(
      tx.Exec(sqls::kDeleteCheckInsOfEnvironment, {monitor.organization, monitor.id, environment}));
  GH_TRY(const std::int64_t rows,
         tx.Exec(sqls::kDeleteEnvironment, {monitor.organization, monitor.id, environment}));
  return rows == 1;
}

Result<std::optional<CheckIn>> FindCheckIn(sql::Tx& tx, const Monitor& monitor,
                                           std::string_view guid) {
  return One(tx.Query(sqls::kFindCheckIn, {monitor.organization, monitor.id, guid}));
}

Result<std::optional<CheckIn>> NewestInProgress(sql::Tx& tx, const Monitor& monitor,
                                                std::string_view environment) {
  return One(tx.Query(sqls::kInProgress, {monitor.organization, monitor.id, environment}));
}

Result<void> InsertCheckIn(sql::Tx& tx, const Monitor& monitor, const CheckIn& c) {
  GH_TRY_VOID(
      tx.Exec(sqls::kInsertCheckIn,
              {c.id, c.guid, c.environment, c.status, c.duration_millis, c.release, c.trace_id,
               c.expected_at, c.timeout_at, c.created_at, monitor.organization, monitor.id}));
  return {};
}

Result<void> UpdateCheckIn(sql::Tx& tx, const Monitor& monitor, const CheckIn& c) {
  GH_TRY_VOID(tx.Exec(sqls::kUpdateCheckIn,
                      {monitor.organization, c.id, c.status, c.duration_millis, c.timeout_at}));
  return {};
}

Result<std::vector<CheckIn>> CheckIns(sql::Tx& tx, const Monitor& monitor,
                                      std::optional<std::string_view> environment,
                                      std::int64_t before, std::size_t limit) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kListCheckIns, {monitor.organization, monitor.id,
                                                              environment, before, limit}));
  std::vector<CheckIn> out;
  for (const sql::Row row : rows) out.push_back(ReadCheckIn(row));
  return out;
}

Result<std::int64_t> CountSince(sql::Tx& tx, const Monitor& monitor, std::string_view environment,
                                Timestamp since) {
  GH_TRY(const sql::Rows rows,
         tx.Query(sqls::kRecent, {monitor.organization, monitor.id, environment, since}));
  return rows.front().Int(0);
}

Result<void> AddOccurrence(sql::Tx& tx, const Occurrence& o) {
  const std::string data = json::Serialize(o.data);
  GH_TRY_VOID(tx.Exec(sqls::kAddOccurrence,
                      {o.id, o.organization, o.project, o.monitor, o.environment,
                       o.is_failure ? "failure" : "recovery", o.check_in, data, o.at}));
  return {};
}

Result<std::vector<Occurrence>> Occurrences(sql::Tx& tx, std::size_t limit) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kOccurrences, {limit}));
  std::vector<Occurrence> out;
  for (const sql::Row row : rows) {
    Occurrence one{.id = row.Int(0),
                   .organization = row.As<OrgId>(1),
                   .project = row.As<ProjectId>(2),
                   .monitor = row.As<MonitorId>(3),
                   .environment = row.String(4),
                   .is_failure = row.Text(5) == "failure",
                   .check_in = row.String(6),
                   .data = {},
                   .at = row.Time(8),
                   .saved_at = row.OptTime(9)};
    if (auto data = json::ParseObject(row.Text(7))) one.data = std::move(*data);
    out.push_back(std::move(one));
  }
  return out;
}

Result<void> NoteSaved(sql::Tx& tx, const Occurrence& occurrence, Timestamp now) {
  GH_TRY_VOID(tx.Exec(sqls::kOccurrenceSaved, {occurrence.organization, occurrence.id, now}));
  return {};
}

Result<void> DropOccurrence(sql::Tx& tx, const Occurrence& occurrence) {
  GH_TRY_VOID(tx.Exec(sqls::kDropOccurrence, {occurrence.organization, occurrence.id}));
  return {};
}

Result<std::vector<Due>> DueEnvironments(sql::Tx& tx, Timestamp now, std::size_t limit) {
  return ReadDue(tx.Query(sqls::kDue, {now, limit}));
}

Result<std::vector<Due>> OverdueCheckIns(sql::Tx& tx, Timestamp now, std::size_t limit) {
  return ReadDue(tx.Query(sqls::kOverdue, {now, limit}));
}

Result<std::int64_t> DropOld(sql::Tx& tx, Timestamp before) {
  return tx.Exec(sqls::kDropOld, {before});
}

}  // namespace gatehouse::monitors::store
