#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "control/authn/service_impl.h"
#include "control/users/service_impl.h"
#include "core/testing/migrated_database.h"

namespace gatehouse::authn {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kPassword = "otter-plows-7-canyons";
constexpr std::string_view kOther = "walrus-mends-9-kettles";

class AuthnServiceTest : public test::MigratedDatabase {
 protected:
  void SetUp() override {
    MigratedDatabase::SetUp();
    if (IsSkipped()) return;
    user_service_ = std::make_unique<users::ServiceImpl>(
        users::ServiceParts{db(), cpu_, clock(), ids(), rng(), audit(), control_outbox()},
        users::ServiceOptions{.base_url = "https://gate.example.com",
                              .cost = {.memory_bytes = 64u * 1024, .passes = 1},
                              .sessions_ended = [this](UserId id) { service_->Forget(id); }});
    service_ = std::make_unique<ServiceImpl>(
        ServiceParts{db(), store_, users_, *user_service_, clock(), audit()});
    ada_ = Run(user_service_->Create("ada@example.com", "Ada", std::string(kPassword), {})).value();
    bob_ = Run(user_service_->Create("bob@example.com", "Bob", std::string(kPassword), {})).value();
  }
  Result<IssuedSession> LogIn(std::string name, std::optional<SessionId> previous = {},
                              std::string_view password = kPassword) {
    GH_TRY(LoginOutcome outcome, Try(std::move(name), previous, password));
    if (!outcome.session) return Fail(Code::kInternal, "pending", outcome.pending_token);
    return std::move(*outcome.session);
  }
  Result<LoginOutcome> Try(std::string name, std::optional<SessionId> previous = {},
                           std::string_view password = kPassword) {
    return Run(
        service_->LogIn(std::move(name), std::string(password), previous, "/next/", client_));
  }
  std::vector<AccountEvent> Events(UserId user) {
    return Run(service_->ListEvents(user, {}, 100)).value();
  }
  Result<std::shared_ptr<const Principal>> From(const std::string& token) {
    return Run(service_->FromSession(token));
  }

