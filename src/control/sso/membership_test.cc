// Single sign-on and membership: invitations followed through the provider, removed members, and
// what the two halves tell each other.

#include "control/sso/login_fixture.h"

namespace gatehouse::sso::fixture {
namespace {

class MembershipTest : public LoginTest {
 protected:
  members::Caller CallerFor(const users::User& user) {
    orgs::Member member = *MemberOf(user);
    return {.actor = {user.id, user.username, "10.0.0.1", "correlation-2"},
            .member = member.id,
            .scopes = orgs::ScopesOf(Acme(), member.role)};
  }
  static invites::Ticket TicketOf(const invites::Invite& invite) {
    // {base}/accept/{slug}/{member}/{token}/
    std::string link = invite.link.substr(0, invite.link.size() - 1);
    return {invite.member.id, link.substr(link.rfind('/') + 1)};
  }
  invites::Invite Invite(const std::string& email, const std::string& role = "manager") {
    std::vector<invites::NewInvite> wanted{{.email = email, .role = role}};
    auto made = Run(house_->invites->Create(acme_, wanted, CallerFor(owner_)));
    EXPECT_OK(made);
    return made->front();
  }
  bool IsPending(const invites::Invite& invite) {
    return Number("SELECT COUNT(*) FROM organization_members WHERE user_id IS NULL AND id = " +
                  invite.member.id.ToString()) == 1;
  }
  // A person nobody knows comes through the provider.
  std::optional<orgs::Member> Arrive(const std::string& subject, const std::string& email,
                                     bool verified, std::optional<invites::Ticket> ticket) {
    Asserts(subject, email);
    house_->provider->next.email_verified = verified;
    Browser browser = Anonymous();
    EXPECT_OK(LogInThroughProvider(browser, std::move(ticket)));
    auto made = Run(house_->sso->ConfirmNewUser(ClientOf(browser), Acme()));
    EXPECT_OK(made);
    if (!made) return std::nullopt;
    house_->DrainAll();
    return Run(house_->orgs->CheckMembership(acme_, made->session->session.user)).value();
  }
  Result<void> Remove(const users::User& user) {
    return Run(house_->members->Remove(acme_, MemberOf(user)->id, CallerFor(owner_)));
  }
};
GATEHOUSE_ON_ALL_ENGINES(MembershipTest);

TEST_P(MembershipTest, AGoodTicketBringsItsRole) {
  auto invite = Invite("nina@acme.test");
  auto member = Arrive("subject-n", "nina@elsewhere.test", false, TicketOf(invite));
  ASSERT_TRUE(member.has_value());
  EXPECT_EQ(member->role, "manager");
  EXPECT_TRUE(member->sso_linked());
  EXPECT_FALSE(IsPending(invite));
  EXPECT_EQ(std::ranges::count(AuditEvents(), audit::Event::kMemberAccept), 1);
}

// H8: single sign-on accepts an invitation by the rules of the ordinary acceptance.
TEST_P(MembershipTest, AWrongTicketBringsTheDefaultRoleOnly) {
  auto invite = Invite("nina@acme.test");
  auto ticket = TicketOf(invite);
  ticket.token[0] = ticket.token[0] == 'A' ? 'B' : 'A';
  auto member = Arrive("subject-n", "nina@elsewhere.test", true, ticket);
  ASSERT_TRUE(member.has_value());
  EXPECT_EQ(member->role, "member");
  EXPECT_TRUE(IsPending(invite));
}

TEST_P(MembershipTest, AnExpiredTicketBringsTheDefaultRoleOnly) {
  auto invite = Invite("nina@acme.test");
  clock().Advance(std::chrono::hours(24 * 30) + std::chrono::seconds(1));
  auto member = Arrive("subject-n", "nina@elsewhere.test", true, TicketOf(invite));
  ASSERT_TRUE(member.has_value());
  EXPECT_EQ(member->role, "member");
}

TEST_P(MembershipTest, ARegeneratedInvitationsOldTicketBringsTheDefaultRoleOnly) {
  auto invite = Invite("nina@acme.test");
  auto fresh = Run(house_->invites->Regenerate(acme_, invite.member.id, CallerFor(owner_)));
  ASSERT_OK(fresh);
  auto member = Arrive("subject-n", "nina@elsewhere.test", true, TicketOf(invite));
  ASSERT_TRUE(member.has_value());
  EXPECT_EQ(member->role, "member");
  EXPECT_TRUE(IsPending(invite));
  auto second = Arrive("subject-o", "olga@elsewhere.test", true, TicketOf(*fresh));
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->role, "manager");
}

// INV-06, L3: an address that the provider does not call verified proves no mailbox.
TEST_P(MembershipTest, AnUnverifiedAddressTakesNobodysInvitation) {
  auto invite = Invite("nina@acme.test");
  auto member = Arrive("subject-n", "nina@acme.test", false, std::nullopt);
  ASSERT_TRUE(member.has_value());
  EXPECT_EQ(member->role, "member");
  EXPECT_TRUE(IsPending(invite));
}

TEST_P(MembershipTest, AVerifiedAddressTakesItsInvitation) {
  auto invite = Invite("nina@acme.test");
  auto member = Arrive("subject-n", "Nina@acme.test", true, std::nullopt);
  ASSERT_TRUE(member.has_value());
  EXPECT_EQ(member->role, "manager");
  EXPECT_FALSE(IsPending(invite));
}

TEST_P(MembershipTest, AMemberWhoFollowsAnInvitationKeepsTheMembership) {  // INV-10
  Browser linked = LinkedMember();
  house_->DrainAll();
  auto invite = Invite("other-address@acme.test", "owner");
  auto done = LogInThroughProvider(linked, TicketOf(invite));
  ASSERT_OK(done);
  house_->DrainAll();
  EXPECT_EQ(MemberOf(member_)->role, "member");
  EXPECT_TRUE(MemberOf(member_)->sso_linked());
}

TEST_P(MembershipTest, TheTicketIsSealedInThePipeline) {
  auto ticket = TicketOf(Invite("nina@acme.test"));
  ASSERT_OK(StartLogin(Anonymous(), ticket));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM sso_pipelines WHERE data LIKE '%" + ticket.token + "%'"),
            0);
}

