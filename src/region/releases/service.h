#pragma once

// Releases as people and build scripts manage them: create, finish, archive, remove, list; their
// commits and deploys. Thread-safe. Saving events creates releases on
// its own (store.h).
//
// Who may do what is decided by the caller (edge: project:releases or project:write in the
// organization). Projects are the organization's own: the caller has looked them up.

#include <optional>
#include <string>
#include <vector>

#include "platform/runtime/task.h"
#include "region/orgs/service.h"
#include "region/releases/commits.h"
#include "region/releases/types.h"

namespace gatehouse::releases {

struct ReleaseProject {
  projects::Project project;
  std::int64_t new_groups = 0;
};

struct Deploy {
  std::int64_t id = 0;
  std::string environment;
  std::string name;  // "" for none
  std::string url;   // "" for none
  std::optional<Timestamp> started_at = {};
  Timestamp finished_at = {};
};

struct Detail {
  Release release;
  std::optional<std::string> ref = {};
  std::optional<std::string> url = {};
  std::string user_agent = {};
  std::vector<Commit> commits = {};           // newest first
  std::vector<ReleaseProject> projects = {};  // by slug
  std::int64_t deploy_count = 0;
  std::optional<Deploy> last_deploy = {};
  // Of its events; none: no event has come yet.
  std::optional<Timestamp> first_event = {};
  std::optional<Timestamp> last_event = {};
};

// Where a repository stands: "commit", or "previous..commit".
struct Ref {
  std::string repository;
  std::string commit;
  std::string previous = {};
};

// What is not told stays as it is.
struct Edit {
  std::optional<std::string> ref = {};
  std::optional<std::string> url = {};
  std::optional<Timestamp> released_at = {};
  std::optional<bool> is_open = {};
  std::optional<std::vector<Commit>> commits = {};
  std::optional<std::vector<Ref>> refs = {};  // empty: clears the commits
};

struct Created {
  Detail detail;
  bool is_new = false;  // the release, or its link to one of the projects
};

struct Query {
  // release:, release.version:, release.package:, release.build:, release.stage:, and text that
  // the version contains.
  std::string text = {};
  std::optional<bool> is_open = true;
  std::vector<ProjectId> projects = {};        // empty: all
  std::vector<std::string> environments = {};  // empty: all
  bool by_version = false;                     // instead of by date
  std::size_t offset = 0;
  std::size_t limit = 100;
};

struct Repository {
  std::int64_t id = 0;
  std::string name;
  std::optional<std::string> url = {};
  Timestamp created_at = {};
};

class Service {
 public:
  virtual ~Service() = default;

  // `projects` is not empty. Idempotent. Errors: kInvalidArgument "release_invalid",
  // "commit_invalid", "repository_unknown".
  virtual Task<Created> Create(OrgId organization, std::string version,
                               std::vector<projects::Project> projects, Edit edit,
                               std::string user_agent) = 0;
  // Errors: those of Create; kNotFound "release_not_found".
  virtual Task<Detail> Update(OrgId organization, std::string version, Edit edit) = 0;
  // Errors: kNotFound "release_not_found"; kInvalidArgument "release_referenced",
  // "release_has_health".
  // Audited (release.remove).
  virtual Task<void> Remove(OrgId organization, std::string version, orgs::Actor actor) = 0;
  // Errors: kNotFound "release_not_found".
  virtual Task<Detail> Get(OrgId organization, std::string version) = 0;
  // The first one beyond `limit` is not in it: ask with limit + 1 to know whether there is more.
  virtual Task<std::vector<Detail>> List(OrgId organization, Query query) = 0;
  // The newest one before it, of one of its projects, that has commits.
  virtual Task<std::optional<Detail>> PreviousWithCommits(OrgId organization,
                                                          std::string version) = 0;

  // `projects`: those of the release, or some of them; empty: all. Errors: kInvalidArgument
  // "environment_invalid", "release_project_invalid" (one that the release is not of).
  virtual Task<Deploy> AddDeploy(OrgId organization, std::string version, Deploy deploy,
                                 std::vector<ProjectId> projects) = 0;
  // Newest first.
  virtual Task<std::vector<Deploy>> Deploys(OrgId organization, std::string version) = 0;

  virtual Task<std::vector<Repository>> Repositories(OrgId organization) = 0;
};

}  // namespace gatehouse::releases
