#pragma once

// The service over a database.

#include "base/rng.h"
#include "core/audit/audit.h"
#include "platform/sql/sql.h"
#include "region/monitors/check_ins.h"
#include "region/monitors/service.h"
#include "region/projects/types.h"

namespace gatehouse::monitors {

// What is given by reference must outlive it.
class ServiceImpl final : public Service {
 public:
  struct Parts {
    sql::Database& db;
    const Clock& clock;
    Rng& rng;
    IdGenerator& ids;
    const audit::Log& audit;
    const CheckIns& check_ins;
    int retention_days = 90;
  };
  explicit ServiceImpl(Parts parts) : d_(parts) {}

  Task<std::vector<Monitor>> List(OrgId organization, std::optional<MonitorId> after,
                                  std::size_t limit) override;
  Task<Monitor> Get(OrgId organization, std::string slug_or_guid,
                    std::optional<ProjectId> project) override;
  Task<std::vector<CheckIn>> CheckInsOf(OrgId organization, MonitorId monitor,
                                        std::optional<std::string> environment,
                                        std::optional<std::int64_t> before,
                                        std::size_t limit) override;
  Task<Monitor> Create(OrgId organization, ProjectId project, std::string slug, std::string name,
                       Config config, Caller caller) override;
  Task<Monitor> Update(OrgId organization, MonitorId monitor, Edit edit, Caller caller) override;
  Task<void> Delete(OrgId organization, MonitorId monitor, Caller caller) override;
  Task<Environment> Mute(OrgId organization, MonitorId monitor, std::string environment,
                         bool is_muted, Caller caller) override;
  Task<void> DeleteEnvironment(OrgId organization, MonitorId monitor, std::string environment,
                               Caller caller) override;
  Task<std::int64_t> Judge() override;
  Task<std::int64_t> DropOld() override;

 private:
  // The project, for a caller who may change its monitors.
  Result<projects::Project> Managed(sql::Tx& tx, OrgId organization, ProjectId project,
                                    const Caller& caller) const;
  Result<void> Audit(sql::Tx& tx, const projects::Project& project, std::string_view what,
                     std::string_view which, const Caller& caller) const;

  const Parts d_;
};

}  // namespace gatehouse::monitors
