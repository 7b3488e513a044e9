// Inviting: who may, whom, with what; links, limits, mails.

#include <gtest/gtest.h>

#include <chrono>

#include "region/orgs/invites/service_fixture.h"

namespace gatehouse::invites {
namespace {

using namespace std::chrono_literals;

class CreateInvitesTest : public InvitesFixture {};
GATEHOUSE_ON_ALL_ENGINES(CreateInvitesTest);

// 139
TEST_P(CreateInvitesTest, AnInvitationIsAPendingRowAMailAndAnEntry) {
  Team(org_, "design");
  auto made = InviteOne({.email = " New@Example.com ",
                         .role = "manager",
                         .teams = {{.team_slug = "design", .role = std::nullopt}}});
  ASSERT_OK(made);
  EXPECT_TRUE(made->member.pending());
  EXPECT_EQ(made->member.email, "new@example.com");
  EXPECT_EQ(made->member.role, "manager");
  EXPECT_EQ(made->inviter, kOwner);
  EXPECT_EQ(made->expires_at, clock().Now() + 24h * 30);
  ASSERT_EQ(made->teams.size(), 1u);
  EXPECT_TRUE(made->link.starts_with("https://sso.example.com/accept/acme/" +
                                     made->member.id.ToString() + "/"))
      << made->link;

  ASSERT_EQ(Mails().size(), 1u);
  const auto mail = Mails().front();
  EXPECT_EQ(mail.payload.at("to").as_string(), "new@example.com");
  EXPECT_EQ(mail.payload.at("subject").as_string(), "Join The acme company on Gatehouse");
  for (const char* part : {"text", "html"}) {
    const std::string words(mail.payload.at(part).as_string());
    EXPECT_TRUE(words.contains(made->link)) << words;
    EXPECT_TRUE(words.contains("Ann Owner")) << words;
  }

  const auto entries = NewEntries();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].event, audit::Event::kMemberInvite);
  EXPECT_EQ(entries[0].actor, kOwner);
  EXPECT_EQ(entries[0].target_object, made->member.id.value);
  EXPECT_EQ(entries[0].data.at("email").as_string(), "new@example.com");
  const std::string data = json::Serialize(entries[0].data);
  EXPECT_FALSE(data.contains(TicketOf(*made).token)) << "no secret in the audit log";
  EXPECT_EQ(Signals("member_invited"), 1u);
}

// 145
TEST_P(CreateInvitesTest, WithoutMailNothingLeaves) {
  auto made = InviteOne({.email = "new@example.com", .send_mail = false});
  ASSERT_OK(made);
  EXPECT_TRUE(Mails().empty());
  EXPECT_OK(Look(TicketOf(*made)));
}

TEST_P(CreateInvitesTest, AllOrNone) {
  const std::string before = Digest();
  std::vector<NewInvite> several;
  several.push_back({.email = "a@example.com"});
  several.push_back({.email = "b@example.com", .teams = {{.team_slug = "nowhere", .role = {}}}});
  EXPECT_ERROR(kInvalidArgument, members::kTeamUnknown,
               Run(invites().Create(org_, several, As(kOwner))));
  EXPECT_EQ(Digest(), before);
  several[1].teams.clear();
  auto made = Run(invites().Create(org_, several, As(kOwner)));
  ASSERT_OK(made);
  EXPECT_EQ(made->size(), 2u);
}

// 149
TEST_P(CreateInvitesTest, WhatIsNotValidIsNamed) {
  const std::string before = Digest();
  for (const char* bad :
       {"", "nobody", "a@b@c", "a b@example.com", "a@example.com\nBcc: x@y.z", "ü@example.com"}) {
    EXPECT_ERROR(kInvalidArgument, kEmailInvalid, InviteOne({.email = bad}));
  }
  EXPECT_ERROR(kInvalidArgument, orgs::kRoleUnknown,
               InviteOne({.email = "a@example.com", .role = "king"}));
  EXPECT_ERROR(kInvalidArgument, members::kRoleRetired,
               InviteOne({.email = "a@example.com", .role = "admin"}));
  Team(org_, "design");
  EXPECT_ERROR(
      kInvalidArgument, members::kTeamRoleUnknown,
      InviteOne({.email = "a@example.com", .teams = {{.team_slug = "design", .role = "emperor"}}}));
  EXPECT_EQ(Digest(), before);
}

