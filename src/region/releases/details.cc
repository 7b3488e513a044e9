#include "region/releases/details.h"

#include <algorithm>

#include "region/releases/errors.h"
#include "region/releases/search.h"
#include "region/releases/statements.h"
#include "region/releases/store.h"

namespace gatehouse::releases::details {
namespace {

// So many releases a search by version looks at.
constexpr std::size_t kMaxLookedAt = 10'000;
// Columns of GATEHOUSE_RELEASE_COLUMNS.
constexpr std::size_t kRef = 13;

Deploy ReadDeploy(const sql::Row& row) {
  return {.id = row.Int(0),
          .environment = row.String(1),
          .name = row.String(2),
          .url = row.String(3),
          .started_at = row.OptTime(4),
          .finished_at = row.Time(5)};
}

Detail ReadDetail(const sql::Row& row) {
  return {.release = store::ReadRelease(row),
          .ref = row.OptString(kRef),
          .url = row.OptString(kRef + 1),
          .user_agent = row.String(kRef + 2),
          .commits = DecodeCommits(row.Text(kRef + 3))};
}

// What stands in other tables.
Result<void> Complete(sql::Tx& tx, Detail& detail) {
  const OrgId organization = detail.release.organization;
  const ReleaseId id = detail.release.id;
  GH_TRY(const sql::Rows projects, tx.Query(sqls::kProjects, {organization, id}));
  for (const sql::Row row : projects) {
    ReleaseProject one;
    one.project.id = row.As<ProjectId>(0);
    one.project.organization = organization;
    one.project.slug = row.String(1);
    one.project.name = row.String(2);
    one.project.platform = row.String(3);
    one.project.flags = row.Int(4);
    one.new_groups = row.Int(5);
    detail.projects.push_back(std::move(one));
  }
  GH_TRY(const sql::Rows count, tx.Query(sqls::kCountDeploys, {organization, id}));
  detail.deploy_count = count.front().Int(0);
  if (detail.deploy_count > 0) {
    GH_TRY(std::vector<Deploy> last, Deploys(tx, organization, id, 1));
    if (!last.empty()) detail.last_deploy = std::move(last.front());
  }
  GH_TRY(const sql::Rows seen, tx.Query(sqls::kSeen, {organization, id}));
  detail.first_event = seen.front().OptTime(0);
  detail.last_event = seen.front().OptTime(1);
  return {};
}

std::string ListOf(const std::vector<std::string>& parts) {
  if (parts.empty()) return {};
  std::string out = ",";
  for (const std::string& part : parts) out += part + ",";
  return out;
}

}  // namespace

Result<Detail> Find(sql::Tx& tx, OrgId organization, std::string_view version) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kDetail, {organization, version}));
  if (rows.empty()) return Fail(Code::kNotFound, kReleaseNotFound);
  Detail detail = ReadDetail(rows.front());
  GH_TRY_VOID(Complete(tx, detail));
  return detail;
}

Result<std::vector<Detail>> List(sql::Tx& tx, OrgId organization, const Query& query) {
  const Search search = ParseSearch(query.text);
  std::vector<Detail> found;
  if (search.nothing) return found;
  const std::string_view status = !query.is_open ? "" : *query.is_open ? "open" : "archived";
  std::vector<std::string> ids;
  for (const ProjectId id : query.projects) ids.push_back(id.ToString());
  const std::string projects = ListOf(ids);
  const std::string environments = ListOf(query.environments);
  // What the database cannot compare is compared here.
  const bool more = search.HasMore();
  GH_TRY(const sql::Rows rows,
         tx.Query(query.by_version ? sqls::kListByVersion : sqls::kList,
                  {organization, status, search.pattern, search.package, projects, environments,
                   more ? kMaxLookedAt : query.limit, more ? 0 : query.offset}));
  std::size_t skipped = 0;
  for (const sql::Row row : rows) {
    if (more) {
      if (!search.Matches(store::ReadRelease(row))) continue;
      if (skipped++ < query.offset) continue;
    }
    if (found.size() == query.limit) break;
    found.push_back(ReadDetail(row));
  }
  for (Detail& detail : found) GH_TRY_VOID(Complete(tx, detail));
  return found;
}

Result<std::optional<Detail>> PreviousWithCommits(sql::Tx& tx, const Detail& detail) {
  GH_TRY(const sql::Rows rows,
         tx.Query(sqls::kPreviousWithCommits,
                  {detail.release.organization, detail.release.id, detail.release.created_at}));
  if (rows.empty()) return std::nullopt;
  Detail previous = ReadDetail(rows.front());
  GH_TRY_VOID(Complete(tx, previous));
  return std::optional(std::move(previous));
}

Result<std::vector<Deploy>> Deploys(sql::Tx& tx, OrgId organization, ReleaseId release,
                                    std::size_t limit) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kDeploys, {organization, release, limit}));
  std::vector<Deploy> deploys;
  for (const sql::Row row : rows) deploys.push_back(ReadDeploy(row));
  return deploys;
}

Result<void> Update(sql::Tx& tx, const Detail& detail) {
  const std::string commits = EncodeCommits(detail.commits);
  GH_TRY_VOID(tx.Exec(sqls::kUpdate, {detail.release.organization, detail.release.id, detail.ref,
                                      detail.url, detail.release.is_open ? "open" : "archived",
                                      detail.release.released_at, commits}));
  return {};
}

Result<void> Remove(sql::Tx& tx, const Release& release) {
  const OrgId organization = release.organization;
  GH_TRY(const sql::Rows issues, tx.Query(sqls::kReferences, {organization, release.id}));
  if (!issues.empty()) return Fail(Code::kInvalidArgument, kReleaseReferenced);
  GH_TRY(const sql::Rows sessions,
         tx.Query(sqls::kSessions, {organization, release.id, release.version}));
  if (!sessions.empty()) return Fail(Code::kInvalidArgument, kReleaseHasHealth);
  for (const sql::Statement* statement :
       {&sqls::kDropFiles, &sqls::kDropDeploys, &sqls::kDropDistributions, &sqls::kDropEnvironments,
        &sqls::kDropProjectEnvironments, &sqls::kDropIssues, &sqls::kDropFirstOfIssues,
        &sqls::kDropResolutions, &sqls::kDropProjects, &sqls::kDrop}) {
    GH_TRY_VOID(tx.Exec(*statement, {organization, release.id}));
  }
  return {};
}

}  // namespace gatehouse::releases::details
