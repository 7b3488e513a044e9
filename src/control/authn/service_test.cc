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
    return Run(service_->LogIn(std::move(name), std::string(password), previous, "192.0.2.1",
                               "browser", "c-1"));
  }
  Result<std::shared_ptr<const Principal>> From(const std::string& token) {
    return Run(service_->FromSession(token));
  }

  runtime::WorkerPool cpu_{"cpu", 1, 16};
  users::Store users_{clock(), ids(), rng()};
  Store store_{clock(), ids(), rng(), Lifetimes{}, {"org:read"}};
  std::unique_ptr<users::ServiceImpl> user_service_;
  std::unique_ptr<ServiceImpl> service_;
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
  EXPECT_ERROR(kNotFound, "session_not_found", Run(service_->LogOut(bob_.id, issued->session.id)));
  EXPECT_OK(From(issued->token));
  ASSERT_OK(Run(service_->LogOut(ada_.id, issued->session.id)));
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
  auto fresh = Run(
      service_->Reissue(ada_.id, mine->session.id, ProofKind::kPassword, "192.0.2.1", "browser"));
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
  auto mine = Run(service_->Start(ada_.id, ProofKind::kRecovery, {}, "192.0.2.1", "browser"));
  ASSERT_OK(mine);
  EXPECT_EQ((*From(mine->token))->session->OwnProof()->kind, ProofKind::kRecovery);
}

TEST_P(AuthnServiceTest, StartTakesNoSsoProof) {
  EXPECT_ERROR(kInternal, "internal", Run(service_->Start(ada_.id, ProofKind::kSso, {}, "", "")));
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
  ASSERT_OK(Run(service_->EndOthers(ada_.id, mine->session.id)));
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

}  // namespace
}  // namespace gatehouse::authn
