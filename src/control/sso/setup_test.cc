// Setting up single sign-on: the pipeline, its refusals, and the one commit point.

#include <barrier>
#include <thread>

#include "base/text.h"
#include "control/sso/testing/sso_fixture.h"

namespace gatehouse::sso::fixture {
namespace {

class SetupTest : public SsoTest {};
GATEHOUSE_ON_ALL_ENGINES(SetupTest);

TEST_P(SetupTest, FinishCreatesProviderIdentityAuditFlagSignalAndMails) {
  Browser browser = LogIn(owner_);
  const std::string old_token = browser.session->token;
  auto done = SetUpSso(browser);
  ASSERT_OK(done);
  EXPECT_EQ(done->flash, "sso_enabled");
  EXPECT_EQ(*done->redirect, "/organizations/acme/auth/configure/");

  auto provider = Run(house_->sso->GetProvider(acme_));
  ASSERT_OK(provider);
  EXPECT_EQ(provider->issuer, "https://idp.test");
  EXPECT_EQ(provider->revision, 1);
  EXPECT_FALSE(provider->allow_unlinked);
  EXPECT_FALSE(provider->public_config.contains("client_secret"));

  EXPECT_EQ(Count("auth_identities"), 1);
  EXPECT_EQ(Number("SELECT user_id FROM auth_identities"), owner_.id.value);
  EXPECT_TRUE(MemberOf(owner_)->sso_linked());
  EXPECT_FALSE(MemberOf(owner_)->sso_invalid());
  EXPECT_EQ(Number("SELECT times FROM organization_adoption WHERE feature = 'sso'"), 1);

  auto events = AuditEvents();
  EXPECT_EQ(std::ranges::count(events, audit::Event::kSsoEnable), 1);
  EXPECT_EQ(std::ranges::count(events, audit::Event::kSsoIdentityLink), 1);
  EXPECT_EQ(std::ranges::count(events, audit::Event::kOrgEdit), 0) << "2FA was not required";

  // Every other member is asked to link; the owner is not.
  house_->mails.clear();
  house_->DrainAll();
  std::set<std::string> to;
  for (const json::Object& mail : house_->mails) to.emplace(mail.at("to").as_string().c_str());
  EXPECT_EQ(to, (std::set<std::string>{"manager@acme.test", "member@acme.test"}));

  // The session was rotated and carries both proofs.
  EXPECT_NE(browser.session->token, old_token);
  EXPECT_FALSE(Run(house_->authn->FromSession(old_token)).has_value());
  auto principal = Run(house_->authn->FromSession(browser.session->token));
  ASSERT_OK(principal);
  EXPECT_NE((*principal)->session->OwnProof(), nullptr);
  EXPECT_NE((*principal)->session->SsoProof(acme_), nullptr);
  EXPECT_EQ(Count("control_outbox"), 0) << "effects are drained before the answer";
}

TEST_P(SetupTest, RequiredTwoFactorIsSwitchedOffWithItsAuditEntry) {
  auto flags = Run(house_->orgs->UpdateFlags(acme_, {{"require_2fa", true}}, false, 0, {}));
  ASSERT_OK(flags);
  Browser browser = LogIn(owner_);
  ASSERT_OK(SetUpSso(browser));
  EXPECT_FALSE(Acme().require_2fa());
  int edits = 0;
  for (const test::AuditRow& row : AuditRows()) {
    if (row.event != audit::Event::kOrgEdit || !row.data.contains("require_2fa")) continue;
    if (row.data.at("require_2fa") != "to False when enabling SSO") continue;
    ++edits;
    EXPECT_EQ(row.actor, owner_.id);
    EXPECT_EQ(row.target_object, acme_.value);
  }
  EXPECT_EQ(edits, 1);
}

TEST_P(SetupTest, ClientSecretIsSealedAtRestAndAbsentFromAuditAndDecisions) {
  Browser browser = LogIn(owner_);
  ASSERT_OK(SetUpSso(browser));
  for (const char* query : {"SELECT COUNT(*) FROM auth_providers WHERE config LIKE '%s3cret%'",
                            "SELECT COUNT(*) FROM audit_log WHERE data LIKE '%s3cret%'",
                            "SELECT COUNT(*) FROM sso_decisions WHERE checks LIKE '%s3cret%'",
                            "SELECT COUNT(*) FROM sso_pipelines WHERE data LIKE '%s3cret%'"}) {
    EXPECT_EQ(Number(query), 0) << query;
  }
}

TEST_P(SetupTest, ReviewShowsClaimsMappingAndChecksBeforeTheLastClick) {
  Browser browser = LogIn(owner_);
  auto started = Begin(browser);
  ASSERT_OK(started);
  ASSERT_OK(Return(browser, *started));
  EXPECT_EQ(Count("auth_providers"), 0) << "nothing is live before the last click";
  auto shown = Run(house_->sso->ShowSetup(ClientOf(browser), Acme()));
  ASSERT_OK(shown);
  ASSERT_TRUE(shown->review.has_value());
  EXPECT_EQ(shown->review->subject, "subject-1");
  EXPECT_EQ(shown->review->checks.size(), 2u);
  EXPECT_EQ(shown->review->mapping.size(), 1u);
}

TEST_P(SetupTest, AnonymousFinishIsRefusedAndChangesNothing) {  // SETUP-01
  Browser browser = LogIn(owner_);
  auto started = Begin(browser);
  ASSERT_OK(started);
  ASSERT_OK(Return(browser, *started));
  Browser anonymous{browser.id, std::nullopt};
  const std::string before = StateDigest();
  EXPECT_ERROR(kUnauthenticated, kNotAuthed,
               Run(house_->sso->FinishSetup(ClientOf(anonymous), Acme())));
  EXPECT_EQ(StateDigest(), before);
  EXPECT_EQ(AuditEvents().back(), audit::Event::kSsoSetupRefused);
}

TEST_P(SetupTest, FinishByAnotherUserOfTheSameBrowserIsRefused) {  // SETUP-02
  Browser browser = LogIn(owner_);
  auto started = Begin(browser);
  ASSERT_OK(started);
  ASSERT_OK(Return(browser, *started));
  Browser switched = LogIn(manager_);
  switched.id = browser.id;
  Client client = ClientOf(switched);
  const std::string before = StateDigest();
  EXPECT_ERROR(kPermissionDenied, kUidMismatch, Run(house_->sso->FinishSetup(client, Acme())));
  EXPECT_EQ(StateDigest(), before);
  EXPECT_EQ(AuditEvents().back(), audit::Event::kSsoSetupRefused);
}

TEST_P(SetupTest, StarterRemovedBeforeTheFinishIsRefused) {  // SETUP-03
  Browser browser = LogIn(manager_);
  auto started = Begin(browser);
  ASSERT_OK(started);
  ASSERT_OK(Return(browser, *started));
  ASSERT_OK(Write([&](sql::Tx& tx) {
    return tx.Exec(sql::Statement{"", "DELETE FROM organization_members WHERE user_id = $1"},
                   {manager_.id});
  }));
  Client client = ClientOf(browser);
  const std::string before = StateDigest();
  EXPECT_ERROR(kPermissionDenied, kUidMismatch, Run(house_->sso->FinishSetup(client, Acme())));
  EXPECT_EQ(StateDigest(), before);
  EXPECT_EQ(AuditEvents().back(), audit::Event::kSsoSetupRefused);
  EXPECT_EQ(AuditRows().back().data.at("reason").as_string(), kUidMismatch);
}

TEST_P(SetupTest, StarterDemotedBeforeTheFinishIsRefused) {  // H3
  Browser browser = LogIn(manager_);
  auto started = Begin(browser);
  ASSERT_OK(started);
  ASSERT_OK(Return(browser, *started));
  ASSERT_OK(Write([&](sql::Tx& tx) {
    return tx.Exec(
        sql::Statement{"", "UPDATE organization_members SET role = 'member' WHERE user_id = $1"},
        {manager_.id});
  }));
  Client client = ClientOf(browser);
  const std::string before = StateDigest();
  EXPECT_ERROR(kPermissionDenied, kForbidden, Run(house_->sso->FinishSetup(client, Acme())));
  EXPECT_EQ(StateDigest(), before);
  EXPECT_EQ(AuditEvents().back(), audit::Event::kSsoSetupRefused);
  EXPECT_EQ(AuditRows().back().data.at("reason").as_string(), kForbidden);
}

TEST_P(SetupTest, FinishUnderAnotherOrganizationsUrlIsRefused) {  // SETUP-05
  Browser browser = LogIn(owner_);
  auto started = Begin(browser);
  ASSERT_OK(started);
  Client client = ClientOf(browser);
  const std::string before = StateDigest();
  EXPECT_ERROR(kInvalidArgument, kStateInvalid, Return(browser, *started, "other"));
  auto other = Run(house_->orgs->Get(other_));
  auto refused = Run(house_->sso->FinishSetup(client, *other));
  EXPECT_FALSE(refused.has_value());
  EXPECT_EQ(StateDigest(), before);
}

TEST_P(SetupTest, JumpToTheLastStepWithoutTheProviderIsRefused) {  // SETUP-06
  Browser browser = LogIn(owner_);
  ASSERT_OK(Begin(browser));
  const std::string before = StateDigest();
  EXPECT_ERROR(kInvalidArgument, kStateInvalid,
               Run(house_->sso->FinishSetup(ClientOf(browser), Acme())));
  EXPECT_EQ(StateDigest(), before);
}

TEST_P(SetupTest, StepListThatChangedMeanwhileIsRefused) {
  Browser browser = LogIn(owner_);
  auto started = Begin(browser);
  ASSERT_OK(started);
  ASSERT_OK(Return(browser, *started));
  house_->provider->other_steps = true;
  EXPECT_ERROR(kInvalidArgument, kStateInvalid,
               Run(house_->sso->FinishSetup(ClientOf(browser), Acme())));
  EXPECT_EQ(Count("auth_providers"), 0);
}

TEST_P(SetupTest, PipelineExpires) {
  Browser browser = LogIn(owner_);
  auto started = Begin(browser);
  ASSERT_OK(started);
  clock().Advance(std::chrono::minutes(10) + std::chrono::seconds(1));
  EXPECT_ERROR(kInvalidArgument, kStateInvalid, Return(browser, *started));
  EXPECT_EQ(house_->provider->finished, 0) << "no token request for a stale state";

  started = Begin(browser);
  ASSERT_OK(started);
  ASSERT_OK(Return(browser, *started));
  clock().Advance(std::chrono::hours(1) + std::chrono::seconds(1));
  EXPECT_ERROR(kInvalidArgument, kStateInvalid,
               Run(house_->sso->FinishSetup(ClientOf(browser), Acme())));
}

TEST_P(SetupTest, SecondFinishFindsNothingToDo) {  // SETUP-07
  Browser browser = LogIn(owner_);
  ASSERT_OK(SetUpSso(browser));
  auto again = Run(house_->sso->FinishSetup(ClientOf(browser), Acme()));
  ASSERT_OK(again);
  EXPECT_EQ(again->redirect, "/organizations/acme/auth/configure/");
  EXPECT_FALSE(again->session.has_value());
  EXPECT_EQ(std::ranges::count(AuditEvents(), audit::Event::kSsoEnable), 1);
  EXPECT_EQ(Number("SELECT times FROM organization_adoption"), 1);
}

TEST_P(SetupTest, SixteenParallelFinishesMakeOneProvider) {  // SETUP-07
  Browser browser = LogIn(owner_);
  auto started = Begin(browser);
  ASSERT_OK(started);
  ASSERT_OK(Return(browser, *started));
  Client client = ClientOf(browser);
  orgs::Organization acme = Acme();
  std::vector<std::thread> threads;
  std::atomic<int> finished{0};
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      auto done = runtime::RunSync(house_->sso->FinishSetup(client, acme));
      if (done && done->session) ++finished;
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(finished, 1);
  EXPECT_EQ(Count("auth_providers"), 1);
  EXPECT_EQ(Count("auth_identities"), 1);
  house_->DrainAll();
  EXPECT_EQ(std::ranges::count(AuditEvents(), audit::Event::kSsoEnable), 1);
  EXPECT_EQ(Number("SELECT times FROM organization_adoption"), 1);
}

TEST_P(SetupTest, TwoAdministratorsAtOnceOneWinsTheOtherReadsWhy) {  // SETUP-08
  ASSERT_OK(Run(house_->orgs->UpdateFlags(acme_, {{"require_2fa", true}}, false, 0, {})));
  Browser first = LogIn(owner_);
  Browser second = LogIn(manager_);
  auto a = Begin(first);
  ASSERT_OK(a);
  ASSERT_OK(Return(first, *a));
  house_->provider->next.subject = "subject-2";
  auto b = Begin(second);
  ASSERT_OK(b);
  ASSERT_OK(Return(second, *b));
  ASSERT_OK(Run(house_->sso->FinishSetup(ClientOf(first), Acme())));
  Client loser = ClientOf(second);
  const std::string before = StateDigest();
  EXPECT_ERROR(kConflict, kProviderExists, Run(house_->sso->FinishSetup(loser, Acme())));
  EXPECT_EQ(StateDigest(), before);
  EXPECT_EQ(AuditRows().back().data.at("reason").as_string(),
            kProviderExists);  // the other reads why
  int edits = 0;
  for (const test::AuditRow& row : AuditRows()) {
    edits += row.event == audit::Event::kOrgEdit && row.data.contains("require_2fa") &&
                     row.data.at("require_2fa") == "to False when enabling SSO"
                 ? 1
                 : 0;
  }
  EXPECT_EQ(edits, 1);
}

TEST_P(SetupTest, TwoAdministratorsInTheSameInstantOneWins) {  // SETUP-08
  for (int round = 0; round < 6; ++round) {
    ASSERT_OK(Run(house_->orgs->UpdateFlags(acme_, {{"require_2fa", true}}, false, 0, {})));
    const auto refused_before = std::ranges::count(AuditEvents(), audit::Event::kSsoSetupRefused);
    std::vector<Browser> browsers{LogIn(owner_), LogIn(manager_)};
    std::vector<Client> clients;
    for (Browser& browser : browsers) {
      house_->provider->next.subject = "subject-" + std::to_string(clients.size());
      auto started = Begin(browser);
      ASSERT_OK(started);
      ASSERT_OK(Return(browser, *started));
      clients.push_back(ClientOf(browser));
    }
    const orgs::Organization acme = Acme();
    std::vector<Result<Step>> done(2, Fail(Code::kInternal, "not_run"));
    std::barrier start(2);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < 2; ++i) {
      threads.emplace_back([&, i] {
        start.arrive_and_wait();
        done[i] = runtime::RunSync(house_->sso->FinishSetup(clients[i], acme));
      });
    }
    for (std::thread& thread : threads) thread.join();
    const std::size_t winner = done[0] ? 0 : 1;
    ASSERT_OK(done[winner]);
    EXPECT_ERROR(kConflict, kProviderExists, done[1 - winner]);
    EXPECT_EQ(Count("auth_providers"), 1);
    EXPECT_EQ(Count("auth_identities"), 1);
    house_->DrainAll();
    EXPECT_FALSE(Acme().require_2fa());
    EXPECT_EQ(std::ranges::count(AuditEvents(), audit::Event::kSsoSetupRefused),
              refused_before + 1);
    EXPECT_EQ(std::ranges::count(AuditEvents(), audit::Event::kSsoEnable), round + 1);
    Adopt(browsers[winner], done[winner]);
    ASSERT_OK(Run(house_->sso->Disable(ClientOf(browsers[winner]), Acme())));
    house_->DrainAll();
    clock().Advance(std::chrono::minutes(2));
  }
}

TEST_P(SetupTest, MemberRoleMayNotBegin) {  // SETUP-10
  Browser browser = LogIn(member_);
  Browser stranger = LogIn(outsider_);
  const std::string before = StateDigest();
  EXPECT_ERROR(kPermissionDenied, kForbidden, Begin(browser));
  EXPECT_ERROR(kPermissionDenied, kUidMismatch, Begin(stranger));
  EXPECT_EQ(Count("sso_pipelines"), 0);
  EXPECT_EQ(StateDigest(), before);
}

TEST_P(SetupTest, IdentityWithoutUsableSubjectNeverGoesLive) {  // SETUP-11
  for (std::string subject : {std::string(), std::string(10 * 1024, 'x')}) {
    Browser browser = LogIn(owner_);
    house_->provider->next.subject = subject;
    auto started = Begin(browser);
    ASSERT_OK(started);
    const std::string before = StateDigest();
    ASSERT_OK(Return(browser, *started));
    EXPECT_EQ(AuditEvents().back(), audit::Event::kSsoSetupRefused);
    EXPECT_EQ(AuditRows().back().data.at("reason").as_string(), kInvalidIdentity);
    auto shown = Run(house_->sso->ShowSetup(ClientOf(browser), Acme()));
    ASSERT_OK(shown);
    ASSERT_TRUE(shown->form_errors.has_value());
    EXPECT_EQ(shown->form_errors->front().reason, kInvalidIdentity);
    EXPECT_ERROR(kInvalidArgument, kStateInvalid,
                 Run(house_->sso->FinishSetup(ClientOf(browser), Acme())));
    EXPECT_EQ(Count("auth_providers"), 0);
    EXPECT_EQ(StateDigest(), before);
  }
}

TEST_P(SetupTest, ProviderRefusalShowsItsChecksAndIsAudited) {
  Browser browser = LogIn(owner_);
  house_->provider->refusal = "oidc_aud";
  auto started = Begin(browser);
  ASSERT_OK(started);
  auto back = Return(browser, *started);
  ASSERT_OK(back);
  EXPECT_EQ(*back->redirect, "/organizations/acme/auth/configure/?review=1");
  auto shown = Run(house_->sso->ShowSetup(ClientOf(browser), Acme()));
  ASSERT_OK(shown);
  ASSERT_TRUE(shown->form_errors.has_value());
  EXPECT_EQ(shown->form_errors->front().reason, "oidc_aud");
  EXPECT_EQ(shown->settings.at("issuer"), "https://idp.test");
  EXPECT_FALSE(shown->settings.contains("client_secret"));
  EXPECT_EQ(AuditEvents().back(), audit::Event::kSsoSetupRefused);
  auto decisions = Run(house_->sso->Decisions(acme_, std::nullopt, "correlation-1", 10));
  ASSERT_OK(decisions);
  ASSERT_EQ(decisions->size(), 1u);
  EXPECT_EQ(decisions->front().reason, "oidc_aud");
  EXPECT_EQ(decisions->front().checks.back().expected, "client");
}

TEST_P(SetupTest, AssertedEmailOfAnotherUserLinksOnlyTheStarter) {  // SETUP-15, H2
  Browser browser = LogIn(owner_);
  house_->provider->next.email = outsider_.email;
  // Every row that has to do with the victim.
  auto victims = [this] {
    std::string rows;
    for (std::string_view line : Split(StateDigest(), '\n')) {
      const bool theirs = line.contains(outsider_.id.ToString()) || line.contains(outsider_.email);
      if (theirs && !line.contains(owner_.id.ToString())) rows += std::string(line) + "\n";
    }
    return rows;
  };
  const std::string before = victims();
  EXPECT_GE(std::ranges::count(before, '\n'), 3) << "account, address, membership";
  ASSERT_OK(SetUpSso(browser));
  EXPECT_EQ(victims(), before);
  EXPECT_EQ(Number("SELECT user_id FROM auth_identities"), owner_.id.value);
  EXPECT_EQ(
      Number("SELECT COUNT(*) FROM auth_identities WHERE user_id = " + outsider_.id.ToString()), 0);
}

TEST_P(SetupTest, ClientKeysOfDraftAndLiveConfigurationAreThereWhenTheProviderAsks) {
  auto kids = [&] {
    json::Object set = Run(house_->sso->ClientKeys(acme_)).value();
    std::string out;
    for (const json::Value& key : set.at("keys").as_array()) {
      out += std::string(key.at("kid").as_string()) + " ";
    }
    return out;
  };
  EXPECT_EQ(kids(), "");
  Browser browser = LogIn(owner_);
  auto started = Begin(browser);
  ASSERT_OK(started);
  EXPECT_EQ(kids(), "c ");
  std::string while_answering;
  house_->provider->during_finish = [&] { std::thread([&] { while_answering = kids(); }).join(); };
  ASSERT_OK(Return(browser, *started));
  house_->provider->during_finish = nullptr;
  EXPECT_EQ(while_answering, "c ");
  ASSERT_OK(Run(house_->sso->FinishSetup(ClientOf(browser), Acme())));
  EXPECT_EQ(kids(), "c ");
  EXPECT_EQ(Run(house_->sso->ClientKeys(other_)).value().at("keys").as_array().size(), 0u);
}

TEST_P(SetupTest, ProtocolChangeServesTheOldRevisionUntilTheLastClick) {
  Browser browser = LogIn(owner_);
  ASSERT_OK(SetUpSso(browser));
  house_->provider->next.issuer = "https://new-idp.test";
  auto started = Begin(browser);
  ASSERT_OK(started);
  ASSERT_OK(Return(browser, *started));
  EXPECT_EQ(Run(house_->sso->GetProvider(acme_))->issuer, "https://idp.test");
  auto shown = Run(house_->sso->ShowSetup(ClientOf(browser), Acme()));
  ASSERT_OK(shown);
  EXPECT_TRUE(shown->review->is_edit);
  EXPECT_TRUE(shown->review->issuer_changed);
}

TEST_P(SetupTest, ChangedIssuerInvalidatesEveryIdentityAndSession) {  // SETUP-31
  Browser admin = LogIn(owner_);
  ASSERT_OK(SetUpSso(admin));
  Browser user = LogIn(member_);
  house_->provider->next = {"https://idp.test", "subject-m", member_.email, true, "M", {}};
  ASSERT_OK(LogInThroughProvider(user));
  auto linked = Run(house_->sso->ConfirmLink(ClientOf(user), Acme()));
  ASSERT_OK(linked);
  Adopt(user, linked);
  ASSERT_TRUE(MemberOf(member_)->sso_linked());

  house_->provider->next = {"https://new-idp.test", "owner-new", owner_.email, true, "O", {}};
  auto edited = SetUpSso(admin);
  ASSERT_OK(edited);
  EXPECT_EQ(edited->flash, "sso_edited");
  house_->DrainAll();
  EXPECT_FALSE(MemberOf(member_)->sso_linked());
  EXPECT_TRUE(MemberOf(member_)->sso_invalid());
  EXPECT_TRUE(MemberOf(owner_)->sso_linked());
  EXPECT_FALSE(MemberOf(owner_)->sso_invalid());
  auto principal = Run(house_->authn->FromSession(user.session->token));
  ASSERT_OK(principal);
  EXPECT_EQ((*principal)->session->SsoProof(acme_), nullptr);
  bool audited = false;
  for (const test::AuditRow& row : AuditRows()) {
    if (row.event != audit::Event::kSsoEdit) continue;
    audited = json::Serialize(row.data).find("new-idp.test") != std::string::npos &&
              json::Serialize(row.data).find("https://idp.test") != std::string::npos;
  }
  EXPECT_TRUE(audited) << "old and new issuer are in the entry";
}

TEST_P(SetupTest, TwoEditsAtOnceOneWins) {
  Browser browser = LogIn(owner_);
  ASSERT_OK(SetUpSso(browser));
  Browser second = LogIn(manager_);
  auto a = Begin(browser);
  ASSERT_OK(a);
  ASSERT_OK(Return(browser, *a));
  house_->provider->next.subject = "subject-2";
  auto b = Begin(second);
  ASSERT_OK(b);
  ASSERT_OK(Return(second, *b));
  ASSERT_OK(Run(house_->sso->FinishSetup(ClientOf(browser), Acme())));
  EXPECT_ERROR(kConflict, kProviderChanged,
               Run(house_->sso->FinishSetup(ClientOf(second), Acme())));
  EXPECT_EQ(Run(house_->sso->GetProvider(acme_))->revision, 2);
}

}  // namespace
}  // namespace gatehouse::sso::fixture
