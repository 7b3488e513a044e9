// Releases as build scripts make them.

#include "region/releases/service.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <thread>

#include "core/testing/migrated_database.h"
#include "region/releases/errors.h"
#include "region/releases/search.h"
#include "region/releases/service_impl.h"
#include "region/releases/store.h"

namespace gatehouse::releases {
namespace {

constexpr OrgId kAcme{1};
constexpr OrgId kOther{2};
const orgs::Actor kAnn{.user = UserId{1}, .label = "ann", .ip = {}, .correlation_id = {}};

class ReleaseServiceTest : public test::MigratedDatabase {
 protected:
  void SetUp() override {
    MigratedDatabase::SetUp();
    if (IsSkipped()) return;
    for (const char* row : {"1, 'acme', 'Acme'", "2, 'other', 'Other'"}) {
      Execute(std::string("INSERT INTO organizations (id, slug, name, status, default_role, flags, "
                          "version, created_at) VALUES (") +
              row + ", 'active', 'member', 1, 1, 0)");
    }
    for (const char* row : {"10, 1, 'shop'", "11, 1, 'blog'"}) {
      Execute(std::string("INSERT INTO projects (id, organization_id, slug, name, platform, "
                          "status, flags, options, last_short_id, version, created_at) VALUES (") +
              row + ", 'Shop', '', 'active', 0, '{}', 0, 1, 0)");
    }
    service_ = std::make_unique<ServiceImpl>(
        ServiceImpl::Parts{.db = db(), .clock = clock(), .ids = ids(), .audit = audit()});
  }
  void Execute(const std::string& text) {
    ASSERT_OK(Write([&](sql::Tx& tx) { return tx.Exec(sql::Statement{"", text}); }));
  }
  std::int64_t Number(const std::string& text) {
    auto rows = Write([&](sql::Tx& tx) { return tx.Query(sql::Statement{"", text}); });
    return rows && !rows->empty() ? rows->front().Int(0) : -1;
  }
  static projects::Project Project(std::int64_t id, std::string slug) {
    projects::Project project;
    project.id = ProjectId{id};
    project.organization = kAcme;
    project.slug = std::move(slug);
    return project;
  }
  static projects::Project Shop() { return Project(10, "shop"); }
  static projects::Project Blog() { return Project(11, "blog"); }

