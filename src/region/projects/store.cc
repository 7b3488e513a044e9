#include "region/projects/store.h"

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
  if (rows.empty()) return Fail(Code::kNotFound, kProjectNotFound);
  return ReadProject(rows.front());
}

Result<void> Insert(sql::Tx& tx, const Project& project) {
  GH_TRY(const std::int64_t inserted,
         tx.Exec(sqls::kInsert, {project.id, project.organization, project.slug, project.name,
                                 project.platform, project.created_at}));
  if (inserted == 0) return Fail(Code::kAlreadyExists, orgs::kSlugTaken);
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
  // No slug has a blank.
  const std::string slug = "deleted " + std::to_string(project.id.value);
  GH_TRY_VOID(tx.Exec(sqls::kDelete, {project.organization, project.id, slug}));
  return {};
}

Result<std::vector<std::string>> Teams(sql::Tx& tx, OrgId organization, ProjectId project) {
  GH_TRY(const sql::Rows rows, tx.Query(sqls::kTeams, {organization, project}));
  std::vector<std::string> slugs;
  for (const sql::Row row : rows) slugs.push_back(row.String(0));
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
  GH_TRY_VOID(tx.Exec(sqls::kInsertKey, {key.id, key.organization, key.project, key.public_key,
                                         key.label, key.created_at}));
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
