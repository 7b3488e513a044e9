#pragma once

// The invitation service over a database.
//
// What people do to invitations is checked, counted against the limits and done in three
// transactions: the limits must count even when the deed fails, and most deeds that cannot succeed
// should cost nobody a try. The deed checks everything again. A refusal is written in a
// transaction of its own; that of a ticket in the one that found it.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/rng.h"
#include "core/audit/audit.h"
#include "core/outbox/outbox.h"
#include "platform/ratelimit/ratelimit.h"
#include "platform/sql/sql.h"
#include "region/orgs/invites/mails.h"
#include "region/orgs/invites/service.h"
#include "region/orgs/invites/store.h"
#include "region/orgs/members/policy.h"

namespace gatehouse::invites {

// What is given by reference must outlive the service. Thread-safe.
class ServiceImpl final : public Service {
 public:
  struct Parts {
    sql::Database& db;
    const Clock& clock;
    IdGenerator& ids;
    Rng& rng;
    const outbox::Outbox& outbox;  // the region half's
    const audit::Log& audit;
    const ratelimit::RateLimiter& limiter;
    std::string invite_key;  // 32 bytes, the same for all nodes
    std::string base_url;    // "https://sso.example.com"
    // Called after a commit that wrote mails, from the caller's thread; may be empty.
    std::function<void()> on_mail = {};
  };
  explicit ServiceImpl(Parts parts);

  Task<std::vector<Invite>> Create(OrgId organization, std::vector<NewInvite> invites,
                                   Caller caller) override;
  Task<Invite> Resend(OrgId organization, MemberId member, Caller caller) override;
  Task<Invite> Regenerate(OrgId organization, MemberId member, Caller caller) override;
  Task<void> SendLink(OrgId organization, MemberId member, std::string provider_name,
                      Caller caller) override;
  Task<std::vector<Invite>> ListPending(OrgId organization, Caller caller) override;
  Task<Invite> Request(OrgId organization, NewInvite invite, Caller caller) override;
  Task<void> RequestToJoin(std::string slug, std::string email, bool sso_active,
                           orgs::Actor actor) override;
  Task<Invite> Approve(OrgId organization, MemberId request, std::optional<std::string> role,
                       std::optional<std::vector<TeamRole>> teams, Caller caller) override;
  Task<void> Reject(OrgId organization, MemberId request, Caller caller) override;
  Task<Offer> Look(std::string slug, Ticket ticket, std::optional<Invitee> invitee, SsoFacts sso,
                   std::string ip) override;
  Task<orgs::Member> Accept(std::string slug, Ticket ticket, Invitee invitee, SsoFacts sso,
                            orgs::Actor actor) override;
  Task<std::int64_t> DeleteExpired(Timestamp before) override;
  Task<void> ApplyMemberLinked(std::int64_t effect, OrgId organization, members::UserCopy user,
                               std::string verified_email, std::string add_with_role,
                               std::optional<Ticket> ticket, orgs::Actor actor) override;

 private:
  struct Bucket {
    std::string name;
    ratelimit::Limit limit;
  };
  // What a ticket is worth now.
  struct Checked {
    std::optional<store::Row> row;  // of a good one
    std::optional<Error> refusal;   // of any other
    std::string why;                // for the audit log: "expired", "accepted", …
  };

  // ---- service_impl.cc ----
  Result<void> Audit(sql::Tx& tx, audit::Event event, OrgId organization, const orgs::Member* about,
                     json::Object data, const orgs::Actor& actor) const;
  Result<void> AuditRefusal(sql::Tx& tx, OrgId organization, std::optional<MemberId> about,
                            const Error& error, std::string_view why,
                            const orgs::Actor& actor) const;
  // Always an error: the one given, after it is in the audit log if it belongs there.
  Task<void> Refuse(OrgId organization, std::optional<MemberId> about, Error error,
                    orgs::Actor actor) const;
  // All of the buckets or none: a name that stands there twice needs two tries. Errors:
  // kResourceExhausted "rate_limited".
  Task<void> TakeAll(std::vector<Bucket> buckets) const;
  std::vector<Bucket> MailBuckets(OrgId organization, const Caller& caller,
                                  const std::vector<std::string>& addresses) const;
  Result<void> SendMail(sql::Tx& tx, const orgs::Member& about, std::string_view to,
                        const mail::Composed& mail) const;
  Result<void> SendInvitation(sql::Tx& tx, Occasion occasion,
                              const orgs::Organization& organization, const store::Row& row,
                              std::string_view inviter) const;
  Result<void> Signal(sql::Tx& tx, std::string_view signal, const orgs::Member& member) const;
  std::string LinkOf(const orgs::Organization& organization, const store::Row& row) const;
  // As `caller` may see it: with the link if they could have made it.
  Invite Show(const members::Standing& caller, store::Row row, std::vector<TeamRole> teams) const;
  Result<void> CheckNew(sql::Tx& tx, const members::Standing& caller, const NewInvite& invite,
                        Status status) const;
  Result<Invite> Insert(sql::Tx& tx, const members::Standing& caller, const NewInvite& invite,
                        Status status, const orgs::Actor& actor) const;
  // A pending, approved row. Errors: kNotFound "member_not_found"; kFailedPrecondition
  // "already_member".
  Result<store::Row> FindInvitation(sql::Tx& tx, OrgId organization, MemberId member) const;
  Task<std::vector<Invite>> CreateAll(OrgId organization, std::vector<NewInvite> invites,
                                      Status status, Caller caller) const;
  Task<void> MailLink(OrgId organization, MemberId member, std::string provider_name,
                      Caller caller) const;
  Task<Invite> SendAgain(OrgId organization, MemberId member, bool regenerate, Caller caller) const;

  // ---- requests.cc ----
  Task<void> AskToJoin(orgs::Organization organization, std::string email, bool sso_active,
                       orgs::Actor actor) const;
  Result<Invite> Decide(sql::Tx& tx, const members::Standing& caller, MemberId request,
                        const std::optional<std::string>& role,
                        const std::optional<std::vector<TeamRole>>& teams,
                        const orgs::Actor& actor) const;
  Result<void> TellApprovers(sql::Tx& tx, const orgs::Member& request,
                             const mail::Composed& mail) const;

  // ---- acceptance.cc ----
  Task<orgs::Organization> FindOrganization(std::string slug) const;
  Result<Checked> Check(sql::Tx& tx, OrgId organization, const Ticket& ticket) const;
  // REQUIRES: the row was read in this transaction, and nothing speaks against it.
  Result<orgs::Member> Join(sql::Tx& tx, const orgs::Organization& organization,
                            const store::Row& row, const members::UserCopy& user,
                            std::int64_t set_flags, const orgs::Actor& actor) const;
  // A member's own invitation is of no use any more.
  Result<void> Drop(sql::Tx& tx, const store::Row& row, std::string_view why) const;
  Result<std::optional<orgs::Member>> JoinLinked(
      sql::Tx& tx, const orgs::Organization& organization, const members::UserCopy& user,
      const std::string& verified_email, const std::string& add_with_role,
      const std::optional<Ticket>& ticket, const orgs::Actor& actor) const;

  void WakeMail() const;

  const Parts d_;
};

}  // namespace gatehouse::invites
