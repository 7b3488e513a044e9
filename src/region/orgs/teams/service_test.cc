#include "region/orgs/teams/service.h"

#include <gtest/gtest.h>

#include <barrier>
#include <thread>

#include "region/orgs/errors.h"
#include "region/orgs/members/errors.h"
#include "region/orgs/members/members_fixture.h"
#include "region/orgs/teams/errors.h"
#include "region/orgs/teams/policy.h"
#include "region/orgs/teams/service_impl.h"

namespace gatehouse::teams {
namespace {

using members::kForbidden;
using members::kMembershipLocked;

class TeamServiceTest : public members::MembersFixture {
 protected:
  void SetUp() override {
    MembersFixture::SetUp();
    if (IsSkipped()) return;
    teams_ = std::make_unique<ServiceImpl>(ServiceImpl::Parts{.db = db(),
                                                              .clock = clock(),
                                                              .ids = ids(),
                                                              .outbox = region_outbox(),
                                                              .audit = audit(),
                                                              .base_url = "https://sso.example.com",
                                                              .on_mail = [this] { ++wakes_; }});
    manager_ = Add(acme_, UserId{9}, "manager");
    admin_ = Add(acme_, UserId{10}, "admin");
    lead_ = Add(acme_, UserId{11}, "member");
    member_ = Add(acme_, UserId{12}, "member");
    ops_ = MakeTeam(acme_, "ops");
    PutIn(acme_, ops_, lead_, "admin");
    locked_ = MakeTeam(acme_, "locked", /*locked=*/true);
    other_ = MakeOrg("other", UserId{20});
    MakeTeam(other_, "theirs");
  }
  void Close() { Execute("UPDATE organizations SET flags = 0 WHERE id = " + acme_.ToString()); }
  ServiceImpl& teams() { return *teams_; }
  Result<Joined> Join(MemberId by, MemberId member, const std::string& slug = "ops") {
    return Run(teams().Join(acme_, slug, member, By(acme_, by)));
  }
  Result<void> Leave(MemberId by, MemberId member, const std::string& slug = "ops") {
    return Run(teams().Leave(acme_, slug, member, By(acme_, by)));
  }
  Result<void> SetRole(MemberId by, MemberId member, const std::string& role) {
    return Run(teams().SetRole(acme_, "ops", member, role, By(acme_, by)));
  }
  bool IsIn(MemberId member, TeamId team) {
    return Number("SELECT COUNT(*) FROM team_members WHERE team_id = " + team.ToString() +
                  " AND member_id = " + member.ToString()) == 1;
  }
  std::string RoleOf(MemberId member) {
    auto all = Run(teams().Members(acme_, "ops", std::nullopt, 100));
    EXPECT_OK(all);
    for (const TeamMember& one : *all) {
      if (one.member.id == member) return one.role;
    }
    return "";
  }
  std::int64_t OnlyRequest() {
    auto requests = Run(teams().Requests(acme_, By(acme_, manager_)));
    EXPECT_OK(requests);
    EXPECT_EQ(requests->size(), 1u);
    return requests->empty() ? 0 : requests->front().id;
  }

