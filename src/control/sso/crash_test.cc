// Finish set-up, killed or failed at every statement and commit, in the control transaction and in
// each effect on the region: afterwards everything or nothing, each effect once, never a provider
// without its identity, audit entry, flag change and signal.

#include <sys/wait.h>
#include <unistd.h>

#include "control/sso/testing/sso_fixture.h"
#include "platform/sql/testing/faulty_database.h"

namespace gatehouse::sso::fixture {
namespace {

class CrashTest : public SsoTest {
 protected:
  void SetUp() override {
    SsoTest::SetUp();
    if (IsSkipped()) return;
    // Not by UpdateFlags, which would put the members without a second factor on hold.
    Execute("UPDATE organizations SET flags = flags | 16");
    browser_ = LogIn(owner_);
  }

  // Up to the review page.
  void Prepare() {
    auto started = Begin(browser_);
    ASSERT_OK(started);
    ASSERT_OK(Return(browser_, *started));
  }

  // Undoes a set-up that went through, so that the next round begins as the first did.
  void Restore() {
    ASSERT_OK(Write([&](sql::Tx& tx) -> Result<void> {
      for (const char* text :
           {"DELETE FROM auth_identities", "DELETE FROM auth_providers",
            "DELETE FROM sso_pipelines", "DELETE FROM sso_decisions", "DELETE FROM audit_log",
            "DELETE FROM audit_chain", "DELETE FROM audit_heads", "DELETE FROM audit_unsealed",
            "DELETE FROM sessions", "DELETE FROM control_outbox", "DELETE FROM region_outbox",
            "DELETE FROM organization_adoption", "UPDATE organizations SET flags = flags | 16",
            "UPDATE organization_members SET flags = 0"}) {
        GH_TRY_VOID(tx.Exec(sql::Statement{"", text}));
      }
      return {};
    }));
    house_->mails.clear();
    house_->authn->ForgetAll();
    browser_ = LogIn(owner_);
  }

  // What must hold once everything due has been delivered.
  void ExpectAllOrNothing(const std::string& moment) {
    SCOPED_TRACE(moment);
    // A killed process leaves its leases behind; they run out.
    clock().Advance(std::chrono::minutes(2));
    for (int i = 0; i < 8; ++i) house_->DrainAll();
    const std::int64_t providers = Count("auth_providers");
    ASSERT_LE(providers, 1);
    int enable = 0, link = 0, edit = 0;
    for (const test::AuditRow& row : AuditRows()) {
      enable += row.event == audit::Event::kSsoEnable ? 1 : 0;
      link += row.event == audit::Event::kSsoIdentityLink ? 1 : 0;
      edit += row.event == audit::Event::kOrgEdit && row.data.contains("require_2fa") &&
                      row.data.at("require_2fa") == "to False when enabling SSO"
                  ? 1
                  : 0;
    }
    EXPECT_EQ(Count("auth_identities"), providers);
    EXPECT_EQ(enable, providers);
    EXPECT_EQ(link, providers);
    EXPECT_EQ(edit, providers) << "require_2fa is cleared once";
    EXPECT_EQ(Acme().require_2fa(), providers == 0);
    EXPECT_EQ(MemberOf(owner_)->sso_linked(), providers == 1);
    EXPECT_EQ(Number("SELECT COALESCE(SUM(times), 0) FROM organization_adoption"), providers)
        << "the signal is delivered once";
    std::map<std::string, int> per_address;
    std::set<std::string> ids;
    for (const json::Object& mail : house_->mails) {
      if (ids.emplace(mail.at("id").as_string().c_str()).second) {
        ++per_address[mail.at("to").as_string().c_str()];
      }
    }
    EXPECT_EQ(per_address.size(), providers == 1 ? 2u : 0u);
    for (const auto& [address, count] : per_address) EXPECT_EQ(count, 1) << address;
    EXPECT_EQ(Count("control_outbox") + Count("region_outbox"), 0);
    EXPECT_EQ(BrokenInvariants(), std::vector<std::string>());
    // After a failure nothing stands in the way of a second attempt.
    if (providers == 0) {
      auto again = SetUpSso(browser_);
      EXPECT_OK(again);
    }
  }

  Browser browser_;
};
GATEHOUSE_ON_ALL_ENGINES(CrashTest);

// The moments of one finish, effects included, in order.
std::vector<std::string> MomentsOf(sql::Database& db, const Clock& clock, IdGenerator& ids,
                                   Rng& rng, const Client& client, const orgs::Organization& acme) {
  sql::FaultyDatabase observed(db);
  House house(observed, clock, ids, rng);
  EXPECT_OK(runtime::RunSync(house.sso->FinishSetup(client, acme)));
  return observed.moments();
}

TEST_P(CrashTest, FailureAtEveryMomentLeavesAllOrNothing) {  // SETUP-12
  Prepare();
  const auto moments = MomentsOf(db(), clock(), ids(), rng(), ClientOf(browser_), Acme());
  ASSERT_GT(moments.size(), 40u) << "a sweep that shrank proves less";
  ExpectAllOrNothing("unharmed");
  for (std::size_t n = 1; n <= moments.size(); ++n) {
    Restore();
    Prepare();
    sql::FaultyDatabase faulty(db());
    House failing(faulty, clock(), ids(), rng());
    Client client = ClientOf(browser_);
    orgs::Organization acme = Acme();
    faulty.Arm(n, sql::Fault::kError);
    (void)runtime::RunSync(failing.sso->FinishSetup(client, acme));
    ASSERT_TRUE(faulty.fired()) << moments[n - 1];
    ExpectAllOrNothing(std::to_string(n) + " " + moments[n - 1]);
    if (HasFatalFailure() || HasNonfatalFailure()) break;
  }
}

TEST_P(CrashTest, KillAtEveryMomentLeavesAllOrNothing) {  // SETUP-13
  Prepare();
  const auto moments = MomentsOf(db(), clock(), ids(), rng(), ClientOf(browser_), Acme());
  ASSERT_GT(moments.size(), 40u) << "a sweep that shrank proves less";
  for (std::size_t n = 1; n <= moments.size(); ++n) {
    Restore();
    Prepare();
    Client client = ClientOf(browser_);
    orgs::Organization acme = Acme();
    // No thread may hold a lock at the fork: the child would wait for it for ever.
    house_.reset();
    database().Close();
    const pid_t child = fork();
    if (child == 0) {
      auto own = database().OpenAnother();
      sql::FaultyDatabase faulty(*own);
      House house(faulty, clock(), ids(), rng());
      faulty.Arm(n, sql::Fault::kKill);
      (void)runtime::RunSync(house.sso->FinishSetup(client, acme));
      _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    database().Reopen();
    house_ = std::make_unique<House>(db(), clock(), ids(), rng());
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << moments[n - 1];
    ExpectAllOrNothing(std::to_string(n) + " " + moments[n - 1]);
    if (HasFatalFailure() || HasNonfatalFailure()) break;
  }
}

}  // namespace
}  // namespace gatehouse::sso::fixture
