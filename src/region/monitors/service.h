#pragma once

// Monitors of an organization: list, show, change. Thread-safe. Rights are decided here, in the
// transaction that acts. Check-ins arrive through intake (check_ins.h).

#include <optional>
#include <string>
#include <vector>

#include "region/monitors/types.h"
#include "region/orgs/members/service.h"

namespace gatehouse::monitors {

using members::Caller;

struct Edit {
  std::optional<std::string> slug = {};
  std::optional<std::string> name = {};
  std::optional<bool> is_active = {};
  std::optional<bool> is_muted = {};
  std::optional<Config> config = {};
};

class Service {
 public:
  virtual ~Service() = default;

  // By id, after the one given; at most `limit`.
  virtual Task<std::vector<Monitor>> List(OrgId organization, std::optional<MonitorId> after,
                                          std::size_t limit) = 0;
  // By slug, of that project if given, or public id. Errors: kNotFound "monitor_not_found".
  virtual Task<Monitor> Get(OrgId organization, std::string slug_or_guid,
                            std::optional<ProjectId> project) = 0;
  // Newest first, before the id given.
  virtual Task<std::vector<CheckIn>> CheckInsOf(OrgId organization, MonitorId monitor,
                                                std::optional<std::string> environment,
                                                std::optional<std::int64_t> before,
                                                std::size_t limit) = 0;

  // REQUIRES alerts:write or project:write. Audited with the project. `slug` "" is made of the
  // name. Errors: kInvalidArgument "monitor_slug_invalid", "name_invalid"; kAlreadyExists
  // "monitor_slug_taken"; kPermissionDenied "forbidden"; kNotFound "project_not_found".
  virtual Task<Monitor> Create(OrgId organization, ProjectId project, std::string slug,
                               std::string name, Config config, Caller caller) = 0;
  virtual Task<Monitor> Update(OrgId organization, MonitorId monitor, Edit edit, Caller caller) = 0;
  virtual Task<void> Delete(OrgId organization, MonitorId monitor, Caller caller) = 0;

  // Of one environment; the same rights, and audited as well. A muted one still takes check-ins and
  // shows how they went, but what goes wrong makes no issue, and so no mail. Errors: kNotFound
  // "monitor_not_found", "monitor_environment_not_found".
  virtual Task<Environment> Mute(OrgId organization, MonitorId monitor, std::string environment,
                                 bool is_muted, Caller caller) = 0;
  // Forgets it with its check-ins. A check-in that names it makes it again.
  virtual Task<void> DeleteEnvironment(OrgId organization, MonitorId monitor,
                                       std::string environment, Caller caller) = 0;

  // Notes what was missed and what took too long. For a periodic job, once a minute or more often.
  virtual Task<std::int64_t> Judge() = 0;
  // Forgets what the retention has passed. For a periodic job.
  virtual Task<std::int64_t> DropOld() = 0;
};

}  // namespace gatehouse::monitors
