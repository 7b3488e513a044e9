#include "control/identity/identity.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "control/identity/errors.h"
#include "control/users/users.h"
#include "core/testing/migrated_database.h"

namespace gatehouse::identity {
namespace {

using std::chrono::minutes;

constexpr OrgId kOrg{100};
constexpr OrgId kOtherOrg{200};
constexpr ProviderId kProvider{5};
constexpr ProviderId kOtherProvider{6};
constexpr std::string_view kIssuer = "https://idp.example.com";

class IdentityTest : public test::MigratedDatabase {
 protected:
  void SetUp() override {
    MigratedDatabase::SetUp();
    if (IsSkipped()) return;
    AddProvider(kProvider, kOrg);
    AddProvider(kOtherProvider, kOtherOrg);
    ada_ = AddUser("ada@example.com");
    bob_ = AddUser("bob@example.com");
    actor_ = {.user = ada_, .label = "Ada", .ip = "192.0.2.1", .correlation_id = "c-1"};
  }
  void AddProvider(ProviderId id, OrgId organization) {
    Execute("INSERT INTO auth_providers VALUES (" + id.ToString() + ", " + organization.ToString() +
            ", 'oidc', 'IdP', 'https://idp.example.com', 'sealed', 1, 0, 0, 0)");
  }
  UserId AddUser(std::string email) {
    return Write([&](sql::Tx& tx) {
             return users::Store(clock(), ids(), rng())
                 .Create(
                     tx,
                     {.name = "", .email = email, .email_verified = false, .password_hash = {}});
           })
        .value()
        .id;
  }
  void Deactivate(UserId id) {
    Execute("UPDATE users SET is_active = 0 WHERE id = " + id.ToString());
  }
  static Assertion Says(std::string subject, std::string refresh_token = "refresh-secret") {
    Assertion assertion{.issuer = std::string(kIssuer),
                        .subject = std::move(subject),
                        .email = "ada@idp.example.com",
                        .email_verified = true,
                        .name = "Ada",
                        .data = {}};
    assertion.data["access_token"] = "access-secret";
    if (!refresh_token.empty()) assertion.data["refresh_token"] = refresh_token;
    return assertion;
  }
  Result<Store::Attached> Attach(UserId user, const Assertion& assertion, OrgId organization = kOrg,
                                 ProviderId provider = kProvider) {
    return Write([&](sql::Tx& tx) {
      return store_.Attach(tx, organization, provider, user, assertion, actor_);
    });
  }
  std::optional<Identity> BySubject(std::string_view subject, OrgId organization = kOrg,
                                    ProviderId provider = kProvider) {
    return Read([&](sql::Tx& tx) {
             return store_.FindBySubject(tx, organization, provider, kIssuer, subject);
           })
        .value();
  }
  std::optional<Identity> ByUser(UserId user, OrgId organization = kOrg,
                                 ProviderId provider = kProvider) {
    return Read([&](sql::Tx& tx) { return store_.FindByUser(tx, organization, provider, user); })
        .value();
  }
  Result<json::Object> Data(IdentityId id, OrgId organization = kOrg) {
    return Read([&](sql::Tx& tx) { return store_.Data(tx, organization, id); });
  }
  std::string Token(IdentityId id, std::string_view name) {
    auto data = Data(id);
    return data ? std::string(json::GetString(*data, name).value_or("none")) : "error";
  }
  std::vector<test::AuditRow> Audit(audit::Event event) {
    auto rows = AuditRows();
    std::erase_if(rows, [event](const test::AuditRow& row) { return row.event != event; });
    return rows;
  }
  std::vector<test::OutboxRow> Outbox() { return OutboxRows(outbox::Half::kControl); }
  std::int64_t Rows() { return Number("SELECT COUNT(*) FROM auth_identities"); }

