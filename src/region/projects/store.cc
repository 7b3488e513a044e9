#include "region/projects/store.h"

#include <map>

#include "region/orgs/errors.h"
#include "region/orgs/teams/errors.h"
#include "region/projects/errors.h"
#include "region/projects/statements.h"

namespace gatehouse::projects::store {
namespace {

constexpr std::size_t kKeyColumns = 9;

Project ReadProject(const sql::Row& row, std::size_t at = 0) {
  Project project{.id = row.As<ProjectId>(at),
                  .organization = row.As<OrgId>(at + 1),
                  .slug = row.String(at + 2),
                  .name = row.String(at + 3),
                  .platform = row.String(at + 4),
                  .is_active = row.Text(at + 5) == "active",
                  .flags = row.Int(at + 6),
                  .first_event_at = row.OptTime(at + 7),
                  .options = {},
                  .version = row.Int(at + 9),
                  .created_at = row.Time(at + 10)};
  if (auto options = json::ParseObject(row.Text(at + 8))) project.options = std::move(*options);
  return project;
}

Key ReadKey(const sql::Row& row) {
  return {.id = row.As<ProjectKeyId>(0),
          .organization = row.As<OrgId>(1),
          .project = row.As<ProjectId>(2),
          .public_key = row.String(3),
          .label = row.String(4),
          .is_active = row.Bool(5),
          .rate_count = row.Int(6),
          .rate_seconds = row.Int(7),
          .created_at = row.Time(8)};
}

Result<std::int64_t> TeamOf(sql::Tx& tx, OrgId organization, std::string_view team) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kTeamId, {organization, team}));
  if (rows.empty()) return Fail(Code::kNotFound, teams::kTeamNotFound);
  return rows.front().Int(0);
}

}  // namespace

Result<std::vector<Project>> List(sql::Tx& tx, OrgId organization) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kList, {organization}));
  std::vector<Project> projects;
  projects.reserve(rows.size());
  for (const sql::Row row : rows) projects.push_back(ReadProject(row));
  return projects;
}

Result<Project> Find(sql::Tx& tx, OrgId organization, ProjectId project) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kFind, {organization, project}));
  if (rows.empty()) return Fail(Code::kNotFound, kProjectNotFound);
  return ReadProject(rows.front());
}

Result<Project> FindBySlug(sql::Tx& tx, OrgId organization, std::string_view slug) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kFindBySlug, {organization, slug}));
  if (!rows.empty()) return ReadProject(rows.front());
  GH_TRY(const sql::Rows moved, tx.Query(sqls::kFindByOldSlug, {organization, slug}));
  if (moved.empty()) return Fail(Code::kNotFound, kProjectNotFound);
  return ReadProject(moved.front());
}

Result<void> Insert(sql::Tx& tx, const Project& project) {
  GH_TRY(const std::int64_t inserted,
         tx.Exec(sqls::kInsert, {project.id, project.organization, project.slug, project.name,
                                 project.platform, project.created_at}));
  if (inserted == 0) return Fail(Code::kAlreadyExists, orgs::kSlugTaken);
  GH_TRY_VOID(tx.Exec(sqls::kDropRedirect, {project.organization, project.slug}));
  return {};
}

Result<void> Update(sql::Tx& tx, const Project& project) {
  GH_TRY(const sql::Rows owner, tx.Query(sqls::kFindBySlug, {project.organization, project.slug}));
  if (!owner.empty() && owner.front().As<ProjectId>(0) != project.id) {
    return Fail(Code::kAlreadyExists, orgs::kSlugTaken);
  }
  GH_TRY_VOID(tx.Exec(sqls::kUpdate, {project.organization, project.id, project.slug, project.name,
                                      project.platform, json::Serialize(project.options)}));
  return {};
}

Result<void> Delete(sql::Tx& tx, const Project& project) {
  GH_TRY_VOID(tx.Exec(sqls::kDeleteKeys, {project.organization, project.id}));
  GH_TRY_VOID(tx.Exec(sqls::kDropRedirects, {project.organization, project.id}));
  // No slug has a blank.
  const std::string slug = "deleted " + std::to_string(project.id.value);
  GH_TRY_VOID(tx.Exec(sqls::kDelete, {project.organization, project.id, slug}));
  return {};
}

Result<void> Redirect(sql::Tx& tx, const Project& before, std::string_view slug) {
  GH_TRY_VOID(tx.Exec(sqls::kDropRedirect, {before.organization, slug}));
  GH_TRY_VOID(tx.Exec(sqls::kAddRedirect, {before.organization, before.slug, before.id}));
  return {};
}

