#include "region/orgs/members/standing.h"

#include "region/orgs/members/errors.h"
#include "region/orgs/members/store.h"
#include "region/orgs/store.h"

namespace gatehouse::members {

Result<Standing> StandingOf(sql::Tx& tx, OrgId organization, const Caller& caller) {
  GH_TRY(orgs::Organization found, orgs::store::Find(tx, organization));
  GH_TRY(std::optional<orgs::Member> member, store::Find(tx, organization, caller.member));
  const bool theirs = member && member->user && member->user_is_active &&
                      (!caller.actor.user || member->user == caller.actor.user);
  if (!theirs) return Fail(Code::kPermissionDenied, kForbidden);
  Standing standing{.organization = std::move(found), .member = std::move(*member), .scopes = {}};
  const std::vector<std::string> role = orgs::ScopesOf(standing.organization, standing.member.role);
  standing.scopes = Within(role, caller.scopes);
  standing.whole = standing.scopes.size() == role.size();
  return standing;
}

}  // namespace gatehouse::members