  runtime::WorkerPool cpu_{"cpu", 1, 16};
  users::Store users_{clock(), ids(), rng()};
  Store store_{clock(), ids(), rng(), Lifetimes{}, {"org:read"}};
  std::unique_ptr<users::ServiceImpl> user_service_;
  std::unique_ptr<ServiceImpl> service_;
  users::ClientInfo client_{.ip = "192.0.2.1", .user_agent = "browser", .correlation_id = "c-1"};
  users::User ada_, bob_;
};
GATEHOUSE_ON_ALL_ENGINES(AuthnServiceTest);

TEST_P(AuthnServiceTest, LogInOpensASessionAndNotesIt) {
  auto issued = LogIn("ada@example.com");
  ASSERT_OK(issued);
  auto principal = From(issued->token);
  ASSERT_OK(principal);
  EXPECT_EQ((*principal)->user.id, ada_.id);
  ASSERT_TRUE((*principal)->session.has_value());
  EXPECT_EQ((*principal)->session->OwnProof()->kind, ProofKind::kPassword);
  EXPECT_EQ((*principal)->user.last_login_at, clock().Now());
  EXPECT_ERROR(kUnauthenticated, "login_failed", LogIn("ada@example.com", {}, kOther));
}

TEST_P(AuthnServiceTest, CookieReplayedAfterLogOutIsDeadAtOnce) {
  auto issued = LogIn("ada@example.com");
  ASSERT_OK(issued);
  ASSERT_OK(From(issued->token));  // in the cache now
  EXPECT_ERROR(kNotFound, "session_not_found",
               Run(service_->LogOut(bob_.id, issued->session.id, client_)));
  EXPECT_OK(From(issued->token));
  ASSERT_OK(Run(service_->LogOut(ada_.id, issued->session.id, client_)));
  EXPECT_ERROR(kUnauthenticated, "session_invalid", From(issued->token));
}

TEST_P(AuthnServiceTest, ACacheHitCostsNoReadAndLivesASecond) {
  auto issued = LogIn("ada@example.com");
  ASSERT_OK(issued);
  auto first = From(issued->token);
  ASSERT_OK(first);
  EXPECT_EQ(From(issued->token)->get(), first->get());
  // Another process ends the session: seen here within a second.
  Execute("DELETE FROM sessions");
  clock().Advance(milliseconds(999));
  EXPECT_OK(From(issued->token));
  clock().Advance(milliseconds(1));
  EXPECT_ERROR(kUnauthenticated, "session_invalid", From(issued->token));
}

TEST_P(AuthnServiceTest, FixationLogInRotatesTheCookieAlsoBetweenUsers) {
  auto planted = LogIn("bob@example.com");
  ASSERT_OK(planted);
  ASSERT_OK(From(planted->token));
  auto adas = LogIn("ada@example.com", planted->session.id);
  ASSERT_OK(adas);
  EXPECT_ERROR(kUnauthenticated, "session_invalid", From(planted->token));
  EXPECT_EQ((*From(adas->token))->user.id, ada_.id);
}

TEST_P(AuthnServiceTest, AFailedLogInLeavesThePreviousSessionAlone) {
  auto mine = LogIn("ada@example.com");
  ASSERT_OK(mine);
  EXPECT_FALSE(LogIn("ada@example.com", mine->session.id, kOther).has_value());
  EXPECT_OK(From(mine->token));
}

TEST_P(AuthnServiceTest, ChangedPasswordEndsEverySessionButTheReissuedOne) {
  auto mine = LogIn("ada@example.com");
  auto thief = LogIn("ada@example.com");
  auto bobs = LogIn("bob@example.com");
  for (const auto* s : {&*mine, &*thief, &*bobs}) ASSERT_OK(From(s->token));
  ASSERT_OK(
      Run(user_service_->ChangePassword(ada_.id, std::string(kPassword), std::string(kOther), {})));
  EXPECT_ERROR(kUnauthenticated, "session_invalid", From(thief->token));
  auto fresh = Run(service_->Reissue(ada_.id, mine->session.id, ProofKind::kPassword, client_));
  ASSERT_OK(fresh);
  EXPECT_OK(From(fresh->token));
  EXPECT_ERROR(kUnauthenticated, "session_invalid", From(mine->token));
  EXPECT_OK(From(bobs->token));
}

TEST_P(AuthnServiceTest, RecoveryEndsEverySessionAndStartsOne) {
  auto thief = LogIn("ada@example.com");
  ASSERT_OK(From(thief->token));
  ASSERT_OK(Run(user_service_->StartRecovery(
      "ada@example.com", {.ip = "192.0.2.1", .user_agent = {}, .correlation_id = {}})));
  std::string text(
      json::GetString(OutboxRows(outbox::Half::kControl).back().payload, "text").value());
  std::string token = text.substr(text.find("/confirm/") + 9, 43);
  ASSERT_OK(Run(user_service_->FinishRecovery(token, std::string(kOther), {})));
  EXPECT_ERROR(kUnauthenticated, "session_invalid", From(thief->token));
  auto mine = Run(service_->Start(ada_.id, ProofKind::kRecovery, {}, "", client_));
  ASSERT_OK(mine);
  ASSERT_TRUE(mine->session.has_value());
  EXPECT_EQ((*From(mine->session->token))->session->OwnProof()->kind, ProofKind::kRecovery);
}

TEST_P(AuthnServiceTest, StartTakesNoSsoProof) {
  EXPECT_ERROR(kInternal, "internal",
               Run(service_->Start(ada_.id, ProofKind::kSso, {}, "", client_)));
}

TEST_P(AuthnServiceTest, UseIsNotedAtMostOnceAMinute) {
  auto issued = LogIn("ada@example.com");
  std::int64_t begin = clock().Now().micros;
  auto seen = [&] { return Number("SELECT last_seen_at FROM sessions") - begin; };
  clock().Advance(seconds(59));
  ASSERT_OK(From(issued->token));
  EXPECT_EQ(seen(), 0);
  clock().Advance(seconds(2));
  ASSERT_OK(From(issued->token));
  EXPECT_EQ(seen(), 61'000'000);
  clock().Advance(seconds(30));
  ASSERT_OK(From(issued->token));
  EXPECT_EQ(seen(), 61'000'000);
}

TEST_P(AuthnServiceTest, EndOthersKeepsTheCallersSession) {
  auto mine = LogIn("ada@example.com");
  auto other = LogIn("ada@example.com");
  ASSERT_OK(From(other->token));
  EXPECT_EQ(Run(service_->List(ada_.id))->size(), 2u);
  ASSERT_OK(Run(service_->EndOthers(ada_.id, mine->session.id, client_)));
  EXPECT_OK(From(mine->token));
  EXPECT_ERROR(kUnauthenticated, "session_invalid", From(other->token));
}

TEST_P(AuthnServiceTest, TokensAreListedWithoutTheirSecretAndRemovedByTheirOwnerOnly) {
  auto token = Run(service_->CreateToken(ada_.id, "ci", {"org:read"}, {}));
  ASSERT_OK(token);
  ASSERT_OK(Run(service_->FromToken(*token)));
  auto listed = Run(service_->ListTokens(ada_.id));
  ASSERT_OK(listed);
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ(listed->front().name, "ci");
  EXPECT_TRUE(token->ends_with(listed->front().hint));
  EXPECT_FALSE(Run(service_->DeleteToken(UserId{4711}, listed->front().id)).has_value());
  ASSERT_OK(Run(service_->FromToken(*token)));
  ASSERT_OK(Run(service_->DeleteToken(ada_.id, listed->front().id)));
  EXPECT_ERROR(kUnauthenticated, "token_invalid", Run(service_->FromToken(*token)));
  EXPECT_ERROR(kNotFound, "token_not_found",
               Run(service_->DeleteToken(ada_.id, listed->front().id)));
}

TEST_P(AuthnServiceTest, TokenOpensWhatItsScopesSayAndIsAudited) {
  auto token = Run(service_->CreateToken(ada_.id, "ci", {"org:read"}, {}));
  ASSERT_OK(token);
  auto principal = Run(service_->FromToken(*token));
  ASSERT_OK(principal);
  EXPECT_EQ((*principal)->user.id, ada_.id);
  EXPECT_FALSE((*principal)->session.has_value());
  EXPECT_TRUE((*principal)->token_id.has_value());
  EXPECT_EQ((*principal)->scopes, std::vector<std::string>{"org:read"});
  EXPECT_EQ(Number("SELECT last_used_at FROM api_tokens"), clock().Now().micros);
  auto rows = AuditRows();
  EXPECT_EQ(rows.back().event, audit::Event::kTokenCreate);
  EXPECT_FALSE(json::Serialize(rows.back().data).contains("ghp_"));
  // Neither kind of credential passes for the other.
  EXPECT_ERROR(kUnauthenticated, "session_invalid", From(*token));
  auto session = LogIn("ada@example.com");
  EXPECT_ERROR(kUnauthenticated, "token_invalid", Run(service_->FromToken(session->token)));
}

TEST_P(AuthnServiceTest, MistypedTokenIsRefusedWithoutALookUp) {
  auto token = Run(service_->CreateToken(ada_.id, "ci", {"org:read"}, {}));
  ASSERT_OK(token);
  for (std::size_t at : {std::size_t{4}, std::size_t{20}, token->size() - 1}) {
    std::string typo = *token;
    typo[at] = typo[at] == 'a' ? 'b' : 'a';
    EXPECT_FALSE(Store::LooksLikeToken(typo));
    EXPECT_ERROR(kUnauthenticated, "token_invalid", Run(service_->FromToken(typo)));
  }
}

TEST_P(AuthnServiceTest, ExpiredSessionsAreSweptAway) {
  ASSERT_OK(LogIn("ada@example.com"));
  clock().Advance(std::chrono::hours(24));
  EXPECT_EQ(Run(service_->DeleteExpired()), 1);
}

// ---- second factor, step-up, history
// --------------------------------------------------------------

class AuthnSecondFactorTest : public AuthnServiceTest {
 protected:
  void SetUp() override {
    AuthnServiceTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_OK(Write([&](sql::Tx& tx) { return users_.SetHas2fa(tx, ada_.id, true); }));
  }
  Result<PendingLogin> Pending(std::string token) {
    return Read([&](sql::Tx& tx) { return store_.FindPending(tx, token); });
  }
  // What the factors' service does with a right answer.
  Result<IssuedSession> Answer(std::string token, ProofKind kind = ProofKind::kTotp) {
    return Write([&](sql::Tx& tx) -> Result<IssuedSession> {
      GH_TRY(PendingLogin pending, store_.TakePending(tx, token));
      std::vector<Proof> proofs{pending.proof, {.kind = kind, .at = clock().Now()}};
      return store_.CreateWithProofs(tx, pending.user, proofs, pending.previous, "192.0.2.1",
                                     "browser", "c-2");
    });
  }
  IssuedSession LogInFully() {
    auto outcome = Try("ada@example.com");
    return Answer(outcome.value().pending_token).value();
  }
  // A session by a provider that vouched for a second factor.
  LoginOutcome BySso(bool vouched, std::optional<SessionId> previous = {}) {
    return Write([&](sql::Tx& tx) -> Result<LoginOutcome> {
             GH_TRY(users::User user, users_.Find(tx, ada_.id));
             Proof proof{.kind = ProofKind::kSso,
                         .at = clock().Now(),
                         .organization = OrgId{1},
                         .provider = ProviderId{2},
                         .revision = 1,
                         .identity = IdentityId{3}};
             return store_.Begin(tx, user, proof, previous, "192.0.2.1", "browser", "/o/", vouched);
           })
        .value();
  }
};
GATEHOUSE_ON_ALL_ENGINES(AuthnSecondFactorTest);

// AUTH-07: a password opens nothing before the second factor.
TEST_P(AuthnSecondFactorTest, APasswordAloneOpensNoSession) {
  auto outcome = Try("ada@example.com");
  ASSERT_OK(outcome);
  EXPECT_FALSE(outcome->session.has_value());
  ASSERT_EQ(outcome->pending_token.size(), 43u);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM sessions"), 0);
  EXPECT_ERROR(kUnauthenticated, "session_invalid", From(outcome->pending_token));
  auto pending = Pending(outcome->pending_token);
  ASSERT_OK(pending);
  EXPECT_EQ(pending->user.id, ada_.id);
  EXPECT_EQ(pending->next, "/next/");
  EXPECT_EQ(pending->proof.kind, ProofKind::kPassword);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM pending_logins WHERE token_hash LIKE '%" +
                   outcome->pending_token + "%'"),
            0);
  auto session = Answer(outcome->pending_token);
  ASSERT_OK(session);
  auto principal = From(session->token);
  ASSERT_OK(principal);
  EXPECT_NE((*principal)->session->OwnProof(), nullptr);
  EXPECT_EQ((*principal)->session->FactorProof()->kind, ProofKind::kTotp);
  // Nobody is asked who has none.
  EXPECT_OK(LogIn("bob@example.com"));
}

