#pragma once

// Members of an organization as people manage them: find, show, change role and teams, remove,
// leave. Adding people is the invites' business. Thread-safe.
//
// The caller has entered the organization (access::Guard::EnterOrg) and passes its own membership:
// who may do what to whom is decided here, from the rows of the same transaction, never from what a
// page read before.

#include <optional>
#include <string>
#include <vector>

#include "region/orgs/service.h"

namespace gatehouse::members {

// Who asks. A token acts with its own scopes within its owner's role.
struct Caller {
  orgs::Actor actor;
  MemberId member;                  // the caller's row
  std::vector<std::string> scopes;  // of the role, within those of the token
};

struct TeamRole {
  std::string team_slug;
  std::optional<std::string> role = {};  // "admin", or what the organization role gives at least
  friend bool operator==(const TeamRole&, const TeamRole&) = default;
};

struct Detail {
  orgs::Member member;
  std::vector<TeamRole> teams;  // by slug
  bool is_only_owner = false;
  // What the caller could make of this member.
  std::vector<std::string> grantable_roles;
};

// The documented search grammar: `email:`, `id:`, `user.id:`, `scope:`, `role:`,
// `isInvited:true|false`, `ssoLinked:`, `has2fa:`, free text (name or address). Values may be
// "quoted". An unknown key finds nothing.
struct Search {
  std::string query = "";
  std::optional<MemberId> after = {};  // id of the last member of the page before
  std::size_t limit = 100;
};

struct Page {
  std::vector<orgs::Member> members;  // approved ones only, by id
  std::int64_t total = 0;             // of the whole search
};

struct Change {
  std::optional<std::string> role = {};
  std::optional<std::vector<TeamRole>> teams = {};  // replaces all; absent: untouched
  // The row version the caller saw; another one: kConflict "member_changed". Absent: not compared.
  std::optional<std::int64_t> version = {};
};

using orgs::UserCopy;

class Service {
 public:
  virtual ~Service() = default;

  // `also_users`: users whom the control half found by a secondary address of an `email:` search.
  virtual Task<Page> List(OrgId organization, Search search, std::vector<UserId> also_users) = 0;
  // Errors: kNotFound "member_not_found" (also another organization's, and an unapproved request).
  virtual Task<Detail> Get(OrgId organization, MemberId member, Caller caller) = 0;

  // REQUIRES member:write. Audited (member.edit, before and after values); nothing is written when
  // nothing changes. Errors: "member_not_found"; kInvalidArgument "role_unknown", "role_retired",
  // "own_role", "team_unknown", "team_role_unknown"; kPermissionDenied "forbidden",
  // "role_too_high" (the new or the present role has scopes the caller lacks), "membership_locked"
  // (idp:role-restricted or partnership:restricted), kFailedPrecondition "only_owner"; kConflict
  // "member_changed".
  virtual Task<Detail> Update(OrgId organization, MemberId member, Change change,
                              Caller caller) = 0;

  // Removing somebody needs member:admin and at least the target's priority; everybody may leave.
  // Also withdraws a pending invitation. The identities of the user in this organization, and the
  // sessions' proofs by its provider, go with the kMemberUpdate effect, which has happened when
  // this returns in the usual case. Audited (member.remove). Errors: "member_not_found";
  // kPermissionDenied "forbidden", "role_too_high", "membership_locked" (idp:provisioned,
  // partnership:restricted); kFailedPrecondition "only_owner".
  virtual Task<void> Remove(OrgId organization, MemberId member, Caller caller) = 0;

  // The field's services. set_user: the pending member's user; the membership that the user has
  // already comes back unchanged. remove_user: an active member becomes a pending, approved one
  // with the user's address and a fresh link; nullopt when there is none or it has no address.
  virtual Task<orgs::Member> SetUserForOrganizationMember(OrgId organization, MemberId member,
                                                          UserCopy user, orgs::Actor actor) = 0;
  virtual Task<std::optional<orgs::Member>> RemoveUser(OrgId organization, UserId user,
                                                       orgs::Actor actor) = 0;
  // false: there was none.
  virtual Task<bool> DeleteOrganizationMember(OrgId organization, MemberId member,
                                              orgs::Actor actor) = 0;

  // Sets and clears flag bits of one member under its row version. Errors: "member_not_found";
  // kConflict "member_changed".
  virtual Task<orgs::Member> UpdateFlags(OrgId organization, MemberId member, std::int64_t version,
                                         std::int64_t set, std::int64_t clear) = 0;

  // Effect of the control half (kUserUpdate): the copies in all member rows of the user. In an
  // organization that requires 2FA a user who has none any more becomes pending (member.pending).
  virtual Task<void> ApplyUserUpdate(std::int64_t effect, UserCopy user) = 0;
  // Effect (kEnforce2fa) of a requirement switched on: members whose user has no second factor
  // become pending, in batches, each with MEMBER_PENDING and a mail that brings them back.
  virtual Task<void> ApplyEnforce2fa(std::int64_t effect, OrgId organization,
                                     orgs::Actor actor) = 0;
};

}  // namespace gatehouse::members
