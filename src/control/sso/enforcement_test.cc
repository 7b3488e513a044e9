// Whether a request may enter an organization, as far as single sign-on is concerned.

#include "control/sso/login_fixture.h"

namespace gatehouse::sso::fixture {
namespace {

class EnforcementTest : public LoginTest {};
GATEHOUSE_ON_ALL_ENGINES(EnforcementTest);

TEST_P(EnforcementTest, UnlinkedMemberMustUseSingleSignOn) {  // sso.md 161, SETUP-34
  SsoState state = StateFor(LogIn(member_), member_);
  EXPECT_TRUE(state.required);
  EXPECT_FALSE(state.valid);
  EXPECT_TRUE(state.needs_sso());
}

TEST_P(EnforcementTest, SsoProofExpiresAfterSevenDays) {
  Browser browser = LinkedMember();
  EXPECT_FALSE(StateFor(browser, member_).needs_sso());
  Client client = ClientOf(browser);
  clock().Advance(std::chrono::hours(24 * 7) + std::chrono::seconds(1));
  auto state = Run(house_->sso->QueryState(*client.principal, acme_, *MemberOf(member_)));
  ASSERT_OK(state);
  EXPECT_TRUE(state->needs_sso());
}

TEST_P(EnforcementTest, OptionalSingleSignOnLetsUnlinkedMembersIn) {
  ASSERT_OK(Run(house_->sso->ChangeSettings(ClientOf(admin_), Acme(), {false, std::nullopt})));
  EXPECT_FALSE(StateFor(LogIn(member_), member_).needs_sso());
}

TEST_P(EnforcementTest, SoleOwnerWithoutIdentityIsNotLockedOut) {  // sso.md 163
  ASSERT_OK(Write(
      [&](sql::Tx& tx) { return tx.Exec(sql::Statement{"", "DELETE FROM auth_identities"}, {}); }));
  SsoState state = StateFor(LogIn(owner_), owner_);
  EXPECT_FALSE(state.required);
  EXPECT_FALSE(state.valid);
  EXPECT_TRUE(StateFor(LogIn(manager_), manager_).needs_sso());
}

TEST_P(EnforcementTest, LinkedFlagOffMeansInvalid) {  // sso.md 164
  Browser browser = LinkedMember();
  ASSERT_OK(Write([&](sql::Tx& tx) {
    return tx.Exec(sql::Statement{"", "UPDATE organization_members SET flags = 0"}, {});
  }));
  SsoState state = StateFor(browser, member_);
  EXPECT_TRUE(state.required);
  EXPECT_FALSE(state.valid);
}

}  // namespace
}  // namespace gatehouse::sso::fixture
