#include "region/orgs/invites/service_impl.h"

#include <map>
#include <set>

#include "platform/crypto/hash.h"
#include "region/orgs/errors.h"
#include "region/orgs/invites/errors.h"
#include "region/orgs/invites/policy.h"
#include "region/orgs/mails.h"
#include "region/orgs/members/errors.h"
#include "region/orgs/members/invite_link.h"
#include "region/orgs/members/standing.h"
#include "region/orgs/members/store.h"
#include "region/orgs/store.h"

namespace gatehouse::invites {
namespace {

constexpr ratelimit::Limit kInvitesPerInviter{100, std::chrono::hours(24)};
constexpr ratelimit::Limit kInvitesPerOrganization{100, std::chrono::hours(24)};
constexpr ratelimit::Limit kInvitesPerAddress{10, std::chrono::hours(24)};

}  // namespace

ServiceImpl::ServiceImpl(Parts parts) : d_(std::move(parts)) {}

void ServiceImpl::WakeMail() const {
  if (d_.on_mail) d_.on_mail();
}

Result<void> ServiceImpl::Audit(sql::Tx& tx, audit::Event event, OrgId organization,
                                const orgs::Member* about, json::Object data,
                                const orgs::Actor& actor) const {
  audit::Entry entry;
  entry.organization = organization;
  entry.event = event;
  entry.actor = actor.user;
  entry.actor_label = actor.label;
  if (about != nullptr) {
    entry.target_object = about->id.value;
    entry.target_user = about->user;
  }
  entry.ip = actor.ip;
  entry.data = std::move(data);
  entry.correlation_id = actor.correlation_id;
  GH_TRY_VOID(d_.audit.Record(tx, entry));
  return {};
}

Result<void> ServiceImpl::AuditRefusal(sql::Tx& tx, OrgId organization,
                                       std::optional<MemberId> about, const Error& error,
                                       std::string_view why, const orgs::Actor& actor) const {
  orgs::Member member;
  if (about) member.id = *about;
  json::Object data = {{"reason", error.reason}};
  if (!why.empty()) data["why"] = why;
  return Audit(tx, audit::Event::kInviteRefused, organization, about ? &member : nullptr,
               std::move(data), actor);
}

Task<void> ServiceImpl::Refuse(OrgId organization, std::optional<MemberId> about, Error error,
                               orgs::Actor actor) const {
  if (IsAudited(error)) {
    GH_CO_TRY_VOID(co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) {
      return AuditRefusal(tx, organization, about, error, "", actor);
    }));
  }
  co_return std::unexpected(std::move(error));
}

Task<void> ServiceImpl::TakeAll(std::vector<Bucket> buckets) const {
  struct Need {
    ratelimit::Limit limit;
    std::int64_t tries = 0;
  };
  std::map<std::string, Need> needs;
  for (const Bucket& bucket : buckets) {
    Need& need = needs[bucket.name];
    need.limit = bucket.limit;
    ++need.tries;
  }
  GH_CO_TRY(const bool taken, co_await d_.db.Write([&](sql::Tx& tx) -> Result<bool> {
    const Timestamp now = d_.clock.Now();
    for (const auto& [name, need] : needs) {
      GH_TRY(const ratelimit::Verdict verdict, d_.limiter.Peek(tx, name, need.limit, now));
      if (!verdict.allowed || verdict.remaining + 1 < need.tries) return false;
    }
    for (const auto& [name, need] : needs) {
      for (std::int64_t i = 0; i < need.tries; ++i) {
        GH_TRY_VOID(d_.limiter.Take(tx, name, need.limit, now));
      }
    }
    return true;
  }));
  if (!taken) co_return Fail(Code::kResourceExhausted, kRateLimited);
  co_return Result<void>();
}

std::vector<ServiceImpl::Bucket> ServiceImpl::MailBuckets(
    OrgId organization, const Caller& caller, const std::vector<std::string>& addresses) const {
  const std::string org = organization.ToString();
  std::vector<Bucket> buckets;
  for (const std::string& address : addresses) {
    buckets.push_back(
        {"invite/member/" + org + "/" + caller.member.ToString(), kInvitesPerInviter});
    buckets.push_back({"invite/org/" + org, kInvitesPerOrganization});
    buckets.push_back({"invite/to/" + org + "/" + crypto::Sha256Hex(address), kInvitesPerAddress});
  }
  return buckets;
}

Result<void> ServiceImpl::SendMail(sql::Tx& tx, const orgs::Member& about, std::string_view to,
                                   const mail::Composed& mail) const {
  const std::string id = "invite-" + about.id.ToString() + "-" + std::to_string(d_.ids.NextValue());
  GH_TRY_VOID(d_.outbox.EnqueueMail(tx, about.id.value, mail::Payload(id, to, mail)));
  return {};
}