TEST_P(AuthnSecondFactorTest, APendingLoginWorksOnceAndForFiveMinutes) {
  auto outcome = Try("ada@example.com");
  ASSERT_OK(Answer(outcome->pending_token));
  EXPECT_ERROR(kUnauthenticated, "pending_login_invalid", Answer(outcome->pending_token));
  EXPECT_ERROR(kUnauthenticated, "pending_login_invalid", Pending(outcome->pending_token));
  EXPECT_ERROR(kUnauthenticated, "pending_login_invalid", Pending("guess"));
  auto late = Try("ada@example.com");
  clock().Advance(minutes(5) - seconds(1));
  EXPECT_OK(Pending(late->pending_token));
  clock().Advance(seconds(1));
  EXPECT_ERROR(kUnauthenticated, "pending_login_invalid", Answer(late->pending_token));
  // AUTH-25: a clock set back does not bring it back to life for longer than it had.
  auto ahead = Try("ada@example.com");
  clock().SetWall(clock().Now() - std::chrono::hours(2));
  EXPECT_ERROR(kUnauthenticated, "pending_login_invalid", Answer(ahead->pending_token));
  clock().Advance(std::chrono::hours(3));
  ASSERT_OK(Run(service_->DeleteExpired()));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM pending_logins"), 0);
}

