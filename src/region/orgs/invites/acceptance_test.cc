// Links: what they offer, whom they let in, and when they are dead.

#include <gtest/gtest.h>

#include <chrono>

#include "region/orgs/invites/service_fixture.h"
#include "region/orgs/store.h"

namespace gatehouse::invites {
namespace {

using namespace std::chrono_literals;

class AcceptanceTest : public InvitesFixture {};
GATEHOUSE_ON_ALL_ENGINES(AcceptanceTest);

TEST_P(AcceptanceTest, TheInvitedPersonBecomesAMember) {
  Team(org_, "design");
  auto invite = InviteOne({.email = "new@example.com",
                           .role = "manager",
                           .teams = {{.team_slug = "design", .role = std::nullopt}}});
  ASSERT_OK(invite);
  ForgetEntries();
  const auto member = Accept(TicketOf(*invite), Person(kNew, "other@example.com"));
  ASSERT_OK(member);
  EXPECT_EQ(member->id, invite->member.id);
  EXPECT_EQ(member->user, kNew);
  EXPECT_EQ(member->role, "manager");
  EXPECT_EQ(member->email, "other@example.com");
  EXPECT_EQ(member->name, "Nina");
  EXPECT_FALSE(member->invite_expires_at.has_value());
  EXPECT_EQ(Find(org_, kNew)->id, member->id);

  const auto entries = NewEntries();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].event, audit::Event::kMemberAccept);
  EXPECT_EQ(entries[0].actor, kNew);
  EXPECT_EQ(entries[0].target_user, kNew);
  EXPECT_EQ(entries[0].target_object, member->id.value);
  EXPECT_EQ(entries[0].data.at("email").as_string(), "new@example.com") << "who was invited";
  EXPECT_EQ(Signals("member_joined"), 1u);
}

// INV-01, 118
TEST_P(AcceptanceTest, AWrongTokenIsInvalidForLookingAndAccepting) {
  const Invite invite = Invited("new@example.com");
  const Invite other = Invited("other@example.com");
  const auto request = Run(invites().Request(org_, {.email = "asked@example.com"}, As(kMember)));
  ASSERT_OK(request);
  ForgetEntries();
  const std::string right = TicketOf(invite).token;
  const std::string before = Digest();
  const std::pair<MemberId, std::string> kWrong[] = {
      {invite.member.id, ""},
      {invite.member.id, right.substr(1)},
      {invite.member.id, right + "A"},
      {invite.member.id, std::string(43, 'A')},
      {invite.member.id, TicketOf(other).token},
      {other.member.id, right},
      {MemberId{4711}, right},
      {Find(org_, kMember)->id, right},
      {request->member.id, right},
  };
  for (const auto& [member, token] : kWrong) {
    const Ticket ticket{.member = member, .token = token};
    EXPECT_ERROR(kNotFound, kInviteInvalid, Look(ticket, Person(), {}, "203.0.113.1"));
    ExpectRefusal(kInviteInvalid);
    EXPECT_ERROR(kNotFound, kInviteInvalid, Accept(ticket));
    ExpectRefusal(kInviteInvalid);
  }
  EXPECT_EQ(Digest(), before);
  EXPECT_ERROR(kNotFound, kInviteInvalid,
               Run(invites().Look("nowhere", TicketOf(invite), Person(), {}, "203.0.113.2")));
  EXPECT_ERROR(kNotFound, kInviteInvalid,
               Run(invites().Accept("nowhere", TicketOf(invite), Person(), {}, ActorOf(Person()))));
}

