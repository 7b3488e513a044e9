#pragma once

// The team service over a database. Each call is one transaction, which reads the caller's own
// rights first.

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/ids.h"
#include "core/audit/audit.h"
#include "core/outbox/outbox.h"
#include "platform/sql/sql.h"
#include "region/orgs/members/policy.h"
#include "region/orgs/teams/service.h"

namespace gatehouse::teams {

// What is given by reference must outlive the service. Thread-safe.
class ServiceImpl final : public Service {
 public:
  struct Parts {
    sql::Database& db;
    const Clock& clock;
    IdGenerator& ids;
    const outbox::Outbox& outbox;  // the region half's
    const audit::Log& audit;
    std::string base_url;  // "https://sso.example.com"
    // Called after a commit that wrote mails, from the caller's thread; may be empty.
    std::function<void()> on_mail = {};
  };
  explicit ServiceImpl(Parts parts);

  Task<std::vector<Team>> List(OrgId organization, Caller caller) override;
  Task<Team> Get(OrgId organization, std::string slug, Caller caller) override;
  Task<std::vector<TeamMember>> Members(OrgId organization, std::string slug,
                                        std::optional<MemberId> after, std::size_t limit) override;
  Task<Team> Create(OrgId organization, std::string slug, std::string name, Caller caller) override;
  Task<Team> Update(OrgId organization, std::string slug, std::optional<std::string> new_slug,
                    std::optional<std::string> name, Caller caller) override;
  Task<void> Delete(OrgId organization, std::string slug, Caller caller) override;
  Task<Joined> Join(OrgId organization, std::string slug, MemberId member, Caller caller) override;
  Task<void> Leave(OrgId organization, std::string slug, MemberId member, Caller caller) override;
  Task<void> SetRole(OrgId organization, std::string slug, MemberId member, std::string role,
                     Caller caller) override;
  Task<std::vector<AccessRequest>> Requests(OrgId organization, Caller caller) override;
  Task<void> Decide(OrgId organization, std::int64_t request, bool approve, Caller caller) override;

 private:
  Result<void> Audit(sql::Tx& tx, audit::Entry entry, const orgs::Actor& actor) const;
  Result<void> AuditPlace(sql::Tx& tx, audit::Event event, const Team& team,
                          const orgs::Member& member, const orgs::Actor& actor) const;
  Result<void> AuditTeam(sql::Tx& tx, audit::Event event, const Team& team, json::Object changes,
                         const orgs::Actor& actor) const;
  Result<bool> Ask(sql::Tx& tx, const members::Standing& caller, const Team& team,
                   const orgs::Member& member) const;
  void WakeMail() const;

  const Parts d_;
};

}  // namespace gatehouse::teams
