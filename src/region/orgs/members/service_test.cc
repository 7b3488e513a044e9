#include "region/orgs/members/service.h"

#include <gtest/gtest.h>

#include "region/orgs/errors.h"
#include "region/orgs/members/errors.h"
#include "region/orgs/members/members_fixture.h"

namespace gatehouse::members {
namespace {

class MemberServiceTest : public MembersFixture {
 protected:
  void SetUp() override {
    MembersFixture::SetUp();
    if (IsSkipped()) return;
    owner_ = Add(acme_, UserId{8}, "owner");
    manager_ = Add(acme_, UserId{9}, "manager");
    admin_ = Add(acme_, UserId{10}, "admin");
    member_ = Add(acme_, UserId{11}, "member");
    other_ = MakeOrg("other", UserId{20});
    foreign_ = MemberOf(other_, UserId{20});
  }
  Result<Detail> Update(MemberId by, MemberId member, members::Change change) {
    return Run(service().Update(acme_, member, std::move(change), By(acme_, by)));
  }
  Result<Detail> SetRole(MemberId by, MemberId member, std::string role) {
    return Update(by, member, {.role = std::move(role)});
  }
  Result<void> Remove(MemberId by, MemberId member) {
    return Run(service().Remove(acme_, member, By(acme_, by)));
  }
  std::string Role(MemberId member) { return Row(acme_, member).value_or(orgs::Member{}).role; }