// INV-01
TEST_P(AcceptanceTest, TenGuessesAMinuteFromOneNetwork) {
  const Invite invite = Invited("new@example.com");
  ForgetEntries();
  const Ticket wrong{.member = invite.member.id, .token = std::string(43, 'A')};
  for (int i = 0; i < 30; ++i) {
    const auto looked = Look(wrong, std::nullopt, {}, "198.51.100.7");
    if (i < 10) {
      EXPECT_ERROR(kNotFound, kInviteInvalid, looked);
    } else {
      EXPECT_ERROR(kResourceExhausted, kRateLimited, looked);
    }
  }
  EXPECT_EQ(NewEntries().size(), 10u) << "a stranger does not fill the audit log";
  // Even with the right one: who guesses learns nothing. Accept counts on the same network.
  EXPECT_ERROR(kResourceExhausted, kRateLimited,
               Look(TicketOf(invite), std::nullopt, {}, "198.51.100.7"));
  EXPECT_ERROR(kResourceExhausted, kRateLimited, Accept(TicketOf(invite)));
  EXPECT_OK(Look(TicketOf(invite), std::nullopt, {}, "198.51.100.8"));
  clock().Advance(1min);
  EXPECT_OK(Accept(TicketOf(invite)));
}

TEST_P(AcceptanceTest, GuessesWhileAcceptingCountToo) {
  const Invite invite = Invited("new@example.com");
  const Ticket wrong{.member = invite.member.id, .token = std::string(43, 'A')};
  for (int i = 0; i < 10; ++i) EXPECT_ERROR(kNotFound, kInviteInvalid, Accept(wrong));
  EXPECT_ERROR(kResourceExhausted, kRateLimited, Accept(wrong));
}

// INV-02
TEST_P(AcceptanceTest, OneInvitationServesOneAccount) {
  const Invite invite = Invited("new@example.com");
  const Invite other = Invited("other@example.com");
  ASSERT_OK(Accept(TicketOf(invite)));
  ForgetEntries();
  const std::string before = Digest();
  // The ticket of the first one, as it was, and pointed at another invitation.
  EXPECT_ERROR(kFailedPrecondition, kInviteGone,
               Accept(TicketOf(invite), Person(UserId{21}, "second@example.com")));
  ExpectRefusal(kInviteGone);
  EXPECT_ERROR(kNotFound, kInviteInvalid,
               Accept({.member = other.member.id, .token = TicketOf(invite).token},
                      Person(UserId{21}, "second@example.com")));
  ExpectRefusal(kInviteInvalid);
  EXPECT_EQ(Digest(), before);
  EXPECT_FALSE(Find(org_, UserId{21}).has_value());
}

// INV-03, 124
TEST_P(AcceptanceTest, AcceptedRevokedAndExpiredLinksAreGone) {
  const Invite accepted = Invited("a@example.com");
  ASSERT_OK(Accept(TicketOf(accepted)));
  const Invite revoked = Invited("b@example.com");
  ASSERT_OK(Write([&](sql::Tx& tx) -> Result<void> {
    GH_TRY_VOID(members::store::BuryInvite(tx, org_, revoked.member.id, "revoked", clock().Now()));
    GH_TRY_VOID(members::store::Delete(tx, org_, revoked.member.id));
    return {};
  }));
  const Invite expired = Invited("c@example.com");
  clock().Advance(24h * 30 - 1s);
  EXPECT_OK(Look(TicketOf(expired)));
  clock().Advance(1s);
  const std::pair<const Invite*, std::string> kDead[] = {
      {&accepted, "accepted"}, {&revoked, "revoked"}, {&expired, "expired"}};
  ForgetEntries();
  const std::string before = Digest();
  for (const auto& [invite, why] : kDead) {
    const Invitee late = Person(UserId{33}, "late@example.com");
    EXPECT_ERROR(kFailedPrecondition, kInviteGone, Look(TicketOf(*invite)));
    ASSERT_EQ(NewEntries().size(), 1u);
    EXPECT_EQ(NewEntries()[0].data.at("why").as_string(), why);
    ExpectRefusal(kInviteGone);
    EXPECT_ERROR(kFailedPrecondition, kInviteGone, Accept(TicketOf(*invite), late));
    ExpectRefusal(kInviteGone);
    EXPECT_ERROR(kNotFound, kInviteInvalid,
                 Look({.member = invite->member.id, .token = std::string(43, 'A')}));
    ForgetEntries();
  }
  EXPECT_EQ(Digest(), before);
}

