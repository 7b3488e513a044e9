#pragma once

// The organization service of a region. Thread-safe. Effects of the control half (Apply*) are
// idempotent: `effect` is the outbox message id, and a repeated one changes nothing.

#include <string>
#include <utility>
#include <vector>

#include "platform/json/json.h"
#include "platform/runtime/task.h"
#include "region/orgs/types.h"

namespace gatehouse::orgs {

struct Actor {
  std::optional<UserId> user;
  std::string label;
  std::string ip;
  std::string correlation_id;
};

struct OrgMembership {
  Organization organization;
  Member member;
};

struct MemberPage {
  std::vector<Member> members;
  std::int64_t total = 0;
};

class Service {
 public:
  virtual ~Service() = default;

  // Errors: kNotFound "organization_not_found" (also for one that is not active).
  virtual Task<Organization> GetBySlug(std::string slug) = 0;
  virtual Task<Organization> Get(OrgId organization) = 0;
  // One read for what every request needs. Errors: kNotFound "organization_not_found"; a missing
  // membership is a value.
  virtual Task<std::pair<Organization, std::optional<Member>>> GetWithMember(std::string slug,
                                                                             UserId user) = 0;
  virtual Task<std::optional<Member>> CheckMembership(OrgId organization, UserId user) = 0;
  virtual Task<std::vector<OrgMembership>> ListForUser(UserId user) = 0;
  // Approved ones, pending invitations included, by id; `after` is the id of the last member of the
  // previous page.
  virtual Task<MemberPage> ListMembers(OrgId organization, std::optional<MemberId> after,
                                       std::size_t limit) = 0;
  virtual Task<std::vector<Member>> Owners(OrgId organization) = 0;
  // Members without sso:linked, pending invitations included; requests are no members yet.
  virtual Task<std::int64_t> CountWithoutSso(OrgId organization) = 0;

  // Creates organization and owner; audited (org.create). Errors: kInvalidArgument "slug_invalid",
  // "name_invalid"; kAlreadyExists "slug_taken".
  virtual Task<Organization> Create(std::string slug, std::string name, UserCopy owner,
                                    Actor actor) = 0;
  // Adds a member with a user; returns the existing row unchanged if there is one. Audited
  // (member.add). Errors: kInvalidArgument "role_unknown", kNotFound "organization_not_found".
  virtual Task<Member> AddMember(OrgId organization, UserCopy user, std::string role,
                                 std::int64_t flags, Actor actor) = 0;
  // Sets (true) and clears (false) named bits in one statement, with the kOrganizationUpdate row in
  // the same transaction. Names: allow_joinleave, require_2fa, require_email_verification,
  // allow_join_requests, events_member_admin, alerts_member_write, allow_invites,
  // bind_invites_to_email. Any value but a JSON true or false: kInvalidArgument
  // "invalid_flag_value" ("Invalid value received for update_flags: …" in detail); an unknown name:
  // kInvalidArgument "unknown_flag". Turning require_2fa on while `sso_active`:
  // kFailedPrecondition "sso_active"; turning it on writes kEnforce2fa. `expected_version`: the row
  // version on which the caller's decision rests, 0 for none; another one: kConflict
  // "organization_changed". SSO's set-up raises the version (ApplyClearRequire2fa), so that a
  // requirement decided before it loses.
  virtual Task<Organization> UpdateFlags(OrgId organization, json::Object flags, bool sso_active,
                                         std::int64_t expected_version, Actor actor) = 0;
  // Errors: kInvalidArgument "role_unknown". Nothing is written when it is unchanged.
  virtual Task<void> UpdateDefaultRole(OrgId organization, std::string role, Actor actor) = 0;

  // ---- effects of the control half --------------------------------------------------------------
  // require_2fa off, with the ORG_EDIT entry {"require_2fa": "to False when enabling SSO"} if it
  // was on. Raises the version in any case: see UpdateFlags.
  virtual Task<void> ApplyClearRequire2fa(std::int64_t effect, OrgId organization, Actor actor) = 0;
  // linked off, invalid on; no member: nothing.
  virtual Task<void> ApplyMarkInvalidSso(std::int64_t effect, OrgId organization, UserId user) = 0;
  // Receiver of organization signals: counts the use of a feature. sso_enabled: "sso";
  // member_invited: "invitations"; member_joined: "members". Errors:
  // kInvalidArgument "unknown_signal".
  virtual Task<void> ApplySignal(std::int64_t effect, OrgId organization, std::string signal,
                                 std::string args_json) = 0;
  // One kMail row per member whose sso:linked flag is off (pending ones included): "Action Required
  // for {org}", naming actor and provider, linking {base}/auth/login/{slug}/.
  virtual Task<void> ApplySendLinkMails(std::int64_t effect, OrgId organization, Actor actor,
                                        std::string provider_name) = 0;
  // The default role of new members; nothing if it is that already. Errors: "role_unknown".
  virtual Task<void> ApplyDefaultRole(std::int64_t effect, OrgId organization, std::string role,
                                      Actor actor) = 0;
  // Clears linked and invalid on all members; one mail per member with a user, linking
  // {base}/account/recover/?email=….
  virtual Task<void> ApplySsoDisabled(std::int64_t effect, OrgId organization, Actor actor,
                                      std::string provider_name) = 0;
};

}  // namespace gatehouse::orgs
