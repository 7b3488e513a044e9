#include "region/releases/store.h"

#include <gtest/gtest.h>

#include <barrier>
#include <thread>

#include "core/testing/migrated_database.h"

namespace gatehouse::releases {
namespace {

constexpr OrgId kOrg{1};
constexpr OrgId kOther{2};
constexpr ProjectId kShop{10};

class ReleaseStoreTest : public test::MigratedDatabase {
 protected:
  void SetUp() override {
    MigratedDatabase::SetUp();
    if (IsSkipped()) return;
    for (const char* text :
         {"INSERT INTO organizations (id, slug, name, status, default_role, flags, version, "
          "created_at) VALUES (1, 'acme', 'Acme', 'active', 'member', 1, 1, 0)",
          "INSERT INTO organizations (id, slug, name, status, default_role, flags, version, "
          "created_at) VALUES (2, 'other', 'Other', 'active', 'member', 1, 1, 0)",
          "INSERT INTO projects (id, organization_id, slug, name, platform, status, flags, "
          "options, last_short_id, version, created_at) VALUES (10, 1, 'shop', 'Shop', '', "
          "'active', 0, '{}', 0, 1, 0)"}) {
      Execute(text);
    }
    shop_.id = kShop;
    shop_.organization = kOrg;
    shop_.slug = "shop";
  }
  Result<store::Seen> See(std::string_view version) {
    return Write(
        [&](sql::Tx& tx) { return store::GetOrCreate(tx, ids(), shop_, version, clock().Now()); });
  }
  void Execute(const std::string& text) {
    ASSERT_OK(Write([&](sql::Tx& tx) { return tx.Exec(sql::Statement{"", text}); }));
  }

  projects::Project shop_;
};
GATEHOUSE_ON_ALL_ENGINES(ReleaseStoreTest);

TEST_P(ReleaseStoreTest, AReleaseIsCreatedAndLinkedOnce) {
  auto first = See("shop@1.2.3-rc.1");
  ASSERT_OK(first);
  EXPECT_TRUE(first->created);
  EXPECT_TRUE(first->linked);
  ASSERT_TRUE(first->release.semantic);
  EXPECT_EQ(first->release.semantic->prerelease, "rc.1");
  auto again = See("shop@1.2.3-rc.1");
  EXPECT_FALSE(again->created);
  EXPECT_FALSE(again->linked);
  EXPECT_EQ(again->release.id, first->release.id);
  EXPECT_FALSE(See("no version")->release.semantic);
}

TEST_P(ReleaseStoreTest, TheProjectsOwnNameOfAReleaseComesFirst) {
  const auto prefixed = See("shop-1.0");
  EXPECT_EQ(See("1.0")->release.id, prefixed->release.id);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM releases"), 1);
}

TEST_P(ReleaseStoreTest, ManyAtOnceMakeOneOfEach) {
  constexpr int kThreads = 16;
  std::barrier start(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      auto seen = Write([&](sql::Tx& tx) -> Result<void> {
        GH_TRY(const store::Seen one, store::GetOrCreate(tx, ids(), shop_, "1.0", clock().Now()));
        GH_TRY_VOID(store::SeeDistribution(tx, ids(), one.release, "web", clock().Now()));
        GH_TRY(const Environment environment,
               store::SeeEnvironment(tx, ids(), shop_, "production", clock().Now()));
        return store::SeeTogether(tx, kOrg, kShop, one.release.id, environment.id, clock().Now());
      });
      EXPECT_OK(seen);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const char* table :
       {"releases", "release_projects", "distributions", "environments", "environment_projects",
        "release_environments", "release_project_environments"}) {
    EXPECT_EQ(Number("SELECT COUNT(*) FROM " + std::string(table)), 1) << table;
  }
}

TEST_P(ReleaseStoreTest, LastSeenMovesOnAfterAMinute) {
  const auto release = See("1.0")->release.id;
  const auto environment = Write(
      [&](sql::Tx& tx) { return store::SeeEnvironment(tx, ids(), shop_, "", clock().Now()); });
  ASSERT_OK(environment);
  const auto see = [&](std::int64_t second) {
    ASSERT_OK(Write([&](sql::Tx& tx) {
      return store::SeeTogether(tx, kOrg, kShop, release, environment->id,
                                Timestamp{second * 1'000'000});
    }));
  };
  const auto last = [&] {
    return Number("SELECT last_seen FROM release_environments") / 1'000'000 * 1000 +
           Number("SELECT last_seen FROM release_project_environments") / 1'000'000;
  };
  see(100);
  see(160);
  EXPECT_EQ(last(), 100'100);
  see(161);
  EXPECT_EQ(last(), 161'161);
  see(50);
  EXPECT_EQ(last(), 161'161);
  EXPECT_EQ(Number("SELECT first_seen FROM release_environments"), 100'000'000);
}

TEST_P(ReleaseStoreTest, AnotherOrganizationsReleaseIsNotFound) {
  ASSERT_OK(See("1.0"));
  auto found = db().ReadSync(sql::Tenant::Of(kOther),
                             [](sql::Tx& tx) { return store::Find(tx, kOther, "1.0"); });
  EXPECT_ERROR(kNotFound, "release_not_found", found);
}

}  // namespace
}  // namespace gatehouse::releases
