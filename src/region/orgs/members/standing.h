#pragma once

// The caller's rights, read in the transaction that uses them. For this module and those above it.

#include "platform/sql/sql.h"
#include "region/orgs/members/policy.h"

namespace gatehouse::members {

// Errors: kNotFound "organization_not_found"; kPermissionDenied "forbidden" (the caller is no
// active member any more).
Result<Standing> StandingOf(sql::Tx& tx, OrgId organization, const Caller& caller);

}  // namespace gatehouse::members
