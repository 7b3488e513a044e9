// The settings of a configured provider, and changes of its protocol settings.

#include "control/sso/login_fixture.h"

namespace gatehouse::sso::fixture {
namespace {

class SettingsTest : public LoginTest {};
GATEHOUSE_ON_ALL_ENGINES(SettingsTest);

TEST_P(SettingsTest, EditThatAnswersAsAnotherMemberTakesNothing) {  // SETUP-37
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

TEST_P(SettingsTest, EditFromASessionOfTheProviderAloneLinksNothingNew) {  // L2
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

TEST_P(SettingsTest, SettingsAuditOnlyWhatChanged) {  // sso.md 83
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

TEST_P(SettingsTest, RequiringLinksWithoutALinkedOwnerIsRefused) {  // SETUP-33
  ASSERT_OK(Run(house_->sso->ChangeSettings(ClientOf(admin_), Acme(), {false, std::nullopt})));
  ASSERT_OK(Write(
      [&](sql::Tx& tx) { return tx.Exec(sql::Statement{"", "DELETE FROM auth_identities"}, {}); }));
  const std::string before = StateDigest();
  EXPECT_ERROR(kFailedPrecondition, kNoLinkedOwner,
               Run(house_->sso->ChangeSettings(ClientOf(admin_), Acme(), {true, std::nullopt})));
  EXPECT_EQ(StateDigest(), before);
}

TEST_P(SettingsTest, ManagerCannotMakeOwnerTheDefaultRole) {
  Browser manager = LogIn(manager_);
  EXPECT_ERROR(
      kPermissionDenied, kRoleTooHigh,
      Run(house_->sso->ChangeSettings(ClientOf(manager), Acme(), {std::nullopt, "owner"})));
  EXPECT_ERROR(kPermissionDenied, kForbidden,
               Run(house_->sso->ChangeSettings(ClientOf(LogIn(member_)), Acme(), {false, {}})));
  EXPECT_ERROR(kPermissionDenied, kForbidden,
               Run(house_->sso->Disable(ClientOf(LogIn(member_)), Acme())));
}

TEST_P(SettingsTest, ReminderMailsEveryUnlinkedMember) {  // sso.md 79
  LinkedMember();
  house_->DrainAll();
  house_->mails.clear();
  ASSERT_OK(Run(house_->sso->RemindUnlinked(ClientOf(admin_), Acme())));
  house_->DrainAll();
  ASSERT_EQ(house_->mails.size(), 1u);
  EXPECT_EQ(house_->mails.front().at("to"), "manager@acme.test");
}

TEST_P(SettingsTest, RotatedSecretGoesLiveOnlyThroughALogIn) {
  house_->provider->next = {"https://idp.test", "subject-1", owner_.email, true, "O", {}};
  auto started = Run(house_->sso->RotateSecret(ClientOf(admin_), Acme(), "fresh-secret"));
  ASSERT_OK(started);
  ASSERT_TRUE(started->redirect.has_value());
  EXPECT_EQ(Run(house_->sso->GetProvider(acme_))->revision, 1);
  ASSERT_OK(Return(admin_, *started));
  ASSERT_OK(Run(house_->sso->FinishSetup(ClientOf(admin_), Acme())));
  EXPECT_EQ(Run(house_->sso->GetProvider(acme_))->revision, 2);
}

TEST_P(SettingsTest, DisableEndsLinksProofsAndMailsMembers) {
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

TEST_P(SettingsTest, UnlockOnTheHostLetsMembersInAndIsAudited) {
  ASSERT_OK(Run(house_->sso->Unlock(acme_, "host operator (root)")));
  EXPECT_FALSE(StateFor(LogIn(member_), member_).needs_sso());
  auto rows = AuditRows();
  EXPECT_EQ(rows.back().event, audit::Event::kSsoUnlock);
  EXPECT_EQ(rows.back().actor_label, "host operator (root)");
  ASSERT_OK(Run(house_->sso->Unlock(acme_, "host operator (root)")));
  EXPECT_EQ(AuditRows().size(), rows.size()) << "nothing changed, nothing written";
}

}  // namespace
}  // namespace gatehouse::sso::fixture