  Service& service() { return *service_; }
  Result<Created> Create(std::string version, Edit edit = {},
                         std::vector<projects::Project> projects = {Shop()}) {
    return Run(service().Create(kAcme, std::move(version), std::move(projects), std::move(edit),
                                "sentry-cli/3.0.0"));
  }
  std::vector<std::string> Listed(Query query) {
    std::vector<std::string> versions;
    auto list = Run(service().List(kAcme, std::move(query)));
    EXPECT_OK(list);
    if (list) {
      for (const Detail& detail : *list) versions.push_back(detail.release.version);
    }
    return versions;
  }
  void AddIssue(std::int64_t id, std::int64_t number) {
    Execute(
        "INSERT INTO issues (id, organization_id, project_id, short_id, status, substatus, "
        "priority, type, level, platform, logger, title, culprit, message, metadata, "
        "times_seen, first_seen, last_seen, active_at, assignee, version) VALUES (" +
        std::to_string(id) + ", 1, 10, " + std::to_string(number) +
        ", 'unresolved', 'new', 50, 'error', 40, '', '', 't', '', '', '{}', 1, 0, 0, 0, '', 1)");
  }
  static Commit MakeCommit(std::string id, std::string message = "") {
    return {.id = std::move(id),
            .repository = {},
            .message = std::move(message),
            .author_name = "Ann Lee",
            .author_email = "ann@acme.example",
            .at = Timestamp::FromSeconds(1'000)};
  }

  std::unique_ptr<ServiceImpl> service_;
};
GATEHOUSE_ON_ALL_ENGINES(ReleaseServiceTest);

TEST_P(ReleaseServiceTest, IsCreatedOnceAndGrowsProjects) {
  auto first = Create("shop@1.0.0", {.ref = "main", .url = "https://ci.example/1"});
  ASSERT_OK(first);
  EXPECT_TRUE(first->is_new);
  EXPECT_EQ(first->detail.user_agent, "sentry-cli/3.0.0");
  EXPECT_EQ(first->detail.ref, "main");
  EXPECT_FALSE(Create("shop@1.0.0")->is_new);
  auto more = Create("shop@1.0.0", {}, {Shop(), Blog()});
  EXPECT_TRUE(more->is_new);
  EXPECT_EQ(more->detail.projects.size(), 2u);
  EXPECT_EQ(more->detail.ref, "main") << "what is not told stays";
  EXPECT_EQ(Number("SELECT COUNT(*) FROM releases"), 1);
}

TEST_P(ReleaseServiceTest, ManyWhoCreateTheSameMakeOne) {
  std::barrier start(16);
  std::atomic<int> created{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      auto made =
          runtime::RunSync(service().Create(kAcme, "shop@9", {Shop()}, Edit{}, "sentry-cli/3.0.0"));
      if (made && made->is_new) ++created;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(created, 1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM release_projects"), 1);
}

TEST_P(ReleaseServiceTest, ANameThatIsNoneIsRefused) {
  for (const std::string& name :
       {std::string(), std::string(" a"), std::string("../../x"), std::string("latest"),
        std::string("."), std::string("a\nb"), std::string(201, 'x')}) {
    EXPECT_ERROR(kInvalidArgument, kReleaseInvalid, Create(name));
  }
  EXPECT_EQ(Number("SELECT COUNT(*) FROM releases"), 0);
}

TEST_P(ReleaseServiceTest, AnotherOrganizationsReleaseIsNotFound) {
  ASSERT_OK(Create("shop@1"));
  EXPECT_ERROR(kNotFound, kReleaseNotFound, Run(service().Get(kOther, "shop@1")));
  EXPECT_ERROR(kNotFound, kReleaseNotFound, Run(service().Update(kOther, "shop@1", {.ref = "x"})));
  EXPECT_ERROR(kNotFound, kReleaseNotFound, Run(service().Remove(kOther, "shop@1", kAnn)));
  EXPECT_ERROR(kNotFound, kReleaseNotFound, Run(service().Deploys(kOther, "shop@1")));
  EXPECT_TRUE(Run(service().List(kOther, Query{}))->empty());
}

TEST_P(ReleaseServiceTest, FinishingItIsNotedOnce) {
  ASSERT_OK(Create("shop@1", {}, {Shop(), Blog()}));
  const Timestamp at = clock().Now();
  for (int i = 0; i < 2; ++i) {
    auto updated = Run(service().Update(kAcme, "shop@1", {.released_at = at}));
    ASSERT_OK(updated);
    EXPECT_EQ(updated->release.released_at, at);
  }
  EXPECT_EQ(Number("SELECT COUNT(*) FROM project_activities WHERE type = 'release'"), 2);
}

TEST_P(ReleaseServiceTest, CommitsReplaceWhatWasThere) {
  Edit edit;
  edit.commits =
      std::vector<Commit>{MakeCommit("a"), MakeCommit("b", "chore #skipsentry"), MakeCommit("a")};
  edit.commits->at(0).author_email = "";
  edit.commits->at(0).changes = {{"src/cart.ts", 'M'}};
  ASSERT_OK(Create("shop@1", edit));
  auto detail = Run(service().Get(kAcme, "shop@1"));
  ASSERT_EQ(detail->commits.size(), 1u);
  EXPECT_EQ(detail->commits[0].repository, "organization-1");
  EXPECT_EQ(detail->commits[0].author_email, "annlee@localhost");
  EXPECT_EQ(detail->commits[0].changes.size(), 1u);
  EXPECT_EQ(Run(service().Repositories(kAcme))->size(), 1u);
  EXPECT_TRUE(Run(service().Repositories(kOther))->empty());

  Edit refs;
  refs.refs = std::vector<Ref>{{.repository = "organization-1", .commit = "a..c"}};
  ASSERT_OK(Run(service().Update(kAcme, "shop@1", refs)));
  detail = Run(service().Get(kAcme, "shop@1"));
  ASSERT_EQ(detail->commits.size(), 1u);
  EXPECT_EQ(detail->commits[0].id, "c");
  refs.refs->front().repository = "unknown/repo";
  EXPECT_ERROR(kInvalidArgument, kRepositoryUnknown, Run(service().Update(kAcme, "shop@1", refs)));
  refs.refs->clear();
  ASSERT_OK(Run(service().Update(kAcme, "shop@1", refs)));
  EXPECT_TRUE(Run(service().Get(kAcme, "shop@1"))->commits.empty());
}

TEST_P(ReleaseServiceTest, ACommitsFieldsHaveTheirLengths) {
  const auto with = [&](auto change) {
    Edit edit;
    edit.commits = std::vector<Commit>{MakeCommit("a")};
    change(edit.commits->front());
    return Create("shop@1", edit);
  };
  EXPECT_ERROR(kInvalidArgument, kCommitInvalid, with([](Commit& c) { c.id = ""; }));
  EXPECT_ERROR(kInvalidArgument, kCommitInvalid,
               with([](Commit& c) { c.id = std::string(65, 'a'); }));
  EXPECT_ERROR(kInvalidArgument, kCommitInvalid,
               with([](Commit& c) { c.repository = std::string(65, 'a'); }));
  EXPECT_ERROR(kInvalidArgument, kCommitInvalid,
               with([](Commit& c) { c.author_name = std::string(129, 'a'); }));
  EXPECT_ERROR(kInvalidArgument, kCommitInvalid,
               with([](Commit& c) { c.author_email = std::string(76, 'a'); }));
  EXPECT_ERROR(kInvalidArgument, kCommitInvalid,
               with([](Commit& c) { c.changes = {{std::string(511, 'a'), 'M'}}; }));
  EXPECT_ERROR(kInvalidArgument, kCommitInvalid, with([](Commit& c) { c.changes = {{"a", 'X'}}; }));
  ASSERT_OK(with([](Commit& c) { c.id = std::string(64, 'a'); }));
}

TEST_P(ReleaseServiceTest, ACommitThatFixesAnIssueResolvesItInTheRelease) {
  AddIssue(100, 1);
  AddIssue(101, 42);
  AddIssue(102, 3);
  Edit edit;
  edit.commits = std::vector<Commit>{MakeCommit("a", "Fixes SHOP-1 and SHOP-1A\n\nsee SHOP-3")};
  ASSERT_OK(Create("shop@1", edit));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM issues WHERE status = 'resolved'"), 2);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM issue_resolutions WHERE type = 'in_release' "
                   "AND release_id IS NOT NULL"),
            2);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM issue_activities WHERE type = "
                   "'set_resolved_in_release'"),
            2);
  // The same commits again change nothing.
  ASSERT_OK(Run(service().Update(kAcme, "shop@1", edit)));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM issue_activities"), 2);
}

TEST_P(ReleaseServiceTest, ThePreviousOneWithCommitsIsOfTheSameProject) {
  Edit edit;
  edit.commits = std::vector<Commit>{MakeCommit("a")};
  ASSERT_OK(Create("one", edit));
  clock().Advance(std::chrono::seconds(1));
  ASSERT_OK(Create("elsewhere", edit, {Blog()}));
  clock().Advance(std::chrono::seconds(1));
  ASSERT_OK(Create("two"));
  clock().Advance(std::chrono::seconds(1));
  ASSERT_OK(Create("three"));
  auto previous = Run(service().PreviousWithCommits(kAcme, "three"));
  ASSERT_OK(previous);
  ASSERT_TRUE(previous->has_value());
  EXPECT_EQ((*previous)->release.version, "one");
  EXPECT_FALSE(Run(service().PreviousWithCommits(kAcme, "one"))->has_value());
}

TEST_P(ReleaseServiceTest, ADeployIsOfTheProjectsOfTheRelease) {
  ASSERT_OK(Create("shop@1"));
  const auto deploy = [&](std::string environment, std::vector<ProjectId> projects = {}) {
    return Run(service().AddDeploy(
        kAcme, "shop@1", Deploy{.environment = std::move(environment), .name = "n", .url = {}},
        std::move(projects)));
  };
  ASSERT_OK(deploy("production"));
  clock().Advance(std::chrono::seconds(1));
  ASSERT_OK(deploy("staging", {ProjectId{10}}));
  EXPECT_ERROR(kInvalidArgument, kReleaseProjectInvalid, deploy("staging", {ProjectId{11}}));
  EXPECT_ERROR(kInvalidArgument, kEnvironmentInvalid, deploy("a/b"));
  EXPECT_ERROR(kInvalidArgument, kEnvironmentInvalid, deploy("none"));
  const auto deploys = Run(service().Deploys(kAcme, "shop@1"));
  ASSERT_EQ(deploys->size(), 2u);
  EXPECT_EQ(deploys->front().environment, "staging");
  const auto detail = Run(service().Get(kAcme, "shop@1"));
  EXPECT_EQ(detail->deploy_count, 2);
  EXPECT_EQ(detail->last_deploy->environment, "staging");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM release_project_environments WHERE last_deploy_id IS NOT "
                   "NULL"),
            2);
}