  std::unique_ptr<crypto::KeyRing> keys_ = crypto::KeyRing::ForTest("identity", rng());
  Store store_{clock(), ids(), *keys_, audit(), control_outbox()};
  UserId ada_, bob_;
  Actor actor_;
};
GATEHOUSE_ON_ALL_ENGINES(IdentityTest);

// ---- attaching
// ------------------------------------------------------------------------------------

TEST_P(IdentityTest, AttachCreatesAndAuditsTheLink) {
  auto got = Attach(ada_, Says("s-1"));
  ASSERT_OK(got);
  EXPECT_TRUE(got->created);
  EXPECT_EQ(got->former_owner, std::nullopt);
  const Identity& identity = got->identity;
  EXPECT_EQ(identity.user, ada_);
  EXPECT_EQ(identity.subject, "s-1");
  EXPECT_EQ(identity.issuer, kIssuer);
  EXPECT_EQ(identity.email, "ada@idp.example.com");
  EXPECT_TRUE(identity.is_valid);
  EXPECT_EQ(identity.last_verified_at, clock().Now());
  EXPECT_EQ(Token(identity.id, "access_token"), "access-secret");

  auto links = Audit(audit::Event::kSsoIdentityLink);
  ASSERT_EQ(links.size(), 1u);
  EXPECT_EQ(links[0].organization, kOrg);
  EXPECT_EQ(links[0].actor, ada_);
  EXPECT_EQ(links[0].target_user, ada_);
  EXPECT_EQ(links[0].target_object, identity.id.value);
  EXPECT_EQ(json::GetInt(links[0].data, "user_id"), ada_.value);
  EXPECT_EQ(json::GetString(links[0].data, "subject"), "s-1");
  EXPECT_FALSE(json::Serialize(links[0].data).contains("secret"));
  EXPECT_TRUE(Outbox().empty());
}

TEST_P(IdentityTest, AttachingAgainRenewsTheSameIdentityWithoutAudit) {
  auto first = Attach(ada_, Says("s-1"));
  ASSERT_OK(first);
  clock().Advance(minutes(5));
  auto again = Attach(ada_, Says("s-1", ""));
  ASSERT_OK(again);
  EXPECT_EQ(again->identity.id, first->identity.id);
  EXPECT_FALSE(again->created);
  EXPECT_EQ(again->former_owner, std::nullopt);
  EXPECT_EQ(again->identity.last_verified_at, clock().Now());
  EXPECT_EQ(Token(first->identity.id, "refresh_token"), "refresh-secret");  // kept
  EXPECT_EQ(Audit(audit::Event::kSsoIdentityLink).size(), 1u);
  EXPECT_TRUE(Outbox().empty());
}

TEST_P(IdentityTest, AChangedSubjectKeepsTheRowAndDropsTheOldTokens) {
  auto first = Attach(ada_, Says("s-1"));
  auto second = Attach(ada_, Says("s-2", ""));
  ASSERT_OK(second);
  EXPECT_EQ(second->identity.id, first->identity.id);
  EXPECT_FALSE(second->created);
  EXPECT_EQ(second->identity.subject, "s-2");
  EXPECT_FALSE(BySubject("s-1").has_value());
  EXPECT_EQ(Token(first->identity.id, "refresh_token"), "none");
  auto links = Audit(audit::Event::kSsoIdentityLink);
  ASSERT_EQ(links.size(), 2u);
  EXPECT_EQ(json::GetString(links[1].data, "replaced_subject"), "s-1");
}

TEST_P(IdentityTest, ASubjectOfAnotherUserMovesAndBothSidesLearnOfIt) {
  auto bobs = Attach(bob_, Says("s-1"));
  ASSERT_OK(bobs);
  auto moved = Attach(ada_, Says("s-1", ""));
  ASSERT_OK(moved);
  EXPECT_EQ(moved->identity.id, bobs->identity.id);
  EXPECT_EQ(moved->identity.user, ada_);
  EXPECT_EQ(moved->former_owner, bob_);
  EXPECT_FALSE(moved->created);
  EXPECT_FALSE(ByUser(bob_).has_value());
  EXPECT_EQ(Token(moved->identity.id, "refresh_token"), "none");  // Bob's stays Bob's

  auto outbox = Outbox();
  ASSERT_EQ(outbox.size(), 1u);
  EXPECT_EQ(outbox[0].category, outbox::Category::kMarkInvalidSso);
  EXPECT_EQ(outbox[0].shard, (outbox::Shard{outbox::Scope::kOrganization, kOrg.value}));
  EXPECT_EQ(json::GetInt(outbox[0].payload, "user_id"), bob_.value);

  auto unlinks = Audit(audit::Event::kSsoIdentityUnlink);
  ASSERT_EQ(unlinks.size(), 1u);
  EXPECT_EQ(unlinks[0].target_user, bob_);
  EXPECT_EQ(unlinks[0].actor, ada_);
  auto links = Audit(audit::Event::kSsoIdentityLink);
  ASSERT_EQ(links.size(), 2u);
  EXPECT_EQ(links[1].target_user, ada_);
}

TEST_P(IdentityTest, AMoveWipesTheOtherIdentityOfTheNewOwner) {
  ASSERT_OK(Attach(ada_, Says("ada-1")));
  ASSERT_OK(Attach(bob_, Says("bob-1")));
  auto moved = Attach(ada_, Says("bob-1"));
  ASSERT_OK(moved);
  EXPECT_EQ(Rows(), 1);
  EXPECT_FALSE(BySubject("ada-1").has_value());
  EXPECT_EQ(BySubject("bob-1")->user, ada_);
  EXPECT_EQ(json::GetString(Audit(audit::Event::kSsoIdentityLink).back().data, "replaced_subject"),
            "ada-1");
}

TEST_P(IdentityTest, AnInvalidLinkIsGoodAgainAfterAttach) {
  auto first = Attach(ada_, Says("s-1"));
  ASSERT_OK(first);
  ASSERT_OK(Write(
      [&](sql::Tx& tx) { return store_.InvalidateAll(tx, kOrg, kProvider, "issuer_changed"); }));
  EXPECT_FALSE(ByUser(ada_)->is_valid);
  EXPECT_EQ(ByUser(ada_)->invalid_reason, "issuer_changed");
  auto again = Attach(ada_, Says("s-1"));
  ASSERT_OK(again);
  EXPECT_TRUE(again->identity.is_valid);
  EXPECT_EQ(again->identity.invalid_reason, "");
  EXPECT_GT(again->identity.version, first->identity.version);
}

TEST_P(IdentityTest, IdentityOfADeactivatedUserIsNotMoved) {
  ASSERT_OK(Attach(bob_, Says("s-1")));
  Deactivate(bob_);
  EXPECT_ERROR(kPermissionDenied, "account_inactive", Attach(ada_, Says("s-1")));
  EXPECT_EQ(BySubject("s-1")->user, bob_);
  EXPECT_TRUE(Outbox().empty());
  EXPECT_ERROR(kPermissionDenied, "account_inactive", Attach(bob_, Says("s-1")));
  EXPECT_ERROR(kPermissionDenied, "account_inactive", Attach(UserId{999}, Says("s-9")));
}

TEST_P(IdentityTest, SubjectsAreComparedByteForByte) {
  ASSERT_OK(Attach(ada_, Says("Subject")));
  for (std::string_view near :
       {"subject", "SUBJECT", "Subject ", " Subject", "Sub\u00ADject", "Subject%", "S_bject"}) {
    EXPECT_FALSE(BySubject(near).has_value()) << near;
  }
  // Composed and decomposed are two people.
  ASSERT_OK(Attach(bob_, Says("\u00E9")));
  EXPECT_FALSE(BySubject("e\u0301").has_value());
  auto other_issuer = Read([&](sql::Tx& tx) {
    return store_.FindBySubject(tx, kOrg, kProvider, "https://idp.example.com/", "Subject");
  });
  ASSERT_OK(other_issuer);
  EXPECT_FALSE(other_issuer->has_value());
}

TEST_P(IdentityTest, BadAssertionsAreInvalidAndABadLabelIsDropped) {
  for (const std::string& bad : {std::string(), std::string(256, 'x'), std::string("a\xFF"),
                                 std::string("a\0b", 3), std::string("a\nb")}) {
    EXPECT_ERROR(kInvalidArgument, "invalid_identity", Attach(ada_, Says(bad)));
    Assertion assertion = Says("s-1");
    assertion.issuer = bad;
    EXPECT_ERROR(kInvalidArgument, "invalid_identity", Attach(ada_, assertion));
  }
  Assertion assertion = Says(std::string(255, 'x'));
  assertion.email = std::string("a\0@example.com", 14);
  auto got = Attach(ada_, assertion);
  ASSERT_OK(got);
  EXPECT_EQ(got->identity.email, "");
}

TEST_P(IdentityTest, ConcurrentAttachOfOneSubjectEndsWithOneOwner) {
  std::vector<UserId> people{ada_, bob_, AddUser("cy@example.com"), AddUser("di@example.com")};
  std::vector<std::thread> threads;
  std::atomic<int> ok = 0;
  for (UserId user : people) {
    threads.emplace_back([&, user] {
      for (int i = 0; i < 5; ++i) {
        auto got = Attach(user, Says("shared"));
        if (got) ++ok;
        EXPECT_TRUE(got.has_value() || got.error().code == Code::kConflict) << got.error().detail;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_GE(ok.load(), 1);
  EXPECT_EQ(Rows(), 1);
  // Every loser was told: one more link than unlinks.
  EXPECT_EQ(Audit(audit::Event::kSsoIdentityLink).size(),
            Audit(audit::Event::kSsoIdentityUnlink).size() + 1);
  EXPECT_EQ(Outbox().size(), Audit(audit::Event::kSsoIdentityUnlink).size());
}

// ---- tenants
// --------------------------------------------------------------------------------------

TEST_P(IdentityTest, AnotherOrganizationSeesNothing) {
  auto got = Attach(ada_, Says("s-1"));
  ASSERT_OK(got);
  EXPECT_FALSE(BySubject("s-1", kOtherOrg).has_value());
  EXPECT_FALSE(BySubject("s-1", kOtherOrg, kOtherProvider).has_value());
  EXPECT_FALSE(ByUser(ada_, kOtherOrg).has_value());
  EXPECT_ERROR(kNotFound, "identity_not_found", Data(got->identity.id, kOtherOrg));
  auto list = [&](OrgId organization) {
    return Read([&](sql::Tx& tx) { return store_.OwnersOf(tx, organization, kProvider); })
        .value()
        .size();
  };
  EXPECT_EQ(list(kOrg), 1u);
  EXPECT_EQ(list(kOtherOrg), 0u);
  EXPECT_TRUE(Write([&](sql::Tx& tx) {
                return store_.InvalidateAll(tx, kOtherOrg, kProvider, "x");
              })->empty());
  EXPECT_TRUE(
      Write([&](sql::Tx& tx) { return store_.DeleteAll(tx, kOtherOrg, kProvider); })->empty());
  Identity foreign = got->identity;
  foreign.organization = kOtherOrg;
  EXPECT_ERROR(kNotFound, "identity_not_found",
               Write([&](sql::Tx& tx) { return store_.Refresh(tx, foreign, Says("s-1")); }));
  EXPECT_ERROR(kNotFound, "identity_not_found", Attach(ada_, Says("s-1"), kOtherOrg, kProvider));
  EXPECT_TRUE(BySubject("s-1")->is_valid);
}

TEST_P(IdentityTest, TheSameSubjectAtAnotherProviderIsAnotherIdentity) {
  ASSERT_OK(Attach(ada_, Says("s-1")));
  auto other = Attach(bob_, Says("s-1"), kOtherOrg, kOtherProvider);
  ASSERT_OK(other);
  EXPECT_TRUE(other->created);
  EXPECT_EQ(BySubject("s-1")->user, ada_);
  EXPECT_EQ(BySubject("s-1", kOtherOrg, kOtherProvider)->user, bob_);
  EXPECT_TRUE(Outbox().empty());
}

// ---- data at rest
// ---------------------------------------------------------------------------------

TEST_P(IdentityTest, TokensAreSealedAtRest) {
  auto got = Attach(ada_, Says("s-1"));
  ASSERT_OK(got);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM auth_identities WHERE data LIKE '%secret%' OR data LIKE "
                   "'%token%'"),
            0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM auth_identities WHERE data LIKE 'v1.%'"), 1);
}

TEST_P(IdentityTest, ASealedValueMovedToAnotherRowDoesNotOpen) {
  auto ada = Attach(ada_, Says("s-1"));
  auto bob = Attach(bob_, Says("s-2"));
  ASSERT_OK(bob);
  Execute("UPDATE auth_identities SET data = (SELECT data FROM auth_identities WHERE id = " +
          ada->identity.id.ToString() + ") WHERE id = " + bob->identity.id.ToString());
  EXPECT_ERROR(kDataLoss, "seal_broken", Data(bob->identity.id));
  EXPECT_OK(Data(ada->identity.id));
  // The same row under another organization does not open either.
  Execute("UPDATE auth_identities SET organization_id = 200 WHERE id = " +
          ada->identity.id.ToString());
  EXPECT_ERROR(kDataLoss, "seal_broken", Data(ada->identity.id, kOtherOrg));
}

TEST_P(IdentityTest, RefreshReplacesDataAndKeepsAMissingRefreshToken) {
  auto got = Attach(ada_, Says("s-1"));
  ASSERT_OK(got);
  auto refresh = [&](const Assertion& assertion) {
    return Write([&](sql::Tx& tx) { return store_.Refresh(tx, got->identity, assertion); });
  };
  clock().Advance(minutes(1));
  Assertion next = Says("s-1", "");
  next.data["access_token"] = "second-access";
  ASSERT_OK(refresh(next));
  EXPECT_EQ(Token(got->identity.id, "access_token"), "second-access");
  EXPECT_EQ(Token(got->identity.id, "refresh_token"), "refresh-secret");
  EXPECT_EQ(ByUser(ada_)->last_verified_at, clock().Now());
  ASSERT_OK(refresh(Says("s-1", "third-refresh")));
  EXPECT_EQ(Token(got->identity.id, "refresh_token"), "third-refresh");
  EXPECT_EQ(Audit(audit::Event::kSsoIdentityLink).size(), 1u);
}

TEST_P(IdentityTest, RefreshHealsDataThatCannotBeOpened) {
  auto got = Attach(ada_, Says("s-1"));
  ASSERT_OK(got);
  Execute("UPDATE auth_identities SET data = 'v1.zz.AAAA'");
  ASSERT_OK(Write([&](sql::Tx& tx) { return store_.Refresh(tx, got->identity, Says("s-1", "")); }));
  EXPECT_EQ(Token(got->identity.id, "access_token"), "access-secret");
}

TEST_P(IdentityTest, RefreshOfAnIdentityThatMovedMeanwhileIsRefused) {
  auto bobs = Attach(bob_, Says("s-1"));
  ASSERT_OK(Attach(ada_, Says("s-1")));
  auto refresh = [&](const Assertion& assertion) {
    return Write([&](sql::Tx& tx) { return store_.Refresh(tx, bobs->identity, assertion); });
  };
  EXPECT_ERROR(kNotFound, "identity_not_found", refresh(Says("s-1")));
  EXPECT_ERROR(kNotFound, "identity_not_found", refresh(Says("s-2")));
}

// ---- all of a provider
// ----------------------------------------------------------------------------

TEST_P(IdentityTest, InvalidateAllTellsEveryOwner) {
  ASSERT_OK(Attach(ada_, Says("s-1")));
  ASSERT_OK(Attach(bob_, Says("s-2")));
  ASSERT_OK(Attach(bob_, Says("s-2"), kOtherOrg, kOtherProvider));
  auto owners = Write(
      [&](sql::Tx& tx) { return store_.InvalidateAll(tx, kOrg, kProvider, "issuer_changed"); });
  ASSERT_OK(owners);
  EXPECT_EQ(*owners, (std::vector{ada_, bob_}));
  EXPECT_EQ(Outbox().size(), 2u);
  EXPECT_FALSE(ByUser(ada_)->is_valid);
  EXPECT_TRUE(ByUser(bob_, kOtherOrg, kOtherProvider)->is_valid);
}

TEST_P(IdentityTest, DeleteAllLeavesOtherProvidersAlone) {
  ASSERT_OK(Attach(ada_, Says("s-1")));
  ASSERT_OK(Attach(bob_, Says("s-2")));
  ASSERT_OK(Attach(bob_, Says("s-2"), kOtherOrg, kOtherProvider));
  auto owners = Write([&](sql::Tx& tx) { return store_.DeleteAll(tx, kOrg, kProvider); });
  ASSERT_OK(owners);
  EXPECT_EQ(*owners, (std::vector{ada_, bob_}));
  EXPECT_EQ(Rows(), 1);
}

TEST_P(IdentityTest, ARemovedMemberLeavesNothingBehindInThatOrganization) {  // SETUP-35
  ASSERT_OK(Attach(ada_, Says("s-1")));
  ASSERT_OK(Attach(bob_, Says("s-2")));
  ASSERT_OK(Attach(bob_, Says("s-2"), kOtherOrg, kOtherProvider));
  auto remove = [&](UserId user) {
    return Write([&](sql::Tx& tx) { return store_.DeleteOfMember(tx, kOrg, user, actor_); });
  };
  auto providers = remove(bob_);
  ASSERT_OK(providers);
  EXPECT_EQ(*providers, std::vector{kProvider});
  EXPECT_FALSE(ByUser(bob_).has_value());
  EXPECT_TRUE(ByUser(ada_).has_value());
  EXPECT_TRUE(ByUser(bob_, kOtherOrg, kOtherProvider).has_value());
  auto entries = Audit(audit::Event::kSsoIdentityUnlink);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].target_user, bob_);
  EXPECT_EQ(entries[0].organization, kOrg);
  EXPECT_EQ(json::GetString(entries[0].data, "subject"), "s-2");
  EXPECT_TRUE(remove(bob_)->empty());
  EXPECT_EQ(Audit(audit::Event::kSsoIdentityUnlink).size(), 1u);
}

// ---- providers that name their accounts anew
// -----------------------------------------------------------------------------------------

TEST_P(IdentityTest, AnAccountKnownByItsLegacySubjectIsRewrittenOnceAndAudited) {
  auto first = Attach(ada_, Says("ada@idp.example.com"));
  ASSERT_OK(first);
  Assertion says = Says("1077");
  says.legacy_subject = "ada@idp.example.com";
  auto find = [&] {
    return Read([&](sql::Tx& tx) { return store_.FindByAssertion(tx, kOrg, kProvider, says); });
  };
  auto known = find();
  ASSERT_OK(known);
  ASSERT_TRUE(known->has_value());
  EXPECT_TRUE((*known)->by_legacy_subject);
  auto migrated =
      Write([&](sql::Tx& tx) { return store_.Migrate(tx, (*known)->identity, says, actor_); });
  ASSERT_OK(migrated);
  EXPECT_EQ(migrated->id, first->identity.id);
  EXPECT_EQ(migrated->subject, "1077");
  EXPECT_EQ(Token(migrated->id, "refresh_token"), "refresh-secret") << "the same account's";
  EXPECT_FALSE(BySubject("ada@idp.example.com").has_value());
  auto entries = Audit(audit::Event::kSsoIdentityMigrate);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(json::GetString(entries[0].data, "replaced_subject"), "ada@idp.example.com");
  EXPECT_EQ(entries[0].target_user, ada_);
  known = find();
  ASSERT_OK(known);
  EXPECT_FALSE((*known)->by_legacy_subject);
  EXPECT_EQ(Write([&](sql::Tx& tx) { return store_.Migrate(tx, first->identity, says, actor_); })
                .error()
                .reason,
            kIdentityConflict)
      << "once";
}

TEST_P(IdentityTest, LegacyAndNewSubjectOfTwoPeopleChooseNobody) {  // SETUP-38
  ASSERT_OK(Attach(ada_, Says("1077")));
  ASSERT_OK(Attach(bob_, Says("bob@idp.example.com")));
  Assertion says = Says("1077");
  says.legacy_subject = "bob@idp.example.com";
  auto known = Read([&](sql::Tx& tx) { return store_.FindByAssertion(tx, kOrg, kProvider, says); });
  ASSERT_FALSE(known.has_value());
  EXPECT_EQ(known.error().reason, kIdentityConflict);
}

TEST_P(IdentityTest, ALegacySubjectFindsNobodyInAnotherOrganization) {
  ASSERT_OK(Attach(ada_, Says("ada@idp.example.com")));
  Assertion says = Says("1077");
  says.legacy_subject = "ada@idp.example.com";
  auto known = Read(
      [&](sql::Tx& tx) { return store_.FindByAssertion(tx, kOtherOrg, kOtherProvider, says); });
  ASSERT_OK(known);
  EXPECT_FALSE(known->has_value());
}

}  // namespace
}  // namespace gatehouse::identity
