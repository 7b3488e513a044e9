// Opened configurations are remembered; the row decides whether they are used.

#include "control/sso/providers.h"

#include "control/sso/testing/sso_fixture.h"

namespace gatehouse::sso::fixture {
namespace {

class ProviderStoreTest : public SsoTest {
 protected:
  void SetUp() override {
    SsoTest::SetUp();
    if (IsSkipped()) return;
    store_.emplace(clock(), *house_->keys);
    admin_ = LogIn(owner_);
  }
  LiveProvider Make(std::int64_t id, OrgId organization, std::string client_id) {
    LiveProvider provider;
    provider.id = ProviderId{id};
    provider.organization = organization;
    provider.kind = "oidc";
    provider.revision = 1;
    provider.config =
        std::make_shared<const json::Object>(json::Object{{"client_id", std::move(client_id)}});
    return provider;
  }
  void Insert(const LiveProvider& provider) {
    auto inserted = Write([&](sql::Tx& tx) { return store_->Insert(tx, provider); });
    ASSERT_OK(inserted);
    ASSERT_TRUE(*inserted);
  }
  LiveProvider Find(OrgId organization) {
    return Read([&](sql::Tx& tx) { return store_->Find(tx, organization); }).value().value();
  }
  std::string ClientId(OrgId organization) {
    return std::string(*json::GetString(*Find(organization).config, "client_id"));
  }
  bool IsStill(const SeenProvider& seen) {
    return Read([&](sql::Tx& tx) { return store_->IsStill(tx, seen); }).value();
  }
  void SetUpAs(const std::string& issuer) {
    house_->provider->next.issuer = issuer;
    ASSERT_OK(SetUpSso(admin_));
    house_->DrainAll();
  }

