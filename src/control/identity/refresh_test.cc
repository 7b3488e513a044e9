// Refreshing tokens: every outcome, many callers, and a process that dies in the middle.

#include "control/identity/refresh.h"

#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "control/identity/vault_fixture.h"
#include "platform/sql/testing/faulty_database.h"

namespace gatehouse::identity {
namespace {

class RefreshTest : public VaultTest {
 protected:
  void SetUp() override {
    VaultTest::SetUp();
    if (IsSkipped()) return;
    sso_ = {Table::kSso, kOrg, SsoIdentity(ada_).value};
    linked_ = {Table::kLinked, kOrg, Linked(AddPlace(), ada_).id.value};
  }
  Result<Refreshed> Refresh(Target target, std::int64_t seen = 0) {
    return Run(service().RefreshIdentity(target, seen));
  }
  struct Shown {
    TokenState state;
    std::string reason;
    bool good;
    std::string refresh_token;
    std::int64_t version;
  };
  Shown Show(Target target) {
    if (target.table == Table::kLinked) {
      const RpcIdentity one = Stored(LinkedId{target.id});
      return {one.state, one.state_reason, one.status != LinkStatus::kInvalid,
              std::string(json::GetString(one.data, "refresh_token").value_or("none")),
              one.version};
    }
    const Identity one = StoredSso(ada_);
    auto data = Read([&](sql::Tx& tx) { return vault_->store.Data(tx, kOrg, one.id); }).value();
    return {one.state, one.state_reason, one.is_valid,
            std::string(json::GetString(data, "refresh_token").value_or("none")), one.version};
  }
  void Answer(RefreshOutcome::Kind kind, std::string_view reason) {
    port_.answer = RefreshOutcome{
        .kind = kind, .data = {}, .reason = std::string(reason), .detail = "HTTP 400"};
  }

