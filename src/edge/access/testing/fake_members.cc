#include <algorithm>

#include "edge/access/testing/fake_services.h"

namespace gatehouse::access::testing {

namespace {

class FakeMembers final : public members::Service {
 public:
  explicit FakeMembers(World& world) : w_(world) {}

  Task<members::Page> List(OrgId organization, members::Search search,
                           std::vector<UserId>) override {
    members::Page page;
    for (const orgs::Member& member : w_.members) {
      if (member.organization != organization) continue;
      if (member.email.find(search.query) == std::string::npos &&
          member.name.find(search.query) == std::string::npos) {
        continue;
      }
      ++page.total;
      if (search.after && member.id <= *search.after) continue;
      if (page.members.size() < search.limit) page.members.push_back(member);
    }
    co_return page;
  }
  Task<members::Detail> Get(OrgId organization, MemberId id, members::Caller caller) override {
    orgs::Member* member = Find(organization, id);
    if (member == nullptr) co_return Fail(Code::kNotFound, "member_not_found");
    members::Detail detail;
    detail.member = *member;
    detail.grantable_roles = orgs::GrantableRoles(*Organization(organization), caller.scopes);
    detail.is_only_owner =
        member->role == "owner" && std::ranges::count_if(w_.members, [&](const orgs::Member& m) {
                                     return m.organization == organization && m.role == "owner";
                                   }) == 1;
    for (const FakeTeam& team : w_.teams) {
      auto found = team.members.find(id);
      if (found != team.members.end()) detail.teams.push_back({team.team.slug, found->second});
    }
    co_return detail;
  }
  Task<members::Detail> Update(OrgId organization, MemberId id, members::Change change,
                               members::Caller caller) override {
    orgs::Member* member = Find(organization, id);
    if (member == nullptr) co_return Fail(Code::kNotFound, "member_not_found");
    GH_CO_TRY_VOID(w_.TakeChange());
    if (change.role) member->role = *change.role;
    if (change.teams) {
      for (FakeTeam& team : w_.teams) {
        team.members.erase(id);
        for (const members::TeamRole& role : *change.teams) {
          if (role.team_slug == team.team.slug) team.members[id] = role.role;
        }
      }
    }
    ++member->version;
    co_return co_await Get(organization, id, std::move(caller));
  }
  Task<void> Remove(OrgId organization, MemberId id, members::Caller) override {
    orgs::Member* member = Find(organization, id);
    const bool invited = std::ranges::any_of(w_.invites, [&](const invites::Invite& invite) {
      return invite.member.organization == organization && invite.member.id == id;
    });
    if (member == nullptr && !invited) co_return Fail(Code::kNotFound, "member_not_found");
    GH_CO_TRY_VOID(w_.TakeChange());
    std::erase_if(w_.invites, [&](const invites::Invite& one) { return one.member.id == id; });
    std::erase_if(w_.members, [&](const orgs::Member& one) { return one.id == id; });
    co_return Result<void>();
  }
  Task<orgs::Member> SetUserForOrganizationMember(OrgId, MemberId, members::UserCopy,
                                                  orgs::Actor) override {
    co_return Fail(Code::kNotFound, "member_not_found");
  }
  Task<std::optional<orgs::Member>> RemoveUser(OrgId, UserId, orgs::Actor) override {
    co_return std::nullopt;
  }
  Task<bool> DeleteOrganizationMember(OrgId organization, MemberId id, orgs::Actor) override {
    co_return std::erase_if(w_.members, [&](const orgs::Member& one) {
      return one.organization == organization && one.id == id;
    }) > 0;
  }
  Task<orgs::Member> UpdateFlags(OrgId organization, MemberId id, std::int64_t, std::int64_t set,
                                 std::int64_t clear) override {
    orgs::Member* member = Find(organization, id);
    if (member == nullptr) co_return Fail(Code::kNotFound, "member_not_found");
    member->flags = (member->flags | set) & ~clear;
    co_return *member;
  }
  Task<void> ApplyUserUpdate(std::int64_t, members::UserCopy) override { co_return Result<void>(); }
  Task<void> ApplyEnforce2fa(std::int64_t, OrgId, orgs::Actor) override {
    co_return Result<void>();
  }

 private:
  orgs::Member* Find(OrgId organization, MemberId id) {
    for (orgs::Member& member : w_.members) {
      if (member.organization == organization && member.id == id) return &member;
    }
    return nullptr;
  }
  const orgs::Organization* Organization(OrgId id) {
    return &*std::ranges::find(w_.organizations, id, &orgs::Organization::id);
  }