// INV-16, 130
TEST_P(AcceptanceTest, TheOldLinkDiesWhenItIsRegenerated) {
  const Invite first = Invited("new@example.com");
  const auto second = Run(invites().Regenerate(org_, first.member.id, As(kOwner)));
  ASSERT_OK(second);
  EXPECT_NE(second->link, first.link);
  EXPECT_ERROR(kFailedPrecondition, kInviteGone, Look(TicketOf(first)));
  EXPECT_ERROR(kFailedPrecondition, kInviteGone, Accept(TicketOf(first)));
  ASSERT_OK(Accept(TicketOf(*second)));
  EXPECT_ERROR(kFailedPrecondition, kInviteGone, Look(TicketOf(first)));
}

// INV-17
TEST_P(AcceptanceTest, AMailScannerChangesNothing) {
  const Invite invite = Invited("new@example.com");
  ForgetEntries();
  const std::string before = Digest();
  for (int i = 0; i < 50; ++i) ASSERT_OK(Look(TicketOf(invite)));
  EXPECT_EQ(Digest(), before);
  EXPECT_TRUE(NewEntries().empty());
  EXPECT_EQ(Number("SELECT COUNT(*) FROM rate_limits WHERE bucket LIKE 'invite/wrong%'"), 0);
  EXPECT_OK(Accept(TicketOf(invite)));
}

// 119, 122
TEST_P(AcceptanceTest, TheOfferSaysWhatIsMissing) {
  const Invite invite = Invited("new@example.com", "manager");
  auto offer = Look(TicketOf(invite));
  ASSERT_OK(offer);
  EXPECT_EQ(offer->organization.slug, "acme");
  EXPECT_EQ(offer->member.role, "manager");
  EXPECT_EQ(offer->missing, (std::vector<Step>{Step::kLogIn}));
  EXPECT_TRUE(Look(TicketOf(invite), Person())->missing.empty());

  const SsoFacts required{.provider_exists = true};
  EXPECT_EQ(Look(TicketOf(invite), std::nullopt, required)->missing,
            (std::vector<Step>{Step::kLogIn, Step::kSso}));
  EXPECT_EQ(Look(TicketOf(invite), Person(), required)->missing, (std::vector<Step>{Step::kSso}));
  const SsoFacts optional{.provider_exists = true, .allow_unlinked = true};
  EXPECT_TRUE(Look(TicketOf(invite), Person(), optional)->missing.empty());

  SetOptions({{"require_2fa", true}, {"require_email_verification", true}});
  Invitee bare = Person();
  bare.email_verified = false;
  EXPECT_EQ(Look(TicketOf(invite), bare, required)->missing,
            (std::vector<Step>{Step::kSso, Step::kTwoFactor, Step::kVerifyEmail}));

  const Invitee member = Person(kMember, "mia@example.com");
  offer = Look(TicketOf(invite), member, required);
  ASSERT_OK(offer);
  EXPECT_TRUE(offer->already_member);
  EXPECT_TRUE(offer->missing.empty());
}

// INV-08, 113, 115, 116
TEST_P(AcceptanceTest, RequiredSsoWantsAValidIdentityAtThisProvider) {
  const Invite invite = Invited("new@example.com");
  ForgetEntries();
  const std::string before = Digest();
  EXPECT_ERROR(kPermissionDenied, kSsoRequired,
               Accept(TicketOf(invite), Person(), {.provider_exists = true}));
  ExpectRefusal(kSsoRequired);
  EXPECT_EQ(Digest(), before);
  EXPECT_OK(Accept(TicketOf(invite), Person(),
                   {.provider_exists = true, .user_has_valid_identity = true}));
  const Invite optional = Invited("b@example.com");
  EXPECT_OK(Accept(TicketOf(optional), Person(UserId{21}, "b@example.com"),
                   {.provider_exists = true, .allow_unlinked = true}));
}