TEST_P(AuthnSecondFactorTest, AChangedPasswordOrADeactivationKillsAPendingLogin) {
  auto outcome = Try("ada@example.com");
  ASSERT_OK(Write([&](sql::Tx& tx) { return users_.SetPassword(tx, ada_.id, "x"); }));
  EXPECT_ERROR(kUnauthenticated, "pending_login_invalid", Answer(outcome->pending_token));
  auto sso = BySso(false);
  Execute("UPDATE users SET is_active = 0 WHERE id = " + ada_.id.ToString());
  EXPECT_ERROR(kUnauthenticated, "pending_login_invalid", Answer(sso.pending_token));
}

// AUTH-22: the id before log-in, before the second factor and before step-up is dead afterwards.
TEST_P(AuthnSecondFactorTest, FixationEveryStepMakesANewIdAndKillsTheOldOne) {
  auto planted = LogIn("bob@example.com");
  ASSERT_OK(planted);
  auto outcome = Try("ada@example.com", planted->session.id);
  EXPECT_OK(From(planted->token));  // nothing has happened to it yet
  auto full = Answer(outcome->pending_token);
  ASSERT_OK(full);
  service_->ForgetAll();
  EXPECT_ERROR(kUnauthenticated, "session_invalid", From(planted->token));
  EXPECT_NE(full->token, outcome->pending_token);
  auto principal = From(full->token);
  auto sudo = Run(service_->StepUpByPassword(**principal, std::string(kPassword), client_));
  ASSERT_OK(sudo);
  EXPECT_ERROR(kUnauthenticated, "session_invalid", From(full->token));
  EXPECT_OK(From(sudo->token));
}

