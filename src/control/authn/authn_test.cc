#include "control/authn/authn.h"

#include <chrono>

#include "control/authn/proofs.h"
#include "core/testing/migrated_database.h"

namespace gatehouse::authn {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr OrgId kOrg{100};
constexpr OrgId kOtherOrg{200};
constexpr ProviderId kProvider{5};
constexpr ProviderId kOtherProvider{55};

class AuthnStoreTest : public test::MigratedDatabase {
 protected:
  void SetUp() override {
    MigratedDatabase::SetUp();
    if (IsSkipped()) return;
    ada_ = AddUser("ada@example.com");
    bob_ = AddUser("bob@example.com");
  }
  users::User AddUser(std::string email) {
    return Write([&](sql::Tx& tx) {
             return users_.Create(
                 tx,
                 {.name = "", .email = email, .email_verified = false, .password_hash = "hash"});
           })
        .value();
  }
  Proof Own(ProofKind kind = ProofKind::kPassword) { return {.kind = kind, .at = clock().Now()}; }
  Proof Sso(OrgId organization = kOrg, ProviderId provider = kProvider) {
    return {.kind = ProofKind::kSso,
            .at = clock().Now(),
            .organization = organization,
            .provider = provider,
            .revision = 3,
            .identity = IdentityId{9}};
  }
  IssuedSession Issue(const users::User& user, const Proof& proof,
                      std::optional<SessionId> previous = {}) {
    return Write([&](sql::Tx& tx) -> Result<IssuedSession> {
             GH_TRY(users::User now, users_.Find(tx, user.id));
             return store_.Create(tx, now, proof, previous, "192.0.2.1", "browser");
           })
        .value();
  }
  Result<std::pair<Session, users::User>> Find(const std::string& token) {
    return Read([&](sql::Tx& tx) { return store_.Find(tx, token); });
  }
  Result<void> SetPassword(UserId id) {
    return Write([&](sql::Tx& tx) { return users_.SetPassword(tx, id, "new"); });
  }
  std::int64_t Sessions() { return Number("SELECT COUNT(*) FROM sessions"); }

