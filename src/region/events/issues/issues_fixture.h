#pragma once

// Two organizations, a shop with events, and the issue service, for this folder's tests.

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "region/events/issues/errors.h"
#include "region/events/issues/seed.h"
#include "region/events/issues/service_impl.h"
#include "region/eventstore/sqlite/sqlite_store.h"
#include "region/orgs/members/errors.h"
#include "region/orgs/members/members_fixture.h"
#include "region/projects/service_impl.h"

namespace gatehouse::issues {

class IssuesFixture : public members::MembersFixture {
 protected:
  void SetUp() override {
    MembersFixture::SetUp();
    if (IsSkipped()) return;
    std::string name = std::filesystem::temp_directory_path() / "gatehouse_issues_XXXXXX";
    folder_ = ::mkdtemp(name.data());
    auto store = eventstore::sqlite::OpenStore({.folder = folder_}, clock(), rng());
    ASSERT_OK(store);
    store_ = std::move(*store);
    projects_ = std::make_unique<projects::ServiceImpl>(projects::ServiceImpl::Parts{
        .db = db(), .clock = clock(), .rng = rng(), .ids = ids(), .audit = audit()});
    issues_ = std::make_unique<ServiceImpl>(Parts());
    seeder_ = std::make_unique<Seeder>(db(), clock(), ids(), *store_);
    admin_ = Add(acme_, UserId{10}, "admin");
    member_ = Add(acme_, UserId{11}, "member");
    other_ = MakeOrg("other", UserId{20});
    shop_ = Project("shop");
  }
  void TearDown() override {
    seeder_.reset();
    issues_.reset();
    projects_.reset();
    store_.reset();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
    MembersFixture::TearDown();
  }
  ServiceImpl::Parts Parts() {
    return {.db = db(),
            .clock = clock(),
            .rng = rng(),
            .ids = ids(),
            .audit = audit(),
            .store = *store_};
  }
  projects::Project Project(const std::string& slug) {
    auto made = Run(projects_->Create(acme_, slug, slug, "node", "", By(acme_, admin_)));
    EXPECT_OK(made);
    return made ? *made : projects::Project{};
  }
  void Seed(const std::vector<SeedEvent>& events) { seeder_->Add(shop_, events); }

  Page List(Query query = {}) {
    auto page = Run(issues_->List(acme_, std::move(query)));
    EXPECT_OK(page);
    return page ? std::move(*page) : Page{};
  }
  // Titles of what a search finds.
  std::vector<std::string> Find(const std::string& text, Query query = {}) {
    auto terms = ParseQuery(text, clock().Now());
    EXPECT_OK(terms);
    if (!terms) return {};
    query.terms = std::move(*terms);
    std::vector<std::string> titles;
    for (const Issue& issue : List(std::move(query)).issues) titles.push_back(issue.title);
    return titles;
  }
  // The only one of the exception's type.
  Issue Of(const std::string& type) {
    auto terms = ParseQuery("title:\"" + type + ": boom\"", clock().Now());
    EXPECT_OK(terms);
    Query query;
    if (terms) query.terms = std::move(*terms);
    query.viewer = UserId{10};
    Page page = List(std::move(query));
    EXPECT_EQ(page.issues.size(), 1u) << type;
    return page.issues.empty() ? Issue{} : std::move(page.issues.front());
  }
  Result<Changed> Update(std::vector<IssueId> ids, Change change) {
    return Run(issues_->Update(acme_, std::move(ids), std::move(change), By(acme_, admin_)));
  }
  std::size_t EventsOf(IssueId issue) {
    eventstore::EventQuery query;
    query.project_id = shop_.id.value;
    query.group_id = issue.value;
    query.limit = 100;
    auto page = Run(store_->List(std::move(query)));
    EXPECT_OK(page);
    return page ? page->events.size() : 0;
  }

  std::filesystem::path folder_;
  std::unique_ptr<eventstore::EventStore> store_;
  std::unique_ptr<projects::ServiceImpl> projects_;
  std::unique_ptr<ServiceImpl> issues_;
  std::unique_ptr<Seeder> seeder_;
  MemberId admin_, member_;
  OrgId other_;
  projects::Project shop_;
};

}  // namespace gatehouse::issues
