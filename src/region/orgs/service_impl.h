#pragma once

// The organization service over a database. Each call is one transaction; each effect of the
// control half is one transaction that remembers its id, changes the rows, and writes audit and
// outbox.

#include <functional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/ids.h"
#include "core/audit/audit.h"
#include "core/outbox/outbox.h"
#include "platform/sql/sql.h"
#include "region/orgs/organization_cache.h"
#include "region/orgs/service.h"
#include "region/orgs/store.h"

namespace gatehouse::orgs {

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
    // Called after a commit that wrote mails, from the caller's thread; may be empty. A wake-up for
    // the worker, nothing more: mails never wait for it and callers never wait for mails.
    std::function<void()> on_mail;
    // How long Get and GetBySlug may answer from memory; see OrganizationCache. Zero: never.
    Duration organization_cache = std::chrono::seconds(1);
  };
  explicit ServiceImpl(Parts parts);

  Task<Organization> GetBySlug(std::string slug) override;
  Task<Organization> Get(OrgId organization) override;
  Task<std::pair<Organization, std::optional<Member>>> GetWithMember(std::string slug,
                                                                     UserId user) override;
  Task<std::optional<Member>> CheckMembership(OrgId organization, UserId user) override;
  Task<std::vector<OrgMembership>> ListForUser(UserId user) override;
  Task<MemberPage> ListMembers(OrgId organization, std::optional<MemberId> after,
                               std::size_t limit) override;
  Task<std::vector<Member>> Owners(OrgId organization) override;
  Task<std::int64_t> CountWithoutSso(OrgId organization) override;

  using Service::AddMember;
  using Service::Create;
  Task<Organization> Create(std::string slug, std::string name, UserCopy owner,
                            Actor actor) override;
  Task<Member> AddMember(OrgId organization, UserCopy user, std::string role, std::int64_t flags,
                         Actor actor) override;
  Task<Organization> UpdateFlags(OrgId organization, json::Object flags, bool sso_active,
                                 std::int64_t expected_version, Actor actor) override;
  Task<void> UpdateDefaultRole(OrgId organization, std::string role, Actor actor) override;

  Task<void> ApplyClearRequire2fa(std::int64_t effect, OrgId organization, Actor actor) override;
  Task<void> ApplyMarkInvalidSso(std::int64_t effect, OrgId organization, UserId user) override;
  Task<void> ApplySignal(std::int64_t effect, OrgId organization, std::string signal,
                         std::string args_json) override;
  Task<void> ApplySendLinkMails(std::int64_t effect, OrgId organization, Actor actor,
                                std::string provider_name) override;
  Task<void> ApplyDefaultRole(std::int64_t effect, OrgId organization, std::string role,
                              Actor actor) override;
  Task<void> ApplySsoDisabled(std::int64_t effect, OrgId organization, Actor actor,
                              std::string provider_name) override;

 private:
  // The organization of an effect that is new; nothing for a repeated one and for an organization
  // that is gone.
  Result<std::optional<Organization>> BeginEffect(sql::Tx& tx, std::int64_t effect,
                                                  OrgId organization) const;
  Result<void> Audit(sql::Tx& tx, audit::Entry entry, const Actor& actor) const;
  Result<void> TellControl(sql::Tx& tx, const Organization& organization) const;
  // Members without a second factor are looked for after the commit: there may be many.
  Result<void> Enforce2fa(sql::Tx& tx, OrgId organization, const Actor& actor) const;
  // The member as stored: the one there is, unchanged, or a new one, audited.
  Result<Member> Join(sql::Tx& tx, OrgId organization, const UserCopy& user,
                      const std::string& role, std::int64_t flags, const Actor& actor) const;
  Result<void> ChangeDefaultRole(sql::Tx& tx, const Organization& organization,
                                 const std::string& role, const Actor& actor) const;
  void WakeMail() const;

  const Parts d_;
  OrganizationCache cache_;
};

}  // namespace gatehouse::orgs