TEST_P(AuthnSecondFactorTest, AFactorProofInThisBrowserIsNotAskedForAgain) {
  auto full = LogInFully();
  auto again = Try("ada@example.com", full.session.id);
  ASSERT_OK(again);
  ASSERT_TRUE(again->session.has_value());
  EXPECT_NE(again->session->session.FactorProof(), nullptr);
  EXPECT_ERROR(kUnauthenticated, "session_invalid", From(full.token));
  // Another browser is asked, and so is one whose session ended or is somebody else's.
  EXPECT_FALSE(Try("ada@example.com")->session.has_value());
  auto bobs = LogIn("bob@example.com");
  EXPECT_FALSE(Try("ada@example.com", bobs->session.id)->session.has_value());
  ASSERT_OK(Run(service_->LogOut(ada_.id, again->session->session.id, client_)));
  EXPECT_FALSE(Try("ada@example.com", again->session->session.id)->session.has_value());
}

TEST_P(AuthnSecondFactorTest, AFactorProofFromBeforeAFactorChangeDoesNotCarryOver) {
  auto full = LogInFully();
  ASSERT_OK(Write([&](sql::Tx& tx) { return users_.RaiseEpoch(tx, ada_.id); }));
  EXPECT_FALSE(Try("ada@example.com", full.session.id)->session.has_value());
}

