// How an invitation becomes a membership: by its link, or through the organization's provider.

#include "platform/crypto/hash.h"
#include "platform/ratelimit/network.h"
#include "region/orgs/errors.h"
#include "region/orgs/invites/errors.h"
#include "region/orgs/invites/policy.h"
#include "region/orgs/invites/service_impl.h"
#include "region/orgs/members/invite_link.h"
#include "region/orgs/members/store.h"
#include "region/orgs/members/write_again.h"
#include "region/orgs/store.h"

namespace gatehouse::invites {
namespace {

constexpr ratelimit::Limit kWrongTokens{10, std::chrono::minutes(1)};
constexpr Duration kTombstoneLife = std::chrono::hours(24 * 90);
constexpr std::size_t kExpiredBatch = 200;

std::string WrongTokenBucket(std::string_view ip) {
  return "invite/wrong-token/" + ratelimit::NetworkKey(ip);
}

Error Gone() { return {Code::kFailedPrecondition, kInviteGone, {}}; }
Error Invalid() { return {Code::kNotFound, kInviteInvalid, {}}; }

}  // namespace

Task<orgs::Organization> ServiceImpl::FindOrganization(std::string slug) const {
  // All: the slug says which organization it is.
  co_return co_await d_.db.Read(sql::Tenant::All(),
                                [&](sql::Tx& tx) { return orgs::store::FindBySlug(tx, slug); });
}

Result<ServiceImpl::Checked> ServiceImpl::Check(sql::Tx& tx, OrgId organization,
                                                const Ticket& ticket) const {
  const auto matches = [&](std::string_view nonce) {
    return crypto::ConstantTimeEqual(members::InviteToken(d_.invite_key, ticket.member, nonce),
                                     ticket.token);
  };
  GH_TRY(std::optional<store::Row> row, store::Find(tx, organization, ticket.member));
  if (row && row->nonce && row->member.pending() &&
      row->member.invite_status == StatusName(Status::kApproved) && matches(*row->nonce)) {
    if (!row->member.invite_expires_at || *row->member.invite_expires_at <= d_.clock.Now()) {
      return Checked{.row = std::nullopt, .refusal = Gone(), .why = "expired"};
    }
    return Checked{.row = std::move(row), .refusal = std::nullopt, .why = ""};
  }
  GH_TRY(const std::vector<store::Tombstone> dead,
         store::Tombstones(tx, organization, ticket.member));
  for (const store::Tombstone& tombstone : dead) {
    if (!matches(tombstone.nonce)) continue;
    return Checked{.row = std::nullopt, .refusal = Gone(), .why = tombstone.reason};
  }
  return Checked{.row = std::nullopt, .refusal = Invalid(), .why = ""};
}

Task<Offer> ServiceImpl::Look(std::string slug, Ticket ticket, std::optional<Invitee> invitee,
                              SsoFacts sso, std::string ip) {
  auto found = co_await FindOrganization(std::move(slug));
  if (!found && found.error().code == Code::kNotFound) {
    co_return std::unexpected(Invalid());
  }
  GH_CO_TRY(const orgs::Organization organization, std::move(found));
  const std::string bucket = WrongTokenBucket(ip);
  struct Seen {
    Checked checked;
    bool allowed = false;
    bool already_member = false;
  };
  GH_CO_TRY(Seen seen,
            co_await d_.db.Read(sql::Tenant::Of(organization.id), [&](sql::Tx& tx) -> Result<Seen> {
              Seen out;
              GH_TRY(const ratelimit::Verdict verdict,
                     d_.limiter.Peek(tx, bucket, kWrongTokens, d_.clock.Now()));
              out.allowed = verdict.allowed;
              GH_TRY(out.checked, Check(tx, organization.id, ticket));
              if (invitee) {
                GH_TRY(const std::optional<orgs::Member> member,
                       orgs::store::FindMember(tx, organization.id, invitee->user.user));
                out.already_member = member.has_value();
              }
              return out;
            }));
  if (!seen.allowed) co_return Fail(Code::kResourceExhausted, kRateLimited);
  if (seen.checked.refusal) {
    orgs::Actor actor;
    if (invitee) {
      actor.user = invitee->user.user;
      actor.label = invitee->user.email;
    }
    actor.ip = ip;
    GH_CO_TRY(
        const bool counted,
        co_await d_.db.Write(sql::Tenant::Of(organization.id), [&](sql::Tx& tx) -> Result<bool> {
          GH_TRY(const ratelimit::Verdict verdict,
                 d_.limiter.Take(tx, bucket, kWrongTokens, d_.clock.Now()));
          if (!verdict.allowed) return false;
          GH_TRY_VOID(AuditRefusal(tx, organization.id, ticket.member, *seen.checked.refusal,
                                   seen.checked.why, actor));
          return true;
        }));
    if (!counted) co_return Fail(Code::kResourceExhausted, kRateLimited);
    co_return std::unexpected(*seen.checked.refusal);
  }
  Offer offer{.organization = organization,
              .member = std::move(seen.checked.row->member),
              .already_member = seen.already_member,
              .missing = {},
              .email_mismatch = false};
  if (offer.already_member) co_return offer;
  Obstacles obstacles = ObstaclesFor(organization, offer.member, invitee, sso);
  offer.missing = std::move(obstacles.missing);
  offer.email_mismatch = obstacles.email_mismatch;
  co_return offer;
}

Result<void> ServiceImpl::Drop(sql::Tx& tx, const store::Row& row, std::string_view why) const {
  const orgs::Member& m = row.member;
  GH_TRY_VOID(members::store::BuryInvite(tx, m.organization, m.id, why, d_.clock.Now()));
  GH_TRY_VOID(members::store::Delete(tx, m.organization, m.id));
  return {};
}

Result<orgs::Member> ServiceImpl::Join(sql::Tx& tx, const orgs::Organization& organization,
                                       const store::Row& row, const members::UserCopy& user,
                                       std::int64_t set_flags, const orgs::Actor& actor) const {
  const MemberId id = row.member.id;
  std::optional<orgs::Member> inviter;
  if (row.member.inviter) {
    GH_TRY(inviter, orgs::store::FindMember(tx, organization.id, *row.member.inviter));
  }
  const std::string role = RoleAtAcceptance(organization, row.member, inviter);
  const Timestamp now = d_.clock.Now();
  GH_TRY_VOID(members::store::BuryInvite(tx, organization.id, id, "accepted", now));
  GH_TRY(const bool accepted, store::Accept(tx, row, user, role, set_flags, now));
  // The row was read in this transaction: the database would not let it change in between.
  if (!accepted) return Fail(Code::kFailedPrecondition, kInviteGone);
  // Who may not grant the role any more may not make an admin of a team either.
  if (role != row.member.role || members::IsTeamAdminByRole(role)) {
    GH_TRY_VOID(members::store::ClearTeamRoles(tx, organization.id, id));
  }
  GH_TRY(std::optional<store::Row> joined, store::Find(tx, organization.id, id));
  if (!joined) return Fail(Code::kInternal, kInviteGone, "the accepted row is not there");
  GH_TRY(const std::vector<TeamRole> teams, members::store::TeamsOf(tx, organization.id, id));
  json::Object data = members::Describe(joined->member, teams);
  data["email"] = row.member.email;
  if (role != row.member.role) {
    data["changes"] = json::Object{{"role", "from " + row.member.role + " to " + role}};
  }
  GH_TRY_VOID(Audit(tx, audit::Event::kMemberAccept, organization.id, &joined->member,
                    std::move(data), actor));
  GH_TRY_VOID(Signal(tx, "member_joined", joined->member));
  return std::move(joined->member);
}

Task<orgs::Member> ServiceImpl::Accept(std::string slug, Ticket ticket, Invitee invitee,
                                       SsoFacts sso, orgs::Actor actor) {
  auto found = co_await FindOrganization(std::move(slug));
  if (!found && found.error().code == Code::kNotFound) {
    co_return std::unexpected(Invalid());
  }
  GH_CO_TRY(const orgs::Organization named, std::move(found));
  const std::string bucket = WrongTokenBucket(actor.ip);
  struct Outcome {
    std::optional<orgs::Member> member;
    std::optional<Error> refusal;
  };
  // A refusal is a value in here: its entry in the audit log must be committed.
  const auto accept = [&](sql::Tx& tx) -> Result<Outcome> {
    GH_TRY(const orgs::Organization organization, orgs::store::Find(tx, named.id));
    const auto refuse = [&](const Error& error, std::string_view why) -> Result<Outcome> {
      GH_TRY_VOID(AuditRefusal(tx, organization.id, ticket.member, error, why, actor));
      return Outcome{.member = std::nullopt, .refusal = error};
    };
    const Error limited{Code::kResourceExhausted, kRateLimited, {}};
    GH_TRY(const ratelimit::Verdict verdict,
           d_.limiter.Peek(tx, bucket, kWrongTokens, d_.clock.Now()));
    if (!verdict.allowed) return Outcome{.member = std::nullopt, .refusal = limited};
    GH_TRY(const Checked checked, Check(tx, organization.id, ticket));
    if (checked.refusal) {
      if (checked.refusal->Is(kInviteInvalid)) {
        GH_TRY_VOID(d_.limiter.Take(tx, bucket, kWrongTokens, d_.clock.Now()));
      }
      return refuse(*checked.refusal, checked.why);
    }
    GH_TRY(std::optional<orgs::Member> present,
           orgs::store::FindMember(tx, organization.id, invitee.user.user));
    if (present) {
      GH_TRY_VOID(Drop(tx, *checked.row, "already_member"));
      GH_TRY_VOID(AuditRefusal(tx, organization.id, ticket.member,
                               Error{Code::kAlreadyExists, kAlreadyMember, {}}, "", actor));
      return Outcome{.member = std::move(present), .refusal = std::nullopt};
    }
    const Obstacles obstacles = ObstaclesFor(organization, checked.row->member, invitee, sso);
    if (const std::optional<Error> refusal = RefusalFor(obstacles)) return refuse(*refusal, "");
    GH_TRY(orgs::Member member, Join(tx, organization, *checked.row, invitee.user, 0, actor));
    return Outcome{.member = std::move(member), .refusal = std::nullopt};
  };
  // The user may come in by another invitation at the same moment: once more then, as a member.
  auto outcome = co_await members::WriteAgain(d_.db, sql::Tenant::Of(named.id), accept);
  if (!outcome) co_return std::unexpected(outcome.error());
  if (outcome->refusal) co_return std::unexpected(*outcome->refusal);
  co_return std::move(*outcome->member);
}

Task<std::int64_t> ServiceImpl::DeleteExpired(Timestamp before) {
  std::int64_t deleted = 0;
  for (std::size_t batch = kExpiredBatch; batch == kExpiredBatch;) {
    // All: a nightly job over every organization.
    GH_CO_TRY(
        batch, co_await d_.db.Write(sql::Tenant::All(), [&](sql::Tx& tx) -> Result<std::size_t> {
          GH_TRY(const auto expired, store::Expired(tx, before, kExpiredBatch));
          for (const auto& [organization, member] : expired) {
            GH_TRY_VOID(
                members::store::BuryInvite(tx, organization, member, "expired", d_.clock.Now()));
            GH_TRY_VOID(members::store::Delete(tx, organization, member));
          }
          return expired.size();
        }));
    deleted += static_cast<std::int64_t>(batch);
  }
  GH_CO_TRY_VOID(co_await d_.db.Write(sql::Tenant::All(), [&](sql::Tx& tx) {
    return store::PurgeTombstones(tx, d_.clock.Now() - kTombstoneLife);
  }));
  co_return deleted;
}

Result<std::optional<orgs::Member>> ServiceImpl::JoinLinked(
    sql::Tx& tx, const orgs::Organization& organization, const members::UserCopy& user,
    const std::string& verified_email, const std::string& add_with_role,
    const std::optional<Ticket>& ticket, const orgs::Actor& actor) const {
  // The only address that counts is the one that the provider vouches for.
  Invitee invitee{.user = user, .email_verified = !verified_email.empty()};
  if (invitee.email_verified) invitee.user.email = verified_email;
  const auto obstacle = [&](const store::Row& row) {
    return RefusalFor(ObstaclesFor(organization, row.member, invitee, SsoFacts{}));
  };
  if (ticket) {
    GH_TRY(const Checked checked, Check(tx, organization.id, *ticket));
    const std::optional<Error> refusal = checked.row ? obstacle(*checked.row) : checked.refusal;
    if (!refusal) return Join(tx, organization, *checked.row, user, orgs::kSsoLinked, actor);
    GH_TRY_VOID(AuditRefusal(tx, organization.id, ticket->member, *refusal, checked.why, actor));
  }
  std::optional<store::Row> row;
  if (invitee.email_verified) {
    GH_TRY(row, store::FindByEmail(tx, organization.id, AddressKey(verified_email)));
  }
  if (row && row->nonce && row->member.invite_status == StatusName(Status::kApproved) &&
      row->member.invite_expires_at && *row->member.invite_expires_at > d_.clock.Now()) {
    const std::optional<Error> refusal = obstacle(*row);
    if (!refusal) return Join(tx, organization, *row, user, orgs::kSsoLinked, actor);
    GH_TRY_VOID(AuditRefusal(tx, organization.id, row->member.id, *refusal, "", actor));
    return std::nullopt;
  }
  if (add_with_role.empty()) return std::nullopt;
  // A request, or a dead invitation, of somebody who comes in by themselves.
  if (row) GH_TRY_VOID(Drop(tx, *row, "joined"));
  orgs::Member member{.id = d_.ids.Next<MemberId>(),
                      .organization = organization.id,
                      .user = user.user,
                      .email = user.email,
                      .name = user.name,
                      .role = add_with_role,
                      .flags = orgs::kSsoLinked,
                      .version = 1,
                      .user_is_active = user.is_active,
                      .user_has_2fa = user.has_2fa,
                      .created_at = d_.clock.Now()};
  GH_TRY_VOID(store::InsertMember(tx, member, user));
  GH_TRY_VOID(Audit(tx, audit::Event::kMemberAdd, organization.id, &member,
                    members::Describe(member, {}), actor));
  GH_TRY_VOID(Signal(tx, "member_joined", member));
  return member;
}

Task<void> ServiceImpl::ApplyMemberLinked(std::int64_t effect, OrgId organization,
                                          members::UserCopy user, std::string verified_email,
                                          std::string add_with_role, std::optional<Ticket> ticket,
                                          orgs::Actor actor) {
  if (!add_with_role.empty() && orgs::FindRole(add_with_role) == nullptr) {
    co_return Fail(Code::kInvalidArgument, orgs::kRoleUnknown, add_with_role);
  }
  if (!user.user) co_return Fail(Code::kInvalidArgument, orgs::kEffectInvalid, "no user");
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
    GH_TRY(const bool fresh, outbox::ApplyOnce(tx, effect, d_.clock.Now()));
    if (!fresh) return {};
    GH_TRY(const std::optional<orgs::Organization> found, orgs::store::FindAny(tx, organization));
    if (!found) return {};
    GH_TRY(const std::optional<orgs::Member> present,
           orgs::store::FindMember(tx, organization, user.user));
    if (!present) {
      GH_TRY_VOID(JoinLinked(tx, *found, user, verified_email, add_with_role, ticket, actor));
      return {};
    }
    if (ticket) {
      GH_TRY(const Checked checked, Check(tx, organization, *ticket));
      if (checked.row) {
        GH_TRY_VOID(Drop(tx, *checked.row, "already_member"));
        GH_TRY_VOID(AuditRefusal(tx, organization, ticket->member,
                                 Error{Code::kAlreadyExists, kAlreadyMember, {}}, "", actor));
      }
    }
    return store::Link(tx, organization, user.user);
  });
}

}  // namespace gatehouse::invites
