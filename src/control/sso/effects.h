#pragma once

// What single sign-on owes to the region half: payloads of the outbox rows, written here and
// decoded here, so that both ends of a row stand in one file.

#include "control/identity/identity.h"
#include "control/sso/service.h"
#include "control/users/users.h"
#include "core/outbox/outbox.h"
#include "platform/mail/compose.h"
#include "region/orgs/invites/service.h"
#include "region/orgs/members/service.h"
#include "region/orgs/service.h"

namespace gatehouse::sso {

// Writes effect rows into the transaction of the decision. Thread-safe.
class Effects {
 public:
  explicit Effects(const outbox::Outbox& outbox) : outbox_(outbox) {}

  Result<void> ClearRequire2fa(sql::Tx& tx, OrgId organization, const identity::Actor& actor) const;
  // Links the member; a missing one comes in by the ticket, by an invitation for the address that
  // the provider verified ("" for none), or with the role ("" for none).
  struct Linked {
    users::User user;
    std::string verified_email = {};
    std::string add_with_role = {};
    std::optional<invites::Ticket> ticket = {};
  };
  Result<void> MemberLinked(sql::Tx& tx, OrgId organization, const Linked& linked,
                            const identity::Actor& actor) const;
  Result<void> SsoEnabled(sql::Tx& tx, OrgId organization, UserId user,
                          std::string_view provider_kind) const;
  Result<void> SendLinkMails(sql::Tx& tx, OrgId organization, const identity::Actor& actor,
                             std::string_view provider_name) const;
  Result<void> SsoDisabled(sql::Tx& tx, OrgId organization, const identity::Actor& actor,
                           std::string_view provider_name) const;
  Result<void> DefaultRole(sql::Tx& tx, OrgId organization, std::string_view role,
                           const identity::Actor& actor) const;
  // `id` is stable: a mail written twice is one mail.
  Result<void> Mail(sql::Tx& tx, std::int64_t unique_id, std::string_view id, std::string_view to,
                    const mail::Composed& mail) const;

 private:
  const outbox::Outbox& outbox_;
};

// Hands the rows above, those of the identity module and kUserUpdate to the region's services.
void RegisterEffects(outbox::Drainer& control, orgs::Service& orgs, members::Service& members,
                     invites::Service& invites);
// Rows of the region half: kMemberUpdate to single sign-on, kEnforce2fa to the members.
void RegisterRegionEffects(outbox::Drainer& region, Service& sso, members::Service& members);

}  // namespace gatehouse::sso