TEST_P(AuthnSecondFactorTest, SsoOfAUserWithASecondFactorIsAskedUnlessTheProviderVouched) {
  auto plain = BySso(false);
  EXPECT_FALSE(plain.session.has_value());
  auto vouched = BySso(true);
  ASSERT_TRUE(vouched.session.has_value());
  EXPECT_EQ(vouched.session->session.OwnProof(), nullptr);
  EXPECT_EQ(vouched.session->session.FactorProof(), nullptr);
  // What one provider vouched for does not spare the password log-in its second factor.
  EXPECT_FALSE(Try("ada@example.com", vouched.session->session.id)->session.has_value());
  // The person's own factor does spare the provider's log-in.
  auto full = LogInFully();
  EXPECT_TRUE(BySso(false, full.session.id).session.has_value());
}

TEST_P(AuthnSecondFactorTest, ADeactivatedAccountBeginsNothing) {
  Execute("UPDATE users SET is_active = 0 WHERE id = " + ada_.id.ToString());
  auto outcome = Write([&](sql::Tx& tx) -> Result<LoginOutcome> {
    GH_TRY(users::User user, users_.Find(tx, ada_.id));
    Proof proof{.kind = ProofKind::kPassword, .at = clock().Now()};
    return store_.Begin(tx, user, proof, {}, "", "", "", false);
  });
  EXPECT_ERROR(kPermissionDenied, "account_inactive", outcome);
}

TEST_P(AuthnSecondFactorTest, VouchingIsForProvidersOnly) {
  auto outcome = Write([&](sql::Tx& tx) -> Result<LoginOutcome> {
    GH_TRY(users::User user, users_.Find(tx, ada_.id));
    Proof proof{.kind = ProofKind::kPassword, .at = clock().Now()};
    return store_.Begin(tx, user, proof, {}, "", "", "", /*vouched_second_factor=*/true);
  });
  ASSERT_OK(outcome);
  EXPECT_FALSE(outcome->session.has_value());
}

TEST_P(AuthnSecondFactorTest, APasswordDoesNotTurnAnSsoSessionIntoOneByOwnCredentials) {
  auto vouched = BySso(true);
  auto principal = From(vouched.session->token);
  ASSERT_OK(principal);
  EXPECT_ERROR(kUnauthenticated, "2fa_required",
               Run(service_->StepUpByPassword(**principal, std::string(kPassword), client_)));
  EXPECT_OK(From(vouched.session->token));  // as before
  ASSERT_OK(
      Run(user_service_->ChangePassword(ada_.id, std::string(kPassword), std::string(kOther), {})));
  EXPECT_ERROR(
      kUnauthenticated, "2fa_required",
      Run(service_->Reissue(ada_.id, vouched.session->session.id, ProofKind::kPassword, client_)));
}

TEST_P(AuthnSecondFactorTest, RecoveryByMailDoesNotBypassTheSecondFactor) {
  ASSERT_OK(Run(user_service_->StartRecovery("ada@example.com", client_)));
  std::string text(
      json::GetString(OutboxRows(outbox::Half::kControl).back().payload, "text").value());
  std::string token = text.substr(text.find("/confirm/") + 9, 43);
  ASSERT_OK(Run(user_service_->FinishRecovery(token, std::string(kOther), client_)));
  auto outcome = Run(service_->Start(ada_.id, ProofKind::kRecovery, {}, "", client_));
  ASSERT_OK(outcome);
  EXPECT_FALSE(outcome->session.has_value());
  EXPECT_EQ(Pending(outcome->pending_token)->proof.kind, ProofKind::kRecovery);
}

// L12: what relied on a provider goes with it, also while it waits for the second factor.
TEST_P(AuthnSecondFactorTest, RevokedProviderLeavesNoPendingLogin) {
  auto sso = BySso(false);
  auto own = Try("ada@example.com");
  ASSERT_OK(Write(
      [&](sql::Tx& tx) { return store_.RevokeProofs(tx, ProviderId{2}, {ada_.id, bob_.id}); }));
  EXPECT_ERROR(kUnauthenticated, "pending_login_invalid", Answer(sso.pending_token));
  EXPECT_OK(Pending(own->pending_token));
}

