#include "region/orgs/invites/policy.h"

#include <algorithm>

#include "base/text.h"
#include "platform/mail/mail.h"
#include "region/orgs/errors.h"
#include "region/orgs/invites/errors.h"
#include "region/orgs/members/errors.h"

namespace gatehouse::invites {
namespace {

// The lowest role: what a caller may grant by the right to invite alone.
constexpr std::string_view kPlainRole = "member";

constexpr std::string_view kStatusNames[] = {"approved", "requested_to_be_invited",
                                             "requested_to_join"};

}  // namespace

std::string_view StatusName(Status status) { return kStatusNames[static_cast<int>(status)]; }

std::optional<Status> ParseStatus(std::string_view name) {
  for (const Status status :
       {Status::kApproved, Status::kRequestedToBeInvited, Status::kRequestedToJoin}) {
    if (StatusName(status) == name) return status;
  }
  return std::nullopt;
}

Result<std::string> CheckAddress(std::string_view text) {
  std::string address = AsciiLower(Trim(text));
  if (!mail::IsAddress(address)) {
    return Fail(Code::kInvalidArgument, kEmailInvalid, Printable(text, 80));
  }
  return address;
}

std::string AddressKey(std::string_view email) { return AsciiLower(Trim(email)); }

bool MayGrant(const members::Standing& caller, std::string_view role) {
  return caller.Has("member:write") && (role == kPlainRole || members::CanGrant(caller, role));
}

Result<void> CheckRole(std::string_view role) {
  const orgs::Role* found = orgs::FindRole(role);
  if (found == nullptr) {
    return Fail(Code::kInvalidArgument, orgs::kRoleUnknown, Printable(role, 40));
  }
  if (found->is_retired) {
    return Fail(Code::kInvalidArgument, members::kRoleRetired, std::string(role));
  }
  return {};
}

std::string RoleAtAcceptance(const orgs::Organization& organization, const orgs::Member& invitation,
                             const std::optional<orgs::Member>& inviter) {
  if (!invitation.inviter) return invitation.role;
  if (inviter && inviter->user && inviter->user_is_active) {
    const members::Standing standing{.organization = organization,
                                     .member = *inviter,
                                     .scopes = orgs::ScopesOf(organization, inviter->role),
                                     .whole = true};
    if (MayGrant(standing, invitation.role)) return invitation.role;
  }
  return orgs::RolePriority(organization.default_role) < orgs::RolePriority(invitation.role)
             ? organization.default_role
             : invitation.role;
}

Obstacles ObstaclesFor(const orgs::Organization& organization, const orgs::Member& invitation,
                       const std::optional<Invitee>& invitee, const SsoFacts& sso) {
  Obstacles out;
  const bool bound = (organization.flags & orgs::kBindInvitesToEmail) != 0;
  const bool verified_only = (organization.flags & orgs::kRequireEmailVerification) != 0;
  if (!invitee) out.missing.push_back(Step::kLogIn);
  if (sso.provider_exists && !sso.allow_unlinked && !(invitee && sso.user_has_valid_identity)) {
    out.missing.push_back(Step::kSso);
  }
  if (organization.require_2fa() && !(invitee && invitee->user.has_2fa)) {
    out.missing.push_back(Step::kTwoFactor);
  }
  if (!invitee) return out;
  out.email_mismatch = bound && AddressKey(invitee->user.email) != AddressKey(invitation.email);
  // An address is worth nothing to the binding before it is proven.
  if ((bound || verified_only) && !invitee->email_verified) {
    out.missing.push_back(Step::kVerifyEmail);
  }
  return out;
}

std::optional<Error> RefusalFor(const Obstacles& obstacles) {
  if (obstacles.email_mismatch) return Error{Code::kPermissionDenied, kInviteEmailMismatch, {}};
  if (obstacles.missing.empty()) return std::nullopt;
  switch (obstacles.missing.front()) {
    case Step::kSso:
      return Error{Code::kPermissionDenied, kSsoRequired, {}};
    case Step::kTwoFactor:
      return Error{Code::kPermissionDenied, kNeeds2fa, {}};
    case Step::kVerifyEmail:
      return Error{Code::kPermissionDenied, kEmailUnverified, {}};
    case Step::kLogIn:
      break;
  }
  return Error{Code::kPermissionDenied, members::kForbidden, {}};
}

bool IsAudited(const Error& error) {
  constexpr std::string_view kOthers[] = {kInviteInvalid, kInviteGone, members::kTeamUnknown};
  return error.code == Code::kPermissionDenied || error.code == Code::kResourceExhausted ||
         std::ranges::find(kOthers, error.reason) != std::end(kOthers);
}

}  // namespace gatehouse::invites
