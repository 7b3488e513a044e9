#include "edge/access/factor_reset.h"

#include "edge/access/errors.h"
#include "region/orgs/members/errors.h"

namespace gatehouse::access {

Task<void> CheckFactorReset(orgs::Service& orgs, const OrgAccess& access, orgs::Member target) {
  if (!target.user || target.user == access.member.user) {
    co_return Fail(Code::kPermissionDenied, kForbidden);
  }
  GH_CO_TRY(auto memberships, co_await orgs.ListForUser(*target.user));
  if (memberships.size() != 1) co_return Fail(Code::kPermissionDenied, kMemberElsewhere);
  if (orgs::RolePriority(access.member.role) < orgs::RolePriority(target.role)) {
    co_return Fail(Code::kPermissionDenied, members::kRoleTooHigh);
  }
  co_return Result<void>();
}

}  // namespace gatehouse::access