  MemberId owner_, manager_, admin_, member_;
  OrgId other_;
  MemberId foreign_;
};
GATEHOUSE_ON_ALL_ENGINES(MemberServiceTest);

TEST_P(MemberServiceTest, GetShowsTeamsOwnershipAndWhatTheCallerMayGrant) {
  const TeamId ops = MakeTeam(acme_, "ops");
  PutIn(acme_, ops, member_, "admin");
  auto detail = Run(service().Get(acme_, member_, By(acme_, manager_)));
  ASSERT_OK(detail);
  EXPECT_EQ(detail->member.id, member_);
  EXPECT_EQ(detail->teams, (std::vector<TeamRole>{{.team_slug = "ops", .role = "admin"}}));
  EXPECT_FALSE(detail->is_only_owner);
  EXPECT_EQ(detail->grantable_roles, (std::vector<std::string>{"member", "manager"}));
  EXPECT_EQ(Run(service().Get(acme_, member_, By(acme_, ann_)))->grantable_roles,
            (std::vector<std::string>{"member", "manager", "owner"}));
  for (const MemberId nobody : {owner_, manager_}) {
    EXPECT_TRUE(Run(service().Get(acme_, nobody, By(acme_, manager_)))->grantable_roles.empty())
        << "somebody above, and oneself";
  }
  EXPECT_TRUE(Run(service().Get(acme_, ann_, By(acme_, member_)))->grantable_roles.empty());
  ASSERT_OK(Remove(ann_, owner_));
  EXPECT_TRUE(Run(service().Get(acme_, ann_, By(acme_, member_)))->is_only_owner);
}

// AUTHZ-02, sso.md 155: foreign and unapproved rows answer like unknown ones.
TEST_P(MemberServiceTest, ForeignAndUnapprovedRowsAreNotFound) {
  const MemberId request = Invite(acme_, "eve@example.com", "requested_to_be_invited");
  const std::string before = Snapshot();
  for (const MemberId id : {foreign_, request, MemberId{4711}}) {
    EXPECT_ERROR(kNotFound, kMemberNotFound, Run(service().Get(acme_, id, By(acme_, ann_))));
    EXPECT_ERROR(kNotFound, kMemberNotFound, SetRole(ann_, id, "manager"));
    EXPECT_ERROR(kNotFound, kMemberNotFound, Remove(ann_, id));
    EXPECT_ERROR(kNotFound, kMemberNotFound,
                 Run(service().UpdateFlags(acme_, id, 1, orgs::kIdpProvisioned, 0)));
  }
  EXPECT_ERROR(kNotFound, orgs::kOrganizationNotFound,
               Run(service().Get(OrgId{4711}, member_, By(acme_, ann_))));
  EXPECT_EQ(Snapshot(), before);
}

// A caller of another organization, or one who is no member any more, has no rights here.
TEST_P(MemberServiceTest, CallersWhoAreNoActiveMembersAreRefused) {
  const std::string before = Snapshot();
  Caller stranger = By(other_, foreign_);
  EXPECT_ERROR(kPermissionDenied, kForbidden,
               Run(service().Update(acme_, member_, {.role = "owner"}, stranger)));
  Caller borrowed = By(acme_, ann_);
  borrowed.actor.user = UserId{11};
  EXPECT_ERROR(kPermissionDenied, kForbidden, Run(service().Remove(acme_, member_, borrowed)));
  Caller ann = By(acme_, ann_);
  Set(ann_, "user_is_active", "0");
  EXPECT_ERROR(kPermissionDenied, kForbidden, Run(service().Remove(acme_, member_, ann)));
  Set(ann_, "user_is_active", "1");
  EXPECT_EQ(Snapshot(), before);
}

// A page was opened as owner; the caller is a plain member now.
TEST_P(MemberServiceTest, RightsAreThoseOfTheRowNotOfTheCallersMemory) {
  const Caller owner = By(acme_, owner_);
  ASSERT_OK(SetRole(ann_, owner_, "member"));
  const std::string before = Snapshot();
  EXPECT_ERROR(kPermissionDenied, kForbidden,
               Run(service().Update(acme_, member_, {.role = "owner"}, owner)));
  EXPECT_ERROR(kPermissionDenied, kForbidden, Run(service().Remove(acme_, member_, owner)));
  EXPECT_EQ(Snapshot(), before);
}

TEST_P(MemberServiceTest, RoleChangeIsAuditedWithBeforeAndAfter) {
  auto detail = SetRole(manager_, member_, "manager");
  ASSERT_OK(detail);
  EXPECT_EQ(detail->member.role, "manager");
  EXPECT_EQ(detail->member.version, 2);
  const auto entry = AuditRows().back();
  EXPECT_EQ(entry.event, audit::Event::kMemberEdit);
  EXPECT_EQ(entry.organization, acme_);
  EXPECT_EQ(entry.actor, UserId{9});
  EXPECT_EQ(entry.target_object, member_.value);
  EXPECT_EQ(entry.target_user, UserId{11});
  EXPECT_EQ(entry.data.at("changes"), (json::Object{{"role", "from member to manager"}}));
  const std::string before = Snapshot();
  ASSERT_OK(SetRole(manager_, member_, "manager"));
  ASSERT_OK(Update(manager_, member_, {}));
  EXPECT_EQ(Snapshot(), before) << "nothing has changed";
}

// AUTHZ-09, INV-12, sso.md 154.
TEST_P(MemberServiceTest, NobodyGrantsOrTakesMoreThanTheyHave) {
  const std::string before = Snapshot();
  EXPECT_ERROR(kPermissionDenied, kRoleTooHigh, SetRole(manager_, member_, "owner"));
  EXPECT_ERROR(kPermissionDenied, kRoleTooHigh, SetRole(manager_, owner_, "member"));
  EXPECT_ERROR(kPermissionDenied, kForbidden, SetRole(admin_, member_, "manager"));
  EXPECT_ERROR(kPermissionDenied, kForbidden, SetRole(member_, member_, "owner"));
  EXPECT_ERROR(kInvalidArgument, kOwnRole, SetRole(manager_, manager_, "member"));
  EXPECT_ERROR(kInvalidArgument, kOwnRole, SetRole(ann_, ann_, "manager"));
  EXPECT_ERROR(kInvalidArgument, kRoleRetired, SetRole(ann_, member_, "admin"));
  EXPECT_ERROR(kInvalidArgument, orgs::kRoleUnknown, SetRole(ann_, member_, "king"));
  EXPECT_EQ(Snapshot(), before);
  EXPECT_OK(SetRole(manager_, admin_, "member"));
  EXPECT_OK(SetRole(ann_, owner_, "manager"));
}

// AUTHZ-06: a token has its own scopes within its owner's role.
TEST_P(MemberServiceTest, ATokenWithLessCannotDoWhatItsOwnerCan) {
  Caller token = By(acme_, ann_);
  token.scopes = {"member:read", "org:admin"};
  const std::string before = Snapshot();
  EXPECT_ERROR(kPermissionDenied, kForbidden,
               Run(service().Update(acme_, member_, {.role = "manager"}, token)));
  EXPECT_ERROR(kPermissionDenied, kForbidden, Run(service().Remove(acme_, member_, token)));
  token.scopes = {"member:admin"};
  EXPECT_ERROR(kPermissionDenied, kRoleTooHigh,
               Run(service().Update(acme_, member_, {.role = "manager"}, token)));
  EXPECT_EQ(Snapshot(), before);
  // Scopes that the role does not have come to nothing.
  Caller plain = By(acme_, member_);
  plain.scopes = {"member:admin", "org:admin"};
  EXPECT_ERROR(kPermissionDenied, kForbidden, Run(service().Remove(acme_, manager_, plain)));
}

TEST_P(MemberServiceTest, TheVersionThatTheCallerSawMustStand) {
  EXPECT_OK(Update(ann_, member_, {.role = "manager", .version = 1}));
  EXPECT_ERROR(kConflict, kMemberChanged, Update(ann_, member_, {.role = "owner", .version = 1}));
  EXPECT_EQ(Role(member_), "manager");
  EXPECT_OK(Update(ann_, member_, {.role = "owner", .version = 2}));
}

TEST_P(MemberServiceTest, TeamsAreReplacedAllOrNothingAndAbsentOnesLeftAlone) {
  MakeTeam(acme_, "ops");
  MakeTeam(acme_, "web");
  MakeTeam(other_, "theirs");
  auto set = Update(manager_, member_,
                    {.teams = std::vector<TeamRole>{{.team_slug = "web"},
                                                    {.team_slug = "ops", .role = "admin"}}});
  ASSERT_OK(set);
  const std::vector<TeamRole> both = {{.team_slug = "ops", .role = "admin"}, {.team_slug = "web"}};
  EXPECT_EQ(set->teams, both);
  EXPECT_EQ(set->member.version, 2);
  EXPECT_EQ(AuditRows().back().data.at("changes"),
            (json::Object{{"teams", "from none to ops (admin), web"}}));
  const std::string before = Snapshot();
  for (const std::string slug : {"nowhere", "theirs", ""}) {
    EXPECT_ERROR(kInvalidArgument, kTeamUnknown,
                 Update(manager_, member_,
                        {.role = "manager", .teams = std::vector<TeamRole>{{.team_slug = slug}}}));
  }
  EXPECT_ERROR(kInvalidArgument, kTeamRoleUnknown,
               Update(manager_, member_,
                      {.teams = std::vector<TeamRole>{{.team_slug = "web", .role = "captain"}}}));
  EXPECT_EQ(Snapshot(), before) << "neither role nor teams";
  auto role_only = SetRole(manager_, member_, "manager");
  ASSERT_OK(role_only);
  EXPECT_EQ(role_only->teams, (std::vector<TeamRole>{{.team_slug = "ops"}, {.team_slug = "web"}}))
      << "absent teams are untouched; a manager needs no role in a team";
  auto none = Update(ann_, member_, {.role = "member", .teams = std::vector<TeamRole>{}});
  ASSERT_OK(none);
  EXPECT_TRUE(none->teams.empty());
}

// INV-20.
TEST_P(MemberServiceTest, WhatTheProviderManagesIsLocked) {
  MakeTeam(acme_, "theirs", /*locked=*/true);
  const TeamId kept = MakeTeam(acme_, "kept", /*locked=*/true);
  PutIn(acme_, kept, admin_);
  const MemberId role_locked = Add(acme_, UserId{12}, "member", orgs::kIdpRoleRestricted);
  const MemberId provisioned = Add(acme_, UserId{13}, "member", orgs::kIdpProvisioned);
  const MemberId partner = Add(acme_, UserId{14}, "member", orgs::kPartnershipRestricted);
  const std::string before = Snapshot();
  EXPECT_ERROR(kPermissionDenied, kMembershipLocked, SetRole(ann_, role_locked, "manager"));
  EXPECT_ERROR(kPermissionDenied, kMembershipLocked, SetRole(ann_, partner, "manager"));
  EXPECT_ERROR(kPermissionDenied, kMembershipLocked,
               Update(ann_, partner, {.teams = std::vector<TeamRole>{}}));
  EXPECT_ERROR(kPermissionDenied, kMembershipLocked, Remove(ann_, provisioned));
  EXPECT_ERROR(kPermissionDenied, kMembershipLocked, Remove(ann_, partner));
  EXPECT_ERROR(kPermissionDenied, kMembershipLocked, Remove(provisioned, provisioned));
  EXPECT_ERROR(kPermissionDenied, kMembershipLocked,
               Update(ann_, member_, {.teams = std::vector<TeamRole>{{.team_slug = "theirs"}}}));
  EXPECT_ERROR(kPermissionDenied, kMembershipLocked,
               Update(ann_, admin_, {.teams = std::vector<TeamRole>{}}));
  EXPECT_EQ(Snapshot(), before);
  EXPECT_OK(Update(ann_, admin_, {.teams = std::vector<TeamRole>{{.team_slug = "kept"}}}));
  EXPECT_TRUE(Run(service().Get(acme_, role_locked, By(acme_, ann_)))->grantable_roles.empty());
}

// sso.md 155.
TEST_P(MemberServiceTest, RemovingIsToldToControlBeforeItReturns) {
  const TeamId ops = MakeTeam(acme_, "ops");
  PutIn(acme_, ops, member_);
  ASSERT_OK(Remove(manager_, member_));
  EXPECT_FALSE(Row(acme_, member_).has_value());
  EXPECT_EQ(Number("SELECT COUNT(*) FROM team_members"), 0);
  ASSERT_EQ(heard().size(), 1u);
  EXPECT_EQ(heard()[0].shard, (outbox::Shard{outbox::Scope::kOrganization, acme_.value}));
  EXPECT_EQ(heard()[0].object_id, member_.value);
  EXPECT_EQ(heard()[0].payload, (json::Object{{"user_id", 11},
                                              {"removed", true},
                                              {"actor_label", "user-9"},
                                              {"ip", "192.0.2.1"},
                                              {"correlation_id", "c-1"},
                                              {"actor_user_id", 9}}));
  const auto entry = AuditRows().back();
  EXPECT_EQ(entry.event, audit::Event::kMemberRemove);
  EXPECT_EQ(entry.target_user, UserId{11});
  EXPECT_EQ(entry.data.at("email"), "user-11@example.com");
  EXPECT_EQ(entry.data.at("role"), "member");
  EXPECT_EQ(entry.data.at("teams_slugs"), (json::Array{"ops"}));
  EXPECT_ERROR(kNotFound, kMemberNotFound, Remove(manager_, member_));
}

TEST_P(MemberServiceTest, RemovingNeedsRightAndRankAndEverybodyMayLeave) {
  const std::string before = Snapshot();
  EXPECT_ERROR(kPermissionDenied, kRoleTooHigh, Remove(manager_, owner_));
  EXPECT_ERROR(kPermissionDenied, kForbidden, Remove(member_, admin_));
  EXPECT_ERROR(kPermissionDenied, kForbidden, Remove(admin_, member_));
  EXPECT_EQ(Snapshot(), before);
  EXPECT_OK(Remove(member_, member_));
  EXPECT_OK(Remove(owner_, owner_));
  EXPECT_OK(Remove(ann_, manager_));
}

TEST_P(MemberServiceTest, TheOnlyOwnerStays) {
  ASSERT_OK(Remove(ann_, owner_));
  const MemberId pending = Invite(acme_, "boss@example.com", "approved", "owner");
  const MemberId gone = Add(acme_, UserId{15}, "owner");
  Set(gone, "user_is_active", "0");
  const std::string before = Snapshot();
  EXPECT_ERROR(kFailedPrecondition, kOnlyOwner, Remove(ann_, ann_));
  EXPECT_ERROR(kFailedPrecondition, kOnlyOwner,
               Run(service().DeleteOrganizationMember(acme_, ann_, As(UserId{1}))));
  EXPECT_EQ(Snapshot(), before) << "invited and inactive owners do not count";
  EXPECT_OK(Remove(ann_, pending));
  EXPECT_OK(SetRole(ann_, gone, "member"));
}

TEST_P(MemberServiceTest, AWithdrawnInvitationLeavesItsNonceBehind) {
  const MemberId dan = Invite(acme_, "dan@example.com");
  ASSERT_OK(Remove(manager_, dan));
  EXPECT_FALSE(Row(acme_, dan).has_value());
  EXPECT_TRUE(heard().empty()) << "nobody was a member";
  EXPECT_EQ(Number("SELECT COUNT(*) FROM invite_tombstones WHERE reason = 'revoked' AND nonce = "
                   "'nonce-" +
                   dan.ToString() + "'"),
            1);
}

TEST_P(MemberServiceTest, SetUserFillsAPendingRowOnce) {
  const MemberId dan = Invite(acme_, "dan@example.com");
  const UserCopy user{
      .user = UserId{30}, .email = "dan@example.net", .name = "Dan", .has_2fa = true};
  auto set = Run(service().SetUserForOrganizationMember(acme_, dan, user, As(UserId{30})));
  ASSERT_OK(set);
  EXPECT_EQ(set->id, dan);
  EXPECT_EQ(set->user, UserId{30});
  EXPECT_EQ(set->email, "dan@example.net");
  EXPECT_EQ(set->name, "Dan");
  EXPECT_TRUE(set->user_has_2fa);
  EXPECT_FALSE(set->invite_expires_at.has_value());
  EXPECT_EQ(AuditRows().back().event, audit::Event::kMemberAdd);

  // The user is a member already: that membership comes back, the invitation stays.
  const MemberId second = Invite(acme_, "dan2@example.com");
  const std::string before = Snapshot();
  auto again = Run(service().SetUserForOrganizationMember(acme_, second, user, As(UserId{30})));
  ASSERT_OK(again);
  EXPECT_EQ(again->id, dan);
  UserCopy eve{.user = UserId{31}, .email = "eve@example.com", .name = ""};
  for (const MemberId id : {dan, foreign_, MemberId{4711}}) {
    EXPECT_ERROR(kNotFound, kMemberNotFound,
                 Run(service().SetUserForOrganizationMember(acme_, id, eve, As(UserId{31}))));
  }
  EXPECT_EQ(Snapshot(), before);
}

TEST_P(MemberServiceTest, DeleteOrganizationMemberSaysWhetherThereWasOne) {
  const MemberId request = Invite(acme_, "eve@example.com", "requested_to_join");
  EXPECT_EQ(Run(service().DeleteOrganizationMember(acme_, member_, As(UserId{7}))), true);
  EXPECT_EQ(heard().size(), 1u);
  EXPECT_EQ(Run(service().DeleteOrganizationMember(acme_, request, As(UserId{7}))), true);
  EXPECT_EQ(heard().size(), 1u);
  const std::string before = Snapshot();
  for (const MemberId id : {member_, foreign_, MemberId{4711}}) {
    EXPECT_EQ(Run(service().DeleteOrganizationMember(acme_, id, As(UserId{7}))), false);
  }
  EXPECT_EQ(Snapshot(), before);
}

TEST_P(MemberServiceTest, FlagsChangeBitWiseUnderTheRowVersion) {
  Set(member_, "flags", std::to_string(orgs::kSsoLinked | orgs::kIdpProvisioned));
  auto changed = Run(
      service().UpdateFlags(acme_, member_, 1, orgs::kIdpRoleRestricted, orgs::kIdpProvisioned));
  ASSERT_OK(changed);
  EXPECT_EQ(changed->flags, orgs::kSsoLinked | orgs::kIdpRoleRestricted);
  EXPECT_EQ(changed->version, 2);
  EXPECT_ERROR(kConflict, kMemberChanged,
               Run(service().UpdateFlags(acme_, member_, 1, orgs::kIdpProvisioned, 0)));
  EXPECT_EQ(Row(acme_, member_)->flags, orgs::kSsoLinked | orgs::kIdpRoleRestricted);
}

// L5: a deed without its audit entry does not happen.
TEST_P(MemberServiceTest, AFailingAuditEntryUndoesTheDeed) {
  Execute("DROP TABLE audit_log");
  EXPECT_FALSE(SetRole(ann_, member_, "manager").has_value());
  EXPECT_FALSE(Remove(ann_, manager_).has_value());
  EXPECT_EQ(Role(member_), "member");
  EXPECT_EQ(Role(manager_), "manager");
  EXPECT_TRUE(heard().empty());
}

}  // namespace
}  // namespace gatehouse::members