  MemberId manager_, admin_, lead_, member_;
  TeamId ops_, locked_;
  OrgId other_;
  int wakes_ = 0;
  std::unique_ptr<ServiceImpl> teams_;
};
GATEHOUSE_ON_ALL_ENGINES(TeamServiceTest);

TEST_P(TeamServiceTest, ListHasCountsAndTheCallersOwnPlace) {
  Close();
  ASSERT_EQ(Join(member_, member_), Joined::kRequested);
  auto mine = Run(teams().List(acme_, By(acme_, member_)));
  ASSERT_OK(mine);
  ASSERT_EQ(mine->size(), 2u);
  EXPECT_EQ((*mine)[0].slug, "locked");
  EXPECT_TRUE((*mine)[0].idp_provisioned);
  EXPECT_EQ((*mine)[1].slug, "ops");
  EXPECT_EQ((*mine)[1].member_count, 1);
  EXPECT_FALSE((*mine)[1].is_member);
  EXPECT_TRUE((*mine)[1].has_pending_request);
  auto leads = Run(teams().Get(acme_, "ops", By(acme_, lead_)));
  ASSERT_OK(leads);
  EXPECT_TRUE(leads->is_member);
  EXPECT_FALSE(leads->has_pending_request);
}

TEST_P(TeamServiceTest, CreateChecksRightSlugAndName) {
  auto made = Run(teams().Create(acme_, "", "  The Design Team! ", By(acme_, manager_)));
  ASSERT_OK(made);
  EXPECT_EQ(made->slug, "the-design-team");
  EXPECT_EQ(made->name, "The Design Team!");
  EXPECT_FALSE(made->is_member);
  EXPECT_EQ(AuditRows().back().event, audit::Event::kTeamAdd);
  EXPECT_EQ(AuditRows().back().target_object, made->id.value);
  EXPECT_EQ(AuditRows().back().data.at("slug"), "the-design-team");
  auto own = Run(teams().Create(acme_, "mine", "Mine", By(acme_, admin_)));
  ASSERT_OK(own);
  EXPECT_TRUE(own->is_member) << "who has no say in all teams is in their own";

  const std::string before = Snapshot();
  const auto create = [&](MemberId by, std::string slug, std::string name) {
    return Run(teams().Create(acme_, std::move(slug), std::move(name), By(acme_, by)));
  };
  EXPECT_ERROR(kPermissionDenied, kForbidden, create(member_, "x", "X"));
  EXPECT_ERROR(kPermissionDenied, kForbidden, create(lead_, "x", "X"));
  for (const std::string slug : {"123", "-x", "x-", "X", "a b", "new", "ä"}) {
    EXPECT_ERROR(kInvalidArgument, orgs::kSlugInvalid, create(manager_, slug, "X"));
  }
  EXPECT_ERROR(kInvalidArgument, orgs::kSlugInvalid, create(manager_, std::string(51, 'a'), "X"));
  EXPECT_ERROR(kInvalidArgument, orgs::kSlugInvalid, create(manager_, "", "!!!"));
  EXPECT_ERROR(kInvalidArgument, orgs::kNameInvalid, create(manager_, "x", " "));
  EXPECT_ERROR(kAlreadyExists, orgs::kSlugTaken, create(manager_, "ops", "Ops"));
  EXPECT_EQ(Snapshot(), before);
}

TEST_P(TeamServiceTest, UpdateAndDeleteNeedARightInThatTeam) {
  Close();
  const auto rename = [&](MemberId by, std::string slug, std::string to) {
    return Run(teams().Update(acme_, std::move(slug), to, std::nullopt, By(acme_, by)));
  };
  const auto remove = [&](MemberId by, std::string slug) {
    return Run(teams().Delete(acme_, std::move(slug), By(acme_, by)));
  };
  MakeTeam(acme_, "web");
  const std::string before = Snapshot();
  for (const MemberId nobody : {member_, admin_}) {
    EXPECT_ERROR(kPermissionDenied, kForbidden, rename(nobody, "ops", "x"));
    EXPECT_ERROR(kPermissionDenied, kForbidden, remove(nobody, "ops"));
  }
  EXPECT_ERROR(kPermissionDenied, kForbidden, rename(lead_, "web", "x"));
  EXPECT_ERROR(kPermissionDenied, kForbidden, remove(lead_, "web"));
  EXPECT_ERROR(kPermissionDenied, kMembershipLocked, rename(manager_, "locked", "x"));
  EXPECT_ERROR(kPermissionDenied, kMembershipLocked, remove(manager_, "locked"));
  EXPECT_ERROR(kAlreadyExists, orgs::kSlugTaken, rename(manager_, "ops", "web"));
  EXPECT_ERROR(kInvalidArgument, orgs::kSlugInvalid, rename(manager_, "ops", "1"));
  EXPECT_ERROR(kInvalidArgument, orgs::kNameInvalid,
               Run(teams().Update(acme_, "ops", std::nullopt, "", By(acme_, manager_))));
  EXPECT_OK(rename(manager_, "ops", "ops"));
  EXPECT_EQ(Snapshot(), before);

  auto renamed = Run(teams().Update(acme_, "ops", "sre", "SRE", By(acme_, lead_)));
  ASSERT_OK(renamed);
  EXPECT_EQ(renamed->slug, "sre");
  EXPECT_EQ(renamed->version, 2);
  EXPECT_EQ(AuditRows().back().data.at("changes"),
            (json::Object{{"name", "from ops team to SRE"}, {"slug", "from ops to sre"}}));
  ASSERT_EQ(Join(member_, member_, "sre"), Joined::kRequested);
  EXPECT_OK(remove(lead_, "sre"));
  EXPECT_EQ(AuditRows().back().event, audit::Event::kTeamRemove);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM team_members"), 0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM team_access_requests"), 0);
  EXPECT_OK(remove(manager_, "web"));
}

