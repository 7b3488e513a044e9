#pragma once

// The release service over a database. Each change is one transaction.

#include "core/audit/audit.h"
#include "platform/sql/sql.h"
#include "region/releases/service.h"

namespace gatehouse::releases {

// What is given by reference must outlive the service. Thread-safe.
class ServiceImpl final : public Service {
 public:
  struct Parts {
    sql::Database& db;
    const Clock& clock;
    IdGenerator& ids;
    const audit::Log& audit;
  };
  explicit ServiceImpl(Parts parts) : d_(parts) {}

  Task<Created> Create(OrgId organization, std::string version,
                       std::vector<projects::Project> projects, Edit edit,
                       std::string user_agent) override;
  Task<Detail> Update(OrgId organization, std::string version, Edit edit) override;
  Task<void> Remove(OrgId organization, std::string version, orgs::Actor actor) override;
  Task<Detail> Get(OrgId organization, std::string version) override;
  Task<std::vector<Detail>> List(OrgId organization, Query query) override;
  Task<std::optional<Detail>> PreviousWithCommits(OrgId organization, std::string version) override;
  Task<Deploy> AddDeploy(OrgId organization, std::string version, Deploy deploy,
                         std::vector<ProjectId> projects) override;
  Task<std::vector<Deploy>> Deploys(OrgId organization, std::string version) override;
  Task<std::vector<Repository>> Repositories(OrgId organization) override;

 private:
  Result<Detail> Apply(sql::Tx& tx, Detail detail, const Edit& edit) const;
  Result<void> SetCommits(sql::Tx& tx, Detail& detail, const Edit& edit) const;
  Result<void> NoteReleased(sql::Tx& tx, const Detail& detail) const;
  Result<void> NoteActivity(sql::Tx& tx, OrgId organization, ProjectId project,
                            std::string_view type, std::string_view ident, std::string_view version,
                            std::string_view environment) const;

  const Parts d_;
};

}  // namespace gatehouse::releases
