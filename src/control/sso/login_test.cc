// Logging in through single sign-on, linking, enforcement and the settings of a provider.

#include <thread>

#include "control/sso/policy.h"
#include "control/sso/testing/sso_fixture.h"

namespace gatehouse::sso::fixture {
namespace {

class LoginTest : public SsoTest {
 protected:
  void SetUp() override {
    SsoTest::SetUp();
    if (IsSkipped()) return;
    admin_ = LogIn(owner_);
    ASSERT_OK(SetUpSso(admin_));
    house_->DrainAll();
    house_->mails.clear();
  }

  void Asserts(const std::string& subject, const std::string& email) {
    house_->provider->next = {"https://idp.test", subject, email, true, "Somebody", {}};
  }
  // The member linked by log-in with own password and confirmation.
  Browser LinkedMember() {
    Browser browser = LogIn(member_);
    Asserts("subject-m", member_.email);
    EXPECT_OK(LogInThroughProvider(browser));
    auto linked = Run(house_->sso->ConfirmLink(ClientOf(browser), Acme()));
    EXPECT_OK(linked);
    Adopt(browser, linked);
    return browser;
  }
  SsoState StateFor(const Browser& browser, const users::User& user) {
    Client client = ClientOf(browser);
    return Run(house_->sso->QueryState(*client.principal, acme_, *MemberOf(user))).value();
  }
  std::string LastReason() {
    auto decisions = Run(house_->sso->Decisions(acme_, std::nullopt, std::nullopt, 1));
    return decisions && !decisions->empty() ? decisions->front().reason : "";
  }

