// The periodic re-check (sso.md 2f, 6.13) and what it means at the door (2g).

#include "control/sso/recheck.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "control/identity/errors.h"
#include "control/sso/login_fixture.h"
#include "control/sso/sealed.h"

namespace gatehouse::sso::fixture {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using Kind = identity::RefreshOutcome::Kind;

class RecheckTest : public LoginTest {
 protected:
  ~RecheckTest() override {
    for (int fd : pipe_) close(fd);
  }
  void SetUp() override {
    ASSERT_EQ(pipe2(pipe_, O_NONBLOCK), 0);
    LoginTest::SetUp();
    if (IsSkipped()) return;
    house_->provider->asks_again = true;
    log_ = std::make_unique<telemetry::Logger>(clock(), telemetry::Logger::Options{.fd = pipe_[1]});
    Use({.interval = hours(24), .skew = hours(2), .batch = 100});
  }
  void Use(RecheckOptions options) {
    recheck_ = std::make_unique<Recheck>(
        Recheck::Parts{db(), clock(), rng(), *house_->refresher, *house_->sso, *house_->orgs,
                       house_->control_drainer, *log_, metrics_},
        options);
  }
  Recheck::Batch Batch() {
    auto batch = Run(recheck_->RunBatch());
    EXPECT_OK(batch);
    house_->DrainAll();
    return batch.value_or(Recheck::Batch{});
  }
  // Past the day on which they log in.
  void NextDay() {
    ASSERT_OK(Run(recheck_->Run(minutes(1))));
    clock().Advance(hours(24));
  }
  // A day passes for the identities, but not for the sessions.
  void MakeDue() { Execute("UPDATE auth_identities SET next_check_at = 0, last_synced_at = 0"); }
  void Answer(Kind kind, std::string_view reason) {
    house_->provider->refreshed = {.kind = kind, .data = {}, .reason = std::string(reason)};
  }
  identity::Identity Of(const users::User& user) {
    return Read([&](sql::Tx& tx) -> Result<identity::Identity> {
             GH_TRY(auto all, house_->identity_store.ListOfUser(tx, user.id));
             if (all.empty()) return Fail(Code::kNotFound, "none");
             return all.front();
           })
        .value_or(identity::Identity{});
  }
  std::string Log() {
    std::string text(1 << 16, '\0');
    const ssize_t n = read(pipe_[0], text.data(), text.size());
    text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return text;
  }

