// Identities as their owner sees them.

#include <algorithm>

#include "control/sso/login_fixture.h"

namespace gatehouse::sso::fixture {
namespace {

class IdentitiesTest : public LoginTest {
 protected:
  std::vector<LinkedIdentity> Of(const users::User& user) {
    auto listed = Run(house_->sso->IdentitiesOf(user.id));
    EXPECT_OK(listed);
    return listed ? *listed : std::vector<LinkedIdentity>();
  }
  void LetUnlinkedIn() {
    ASSERT_OK(Run(house_->sso->ChangeSettings(ClientOf(admin_), Acme(), {false, std::nullopt})));
  }
};
GATEHOUSE_ON_ALL_ENGINES(IdentitiesTest);

TEST_P(IdentitiesTest, OwnOnesAreListedWithWhatNeedsThem) {
  EXPECT_TRUE(Of(member_).empty());
  LinkedMember();
  auto listed = Of(member_);
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].identity.subject, "subject-m");
  EXPECT_EQ(listed[0].identity.organization, acme_);
  EXPECT_FALSE(listed[0].provider_kind.empty());
  EXPECT_TRUE(listed[0].needed_by_organization);
  EXPECT_FALSE(listed[0].needed_by_account);
  EXPECT_TRUE(Of(outsider_).empty());
}

TEST_P(IdentitiesTest, NeededIdentityStays) {
  Browser browser = LinkedMember();
  const IdentityId id = Of(member_)[0].identity.id;
  EXPECT_ERROR(kFailedPrecondition, kIdentityNeeded,
               Run(house_->sso->Unlink(ClientOf(browser), id)));
  LetUnlinkedIn();
  ASSERT_OK(Write([&](sql::Tx& tx) {
    return tx.Exec(sql::Statement{"", "UPDATE users SET password_hash = NULL WHERE id = $1"},
                   {member_.id});
  }));
  EXPECT_TRUE(Of(member_)[0].needed_by_account);
  EXPECT_ERROR(kFailedPrecondition, kIdentityNeeded,
               Run(house_->sso->Unlink(ClientOf(browser), id)));
  EXPECT_EQ(Of(member_).size(), 1u);
}

// Isolation law L12: what relied on the identity ends with it.
TEST_P(IdentitiesTest, TakenOffTakesItsProofsAndMarksTheMember) {
  Browser browser = LinkedMember();
  LetUnlinkedIn();
  ASSERT_TRUE(MemberOf(member_)->sso_linked());
  const IdentityId id = Of(member_)[0].identity.id;
  ASSERT_OK(Run(house_->sso->Unlink(ClientOf(browser), id)));
  EXPECT_TRUE(Of(member_).empty());
  EXPECT_FALSE(MemberOf(member_)->sso_linked());
  auto principal = Run(house_->authn->FromSession(browser.session->token));
  ASSERT_OK(principal);
  EXPECT_EQ((*principal)->session->SsoProof(acme_), nullptr);
  EXPECT_NE((*principal)->session->OwnProof(), nullptr);
  auto events = AuditEvents();
  EXPECT_EQ(std::ranges::count(events, audit::Event::kSsoIdentityUnlink), 1);
  EXPECT_ERROR(kNotFound, kIdentityNotFound, Run(house_->sso->Unlink(ClientOf(browser), id)));
}

// SETUP-35: an id of somebody else's is as unknown as a made-up one.
TEST_P(IdentitiesTest, ForeignIdentityIsUnknown) {
  LinkedMember();
  LetUnlinkedIn();
  EXPECT_ERROR(kNotFound, kIdentityNotFound,
               Run(house_->sso->Unlink(ClientOf(LogIn(manager_)), Of(member_)[0].identity.id)));
  EXPECT_ERROR(kNotFound, kIdentityNotFound,
               Run(house_->sso->Unlink(ClientOf(LogIn(manager_)), IdentityId{12345})));
  EXPECT_EQ(Of(member_).size(), 1u);
}

}  // namespace
}  // namespace gatehouse::sso::fixture