  std::optional<ProviderStore> store_;
  Browser admin_;
};
GATEHOUSE_ON_ALL_ENGINES(ProviderStoreTest);

TEST_P(ProviderStoreTest, AConfigIsOpenedOnceWhileItsRowHoldsTheSameText) {
  Insert(Make(1, acme_, "first"));
  EXPECT_EQ(store_->LastSeen(acme_), nullptr);
  const LiveProvider opened = Find(acme_);
  EXPECT_EQ(Find(acme_).config, opened.config) << "the same object";
  ASSERT_NE(store_->LastSeen(acme_), nullptr);
  EXPECT_TRUE(IsStill(*store_->LastSeen(acme_)));
}

TEST_P(ProviderStoreTest, AReplacedConfigIsNeverServedFromMemory) {
  Insert(Make(1, acme_, "first"));
  EXPECT_EQ(ClientId(acme_), "first");
  const auto seen = store_->LastSeen(acme_);
  auto replaced = Write([&](sql::Tx& tx) { return store_->Replace(tx, Make(1, acme_, "second")); });
  ASSERT_OK(replaced);
  ASSERT_TRUE(*replaced);
  EXPECT_FALSE(IsStill(*seen));
  EXPECT_EQ(ClientId(acme_), "second");
  EXPECT_TRUE(IsStill(*store_->LastSeen(acme_)));
}

TEST_P(ProviderStoreTest, ARowWrittenByAnotherProcessIsOpenedAnew) {
  Insert(Make(1, acme_, "first"));
  EXPECT_EQ(ClientId(acme_), "first");
  const auto seen = store_->LastSeen(acme_);
  ProviderStore other(clock(), *house_->keys);
  ASSERT_OK(Write([&](sql::Tx& tx) { return other.Replace(tx, Make(1, acme_, "second")); }));
  EXPECT_FALSE(IsStill(*seen));
  EXPECT_EQ(ClientId(acme_), "second");
}

TEST_P(ProviderStoreTest, ADamagedConfigIsAnErrorAlthoughItWasOpenedBefore) {
  Insert(Make(1, acme_, "first"));
  EXPECT_EQ(ClientId(acme_), "first");
  Execute("UPDATE auth_providers SET config = 'v1.test.AAAA'");
  auto found = Read([&](sql::Tx& tx) { return store_->Find(tx, acme_); });
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, Code::kDataLoss);
}

TEST_P(ProviderStoreTest, ADeletedProviderIsForgotten) {
  Insert(Make(1, acme_, "first"));
  EXPECT_EQ(ClientId(acme_), "first");
  const auto seen = store_->LastSeen(acme_);
  ASSERT_OK(Write([&](sql::Tx& tx) { return store_->Delete(tx, acme_, ProviderId{1}); }));
  EXPECT_EQ(store_->LastSeen(acme_), nullptr);
  EXPECT_FALSE(IsStill(*seen));
  Insert(Make(2, acme_, "first"));
  EXPECT_FALSE(IsStill(*seen)) << "another provider, even with the same configuration";
}

TEST_P(ProviderStoreTest, OrganizationsShareNothing) {
  Insert(Make(1, acme_, "acme"));
  Insert(Make(2, other_, "other"));
  EXPECT_EQ(ClientId(acme_), "acme");
  EXPECT_EQ(ClientId(other_), "other");
  EXPECT_EQ(ClientId(acme_), "acme");
}

TEST_P(ProviderStoreTest, WhatIsRememberedIsBounded) {
  Insert(Make(1, acme_, "acme"));
  EXPECT_EQ(ClientId(acme_), "acme");
  for (std::size_t i = 0; i < ProviderStore::kMaxSeen; ++i) {
    const auto id = static_cast<std::int64_t>(1000 + i);
    ASSERT_OK(Write([&](sql::Tx& tx) -> Result<void> {
      GH_TRY_VOID(store_->Insert(tx, Make(id, OrgId{id}, "x")));
      return {};
    }));
    ASSERT_EQ(ClientId(OrgId{id}), "x");
  }
  EXPECT_EQ(store_->LastSeen(acme_), nullptr) << "the oldest went";
  EXPECT_EQ(ClientId(acme_), "acme");
}

// ---- through the service ------------------------------------------------------------------------

TEST_P(ProviderStoreTest, ALogInAfterAnEditBeginsWithTheNewConfiguration) {
  SetUpAs("https://idp.test");
  ASSERT_OK(StartLogin(Anonymous()));
  SetUpAs("https://new-idp.test");
  auto started = StartLogin(Anonymous());
  ASSERT_OK(started);
  EXPECT_TRUE(started->redirect->starts_with("https://new-idp.test/")) << *started->redirect;
  EXPECT_EQ(Number("SELECT MAX(revision) FROM sso_pipelines WHERE flow = 'login'"), 2);
}

TEST_P(ProviderStoreTest, AnEditByAnotherProcessIsNotBegunWithWhatWasSeenBefore) {
  SetUpAs("https://idp.test");
  ASSERT_OK(StartLogin(Anonymous()));
  LiveProvider edited = Find(acme_);
  json::Object config = *edited.config;
  config["issuer"] = "https://new-idp.test";
  edited.config = std::make_shared<const json::Object>(std::move(config));
  ASSERT_OK(Write([&](sql::Tx& tx) { return store_->Replace(tx, edited); }));
  auto started = StartLogin(Anonymous());
  ASSERT_OK(started);
  EXPECT_TRUE(started->redirect->starts_with("https://new-idp.test/")) << *started->redirect;
  EXPECT_EQ(Number("SELECT MAX(revision) FROM sso_pipelines WHERE flow = 'login'"), 2);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM sso_pipelines WHERE flow = 'login'"), 2)
      << "the attempt that was not confirmed left nothing";
}

TEST_P(ProviderStoreTest, NobodyIsSentToAProviderThatIsGone) {
  SetUpAs("https://idp.test");
  ASSERT_OK(StartLogin(Anonymous()));
  Execute("DELETE FROM auth_identities");
  Execute("DELETE FROM auth_providers");
  EXPECT_ERROR(kNotFound, kSsoNotConfigured, StartLogin(Anonymous()));
}

TEST_P(ProviderStoreTest, ClientKeysFollowAnEdit) {
  SetUpAs("https://idp.test");
  auto Kid = [&] { return json::Serialize(*Run(house_->sso->ClientKeys(acme_))); };
  EXPECT_EQ(Kid(), R"({"keys":[{"kid":"c"}]})");
  LiveProvider edited = Find(acme_);
  json::Object config = *edited.config;
  config["client_id"] = "d";
  edited.config = std::make_shared<const json::Object>(std::move(config));
  ASSERT_OK(Write([&](sql::Tx& tx) { return store_->Replace(tx, edited); }));
  EXPECT_EQ(Kid(), R"({"keys":[{"kid":"d"}]})");
}

}  // namespace
}  // namespace gatehouse::sso::fixture
