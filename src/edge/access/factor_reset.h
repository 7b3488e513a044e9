#pragma once

// Who may take the second factors from a member who lost them: the one rule of pages and API.

#include "edge/access/access.h"

namespace gatehouse::access {

// The caller has entered `access` with member:admin. `target` is another member of that very
// organization, does not outrank the caller, and belongs to no other organization: those have a say
// in how the account is protected, too, and the operator of the server decides for all
// (`gatehouse user reset-factors`). Errors: kPermissionDenied "forbidden" (oneself, nobody yet),
// "role_too_high", "member_elsewhere".
Task<void> CheckFactorReset(orgs::Service& orgs, const OrgAccess& access, orgs::Member target);

}  // namespace gatehouse::access