  World& w_;
};

class FakeInvites final : public invites::Service {
 public:
  explicit FakeInvites(World& world) : w_(world) {}

  Task<std::vector<invites::Invite>> Create(OrgId organization,
                                            std::vector<invites::NewInvite> wanted,
                                            invites::Caller caller) override {
    GH_CO_TRY_VOID(w_.TakeChange());
    std::vector<invites::Invite> created;
    for (invites::NewInvite& one : wanted) {
      if (one.email.find('@') == std::string::npos) {
        co_return Fail(Code::kInvalidArgument, "email_invalid", one.email);
      }
      created.push_back(Add(organization, std::move(one), invites::Status::kApproved, caller));
    }
    co_return created;
  }
  Task<invites::Invite> Resend(OrgId organization, MemberId member, invites::Caller) override {
    co_return Change(organization, member);
  }
  Task<invites::Invite> Regenerate(OrgId organization, MemberId member, invites::Caller) override {
    co_return Change(organization, member);
  }
  Task<void> SendLink(OrgId, MemberId, std::string, invites::Caller) override {
    co_return w_.TakeChange();
  }
  Task<std::vector<invites::Invite>> ListPending(OrgId organization, invites::Caller) override {
    std::vector<invites::Invite> out;
    for (const invites::Invite& invite : w_.invites) {
      if (invite.member.organization == organization) out.push_back(invite);
    }
    co_return out;
  }
  Task<invites::Invite> Request(OrgId organization, invites::NewInvite wanted,
                                invites::Caller caller) override {
    GH_CO_TRY_VOID(w_.TakeChange());
    co_return Add(organization, std::move(wanted), invites::Status::kRequestedToBeInvited, caller);
  }
  Task<void> RequestToJoin(std::string slug, std::string email, bool sso_active,
                           orgs::Actor) override {
    auto found = std::ranges::find(w_.organizations, slug, &orgs::Organization::slug);
    if (found == w_.organizations.end()) co_return Fail(Code::kNotFound, "organization_not_found");
    if (sso_active) co_return Fail(Code::kPermissionDenied, "sso_active");
    if ((found->flags & orgs::kNoJoinRequests) != 0) {
      co_return Fail(Code::kPermissionDenied, "join_requests_disabled");
    }
    if (email.find('@') == std::string::npos) {
      co_return Fail(Code::kInvalidArgument, "email_invalid");
    }
    GH_CO_TRY_VOID(w_.TakeChange());
    w_.AddInvite(found->id, std::move(email), "member", invites::Status::kRequestedToJoin);
    co_return Result<void>();
  }
  Task<invites::Invite> Approve(OrgId organization, MemberId request,
                                std::optional<std::string> role,
                                std::optional<std::vector<invites::TeamRole>> teams,
                                invites::Caller) override {
    invites::Invite* invite = Find(organization, request);
    if (invite == nullptr) co_return Fail(Code::kNotFound, "request_not_found");
    GH_CO_TRY_VOID(w_.TakeChange());
    invite->status = invites::Status::kApproved;
    invite->member.invite_status = "approved";
    if (role) invite->member.role = *role;
    if (teams) invite->teams = *teams;
    co_return *invite;
  }
  Task<void> Reject(OrgId organization, MemberId request, invites::Caller) override {
    if (Find(organization, request) == nullptr) {
      co_return Fail(Code::kNotFound, "request_not_found");
    }
    GH_CO_TRY_VOID(w_.TakeChange());
    std::erase_if(w_.invites, [&](const invites::Invite& i) { return i.member.id == request; });
    co_return Result<void>();
  }
  Task<invites::Offer> Look(std::string slug, invites::Ticket ticket,
                            std::optional<invites::Invitee> invitee, invites::SsoFacts sso,
                            std::string) override {
    co_return Check(slug, ticket, invitee, sso);
  }
  Task<orgs::Member> Accept(std::string slug, invites::Ticket ticket, invites::Invitee invitee,
                            invites::SsoFacts sso, orgs::Actor) override {
    GH_CO_TRY(invites::Offer offer, Check(slug, ticket, invitee, sso));
    if (!offer.already_member && !offer.missing.empty()) {
      switch (offer.missing.front()) {
        case invites::Step::kSso:
          co_return Fail(Code::kPermissionDenied, "sso_required");
        case invites::Step::kTwoFactor:
          co_return Fail(Code::kPermissionDenied, "needs_2fa");
        case invites::Step::kLogIn:
        case invites::Step::kVerifyEmail:
          co_return Fail(Code::kPermissionDenied, "email_unverified");
      }
    }
    GH_CO_TRY_VOID(w_.TakeChange());
    std::erase_if(w_.invites,
                  [&](const invites::Invite& i) { return i.member.id == ticket.member; });
    for (const orgs::Member& member : w_.members) {
      if (member.organization == offer.organization.id && member.user == invitee.user.user) {
        co_return member;
      }
    }
    orgs::Member member = offer.member;
    member.user = invitee.user.user;
    member.email = invitee.user.email;
    member.name = invitee.user.name;
    w_.members.push_back(member);
    co_return member;
  }
  Task<std::int64_t> DeleteExpired(Timestamp) override { co_return std::int64_t{0}; }
  Task<void> ApplyMemberLinked(std::int64_t, OrgId, members::UserCopy, std::string, std::string,
                               std::optional<invites::Ticket>, orgs::Actor) override {
    co_return Result<void>();
  }