TEST_P(AuthnSecondFactorTest, AFactorProofAloneIsNoSession) {
  auto full = Answer(BySso(false).pending_token);
  ASSERT_OK(full);
  ASSERT_OK(Write([&](sql::Tx& tx) { return store_.RevokeProofs(tx, ProviderId{2}, {ada_.id}); }));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM sessions"), 0);
}

TEST_P(AuthnSecondFactorTest, ChangeOfFactorsLeavesTheCallersSessionUnderANewId) {
  auto mine = LogInFully();
  auto thief = LogInFully();
  auto waiting = Try("ada@example.com");
  auto changed = Write([&](sql::Tx& tx) -> Result<IssuedSession> {
    GH_TRY(users::User user, users_.Find(tx, ada_.id));
    std::vector<Proof> fresh{{.kind = ProofKind::kWebAuthn, .at = clock().Now()}};
    return store_.ReissueAfterChange(tx, user, fresh, mine.session.id, "192.0.2.1", "browser");
  });
  ASSERT_OK(changed);
  service_->ForgetAll();
  EXPECT_OK(From(changed->token));
  EXPECT_EQ(changed->session.expires_at, mine.session.expires_at);
  EXPECT_ERROR(kUnauthenticated, "session_invalid", From(mine.token));
  EXPECT_ERROR(kUnauthenticated, "session_invalid", From(thief.token));
  EXPECT_ERROR(kUnauthenticated, "pending_login_invalid", Pending(waiting->pending_token));
  // A session that is dead issues none, and the change goes with it.
  EXPECT_ERROR(kUnauthenticated, "session_invalid",
               Write([&](sql::Tx& tx) -> Result<IssuedSession> {
                 GH_TRY(users::User user, users_.Find(tx, ada_.id));
                 return store_.ReissueAfterChange(tx, user, {}, thief.session.id, "", "");
               }));
  EXPECT_OK(From(changed->token));
}

TEST_P(AuthnServiceTest, StepUpMakesTheSessionFreshAndExtendsNothing) {
  auto mine = LogIn("ada@example.com");
  ASSERT_OK(mine);
  EXPECT_TRUE(mine->session.IsFresh(clock().Now()));
  clock().Advance(minutes(15));
  EXPECT_TRUE(mine->session.IsFresh(clock().Now()));
  clock().Advance(seconds(1));
  EXPECT_FALSE(mine->session.IsFresh(clock().Now()));
  auto principal = From(mine->token);
  ASSERT_OK(principal);
  EXPECT_ERROR(kPermissionDenied, "password_wrong",
               Run(service_->StepUpByPassword(**principal, std::string(kOther), client_)));
  auto sudo = Run(service_->StepUpByPassword(**principal, std::string(kPassword), client_));
  ASSERT_OK(sudo);
  EXPECT_TRUE(sudo->session.IsFresh(clock().Now()));
  EXPECT_EQ(sudo->session.expires_at, mine->session.expires_at);
  EXPECT_EQ(sudo->session.created_at, mine->session.created_at);
  // AUTH-25: a clock set back does not keep it fresh.
  EXPECT_FALSE(sudo->session.IsFresh(clock().Now() - std::chrono::hours(2)));
  // Guessing is limited, also with the right password.
  auto now = From(sudo->token);
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(Run(service_->StepUpByPassword(**now, std::string(kOther), client_)).has_value());
  }
  EXPECT_ERROR(kResourceExhausted, "rate_limited",
               Run(service_->StepUpByPassword(**now, std::string(kPassword), client_)));
}

TEST_P(AuthnServiceTest, StepUpOfADeadSessionIssuesNone) {
  auto mine = LogIn("ada@example.com");
  auto principal = From(mine->token);
  ASSERT_OK(Run(service_->LogOut(ada_.id, mine->session.id, client_)));
  EXPECT_ERROR(kUnauthenticated, "session_invalid",
               Run(service_->StepUpByPassword(**principal, std::string(kPassword), client_)));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM sessions"), 0);
}