TEST_P(CreateInvitesTest, MembersAndInvitedPeopleAreNotInvitedTwice) {
  EXPECT_ERROR(kAlreadyExists, kAlreadyMember, InviteOne({.email = "MIA@example.com"}));
  Invited("new@example.com");
  const auto again = InviteOne({.email = "new@example.com"});
  EXPECT_ERROR(kAlreadyExists, kAlreadyMember, again);
  EXPECT_EQ(again.error().detail, "new@example.com");
  std::vector<NewInvite> twice(2, NewInvite{.email = "b@example.com"});
  EXPECT_ERROR(kAlreadyExists, kAlreadyMember, Run(invites().Create(org_, twice, As(kOwner))));
  // Another organization's invitation is its own business.
  const OrgId other = MakeOrg("other", UserId{50});
  std::vector<NewInvite> one(1, NewInvite{.email = "new@example.com"});
  EXPECT_OK(Run(invites().Create(other, one, As(other, UserId{50}))));
}

// INV-12, 136
TEST_P(CreateInvitesTest, NobodyGrantsMoreThanTheyHave) {
  const std::string before = Digest();
  EXPECT_ERROR(kPermissionDenied, members::kRoleTooHigh,
               InviteOne({.email = "a@example.com", .role = "owner"}, kManager));
  ExpectRefusal(members::kRoleTooHigh);
  EXPECT_ERROR(kPermissionDenied, members::kForbidden,
               InviteOne({.email = "a@example.com"}, kMember));
  ExpectRefusal(members::kForbidden);
  EXPECT_EQ(Digest(), before);
  EXPECT_OK(InviteOne({.email = "a@example.com", .role = "manager"}, kManager));
  EXPECT_OK(InviteOne({.email = "b@example.com", .role = "owner"}, kOwner));
}

// 146
TEST_P(CreateInvitesTest, ATokenWithTheRightToInviteInvitesPlainMembersOnly) {
  members::Caller token = As(kOwner);
  token.scopes = {"member:write"};
  std::vector<NewInvite> one(1, NewInvite{.email = "a@example.com", .role = "manager"});
  EXPECT_ERROR(kPermissionDenied, members::kRoleTooHigh, Run(invites().Create(org_, one, token)));
  one[0].role = "member";
  EXPECT_OK(Run(invites().Create(org_, one, token)));
  token.scopes = {"member:read"};
  one[0].email = "b@example.com";
  EXPECT_ERROR(kPermissionDenied, members::kForbidden, Run(invites().Create(org_, one, token)));
}

// 142
TEST_P(CreateInvitesTest, InvitationsSwitchedOff) {
  SetOptions({{"allow_invites", false}});
  const std::string before = Digest();
  EXPECT_ERROR(kPermissionDenied, kInvitesDisabled, InviteOne({.email = "a@example.com"}));
  ExpectRefusal(kInvitesDisabled);
  EXPECT_EQ(Digest(), before);
}

// INV-13
TEST_P(CreateInvitesTest, AnotherOrganizationsTeamIsUnknown) {
  const OrgId other = MakeOrg("other", UserId{50});
  Team(other, "theirs");
  ForgetEntries();
  const std::string before = Digest();
  EXPECT_ERROR(kInvalidArgument, members::kTeamUnknown,
               InviteOne({.email = "a@example.com",
                          .teams = {{.team_slug = "theirs", .role = std::nullopt}}}));
  ExpectRefusal(members::kTeamUnknown);
  EXPECT_EQ(Digest(), before);
}

// INV-20
TEST_P(CreateInvitesTest, ATeamOfTheProviderTakesNoInvitation) {
  Team(org_, "synced", /*provisioned=*/true);
  const std::string before = Digest();
  EXPECT_ERROR(kPermissionDenied, members::kMembershipLocked,
               InviteOne({.email = "a@example.com",
                          .teams = {{.team_slug = "synced", .role = std::nullopt}}}));
  ExpectRefusal(members::kMembershipLocked);
  EXPECT_EQ(Digest(), before);
}

TEST_P(CreateInvitesTest, ACallerOfAnotherOrganizationHasNoRightsHere) {
  const OrgId other = MakeOrg("other", UserId{50});
  std::vector<NewInvite> one(1, NewInvite{.email = "a@example.com"});
  EXPECT_ERROR(kPermissionDenied, members::kForbidden,
               Run(invites().Create(org_, one, As(other, UserId{50}))));
  const Invite invite = Invited("b@example.com");
  EXPECT_ERROR(kNotFound, members::kMemberNotFound,
               Run(invites().Resend(other, invite.member.id, As(other, UserId{50}))));
  EXPECT_ERROR(kNotFound, members::kMemberNotFound,
               Run(invites().Regenerate(other, invite.member.id, As(other, UserId{50}))));
}

