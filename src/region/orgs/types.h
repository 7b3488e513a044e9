#pragma once

// Organizations, members, roles, scopes: plain values shared by both halves' callers.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace gatehouse::orgs {

// Organization flag bits.
enum OrgFlag : std::int64_t {
  kAllowJoinLeave = 1 << 0,
  kRequire2fa = 1 << 4,
  kRequireEmailVerification = 1 << 6,
  // Our own options, from bit 16 on; the bit says what is not usual.
  kNoJoinRequests = 1 << 16,        // "allow_join_requests" is false
  kMembersNoEventAdmin = 1 << 17,   // "events_member_admin" is false
  kMembersNoAlertsWrite = 1 << 18,  // "alerts_member_write" is false
  kNoInvites = 1 << 19,             // "allow_invites" is false
  kBindInvitesToEmail = 1 << 20,    // "bind_invites_to_email"
};

// Member flag bits; the names in JSON are "sso:linked", "sso:invalid", …
enum MemberFlag : std::int64_t {
  kSsoLinked = 1 << 0,
  kSsoInvalid = 1 << 1,
  kMemberLimitRestricted = 1 << 2,
  kIdpProvisioned = 1 << 3,
  kIdpRoleRestricted = 1 << 4,
  kPartnershipRestricted = 1 << 5,
};

struct Organization {
  OrgId id;
  std::string slug;
  std::string name;
  std::string status;  // "active"
  std::string default_role;
  std::int64_t flags = 0;
  std::int64_t version = 0;
  Timestamp created_at;

  bool require_2fa() const { return (flags & kRequire2fa) != 0; }
  bool open_membership() const { return (flags & kAllowJoinLeave) != 0; }
};

// Copies of control data that the region keeps in member rows.
struct UserCopy {
  UserId user;
  std::string email;
  std::string name = "";
  bool is_active = true;
  bool has_2fa = false;
};

struct Member {
  MemberId id;
  OrgId organization;
  std::optional<UserId> user;  // absent: pending
  std::string email;           // the pending address, else the user's
  std::string name = "";       // the user's; "" while pending
  std::string role;
  std::int64_t flags = 0;
  std::int64_t version = 0;
  bool user_is_active = true;
  bool user_has_2fa = false;
  Timestamp created_at;
  // Of a pending row.
  std::string invite_status = "approved";
  std::optional<UserId> inviter = {};
  std::optional<Timestamp> invite_expires_at = {};

  bool pending() const { return !user.has_value(); }
  bool sso_linked() const { return (flags & kSsoLinked) != 0; }
  bool sso_invalid() const { return (flags & kSsoInvalid) != 0; }
  bool over_limit() const { return (flags & kMemberLimitRestricted) != 0; }
};

// Roles, lowest first: member, admin, manager, owner. Priority is the index.
struct Role {
  std::string_view id;
  std::string_view name;
  std::string_view description;
  bool is_retired = false;
  bool is_global = false;
  std::vector<std::string_view> scopes;
};
const std::vector<Role>& Roles();
const Role* FindRole(std::string_view id);
int RolePriority(std::string_view id);  // -1 if unknown
bool RoleHasScope(std::string_view role, std::string_view scope);
// The scopes of the role in this organization: its options may take event:admin and alerts:write
// from plain members.
std::vector<std::string> ScopesOf(const Organization& organization, std::string_view role);
// Roles whose scopes are within `scopes`: what their holder may grant, retired ones left out.
std::vector<std::string> GrantableRoles(const Organization& organization,
                                        const std::vector<std::string>& scopes);
// All scopes a token may carry.
const std::vector<std::string_view>& AllScopes();
// `granted` contains `scope` or one that implies it (write ⊃ read, admin ⊃ write).
bool ScopesInclude(const std::vector<std::string>& granted, std::string_view scope);

// 1..50 of a-z, 0-9 and '-', not only digits, not at an edge a '-', not a reserved word of our
// URLs.
bool IsValidSlug(std::string_view slug);

}  // namespace gatehouse::orgs