  Browser admin_;
};
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
      Run(house_->sso->BeginLogin(ClientOf(fresh), Acme(), "/organizations/acme/members/"));
  ASSERT_OK(started);
  auto done = Return(fresh, *started);
  ASSERT_OK(done);
  EXPECT_EQ(*done->redirect, "/organizations/acme/members/");
}

TEST_P(LoginTest, UnknownIdentityOfAnAnonymousVisitorAsks) {
  Asserts("subject-new", "new@acme.test");
  Browser browser = Anonymous();
  auto page = LogInThroughProvider(browser);
  ASSERT_OK(page);
  ASSERT_TRUE(page->confirm.has_value());
  EXPECT_EQ(page->confirm->kind, Confirm::Kind::kIdentity);
  EXPECT_FALSE(page->session.has_value());
  EXPECT_EQ(Count("auth_identities"), 1) << "the owner's only";
}

TEST_P(LoginTest, NewUserJoinsWithDefaultRoleLinkedAndAudited) {
  Asserts("subject-new", "new@acme.test");
  Browser browser = Anonymous();
  ASSERT_OK(LogInThroughProvider(browser));
  auto done = Run(house_->sso->ConfirmNewUser(ClientOf(browser), Acme()));
  ASSERT_OK(done);
  Adopt(browser, done);
  users::User user = Run(house_->users->Get(done->session->session.user)).value();
  EXPECT_EQ(user.email, "new@acme.test");
  EXPECT_FALSE(user.email_verified) << "a provider's word about a mailbox is only a label";
  EXPECT_FALSE(user.has_password);
  auto member = MemberOf(user);
  ASSERT_TRUE(member.has_value());
  EXPECT_EQ(member->role, "member");
  EXPECT_TRUE(member->sso_linked());
  bool added = false;
  for (const test::AuditRow& row : AuditRows()) {
    added = added || (row.event == audit::Event::kMemberAdd && row.actor == user.id);
  }
  EXPECT_TRUE(added);
}

TEST_P(LoginTest, NewUserButtonNeverMergesIntoAnAccountWithThatAddress) {  // SETUP-23
  Asserts("subject-new", member_.email);
  Browser browser = Anonymous();
  ASSERT_OK(LogInThroughProvider(browser));
  auto done = Run(house_->sso->ConfirmNewUser(ClientOf(browser), Acme()));
  ASSERT_OK(done);
  EXPECT_NE(done->session->session.user, member_.id);
  EXPECT_FALSE(MemberOf(member_)->sso_linked());
}

TEST_P(LoginTest, VictimsAddressFromAHostileProviderLinksNothing) {  // SETUP-16, CVE-2025-22146
  Asserts("evil-subject", outsider_.email);
  Browser browser = Anonymous();
  const std::string before = StateDigest();
  auto page = LogInThroughProvider(browser);
  ASSERT_OK(page);
  ASSERT_TRUE(page->confirm.has_value());
  EXPECT_FALSE(page->session.has_value());
  EXPECT_TRUE(page->confirm->existing_hint.empty()) << "no account is disclosed";
  EXPECT_EQ(StateDigest(), before);
  // op=confirm posted by hand has no proof either.
  EXPECT_ERROR(kUnauthenticated, kReauthRequired,
               Run(house_->sso->ConfirmLink(ClientOf(browser), Acme())));
  EXPECT_EQ(StateDigest(), before);
}

TEST_P(LoginTest, LoggedInMemberLinksAfterConfirming) {
  Browser browser = LogIn(member_);
  Asserts("subject-m", member_.email);
  auto page = LogInThroughProvider(browser);
  ASSERT_OK(page);
  ASSERT_TRUE(page->confirm.has_value());
  EXPECT_EQ(page->confirm->kind, Confirm::Kind::kLink);
  EXPECT_FALSE(page->confirm->offer_new_user) << "same address: nothing to choose";
  auto done = Run(house_->sso->ConfirmLink(ClientOf(browser), Acme()));
  ASSERT_OK(done);
  EXPECT_EQ(done->flash, "identity_linked");
  EXPECT_TRUE(MemberOf(member_)->sso_linked());
  int links = 0;
  for (const test::AuditRow& row : AuditRows()) {
    links += row.event == audit::Event::kSsoIdentityLink && row.actor == member_.id ? 1 : 0;
  }
  EXPECT_EQ(links, 1);
}

TEST_P(LoginTest, PasswordLoginOnTheConfirmPageThenLink) {
  Asserts("subject-m", "something-else@acme.test");
  Browser browser = Anonymous();
  ASSERT_OK(LogInThroughProvider(browser));
  EXPECT_ERROR(kUnauthenticated, "login_failed",
               Run(house_->sso->ConfirmLogin(ClientOf(browser), Acme(), member_.email, "wrong")));
  auto logged = Run(house_->sso->ConfirmLogin(ClientOf(browser), Acme(), member_.email, kPassword));
  ASSERT_OK(logged);
  EXPECT_EQ(*logged->redirect, "/auth/login/acme/?flow=1");
  Adopt(browser, logged);
  auto page = Run(house_->sso->ShowConfirm(ClientOf(browser), Acme()));
  ASSERT_OK(page);
  EXPECT_EQ(page->confirm->kind, Confirm::Kind::kLink);
  ASSERT_OK(Run(house_->sso->ConfirmLink(ClientOf(browser), Acme())));
  EXPECT_TRUE(MemberOf(member_)->sso_linked());
}

TEST_P(LoginTest, SubjectThatChangedIsReattachedToTheSameUser) {
  Browser browser = LinkedMember();
  Asserts("subject-m-2", member_.email);
  browser = LogIn(member_);
  ASSERT_OK(LogInThroughProvider(browser));
  ASSERT_OK(Run(house_->sso->ConfirmLink(ClientOf(browser), Acme())));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM auth_identities WHERE user_id = " + member_.id.ToString()),
            1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM auth_identities WHERE subject = 'subject-m-2'"), 1);
}

TEST_P(LoginTest, IdentityOfAnotherAccountMovesOnlyWithConfirmationAndRecentProof) {  // SETUP-37
  Browser victim = LinkedMember();
  Browser taker = LogIn(manager_);
  Asserts("subject-m", manager_.email);
  const std::string before = StateDigest();
  auto page = LogInThroughProvider(taker);
  ASSERT_OK(page);
  ASSERT_TRUE(page->confirm.has_value());
  EXPECT_TRUE(page->confirm->moves_identity);
  EXPECT_EQ(StateDigest(), before) << "nothing moves without a confirmation";

  clock().Advance(std::chrono::minutes(16));
  EXPECT_ERROR(kUnauthenticated, kRecentLoginRequired,
               Run(house_->sso->ConfirmLink(ClientOf(taker), Acme())));
  EXPECT_EQ(StateDigest(), before);

  auto logged = Run(house_->sso->ConfirmLogin(ClientOf(taker), Acme(), manager_.email, kPassword));
  ASSERT_OK(logged);
  Adopt(taker, logged);
  ASSERT_OK(Run(house_->sso->ConfirmLink(ClientOf(taker), Acme())));
  house_->DrainAll();
  EXPECT_EQ(Number("SELECT user_id FROM auth_identities WHERE subject = 'subject-m'"),
            manager_.id.value);
  EXPECT_TRUE(MemberOf(member_)->sso_invalid());
  EXPECT_FALSE(MemberOf(member_)->sso_linked());
  auto principal = Run(house_->authn->FromSession(victim.session->token));
  EXPECT_TRUE(!principal || (*principal)->session->SsoProof(acme_) == nullptr);
  auto events = AuditEvents();
  EXPECT_EQ(std::ranges::count(events, audit::Event::kSsoIdentityUnlink), 1);
  bool told = false;
  for (const json::Object& mail : house_->mails) told = told || mail.at("to") == "member@acme.test";
  EXPECT_TRUE(told);
}

TEST_P(LoginTest, ContinueAsTheOwnerOfAnIdentityLinkedElsewhere) {
  LinkedMember();
  Browser other = LogIn(manager_);
  Asserts("subject-m", "");
  ASSERT_OK(LogInThroughProvider(other));
  auto done = Run(house_->sso->ConfirmNewUser(ClientOf(other), Acme()));
  ASSERT_OK(done);
  EXPECT_EQ(done->session->session.user, member_.id);
  EXPECT_EQ(Count("users"), 4);
}

TEST_P(LoginTest, PasswordlessAccountNeedsTheMailedProofInTheSameBrowser) {  // SETUP-21
  users::User passwordless = AddUser("sso-only@acme.test", false);
  Asserts("subject-p", passwordless.email);
  Browser browser = Anonymous();
  auto page = LogInThroughProvider(browser);
  ASSERT_OK(page);
  EXPECT_EQ(page->confirm->kind, Confirm::Kind::kAccount);
  EXPECT_OK(Run(house_->sso->ShowConfirm(ClientOf(browser), Acme())));
  house_->DrainAll();
  ASSERT_EQ(house_->mails.size(), 1u) << "one mail, however often the page is shown";
  std::string text = house_->mails.front().at("text").as_string().c_str();
  std::size_t at = text.find("/account/user-confirm/") + 22;
  std::string token = text.substr(at, text.find('/', at) - at);

  EXPECT_ERROR(kUnauthenticated, kReauthRequired,
               Run(house_->sso->ConfirmLink(ClientOf(browser), Acme())));
  EXPECT_ERROR(kInvalidArgument, kLinkProofInvalid,
               Run(house_->sso->ProveMailbox(ClientOf(Anonymous()), token)));
  EXPECT_ERROR(kInvalidArgument, kLinkProofInvalid,
               Run(house_->sso->ProveMailbox(ClientOf(browser), token + "x")));
  auto slug = Run(house_->sso->ProveMailbox(ClientOf(browser), token));
  ASSERT_OK(slug);
  EXPECT_EQ(*slug, "acme");
  EXPECT_ERROR(kInvalidArgument, kLinkProofInvalid,
               Run(house_->sso->ProveMailbox(ClientOf(browser), token)));
  auto done = Run(house_->sso->ConfirmLink(ClientOf(browser), Acme()));
  ASSERT_OK(done);
  EXPECT_EQ(done->session->session.user, passwordless.id);
  EXPECT_TRUE(MemberOf(passwordless)->sso_linked());
}

TEST_P(LoginTest, MailedProofOlderThanTenMinutesIsRefused) {  // SETUP-21
  users::User passwordless = AddUser("sso-only@acme.test", false);
  Asserts("subject-p", passwordless.email);
  Browser browser = Anonymous();
  ASSERT_OK(LogInThroughProvider(browser));
  house_->DrainAll();
  std::string text = house_->mails.front().at("text").as_string().c_str();
  std::size_t at = text.find("/account/user-confirm/") + 22;
  std::string token = text.substr(at, text.find('/', at) - at);
  clock().Advance(std::chrono::minutes(10) + std::chrono::seconds(1));
  EXPECT_ERROR(kInvalidArgument, kLinkProofInvalid,
               Run(house_->sso->ProveMailbox(ClientOf(browser), token)));
}

TEST_P(LoginTest, AccountThatOnlyClaimsTheAddressIsNoCandidate) {  // SETUP-23
  AddUser("victim@acme.test", /*with_password=*/false, /*verified=*/false);
  Asserts("subject-v", "victim@acme.test");
  Browser browser = Anonymous();
  auto page = LogInThroughProvider(browser);
  ASSERT_OK(page);
  EXPECT_EQ(page->confirm->kind, Confirm::Kind::kIdentity);
  house_->DrainAll();
  EXPECT_TRUE(house_->mails.empty());
}

TEST_P(LoginTest, ProofMailsToOneAccountAreFew) {
  users::User passwordless = AddUser("sso-only@acme.test", false);
  Asserts("subject-p", passwordless.email);
  for (int i = 0; i < 10; ++i) {
    Browser browser = Anonymous();
    ASSERT_OK(LogInThroughProvider(browser));
  }
  house_->DrainAll();
  EXPECT_EQ(house_->mails.size(), 3u);
  std::string text = house_->mails.front().at("text").as_string().c_str();
  EXPECT_EQ(text.find("Somebody\n"), std::string::npos) << "no word of the provider's";
}

TEST_P(LoginTest, EditThatAnswersAsAnotherMemberTakesNothing) {  // SETUP-37
  LinkedMember();
  Asserts("subject-m", member_.email);
  auto started = Begin(admin_);
  ASSERT_OK(started);
  ASSERT_OK(Return(admin_, *started));
  const std::string before = StateDigest();
  EXPECT_ERROR(kConflict, kIdentityConflict,
               Run(house_->sso->FinishSetup(ClientOf(admin_), Acme())));
  EXPECT_EQ(StateDigest(), before);
  EXPECT_EQ(AuditEvents().back(), audit::Event::kSsoSetupRefused);
  EXPECT_EQ(LastReason(), kIdentityConflict);
}

TEST_P(LoginTest, EditFromASessionOfTheProviderAloneLinksNothingNew) {  // L2
  Asserts("subject-1", owner_.email);
  Browser sso_only = Anonymous();
  ASSERT_OK(LogInThroughProvider(sso_only));
  auto started = Begin(sso_only);
  ASSERT_OK(started);
  ASSERT_OK(Return(sso_only, *started));
  ASSERT_OK(Run(house_->sso->FinishSetup(ClientOf(sso_only), Acme())));  // the same identity

  Browser again = Anonymous();
  ASSERT_OK(LogInThroughProvider(again));
  Asserts("subject-other", owner_.email);
  started = Begin(again);
  ASSERT_OK(started);
  ASSERT_OK(Return(again, *started));
  Client client = ClientOf(again);
  const std::string before = StateDigest();
  EXPECT_ERROR(kUnauthenticated, kReauthRequired, Run(house_->sso->FinishSetup(client, Acme())));
  EXPECT_EQ(StateDigest(), before);
}

TEST_P(LoginTest, AddressSharedByTwoAccountsChoosesNobody) {  // SETUP-25, H11
  AddUser("shared@acme.test", false);
  AddUser("shared@acme.test", false);
  Asserts("subject-s", "shared@acme.test");
  Browser browser = Anonymous();
  auto page = LogInThroughProvider(browser);
  ASSERT_OK(page);
  EXPECT_EQ(page->confirm->kind, Confirm::Kind::kIdentity);
  EXPECT_EQ(LastReason(), kAmbiguousEmail);
  house_->DrainAll();
  EXPECT_TRUE(house_->mails.empty()) << "no mail to either";
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
  auto login = Run(house_->sso->BeginLogin(ClientOf(fresh), other, ""));
  ASSERT_OK(login);
  auto page = Return(fresh, *login, "other");
  ASSERT_OK(page);
  EXPECT_TRUE(page->confirm.has_value()) << "nobody of acme is logged in";
}

TEST_P(LoginTest, ParallelFirstLoginsMakeOneUser) {  // H6
  Asserts("subject-new", "new@acme.test");
  std::vector<Client> clients;
  for (int i = 0; i < 8; ++i) {
    Browser browser = Anonymous();
    ASSERT_OK(LogInThroughProvider(browser));
    clients.push_back(ClientOf(browser));
  }
  orgs::Organization acme = Acme();
  const std::int64_t before = Count("users");
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::set<UserId> users;
  for (const Client& client : clients) {
    threads.emplace_back([&, client] {
      auto done = runtime::RunSync(house_->sso->ConfirmNewUser(client, acme));
      std::lock_guard lock(mutex);
      if (done) users.insert(done->session->session.user);
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(users.size(), 1u);
  EXPECT_EQ(Count("users"), before + 1);
}

TEST_P(LoginTest, OrganizationWithoutProviderHasNoLogin) {
  orgs::Organization other = *Run(house_->orgs->Get(other_));
  EXPECT_ERROR(kNotFound, kSsoNotConfigured,
               Run(house_->sso->BeginLogin(ClientOf(Anonymous()), other, "")));
  EXPECT_ERROR(kNotFound, kSsoNotConfigured, Run(house_->sso->GetProvider(other_)));
  EXPECT_ERROR(kInvalidArgument, kProviderUnknown,
               Run(house_->sso->BeginSetup(ClientOf(admin_), Acme(), "ldap", "", {})));
}

TEST_P(LoginTest, MailboxProofDoesNotMoveAnIdentityOfAnotherAccount) {
  users::User passwordless = AddUser("sso-only@acme.test", false);
  Asserts("subject-p", passwordless.email);
  Browser browser = Anonymous();
  ASSERT_OK(LogInThroughProvider(browser));
  house_->DrainAll();
  std::string text = house_->mails.front().at("text").as_string().c_str();
  std::size_t at = text.find("/account/user-confirm/") + 22;
  ASSERT_OK(
      Run(house_->sso->ProveMailbox(ClientOf(browser), text.substr(at, text.find('/', at) - at))));
  // Meanwhile somebody else became the identity's owner.
  Browser other = Anonymous();
  ASSERT_OK(LogInThroughProvider(other));
  ASSERT_OK(Run(house_->sso->ConfirmNewUser(ClientOf(other), Acme())));
  const std::string before = StateDigest();
  EXPECT_ERROR(kConflict, kIdentityConflict,
               Run(house_->sso->ConfirmLink(ClientOf(browser), Acme())));
  EXPECT_EQ(StateDigest(), before);
}

// ---- enforcement --------------------------------------------------------------------------------

TEST_P(LoginTest, UnlinkedMemberMustUseSingleSignOn) {  // sso.md 161, SETUP-34
  SsoState state = StateFor(LogIn(member_), member_);
  EXPECT_TRUE(state.required);
  EXPECT_FALSE(state.valid);
  EXPECT_TRUE(state.needs_sso());
}

TEST_P(LoginTest, SsoProofExpiresAfterSevenDays) {
  Browser browser = LinkedMember();
  EXPECT_FALSE(StateFor(browser, member_).needs_sso());
  Client client = ClientOf(browser);
  clock().Advance(std::chrono::hours(24 * 7) + std::chrono::seconds(1));
  auto state = Run(house_->sso->QueryState(*client.principal, acme_, *MemberOf(member_)));
  ASSERT_OK(state);
  EXPECT_TRUE(state->needs_sso());
}

TEST_P(LoginTest, OptionalSingleSignOnLetsUnlinkedMembersIn) {
  ASSERT_OK(Run(house_->sso->ChangeSettings(ClientOf(admin_), Acme(), {false, std::nullopt})));
  EXPECT_FALSE(StateFor(LogIn(member_), member_).needs_sso());
}

TEST_P(LoginTest, SoleOwnerWithoutIdentityIsNotLockedOut) {  // sso.md 163
  ASSERT_OK(Write(
      [&](sql::Tx& tx) { return tx.Exec(sql::Statement{"", "DELETE FROM auth_identities"}, {}); }));
  SsoState state = StateFor(LogIn(owner_), owner_);
  EXPECT_FALSE(state.required);
  EXPECT_FALSE(state.valid);
  EXPECT_TRUE(StateFor(LogIn(manager_), manager_).needs_sso());
}

TEST_P(LoginTest, LinkedFlagOffMeansInvalid) {  // sso.md 164
  Browser browser = LinkedMember();
  ASSERT_OK(Write([&](sql::Tx& tx) {
    return tx.Exec(sql::Statement{"", "UPDATE organization_members SET flags = 0"}, {});
  }));
  SsoState state = StateFor(browser, member_);
  EXPECT_TRUE(state.required);
  EXPECT_FALSE(state.valid);
}

// ---- settings -----------------------------------------------------------------------------------

TEST_P(LoginTest, SettingsAuditOnlyWhatChanged) {  // sso.md 83
  ASSERT_OK(Run(house_->sso->ChangeSettings(ClientOf(admin_), Acme(), {false, "member"})));
  auto rows = AuditRows();
  ASSERT_EQ(rows.back().event, audit::Event::kSsoEdit);
  EXPECT_EQ(rows.back().data.size(), 1u);
  EXPECT_EQ(rows.back().data.at("require_link"), "to False");
  const std::size_t before = rows.size();
  ASSERT_OK(Run(house_->sso->ChangeSettings(ClientOf(admin_), Acme(), {false, "member"})));
  EXPECT_EQ(AuditRows().size(), before) << "nothing changed, nothing written";
  ASSERT_OK(Run(house_->sso->ChangeSettings(ClientOf(admin_), Acme(), {true, "manager"})));
  EXPECT_EQ(Acme().default_role, "manager");
}

TEST_P(LoginTest, RequiringLinksWithoutALinkedOwnerIsRefused) {  // SETUP-33
  ASSERT_OK(Run(house_->sso->ChangeSettings(ClientOf(admin_), Acme(), {false, std::nullopt})));
  ASSERT_OK(Write(
      [&](sql::Tx& tx) { return tx.Exec(sql::Statement{"", "DELETE FROM auth_identities"}, {}); }));
  const std::string before = StateDigest();
  EXPECT_ERROR(kFailedPrecondition, kNoLinkedOwner,
               Run(house_->sso->ChangeSettings(ClientOf(admin_), Acme(), {true, std::nullopt})));
  EXPECT_EQ(StateDigest(), before);
}

TEST_P(LoginTest, ManagerCannotMakeOwnerTheDefaultRole) {
  Browser manager = LogIn(manager_);
  EXPECT_ERROR(
      kPermissionDenied, kRoleTooHigh,
      Run(house_->sso->ChangeSettings(ClientOf(manager), Acme(), {std::nullopt, "owner"})));
  EXPECT_ERROR(kPermissionDenied, kForbidden,
               Run(house_->sso->ChangeSettings(ClientOf(LogIn(member_)), Acme(), {false, {}})));
  EXPECT_ERROR(kPermissionDenied, kForbidden,
               Run(house_->sso->Disable(ClientOf(LogIn(member_)), Acme())));
}

TEST_P(LoginTest, ReminderMailsEveryUnlinkedMember) {  // sso.md 79
  LinkedMember();
  house_->DrainAll();
  house_->mails.clear();
  ASSERT_OK(Run(house_->sso->RemindUnlinked(ClientOf(admin_), Acme())));
  house_->DrainAll();
  ASSERT_EQ(house_->mails.size(), 1u);
  EXPECT_EQ(house_->mails.front().at("to"), "manager@acme.test");
}

TEST_P(LoginTest, RotatedSecretGoesLiveOnlyThroughALogIn) {
  house_->provider->next = {"https://idp.test", "subject-1", owner_.email, true, "O", {}};
  auto started = Run(house_->sso->RotateSecret(ClientOf(admin_), Acme(), "fresh-secret"));
  ASSERT_OK(started);
  ASSERT_TRUE(started->redirect.has_value());
  EXPECT_EQ(Run(house_->sso->GetProvider(acme_))->revision, 1);
  ASSERT_OK(Return(admin_, *started));
  ASSERT_OK(Run(house_->sso->FinishSetup(ClientOf(admin_), Acme())));
  EXPECT_EQ(Run(house_->sso->GetProvider(acme_))->revision, 2);
}

TEST_P(LoginTest, DisableEndsLinksProofsAndMailsMembers) {
  Browser browser = LinkedMember();
  house_->DrainAll();
  house_->mails.clear();
  ASSERT_OK(Run(house_->sso->Disable(ClientOf(admin_), Acme())));
  house_->DrainAll();
  EXPECT_EQ(Count("auth_providers"), 0);
  EXPECT_EQ(Count("auth_identities"), 0);
  EXPECT_FALSE(MemberOf(member_)->sso_linked());
  EXPECT_FALSE(MemberOf(member_)->sso_invalid());
  EXPECT_EQ(house_->mails.size(), 3u);
  auto principal = Run(house_->authn->FromSession(browser.session->token));
  EXPECT_TRUE(!principal || (*principal)->session->SsoProof(acme_) == nullptr);
  EXPECT_FALSE(StateFor(LogIn(manager_), manager_).needs_sso());
  EXPECT_EQ(std::ranges::count(AuditEvents(), audit::Event::kSsoDisable), 1);
}

TEST_P(LoginTest, UnlockOnTheHostLetsMembersInAndIsAudited) {
  ASSERT_OK(Run(house_->sso->Unlock(acme_, "host operator (root)")));
  EXPECT_FALSE(StateFor(LogIn(member_), member_).needs_sso());
  auto rows = AuditRows();
  EXPECT_EQ(rows.back().event, audit::Event::kSsoUnlock);
  EXPECT_EQ(rows.back().actor_label, "host operator (root)");
}

}  // namespace
}  // namespace gatehouse::sso::fixture
