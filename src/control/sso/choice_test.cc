// What the administrator chooses on the review page, and the provider's words with a refusal.

#include "control/sso/testing/sso_fixture.h"

namespace gatehouse::sso::fixture {
namespace {

class ChoiceTest : public SsoTest {
 protected:
  void SetUp() override {
    SsoTest::SetUp();
    house_->provider->choice = Choice{.label = "Organization",
                                      .help = "Its members can log in.",
                                      .options = {{"1", "acme"}, {"2", "other"}},
                                      .selected = "1"};
  }
  // Up to the review page.
  Browser Tried() {
    Browser browser = LogIn(owner_);
    auto started = Begin(browser);
    EXPECT_TRUE(started.has_value());
    EXPECT_TRUE(Return(browser, *started).has_value());
    return browser;
  }
  Result<Step> Finish(const Browser& browser, std::string choice) {
    return Run(house_->sso->FinishSetup(ClientOf(browser), Acme(), std::move(choice)));
  }
  json::Object LiveConfig() { return Run(house_->sso->GetProvider(acme_)).value().public_config; }
};
GATEHOUSE_ON_ALL_ENGINES(ChoiceTest);

TEST_P(ChoiceTest, ReviewShowsWhatCanBeChosenAndItGoesLive) {
  Browser browser = Tried();
  EXPECT_EQ(house_->provider->purpose, Purpose::kSetUp);
  auto shown = Run(house_->sso->ShowSetup(ClientOf(browser), Acme()));
  ASSERT_OK(shown);
  ASSERT_TRUE(shown->review && shown->review->choice);
  EXPECT_EQ(shown->review->choice->label, "Organization");
  EXPECT_EQ(shown->review->choice->help, "Its members can log in.");
  ASSERT_EQ(shown->review->choice->options.size(), 2u);
  EXPECT_EQ(shown->review->choice->options[1].value, "2");
  EXPECT_EQ(shown->review->choice->options[1].label, "other");
  EXPECT_EQ(shown->review->choice->selected, "1");
  ASSERT_OK(Finish(browser, "2"));
  EXPECT_EQ(LiveConfig().at("org"), "2");
  bool audited = false;
  for (const test::AuditRow& row : AuditRows()) {
    if (row.event == audit::Event::kSsoEnable) audited = row.data.at("config").at("org") == "2";
  }
  EXPECT_TRUE(audited);
}

TEST_P(ChoiceTest, NothingGoesLiveWithoutAChoiceThatWasOffered) {
  Browser browser = Tried();
  const std::string before = StateDigest();
  for (const char* choice : {"", "3", "acme", "1 ", "*"}) {
    EXPECT_ERROR(kInvalidArgument, kChoiceRequired, Finish(browser, choice));
  }
  EXPECT_EQ(StateDigest(), before);
  EXPECT_EQ(Count("auth_providers"), 0);
  // The set-up is still there: choosing is all that is left to do.
  ASSERT_OK(Finish(browser, "1"));
  EXPECT_EQ(LiveConfig().at("org"), "1");
}

TEST_P(ChoiceTest, OptionsAreSealedWithThePipeline) {
  Browser browser = Tried();
  EXPECT_EQ(Number("SELECT COUNT(*) FROM sso_pipelines WHERE data LIKE '%other%'"), 0);
}

TEST_P(ChoiceTest, LogInChoosesNothing) {
  Browser browser = Tried();
  auto done = Finish(browser, "1");
  ASSERT_OK(done);
  Adopt(browser, done);
  ASSERT_OK(LogInThroughProvider(browser));
  EXPECT_EQ(house_->provider->purpose, Purpose::kLogIn);
}

TEST_P(ChoiceTest, AnotherOrganizationEndsTheSessionsOfTheFirst) {
  Browser admin = Tried();
  auto done = Finish(admin, "1");
  ASSERT_OK(done);
  Adopt(admin, done);
  Browser user = LogIn(member_);
  house_->provider->next = {"https://idp.test", "subject-m", member_.email, true, "M", {}};
  ASSERT_OK(LogInThroughProvider(user));
  auto linked = Run(house_->sso->ConfirmLink(ClientOf(user), Acme()));
  ASSERT_OK(linked);
  Adopt(user, linked);
  house_->provider->next = {"https://idp.test", "subject-1", owner_.email, true, "O", {}};

  auto proof = [&] {
    auto principal = Run(house_->authn->FromSession(user.session->token));
    return principal && (*principal)->session->SsoProof(acme_) != nullptr;
  };
  // The same again changes nothing for them.
  auto started = Begin(admin);
  ASSERT_OK(started);
  ASSERT_OK(Return(admin, *started));
  done = Finish(admin, "1");
  ASSERT_OK(done);
  Adopt(admin, done);
  EXPECT_TRUE(proof());
  started = Begin(admin);
  ASSERT_OK(started);
  ASSERT_OK(Return(admin, *started));
  done = Finish(admin, "2");
  ASSERT_OK(done);
  EXPECT_FALSE(proof());
  EXPECT_TRUE(MemberOf(member_)->sso_linked()) << "the link itself stays";
}

TEST_P(ChoiceTest, ProvidersWordsReachTheFormOfTheSetUpAndNobodyElse) {
  Browser browser = LogIn(owner_);
  house_->provider->refusal = "oidc_provider_error";
  house_->provider->user_message = "<b>We do not know this application.</b>";
  auto started = Begin(browser);
  ASSERT_OK(started);
  ASSERT_OK(Return(browser, *started));
  auto shown = Run(house_->sso->ShowSetup(ClientOf(browser), Acme()));
  ASSERT_OK(shown);
  EXPECT_TRUE(shown->form_errors.has_value());
  EXPECT_EQ(shown->provider_message, "<b>We do not know this application.</b>");
}

}  // namespace
}  // namespace gatehouse::sso::fixture
