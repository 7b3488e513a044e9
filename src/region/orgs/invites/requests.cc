// Requests that wait for approval: by members for others, by outsiders for themselves.

#include "platform/crypto/hash.h"
#include "platform/ratelimit/network.h"
#include "region/orgs/errors.h"
#include "region/orgs/invites/errors.h"
#include "region/orgs/invites/policy.h"
#include "region/orgs/invites/service_impl.h"
#include "region/orgs/members/errors.h"
#include "region/orgs/members/invite_link.h"
#include "region/orgs/members/standing.h"
#include "region/orgs/members/store.h"

namespace gatehouse::invites {
namespace {

constexpr ratelimit::Limit kRequestsPerNetwork{5, std::chrono::hours(24)};
constexpr ratelimit::Limit kRequestsPerAddress{5, std::chrono::hours(24)};
// Anybody may ask, and each request is mailed to several people.
constexpr ratelimit::Limit kRequestsPerOrganization{100, std::chrono::hours(24)};
// A request is mailed to so many of those who can approve it; all of them see it on their page.
constexpr std::size_t kApproversMailed = 20;

// Rows that somebody else than the organization's people decides about.
constexpr std::int64_t kLocks =
    orgs::kIdpProvisioned | orgs::kIdpRoleRestricted | orgs::kPartnershipRestricted;

std::string FromTo(std::string_view before, std::string_view after) {
  return "from " + std::string(before) + " to " + std::string(after);
}

}  // namespace

Result<void> ServiceImpl::TellApprovers(sql::Tx& tx, const orgs::Member& request,
                                        const mail::Composed& mail) const {
  GH_TRY(const std::vector<orgs::Member> approvers,
         store::Approvers(tx, request.organization, kApproversMailed));
  for (const orgs::Member& approver : approvers) {
    if (approver.user == request.inviter) continue;
    GH_TRY_VOID(SendMail(tx, request, approver.email, mail));
  }
  return {};
}

Task<void> ServiceImpl::AskToJoin(orgs::Organization organization, std::string email,
                                  bool sso_active, orgs::Actor actor) const {
  if ((organization.flags & orgs::kNoJoinRequests) != 0) {
    co_return Fail(Code::kPermissionDenied, kJoinRequestsDisabled);
  }
  if (sso_active) co_return Fail(Code::kPermissionDenied, orgs::kSsoActive);
  const std::string org = organization.id.ToString();
  std::vector<Bucket> buckets;
  buckets.push_back({"invite/join/" + org, kRequestsPerOrganization});
  buckets.push_back({"invite/join/" + org + "/" + crypto::Sha256Hex(email), kRequestsPerAddress});
  GH_CO_TRY_VOID(co_await TakeAll(std::move(buckets)));
  co_return co_await d_.db.Write(
      sql::Tenant::Of(organization.id), [&](sql::Tx& tx) -> Result<void> {
        // Who is a member, invited or has asked is nothing that an outsider may learn.
        GH_TRY(const bool member, store::IsMemberAddress(tx, organization.id, email));
        if (member) return {};
        const store::Row row{
            .member = {.id = d_.ids.Next<MemberId>(),
                       .organization = organization.id,
                       .user = std::nullopt,
                       .email = email,
                       .role = organization.default_role,
                       .version = 1,
                       .created_at = d_.clock.Now(),
                       .invite_status = std::string(StatusName(Status::kRequestedToJoin))},
            .nonce = std::nullopt};
        GH_TRY(const bool inserted, store::InsertPending(tx, row));
        if (!inserted) return {};
        GH_TRY_VOID(Audit(tx, audit::Event::kInviteRequestAdd, organization.id, &row.member,
                          members::Describe(row.member, {}), actor));
        return TellApprovers(tx, row.member, JoinRequestMail(d_.base_url, organization, email));
      });
}

Task<void> ServiceImpl::RequestToJoin(std::string slug, std::string email, bool sso_active,
                                      orgs::Actor actor) {
  GH_CO_TRY(const orgs::Organization organization, co_await FindOrganization(std::move(slug)));
  GH_CO_TRY(std::string address, CheckAddress(email));
  // First of all limits: what a stranger may cause, entries of the audit log included.
  std::vector<Bucket> network;
  network.push_back({"invite/join-from/" + ratelimit::NetworkKey(actor.ip), kRequestsPerNetwork});
  GH_CO_TRY_VOID(co_await TakeAll(std::move(network)));
  auto asked = co_await AskToJoin(organization, std::move(address), sso_active, actor);
  if (!asked) {
    GH_CO_TRY_VOID(co_await Refuse(organization.id, std::nullopt, asked.error(), actor));
  }
  WakeMail();
  co_return asked;
}

Result<Invite> ServiceImpl::Decide(sql::Tx& tx, const members::Standing& caller, MemberId request,
                                   const std::optional<std::string>& role,
                                   const std::optional<std::vector<TeamRole>>& teams,
                                   const orgs::Actor& actor) const {
  const orgs::Organization& organization = caller.organization;
  if (!caller.Has("member:write")) return Fail(Code::kPermissionDenied, members::kForbidden);
  GH_TRY(std::optional<store::Row> row, store::Find(tx, organization.id, request));
  const std::optional<Status> status = row ? ParseStatus(row->member.invite_status) : std::nullopt;
  if (!row || !row->member.pending() || !status || *status == Status::kApproved) {
    return Fail(Code::kNotFound, kRequestNotFound);
  }
  orgs::Member& member = row->member;
  if (member.inviter && member.inviter == caller.member.user) {
    return Fail(Code::kPermissionDenied, kOwnRequest);
  }
  if ((organization.flags & orgs::kNoInvites) != 0) {
    return Fail(Code::kPermissionDenied, kInvitesDisabled);
  }
  if (*status == Status::kRequestedToJoin && (organization.flags & orgs::kNoJoinRequests) != 0) {
    return Fail(Code::kPermissionDenied, kJoinRequestsDisabled);
  }
  // Also of a request that is older than the lock.
  GH_TRY(const bool locked_team, store::HasLockedTeam(tx, organization.id, request));
  if ((member.flags & kLocks) != 0 || locked_team) {
    return Fail(Code::kPermissionDenied, members::kMembershipLocked);
  }
  const std::string asked_role = member.role;
  member.role = role.value_or(asked_role);
  GH_TRY_VOID(CheckRole(member.role));
  if (!MayGrant(caller, member.role)) {
    return Fail(Code::kPermissionDenied, members::kRoleTooHigh);
  }
  const Timestamp now = d_.clock.Now();
  member.inviter = caller.member.user;
  member.invite_status = StatusName(Status::kApproved);
  member.invite_expires_at = now + members::kInviteLife;
  ++member.version;
  row->nonce = members::NewInviteNonce(d_.rng);
  GH_TRY(const bool approved, store::Approve(tx, *row));
  if (!approved) return Fail(Code::kNotFound, kRequestNotFound);
  if (members::IsTeamAdminByRole(member.role)) {
    GH_TRY_VOID(members::store::ClearTeamRoles(tx, organization.id, request));
  }
  if (teams) {
    GH_TRY_VOID(members::store::ReplaceTeams(tx, organization.id, member, *teams, now));
  }
  GH_TRY(std::vector<TeamRole> teams_now, members::store::TeamsOf(tx, organization.id, request));
  json::Object data = members::Describe(member, teams_now);
  json::Object changes = {{"invite_status", FromTo(StatusName(*status), member.invite_status)}};
  if (member.role != asked_role) changes["role"] = FromTo(asked_role, member.role);
  data["changes"] = std::move(changes);
  GH_TRY_VOID(
      Audit(tx, audit::Event::kMemberInvite, organization.id, &member, std::move(data), actor));
  const Occasion occasion =
      *status == Status::kRequestedToJoin ? Occasion::kApproved : Occasion::kFirst;
  GH_TRY_VOID(SendInvitation(tx, occasion, organization, *row, NameOf(caller.member)));
  GH_TRY_VOID(Signal(tx, "member_invited", member));
  return Show(caller, std::move(*row), std::move(teams_now));
}

Task<Invite> ServiceImpl::Approve(OrgId organization, MemberId request,
                                  std::optional<std::string> role,
                                  std::optional<std::vector<TeamRole>> teams, Caller caller) {
  auto approved =
      co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Invite> {
        GH_TRY(const members::Standing standing, members::StandingOf(tx, organization, caller));
        return Decide(tx, standing, request, role, teams, caller.actor);
      });
  if (!approved) {
    GH_CO_TRY_VOID(co_await Refuse(organization, request, approved.error(), caller.actor));
  }
  WakeMail();
  co_return approved;
}

Task<void> ServiceImpl::Reject(OrgId organization, MemberId request, Caller caller) {
  auto rejected =
      co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY(const members::Standing standing, members::StandingOf(tx, organization, caller));
        if (!standing.Has("member:write")) {
          return Fail(Code::kPermissionDenied, members::kForbidden);
        }
        GH_TRY(const std::optional<store::Row> row, store::Find(tx, organization, request));
        if (!row || !row->member.pending()) return Fail(Code::kNotFound, kRequestNotFound);
        if (row->member.invite_status == StatusName(Status::kApproved)) return {};
        GH_TRY(const std::vector<TeamRole> teams,
               members::store::TeamsOf(tx, organization, request));
        GH_TRY_VOID(members::store::Delete(tx, organization, request));
        return Audit(tx, audit::Event::kInviteRequestRemove, organization, &row->member,
                     members::Describe(row->member, teams), caller.actor);
      });
  if (!rejected) {
    GH_CO_TRY_VOID(co_await Refuse(organization, request, rejected.error(), caller.actor));
  }
  co_return rejected;
}

}  // namespace gatehouse::invites