 private:
  invites::Invite* Find(OrgId organization, MemberId id) {
    for (invites::Invite& invite : w_.invites) {
      if (invite.member.organization == organization && invite.member.id == id) return &invite;
    }
    return nullptr;
  }
  invites::Invite Add(OrgId organization, invites::NewInvite wanted, invites::Status status,
                      const invites::Caller& caller) {
    MemberId id = w_.AddInvite(organization, std::move(wanted.email), wanted.role, status);
    invites::Invite* invite = Find(organization, id);
    invite->teams = std::move(wanted.teams);
    invite->inviter = caller.actor.user;
    return *invite;
  }
  Result<invites::Invite> Change(OrgId organization, MemberId member) {
    invites::Invite* invite = Find(organization, member);
    if (invite == nullptr) return Fail(Code::kNotFound, "member_not_found");
    GH_TRY_VOID(w_.TakeChange());
    return *invite;
  }
  Result<invites::Offer> Check(const std::string& slug, const invites::Ticket& ticket,
                               const std::optional<invites::Invitee>& invitee,
                               const invites::SsoFacts& sso) {
    if (ticket.token == "gone") return Fail(Code::kFailedPrecondition, "invite_gone");
    auto found = std::ranges::find(w_.organizations, slug, &orgs::Organization::slug);
    if (found == w_.organizations.end()) return Fail(Code::kNotFound, "invite_invalid");
    invites::Invite* invite = Find(found->id, ticket.member);
    if (invite == nullptr || ticket.token != "good" ||
        invite->status != invites::Status::kApproved) {
      return Fail(Code::kNotFound, "invite_invalid");
    }
    invites::Offer offer{*found, invite->member, false, {}};
    if (!invitee) {
      offer.missing.push_back(invites::Step::kLogIn);
    } else {
      offer.already_member = std::ranges::any_of(w_.members, [&](const orgs::Member& member) {
        return member.organization == found->id && member.user == invitee->user.user;
      });
    }
    if (sso.provider_exists && !sso.allow_unlinked && !sso.user_has_valid_identity) {
      offer.missing.push_back(invites::Step::kSso);
    }
    if (found->require_2fa() && (!invitee || !invitee->user.has_2fa)) {
      offer.missing.push_back(invites::Step::kTwoFactor);
    }
    if ((found->flags & orgs::kRequireEmailVerification) != 0 &&
        (!invitee || !invitee->email_verified)) {
      offer.missing.push_back(invites::Step::kVerifyEmail);
    }
    return offer;
  }

  World& w_;
};

}  // namespace

MemberId World::AddInvite(OrgId organization, std::string email, std::string role,
                          invites::Status status) {
  invites::Invite invite;
  invite.member.id = MemberId{next_id++};
  invite.member.organization = organization;
  invite.member.email = std::move(email);
  invite.member.role = std::move(role);
  invite.member.created_at = kNow;
  invite.status = status;
  invite.member.invite_status = status == invites::Status::kApproved ? "approved"
                                : status == invites::Status::kRequestedToJoin
                                    ? "requested_to_join"
                                    : "requested_to_be_invited";
  if (status == invites::Status::kApproved) {
    const orgs::Organization& owner =
        *std::ranges::find(organizations, organization, &orgs::Organization::id);
    invite.expires_at = kNow + std::chrono::hours(30 * 24);
    invite.link =
        "https://gate.example/accept/" + owner.slug + "/" + invite.member.id.ToString() + "/good/";
  }
  MemberId id = invite.member.id;
  invites.push_back(std::move(invite));
  return id;
}

std::unique_ptr<members::Service> NewFakeMembers(World& world) {
  return std::make_unique<FakeMembers>(world);
}
std::unique_ptr<invites::Service> NewFakeInvites(World& world) {
  return std::make_unique<FakeInvites>(world);
}

}  // namespace gatehouse::access::testing