// 143
TEST_P(CreateInvitesTest, AnInvitationReplacesTheRequestsForItsAddress) {
  ASSERT_OK(Run(invites().Request(org_, {.email = "a@example.com"}, As(kMember))));
  ASSERT_OK(Run(invites().RequestToJoin("acme", "b@example.com", false, {})));
  Invited("a@example.com");
  Invited("b@example.com");
  const auto pending = Run(invites().ListPending(org_, As(kOwner)));
  ASSERT_OK(pending);
  ASSERT_EQ(pending->size(), 2u);
  for (const Invite& invite : *pending) EXPECT_EQ(invite.status, Status::kApproved);
}

// INV-19
TEST_P(CreateInvitesTest, FiveHundredInvitationsAreStoppedAtAHundred) {
  int made = 0;
  for (int i = 0; i < 25; ++i) {
    std::vector<NewInvite> batch;
    for (int k = 0; k < 20; ++k) {
      batch.push_back({.email = "p" + std::to_string(i * 20 + k) + "@example.com"});
    }
    const auto result = Run(invites().Create(org_, batch, As(i % 2 == 0 ? kOwner : kManager)));
    if (result) {
      made += 20;
    } else {
      EXPECT_ERROR(kResourceExhausted, kRateLimited, result);
    }
  }
  EXPECT_EQ(made, 100);
  EXPECT_EQ(Mails().size(), 100u);
  EXPECT_EQ(CountEntries(audit::Event::kInviteRefused), 20u);
  // Others are not affected, and a day later neither are we.
  const OrgId other = MakeOrg("other", UserId{50});
  std::vector<NewInvite> one(1, NewInvite{.email = "z@example.com"});
  EXPECT_OK(Run(invites().Create(other, one, As(other, UserId{50}))));
  clock().Advance(24h);
  EXPECT_OK(Run(invites().Create(org_, one, As(kOwner))));
}

// INV-19
TEST_P(CreateInvitesTest, OneAddressGetsTenMailsADay) {
  const Invite invite = Invited("new@example.com");
  int sent = 1;
  for (int i = 0; i < 50; ++i) {
    if (Run(invites().Resend(org_, invite.member.id, As(kOwner)))) ++sent;
  }
  EXPECT_EQ(sent, 10);
  EXPECT_EQ(Mails().size(), 10u);
  EXPECT_ERROR(kResourceExhausted, kRateLimited,
               Run(invites().Regenerate(org_, invite.member.id, As(kOwner))));
  // A refused regeneration kills no link.
  EXPECT_OK(Look(TicketOf(invite)));
}

// 151
TEST_P(CreateInvitesTest, ResendingMailsTheSameLink) {
  const Invite invite = Invited("new@example.com");
  const auto again = Run(invites().Resend(org_, invite.member.id, As(kManager)));
  ASSERT_OK(again);
  EXPECT_EQ(again->link, invite.link);
  const auto subjects = MailsTo("new@example.com");
  ASSERT_EQ(subjects.size(), 2u);
  EXPECT_EQ(subjects[1], "Reminder: join The acme company on Gatehouse");
  EXPECT_ERROR(kPermissionDenied, members::kForbidden,
               Run(invites().Resend(org_, invite.member.id, As(kMember))));
  EXPECT_ERROR(kNotFound, members::kMemberNotFound,
               Run(invites().Resend(org_, MemberId{4711}, As(kOwner))));
  EXPECT_ERROR(kFailedPrecondition, kAlreadyMember,
               Run(invites().Resend(org_, Find(org_, kMember)->id, As(kOwner))));
  const auto request = Run(invites().Request(org_, {.email = "a@example.com"}, As(kMember)));
  ASSERT_OK(request);
  EXPECT_ERROR(kNotFound, members::kMemberNotFound,
               Run(invites().Resend(org_, request->member.id, As(kOwner))));
}