// AUTHZ-02: another organization's teams, members and requests answer like unknown ones.
TEST_P(TeamServiceTest, ForeignIdsAreNotFound) {
  const MemberId foreign = MemberOf(other_, UserId{20});
  Execute("UPDATE organizations SET flags = 0 WHERE id = " + other_.ToString());
  const MemberId asker = Add(other_, UserId{21});
  ASSERT_EQ(Run(teams().Join(other_, "theirs", asker, By(other_, asker))), Joined::kRequested);
  const std::int64_t request = Number("SELECT id FROM team_access_requests");
  const MemberId unapproved = Invite(acme_, "eve@example.com", "requested_to_join");
  const std::string before = Snapshot();
  const Caller ann = By(acme_, ann_);
  for (const std::string slug : {"theirs", "nowhere"}) {
    EXPECT_ERROR(kNotFound, kTeamNotFound, Run(teams().Get(acme_, slug, ann)));
    EXPECT_ERROR(kNotFound, kTeamNotFound, Run(teams().Members(acme_, slug, {}, 10)));
    EXPECT_ERROR(kNotFound, kTeamNotFound, Run(teams().Update(acme_, slug, "x", {}, ann)));
    EXPECT_ERROR(kNotFound, kTeamNotFound, Run(teams().Delete(acme_, slug, ann)));
    EXPECT_ERROR(kNotFound, kTeamNotFound, Join(ann_, member_, slug));
    EXPECT_ERROR(kNotFound, kTeamNotFound, Leave(ann_, member_, slug));
    EXPECT_ERROR(kNotFound, kTeamNotFound,
                 Run(teams().SetRole(acme_, slug, member_, "admin", ann)));
  }
  for (const MemberId id : {foreign, unapproved, MemberId{4711}}) {
    EXPECT_ERROR(kNotFound, members::kMemberNotFound, Join(ann_, id));
    EXPECT_ERROR(kNotFound, members::kMemberNotFound, Leave(ann_, id));
    EXPECT_ERROR(kNotFound, members::kMemberNotFound, SetRole(ann_, id, "admin"));
  }
  for (const std::int64_t id : {request, std::int64_t{4711}}) {
    EXPECT_ERROR(kNotFound, kRequestNotFound, Run(teams().Decide(acme_, id, true, ann)));
  }
  EXPECT_TRUE(Run(teams().Requests(acme_, ann))->empty());
  EXPECT_EQ(Snapshot(), before);
}