Result<void> ServiceImpl::SendInvitation(sql::Tx& tx, Occasion occasion,
                                         const orgs::Organization& organization,
                                         const store::Row& row, std::string_view inviter) const {
  return SendMail(
      tx, row.member, row.member.email,
      InvitationMail(occasion, organization, inviter, row.member, LinkOf(organization, row)));
}

Result<void> ServiceImpl::Signal(sql::Tx& tx, std::string_view signal,
                                 const orgs::Member& member) const {
  json::Object args = {{"organization_member_id", member.id.value}};
  if (member.user) args["user_id"] = member.user->value;
  json::Object payload = {{"signal", signal}};
  payload["args"] = std::move(args);
  GH_TRY_VOID(d_.outbox.Enqueue(tx, outbox::Category::kSendSignal, member.organization.value,
                                member.id.value, payload));
  return {};
}

std::string ServiceImpl::LinkOf(const orgs::Organization& organization,
                                const store::Row& row) const {
  return members::InviteLink(d_.invite_key, d_.base_url, organization.slug, row.member.id,
                             row.nonce.value_or(""));
}

Invite ServiceImpl::Show(const members::Standing& caller, store::Row row,
                         std::vector<TeamRole> teams) const {
  Invite invite;
  invite.status = ParseStatus(row.member.invite_status).value_or(Status::kApproved);
  invite.teams = std::move(teams);
  invite.inviter = row.member.inviter;
  invite.expires_at = row.member.invite_expires_at;
  invite.expired = invite.expires_at && *invite.expires_at <= d_.clock.Now();
  // Whoever has the link can have the role: it is shown to those who may grant that role.
  if (invite.status == Status::kApproved && row.nonce && !invite.expired &&
      MayGrant(caller, row.member.role)) {
    invite.link = LinkOf(caller.organization, row);
  }
  invite.member = std::move(row.member);
  return invite;
}

Result<void> ServiceImpl::CheckNew(sql::Tx& tx, const members::Standing& caller,
                                   const NewInvite& invite, Status status) const {
  const bool request = status != Status::kApproved;
  if (!caller.Has(request ? "member:read" : "member:write")) {
    return Fail(Code::kPermissionDenied, members::kForbidden);
  }
  if ((caller.organization.flags & orgs::kNoInvites) != 0) {
    return Fail(Code::kPermissionDenied, kInvitesDisabled);
  }
  GH_TRY_VOID(CheckRole(invite.role));
  // Whoever approves a request must be able to grant its role; whoever asks need not.
  if (!request && !MayGrant(caller, invite.role)) {
    return Fail(Code::kPermissionDenied, members::kRoleTooHigh, invite.email);
  }
  const OrgId organization = caller.organization.id;
  GH_TRY(const bool member, store::IsMemberAddress(tx, organization, invite.email));
  GH_TRY(const std::optional<store::Row> row, store::FindByEmail(tx, organization, invite.email));
  if (member || (row && row->member.invite_status == StatusName(Status::kApproved))) {
    return Fail(Code::kAlreadyExists, kAlreadyMember, invite.email);
  }
  if (row && request) return Fail(Code::kAlreadyExists, kInviteRequested, invite.email);
  return {};
}

Result<Invite> ServiceImpl::Insert(sql::Tx& tx, const members::Standing& caller,
                                   const NewInvite& invite, Status status,
                                   const orgs::Actor& actor) const {
  GH_TRY_VOID(CheckNew(tx, caller, invite, status));
  const OrgId organization = caller.organization.id;
  const Timestamp now = d_.clock.Now();
  GH_TRY(const std::optional<store::Row> request,
         store::FindByEmail(tx, organization, invite.email));
  if (request) GH_TRY_VOID(members::store::Delete(tx, organization, request->member.id));
  store::Row row{.member = {.id = d_.ids.Next<MemberId>(),
                            .organization = organization,
                            .user = std::nullopt,
                            .email = invite.email,
                            .role = invite.role,
                            .version = 1,
                            .created_at = now,
                            .invite_status = std::string(StatusName(status)),
                            .inviter = caller.member.user},
                 .nonce = std::nullopt};
  if (status == Status::kApproved) {
    row.nonce = members::NewInviteNonce(d_.rng);
    row.member.invite_expires_at = now + members::kInviteLife;
  }
  GH_TRY(const bool inserted, store::InsertPending(tx, row));
  if (!inserted) return Fail(Code::kAlreadyExists, kAlreadyMember, invite.email);
  GH_TRY_VOID(members::store::ReplaceTeams(tx, organization, row.member, invite.teams, now));
  GH_TRY(std::vector<TeamRole> teams, members::store::TeamsOf(tx, organization, row.member.id));
  json::Object data = members::Describe(row.member, teams);
  if (request) data["replaces"] = request->member.invite_status;
  GH_TRY_VOID(Audit(
      tx,
      status == Status::kApproved ? audit::Event::kMemberInvite : audit::Event::kInviteRequestAdd,
      organization, &row.member, std::move(data), actor));
  const std::string who = NameOf(caller.member);
  if (status != Status::kApproved) {
    GH_TRY_VOID(TellApprovers(
        tx, row.member,
        RequestMail(d_.base_url, caller.organization, who, invite.email, invite.role)));
  } else if (invite.send_mail) {
    GH_TRY_VOID(SendInvitation(tx, Occasion::kFirst, caller.organization, row, who));
    GH_TRY_VOID(Signal(tx, "member_invited", row.member));
  }
  return Show(caller, std::move(row), std::move(teams));
}

