#pragma once

// Projects of an organization, the teams that own them, and their keys (DSNs). Thread-safe. Rights
// are decided here, in the transaction that acts; see region/orgs/members/service.h for Caller.
// Every change is audited in its transaction.

#include <optional>
#include <string>
#include <vector>

#include "region/orgs/members/service.h"
#include "region/projects/types.h"

namespace gatehouse::projects {

using members::Caller;

struct Edit {
  std::optional<std::string> slug = {};
  std::optional<std::string> name = {};
  std::optional<std::string> platform = {};
  // Replaces the named options; a JSON null takes one back to its default.
  json::Object options = {};
};

struct KeyEdit {
  std::optional<std::string> label = {};
  std::optional<bool> is_active = {};
  std::optional<std::int64_t> rate_count = {};
  std::optional<std::int64_t> rate_seconds = {};
  // Of a new key: this instead of a random one. 32 lower-case hexadecimal digits.
  std::optional<std::string> public_key = {};
};

class Service {
 public:
  virtual ~Service() = default;

  // By slug.
  virtual Task<std::vector<Project>> List(OrgId organization) = 0;
  // Of all of them, in that order.
  virtual Task<std::vector<Surroundings>> Around(OrgId organization,
                                                 std::vector<ProjectId> projects) = 0;
  // By slug or decimal id; a slug that the project had before leads to it, too, unless it is
  // another's now. Errors: kNotFound "project_not_found".
  virtual Task<Project> Get(OrgId organization, std::string slug_or_id) = 0;
  // Of each project, the slugs of its teams.
  virtual Task<std::vector<std::string>> Teams(OrgId organization, ProjectId project) = 0;

  // Of members with ids from the first to the last: the slugs of their teams' projects, in order.
  // Who has none is missing.
  virtual Task<SlugsByMember> SlugsOfMembers(OrgId organization, MemberId first, MemberId last) = 0;

  // With a first key, "Default". `team` may be "": the project belongs to no team yet. REQUIRES
  // project:write. Audited (project.create). Errors: kInvalidArgument "slug_invalid",
  // "name_invalid", "platform_invalid"; kAlreadyExists "slug_taken"; kNotFound "team_not_found";
  // kPermissionDenied "forbidden".
  virtual Task<Project> Create(OrgId organization, std::string slug, std::string name,
                               std::string platform, std::string team, Caller caller) = 0;
  // On the host, for the command line and the demonstration: audited with the operator's name.
  virtual Task<Project> CreateOnHost(OrgId organization, std::string slug, std::string name,
                                     std::string platform, orgs::Actor operator_actor) = 0;
  // REQUIRES project:write. Audited (project.edit). Errors: those of Create; kInvalidArgument
  // "option_unknown", and those of whoever goes by the option.
  virtual Task<Project> Update(OrgId organization, ProjectId project, Edit edit, Caller caller) = 0;
  // REQUIRES project:admin. The project takes nothing any more and is not listed; its events go
  // with their days. Audited (project.remove).
  virtual Task<void> Delete(OrgId organization, ProjectId project, Caller caller) = 0;
  // REQUIRES project:write. Idempotent. Errors: kNotFound "team_not_found".
  virtual Task<void> AddTeam(OrgId organization, ProjectId project, std::string team,
                             Caller caller) = 0;
  virtual Task<void> RemoveTeam(OrgId organization, ProjectId project, std::string team,
                                Caller caller) = 0;

  // By name, without the empty one. Without a project: of the whole organization.
  virtual Task<std::vector<Environment>> Environments(OrgId organization,
                                                      std::optional<ProjectId> project,
                                                      Visibility visibility) = 0;
  // REQUIRES project:write. Errors: kNotFound "environment_not_found".
  virtual Task<Environment> SetEnvironmentHidden(OrgId organization, ProjectId project,
                                                 std::string name, bool hidden, Caller caller) = 0;

  virtual Task<std::vector<Key>> Keys(OrgId organization, ProjectId project) = 0;
  // REQUIRES project:write. Audited (projectkey.create, .edit, .remove). Errors: kNotFound
  // "project_key_not_found"; kInvalidArgument "name_invalid", "rate_limit_invalid",
  // "project_key_invalid"; kAlreadyExists "project_key_taken", in whatever project.
  virtual Task<Key> CreateKey(OrgId organization, ProjectId project, std::string label,
                              KeyEdit limits, Caller caller) = 0;
  Task<Key> CreateKey(OrgId organization, ProjectId project, std::string label, Caller caller) {
    return CreateKey(organization, project, std::move(label), KeyEdit{}, std::move(caller));
  }
  virtual Task<Key> UpdateKey(OrgId organization, ProjectId project, std::string public_key,
                              KeyEdit edit, Caller caller) = 0;
  virtual Task<void> DeleteKey(OrgId organization, ProjectId project, std::string public_key,
                               Caller caller) = 0;

  // For intake: who may send with this key. Remembered for ten seconds at most; a change through
  // this service is seen at once. std::nullopt: no such key.
  virtual Task<std::optional<Admission>> Admit(std::string public_key) = 0;
};

// "https://<public key>@<host>/<project id>" of the address under which SDKs reach the server.
std::string Dsn(std::string_view base_url, const Key& key);

}  // namespace gatehouse::projects