// sso.md 157, open membership.
TEST_P(TeamServiceTest, WithOpenMembershipEverybodyMayJoinAndAdd) {
  EXPECT_EQ(Join(member_, member_), Joined::kAdded);
  const auto entry = AuditRows().back();
  EXPECT_EQ(entry.event, audit::Event::kMemberJoinTeam);
  EXPECT_EQ(entry.target_user, UserId{12});
  EXPECT_EQ(entry.data, (json::Object{{"team_slug", "ops"},
                                      {"member_id", member_.value},
                                      {"email", "user-12@example.com"},
                                      {"is_active", true}}));
  EXPECT_EQ(Join(member_, member_), Joined::kAlready);
  EXPECT_EQ(Join(member_, admin_), Joined::kAdded);
  EXPECT_EQ(Join(member_, Invite(acme_, "dan@example.com")), Joined::kAdded);
  const auto entries = AuditRows().size();
  ASSERT_OK(Leave(member_, member_));
  EXPECT_FALSE(IsIn(member_, ops_));
  EXPECT_EQ(AuditRows().back().event, audit::Event::kMemberLeaveTeam);
  ASSERT_OK(Leave(member_, member_));
  EXPECT_EQ(AuditRows().size(), entries + 1) << "not in the team: nothing";
}

// sso.md 157, closed membership.
TEST_P(TeamServiceTest, WithClosedMembershipARequestIsLeftOnceAndMailed) {
  Close();
  EXPECT_EQ(Join(member_, member_), Joined::kRequested);
  EXPECT_FALSE(IsIn(member_, ops_));
  std::set<std::string> to;
  for (const auto& mail : Mails()) to.emplace(mail.payload.at("to").as_string());
  EXPECT_EQ(to, (std::set<std::string>{"user-7@example.com", "user-9@example.com",
                                       "user-11@example.com"}));
  EXPECT_EQ(wakes_, 1);
  EXPECT_EQ(Join(member_, member_), Joined::kRequested);
  EXPECT_EQ(Mails().size(), 3u) << "asked already";
  EXPECT_EQ(Join(admin_, admin_), Joined::kRequested) << "an admin has a say in their own teams";
  EXPECT_EQ(Join(member_, admin_), Joined::kRequested);

  EXPECT_EQ(Join(manager_, manager_), Joined::kAdded);
  EXPECT_EQ(Join(lead_, member_), Joined::kAdded);
  EXPECT_EQ(
      Number("SELECT COUNT(*) FROM team_access_requests WHERE member_id = " + member_.ToString()),
      0)
      << "settled";
  EXPECT_EQ(Join(ann_, admin_), Joined::kAdded);
  const MemberId another = Add(acme_, UserId{13});
  EXPECT_EQ(Join(admin_, another), Joined::kAdded) << "now it is their own team";
  EXPECT_ERROR(kPermissionDenied, kForbidden, Leave(another, member_));
  EXPECT_OK(Leave(lead_, another));
  EXPECT_OK(Leave(admin_, member_));
  EXPECT_OK(Leave(manager_, admin_));
}

// INV-20: also a request from before the provider took the team over.
TEST_P(TeamServiceTest, ATeamOfTheProvidersIsLockedForOldRequestsToo) {
  Close();
  ASSERT_EQ(Join(member_, member_), Joined::kRequested);
  const std::int64_t request = OnlyRequest();
  Execute("UPDATE teams SET idp_provisioned = 1");
  const std::string before = Snapshot();
  EXPECT_ERROR(kPermissionDenied, kMembershipLocked, Join(ann_, member_));
  EXPECT_ERROR(kPermissionDenied, kMembershipLocked, Leave(ann_, lead_));
  EXPECT_ERROR(kPermissionDenied, kMembershipLocked, Leave(lead_, lead_));
  EXPECT_EQ(Join(ann_, lead_), Joined::kAlready);
  EXPECT_ERROR(kPermissionDenied, kMembershipLocked,
               Run(teams().Decide(acme_, request, true, By(acme_, ann_))));
  EXPECT_EQ(Snapshot(), before);
  EXPECT_OK(Run(teams().Decide(acme_, request, false, By(acme_, ann_))));
}