// 152
TEST_P(CreateInvitesTest, AMemberWhoIsNotLinkedIsMailedTheWay) {
  const MemberId member = Find(org_, kMember)->id;
  ASSERT_OK(Run(invites().SendLink(org_, member, "Acme ID", As(kManager))));
  const auto subjects = MailsTo("mia@example.com");
  ASSERT_EQ(subjects.size(), 1u);
  EXPECT_TRUE(subjects[0].starts_with("Action Required")) << subjects[0];
  EXPECT_EQ(json::GetString(NewEntries().back().data, "again"), "to link the account");
  EXPECT_ERROR(kPermissionDenied, members::kForbidden,
               Run(invites().SendLink(org_, member, "Acme ID", As(kMember))));
  EXPECT_ERROR(kNotFound, members::kMemberNotFound,
               Run(invites().SendLink(org_, MemberId{4711}, "Acme ID", As(kOwner))));
  const Invite invite = Invited("new@example.com");
  EXPECT_ERROR(kNotFound, members::kMemberNotFound,
               Run(invites().SendLink(org_, invite.member.id, "Acme ID", As(kOwner))));
  Execute("UPDATE organization_members SET flags = 1 WHERE user_id = 9");
  EXPECT_ERROR(kFailedPrecondition, kAlreadyMember,
               Run(invites().SendLink(org_, member, "Acme ID", As(kOwner))));
  Execute("UPDATE organization_members SET flags = 0 WHERE user_id = 9");
  for (int i = 1; i < 10; ++i) {
    EXPECT_OK(Run(invites().SendLink(org_, member, "Acme ID", As(kOwner))));
  }
  EXPECT_ERROR(kResourceExhausted, kRateLimited,
               Run(invites().SendLink(org_, member, "Acme ID", As(kOwner))));
}

// 151
TEST_P(CreateInvitesTest, AnExpiredInvitationIsRegeneratedNotResent) {
  const Invite invite = Invited("new@example.com");
  clock().Advance(24h * 30);
  EXPECT_ERROR(kFailedPrecondition, kInviteExpired,
               Run(invites().Resend(org_, invite.member.id, As(kOwner))));
  members::Caller no_admin = As(kOwner);
  no_admin.scopes = {"member:write"};
  EXPECT_ERROR(kPermissionDenied, members::kForbidden,
               Run(invites().Regenerate(org_, invite.member.id, no_admin)));
  const auto fresh = Run(invites().Regenerate(org_, invite.member.id, As(kOwner)));
  ASSERT_OK(fresh);
  EXPECT_FALSE(fresh->expired);
  EXPECT_EQ(fresh->expires_at, clock().Now() + 24h * 30);
  EXPECT_OK(Accept(TicketOf(*fresh)));
}

// A manager who saw the link of an owner's invitation could become an owner.
TEST_P(CreateInvitesTest, ALinkIsShownOnlyToThoseWhoMayGrantItsRole) {
  const Invite invite = Invited("boss@example.com", "owner", kOwner);
  EXPECT_FALSE(invite.link.empty());
  const auto seen = [&](UserId user) {
    const auto pending = Run(invites().ListPending(org_, As(user)));
    EXPECT_OK(pending);
    return pending && pending->size() == 1 ? pending->front().link : "none listed";
  };
  EXPECT_EQ(seen(kOwner), invite.link);
  EXPECT_EQ(seen(kManager), "");
  EXPECT_EQ(seen(kMember), "");
  EXPECT_EQ(Run(invites().Resend(org_, invite.member.id, As(kManager)))->link, "");
  EXPECT_EQ(Run(invites().Regenerate(org_, invite.member.id, As(kManager)))->link, "");
}

TEST_P(CreateInvitesTest, PendingRowsAreListedByStatusAndAddress) {
  Team(org_, "design");
  ASSERT_OK(
      InviteOne({.email = "z@example.com", .teams = {{.team_slug = "design", .role = "admin"}}}));
  Invited("b@example.com");
  ASSERT_OK(Run(invites().Request(org_, {.email = "c@example.com"}, As(kMember))));
  ASSERT_OK(Run(invites().RequestToJoin("acme", "a@example.com", false, {})));
  clock().Advance(24h * 30);
  auto pending = Run(invites().ListPending(org_, As(kMember)));
  ASSERT_OK(pending);
  std::string order;
  for (const Invite& invite : *pending) order += invite.member.email.substr(0, 1);
  EXPECT_EQ(order, "bzca");
  EXPECT_TRUE((*pending)[0].expired);
  ASSERT_EQ((*pending)[1].teams.size(), 1u);
  EXPECT_EQ((*pending)[1].teams[0].role, "admin");
  EXPECT_FALSE((*pending)[2].expired);
  EXPECT_EQ((*pending)[2].inviter, kMember);

  SetOptions({{"allow_join_requests", false}});
  pending = Run(invites().ListPending(org_, As(kMember)));
  ASSERT_OK(pending);
  EXPECT_EQ(pending->size(), 3u) << "requests to join are hidden while none are taken";
}

}  // namespace
}  // namespace gatehouse::invites
