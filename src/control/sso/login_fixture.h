#pragma once

// For the tests of this folder: single sign-on set up in "acme", its owner linked.

#include <string>
#include <utility>

#include "control/sso/policy.h"
#include "control/sso/testing/sso_fixture.h"

namespace gatehouse::sso::fixture {

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

}  // namespace gatehouse::sso::fixture
