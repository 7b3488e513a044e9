#pragma once

// What saving an event does to releases and environments. Synchronous; in the caller's
// transaction. Every get-or-create is one INSERT … ON CONFLICT and, when the row was there, one
// SELECT: safe against others that create the same.

#include "base/ids.h"
#include "platform/sql/sql.h"
#include "region/releases/types.h"

namespace gatehouse::releases::store {

// Errors: kNotFound "release_not_found".
Result<Release> Find(sql::Tx& tx, OrgId organization, std::string_view version);
Result<std::optional<Release>> FindById(sql::Tx& tx, OrgId organization, ReleaseId release);
// Of the project: "{slug}-{version}" if there is such a one, else `version`, created and linked to
// the project if need be. `linked`: the project has it since now. REQUIRES: a valid version.
struct Seen {
  Release release;
  bool created = false;
  bool linked = false;
};
Result<Seen> GetOrCreate(sql::Tx& tx, IdGenerator& ids, const projects::Project& project,
                         std::string_view version, Timestamp now);
// Exactly this version, created and linked to the project if need be. REQUIRES: a valid version.
struct Link {
  ReleaseId release;
  bool created = false;
  bool linked = false;
};
Result<Link> CreateOrLink(sql::Tx& tx, IdGenerator& ids, const projects::Project& project,
                          std::string_view version, Timestamp now);
// Of GATEHOUSE_RELEASE_COLUMNS.
Release ReadRelease(const sql::Row& row);
Result<std::vector<Release>> NewestOfProject(sql::Tx& tx, OrgId organization, ProjectId project);
Result<void> CountNewGroup(sql::Tx& tx, OrgId organization, ReleaseId release, ProjectId project);

Result<void> SeeDistribution(sql::Tx& tx, IdGenerator& ids, const Release& release,
                             std::string_view name, Timestamp now);
// `name` may be "".
Result<Environment> SeeEnvironment(sql::Tx& tx, IdGenerator& ids, const projects::Project& project,
                                   std::string_view name, Timestamp now);
// First and last seen of the pair; a last one less than a minute older is left alone.
Result<void> SeeTogether(sql::Tx& tx, OrgId organization, ProjectId project, ReleaseId release,
                         EnvironmentId environment, Timestamp at);
Result<void> CountNewIssue(sql::Tx& tx, OrgId organization, ProjectId project, ReleaseId release,
                           EnvironmentId environment);

}  // namespace gatehouse::releases::store
