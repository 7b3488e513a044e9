#pragma once

// Rows of projects and keys. Synchronous; in the caller's transaction.

#include "platform/sql/sql.h"
#include "region/projects/types.h"

namespace gatehouse::projects::store {

Result<std::vector<Project>> List(sql::Tx& tx, OrgId organization);
// Errors: kNotFound "project_not_found".
Result<Project> Find(sql::Tx& tx, OrgId organization, ProjectId project);
Result<Project> FindBySlug(sql::Tx& tx, OrgId organization, std::string_view slug);
// Errors: kAlreadyExists "slug_taken".
Result<void> Insert(sql::Tx& tx, const Project& project);
Result<void> Update(sql::Tx& tx, const Project& project);
Result<void> Delete(sql::Tx& tx, const Project& project);

// From the slug that it had to the one it has now.
Result<void> Redirect(sql::Tx& tx, const Project& before, std::string_view slug);

Result<std::vector<Surroundings>> Around(sql::Tx& tx, OrgId organization,
                                         const std::vector<ProjectId>& projects);
Result<std::vector<Environment>> Environments(sql::Tx& tx, OrgId organization,
                                              std::optional<ProjectId> project,
                                              Visibility visibility);
// Errors: kNotFound "environment_not_found".
Result<Environment> FindEnvironment(sql::Tx& tx, OrgId organization, ProjectId project,
                                    std::string_view name);
Result<void> HideEnvironment(sql::Tx& tx, OrgId organization, ProjectId project,
                             const Environment& environment);

Result<std::vector<std::string>> Teams(sql::Tx& tx, OrgId organization, ProjectId project);
Result<SlugsByMember> SlugsOfMembers(sql::Tx& tx, OrgId organization, MemberId first,
                                     MemberId last);
// Errors: kNotFound "team_not_found".
Result<void> AddTeam(sql::Tx& tx, OrgId organization, ProjectId project, std::string_view team);
Result<void> RemoveTeam(sql::Tx& tx, OrgId organization, ProjectId project, std::string_view team);

Result<std::vector<Key>> Keys(sql::Tx& tx, OrgId organization, ProjectId project);
// Errors: kNotFound "project_key_not_found".
Result<Key> FindKey(sql::Tx& tx, OrgId organization, ProjectId project,
                    std::string_view public_key);
Result<void> InsertKey(sql::Tx& tx, const Key& key);
Result<void> UpdateKey(sql::Tx& tx, const Key& key);
Result<void> DeleteKey(sql::Tx& tx, const Key& key);
// Whosever it is. REQUIRES: a transaction of sql::Tenant::All().
Result<std::optional<Admission>> Admit(sql::Tx& tx, std::string_view public_key);

}  // namespace gatehouse::projects::store