TEST_P(ReleaseServiceTest, OneThatIssuesStartedInIsNotRemoved) {
  auto made = Create("shop@1");
  ASSERT_OK(made);
  AddIssue(100, 1);
  Execute("UPDATE issues SET first_release_id = " + made->detail.release.id.ToString());
  EXPECT_ERROR(kInvalidArgument, kReleaseReferenced, Run(service().Remove(kAcme, "shop@1", kAnn)));
  Execute("UPDATE issues SET first_release_id = NULL");
  Execute(
      "INSERT INTO session_counts (organization_id, project_id, release, environment, hour, "
      "sessions, errored, abnormal, unhandled, crashed, duration_micros, durations, "
      "errored_ids, users, users_errored, users_abnormal, users_unhandled, users_crashed) "
      "VALUES (1, 10, 'shop@1', '', 1, 1, 0, 0, 0, 0, 0, 0, '', '', '', '', '', '')");
  EXPECT_ERROR(kInvalidArgument, kReleaseHasHealth, Run(service().Remove(kAcme, "shop@1", kAnn)));
  Execute("DELETE FROM session_counts");
  ASSERT_OK(Run(
      service().AddDeploy(kAcme, "shop@1", Deploy{.environment = "p", .name = {}, .url = {}}, {})));
  EXPECT_TRUE(AuditRows().empty()) << "what is refused is no deed";
  ASSERT_OK(Run(service().Remove(kAcme, "shop@1", kAnn)));
  ASSERT_EQ(AuditRows().size(), 1u);
  EXPECT_EQ(AuditRows()[0].event, audit::Event::kReleaseRemove);
  EXPECT_EQ(AuditRows()[0].actor_label, "ann");
  EXPECT_EQ(json::Serialize(AuditRows()[0].data), R"({"version":"shop@1"})");
  EXPECT_ERROR(kNotFound, kReleaseNotFound, Run(service().Get(kAcme, "shop@1")));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM release_deploys"), 0);
}

