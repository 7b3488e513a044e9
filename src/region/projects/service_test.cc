#include "region/projects/service.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "region/orgs/errors.h"
#include "region/orgs/members/errors.h"
#include "region/orgs/members/members_fixture.h"
#include "region/orgs/teams/errors.h"
#include "region/projects/errors.h"
#include "region/projects/service_impl.h"

namespace gatehouse::projects {
namespace {

using members::kForbidden;

class ProjectServiceTest : public members::MembersFixture {
 protected:
  void SetUp() override {
    MembersFixture::SetUp();
    if (IsSkipped()) return;
    projects_ = std::make_unique<ServiceImpl>(ServiceImpl::Parts{
        .db = db(), .clock = clock(), .rng = rng(), .ids = ids(), .audit = audit()});
    admin_ = Add(acme_, UserId{10}, "admin");
    member_ = Add(acme_, UserId{11}, "member");
    web_ = MakeTeam(acme_, "web");
    other_ = MakeOrg("other", UserId{20});
  }
  ServiceImpl& projects() { return *projects_; }
  Result<Project> Create(const std::string& slug, MemberId by) {
    return Run(projects().Create(acme_, slug, "Shop", "node", "", By(acme_, by)));
  }
  Project Shop() {
    auto created = Create("shop", admin_);
    EXPECT_OK(created);
    return created ? *created : Project{};
  }
  Key OnlyKey(const Project& project) {
    auto keys = Run(projects().Keys(acme_, project.id));
    EXPECT_TRUE(keys && keys->size() == 1);
    return keys && !keys->empty() ? keys->front() : Key{};
  }

  std::ptrdiff_t Audited(audit::Event event) {
    const auto rows = AuditRows();
    return std::ranges::count_if(rows, [&](const auto& row) { return row.event == event; });
  }

