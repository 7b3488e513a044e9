#pragma once

// The words of this module's mails. Pure.

#include <string_view>

#include "platform/mail/compose.h"
#include "region/orgs/teams/service.h"

namespace gatehouse::teams {

// To those who decide: somebody wants to be in a team.
mail::Composed AccessRequested(std::string_view base_url, const orgs::Organization& organization,
                               const AccessRequest& request, std::string_view asker);
// To the one who is in it now.
mail::Composed AccessGranted(std::string_view base_url, const orgs::Organization& organization,
                             const AccessRequest& request);

}  // namespace gatehouse::teams