// INV-09, 127
TEST_P(AcceptanceTest, RequiredSecondFactor) {
  const Invite invite = Invited("new@example.com");
  Execute("UPDATE organizations SET flags = flags | 16");
  ForgetEntries();
  const std::string before = Digest();
  EXPECT_ERROR(kPermissionDenied, kNeeds2fa, Accept(TicketOf(invite)));
  ExpectRefusal(kNeeds2fa);
  EXPECT_EQ(Digest(), before);
  Invitee enrolled = Person();
  enrolled.user.has_2fa = true;
  const auto member = Accept(TicketOf(invite), enrolled);
  ASSERT_OK(member);
  EXPECT_TRUE(member->user_has_2fa);
}

// INV-06
TEST_P(AcceptanceTest, AnUnverifiedAddressWaitsWhereItMatters) {
  const Invite invite = Invited("new@example.com");
  Invitee unverified = Person();
  unverified.email_verified = false;
  SetOptions({{"bind_invites_to_email", true}});
  const std::string before = Digest();
  EXPECT_ERROR(kPermissionDenied, kEmailUnverified, Accept(TicketOf(invite), unverified));
  ExpectRefusal(kEmailUnverified);
  EXPECT_EQ(Digest(), before);
  SetOptions({{"bind_invites_to_email", false}, {"require_email_verification", true}});
  const std::string again = Digest();
  EXPECT_ERROR(kPermissionDenied, kEmailUnverified, Accept(TicketOf(invite), unverified));
  EXPECT_EQ(Digest(), again);
  SetOptions({{"require_email_verification", false}});
  EXPECT_OK(Accept(TicketOf(invite), unverified));
}

// INV-05
TEST_P(AcceptanceTest, ABoundInvitationIsForItsAddressOnly) {
  const Invite invite = Invited("new@example.com");
  SetOptions({{"bind_invites_to_email", true}});
  const std::string before = Digest();
  const Invitee other = Person(kNew, "other@example.com");
  EXPECT_ERROR(kPermissionDenied, kInviteEmailMismatch, Accept(TicketOf(invite), other));
  ExpectRefusal(kInviteEmailMismatch);
  EXPECT_EQ(Digest(), before);
  EXPECT_TRUE(Look(TicketOf(invite), other)->email_mismatch);
  EXPECT_FALSE(Look(TicketOf(invite), Person(kNew, "New@Example.COM"))->email_mismatch);
  EXPECT_OK(Accept(TicketOf(invite), Person(kNew, "New@Example.COM")));
}

// INV-10, 112
TEST_P(AcceptanceTest, AMemberKeepsTheirMembershipAndTheInvitationGoes) {
  const Invite invite = Invited("alias@example.com", "manager");
  ForgetEntries();
  const orgs::Member before = *Find(org_, kMember);
  const auto member =
      Accept(TicketOf(invite), Person(kMember, "mia@example.com"), {.provider_exists = true});
  ASSERT_OK(member);
  EXPECT_EQ(member->id, before.id);
  EXPECT_EQ(member->role, "member");
  EXPECT_EQ(member->version, before.version);
  ExpectRefusal(kAlreadyMember);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM organization_members WHERE email IS NOT NULL"), 0);
  EXPECT_EQ(Signals("member_joined"), 0u);
  EXPECT_ERROR(kFailedPrecondition, kInviteGone, Accept(TicketOf(invite)));
}

// INV-12 at acceptance: the right to grant the role is asked again.
TEST_P(AcceptanceTest, AnInviterWhoLostTheRightGrantsTheDefaultRole) {
  Team(org_, "design");
  const auto by_manager = [&](const std::string& email) {
    auto made = InviteOne(
        {.email = email, .role = "manager", .teams = {{.team_slug = "design", .role = "admin"}}},
        kManager);
    EXPECT_OK(made);
    return TicketOf(*made);
  };
  const Ticket first = by_manager("a@example.com");
  const Ticket second = by_manager("b@example.com");
  const Ticket third = by_manager("c@example.com");
  EXPECT_EQ(Accept(first, Person(UserId{21}))->role, "manager");

  Execute("UPDATE organization_members SET role = 'member' WHERE user_id = 8");
  ForgetEntries();
  const auto demoted = Accept(second, Person(UserId{22}));
  ASSERT_OK(demoted);
  EXPECT_EQ(demoted->role, "member");
  ASSERT_EQ(NewEntries().size(), 1u);
  EXPECT_EQ(NewEntries()[0].data.at("changes").as_object().at("role").as_string(),
            "from manager to member");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM team_members WHERE role IS NOT NULL AND member_id = " +
                   demoted->id.ToString()),
            0)
      << "nor an admin of a team";

  Execute("DELETE FROM organization_members WHERE user_id = 8");
  EXPECT_EQ(Accept(third, Person(UserId{23}))->role, "member") << "the inviter has left";
}