  MemberId admin_, member_;
  TeamId web_;
  OrgId other_;
  std::unique_ptr<ServiceImpl> projects_;
};
GATEHOUSE_ON_ALL_ENGINES(ProjectServiceTest);

TEST_P(ProjectServiceTest, AProjectIsCreatedWithAKeyAndFoundBySlugAndId) {
  const Project shop = Shop();
  EXPECT_EQ(shop.slug, "shop");
  EXPECT_EQ(shop.platform, "node");
  EXPECT_TRUE(shop.is_active);
  EXPECT_EQ(Run(projects().Get(acme_, "shop"))->id, shop.id);
  EXPECT_EQ(Run(projects().Get(acme_, shop.id.ToString()))->id, shop.id);
  EXPECT_EQ(Run(projects().List(acme_))->size(), 1u);
  const Key key = OnlyKey(shop);
  EXPECT_EQ(key.label, "Default");
  EXPECT_EQ(key.public_key.size(), 32u);
  EXPECT_EQ(Audited(audit::Event::kProjectAdd), 1);
  EXPECT_EQ(Audited(audit::Event::kProjectKeyAdd), 1);
}

TEST_P(ProjectServiceTest, ASlugIsMadeFromTheNameAndIsUniqueInItsOrganization) {
  auto made = Run(projects().Create(acme_, "", "Web Shop", "", "web", By(acme_, admin_)));
  ASSERT_OK(made);
  EXPECT_EQ(made->slug, "web-shop");
  EXPECT_EQ(*Run(projects().Teams(acme_, made->id)), std::vector<std::string>{"web"});
  EXPECT_ERROR(kAlreadyExists, orgs::kSlugTaken, Create("web-shop", admin_));
  ASSERT_OK(Run(projects().CreateOnHost(other_, "web-shop", "Web Shop", "", {})));
}

TEST_P(ProjectServiceTest, MembersHaveTheProjectsOfTheirTeams) {
  const TeamId shops = MakeTeam(acme_, "shops");
  const auto by = By(acme_, admin_);
  for (const char* slug : {"shop", "blog", "attic", "gone"}) ASSERT_OK(Create(slug, admin_));
  const auto give = [&](const std::string& slug, const std::string& team) {
    ASSERT_OK(Run(projects().AddTeam(acme_, Run(projects().Get(acme_, slug))->id, team, by)));
  };
  give("shop", "web");
  give("shop", "shops");
  give("blog", "web");
  give("gone", "shops");
  ASSERT_OK(Run(projects().Delete(acme_, Run(projects().Get(acme_, "gone"))->id, by)));
  PutIn(acme_, web_, admin_);
  PutIn(acme_, shops, admin_);
  PutIn(acme_, shops, member_);
  const MemberId last{INT64_MAX};
  const SlugsByMember all{{admin_, {"blog", "shop"}}, {member_, {"shop"}}};
  EXPECT_EQ(*Run(projects().SlugsOfMembers(acme_, MemberId{0}, last)), all);
  const SlugsByMember one{{member_, {"shop"}}};
  EXPECT_EQ(*Run(projects().SlugsOfMembers(acme_, member_, member_)), one);
  EXPECT_TRUE(Run(projects().SlugsOfMembers(other_, MemberId{0}, last))->empty());
}

TEST_P(ProjectServiceTest, WhatIsNoNameSlugPlatformOrTeamIsRefusedAndNothingIsStored) {
  const auto by = By(acme_, admin_);
  EXPECT_ERROR(kInvalidArgument, orgs::kSlugInvalid,
               Run(projects().Create(acme_, "123", "Shop", "", "", by)));
  EXPECT_ERROR(kInvalidArgument, orgs::kNameInvalid,
               Run(projects().Create(acme_, "shop", "", "", "", by)));
  EXPECT_ERROR(kInvalidArgument, kPlatformInvalid,
               Run(projects().Create(acme_, "shop", "Shop", "No De", "", by)));
  EXPECT_ERROR(kNotFound, teams::kTeamNotFound,
               Run(projects().Create(acme_, "shop", "Shop", "", "nobody", by)));
  EXPECT_TRUE(Run(projects().List(acme_))->empty());
}

TEST_P(ProjectServiceTest, AMemberWithoutTheScopeChangesNothing) {
  const Project shop = Shop();
  const auto by = By(acme_, member_);
  EXPECT_ERROR(kPermissionDenied, kForbidden, Create("other", member_));
  EXPECT_ERROR(kPermissionDenied, kForbidden,
               Run(projects().Update(acme_, shop.id, {.name = "Mine"}, by)));
  EXPECT_ERROR(kPermissionDenied, kForbidden, Run(projects().Delete(acme_, shop.id, by)));
  EXPECT_ERROR(kPermissionDenied, kForbidden,
               Run(projects().CreateKey(acme_, shop.id, "Mine", by)));
  EXPECT_ERROR(kPermissionDenied, kForbidden, Run(projects().AddTeam(acme_, shop.id, "web", by)));
  EXPECT_EQ(Run(projects().Get(acme_, "shop"))->name, "Shop");
}

TEST_P(ProjectServiceTest, AnotherOrganizationsProjectIsNotFound) {
  const Project shop = Shop();
  EXPECT_ERROR(kNotFound, kProjectNotFound, Run(projects().Get(other_, "shop")));
  EXPECT_ERROR(kNotFound, kProjectNotFound, Run(projects().Get(other_, shop.id.ToString())));
  EXPECT_TRUE(Run(projects().Keys(other_, shop.id))->empty());
  EXPECT_ERROR(kPermissionDenied, kForbidden,
               Run(projects().Update(other_, shop.id, {.name = "x"}, By(acme_, admin_))));
}

TEST_P(ProjectServiceTest, AnEditIsStoredAndAuditedWithWhatChanged) {
  const Project shop = Shop();
  Edit edit{.slug = "store", .name = "Store", .platform = "python"};
  edit.options["allowed_domains"] = json::Array{"shop.example"};
  auto edited = Run(projects().Update(acme_, shop.id, edit, By(acme_, admin_)));
  ASSERT_OK(edited);
  EXPECT_EQ(edited->slug, "store");
  EXPECT_EQ(edited->version, shop.version + 1);
  EXPECT_TRUE(edited->options.contains("allowed_domains"));
  Edit back;
  back.options["allowed_domains"] = nullptr;
  EXPECT_TRUE(Run(projects().Update(acme_, shop.id, back, By(acme_, admin_)))->options.empty());
  Edit unknown;
  unknown.options["colour"] = "red";
  EXPECT_ERROR(kInvalidArgument, kOptionUnknown,
               Run(projects().Update(acme_, shop.id, unknown, By(acme_, admin_))));
  EXPECT_EQ(Audited(audit::Event::kProjectEdit), 2);
}

TEST_P(ProjectServiceTest, ADeletedProjectGivesItsSlugBackAndItsKeysOpenNothing) {
  const Project shop = Shop();
  const Key key = OnlyKey(shop);
  ASSERT_TRUE(Run(projects().Admit(key.public_key))->has_value());
  ASSERT_OK(Run(projects().Delete(acme_, shop.id, By(acme_, admin_))));
  EXPECT_FALSE(Run(projects().Admit(key.public_key))->has_value());
  EXPECT_ERROR(kNotFound, kProjectNotFound, Run(projects().Get(acme_, shop.id.ToString())));
  EXPECT_NE(Shop().id, shop.id);
  EXPECT_EQ(Audited(audit::Event::kProjectRemove), 1);
}

TEST_P(ProjectServiceTest, AChangedKeyIsSeenByIntakeAtOnce) {
  const Project shop = Shop();
  const Key key = OnlyKey(shop);
  EXPECT_TRUE((*Run(projects().Admit(key.public_key)))->key.is_active);
  const auto by = By(acme_, admin_);
  auto off =
      Run(projects().UpdateKey(acme_, shop.id, key.public_key,
                               {.is_active = false, .rate_count = 5, .rate_seconds = 60}, by));
  ASSERT_OK(off);
  const auto seen = Run(projects().Admit(key.public_key));
  EXPECT_FALSE((*seen)->key.is_active);
  EXPECT_EQ((*seen)->key.rate_count, 5);
  EXPECT_EQ((*seen)->project.id, shop.id);
  EXPECT_ERROR(kInvalidArgument, kRateLimitInvalid,
               Run(projects().UpdateKey(acme_, shop.id, key.public_key, {.rate_seconds = 0}, by)));
  ASSERT_OK(Run(projects().DeleteKey(acme_, shop.id, key.public_key, by)));
  EXPECT_FALSE(Run(projects().Admit(key.public_key))->has_value());
  EXPECT_ERROR(kNotFound, kProjectKeyNotFound,
               Run(projects().DeleteKey(acme_, shop.id, key.public_key, by)));
}

TEST_P(ProjectServiceTest, AKeyThatIsCreatedLaterOpensAlthoughItWasGuessedBefore) {
  const Project shop = Shop();
  EXPECT_FALSE(Run(projects().Admit(std::string(32, 'a')))->has_value());
  auto key = Run(projects().CreateKey(acme_, shop.id, "Second", By(acme_, admin_)));
  ASSERT_OK(key);
  EXPECT_TRUE(Run(projects().Admit(key->public_key))->has_value());
}

TEST_P(ProjectServiceTest, AKeyMayBeBroughtAlongIfItIsOneAndNobodyHasIt) {
  const Project shop = Shop();
  const std::string own = "0123456789abcdef0123456789abcdef";
  const auto create = [&](std::string key) {
    return Run(projects().CreateKey(acme_, shop.id, "Mine", KeyEdit{.public_key = std::move(key)},
                                    By(acme_, admin_)));
  };
  for (const std::string& bad : {std::string(), own + "0", own.substr(1), std::string(32, 'G'),
                                 std::string(32, 'A'), "'" + own.substr(1)}) {
    EXPECT_ERROR(kInvalidArgument, kProjectKeyInvalid, create(bad));
  }
  EXPECT_FALSE(Run(projects().Admit(own))->has_value());
  auto key = create(own);
  ASSERT_OK(key);
  EXPECT_EQ(key->public_key, own);
  EXPECT_TRUE(Run(projects().Admit(own))->has_value());
  EXPECT_ERROR(kAlreadyExists, kProjectKeyTaken, create(own));
}

TEST(Dsn, NamesKeyHostAndProject) {
  Key key;
  key.public_key = "0123456789abcdef0123456789abcdef";
  key.project = ProjectId{42};
  EXPECT_EQ(Dsn("https://errors.example.com", key),
            "https://0123456789abcdef0123456789abcdef@errors.example.com/42");
  EXPECT_EQ(Dsn("http://localhost:8080/", key),
            "http://0123456789abcdef0123456789abcdef@localhost:8080/42");
}

}  // namespace
}  // namespace gatehouse::projects
