#pragma once

// The project service over a database. Each call is one transaction, which reads the caller's own
// rights first.

#include <functional>
#include <mutex>
#include <unordered_map>

#include "base/rng.h"
#include "core/audit/audit.h"
#include "platform/sql/sql.h"
#include "region/orgs/members/policy.h"
#include "region/projects/service.h"

namespace gatehouse::projects {

// What is given by reference must outlive the service. Thread-safe.
class ServiceImpl final : public Service {
 public:
  struct Parts {
    sql::Database& db;
    const Clock& clock;
    Rng& rng;
    IdGenerator& ids;
    const audit::Log& audit;
    // Whether the options that are set can be read by those who go by them; nulls are among them.
    std::function<Result<void>(const json::Object& options)> check_options = {};
    // How long intake goes by what it read of a key.
    Duration admission_life = std::chrono::seconds(10);
  };
  explicit ServiceImpl(Parts parts) : d_(parts) {}

  Task<std::vector<Project>> List(OrgId organization) override;
  Task<std::vector<Surroundings>> Around(OrgId organization,
                                         std::vector<ProjectId> projects) override;
  Task<Project> Get(OrgId organization, std::string slug_or_id) override;
  Task<std::vector<std::string>> Teams(OrgId organization, ProjectId project) override;
  Task<SlugsByMember> SlugsOfMembers(OrgId organization, MemberId first, MemberId last) override;
  Task<Project> Create(OrgId organization, std::string slug, std::string name, std::string platform,
                       std::string team, Caller caller) override;
  Task<Project> CreateOnHost(OrgId organization, std::string slug, std::string name,
                             std::string platform, orgs::Actor operator_actor) override;
  Task<Project> Update(OrgId organization, ProjectId project, Edit edit, Caller caller) override;
  Task<void> Delete(OrgId organization, ProjectId project, Caller caller) override;
  Task<void> AddTeam(OrgId organization, ProjectId project, std::string team,
                     Caller caller) override;
  Task<void> RemoveTeam(OrgId organization, ProjectId project, std::string team,
                        Caller caller) override;
  Task<std::vector<Environment>> Environments(OrgId organization, std::optional<ProjectId> project,
                                              Visibility visibility) override;
  Task<Environment> SetEnvironmentHidden(OrgId organization, ProjectId project, std::string name,
                                         bool hidden, Caller caller) override;
  using Service::CreateKey;
  Task<std::vector<Key>> Keys(OrgId organization, ProjectId project) override;
  Task<Key> CreateKey(OrgId organization, ProjectId project, std::string label, KeyEdit limits,
                      Caller caller) override;
  Task<Key> UpdateKey(OrgId organization, ProjectId project, std::string public_key, KeyEdit edit,
                      Caller caller) override;
  Task<void> DeleteKey(OrgId organization, ProjectId project, std::string public_key,
                       Caller caller) override;
  Task<std::optional<Admission>> Admit(std::string public_key) override;

 private:
  Result<Project> Insert(sql::Tx& tx, OrgId organization, std::string_view slug,
                         std::string_view name, std::string_view platform,
                         const orgs::Actor& actor);
  Result<Key> AddKey(sql::Tx& tx, const Project& project, std::string label, const KeyEdit& limits,
                     const orgs::Actor& actor);
  Result<void> AuditProject(sql::Tx& tx, audit::Event event, const Project& project,
                            json::Object changes, const orgs::Actor& actor) const;
  Result<void> AuditKey(sql::Tx& tx, audit::Event event, const Project& project, const Key& key,
                        const orgs::Actor& actor) const;
  // The project, if the caller has `scope`.
  Result<Project> Managed(sql::Tx& tx, OrgId organization, ProjectId project, const Caller& caller,
                          std::string_view scope) const;
  void ForgetAdmissions();

  struct Seen {
    std::optional<Admission> admission;
    Duration until{};  // monotonic
  };

  const Parts d_;
  std::mutex mutex_;
  std::unordered_map<std::string, Seen> admissions_;
  // Raised by every change, so that what was read before it is not remembered after it.
  std::uint64_t generation_ = 0;
};

}  // namespace gatehouse::projects