// L12, INV-22: what a removed member's log-in relied on is gone before the answer.
TEST_P(MembershipTest, ARemovedMembersIdentityAndProofsGo) {
  Browser linked = LinkedMember();
  house_->DrainAll();
  // The provider's proof is the session's only one.
  Browser by_sso = Anonymous();
  Asserts("subject-m", member_.email);
  ASSERT_OK(LogInThroughProvider(by_sso));
  EXPECT_OK(Run(house_->authn->FromSession(by_sso.session->token)));  // cached now
  ASSERT_OK(Remove(member_));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM auth_identities WHERE user_id = " + member_.id.ToString()),
            0);
  EXPECT_ERROR(kUnauthenticated, "session_invalid",
               Run(house_->authn->FromSession(by_sso.session->token)));
  auto own = Run(house_->authn->FromSession(linked.session->token));
  ASSERT_OK(own);  // their account is theirs
  EXPECT_EQ((*own)->session->SsoProof(acme_), nullptr);
  auto rows = AuditRows();
  auto unlinked = std::ranges::find(rows, audit::Event::kSsoIdentityUnlink, &test::AuditRow::event);
  ASSERT_NE(unlinked, rows.end());
  EXPECT_EQ(unlinked->target_user, member_.id);
  EXPECT_EQ(unlinked->actor, owner_.id);
  EXPECT_EQ(unlinked->organization, acme_);
  // Once more changes nothing.
  const std::string before = StateDigest();
  ASSERT_OK(Run(house_->sso->ApplyMemberRemoved(acme_, member_.id, {})));
  EXPECT_EQ(StateDigest(), before);
  // The owner's link, and everybody else's, is untouched.
  EXPECT_EQ(Count("auth_identities"), 1);
  EXPECT_FALSE(StateFor(admin_, owner_).needs_sso());
}

TEST_P(MembershipTest, ALogInThatWaitsForItsSecondFactorEndsWithTheMembership) {
  LinkedMember();
  house_->DrainAll();
  Enrol(member_);
  Browser fresh = Anonymous();
  auto step = LogInThroughProvider(fresh);
  ASSERT_OK(step);
  ASSERT_OK(Remove(member_));
  EXPECT_ERROR(kUnauthenticated, "pending_login_invalid", AnswerSecondFactor(step->pending_token));
}

TEST_P(MembershipTest, ADisabledProviderLeavesNoLogInWaiting) {
  LinkedMember();
  house_->DrainAll();
  Enrol(member_);
  Browser fresh = Anonymous();
  auto step = LogInThroughProvider(fresh);
  ASSERT_OK(step);
  ASSERT_OK(Run(house_->sso->Disable(ClientOf(admin_), Acme())));
  EXPECT_ERROR(kUnauthenticated, "pending_login_invalid", AnswerSecondFactor(step->pending_token));
}

TEST_P(MembershipTest, RemovalInOneOrganizationLeavesTheOthersAlone) {  // SETUP-35
  LinkedMember();
  house_->DrainAll();
  ASSERT_OK(Run(house_->sso->ApplyMemberRemoved(other_, member_.id, {})));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM auth_identities WHERE user_id = " + member_.id.ToString()),
            1);
}

TEST_P(MembershipTest, ANewNameReachesTheMemberList) {
  ASSERT_OK(Run(house_->users->Rename(member_.id, "Mira Member")));
  house_->DrainAll();
  EXPECT_EQ(MemberOf(member_)->name, "Mira Member");
  Enrol(member_);
  ASSERT_OK(Write([&](sql::Tx& tx) {
    return house_->user_store.TellRegions(tx, house_->control_outbox, member_.id);
  }));
  house_->DrainAll();
  EXPECT_TRUE(MemberOf(member_)->user_has_2fa);
}

TEST_P(MembershipTest, ANewUsersNameComesWithTheLink) {
  auto member = Arrive("subject-n", "nina@elsewhere.test", true, std::nullopt);
  ASSERT_TRUE(member.has_value());
  EXPECT_EQ(member->name, "Somebody");
  EXPECT_EQ(member->email, "nina@elsewhere.test");
}

}  // namespace
}  // namespace gatehouse::sso::fixture