TEST_P(AcceptanceTest, TheDefaultRoleNeverRaisesAnInvitation) {
  const Invite invite = Invited("new@example.com", "member", kManager);
  ASSERT_OK(Run(orgs().UpdateDefaultRole(org_, "manager", Ann())));
  Execute("DELETE FROM organization_members WHERE user_id = 8");
  EXPECT_EQ(Accept(TicketOf(invite))->role, "member");
}

// An owner put on hold for want of a second factor comes back as one.
TEST_P(AcceptanceTest, AMembershipOnHoldComesBackAsItWas) {
  Add(org_, UserId{30}, "olga@example.com", "owner");
  const MemberId id = Find(org_, UserId{30})->id;
  ASSERT_OK(Write([&](sql::Tx& tx) {
    return members::store::MakePending(tx, org_, id, "nonce-1", clock().Now() + 24h);
  }));
  const auto listed = Run(invites().ListPending(org_, As(kOwner)));
  ASSERT_OK(listed);
  ASSERT_EQ(listed->size(), 1u);
  const auto member = Accept(TicketOf(listed->front()), Person(UserId{30}, "olga@example.com"));
  ASSERT_OK(member);
  EXPECT_EQ(member->id, id);
  EXPECT_EQ(member->role, "owner");
}

// 131
TEST_P(AcceptanceTest, TheNightlyJobDeletesExpiredInvitationsOnly) {
  const Invite old = Invited("old@example.com");
  const auto request = Run(invites().Request(org_, {.email = "asked@example.com"}, As(kMember)));
  ASSERT_OK(request);
  const Invite claimed = Invited("claimed@example.com");
  ASSERT_OK(Accept(TicketOf(claimed)));
  const OrgId other = MakeOrg("other", UserId{50});
  std::vector<NewInvite> one(1, NewInvite{.email = "far@example.com"});
  ASSERT_OK(Run(invites().Create(other, one, As(other, UserId{50}))));
  clock().Advance(24h * 20);
  const Invite fresh = Invited("fresh@example.com");
  clock().Advance(24h * 10 + 1s);
  EXPECT_EQ(*Run(invites().DeleteExpired(clock().Now())), 2);
  EXPECT_EQ(*Run(invites().DeleteExpired(clock().Now())), 0);
  EXPECT_ERROR(kFailedPrecondition, kInviteGone, Look(TicketOf(old)));
  EXPECT_OK(Look(TicketOf(fresh)));
  EXPECT_TRUE(Find(org_, kNew).has_value());
  EXPECT_EQ(Run(invites().ListPending(org_, As(kOwner)))->size(), 2u);
  clock().Advance(24h * 91);
  ASSERT_OK(Run(invites().DeleteExpired(clock().Now() - 24h * 365)));
  // Forgotten after 90 days.
  EXPECT_ERROR(kNotFound, kInviteInvalid, Look(TicketOf(old)));
}

TEST_P(AcceptanceTest, MoreExpiredOnesThanABatch) {
  for (int i = 0; i < 5; ++i) {
    std::vector<NewInvite> batch;
    for (int k = 0; k < 100; ++k) {
      batch.push_back({.email = "p" + std::to_string(i * 100 + k) + "@example.com"});
    }
    ASSERT_OK(Run(invites().Create(org_, batch, As(kOwner))));
    clock().Advance(24h);
  }
  clock().Advance(24h * 31);
  EXPECT_EQ(*Run(invites().DeleteExpired(clock().Now())), 500);
}

}  // namespace
}  // namespace gatehouse::invites