Task<std::vector<Invite>> ServiceImpl::CreateAll(OrgId organization, std::vector<NewInvite> invites,
                                                 Status status, Caller caller) const {
  std::vector<std::string> addresses;
  std::set<std::string> seen;
  for (NewInvite& invite : invites) {
    GH_CO_TRY(invite.email, CheckAddress(invite.email));
    if (!seen.insert(invite.email).second) {
      co_return Fail(Code::kAlreadyExists, kAlreadyMember, invite.email);
    }
    addresses.push_back(invite.email);
  }
  GH_CO_TRY_VOID(
      co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
        GH_TRY(const members::Standing standing, members::StandingOf(tx, organization, caller));
        for (const NewInvite& invite : invites) {
          GH_TRY_VOID(CheckNew(tx, standing, invite, status));
        }
        return {};
      }));
  GH_CO_TRY_VOID(co_await TakeAll(MailBuckets(organization, caller, addresses)));
  using Made = std::vector<Invite>;
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Made> {
    GH_TRY(const members::Standing standing, members::StandingOf(tx, organization, caller));
    Made made;
    for (const NewInvite& invite : invites) {
      GH_TRY(Invite one, Insert(tx, standing, invite, status, caller.actor));
      made.push_back(std::move(one));
    }
    return made;
  });
}

Task<std::vector<Invite>> ServiceImpl::Create(OrgId organization, std::vector<NewInvite> invites,
                                              Caller caller) {
  auto made = co_await CreateAll(organization, std::move(invites), Status::kApproved, caller);
  if (!made) {
    GH_CO_TRY_VOID(co_await Refuse(organization, std::nullopt, made.error(), caller.actor));
  }
  WakeMail();
  co_return made;
}

Task<Invite> ServiceImpl::Request(OrgId organization, NewInvite invite, Caller caller) {
  std::vector<NewInvite> one;
  one.push_back(std::move(invite));
  auto made =
      co_await CreateAll(organization, std::move(one), Status::kRequestedToBeInvited, caller);
  if (!made) {
    GH_CO_TRY_VOID(co_await Refuse(organization, std::nullopt, made.error(), caller.actor));
  }
  WakeMail();
  co_return std::move(made->front());
}

Result<store::Row> ServiceImpl::FindInvitation(sql::Tx& tx, OrgId organization,
                                               MemberId member) const {
  GH_TRY(std::optional<store::Row> row, store::Find(tx, organization, member));
  if (!row || row->member.invite_status != StatusName(Status::kApproved)) {
    return Fail(Code::kNotFound, members::kMemberNotFound);
  }
  if (!row->member.pending()) return Fail(Code::kFailedPrecondition, kAlreadyMember);
  return std::move(*row);
}

Task<Invite> ServiceImpl::SendAgain(OrgId organization, MemberId member, bool regenerate,
                                    Caller caller) const {
  struct Found {
    members::Standing standing;
    store::Row row;
  };
  const auto find = [&](sql::Tx& tx) -> Result<Found> {
    Found found;
    GH_TRY(found.standing, members::StandingOf(tx, organization, caller));
    if (!found.standing.Has(regenerate ? "member:admin" : "member:write")) {
      return Fail(Code::kPermissionDenied, members::kForbidden);
    }
    GH_TRY(found.row, FindInvitation(tx, organization, member));
    const std::optional<Timestamp> end = found.row.member.invite_expires_at;
    const bool alive = found.row.nonce && end && *end > d_.clock.Now();
    if (!regenerate && !alive) return Fail(Code::kFailedPrecondition, kInviteExpired);
    return found;
  };
  GH_CO_TRY(const Found seen, co_await d_.db.Read(sql::Tenant::Of(organization), find));
  std::vector<std::string> addresses;
  addresses.push_back(seen.row.member.email);
  GH_CO_TRY_VOID(co_await TakeAll(MailBuckets(organization, caller, addresses)));
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<Invite> {
    GH_TRY(Found found, find(tx));
    GH_TRY(std::vector<TeamRole> teams, members::store::TeamsOf(tx, organization, member));
    json::Object data = members::Describe(found.row.member, teams);
    if (regenerate) {
      const Timestamp now = d_.clock.Now();
      GH_TRY_VOID(members::store::BuryInvite(tx, organization, member, "regenerated", now));
      found.row.nonce = members::NewInviteNonce(d_.rng);
      found.row.member.invite_expires_at = now + members::kInviteLife;
      GH_TRY(const bool changed, store::SetNonce(tx, organization, member, *found.row.nonce,
                                                 *found.row.member.invite_expires_at));
      if (!changed) return Fail(Code::kNotFound, members::kMemberNotFound);
      ++found.row.member.version;
    }
    data["again"] = regenerate ? "with a new link" : "with the same link";
    GH_TRY_VOID(Audit(tx, audit::Event::kMemberInvite, organization, &found.row.member,
                      std::move(data), caller.actor));
    GH_TRY_VOID(SendInvitation(tx, Occasion::kAgain, found.standing.organization, found.row,
                               NameOf(found.standing.member)));
    return Show(found.standing, std::move(found.row), std::move(teams));
  });
}