  users::Store users_{clock(), ids(), rng()};
  Store store_{clock(), ids(), rng(), Lifetimes{}, {"org:read", "org:write", "member:read"}};
  users::User ada_, bob_;
};
GATEHOUSE_ON_ALL_ENGINES(AuthnStoreTest);

TEST_P(AuthnStoreTest, SessionReadsBackWithItsProofs) {
  auto issued = Issue(ada_, Sso());
  EXPECT_EQ(issued.token.size(), 43u);
  auto found = Find(issued.token);
  ASSERT_OK(found);
  EXPECT_EQ(found->second.id, ada_.id);
  const Session& session = found->first;
  EXPECT_EQ(session.id, issued.session.id);
  EXPECT_EQ(session.ip, "192.0.2.1");
  EXPECT_EQ(session.expires_at, clock().Now() + hours(24 * 7));
  EXPECT_EQ(session.OwnProof(), nullptr);
  EXPECT_EQ(session.SsoProof(kOtherOrg), nullptr);
  const Proof* proof = session.SsoProof(kOrg);
  ASSERT_NE(proof, nullptr);
  EXPECT_EQ(proof->provider, kProvider);
  EXPECT_EQ(proof->revision, 3);
  EXPECT_EQ(proof->identity, IdentityId{9});
  EXPECT_EQ(proof->at, clock().Now());
}

TEST_P(AuthnStoreTest, OnlyTheDigestOfTheCookieIsStored) {
  auto issued = Issue(ada_, Own());
  EXPECT_EQ(Number("SELECT COUNT(*) FROM sessions WHERE token_hash LIKE '%" + issued.token + "%'"),
            0);
  EXPECT_EQ(Number("SELECT CAST(LENGTH(token_hash) AS BIGINT) FROM sessions"), 64);
}

TEST_P(AuthnStoreTest, InventedAndMangledCookiesAreInvalid) {
  auto issued = Issue(ada_, Own());
  std::string changed = issued.token;
  changed[0] = changed[0] == 'a' ? 'b' : 'a';
  for (const std::string& bad :
       {std::string(), changed, issued.token + "=", issued.token.substr(1), std::string(43, '\0'),
        std::string(43, '\xFF'), std::string("' OR 1=1 --"), std::string(1 << 20, 'a')}) {
    EXPECT_ERROR(kUnauthenticated, "session_invalid", Find(bad));
  }
}

TEST_P(AuthnStoreTest, FixationAnIdKnownBeforeLogInIsWorthlessAfterIt) {
  auto before = Issue(ada_, Own());
  auto after = Issue(ada_, Sso(), before.session.id);
  EXPECT_NE(after.token, before.token);
  EXPECT_NE(after.session.id, before.session.id);
  EXPECT_ERROR(kUnauthenticated, "session_invalid", Find(before.token));
  auto found = Find(after.token);
  ASSERT_OK(found);
  EXPECT_NE(found->first.OwnProof(), nullptr);  // the same person: proofs add up
  EXPECT_NE(found->first.SsoProof(kOrg), nullptr);
}

TEST_P(AuthnStoreTest, ProofsOfAnotherUserAreNotCarriedOver) {
  auto bobs = Issue(bob_, Sso());
  auto adas = Issue(ada_, Own(), bobs.session.id);
  EXPECT_EQ(adas.session.SsoProof(kOrg), nullptr);
  EXPECT_ERROR(kUnauthenticated, "session_invalid", Find(bobs.token));
}

TEST_P(AuthnStoreTest, ProofsOfADeadSessionAreNotCarriedOver) {
  auto old = Issue(ada_, Sso());
  clock().Advance(hours(25));  // idle too long
  EXPECT_EQ(Issue(ada_, Own(), old.session.id).session.SsoProof(kOrg), nullptr);
  auto next = Issue(ada_, Sso());
  ASSERT_OK(SetPassword(ada_.id));
  EXPECT_EQ(Issue(ada_, Own(), next.session.id).session.SsoProof(kOrg), nullptr);
}

TEST_P(AuthnStoreTest, ANewProofReplacesTheOldOneOfItsKindOrOrganization) {
  auto issued = Issue(ada_, Sso());
  clock().Advance(minutes(1));
  issued = Issue(ada_, Sso(kOtherOrg, kOtherProvider), issued.session.id);
  issued = Issue(ada_, Own(), issued.session.id);
  clock().Advance(minutes(1));
  issued = Issue(ada_, Sso(), issued.session.id);
  issued = Issue(ada_, Own(), issued.session.id);
  EXPECT_EQ(issued.session.proofs.size(), 3u);
  EXPECT_EQ(issued.session.SsoProof(kOrg)->at, clock().Now());
  EXPECT_EQ(issued.session.SsoProof(kOtherOrg)->at, clock().Now() - minutes(1));
}

TEST_P(AuthnStoreTest, RepeatedSsoDoesNotKeepAnOldPasswordAlive) {
  auto issued = Issue(ada_, Own());
  for (int day = 0; day < 6; ++day) {
    clock().Advance(hours(20));
    issued = Issue(ada_, Sso(), issued.session.id);
  }
  ASSERT_NE(Find(issued.token)->first.OwnProof(), nullptr);  // 5 days old
  for (int day = 0; day < 3; ++day) {
    clock().Advance(hours(23));
    ASSERT_OK(Write([&](sql::Tx& tx) { return store_.Touch(tx, issued.session.id); }));
  }
  auto found = Find(issued.token);
  ASSERT_OK(found);
  EXPECT_EQ(found->first.OwnProof(), nullptr);  // older than any session may become
  EXPECT_NE(found->first.SsoProof(kOrg), nullptr);
}

TEST_P(AuthnStoreTest, IdleSessionEnds) {
  auto issued = Issue(ada_, Own());
  clock().Advance(hours(24) - seconds(1));
  EXPECT_OK(Find(issued.token));
  ASSERT_OK(Write([&](sql::Tx& tx) { return store_.Touch(tx, issued.session.id); }));
  clock().Advance(hours(24) - seconds(1));
  EXPECT_OK(Find(issued.token));
  clock().Advance(seconds(1));
  EXPECT_ERROR(kUnauthenticated, "session_invalid", Find(issued.token));
}

TEST_P(AuthnStoreTest, BusySessionEndsAtItsAbsoluteExpiry) {
  auto issued = Issue(ada_, Own());
  for (int i = 0; i < 7 * 24; ++i) {
    EXPECT_OK(Find(issued.token));
    clock().Advance(hours(1));
    ASSERT_OK(Write([&](sql::Tx& tx) { return store_.Touch(tx, issued.session.id); }));
  }
  EXPECT_ERROR(kUnauthenticated, "session_invalid", Find(issued.token));
}

TEST_P(AuthnStoreTest, ClockSetBackExtendsNothingThatIsStored) {
  auto issued = Issue(ada_, Own());
  clock().Advance(hours(20));
  ASSERT_OK(Write([&](sql::Tx& tx) { return store_.Touch(tx, issued.session.id); }));
  std::int64_t expires = Number("SELECT expires_at FROM sessions");
  std::int64_t seen = Number("SELECT last_seen_at FROM sessions");
  clock().SetWall(clock().Now() - hours(2));
  auto found = Find(issued.token);
  ASSERT_OK(found);  // a step of the clock logs nobody out …
  EXPECT_FALSE(store_.IsStale(found->first));
  ASSERT_OK(Write([&](sql::Tx& tx) { return store_.Touch(tx, issued.session.id); }));
  EXPECT_EQ(Number("SELECT expires_at FROM sessions"), expires);  // … and gives nothing
  EXPECT_EQ(Number("SELECT last_seen_at FROM sessions"), seen);
}

TEST_P(AuthnStoreTest, ClockSetBackDoesNotReviveASessionSeenPastItsExpiry) {
  auto issued = Issue(ada_, Own());
  Execute("UPDATE sessions SET last_seen_at = expires_at");
  clock().Advance(hours(1));
  EXPECT_ERROR(kUnauthenticated, "session_invalid", Find(issued.token));
}

TEST_P(AuthnStoreTest, SessionFromTheFutureIsRefused) {
  auto issued = Issue(ada_, Own());
  clock().SetWall(clock().Now() - minutes(5));
  EXPECT_OK(Find(issued.token));
  clock().SetWall(clock().Now() - seconds(1));
  EXPECT_ERROR(kUnauthenticated, "session_invalid", Find(issued.token));
}

TEST_P(AuthnStoreTest, EpochBumpKillsEverySessionOfTheUserOnly) {
  auto first = Issue(ada_, Own());
  auto second = Issue(ada_, Sso());
  auto bobs = Issue(bob_, Own());
  ASSERT_OK(SetPassword(ada_.id));
  EXPECT_ERROR(kUnauthenticated, "session_invalid", Find(first.token));
  EXPECT_ERROR(kUnauthenticated, "session_invalid", Find(second.token));
  EXPECT_OK(Find(bobs.token));
  EXPECT_TRUE(Read([&](sql::Tx& tx) { return store_.List(tx, ada_.id); })->empty());
}

TEST_P(AuthnStoreTest, ReissueKeepsTheCallersProofsAfterAPasswordChange) {
  auto mine = Issue(ada_, Sso());
  auto thief = Issue(ada_, Own());
  ASSERT_OK(SetPassword(ada_.id));
  auto fresh = Write([&](sql::Tx& tx) -> Result<IssuedSession> {
    GH_TRY(users::User user, users_.Find(tx, ada_.id));
    return store_.Reissue(tx, user, {Own()}, mine.session.id, "192.0.2.1", "browser");
  });
  ASSERT_OK(fresh);
  auto found = Find(fresh->token);
  ASSERT_OK(found);
  EXPECT_NE(found->first.OwnProof(), nullptr);
  EXPECT_NE(found->first.SsoProof(kOrg), nullptr);
  EXPECT_ERROR(kUnauthenticated, "session_invalid", Find(mine.token));
  EXPECT_ERROR(kUnauthenticated, "session_invalid", Find(thief.token));
}

TEST_P(AuthnStoreTest, InactiveUserHasNoSession) {
  auto issued = Issue(ada_, Own());
  Execute("UPDATE users SET is_active = 0 WHERE id = " + ada_.id.ToString());
  EXPECT_ERROR(kUnauthenticated, "session_invalid", Find(issued.token));
}

TEST_P(AuthnStoreTest, SessionOfAnotherUserCannotBeDeleted) {
  auto adas = Issue(ada_, Own());
  EXPECT_ERROR(kNotFound, "session_not_found",
               Write([&](sql::Tx& tx) { return store_.Delete(tx, bob_.id, adas.session.id); }));
  EXPECT_OK(Find(adas.token));
  EXPECT_OK(Write([&](sql::Tx& tx) { return store_.Delete(tx, ada_.id, adas.session.id); }));
  EXPECT_ERROR(kUnauthenticated, "session_invalid", Find(adas.token));
}

TEST_P(AuthnStoreTest, DeleteAllExceptKeepsOneAndOtherUsers) {
  auto one = Issue(ada_, Own());
  auto two = Issue(ada_, Own());
  auto bobs = Issue(bob_, Own());
  ASSERT_OK(
      Write([&](sql::Tx& tx) { return store_.DeleteAllExcept(tx, ada_.id, two.session.id); }));
  EXPECT_FALSE(Find(one.token).has_value());
  EXPECT_OK(Find(two.token));
  ASSERT_OK(Write([&](sql::Tx& tx) { return store_.DeleteAllExcept(tx, ada_.id, {}); }));
  EXPECT_FALSE(Find(two.token).has_value());
  EXPECT_OK(Find(bobs.token));
}

TEST_P(AuthnStoreTest, RevokedProofsGoAndSessionsWithoutProofEnd) {
  auto only = Issue(ada_, Sso());
  auto mixed = Issue(ada_, Own());
  mixed = Issue(ada_, Sso(), mixed.session.id);
  auto other = Issue(ada_, Sso(kOtherOrg, kOtherProvider));  // 55: not to be taken for 5
  auto bobs = Issue(bob_, Sso());
  auto revoke = [&](std::vector<UserId> users) {
    return Write([&](sql::Tx& tx) { return store_.RevokeProofs(tx, kProvider, users); });
  };
  EXPECT_EQ(revoke({ada_.id}), 2);
  EXPECT_ERROR(kUnauthenticated, "session_invalid", Find(only.token));
  auto found = Find(mixed.token);
  ASSERT_OK(found);
  EXPECT_EQ(found->first.SsoProof(kOrg), nullptr);
  EXPECT_NE(found->first.OwnProof(), nullptr);
  EXPECT_NE(Find(other.token)->first.SsoProof(kOtherOrg), nullptr);
  EXPECT_OK(Find(bobs.token));
  EXPECT_EQ(revoke({}), 0);
  // Any number of users, in batches.
  std::vector<UserId> many(70, UserId{1});
  many.push_back(bob_.id);
  EXPECT_EQ(revoke(many), 1);
  EXPECT_ERROR(kUnauthenticated, "session_invalid", Find(bobs.token));
  EXPECT_EQ(Sessions(), 2);
  EXPECT_EQ(revoke(many), 0);
}

TEST_P(AuthnStoreTest, RevokingOneProviderKeepsTheProofsOfAnother) {
  auto both = Issue(ada_, Sso());
  both = Issue(ada_, Sso(kOtherOrg, kOtherProvider), both.session.id);
  EXPECT_EQ(Write([&](sql::Tx& tx) { return store_.RevokeProofs(tx, kProvider, {ada_.id}); }), 1);
  auto found = Find(both.token);
  ASSERT_OK(found);
  EXPECT_EQ(found->first.SsoProof(kOrg), nullptr);
  EXPECT_NE(found->first.SsoProof(kOtherOrg), nullptr);
}

TEST_P(AuthnStoreTest, ExpiredSessionsAreSweptAway) {
  Issue(ada_, Own());
  clock().Advance(hours(23));
  auto live = Issue(bob_, Own());
  clock().Advance(hours(1));
  EXPECT_EQ(Write([&](sql::Tx& tx) { return store_.DeleteExpired(tx); }), 1);
  EXPECT_OK(Find(live.token));
}

TEST_P(AuthnStoreTest, HostileUserAgentIsStoredHarmlessly) {
  auto issued = Write([&](sql::Tx& tx) {
    return store_.Create(tx, ada_, Own(), {}, "192.0.2.1",
                         std::string("a\0b\n\x1b[31m\xFF", 10) + std::string(5000, 'x'));
  });
  ASSERT_OK(issued);
  EXPECT_LE(issued->session.user_agent.size(), 256u);
  EXPECT_TRUE(issued->session.user_agent.starts_with("a?b??[31m?"));
  EXPECT_OK(Find(issued->token));
}

TEST_P(AuthnStoreTest, DamagedProofsOpenNothing) {
  auto issued = Issue(ada_, Own());
  for (std::string_view bad : {"", "{}", "[1]", R"([{"kind":"root","at":1}])",
                               R"([{"kind":"sso","at":1,"organization":100}])", "[]"}) {
    Execute("UPDATE sessions SET proofs = '" + std::string(bad) + "'");
    EXPECT_FALSE(Find(issued.token).has_value()) << bad;
  }
}

// ---- API tokens
// -----------------------------------------------------------------------------------

TEST_P(AuthnStoreTest, TokenReadsBackSortedScopes) {
  auto token = Write([&](sql::Tx& tx) {
    return store_.CreateToken(tx, ada_.id, "ci", {"org:write", "org:read", "org:write"}, {});
  });
  ASSERT_OK(token);
  EXPECT_TRUE(token->starts_with("ghp_"));
  EXPECT_TRUE(Store::LooksLikeToken(*token));
  auto found = Read([&](sql::Tx& tx) { return store_.FindToken(tx, *token); });
  ASSERT_OK(found);
  EXPECT_EQ(found->user.id, ada_.id);
  EXPECT_EQ(found->scopes, (std::vector<std::string>{"org:read", "org:write"}));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM api_tokens WHERE token_hash LIKE 'ghp%'"), 0);
}

TEST_P(AuthnStoreTest, TokenRefusesUnknownScopesAndBadNames) {
  auto create = [&](std::string_view name, std::vector<std::string> scopes,
                    std::optional<Timestamp> expires) {
    return Write(
        [&](sql::Tx& tx) { return store_.CreateToken(tx, ada_.id, name, scopes, expires); });
  };
  EXPECT_ERROR(kInvalidArgument, "scope_unknown", create("ci", {"org:read", "root"}, {}));
  EXPECT_ERROR(kInvalidArgument, "scope_unknown", create("ci", {"org:read org:write"}, {}));
  EXPECT_ERROR(kInvalidArgument, "scope_unknown", create("ci", {}, {}));
  EXPECT_ERROR(kInvalidArgument, "token_name_invalid", create(" ", {"org:read"}, {}));
  EXPECT_ERROR(kInvalidArgument, "token_name_invalid", create("a\nb", {"org:read"}, {}));
  EXPECT_ERROR(kInvalidArgument, "token_expiry_invalid", create("ci", {"org:read"}, clock().Now()));
}

TEST_P(AuthnStoreTest, TokenEndsWithItsExpiryAndItsUser) {
  auto create = [&](std::optional<Timestamp> expires) {
    return Write([&](sql::Tx& tx) {
             return store_.CreateToken(tx, ada_.id, "ci", {"org:read"}, expires);
           })
        .value();
  };
  auto find = [&](const std::string& token) {
    return Read([&](sql::Tx& tx) { return store_.FindToken(tx, token); });
  };
  std::string brief = create(clock().Now() + hours(1));
  std::string lasting = create(std::nullopt);
  EXPECT_OK(find(brief));
  clock().Advance(hours(1));
  EXPECT_ERROR(kUnauthenticated, "token_invalid", find(brief));
  EXPECT_OK(find(lasting));
  Execute("UPDATE users SET is_active = 0 WHERE id = " + ada_.id.ToString());
  EXPECT_ERROR(kUnauthenticated, "token_invalid", find(lasting));
}

TEST(TokenFormatTest, ATypingErrorIsSeenWithoutALookUp) {
  SeededRng rng(1);
  std::string token = "ghp_" + rng.Token(32);
  EXPECT_FALSE(Store::LooksLikeToken(token));
  EXPECT_FALSE(Store::LooksLikeToken(token + "000000"));
  EXPECT_FALSE(Store::LooksLikeToken(""));
  EXPECT_FALSE(Store::LooksLikeToken(std::string(53, 'a')));
}

}  // namespace
}  // namespace gatehouse::authn
