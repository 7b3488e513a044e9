#pragma once

// How people become members: invitations by e-mail, requests that wait for approval, acceptance.
// Thread-safe.
//
// An invitation is a member row without user. Its link {base}/accept/{slug}/{member}/{token}/
// carries a token that is a keyed MAC of member id and nonce: it is compared in constant time,
// works once, lives 30 days, and dies when it is regenerated. Looking at a link changes nothing.

#include <optional>
#include <string>
#include <vector>

#include "region/orgs/members/service.h"

namespace gatehouse::invites {

using members::Caller;
using members::TeamRole;

enum class Status { kApproved, kRequestedToBeInvited, kRequestedToJoin };
// "approved", "requested_to_be_invited", "requested_to_join".
std::string_view StatusName(Status status);

struct NewInvite {
  std::string email;
  std::string role = "member";
  std::vector<TeamRole> teams = {};
  bool send_mail = true;
};

struct Invite {
  orgs::Member member;
  Status status = Status::kApproved;
  std::vector<TeamRole> teams;
  std::optional<UserId> inviter;
  std::optional<Timestamp> expires_at;  // approved ones
  bool expired = false;
  // The link, for callers that may hand it out; "" for requests.
  std::string link;
};

// The one who wants to accept, as the control half knows them.
struct Invitee {
  members::UserCopy user;
  bool email_verified = false;  // the primary address
};

// What control knows about single sign-on of the organization and this user; read before, and part
// of the decision only: membership through SSO is the provider's own effect.
struct SsoFacts {
  bool provider_exists = false;
  bool allow_unlinked = false;
  bool user_has_valid_identity = false;
};

// What stands between an invitation and a membership; the first one is to be solved first.
enum class Step { kLogIn, kSso, kTwoFactor, kVerifyEmail };

struct Offer {
  orgs::Organization organization;
  orgs::Member member;
  bool already_member = false;
  std::vector<Step> missing;  // empty, and no mismatch: Accept will succeed
  // The organization binds invitations to their address, and this person's is another one.
  bool email_mismatch = false;
};

// A browser's hold on an invitation: what the accept page keeps while a person logs in.
struct Ticket {
  MemberId member;
  std::string token;
};

class Service {
 public:
  virtual ~Service() = default;

  // REQUIRES member:write. Replaces requests for the same address. Audited (member.invite), mailed.
  // All or none of `invites`. Limits: 100 a day per inviter and per organization, 10 a day per
  // address. Errors: kInvalidArgument "email_invalid", "role_unknown", "role_retired",
  // "team_unknown", "team_role_unknown"; kAlreadyExists "already_member"; kPermissionDenied
  // "forbidden", "invites_disabled", "role_too_high"; kResourceExhausted "rate_limited". `detail`
  // names the address.
  virtual Task<std::vector<Invite>> Create(OrgId organization, std::vector<NewInvite> invites,
                                           Caller caller) = 0;
  // Mails the link again. Errors: kNotFound "member_not_found"; kFailedPrecondition
  // "invite_expired" (regenerate it), "already_member"; "rate_limited", "forbidden".
  virtual Task<Invite> Resend(OrgId organization, MemberId member, Caller caller) = 0;
  // REQUIRES member:admin. A new link, 30 days, mailed; the old one is dead.
  virtual Task<Invite> Regenerate(OrgId organization, MemberId member, Caller caller) = 0;
  // Mails a member who is not linked to the identity provider the way to link: "Action Required".
  // REQUIRES member:write; within the limits of Create; audited as an invitation is. Errors:
  // kNotFound "member_not_found"; kFailedPrecondition "already_member" (linked); "rate_limited",
  // "forbidden".
  virtual Task<void> SendLink(OrgId organization, MemberId member, std::string provider_name,
                              Caller caller) = 0;
  // Pending invitations and requests, by status and address. Requests to join are left out while
  // the organization does not take any.
  virtual Task<std::vector<Invite>> ListPending(OrgId organization, Caller caller) = 0;

  // Any member may ask that somebody be invited; audited (invite-request.create), those who can
  // approve are mailed. Errors: those of Create; kAlreadyExists "invite_requested".
  virtual Task<Invite> Request(OrgId organization, NewInvite invite, Caller caller) = 0;
  // An outsider asks to join. Says nothing about who is a member: an address that is known already
  // succeeds silently. Errors: kInvalidArgument "email_invalid"; kPermissionDenied
  // "join_requests_disabled", "sso_active"; kResourceExhausted "rate_limited" (5 a day per network,
  // 5 per organization and address); kNotFound "organization_not_found".
  virtual Task<void> RequestToJoin(std::string slug, std::string email, bool sso_active,
                                   orgs::Actor actor) = 0;
  // REQUIRES member:write; with the role and teams as changed. The role must be one that the
  // approver may grant. Mailed; audited (member.invite). Errors: kNotFound "request_not_found";
  // kPermissionDenied "forbidden", "own_request", "role_too_high", "invites_disabled",
  // "join_requests_disabled", "membership_locked".
  virtual Task<Invite> Approve(OrgId organization, MemberId request,
                               std::optional<std::string> role,
                               std::optional<std::vector<TeamRole>> teams, Caller caller) = 0;
  // Deletes the request; audited (invite-request.remove). One that is approved already stays.
  virtual Task<void> Reject(OrgId organization, MemberId request, Caller caller) = 0;

  // What the link offers to this person (anonymous: no invitee). Changes nothing: mail scanners may
  // open it. Errors: kNotFound "invite_invalid" (unknown member, wrong token, not approved; 10 a
  // minute per network, then kResourceExhausted "rate_limited"); kFailedPrecondition "invite_gone"
  // (accepted, revoked, expired, regenerated; its token was right once).
  virtual Task<Offer> Look(std::string slug, Ticket ticket, std::optional<Invitee> invitee,
                           SsoFacts sso, std::string ip) = 0;
  // The one way in. One statement takes the invitation, so that of parallel calls one wins. The
  // inviter's right to grant the role is checked again, as it is now: an inviter who has lost it
  // (or left) grants the default role instead. A member already: the invitation goes, the
  // membership stays as it is ("already_member" is a value: the present member comes back).
  // Audited (member.accept-invite); raises member_joined. Errors: those of Look; kPermissionDenied
  // "sso_required", "needs_2fa", "email_unverified", "invite_email_mismatch" (the organization
  // binds invitations to their address). A refusal is audited (invite.refused) and changes nothing.
  virtual Task<orgs::Member> Accept(std::string slug, Ticket ticket, Invitee invitee, SsoFacts sso,
                                    orgs::Actor actor) = 0;

  // Deletes pending rows whose link expired before `before`. For the nightly job.
  virtual Task<std::int64_t> DeleteExpired(Timestamp before) = 0;

  // Effect of the control half (kMemberLinked): the user's member is linked and not invalid.
  // Without a member: the invitation of `ticket` if its token is good (same rules as Accept), else
  // a live, approved invitation for the provider's verified address, else, with `add_with_role`, a
  // new member with that role. Idempotent by `effect`.
  virtual Task<void> ApplyMemberLinked(std::int64_t effect, OrgId organization,
                                       members::UserCopy user, std::string verified_email,
                                       std::string add_with_role, std::optional<Ticket> ticket,
                                       orgs::Actor actor) = 0;
};

}  // namespace gatehouse::invites