Result<std::vector<Surroundings>> Around(sql::Tx& tx, OrgId organization,
                                         const std::vector<ProjectId>& projects) {
  std::vector<Surroundings> out(projects.size());
  std::map<ProjectId, Surroundings*> by_id;
  for (std::size_t i = 0; i < projects.size(); ++i) by_id[projects[i]] = &out[i];
  const auto of = [&](const sql::Row& row) -> Surroundings* {
    const auto found = by_id.find(row.As<ProjectId>(0));
    return found == by_id.end() ? nullptr : found->second;
  };
  GH_TRY(const sql::Rows teams, tx.Query(sqls::kAllTeams, {organization}));
  for (const sql::Row row : teams) {
    if (Surroundings* one = of(row)) {
      one->teams.push_back({row.As<TeamId>(1), row.String(2), row.String(3)});
    }
  }
  GH_TRY(const sql::Rows environments, tx.Query(sqls::kAllEnvironments, {organization}));
  for (const sql::Row row : environments) {
    if (Surroundings* one = of(row)) one->environments.push_back(row.String(1));
  }
  GH_TRY(const sql::Rows releases, tx.Query(sqls::kLatestReleases, {organization}));
  for (const sql::Row row : releases) {
    if (Surroundings* one = of(row)) one->latest_release = row.OptString(1).value_or("");
  }
  return out;
}

Result<std::vector<Environment>> Environments(sql::Tx& tx, OrgId organization,
                                              std::optional<ProjectId> project,
                                              Visibility visibility) {
  GH_TRY(const sql::Rows rows,
         project ? tx.Query(sqls::kEnvironmentsOfProject, {organization, *project})
                 : tx.Query(sqls::kEnvironments, {organization}));
  std::vector<Environment> out;
  for (const sql::Row row : rows) {
    const bool hidden = row.Bool(2);
    if (visibility != Visibility::kAll && hidden != (visibility == Visibility::kHidden)) continue;
    out.push_back({row.Int(0), row.String(1), hidden});
  }
  return out;
}

Result<Environment> FindEnvironment(sql::Tx& tx, OrgId organization, ProjectId project,
                                    std::string_view name) {
  GH_TRY(const auto all, Environments(tx, organization, project, Visibility::kAll));
  for (const Environment& one : all) {
    if (one.name == name) return one;
  }
  return Fail(Code::kNotFound, kEnvironmentNotFound);
}

Result<void> HideEnvironment(sql::Tx& tx, OrgId organization, ProjectId project,
                             const Environment& environment) {
  GH_TRY_VOID(tx.Exec(sqls::kHideEnvironment,
                      {organization, project, environment.id, environment.is_hidden ? 1 : 0}));
  return {};
}

Result<std::vector<std::string>> Teams(sql::Tx& tx, OrgId organization, ProjectId project) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kTeams, {organization, project}));
  std::vector<std::string> slugs;
  for (const sql::Row row : rows) slugs.push_back(row.String(0));
  return slugs;
}

Result<SlugsByMember> SlugsOfMembers(sql::Tx& tx, OrgId organization, MemberId first,
                                     MemberId last) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kSlugsByMember, {organization, first, last}));
  SlugsByMember slugs;
  for (const sql::Row row : rows) slugs[row.As<MemberId>(0)].push_back(row.String(1));
  return slugs;
}

Result<void> AddTeam(sql::Tx& tx, OrgId organization, ProjectId project, std::string_view team) {
  GH_TRY(const std::int64_t id, TeamOf(tx, organization, team));
  GH_TRY_VOID(tx.Exec(sqls::kAddTeam, {organization, project, id}));
  return {};
}

Result<void> RemoveTeam(sql::Tx& tx, OrgId organization, ProjectId project, std::string_view team) {
  GH_TRY(const std::int64_t id, TeamOf(tx, organization, team));
  GH_TRY_VOID(tx.Exec(sqls::kRemoveTeam, {organization, project, id}));
  return {};
}

Result<std::vector<Key>> Keys(sql::Tx& tx, OrgId organization, ProjectId project) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kKeys, {organization, project}));
  std::vector<Key> keys;
  for (const sql::Row row : rows) keys.push_back(ReadKey(row));
  return keys;
}

Result<Key> FindKey(sql::Tx& tx, OrgId organization, ProjectId project,
                    std::string_view public_key) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kKey, {organization, project, public_key}));
  if (rows.empty()) return Fail(Code::kNotFound, kProjectKeyNotFound);
  return ReadKey(rows.front());
}

Result<void> InsertKey(sql::Tx& tx, const Key& key) {
  GH_TRY_VOID(
      tx.Exec(sqls::kInsertKey, {key.id, key.organization, key.project, key.public_key, key.label,
                                 key.is_active, key.rate_count, key.rate_seconds, key.created_at}));
  return {};
}

Result<void> UpdateKey(sql::Tx& tx, const Key& key) {
  GH_TRY_VOID(tx.Exec(sqls::kUpdateKey, {key.organization, key.project, key.public_key, key.label,
                                         key.is_active, key.rate_count, key.rate_seconds}));
  return {};
}

Result<void> DeleteKey(sql::Tx& tx, const Key& key) {
  GH_TRY_VOID(tx.Exec(sqls::kDeleteKey, {key.organization, key.project, key.public_key}));
  return {};
}

Result<std::optional<Admission>> Admit(sql::Tx& tx, std::string_view public_key) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kAdmit, {public_key}));
  if (rows.empty()) return std::nullopt;
  const sql::Row row = rows.front();
  return Admission{.key = ReadKey(row), .project = ReadProject(row, kKeyColumns)};
}

}  // namespace gatehouse::projects::store
