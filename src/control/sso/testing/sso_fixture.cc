#include "control/sso/testing/sso_fixture.h"

namespace gatehouse::sso::fixture {

using runtime::RunSync;

namespace {

orgs::UserCopy Copy(const users::User& user) { return {.user = user.id, .email = user.email}; }

}  // namespace

House::House(sql::Database& database, const Clock& the_clock, IdGenerator& the_ids, Rng& rng)
    : db(database),
      clock(the_clock),
      ids(the_ids),
      keys(crypto::KeyRing::ForTest("sso", rng)),
      audit(test::NewAuditLog(clock, ids)),
      control_outbox(outbox::Half::kControl, clock, ids),
      region_outbox(outbox::Half::kRegion, clock, ids),
      control_drainer(outbox::Half::kControl, db, clock, {}),
      region_drainer(outbox::Half::kRegion, db, clock, {}),
      user_store(clock, ids, rng),
      session_store(clock, ids, rng, authn::Lifetimes{}, {"org:read", "org:write"}),
      identity_store(clock, ids, *keys, audit, control_outbox) {
  users::ServiceOptions options;
  options.base_url = kBaseUrl;
  options.cost = {8192, 1};
  users = std::make_unique<users::ServiceImpl>(
      users::ServiceParts{db, cpu, clock, ids, rng, audit, control_outbox}, options);
  authn = std::make_unique<authn::ServiceImpl>(
      authn::ServiceParts{db, session_store, user_store, *users, clock, audit});
  orgs = std::make_unique<orgs::ServiceImpl>(
      orgs::ServiceImpl::Parts{db, clock, ids, region_outbox, audit, kBaseUrl, {}});
  const std::string invite_key = keys->DeriveKey("invite");
  members = std::make_unique<members::ServiceImpl>(members::ServiceImpl::Parts{
      db, clock, rng, region_outbox, region_drainer, audit, invite_key, kBaseUrl});
  invites = std::make_unique<invites::ServiceImpl>(invites::ServiceImpl::Parts{
      db, clock, ids, rng, region_outbox, audit, limiter, invite_key, kBaseUrl});
  auto adapter = std::make_unique<ScriptedAdapter>();
  provider = adapter.get();
  std::vector<std::unique_ptr<Adapter>> adapters;
  adapters.push_back(std::move(adapter));
  Options sso_options;
  sso_options.base_url = kBaseUrl;
  sso_options.starts_per_minute = 0;
  sso = std::make_unique<ServiceImpl>(
      Deps{db, clock, ids, rng, *keys, audit, control_outbox, control_drainer, user_store,
           session_store, *authn, identity_store, *orgs, limiter},
      sso_options, std::move(adapters));
  refresher = std::make_unique<identity::Refresher>(
      identity::Refresher::Parts{db, clock, *keys, audit, *sso, *sso});
  RegisterEffects(control_drainer, *orgs, *members, *invites);
  RegisterRegionEffects(region_drainer, *sso, *members);
  auto keep = [](std::vector<json::Object>& all, outbox::Message m) -> Task<void> {
    all.push_back(std::move(m.payload));
    co_return Result<void>();
  };
  auto* all = &mails;
  auto nobody = [](outbox::Message) -> Task<void> { co_return Result<void>(); };
  region_drainer.Register(outbox::Category::kOrganizationUpdate, nobody);
  region_drainer.Register(outbox::Category::kSendSignal, nobody);
  for (outbox::Drainer* drainer : {&control_drainer, &region_drainer}) {
    drainer->Register(outbox::Category::kMail,
                      [keep, all](outbox::Message m) { return keep(*all, std::move(m)); });
  }
}

void House::DrainAll() {
  (void)RunSync(control_drainer.DrainDue());
  (void)RunSync(region_drainer.DrainDue());
}

void SsoTest::SetUp() {
  MigratedDatabase::SetUp();
  if (IsSkipped()) return;
  house_ = std::make_unique<House>(db(), clock(), ids(), rng());
  owner_ = AddUser("owner@acme.test");
  manager_ = AddUser("manager@acme.test");
  member_ = AddUser("member@acme.test");
  outsider_ = AddUser("outsider@other.test");
  orgs::Actor actor{std::nullopt, "test", "", "c"};
  auto acme = RunSync(house_->orgs->Create("acme", "Acme", Copy(owner_), actor));
  ASSERT_OK(acme);
  acme_ = acme->id;
  auto other = RunSync(house_->orgs->Create("other", "Other", Copy(outsider_), actor));
  ASSERT_OK(other);
  other_ = other->id;
  ASSERT_OK(RunSync(house_->orgs->AddMember(acme_, Copy(manager_), "manager", 0, actor)));
  ASSERT_OK(RunSync(house_->orgs->AddMember(acme_, Copy(member_), "member", 0, actor)));
  house_->DrainAll();
}

users::User SsoTest::AddUser(const std::string& email, bool with_password, bool verified) {
  auto user = Write([&](sql::Tx& tx) {
    users::NewUser fresh;
    fresh.email = email;
    fresh.email_verified = verified;
    fresh.name = email.substr(0, email.find('@'));
    if (with_password) {
      fresh.password_hash = crypto::HashPassword(kPassword, {8192, 1}).value();
    }
    return house_->user_store.Create(tx, fresh);
  });
  EXPECT_OK(user);
  return *user;
}

Browser SsoTest::Anonymous() { return Browser{rng().Token(), std::nullopt}; }

Browser SsoTest::LogIn(const users::User& user) {
  Browser browser = Anonymous();
  auto issued = Write([&](sql::Tx& tx) {
    authn::Proof proof;
    proof.at = clock().Now();
    return house_->session_store.Create(tx, user, proof, std::nullopt, "10.0.0.1", "test");
  });
  EXPECT_OK(issued);
  browser.session = std::move(*issued);
  return browser;
}

Client SsoTest::ClientOf(const Browser& browser) {
  Client client;
  client.browser = browser.id;
  client.ip = "10.0.0.1";
  client.user_agent = "test";
  client.correlation_id = "correlation-1";
  if (browser.session) {
    auto principal = Run(house_->authn->FromSession(browser.session->token));
    if (principal) client.principal = **principal;
  }
  return client;
}

orgs::Organization SsoTest::Acme() { return Run(house_->orgs->Get(acme_)).value(); }

std::optional<orgs::Member> SsoTest::MemberOf(const users::User& user) {
  return Run(house_->orgs->CheckMembership(acme_, user.id)).value();
}

std::string StateOf(const Step& step) {
  return step.redirect->substr(step.redirect->find("state=") + 6);
}

Result<Step> SsoTest::Begin(const Browser& browser) {
  return Run(house_->sso->BeginSetup(ClientOf(browser), Acme(), "oidc", "Acme IdP",
                                     {{"issuer", house_->provider->next.issuer},
                                      {"client_id", "c"},
                                      {"client_secret", "s3cret"}}));
}

Result<Step> SsoTest::Return(const Browser& browser, const Step& started, std::string slug) {
  return Run(house_->sso->Callback(ClientOf(browser), std::move(slug),
                                   {{"code", "x"}, {"state", StateOf(started)}}));
}

void SsoTest::Adopt(Browser& browser, const Result<Step>& step) {
  if (step && step->session) browser.session = step->session;
}

Result<Step> SsoTest::SetUpSso(Browser& browser) {
  GH_TRY(Step started, Begin(browser));
  GH_TRY_VOID(Return(browser, started));
  Result<Step> done = Run(house_->sso->FinishSetup(ClientOf(browser), Acme()));
  Adopt(browser, done);
  return done;
}

Result<Step> SsoTest::StartLogin(const Browser& browser, std::optional<invites::Ticket> ticket) {
  return Run(house_->sso->BeginLogin(ClientOf(browser), Acme(), "", std::move(ticket)));
}

void SsoTest::Enrol(const users::User& user) {
  ASSERT_OK(Write([&](sql::Tx& tx) { return house_->user_store.SetHas2fa(tx, user.id, true); }));
  house_->authn->ForgetAll();
}

Result<authn::IssuedSession> SsoTest::AnswerSecondFactor(const std::string& pending_token) {
  return Write([&](sql::Tx& tx) -> Result<authn::IssuedSession> {
    GH_TRY(authn::PendingLogin pending, house_->session_store.TakePending(tx, pending_token));
    std::vector<authn::Proof> proofs{pending.proof,
                                     {.kind = authn::ProofKind::kTotp, .at = clock().Now()}};
    return house_->session_store.CreateWithProofs(tx, pending.user, proofs, pending.previous,
                                                  "10.0.0.1", "test");
  });
}

Result<Step> SsoTest::LogInThroughProvider(Browser& browser,
                                           std::optional<invites::Ticket> ticket) {
  GH_TRY(Step started, StartLogin(browser, std::move(ticket)));
  Result<Step> done = Return(browser, started);
  Adopt(browser, done);
  return done;
}

std::vector<audit::Event> SsoTest::AuditEvents() {
  std::vector<audit::Event> events;
  for (const test::AuditRow& row : AuditRows()) events.push_back(row.event);
  return events;
}

std::string SsoTest::StateDigest() {
  static const std::vector<std::pair<std::string, std::vector<std::string>>> kTables = {
      {"users", {"id", "username", "name", "is_active", "session_epoch"}},
      {"user_emails", {"id", "user_id", "email", "is_verified"}},
      {"sessions", {"id", "user_id", "proofs"}},
      {"auth_providers",
       {"id", "organization_id", "issuer", "config", "revision", "allow_unlinked"}},
      {"auth_identities",
       {"id", "provider_id", "user_id", "issuer", "subject", "data", "is_valid"}},
      {"organizations", {"id", "slug", "default_role", "flags"}},
      {"organization_members", {"id", "user_id", "email", "role", "flags"}},
      {"organization_adoption", {"organization_id", "feature", "times"}},
      {"control_outbox", {"id", "category", "payload"}},
      {"region_outbox", {"id", "category", "payload"}},
  };
  std::string digest;
  for (const auto& [table, columns] : kTables) {
    std::string query = "SELECT ''";
    for (const std::string& column : columns) {
      query += " || '|' || COALESCE(CAST(" + column + " AS TEXT), '-')";
    }
    query += " FROM " + table + " ORDER BY 1";
    auto rows = Read([&](sql::Tx& tx) { return tx.Query(sql::Statement{"", query}); });
    EXPECT_OK(rows);
    digest += table + "\n";
    for (sql::Row row : *rows) digest += row.String(0) + "\n";
  }
  return digest;
}

}  // namespace gatehouse::sso::fixture
