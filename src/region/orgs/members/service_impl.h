#pragma once

// The member service over a database. Each call is one transaction, which reads the caller's own
// rights first; the effect of a required second factor is one transaction per batch.

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/ids.h"
#include "base/rng.h"
#include "core/audit/audit.h"
#include "core/outbox/outbox.h"
#include "platform/sql/sql.h"
#include "region/orgs/members/policy.h"
#include "region/orgs/members/service.h"

namespace gatehouse::members {

// What is given by reference must outlive the service. Thread-safe.
class ServiceImpl final : public Service {
 public:
  struct Parts {
    sql::Database& db;
    const Clock& clock;
    Rng& rng;
    const outbox::Outbox& outbox;  // the region half's
    outbox::Drainer& drainer;      // of the same half: a removal is known everywhere on return
    const audit::Log& audit;
    std::string invite_key;  // 32 bytes, the same for all nodes
    std::string base_url;    // "https://sso.example.com"
    // Called after a commit that wrote mails, from the caller's thread; may be empty.
    std::function<void()> on_mail = {};
  };
  explicit ServiceImpl(Parts parts);

  Task<Page> List(OrgId organization, Search search, std::vector<UserId> also_users) override;
  Task<Detail> Get(OrgId organization, MemberId member, Caller caller) override;
  Task<Detail> Update(OrgId organization, MemberId member, Change change, Caller caller) override;
  Task<void> Remove(OrgId organization, MemberId member, Caller caller) override;
  Task<orgs::Member> SetUserForOrganizationMember(OrgId organization, MemberId member,
                                                  UserCopy user, orgs::Actor actor) override;
  Task<std::optional<orgs::Member>> RemoveUser(OrgId organization, UserId user,
                                               orgs::Actor actor) override;
  Task<bool> DeleteOrganizationMember(OrgId organization, MemberId member,
                                      orgs::Actor actor) override;
  Task<orgs::Member> UpdateFlags(OrgId organization, MemberId member, std::int64_t version,
                                 std::int64_t set, std::int64_t clear) override;
  Task<void> ApplyUserUpdate(std::int64_t effect, UserCopy user) override;
  Task<void> ApplyEnforce2fa(std::int64_t effect, OrgId organization, orgs::Actor actor) override;

 private:
  Result<void> Audit(sql::Tx& tx, audit::Event event, const orgs::Member& about, json::Object data,
                     const orgs::Actor& actor) const;
  Result<Detail> DetailOf(sql::Tx& tx, const Standing& caller, orgs::Member member) const;
  // Errors: kFailedPrecondition "only_owner". REQUIRES: the member is about to be owner no more.
  Result<void> KeepAnOwner(sql::Tx& tx, const orgs::Member& member) const;
  Result<void> Change(sql::Tx& tx, const Standing& caller, const orgs::Member& before,
                      const members::Change& change, const orgs::Actor& actor) const;
  // The row goes; the control half and the audit log hear of it. true: a user went with it.
  Result<bool> Erase(sql::Tx& tx, const orgs::Member& member, const orgs::Actor& actor) const;
  // The member becomes a pending one, with mail and audit entry. false: has no address.
  Result<bool> PutOnHold(sql::Tx& tx, const orgs::Organization& organization,
                         const orgs::Member& member, std::string_view mail_id,
                         const orgs::Actor& actor) const;
  // One batch of an enforcement; the id of its last member, none when there was nothing left.
  Result<std::optional<MemberId>> Enforce(sql::Tx& tx, std::int64_t effect, OrgId organization,
                                          MemberId after, const orgs::Actor& actor) const;
  void WakeMail() const;

  const Parts d_;
};

}  // namespace gatehouse::members
