// Logging in through single sign-on: identities that are known, and what a provider or a browser
// may not do.

#include <thread>

#include "control/sso/login_fixture.h"

namespace gatehouse::sso::fixture {
namespace {

GATEHOUSE_ON_ALL_ENGINES(LoginTest);

TEST_P(LoginTest, KnownIdentityLogsInAndRefreshesItsData) {
  LinkedMember();
  clock().Advance(std::chrono::minutes(5));
  Browser fresh = Anonymous();
  house_->provider->next.data["access_token"] = "second";
  auto done = LogInThroughProvider(fresh);
  ASSERT_OK(done);
  ASSERT_TRUE(done->session.has_value());
  EXPECT_EQ(done->session->session.user, member_.id);
  EXPECT_EQ(*done->redirect, "/organizations/acme/");
  EXPECT_EQ(Number("SELECT last_verified_at FROM auth_identities WHERE user_id = " +
                   member_.id.ToString()),
            clock().Now().micros);
  EXPECT_EQ(LastReason(), "known_identity");
  SsoState state = StateFor(fresh, member_);
  EXPECT_TRUE(state.required && state.valid && state.completed);
  EXPECT_FALSE(state.own_proof);
}

TEST_P(LoginTest, NextPathIsFollowedAfterLogin) {
  LinkedMember();
  Browser fresh = Anonymous();
  auto started =
      Run(house_->sso->BeginLogin(ClientOf(fresh), Acme(), "/organizations/acme/members/", {}));
  ASSERT_OK(started);
  auto done = Return(fresh, *started);
  ASSERT_OK(done);
  EXPECT_EQ(*done->redirect, "/organizations/acme/members/");
}

TEST_P(LoginTest, DeactivatedOwnerOfAnIdentityIsRefusedAndTheIdentityStays) {  // SETUP-28, H7
  LinkedMember();
  ASSERT_OK(Write([&](sql::Tx& tx) {
    return tx.Exec(sql::Statement{"", "UPDATE users SET is_active = 0 WHERE id = $1"},
                   {member_.id});
  }));
  Asserts("subject-m", member_.email);
  Browser anonymous = Anonymous();
  const std::string before = StateDigest();
  EXPECT_ERROR(kPermissionDenied, kSsoFailed, LogInThroughProvider(anonymous));
  EXPECT_EQ(StateDigest(), before);
  EXPECT_EQ(LastReason(), kAccountInactive);
  Browser taker = LogIn(manager_);
  ASSERT_OK(LogInThroughProvider(taker));
  EXPECT_ERROR(kPermissionDenied, kAccountInactive,
               Run(house_->sso->ConfirmLink(ClientOf(taker), Acme())));
  EXPECT_EQ(Number("SELECT user_id FROM auth_identities WHERE subject = 'subject-m'"),
            member_.id.value);
}

TEST_P(LoginTest, RemovedMemberWhoIsStillAtTheProviderRejoins) {
  LinkedMember();
  ASSERT_OK(Write([&](sql::Tx& tx) {
    return tx.Exec(sql::Statement{"", "DELETE FROM organization_members WHERE user_id = $1"},
                   {member_.id});
  }));
  Browser fresh = Anonymous();
  ASSERT_OK(LogInThroughProvider(fresh));
  auto member = MemberOf(member_);
  ASSERT_TRUE(member.has_value());
  EXPECT_TRUE(member->sso_linked());
}

TEST_P(LoginTest, CallbackReplayedAndInParallelIsUsedOnce) {  // OIDC-22
  LinkedMember();
  Browser fresh = Anonymous();
  auto started = StartLogin(fresh);
  ASSERT_OK(started);
  house_->provider->finished = 0;
  Client client = ClientOf(fresh);
  std::string state = StateOf(*started);
  std::atomic<int> sessions{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      std::vector<std::pair<std::string, std::string>> params{{"code", "x"}, {"state", state}};
      auto done = runtime::RunSync(house_->sso->Callback(client, "acme", std::move(params)));
      if (done && done->session) ++sessions;
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(sessions, 1);
  EXPECT_EQ(house_->provider->finished, 1) << "one token request";
}

TEST_P(LoginTest, RefusedCallbackIsUsedUp) {
  LinkedMember();
  Browser fresh = Anonymous();
  auto started = StartLogin(fresh);
  ASSERT_OK(started);
  house_->provider->refusal = "token_refused";
  house_->provider->finished = 0;
  EXPECT_ERROR(kPermissionDenied, kSsoFailed, Return(fresh, *started));
  house_->provider->refusal.clear();
  EXPECT_EQ(Count("sso_pipelines"), 0);
  EXPECT_ERROR(kInvalidArgument, kStateInvalid, Return(fresh, *started));
  EXPECT_EQ(house_->provider->finished, 1) << "one token request";
}

TEST_P(LoginTest, StateOfAnotherBrowserMakesNoTokenRequest) {  // OIDC-20
  Browser fresh = Anonymous();
  auto started = StartLogin(fresh);
  ASSERT_OK(started);
  house_->provider->finished = 0;
  EXPECT_ERROR(kInvalidArgument, kStateInvalid, Return(Anonymous(), *started));
  EXPECT_ERROR(kInvalidArgument, kStateInvalid,
               Run(house_->sso->Callback(ClientOf(fresh), "acme", {{"code", "x"}})));
  EXPECT_ERROR(
      kInvalidArgument, kStateInvalid,
      Run(house_->sso->Callback(ClientOf(fresh), "acme", {{"code", "x"}, {"state", "guess"}})));
  EXPECT_EQ(house_->provider->finished, 0);
  clock().Advance(std::chrono::minutes(11));
  EXPECT_ERROR(kInvalidArgument, kStateInvalid, Return(fresh, *started));
  EXPECT_EQ(house_->provider->finished, 0);
}

TEST_P(LoginTest, AtMostEightPipelinesPerBrowser) {  // OIDC-52
  Browser browser = Anonymous();
  std::vector<Step> steps;
  for (int i = 0; i < 20; ++i) steps.push_back(StartLogin(browser).value());
  EXPECT_EQ(Count("sso_pipelines"), 8);
  EXPECT_ERROR(kInvalidArgument, kStateInvalid, Return(browser, steps.front()));
  clock().Advance(std::chrono::hours(2));
  ASSERT_OK(Run(house_->sso->CleanUp()));
  EXPECT_EQ(Count("sso_pipelines"), 0);
}

TEST_P(LoginTest, TwoThousandBegunFlowsOfABrowserLeaveEight) {  // OIDC-52
  Browser browser = Anonymous();
  Browser other = Anonymous();
  auto kept = StartLogin(other);
  ASSERT_OK(kept);
  std::optional<Step> last;
  for (int i = 0; i < 2000; ++i) {
    auto step = StartLogin(browser);
    ASSERT_OK(step);
    last = std::move(*step);
    if (i % 250 == 0) EXPECT_LE(Count("sso_pipelines"), 9);
  }
  EXPECT_EQ(Count("sso_pipelines"), 9) << "eight, and the other browser's";
  EXPECT_OK(Return(browser, *last));
  EXPECT_OK(Return(other, *kept));
}

TEST_P(LoginTest, ACancelledLogInSaysSoAndIsUsedUp) {
  LinkedMember();
  Browser fresh = Anonymous();
  auto started = StartLogin(fresh);
  ASSERT_OK(started);
  house_->provider->refusal = "oidc_access_denied";
  const std::string before = StateDigest();
  EXPECT_ERROR(kInvalidArgument, kCancelled, Return(fresh, *started));
  EXPECT_EQ(StateDigest(), before);
  EXPECT_EQ(AuditEvents().back(), audit::Event::kSsoRefused);
  EXPECT_EQ(LastReason(), "oidc_access_denied");
  const auto rows = AuditRows().size();
  house_->provider->refusal.clear();
  EXPECT_ERROR(kInvalidArgument, kStateInvalid, Return(fresh, *started));
  EXPECT_EQ(AuditRows().size(), rows) << "one row, once";
}

TEST_P(LoginTest, ProviderChangedBetweenRedirectAndCallbackIsRefused) {  // OIDC-45
  LinkedMember();
  Browser fresh = Anonymous();
  auto started = StartLogin(fresh);
  ASSERT_OK(started);
  identity::Assertion kept = house_->provider->next;
  house_->provider->next = {"https://idp.test", "subject-1", owner_.email, true, "O", {}};
  ASSERT_OK(SetUpSso(admin_));  // the next revision
  house_->provider->next = kept;
  house_->provider->finished = 0;
  EXPECT_ERROR(kPermissionDenied, kSsoFailed, Return(fresh, *started));
  EXPECT_EQ(house_->provider->finished, 0);
  EXPECT_EQ(LastReason(), kProviderChanged);
  EXPECT_EQ(AuditEvents().back(), audit::Event::kSsoRefused);
}

TEST_P(LoginTest, ProviderDisabledWhileItAnswersLogsNobodyIn) {  // OIDC-45
  LinkedMember();
  Browser fresh = Anonymous();
  auto started = StartLogin(fresh);
  ASSERT_OK(started);
  Client admin = ClientOf(admin_);
  orgs::Organization acme = Acme();
  house_->provider->during_finish = [&] {
    std::thread([&] { ASSERT_OK(runtime::RunSync(house_->sso->Disable(admin, acme))); }).join();
  };
  auto done = Return(fresh, *started);
  house_->provider->during_finish = nullptr;
  EXPECT_TRUE(!done || !done->session) << "no session by a provider that is gone";
  EXPECT_EQ(Count("auth_identities"), 0);
}

TEST_P(LoginTest, RefusedAssertionTellsOutsidersNothingAndAdministratorsAll) {
  house_->provider->refusal = "oidc_nonce";
  Browser fresh = Anonymous();
  const std::string before = StateDigest();
  EXPECT_ERROR(kPermissionDenied, kSsoFailed, LogInThroughProvider(fresh));
  EXPECT_EQ(StateDigest(), before);
  auto decisions = Run(house_->sso->Decisions(acme_, std::nullopt, "correlation-1", 10));
  ASSERT_OK(decisions);
  EXPECT_EQ(decisions->front().outcome, "refused");
  EXPECT_EQ(decisions->front().reason, "oidc_nonce");
  const auto rows = AuditRows();
  EXPECT_EQ(rows.back().event, audit::Event::kSsoRefused);
  EXPECT_EQ(rows.back().organization, acme_);
  EXPECT_EQ(rows.back().data.at("reason"), "oidc_nonce");
  // Another organization sees none of it.
  EXPECT_TRUE(Run(house_->sso->Decisions(other_, std::nullopt, std::nullopt, 10))->empty());
  clock().Advance(std::chrono::hours(24 * 31));
  ASSERT_OK(Run(house_->sso->CleanUp()));
  EXPECT_EQ(Count("sso_decisions"), 0) << "kept for 30 days";
}

TEST_P(LoginTest, SubjectsThatDifferInCaseAreTwoPeople) {  // OIDC-44
  LinkedMember();
  Asserts("SUBJECT-M", "");
  Browser fresh = Anonymous();
  auto page = LogInThroughProvider(fresh);
  ASSERT_OK(page);
  EXPECT_TRUE(page->confirm.has_value());
}

TEST_P(LoginTest, SameIssuerAndSubjectAtAnotherOrganizationIsAStranger) {  // OIDC-43
  LinkedMember();
  Browser attacker = LogIn(outsider_);
  orgs::Organization other = *Run(house_->orgs->Get(other_));
  Asserts("subject-evil", "");
  auto started = Run(house_->sso->BeginSetup(
      ClientOf(attacker), other, "oidc", "Evil",
      {{"issuer", "https://idp.test"}, {"client_id", "c"}, {"client_secret", "x"}}));
  ASSERT_OK(started);
  ASSERT_OK(Return(attacker, *started, "other"));
  auto enabled = Run(house_->sso->FinishSetup(ClientOf(attacker), other));
  ASSERT_OK(enabled);
  Asserts("subject-m", member_.email);
  Browser fresh = Anonymous();
  auto login = Run(house_->sso->BeginLogin(ClientOf(fresh), other, "", {}));
  ASSERT_OK(login);
  auto page = Return(fresh, *login, "other");
  ASSERT_OK(page);
  EXPECT_TRUE(page->confirm.has_value()) << "nobody of acme is logged in";
}

TEST_P(LoginTest, OrganizationWithoutProviderHasNoLogin) {
  orgs::Organization other = *Run(house_->orgs->Get(other_));
  EXPECT_ERROR(kNotFound, kSsoNotConfigured,
               Run(house_->sso->BeginLogin(ClientOf(Anonymous()), other, "", {})));
  EXPECT_ERROR(kNotFound, kSsoNotConfigured, Run(house_->sso->GetProvider(other_)));
  EXPECT_ERROR(kInvalidArgument, kProviderUnknown,
               Run(house_->sso->BeginSetup(ClientOf(admin_), Acme(), "ldap", "", {})));
}

}  // namespace
}  // namespace gatehouse::sso::fixture
