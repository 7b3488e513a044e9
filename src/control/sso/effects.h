#pragma once

// What single sign-on owes to the region half: payloads of the outbox rows, written here and
// decoded here, so that both ends of a row stand in one file.

#include "control/identity/identity.h"
#include "core/outbox/outbox.h"
#include "region/orgs/service.h"

namespace gatehouse::sso {

// Writes effect rows into the transaction of the decision. Thread-safe.
class Effects {
 public:
  explicit Effects(const outbox::Outbox& outbox) : outbox_(outbox) {}

  Result<void> ClearRequire2fa(sql::Tx& tx, OrgId organization, const identity::Actor& actor) const;
  // Links the member; with a role, adds a missing one.
  Result<void> MemberLinked(sql::Tx& tx, OrgId organization, UserId user, std::string_view email,
                            std::string_view add_with_role, const identity::Actor& actor) const;
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
                    std::string_view subject, std::string_view text) const;

 private:
  const outbox::Outbox& outbox_;
};

// Hands the rows above, and those of the identity module, to the region's service.
void RegisterEffects(outbox::Drainer& drainer, orgs::Service& orgs);

}  // namespace gatehouse::sso