TEST_P(TeamServiceTest, RequestsAreSeenAndDecidedByThoseWithAuthority) {
  Close();
  ASSERT_EQ(Join(member_, member_), Joined::kRequested);
  ASSERT_EQ(Join(member_, admin_), Joined::kRequested);
  const auto seen = [&](MemberId by) {
    auto requests = Run(teams().Requests(acme_, By(acme_, by)));
    EXPECT_OK(requests);
    return requests ? requests->size() : 99;
  };
  EXPECT_EQ(seen(ann_), 2u);
  EXPECT_EQ(seen(manager_), 2u);
  EXPECT_EQ(seen(lead_), 2u);
  EXPECT_EQ(seen(admin_), 0u) << "not their own team";
  EXPECT_EQ(seen(member_), 0u);
  auto requests = Run(teams().Requests(acme_, By(acme_, lead_)));
  ASSERT_OK(requests);
  EXPECT_EQ((*requests)[0].member.id, member_);
  EXPECT_EQ((*requests)[0].team.slug, "ops");
  EXPECT_FALSE((*requests)[0].requester.has_value());
  EXPECT_EQ((*requests)[1].member.id, admin_);
  EXPECT_EQ((*requests)[1].requester, UserId{12});

  const std::string before = Snapshot();
  for (const MemberId nobody : {member_, admin_}) {
    EXPECT_ERROR(kPermissionDenied, kForbidden,
                 Run(teams().Decide(acme_, (*requests)[0].id, true, By(acme_, nobody))));
  }
  EXPECT_EQ(Snapshot(), before);

  const auto mails = Mails().size();
  ASSERT_OK(Run(teams().Decide(acme_, (*requests)[0].id, true, By(acme_, lead_))));
  EXPECT_TRUE(IsIn(member_, ops_));
  EXPECT_EQ(AuditRows().back().event, audit::Event::kMemberJoinTeam);
  ASSERT_EQ(Mails().size(), mails + 1);
  EXPECT_EQ(Mails().back().payload.at("to"), "user-12@example.com");
  EXPECT_ERROR(kNotFound, kRequestNotFound,
               Run(teams().Decide(acme_, (*requests)[0].id, true, By(acme_, lead_))));
  const auto entries = AuditRows().size();
  ASSERT_OK(Run(teams().Decide(acme_, (*requests)[1].id, false, By(acme_, manager_))));
  EXPECT_FALSE(IsIn(admin_, ops_));
  EXPECT_EQ(AuditRows().size(), entries);
  EXPECT_EQ(seen(ann_), 0u);
}

// sso.md 158, AUTHZ-09.
TEST_P(TeamServiceTest, TeamRolesAreSetByThoseAboveAndStoredAboveTheMinimumOnly) {
  PutIn(acme_, ops_, member_);
  PutIn(acme_, ops_, admin_);
  PutIn(acme_, ops_, ann_);
  EXPECT_EQ(RoleOf(member_), "contributor");
  EXPECT_EQ(RoleOf(admin_), "admin");
  EXPECT_EQ(RoleOf(ann_), "admin");
  const MemberId outside = Add(acme_, UserId{13});
  const std::string before = Snapshot();
  EXPECT_ERROR(kInvalidArgument, members::kTeamRoleUnknown, SetRole(ann_, member_, "captain"));
  EXPECT_ERROR(kInvalidArgument, members::kTeamRoleUnknown, SetRole(ann_, member_, ""));
  EXPECT_ERROR(kNotFound, kNotInTeam, SetRole(ann_, outside, "admin"));
  EXPECT_ERROR(kPermissionDenied, kForbidden, SetRole(member_, member_, "admin"));
  EXPECT_ERROR(kPermissionDenied, kForbidden, SetRole(outside, member_, "admin"));
  EXPECT_ERROR(kPermissionDenied, members::kRoleTooHigh, SetRole(lead_, admin_, "contributor"));
  EXPECT_ERROR(kPermissionDenied, members::kRoleTooHigh, SetRole(admin_, ann_, "contributor"));
  EXPECT_OK(SetRole(ann_, admin_, "admin"));
  EXPECT_OK(SetRole(ann_, admin_, "contributor"));
  EXPECT_EQ(Snapshot(), before) << "what the organization role gives is not stored";
  for (const MemberId by : {ann_, lead_, admin_}) {
    ASSERT_OK(SetRole(by, member_, "admin"));
    EXPECT_EQ(RoleOf(member_), "admin");
    EXPECT_EQ(AuditRows().back().event, audit::Event::kMemberEdit);
    EXPECT_EQ(AuditRows().back().data.at("changes"),
              (json::Object{{"team_role", "from contributor to admin"}}));
    ASSERT_OK(SetRole(by, member_, "contributor"));
    EXPECT_EQ(RoleOf(member_), "contributor");
  }
}