TEST_P(AuthnServiceTest, TheAccountSeesItsHistoryWithTheTrueReasons) {
  auto mine = LogIn("ada@example.com");
  clock().Advance(seconds(1));
  EXPECT_FALSE(LogIn("ada@example.com", {}, kOther).has_value());
  auto other = LogIn("ada@example.com");
  ASSERT_OK(Run(service_->EndSession(ada_.id, other->session.id, client_)));
  EXPECT_ERROR(kNotFound, "session_not_found",
               Run(service_->EndSession(ada_.id, other->session.id, client_)));
  ASSERT_OK(Run(service_->EndOthers(ada_.id, mine->session.id, client_)));
  ASSERT_OK(Run(service_->LogOut(ada_.id, mine->session.id, client_)));
  auto events = Events(ada_.id);
  std::vector<std::string> kinds;
  for (const AccountEvent& event : events) kinds.push_back(event.kind);
  EXPECT_EQ(kinds, (std::vector<std::string>{"logout", "sessions-ended", "session-ended", "login",
                                             "login-refused", "login"}));
  EXPECT_EQ(events[4].detail, "password_wrong");
  EXPECT_EQ(events[5].detail, "password");
  EXPECT_EQ(events[5].ip, "192.0.2.1");
  EXPECT_EQ(events[5].correlation_id, "c-1");
  EXPECT_TRUE(Events(bob_.id).empty());
  auto page = Run(service_->ListEvents(ada_.id, events[1].id, 2));
  ASSERT_OK(page);
  ASSERT_EQ(page->size(), 2u);
  EXPECT_EQ(page->front().id, events[2].id);
  // Ended sessions are in the audit log, and the refusal is, without what was typed.
  int refused = 0, ended = 0;
  for (const auto& row : AuditRows()) {
    refused += row.event == audit::Event::kAuthRefused;
    ended += row.event == audit::Event::kSessionsEnd;
    EXPECT_FALSE(json::Serialize(row.data).contains(kOther));
  }
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(ended, 2);
}

TEST_P(AuthnServiceTest, TheHistoryIsKeptForNinetyDays) {
  ASSERT_OK(LogIn("ada@example.com"));
  clock().Advance(std::chrono::hours(24 * 90));
  ASSERT_OK(Run(service_->DeleteExpired()));
  EXPECT_EQ(Events(ada_.id).size(), 1u);
  clock().Advance(seconds(1));
  ASSERT_OK(Run(service_->DeleteExpired()));
  EXPECT_TRUE(Events(ada_.id).empty());
}

// AUTH-26, AUDIT-06: neither a cookie nor a password nor a link's secret is in what the database
// keeps of a log-in.
TEST_P(AuthnServiceTest, NoCookieAndNoPasswordIsWrittenDown) {
  auto mine = LogIn("ada@example.com");
  auto principal = From(mine->token);
  auto sudo = Run(service_->StepUpByPassword(**principal, std::string(kPassword), client_));
  ASSERT_OK(sudo);
  EXPECT_FALSE(LogIn("ada@example.com", {}, kOther).has_value());
  for (const std::string& secret :
       {mine->token, sudo->token, std::string(kPassword), std::string(kOther)}) {
    std::string like = " LIKE '%" + secret + "%'";
    EXPECT_EQ(
        Number("SELECT COUNT(*) FROM account_events WHERE detail" + like + " OR user_agent" + like),
        0);
    EXPECT_EQ(Number("SELECT COUNT(*) FROM audit_log WHERE data" + like), 0);
    EXPECT_EQ(Number("SELECT COUNT(*) FROM sessions WHERE proofs" + like + " OR token_hash" + like),
              0);
  }
}

}  // namespace
}  // namespace gatehouse::authn