  Target sso_, linked_;
};
GATEHOUSE_ON_ALL_ENGINES(RefreshTest);
INSTANTIATE_TEST_SUITE_P(OverRpc, RefreshTest, testing::ValuesIn(sql::AllEngines()),
                         sql::EngineName);

TEST_P(RefreshTest, ARotatedTokenIsKept) {
  for (Target target : {sso_, linked_}) {
    port_.issued->newest = 1;
    clock().Advance(std::chrono::hours(1));
    auto refreshed = Refresh(target);
    ASSERT_OK(refreshed);
    EXPECT_TRUE(refreshed->asked);
    EXPECT_EQ(json::GetString(refreshed->data, "access_token"), "at-2");
    const Shown shown = Show(target);
    EXPECT_EQ(shown.refresh_token, "rt-2");
    EXPECT_EQ(shown.version, refreshed->version);
    EXPECT_EQ(shown.state, TokenState::kValid);
  }
  EXPECT_EQ(StoredSso(ada_).last_verified_at, clock().Now() - std::chrono::hours(1));
  EXPECT_TRUE(port_.changes.empty());
}

TEST_P(RefreshTest, AMissingTokenInTheAnswerKeepsTheOldOne) {
  for (Target target : {sso_, linked_}) {
    port_.answer =
        RefreshOutcome{.kind = RefreshOutcome::Kind::kValid, .data = {{"access_token", "at-new"}}};
    ASSERT_OK(Refresh(target));
    EXPECT_EQ(Show(target).refresh_token, "rt-1");
  }
}

// 2f, 2i.2, OIDC-33: withdrawn for good.
TEST_P(RefreshTest, WhatTheProviderHasWithdrawnIsSuspendedWithTheReason) {
  for (std::string_view slug :
       {kMissingRefreshToken, kRefreshRefused, kRefreshOther, kRefreshForbidden}) {
    for (Target target : {sso_, linked_}) {
      SCOPED_TRACE(slug);
      port_.answer.reset();
      port_.issued->newest = std::stoi(Show(target).refresh_token.substr(3));
      ASSERT_OK(Refresh(target));
      const Shown before = Show(target);
      port_.changes.clear();
      const std::size_t entries = Audit(audit::Event::kSsoIdentityInvalid).size() +
                                  Audit(audit::Event::kIdentityInvalid).size();
      Answer(RefreshOutcome::Kind::kInvalid, slug);
      EXPECT_ERROR(kFailedPrecondition, slug, Refresh(target));
      const Shown after = Show(target);
      EXPECT_EQ(after.state, TokenState::kSuspended);
      EXPECT_EQ(after.reason, slug);
      EXPECT_FALSE(after.good);
      EXPECT_EQ(after.refresh_token, before.refresh_token) << "nothing is thrown away";
      EXPECT_EQ(port_.changes, std::vector<bool>{false});
      EXPECT_ERROR(kFailedPrecondition, slug, Refresh(target));
      EXPECT_EQ(port_.changes.size(), 1u) << "said once";
      EXPECT_EQ(Audit(audit::Event::kSsoIdentityInvalid).size() +
                    Audit(audit::Event::kIdentityInvalid).size(),
                entries + 1);
    }
  }
}

// OIDC-34: an outage changes nobody.
TEST_P(RefreshTest, NoAnswerThatMeansAnythingMakesItStaleAndNothingElse) {
  for (auto [slug, code] : {std::pair{kRefreshFailed, Code::kUnavailable},
                            {kRefreshRejected, Code::kUnavailable},
                            {kRefreshGarbled, Code::kUnavailable},
                            {kRefreshTimeout, Code::kDeadlineExceeded}}) {
    for (Target target : {sso_, linked_}) {
      SCOPED_TRACE(slug);
      const Shown before = Show(target);
      Answer(RefreshOutcome::Kind::kUnavailable, slug);
      auto refused = Refresh(target);
      ASSERT_FALSE(refused.has_value());
      EXPECT_EQ(refused.error().code, code);
      EXPECT_EQ(refused.error().reason, slug);
      const Shown after = Show(target);
      EXPECT_EQ(after.state, TokenState::kStale);
      EXPECT_EQ(after.reason, slug);
      EXPECT_TRUE(after.good);
      EXPECT_EQ(after.refresh_token, before.refresh_token);
      EXPECT_EQ(after.version, before.version);
    }
  }
  EXPECT_TRUE(port_.changes.empty());
  port_.answer.reset();
  ASSERT_OK(Refresh(sso_));
  EXPECT_EQ(Show(sso_).state, TokenState::kValid) << "it recovers";
}

// Renewed, and then the question who may log in got no answer: the old tokens may be dead.
TEST_P(RefreshTest, TokensRenewedBeforeTheTroubleAreKept) {
  for (Target target : {sso_, linked_}) {
    const Shown before = Show(target);
    port_.answer = RefreshOutcome{.kind = RefreshOutcome::Kind::kUnavailable,
                                  .data = {{"refresh_token", "rt-9"}},
                                  .reason = std::string(kRefreshFailed),
                                  .detail = ""};
    EXPECT_ERROR(kUnavailable, kRefreshFailed, Refresh(target));
    const Shown after = Show(target);
    EXPECT_EQ(after.refresh_token, "rt-9");
    EXPECT_EQ(after.version, before.version + 1);
    EXPECT_EQ(after.state, TokenState::kStale);
    EXPECT_TRUE(after.good);
  }
  EXPECT_TRUE(port_.changes.empty());
}

TEST_P(RefreshTest, AnErrorOfOursIsNoWordOfTheProvider) {
  port_.fails = Error{Code::kInternal, "oidc_config_invalid", ""};
  EXPECT_ERROR(kUnavailable, kRefreshFailed, Refresh(sso_));
  EXPECT_TRUE(Show(sso_).good);
  EXPECT_EQ(Show(sso_).state, TokenState::kStale);
}

TEST_P(RefreshTest, ASuspendedIdentityRecoversAndAnOutageDoesNotHideThatItIsSuspended) {
  Answer(RefreshOutcome::Kind::kInvalid, kRefreshRefused);
  EXPECT_ERROR(kFailedPrecondition, kRefreshRefused, Refresh(sso_));
  Answer(RefreshOutcome::Kind::kUnavailable, kRefreshFailed);
  EXPECT_ERROR(kUnavailable, kRefreshFailed, Refresh(sso_));
  EXPECT_EQ(Show(sso_).state, TokenState::kSuspended);
  EXPECT_EQ(Show(sso_).reason, kRefreshRefused);
  port_.answer.reset();
  ASSERT_OK(Refresh(sso_));
  EXPECT_EQ(Show(sso_).state, TokenState::kValid);
  EXPECT_TRUE(Show(sso_).good);
  EXPECT_EQ(port_.changes, (std::vector<bool>{false, true}));
}

TEST_P(RefreshTest, UnknownAndForeignIdentitiesAreNotFound) {
  EXPECT_ERROR(kNotFound, kIdentityNotFound, Refresh({Table::kSso, kOrg, 4711}));
  EXPECT_ERROR(kNotFound, kIdentityNotFound, Refresh({Table::kSso, kOtherOrg, sso_.id}));
  EXPECT_ERROR(kNotFound, kIdentityNotFound, Refresh({Table::kLinked, kOtherOrg, linked_.id}));
  EXPECT_EQ(port_.issued->asked, 0);
}

TEST_P(RefreshTest, WhoSawOlderDataGetsWhatIsThere) {
  const std::int64_t seen = Show(linked_).version;
  ASSERT_OK(Refresh(linked_, seen));
  auto late = Refresh(linked_, seen);
  ASSERT_OK(late);
  EXPECT_FALSE(late->asked);
  EXPECT_EQ(json::GetString(late->data, "refresh_token"), "rt-2");
  EXPECT_EQ(port_.issued->asked, 1);
}

TEST_P(RefreshTest, ALogInDuringTheRefreshWins) {
  port_.meanwhile = [&] {
    Assertion says{.issuer = "https://idp.test",
                   .subject = "s-" + ada_.ToString(),
                   .email = "",
                   .email_verified = false,
                   .name = "",
                   .data = {{"refresh_token", "of the log-in"}}};
    const Identity identity = StoredSso(ada_);
    EXPECT_OK(Write([&](sql::Tx& tx) { return vault_->store.Refresh(tx, identity, says); }));
  };
  auto refreshed = Refresh(sso_);
  ASSERT_OK(refreshed);
  EXPECT_FALSE(refreshed->asked);
  EXPECT_EQ(Show(sso_).refresh_token, "of the log-in");
  EXPECT_EQ(Show(sso_).state, TokenState::kValid);
}

TEST_P(RefreshTest, AThousandCallersMakeOneRequest) {
  for (Target target : {sso_, linked_}) {
    port_.issued->newest = 1;
    port_.issued->asked = 0;
    port_.delay = std::chrono::milliseconds(30);
    const std::int64_t seen = Show(target).version;
    runtime::Runtime runtime(4);
    std::atomic<int> good{0}, left{1000};
    struct Caller {
      static Task<void> Call(Service& service, Target target, std::int64_t seen,
                             std::atomic<int>& good, std::atomic<int>& left,
                             runtime::Runtime& runtime) {
        auto refreshed = co_await service.RefreshIdentity(target, seen);
        if (refreshed && json::GetString(refreshed->data, "refresh_token") == "rt-2") ++good;
        if (--left == 0) runtime.Stop();
        co_return Result<void>();
      }
    };
    for (int i = 0; i < 1000; ++i) {
      runtime.Spawn("caller", Caller::Call(service(), target, seen, good, left, runtime));
    }
    runtime.Run();
    EXPECT_EQ(good, 1000);
    EXPECT_EQ(port_.issued->asked, 1);
    EXPECT_EQ(Show(target).refresh_token, "rt-2");
    EXPECT_EQ(Show(target).version, seen + 1) << "one stored result";
  }
}

TEST_P(RefreshTest, AnotherProcessAtItIsWaitedFor) {
  auto other_db = database().OpenAnother();
  Vault other(*other_db, clock(), ids(), rng(), audit(), control_outbox(), port_);
  Result<Refreshed> theirs = Fail(Code::kInternal, "unset");
  std::thread waiter;
  port_.meanwhile = [&] {
    waiter =
        std::thread([&] { theirs = runtime::RunSync(other.service.RefreshIdentity(linked_, 0)); });
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
  };
  auto ours = Refresh(linked_);
  waiter.join();
  ASSERT_OK(ours);
  ASSERT_OK(theirs);
  EXPECT_EQ(port_.issued->asked, 1);
  EXPECT_EQ(json::GetString(theirs->data, "refresh_token"), "rt-2");
}

TEST_P(RefreshTest, AMarkThatIsOldShowsAsInterruptedEvenIfNobodyComesBack) {
  Execute("UPDATE linked_identities SET refreshing_since = " +
          std::to_string(clock().Now().micros));
  EXPECT_EQ(Show(linked_).state, TokenState::kValid) << "under way";
  clock().Advance(kRefreshLease);
  EXPECT_EQ(Show(linked_).state, TokenState::kStale);
  EXPECT_EQ(Show(linked_).reason, kRefreshInterrupted);
  ASSERT_OK(Refresh(linked_));
  EXPECT_EQ(Show(linked_).state, TokenState::kValid);
}

// kill -9 at every moment, with a provider that rotates: the newest token it issued is stored, or
// the identity is stale with a reason; never a dead token called valid.
TEST_P(RefreshTest, KilledAtAnyMomentNoDeadTokenIsCalledValid) {
  for (Target target : {sso_, linked_}) {
    std::set<std::string> ends;
    for (std::size_t moment = 1;; ++moment) {
      // As before a first refresh.
      const std::string table =
          target.table == Table::kSso ? "auth_identities" : "linked_identities";
      port_.issued->newest = std::stoi(Show(target).refresh_token.substr(3));
      Execute("UPDATE " + table +
              " SET state = 'valid', state_reason = '', refreshing_since = NULL");
      vault_.reset();
      database().Close();
      const pid_t child = fork();
      if (child == 0) {
        auto own = database().OpenAnother();
        sql::FaultyDatabase faulty(*own);
        Vault dying(faulty, clock(), ids(), rng(), audit(), control_outbox(), port_);
        faulty.Arm(moment, sql::Fault::kKill);
        (void)runtime::RunSync(dying.service.RefreshIdentity(target, 0));
        _exit(0);
      }
      int status = 0;
      ASSERT_EQ(waitpid(child, &status, 0), child);
      database().Reopen();
      Open();
      clock().Advance(kRefreshLease + std::chrono::seconds(1));
      const bool killed = WIFSIGNALED(status);
      const Shown shown = Show(target);
      const bool newest = shown.refresh_token == RotatingProvider::Token(port_.issued->newest);
      if (!newest) {
        EXPECT_EQ(shown.state, TokenState::kStale) << "moment " << moment;
      }
      if (shown.state != TokenState::kValid) {
        EXPECT_EQ(shown.reason, kRefreshInterrupted) << "moment " << moment;
      }
      ends.insert(newest ? (shown.state == TokenState::kValid ? "done" : "not asked") : "lost");
      if (!newest) {
        // The provider does not know the old token any more: suspended, not silently dead.
        EXPECT_ERROR(kFailedPrecondition, kRefreshRefused, Refresh(target));
        EXPECT_EQ(Show(target).state, TokenState::kSuspended);
        port_.issued->newest = std::stoi(shown.refresh_token.substr(3));
      }
      if (!killed) break;
    }
    EXPECT_EQ(ends, (std::set<std::string>{"done", "lost", "not asked"}))
        << "a sweep that shrank proves less";
  }
}

}  // namespace
}  // namespace gatehouse::identity
