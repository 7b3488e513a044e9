#pragma once

// The mails of invitations and requests. Pure.

#include <string>
#include <string_view>

#include "platform/mail/compose.h"
#include "region/orgs/types.h"

namespace gatehouse::invites {

enum class Occasion { kFirst, kAgain, kApproved };

// Who invites, as the mail names them: name and address as far as they are known, "" for neither.
std::string NameOf(const orgs::Member& member);

// To the invited address. `link` is the only secret in it.
mail::Composed InvitationMail(Occasion occasion, const orgs::Organization& organization,
                              std::string_view inviter, const orgs::Member& invitation,
                              std::string_view link);
// To those who can approve.
mail::Composed RequestMail(std::string_view base_url, const orgs::Organization& organization,
                           std::string_view requester, std::string_view email,
                           std::string_view role);
mail::Composed JoinRequestMail(std::string_view base_url, const orgs::Organization& organization,
                               std::string_view email);

}  // namespace gatehouse::invites