// AUTHZ-06.
TEST_P(TeamServiceTest, ATokenWithLessHasNoRightsFromAPlaceInATeam) {
  Close();
  Caller token = By(acme_, lead_);
  token.scopes = {"org:read", "team:read", "member:read"};
  const std::string before = Snapshot();
  EXPECT_ERROR(kPermissionDenied, kForbidden,
               Run(teams().Update(acme_, "ops", "x", std::nullopt, token)));
  EXPECT_ERROR(kPermissionDenied, kForbidden, Run(teams().Delete(acme_, "ops", token)));
  EXPECT_EQ(Snapshot(), before);
  EXPECT_EQ(Run(teams().Join(acme_, "ops", member_, token)), Joined::kRequested);
}

TEST_P(TeamServiceTest, MembersOfATeamArePagedAndRequestsAreNotAmongThem) {
  PutIn(acme_, ops_, member_);
  PutIn(acme_, ops_, manager_);
  PutIn(acme_, ops_, Invite(acme_, "eve@example.com", "requested_to_be_invited"));
  std::vector<MemberId> seen;
  std::optional<MemberId> after;
  for (;;) {
    auto page = Run(teams().Members(acme_, "ops", after, 2));
    ASSERT_OK(page);
    if (page->empty()) break;
    EXPECT_LE(page->size(), 2u);
    for (const TeamMember& one : *page) seen.push_back(one.member.id);
    after = seen.back();
  }
  EXPECT_EQ(seen, (std::vector<MemberId>{manager_, lead_, member_}));
}

// A row that refers to one that is just being deleted: never an internal error, never a leftover.
TEST_P(TeamServiceTest, JoiningATeamThatIsJustBeingDeletedEndsCleanly) {
  constexpr int kRounds = 200;
  const Caller ann = By(acme_, ann_);
  const Caller member = By(acme_, member_);
  Result<Joined> joined;
  Result<void> deleted;
  std::barrier gate(2);
  std::jthread second([&] {
    for (int i = 0; i < kRounds; ++i) {
      gate.arrive_and_wait();
      joined = Run(teams().Join(acme_, "brief", member_, member));
      gate.arrive_and_wait();
    }
  });
  for (int i = 0; i < kRounds; ++i) {
    MakeTeam(acme_, "brief");
    gate.arrive_and_wait();
    deleted = Run(teams().Delete(acme_, "brief", ann));
    gate.arrive_and_wait();
    EXPECT_OK(deleted);
    if (!joined) EXPECT_EQ(joined.error().reason, kTeamNotFound) << joined.error().detail;
    EXPECT_EQ(Number("SELECT COUNT(*) FROM team_members WHERE member_id = " + member_.ToString()),
              0);
  }
}

TEST(TeamRolesTest, TheOrganizationRoleGivesAMinimum) {
  EXPECT_EQ(MinimumTeamRole("member"), "contributor");
  for (const std::string role : {"admin", "manager", "owner"}) {
    EXPECT_EQ(MinimumTeamRole(role), "admin");
    EXPECT_EQ(EffectiveTeamRole(role, std::nullopt), "admin");
  }
  EXPECT_EQ(EffectiveTeamRole("member", "admin"), "admin");
  EXPECT_EQ(EffectiveTeamRole("member", std::nullopt), "contributor");
  ASSERT_EQ(TeamRoles().size(), 2u);
  EXPECT_EQ(TeamRoles()[0].id, "contributor");
  EXPECT_EQ(TeamRoles()[1].id, "admin");
  EXPECT_EQ(SlugFrom("  Ünï -- Team 7 "), "n-team-7");
}

}  // namespace
}  // namespace gatehouse::teams