  int pipe_[2] = {-1, -1};
  std::unique_ptr<telemetry::Logger> log_;
  telemetry::Registry metrics_;
  std::unique_ptr<Recheck> recheck_;
};
GATEHOUSE_ON_ALL_ENGINES(RecheckTest);

TEST_P(RecheckTest, NobodyIsAskedOnTheDayOfTheLogIn) {
  LinkedMember();
  EXPECT_EQ(Batch().early, 2u);
  EXPECT_EQ(Batch().taken, 0u);
  clock().Advance(hours(21));
  EXPECT_EQ(Batch().taken, 0u) << "not before a day less two hours";
  EXPECT_EQ(house_->provider->refreshes, 0);
  clock().Advance(hours(3));
  EXPECT_EQ(Batch().valid, 2u);
  EXPECT_EQ(Batch().taken, 0u);
}

TEST_P(RecheckTest, ProvidersOfOtherKindsAreLeftAlone) {  // sso.md 232
  LinkedMember();
  house_->provider->asks_again = false;
  clock().Advance(hours(48));
  const std::string before = StateDigest();
  EXPECT_EQ(Batch().taken, 0u);
  EXPECT_EQ(StateDigest(), before);
}

TEST_P(RecheckTest, AYesMovesLastVerifiedAndABacklogIsWorkedOff) {  // 229, 230
  LinkedMember();
  Use({.interval = hours(24), .skew = hours(0), .batch = 1});
  NextDay();
  ASSERT_OK(Run(recheck_->Run(minutes(1))));
  EXPECT_EQ(house_->provider->refreshes, 2);
  EXPECT_EQ(Of(member_).last_verified_at, clock().Now());
  EXPECT_EQ(Of(member_).last_synced_at, clock().Now());
  const std::string log = Log();
  EXPECT_TRUE(log.contains("\"event\":\"sso_recheck\"")) << log;
  EXPECT_TRUE(metrics_.Render().contains("gatehouse_sso_rechecks_total{outcome=\"valid\"} 2"));
}

TEST_P(RecheckTest, HowManyAreStillDueIsInTheMetrics) {
  LinkedMember();
  Use({.interval = hours(24), .skew = hours(0), .batch = 1});
  NextDay();
  EXPECT_EQ(Batch().taken, 1u);
  EXPECT_TRUE(metrics_.Render().contains("gatehouse_sso_recheck_due 1")) << metrics_.Render();
  EXPECT_EQ(Batch().taken, 1u);
  EXPECT_TRUE(metrics_.Render().contains("gatehouse_sso_recheck_due 0"));
  NextDay();
  EXPECT_EQ(Batch().taken, 1u);
  EXPECT_TRUE(metrics_.Render().contains("gatehouse_sso_recheck_due 1")) << "counted again";
  recheck_.reset();
  EXPECT_TRUE(metrics_.Render().contains("gatehouse_sso_recheck_due 1")) << "outlives the job";
}

TEST_P(RecheckTest, WithdrawnAtTheProviderShutsTheDoorAndComingBackOpensIt) {
  Browser browser = LinkedMember();
  MakeDue();
  clock().Advance(minutes(1));
  const Timestamp verified = Of(member_).last_verified_at;
  Answer(Kind::kInvalid, identity::kRefreshRefused);
  EXPECT_EQ(Batch().invalid, 2u);
  EXPECT_FALSE(Of(member_).is_valid);
  EXPECT_EQ(Of(member_).invalid_reason, identity::kRefreshRefused);
  EXPECT_EQ(Of(member_).last_verified_at, verified) << "only a yes moves it";
  EXPECT_FALSE(MemberOf(member_)->sso_linked());
  EXPECT_TRUE(MemberOf(member_)->sso_invalid());
  auto principal = Run(house_->authn->FromSession(browser.session->token));
  ASSERT_OK(principal);
  EXPECT_EQ((*principal)->session->SsoProof(acme_), nullptr) << "L12";
  EXPECT_TRUE(StateFor(LogIn(member_), member_).needs_sso());
  auto events = AuditEvents();
  EXPECT_EQ(std::ranges::count(events, audit::Event::kSsoIdentityInvalid), 2);

  // No quirk: what has recovered is good again, flags and all.
  clock().Advance(hours(24));
  Answer(Kind::kValid, "");
  EXPECT_EQ(Batch().valid, 2u);
  EXPECT_TRUE(Of(member_).is_valid);
  EXPECT_TRUE(MemberOf(member_)->sso_linked());
  EXPECT_FALSE(MemberOf(member_)->sso_invalid());
}

TEST_P(RecheckTest, AnOutageInvalidatesNobodyAndTriesAgainLater) {
  Browser browser = LinkedMember();
  MakeDue();
  clock().Advance(minutes(1));
  const Timestamp verified = Of(member_).last_verified_at;
  Answer(Kind::kUnavailable, identity::kRefreshTimeout);
  EXPECT_EQ(Batch().unavailable, 2u);
  EXPECT_TRUE(Of(member_).is_valid);
  EXPECT_EQ(Of(member_).state, identity::TokenState::kStale);
  EXPECT_EQ(Of(member_).last_verified_at, verified);
  EXPECT_TRUE(MemberOf(member_)->sso_linked());
  EXPECT_FALSE(MemberOf(member_)->sso_invalid());
  EXPECT_FALSE(StateFor(browser, member_).needs_sso());
  // Pauses double.
  EXPECT_EQ(Batch().taken, 0u);
  clock().Advance(minutes(5));
  EXPECT_EQ(Batch().unavailable, 2u);
  clock().Advance(minutes(5));
  EXPECT_EQ(Batch().taken, 0u);
  clock().Advance(minutes(5));
  Answer(Kind::kValid, "");
  EXPECT_EQ(Batch().valid, 2u);
  EXPECT_EQ(Of(member_).state, identity::TokenState::kValid);
}

TEST_P(RecheckTest, AProviderThatDoesNotAnswerIsNotAskedForEverybody) {
  for (int i = 0; i < 5; ++i) {
    const std::string email = "m" + std::to_string(i) + "@acme.test";
    users::User user = AddUser(email);
    const orgs::UserCopy copy{.user = user.id, .email = email};
    const orgs::Actor actor{std::nullopt, "test", "", "c"};
    ASSERT_OK(Run(house_->orgs->AddMember(acme_, copy, "member", 0, actor)));
    Browser browser = LogIn(user);
    Asserts("crowd-" + std::to_string(i), email);
    ASSERT_OK(LogInThroughProvider(browser));
    ASSERT_OK(Run(house_->sso->ConfirmLink(ClientOf(browser), Acme())));
  }
  house_->DrainAll();
  NextDay();
  Answer(Kind::kUnavailable, identity::kRefreshFailed);
  const Recheck::Batch batch = Batch();
  EXPECT_EQ(batch.unavailable, 3u);
  EXPECT_EQ(batch.deferred, 3u);
  EXPECT_EQ(house_->provider->refreshes, 3);
}

TEST_P(RecheckTest, WhoIsNoMemberAnyMoreLosesTheIdentity) {
  LinkedMember();
  NextDay();
  Execute("DELETE FROM organization_members WHERE user_id = " + member_.id.ToString());
  EXPECT_EQ(Batch().removed, 1u);
  EXPECT_EQ(Of(member_).id, IdentityId{});
  EXPECT_EQ(Count("auth_identities"), 1);
}

TEST_P(RecheckTest, ABatchOfAProcessThatDiedIsDueAgainAndOneBatchHasOneTaker) {
  LinkedMember();
  NextDay();
  // Taken, and then nothing more.
  Execute("UPDATE auth_identities SET next_check_at = " +
          std::to_string((clock().Now() + minutes(10)).micros));
  EXPECT_EQ(Batch().taken, 0u);
  clock().Advance(minutes(10));
  EXPECT_EQ(Batch().valid, 2u);
}

TEST_P(RecheckTest, AFlagThatSaysSomethingElseIsRepaired) {
  LinkedMember();
  NextDay();
  Execute("UPDATE organization_members SET flags = 0");
  EXPECT_EQ(Batch().valid, 2u);
  EXPECT_TRUE(MemberOf(member_)->sso_linked());
}

// Rotation opens what the stores have sealed: the same purpose, the same binding.
TEST_P(RecheckTest, TheColumnsOfTheKeyRotationOpenTheirOwnRows) {
  ASSERT_OK(StartLogin(Anonymous()));
  for (const sealed::Column& column : SealedColumns()) {
    auto rows = Read([&](sql::Tx& tx) {
      return tx.Query(column.page, {std::int64_t{0}, "v1.none.%", std::int64_t{10}});
    });
    ASSERT_OK(rows);
    EXPECT_FALSE(rows->empty()) << column.name;
    for (sql::Row row : *rows) {
      EXPECT_OK((*house_->keys).Open(column.purpose, column.binding(row), row.Text(1)));
    }
  }
}

// ---- at the door --------------------------------------------------------------------------------

TEST_P(RecheckTest, AnIdentityThatNobodyVouchedForInAWeekOpensNothing) {  // 2g.1
  LinkedMember();
  NextDay();
  Answer(Kind::kUnavailable, identity::kRefreshFailed);
  for (int day = 1; day < 7; ++day) {
    EXPECT_TRUE(StateFor(LogIn(member_), member_).valid) << "day " << day;
    Batch();
    clock().Advance(hours(24));
  }
  EXPECT_FALSE(StateFor(LogIn(member_), member_).valid);
  house_->provider->asks_again = false;
  EXPECT_TRUE(StateFor(LogIn(member_), member_).valid) << "of a kind that is not asked every day";
}

// ---- ids that migrate ---------------------------------------------------------------------------

TEST_P(RecheckTest, AMigratingIdIsRewrittenOnceAtTheLogIn) {
  LinkedMember();
  Browser fresh = Anonymous();
  Asserts("1077", member_.email);
  house_->provider->next.legacy_subject = "subject-m";
  auto step = LogInThroughProvider(fresh);
  ASSERT_OK(step);
  ASSERT_TRUE(step->session.has_value());
  EXPECT_EQ(Of(member_).subject, "1077");
  ASSERT_OK(LogInThroughProvider(fresh));
  auto events = AuditEvents();
  EXPECT_EQ(std::ranges::count(events, audit::Event::kSsoIdentityMigrate), 1);
  EXPECT_EQ(Count("auth_identities"), 2);
}

TEST_P(RecheckTest, AMigratingIdOfTwoPeopleLogsInNobody) {  // SETUP-38
  LinkedMember();
  const std::string before = StateDigest();
  Browser fresh = Anonymous();
  Asserts("subject-m", member_.email);
  house_->provider->next.legacy_subject = "subject-1";  // the owner's
  EXPECT_ERROR(kPermissionDenied, kSsoFailed, LogInThroughProvider(fresh));
  EXPECT_EQ(LastReason(), kIdentityConflict);
  EXPECT_EQ(StateDigest(), before);
}

}  // namespace
}  // namespace gatehouse::sso::fixture
