#pragma once

// Pure decisions about invitations.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "region/orgs/invites/service.h"
#include "region/orgs/members/policy.h"

namespace gatehouse::invites {

// The form in which addresses are stored and compared: trimmed, ASCII, lower case. Errors:
// kInvalidArgument "email_invalid", the first bytes of the text in detail.
Result<std::string> CheckAddress(std::string_view text);
// An account's address in that form; one that could not be invited stays as it is.
std::string AddressKey(std::string_view email);

std::optional<Status> ParseStatus(std::string_view name);

// Whether the caller may hand out this role: one whose scopes they all hold, or plain membership,
// which every caller with member:write may grant (a token has fewer scopes than any role).
bool MayGrant(const members::Standing& caller, std::string_view role);
// Errors: kInvalidArgument "role_unknown", "role_retired".
Result<void> CheckRole(std::string_view role);

// The role that an invitation gives at acceptance: the one it names, if `inviter` (the member row
// of whoever granted it, as it is now) may still grant it. Otherwise the default role, or the
// named one if that gives less. An invitation without inviter was a membership before (it is on
// hold for want of a second factor): nobody's rights are in question, and its role stays.
std::string RoleAtAcceptance(const orgs::Organization& organization, const orgs::Member& invitation,
                             const std::optional<orgs::Member>& inviter);

// What stands in the way, the first thing to solve first. `invitee` absent: an anonymous reader.
struct Obstacles {
  std::vector<Step> missing;
  bool email_mismatch = false;
};
Obstacles ObstaclesFor(const orgs::Organization& organization, const orgs::Member& invitation,
                       const std::optional<Invitee>& invitee, const SsoFacts& sso);
// The first obstacle as an error of Service::Accept; nullopt when there is none.
std::optional<Error> RefusalFor(const Obstacles& obstacles);

// Whether a refusal goes to the audit log: those of rights and limits, wrong and dead links, and
// another organization's teams; not a mistyped address or a name that is taken.
bool IsAudited(const Error& error);

}  // namespace gatehouse::invites
