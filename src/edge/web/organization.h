#pragma once

// What the pages of an organization share.

#include <string>
#include <string_view>

#include "edge/web/site.h"

namespace gatehouse::web {

// The organization of the path, {slug}, if the visitor may use one of `scopes` there.
Task<access::OrgAccess> Enter(Site& site, Call& call, std::string_view scopes);
// A service said no to what a form asked. Success: show the form again with the reason. What is
// wrong on our side, and what asks for another proof first, comes back as the error. A refusal for
// want of rights is noted in the audit log.
Task<void> Refused(Site& site, Call& call, const access::OrgAccess& access, Error error);

// "Manager" of "manager"; an unknown id as it is.
std::string RoleName(std::string_view id);

}  // namespace gatehouse::web
