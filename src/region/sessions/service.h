#pragma once

// Release health: how the sessions of a project's releases end. Thread-safe. Counting is intake's
// business (store::Apply). Who may ask is the caller's to decide.
//
// Errors: those of sql::Database.

#include <optional>
#include <string>
#include <vector>

#include "platform/runtime/task.h"
#include "region/sessions/types.h"

namespace gatehouse::sessions {

struct Query {
  std::vector<ProjectId> projects = {};
  Timestamp from = {};
  Timestamp to = {};                            // both widened to whole hours
  std::optional<std::string> release = {};      // any
  std::optional<std::string> environment = {};  // any
  // 0: one bucket, from exactly `from` on; otherwise the first begins at a multiple of it.
  std::int64_t bucket_hours = 1;
  bool by_project = false;
  bool by_release = false;
  bool by_environment = false;
};

struct Group {
  // Set if the question is by it.
  ProjectId project = {};
  std::string release = {};
  std::string environment = {};
  Counts totals;
  std::vector<Counts> series;  // one per bucket
};

struct Answer {
  std::vector<Timestamp> buckets;  // their beginnings
  std::vector<Group> groups;       // by project, release, environment
};

class Service {
 public:
  virtual ~Service() = default;

  virtual Task<Answer> Ask(OrgId organization, Query query) = 0;
  // Of these releases of one project, or all of them: in [from, to), with adoption in the last day
  // before `to`. By release.
  virtual Task<std::vector<Health>> ReleaseHealth(OrgId organization, ProjectId project,
                                                  std::vector<std::string> releases, Timestamp from,
                                                  Timestamp to) = 0;
  // Has anybody run this release? (It cannot be removed then.)
  virtual Task<bool> HasSessions(OrgId organization, ProjectId project, std::string release) = 0;
  // Forgets what the retention has passed. For a periodic job.
  virtual Task<std::int64_t> DropOld() = 0;
};

}  // namespace gatehouse::sessions
