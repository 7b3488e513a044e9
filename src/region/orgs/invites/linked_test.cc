// The effect of a log-in through the organization's provider: the same rules as at the link (H8).

#include <gtest/gtest.h>

#include <chrono>

#include "platform/sql/testing/faulty_database.h"
#include "region/orgs/invites/service_fixture.h"

namespace gatehouse::invites {
namespace {

using namespace std::chrono_literals;

class MemberLinkedTest : public InvitesFixture {
 protected:
  struct Login {
    UserId user = kNew;
    std::string email = "new@example.com";
    std::string verified_email = "";
    std::string role = "";
    std::optional<Ticket> ticket = std::nullopt;
  };
  Result<void> Apply(const Login& login) { return Apply(login, ++effect_); }
  Result<void> Apply(const Login& login, std::int64_t effect) {
    const Invitee invitee = Person(login.user, login.email);
    return Run(invites().ApplyMemberLinked(effect, org_, invitee.user, login.verified_email,
                                           login.role, login.ticket, ActorOf(invitee)));
  }

  std::int64_t effect_ = 900;
};
GATEHOUSE_ON_ALL_ENGINES(MemberLinkedTest);

TEST_P(MemberLinkedTest, LinkingAMemberClearsInvalidAndAddsNobody) {
  Execute("UPDATE organization_members SET flags = 10 WHERE user_id = 9");
  ASSERT_OK(Apply({.user = kMember, .email = "mia@example.com", .role = "owner"}));
  EXPECT_EQ(Find(org_, kMember)->flags, orgs::kSsoLinked | orgs::kIdpProvisioned);
  EXPECT_EQ(Find(org_, kMember)->role, "member") << "a member who is there keeps the role";
  ASSERT_OK(Apply({}));
  EXPECT_FALSE(Find(org_, kNew).has_value());
  EXPECT_TRUE(NewEntries().empty());
}

TEST_P(MemberLinkedTest, LinkingWithARoleAddsTheMissingMemberAudited) {
  ASSERT_OK(Apply({.role = "manager"}));
  const auto member = Find(org_, kNew);
  ASSERT_TRUE(member.has_value());
  EXPECT_EQ(member->role, "manager");
  EXPECT_EQ(member->flags, orgs::kSsoLinked);
  EXPECT_EQ(member->email, "new@example.com");
  EXPECT_EQ(member->name, "Nina");
  ASSERT_EQ(NewEntries().size(), 1u);
  EXPECT_EQ(NewEntries()[0].event, audit::Event::kMemberAdd);
  EXPECT_EQ(NewEntries()[0].target_user, kNew);
  EXPECT_EQ(Signals("member_joined"), 1u);
}

TEST_P(MemberLinkedTest, AGoodTicketBringsItsInvitation) {
  const Invite invite = Invited("somebody@example.com", "manager");
  ForgetEntries();
  ASSERT_OK(Apply({.role = "member", .ticket = TicketOf(invite)}));
  const auto member = Find(org_, kNew);
  ASSERT_TRUE(member.has_value());
  EXPECT_EQ(member->id, invite.member.id);
  EXPECT_EQ(member->role, "manager");
  EXPECT_EQ(member->flags, orgs::kSsoLinked);
  ASSERT_EQ(NewEntries().size(), 1u);
  EXPECT_EQ(NewEntries()[0].event, audit::Event::kMemberAccept);
  EXPECT_EQ(Signals("member_joined"), 1u);
  EXPECT_ERROR(kFailedPrecondition, kInviteGone, Look(TicketOf(invite)));
}

// H8: wrong, expired, regenerated and accepted tickets open nothing here either.
TEST_P(MemberLinkedTest, ABadTicketIsNoInvitation) {
  const Invite regenerated = Invited("a@example.com", "owner");
  ASSERT_OK(Run(invites().Regenerate(org_, regenerated.member.id, As(kOwner))));
  const Invite accepted = Invited("b@example.com", "owner");
  ASSERT_OK(Accept(TicketOf(accepted), Person(UserId{21})));
  const Invite expired = Invited("c@example.com", "owner");
  clock().Advance(24h * 30);
  const Invite live = Invited("d@example.com", "owner");
  ForgetEntries();
  const std::pair<Ticket, std::string_view> kBad[] = {
      {TicketOf(regenerated), kInviteGone},
      {TicketOf(accepted), kInviteGone},
      {TicketOf(expired), kInviteGone},
      {{.member = live.member.id, .token = std::string(43, 'A')}, kInviteInvalid},
      {{.member = live.member.id, .token = ""}, kInviteInvalid}};
  const std::string before = Digest();
  for (const auto& [ticket, reason] : kBad) {
    ASSERT_OK(Apply({.ticket = ticket}));
    EXPECT_FALSE(Find(org_, kNew).has_value());
    ExpectRefusal(reason);
  }
  EXPECT_EQ(Digest(), before);
  // Provisioning is the provider's own right, and gives its own role.
  ASSERT_OK(Apply({.role = "member", .ticket = TicketOf(expired)}));
  EXPECT_EQ(Find(org_, kNew)->role, "member");
}

// INV-06, H8: an address counts only if the provider vouches for it.
TEST_P(MemberLinkedTest, OnlyAVerifiedAddressFindsAnInvitation) {
  const Invite invite = Invited("new@example.com", "manager");
  ForgetEntries();
  ASSERT_OK(Apply({}));
  EXPECT_FALSE(Find(org_, kNew).has_value());
  ASSERT_OK(Apply({.verified_email = "New@Example.com"}));
  const auto member = Find(org_, kNew);
  ASSERT_TRUE(member.has_value());
  EXPECT_EQ(member->id, invite.member.id);
  EXPECT_EQ(member->role, "manager");
}

TEST_P(MemberLinkedTest, ARequestIsNoInvitation) {
  ASSERT_OK(
      Run(invites().Request(org_, {.email = "new@example.com", .role = "owner"}, As(kMember))));
  ASSERT_OK(Apply({.verified_email = "new@example.com"}));
  EXPECT_FALSE(Find(org_, kNew).has_value());
  // Who comes in by the provider's right needs the request no more.
  ASSERT_OK(Apply({.verified_email = "new@example.com", .role = "member"}));
  EXPECT_EQ(Find(org_, kNew)->role, "member");
  EXPECT_TRUE(Run(invites().ListPending(org_, As(kOwner)))->empty());
}

TEST_P(MemberLinkedTest, AnExpiredInvitationIsNotFoundByAddress) {
  Invited("new@example.com", "owner");
  clock().Advance(24h * 30);
  ASSERT_OK(Apply({.verified_email = "new@example.com"}));
  EXPECT_FALSE(Find(org_, kNew).has_value());
  ASSERT_OK(Apply({.verified_email = "new@example.com", .role = "member"}));
  EXPECT_EQ(Find(org_, kNew)->role, "member");
}

// The role is checked against the inviter's on this path, too.
TEST_P(MemberLinkedTest, AnInviterWhoLostTheRightGrantsTheDefaultRole) {
  const Invite invite = Invited("x@example.com", "manager", kManager);
  Execute("UPDATE organization_members SET role = 'member' WHERE user_id = 8");
  ASSERT_OK(Apply({.ticket = TicketOf(invite)}));
  EXPECT_EQ(Find(org_, kNew)->role, "member");
}

// INV-05, INV-09
TEST_P(MemberLinkedTest, TheOrganizationsRulesHoldForTicketsOfTheProvider) {
  const Invite invite = Invited("x@example.com", "manager");
  SetOptions({{"bind_invites_to_email", true}});
  ASSERT_OK(Apply({.email = "x@example.com", .ticket = TicketOf(invite)}));
  EXPECT_FALSE(Find(org_, kNew).has_value()) << "the provider vouches for no address";
  ExpectRefusal(kEmailUnverified);
  ASSERT_OK(Apply(
      {.email = "x@example.com", .verified_email = "y@example.com", .ticket = TicketOf(invite)}));
  ExpectRefusal(kInviteEmailMismatch);
  Execute("UPDATE organizations SET flags = flags | 16");
  ASSERT_OK(Apply({.verified_email = "x@example.com", .ticket = TicketOf(invite)}));
  EXPECT_FALSE(Find(org_, kNew).has_value());
}

// INV-10
TEST_P(MemberLinkedTest, AMembersTicketIsDropped) {
  const Invite invite = Invited("alias@example.com", "owner");
  ForgetEntries();
  ASSERT_OK(Apply({.user = kMember, .email = "mia@example.com", .ticket = TicketOf(invite)}));
  EXPECT_EQ(Find(org_, kMember)->role, "member");
  EXPECT_EQ(Find(org_, kMember)->flags, orgs::kSsoLinked);
  ExpectRefusal(kAlreadyMember);
  EXPECT_TRUE(Run(invites().ListPending(org_, As(kOwner)))->empty());
}

TEST_P(MemberLinkedTest, ARepeatedEffectChangesNothing) {
  const Invite invite = Invited("x@example.com");
  const Login logins[] = {
      {.user = kMember, .email = "mia@example.com"},
      {.user = UserId{21}, .email = "p@example.com", .role = "manager"},
      {.user = UserId{22}, .email = "q@example.com", .ticket = TicketOf(invite)}};
  for (const Login& login : logins) {
    ASSERT_OK(Apply(login, ++effect_));
    const std::string once = Digest();
    const std::size_t entries = AuditRows().size();
    ASSERT_OK(Apply(login, effect_));
    EXPECT_EQ(Digest(), once);
    EXPECT_EQ(AuditRows().size(), entries);
  }
}

// A failure at any statement or commit, then the second delivery: all of it once, nothing twice.
TEST_P(MemberLinkedTest, ADeliveryThatFailsAnywhereIsAppliedOnceByTheNext) {
  sql::FaultyDatabase faulty(db());
  const auto service = BuildInvites(faulty);
  for (std::size_t moment = 1;; ++moment) {
    ASSERT_LT(moment, 100u);
    SCOPED_TRACE(moment);
    const UserId user{2000 + static_cast<std::int64_t>(moment)};
    const Invite invite = Invited("p" + std::to_string(moment) + "@example.com", "manager");
    ForgetEntries();
    const std::size_t signals = Signals("member_joined");
    const Invitee invitee = Person(user, "p@example.com");
    const auto apply = [&](std::int64_t effect) {
      return Run(service->ApplyMemberLinked(effect, org_, invitee.user, "", "", TicketOf(invite),
                                            ActorOf(invitee)));
    };
    ++effect_;
    faulty.Arm(moment, sql::Fault::kError);
    const auto first = apply(effect_);
    const bool fired = faulty.fired();
    faulty.Disarm();
    EXPECT_EQ(first.has_value(), !fired);
    ASSERT_OK(apply(effect_));
    EXPECT_EQ(Find(org_, user)->role, "manager");
    EXPECT_EQ(CountEntries(audit::Event::kMemberAccept), 1u);
    EXPECT_EQ(NewEntries().size(), 1u);
    EXPECT_EQ(Signals("member_joined"), signals + 1);
    if (!fired) break;
  }
}

TEST_P(MemberLinkedTest, WhatIsNotAnEffectIsRefusedAndAGoneOrganizationEndsQuietly) {
  EXPECT_ERROR(kInvalidArgument, orgs::kRoleUnknown, Apply({.role = "king"}));
  EXPECT_ERROR(kInvalidArgument, orgs::kEffectInvalid, Apply({.user = UserId{}}));
  const std::string before = Digest();
  EXPECT_OK(Run(invites().ApplyMemberLinked(77, OrgId{31337}, Person().user, "", "member",
                                            std::nullopt, {})));
  EXPECT_EQ(Digest(), before);
}

TEST_P(MemberLinkedTest, SignalsReachTheOrganizationOnce) {
  const Invite invite = Invited("x@example.com");
  ASSERT_OK(Accept(TicketOf(invite)));
  outbox::Drainer drainer(outbox::Half::kRegion, db(), clock(), {});
  orgs::Service* receiver = &orgs();
  drainer.Register(outbox::Category::kSendSignal, [receiver](outbox::Message m) {
    return receiver->ApplySignal(m.id, OrgId{m.shard.id},
                                 std::string(m.payload.at("signal").as_string()),
                                 json::Serialize(m.payload.at("args").as_object()));
  });
  const auto drop = [](outbox::Message) -> Task<void> { co_return Result<void>(); };
  drainer.Register(outbox::Category::kMail, drop);
  drainer.Register(outbox::Category::kOrganizationUpdate, drop);
  for (int i = 0; i < 4; ++i) ASSERT_OK(Run(drainer.DrainDue()));
  EXPECT_EQ(Number("SELECT times FROM organization_adoption WHERE feature = 'members'"), 1);
  EXPECT_EQ(Number("SELECT times FROM organization_adoption WHERE feature = 'invitations'"), 1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM region_outbox"), 0);
}

}  // namespace
}  // namespace gatehouse::invites
