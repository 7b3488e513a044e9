// Single sign-on together with a second factor: the account's own, and the provider's word for one.

#include "control/sso/login_fixture.h"

namespace gatehouse::sso::fixture {
namespace {

class SecondFactorTest : public LoginTest {
 protected:
  Result<authn::PendingLogin> Pending(const std::string& token) {
    return Read([&](sql::Tx& tx) { return house_->session_store.FindPending(tx, token); });
  }
  // Edits the provider so that it must vouch for a second factor.
  Result<Step> Require(const Browser& browser) {
    GH_TRY(Step started, Run(house_->sso->BeginSetup(ClientOf(browser), Acme(), "oidc", "Acme IdP",
                                                     {{"issuer", "https://idp.test"},
                                                      {"client_id", "c"},
                                                      {"require_second_factor", "on"}})));
    GH_TRY_VOID(Return(browser, started));
    return Run(house_->sso->FinishSetup(ClientOf(browser), Acme()));
  }
};
GATEHOUSE_ON_ALL_ENGINES(SecondFactorTest);

// AUTH-07
TEST_P(SecondFactorTest, TheProvidersWordAloneOpensNothingForAnAccountWithASecondFactor) {
  LinkedMember();
  Enrol(member_);
  const std::int64_t sessions = Count("sessions");
  Browser fresh = Anonymous();
  auto step = LogInThroughProvider(fresh);
  ASSERT_OK(step);
  EXPECT_FALSE(step->session.has_value());
  EXPECT_EQ(*step->redirect, "/auth/2fa/");
  EXPECT_EQ(Count("sessions"), sessions);
  EXPECT_ERROR(kUnauthenticated, "session_invalid",
               Run(house_->authn->FromSession(step->pending_token)));
  auto pending = Pending(step->pending_token);
  ASSERT_OK(pending);
  EXPECT_EQ(pending->next, "/organizations/acme/");
  EXPECT_EQ(pending->proof.kind, authn::ProofKind::kSso);

  auto session = AnswerSecondFactor(step->pending_token);
  ASSERT_OK(session);
  fresh.session = *session;
  EXPECT_FALSE(StateFor(fresh, member_).needs_sso());
  EXPECT_NE(session->session.FactorProof(), nullptr);
  EXPECT_EQ(session->session.OwnProof(), nullptr);  // L2: still no own credentials
}

TEST_P(SecondFactorTest, WhereAProviderVouchesTheAccountIsNotAskedAgain) {
  LinkedMember();
  Enrol(member_);
  house_->provider->vouches = true;
  Browser fresh = Anonymous();
  auto step = LogInThroughProvider(fresh);
  ASSERT_OK(step);
  ASSERT_TRUE(step->session.has_value());
  EXPECT_FALSE(StateFor(fresh, member_).needs_sso());
  // Its word is good for its organization and for nothing else.
  EXPECT_EQ(step->session->session.OwnProof(), nullptr);
  EXPECT_EQ(step->session->session.FactorProof(), nullptr);
}

TEST_P(SecondFactorTest, AFactorProvenInThisBrowserIsNotAskedForAgain) {
  LinkedMember();
  Enrol(member_);
  Browser browser = Anonymous();
  auto first = LogInThroughProvider(browser);
  auto session = AnswerSecondFactor(first->pending_token);
  ASSERT_OK(session);
  browser.session = *session;
  auto again = LogInThroughProvider(browser);
  ASSERT_OK(again);
  ASSERT_TRUE(again->session.has_value());
  EXPECT_NE(again->session->session.FactorProof(), nullptr);
}

// AUTH-22
TEST_P(SecondFactorTest, FixationAnIdKnownBeforeTheCallbackIsWorthlessAfterIt) {
  Browser linked = LinkedMember();
  std::string planted = linked.session->token;
  auto done = LogInThroughProvider(linked);
  ASSERT_OK(done);
  ASSERT_TRUE(done->session.has_value());
  EXPECT_NE(done->session->token, planted);
  EXPECT_ERROR(kUnauthenticated, "session_invalid", Run(house_->authn->FromSession(planted)));
}

TEST_P(SecondFactorTest, APasswordOnTheConfirmPageLinksNothingBeforeTheSecondFactor) {
  Enrol(member_);
  Browser browser = Anonymous();
  Asserts("subject-m", member_.email);
  ASSERT_OK(LogInThroughProvider(browser));
  auto step = Run(house_->sso->ConfirmLogin(ClientOf(browser), Acme(), member_.email, kPassword));
  ASSERT_OK(step);
  EXPECT_FALSE(step->session.has_value());
  EXPECT_EQ(*step->redirect, "/auth/2fa/");
  EXPECT_EQ(Pending(step->pending_token)->next, "/auth/login/acme/?flow=1");
  EXPECT_ERROR(kUnauthenticated, kReauthRequired,
               Run(house_->sso->ConfirmLink(ClientOf(browser), Acme())));
  EXPECT_EQ(Count("auth_identities"), 1);
  // The flow waits for the second factor and goes on with it.
  browser.session = AnswerSecondFactor(step->pending_token).value();
  auto page = Run(house_->sso->ShowConfirm(ClientOf(browser), Acme()));
  ASSERT_OK(page);
  EXPECT_FALSE(page->confirm->needs_recent_login);
  auto linked = Run(house_->sso->ConfirmLink(ClientOf(browser), Acme()));
  ASSERT_OK(linked);
  EXPECT_TRUE(linked->session.has_value());
  EXPECT_EQ(Count("auth_identities"), 2);
}

TEST_P(SecondFactorTest, ASessionWithoutItLinksNothing) {
  Browser browser = LogIn(member_);
  Enrol(member_);
  Asserts("subject-m", member_.email);
  auto page = LogInThroughProvider(browser);
  ASSERT_OK(page);
  EXPECT_TRUE(page->confirm->needs_recent_login);
  EXPECT_ERROR(kUnauthenticated, kReauthRequired,
               Run(house_->sso->ConfirmLink(ClientOf(browser), Acme())));
  EXPECT_EQ(Count("auth_identities"), 1);
}

TEST_P(SecondFactorTest, AMailboxAloneLinksNothingToAnAccountThatHasIt) {
  users::User passwordless = AddUser("sso-only@acme.test", false);
  Asserts("subject-p", passwordless.email);
  Browser browser = Anonymous();
  ASSERT_OK(LogInThroughProvider(browser));
  house_->DrainAll();
  std::string text = house_->mails.back().at("text").as_string().c_str();
  std::size_t at = text.find("/account/user-confirm/") + 22;
  std::string token = text.substr(at, text.find('/', at) - at);
  ASSERT_OK(Run(house_->sso->ProveMailbox(ClientOf(browser), token)));
  Enrol(passwordless);  // since then
  EXPECT_ERROR(kUnauthenticated, kReauthRequired,
               Run(house_->sso->ConfirmLink(ClientOf(browser), Acme())));
  EXPECT_EQ(Count("auth_identities"), 1);
  // Nor is a mail sent to such an account: the page asks it to log in.
  std::size_t mails = house_->mails.size();
  Browser later = Anonymous();
  auto page = LogInThroughProvider(later);
  ASSERT_OK(page);
  EXPECT_EQ(page->confirm->kind, Confirm::Kind::kIdentity);
  house_->DrainAll();
  EXPECT_EQ(house_->mails.size(), mails);
}

// L12
TEST_P(SecondFactorTest, WhenTheProviderMustVouchOlderSessionsEnd) {
  Browser member = LinkedMember();
  EXPECT_FALSE(StateFor(member, member_).needs_sso());
  Asserts("subject-1", owner_.email);
  house_->provider->vouches = true;
  auto done = Require(admin_);
  ASSERT_OK(done);
  Adopt(admin_, done);
  EXPECT_TRUE(StateFor(member, member_).needs_sso());
  EXPECT_FALSE(StateFor(admin_, owner_).needs_sso());
}

TEST_P(SecondFactorTest, ALogInWithoutItIsRefusedWithTheReasonInTheDecisionLog) {
  LinkedMember();
  house_->provider->refusal = "sso_second_factor_missing";  // the adapter's word
  Browser fresh = Anonymous();
  EXPECT_ERROR(kPermissionDenied, kSsoFailed, LogInThroughProvider(fresh));
  EXPECT_EQ(LastReason(), "sso_second_factor_missing");
}

}  // namespace
}  // namespace gatehouse::sso::fixture
