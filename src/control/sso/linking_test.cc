// Identities that nobody knows yet, or that belong to another account: who may link them to what.

#include <thread>

#include "control/sso/login_fixture.h"

namespace gatehouse::sso::fixture {
namespace {

class LinkingTest : public LoginTest {};
GATEHOUSE_ON_ALL_ENGINES(LinkingTest);

TEST_P(LinkingTest, UnknownIdentityOfAnAnonymousVisitorAsks) {
  Asserts("subject-new", "new@acme.test");
  Browser browser = Anonymous();
  auto page = LogInThroughProvider(browser);
  ASSERT_OK(page);
  ASSERT_TRUE(page->confirm.has_value());
  EXPECT_EQ(page->confirm->kind, Confirm::Kind::kIdentity);
  EXPECT_FALSE(page->session.has_value());
  EXPECT_EQ(Count("auth_identities"), 1) << "the owner's only";
}

TEST_P(LinkingTest, NewUserJoinsWithDefaultRoleLinkedAndAudited) {
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

TEST_P(LinkingTest, NewUserButtonNeverMergesIntoAnAccountWithThatAddress) {  // SETUP-23
  Asserts("subject-new", member_.email);
  Browser browser = Anonymous();
  ASSERT_OK(LogInThroughProvider(browser));
  auto done = Run(house_->sso->ConfirmNewUser(ClientOf(browser), Acme()));
  ASSERT_OK(done);
  EXPECT_NE(done->session->session.user, member_.id);
  EXPECT_FALSE(MemberOf(member_)->sso_linked());
}

TEST_P(LinkingTest, VictimsAddressFromAHostileProviderLinksNothing) {  // SETUP-16, CVE-2025-22146
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

TEST_P(LinkingTest, LoggedInMemberLinksAfterConfirming) {
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

TEST_P(LinkingTest, PasswordLoginOnTheConfirmPageThenLink) {
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

TEST_P(LinkingTest, SubjectThatChangedIsReattachedToTheSameUser) {
  Browser browser = LinkedMember();
  Asserts("subject-m-2", member_.email);
  browser = LogIn(member_);
  ASSERT_OK(LogInThroughProvider(browser));
  ASSERT_OK(Run(house_->sso->ConfirmLink(ClientOf(browser), Acme())));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM auth_identities WHERE user_id = " + member_.id.ToString()),
            1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM auth_identities WHERE subject = 'subject-m-2'"), 1);
}

TEST_P(LinkingTest, IdentityOfAnotherAccountMovesOnlyWithConfirmationAndRecentProof) {  // SETUP-37
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
  // Both sides: the link of the taker, the unlink of the victim.
  int links = 0;
  int unlinks = 0;
  for (const test::AuditRow& row : AuditRows()) {
    links += row.event == audit::Event::kSsoIdentityLink && row.target_user == manager_.id ? 1 : 0;
    if (row.event != audit::Event::kSsoIdentityUnlink) continue;
    ++unlinks;
    EXPECT_EQ(row.target_user, member_.id);
  }
  EXPECT_EQ(links, 1);
  EXPECT_EQ(unlinks, 1);
  bool told = false;
  for (const json::Object& mail : house_->mails) told = told || mail.at("to") == "member@acme.test";
  EXPECT_TRUE(told);
}

TEST_P(LinkingTest, ContinueAsTheOwnerOfAnIdentityLinkedElsewhere) {
  LinkedMember();
  Browser other = LogIn(manager_);
  Asserts("subject-m", "");
  ASSERT_OK(LogInThroughProvider(other));
  auto done = Run(house_->sso->ConfirmNewUser(ClientOf(other), Acme()));
  ASSERT_OK(done);
  EXPECT_EQ(done->session->session.user, member_.id);
  EXPECT_EQ(Count("users"), 4);
}

TEST_P(LinkingTest, PasswordlessAccountNeedsTheMailedProofInTheSameBrowser) {  // SETUP-21
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

TEST_P(LinkingTest, MailedProofOlderThanTenMinutesIsRefused) {  // SETUP-21
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

TEST_P(LinkingTest, AccountThatOnlyClaimsTheAddressIsNoCandidate) {  // SETUP-23
  AddUser("victim@acme.test", /*with_password=*/false, /*verified=*/false);
  Asserts("subject-v", "victim@acme.test");
  Browser browser = Anonymous();
  auto page = LogInThroughProvider(browser);
  ASSERT_OK(page);
  EXPECT_EQ(page->confirm->kind, Confirm::Kind::kIdentity);
  house_->DrainAll();
  EXPECT_TRUE(house_->mails.empty());
}

TEST_P(LinkingTest, ProofMailsToOneAccountAreFew) {
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

TEST_P(LinkingTest, AddressSharedByTwoAccountsChoosesNobody) {  // SETUP-25, H11
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

TEST_P(LinkingTest, ParallelFirstLoginsMakeOneUser) {  // H6
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

TEST_P(LinkingTest, MailboxProofDoesNotMoveAnIdentityOfAnotherAccount) {
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

}  // namespace
}  // namespace gatehouse::sso::fixture