Task<Invite> ServiceImpl::Resend(OrgId organization, MemberId member, Caller caller) {
  auto sent = co_await SendAgain(organization, member, false, caller);
  if (!sent) GH_CO_TRY_VOID(co_await Refuse(organization, member, sent.error(), caller.actor));
  WakeMail();
  co_return sent;
}

Task<Invite> ServiceImpl::Regenerate(OrgId organization, MemberId member, Caller caller) {
  auto sent = co_await SendAgain(organization, member, true, caller);
  if (!sent) GH_CO_TRY_VOID(co_await Refuse(organization, member, sent.error(), caller.actor));
  WakeMail();
  co_return sent;
}

Task<void> ServiceImpl::MailLink(OrgId organization, MemberId member, std::string provider_name,
                                 Caller caller) const {
  struct Found {
    members::Standing standing;
    orgs::Member member;
  };
  const auto find = [&](sql::Tx& tx) -> Result<Found> {
    Found found;
    GH_TRY(found.standing, members::StandingOf(tx, organization, caller));
    if (!found.standing.Has("member:write")) {
      return Fail(Code::kPermissionDenied, members::kForbidden);
    }
    GH_TRY(found.member, members::store::FindApproved(tx, organization, member));
    if (found.member.pending()) return Fail(Code::kNotFound, members::kMemberNotFound);
    if (found.member.sso_linked()) return Fail(Code::kFailedPrecondition, kAlreadyMember);
    return found;
  };
  GH_CO_TRY(const Found seen, co_await d_.db.Read(sql::Tenant::Of(organization), find));
  std::vector<std::string> addresses;
  addresses.push_back(seen.member.email);
  GH_CO_TRY_VOID(co_await TakeAll(MailBuckets(organization, caller, addresses)));
  co_return co_await d_.db.Write(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<void> {
    GH_TRY(const Found found, find(tx));
    GH_TRY(std::vector<TeamRole> teams, members::store::TeamsOf(tx, organization, member));
    json::Object data = members::Describe(found.member, teams);
    data["again"] = "to link the account";
    GH_TRY_VOID(Audit(tx, audit::Event::kMemberInvite, organization, &found.member, std::move(data),
                      caller.actor));
    return SendMail(tx, found.member, found.member.email,
                    orgs::LinkMail(d_.base_url, found.standing.organization,
                                   NameOf(found.standing.member), provider_name));
  });
}

Task<void> ServiceImpl::SendLink(OrgId organization, MemberId member, std::string provider_name,
                                 Caller caller) {
  auto sent = co_await MailLink(organization, member, std::move(provider_name), caller);
  if (!sent) GH_CO_TRY_VOID(co_await Refuse(organization, member, sent.error(), caller.actor));
  WakeMail();
  co_return sent;
}

Task<std::vector<Invite>> ServiceImpl::ListPending(OrgId organization, Caller caller) {
  using All = std::vector<Invite>;
  co_return co_await d_.db.Read(sql::Tenant::Of(organization), [&](sql::Tx& tx) -> Result<All> {
    GH_TRY(const members::Standing standing, members::StandingOf(tx, organization, caller));
    if (!standing.Has("member:read")) return Fail(Code::kPermissionDenied, members::kForbidden);
    GH_TRY(std::vector<store::Listed> rows, store::ListPending(tx, organization));
    const bool joins = (standing.organization.flags & orgs::kNoJoinRequests) == 0;
    All all;
    for (store::Listed& listed : rows) {
      Invite invite = Show(standing, std::move(listed.row), std::move(listed.teams));
      if (invite.status == Status::kRequestedToJoin && !joins) continue;
      all.push_back(std::move(invite));
    }
    return all;
  });
}

}  // namespace gatehouse::invites