TEST_P(ReleaseServiceTest, TheListIsSearchedSortedAndPaged) {
  for (const char* version :
       {"shop@1.2.0", "shop@1.10.0-rc.1", "shop@1.10.0+7", "shop@0.9", "nightly", "100%_done"}) {
    ASSERT_OK(Create(version));
    clock().Advance(std::chrono::seconds(1));
  }
  ASSERT_OK(Create("blog@5.0.0", {.is_open = false}, {Blog()}));
  using Versions = std::vector<std::string>;
  EXPECT_EQ(Listed({}), (Versions{"100%_done", "nightly", "shop@0.9", "shop@1.10.0+7",
                                  "shop@1.10.0-rc.1", "shop@1.2.0"}));
  EXPECT_EQ(Listed({.by_version = true}),
            (Versions{"shop@1.10.0+7", "shop@1.10.0-rc.1", "shop@1.2.0", "shop@0.9", "100%_done",
                      "nightly"}));
  EXPECT_EQ(Listed({.text = "1.10"}), (Versions{"shop@1.10.0+7", "shop@1.10.0-rc.1"}));
  EXPECT_EQ(Listed({.text = "100%_"}), (Versions{"100%_done"}));
  EXPECT_EQ(Listed({.text = "release:shop@1*"}).size(), 3u);
  EXPECT_EQ(Listed({.text = "release.version:>=1.10.0"}), (Versions{"shop@1.10.0+7"}));
  EXPECT_EQ(Listed({.text = "release.version:1.*"}).size(), 3u);
  EXPECT_EQ(Listed({.text = "release.version:<1.2"}), (Versions{"shop@0.9"}));
  EXPECT_EQ(Listed({.text = "release.stage:rc*"}), (Versions{"shop@1.10.0-rc.1"}));
  EXPECT_EQ(Listed({.text = "release.build:7"}), (Versions{"shop@1.10.0+7"}));
  EXPECT_TRUE(Listed({.text = "release.package:else"}).empty());
  EXPECT_TRUE(Listed({.text = "release.version:banana"}).empty());
  EXPECT_EQ(Listed({.is_open = false}), (Versions{"blog@5.0.0"}));
  EXPECT_EQ(Listed({.is_open = std::nullopt}).size(), 7u);
  EXPECT_EQ(Listed({.is_open = std::nullopt, .projects = {ProjectId{11}}}),
            (Versions{"blog@5.0.0"}));
  EXPECT_EQ(Listed({.offset = 2, .limit = 2}), (Versions{"shop@0.9", "shop@1.10.0+7"}));
  EXPECT_EQ(Listed({.text = "release.version:1.*", .offset = 1, .limit = 1}),
            (Versions{"shop@1.10.0-rc.1"}));
  ASSERT_OK(Run(service().AddDeploy(
      kAcme, "nightly", Deploy{.environment = "production", .name = {}, .url = {}}, {})));
  EXPECT_FALSE(Run(service().Get(kAcme, "nightly"))->last_event.has_value())
      << "a deploy is no event";
  clock().Advance(std::chrono::minutes(2));
  const auto project = Shop();
  ASSERT_OK(Write([&](sql::Tx& tx) -> Result<void> {
    GH_TRY(const Release release, store::Find(tx, kAcme, "nightly"));
    GH_TRY(const Environment environment,
           store::SeeEnvironment(tx, ids(), project, "production", clock().Now()));
    return store::SeeTogether(tx, kAcme, project.id, release.id, environment.id, clock().Now());
  }));
  EXPECT_EQ(Listed({.environments = {"production"}}), (Versions{"nightly"}));
  const auto seen = Run(service().Get(kAcme, "nightly"));
  EXPECT_TRUE(seen->last_event.has_value());
}

TEST(Commits, FixedIssuesAreRead) {
  using Issues = std::vector<std::pair<std::string, std::int64_t>>;
  EXPECT_EQ(FixedIssues("fixes SHOP-1"), (Issues{{"shop", 1}}));
  EXPECT_EQ(FixedIssues("Resolved: web-shop-10, SHOP-2 & B-Z"),
            (Issues{{"web-shop", 32}, {"shop", 2}, {"b", 31}}));
  EXPECT_TRUE(FixedIssues("prefixes SHOP-1, fixes nothing, fixes SHOP-, SHOP-2").empty());
}

TEST(Commits, AreReadAsTheyWereWritten) {
  Commit commit{.id = "a",
                .repository = "r",
                .message = "m\n",
                .author_name = "n",
                .author_email = "e",
                .at = {7},
                .changes = {{"p", 'D'}}};
  EXPECT_EQ(DecodeCommits(EncodeCommits({commit})), std::vector<Commit>{commit});
  EXPECT_TRUE(DecodeCommits("no json").empty());
}

}  // namespace
}  // namespace gatehouse::releases
