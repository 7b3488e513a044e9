#include "region/feedback/service.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "region/eventstore/sqlite/sqlite_store.h"
#include "region/feedback/errors.h"
#include "region/feedback/service_impl.h"
#include "region/orgs/members/members_fixture.h"
#include "region/projects/service_impl.h"

namespace gatehouse::feedback {
namespace {

class FeedbackTest : public members::MembersFixture {
 protected:
  void SetUp() override {
    MembersFixture::SetUp();
    if (IsSkipped()) return;
    std::string name = std::filesystem::temp_directory_path() / "gatehouse_feedback_XXXXXX";
    folder_ = ::mkdtemp(name.data());
    auto store = eventstore::sqlite::OpenStore({.folder = folder_}, clock(), rng());
    ASSERT_OK(store);
    store_ = std::move(*store);
    service_ = std::make_unique<ServiceImpl>(
        ServiceImpl::Parts{.db = db(), .clock = clock(), .store = *store_});
    projects_ = std::make_unique<projects::ServiceImpl>(projects::ServiceImpl::Parts{
        .db = db(), .clock = clock(), .rng = rng(), .ids = ids(), .audit = audit()});
    const MemberId admin = Add(acme_, UserId{10}, "admin");
    shop_ = *Run(projects_->Create(acme_, "shop", "Shop", "node", "", By(acme_, admin)));
  }
  void TearDown() override {
    store_.reset();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
    MembersFixture::TearDown();
  }
  Result<Report> Submit(const std::string& comments, char digit = 'a') {
    return Run(
        service_->Submit({.organization = acme_,
                          .project = shop_.id,
                          .report = {.event_id = *ingest::EventId::Parse(std::string(32, digit)),
                                     .name = "Ann",
                                     .email = "ann@example.com",
                                     .comments = comments},
                          .received = clock().Now()}));
  }

  std::filesystem::path folder_;
  std::unique_ptr<eventstore::EventStore> store_;
  std::unique_ptr<projects::ServiceImpl> projects_;
  std::unique_ptr<ServiceImpl> service_;
  projects::Project shop_;
};
GATEHOUSE_ON_ALL_ENGINES(FeedbackTest);

TEST_P(FeedbackTest, AReportMayBeRewrittenForFiveMinutes) {
  ASSERT_OK(Submit("it broke"));
  clock().Advance(std::chrono::minutes(4));
  EXPECT_EQ(Submit("it really broke")->comments, "it really broke");
  clock().Advance(std::chrono::minutes(6));
  EXPECT_ERROR(kConflict, kFeedbackFrozen, Submit("once more"));
  EXPECT_EQ(Run(service_->List(acme_, {}))->size(), 1u);
}

TEST_P(FeedbackTest, NothingSaidIsNoReport) {
  EXPECT_ERROR(kInvalidArgument, kFeedbackInvalid, Submit("  \n"));
  EXPECT_ERROR(kInvalidArgument, kFeedbackInvalid, Submit("Sent in the unattended mode"));
}

TEST_P(FeedbackTest, AnOldEventTakesNoReportAndAFreshOneGivesItsIssue) {
  eventstore::StoredEvent event;
  event.project_id = shop_.id.value;
  event.event_id = std::string(32, 'a');
  event.timestamp = clock().Now();
  event.group_id = 77;
  event.payload = "{}";
  std::vector<eventstore::StoredEvent> events;
  events.push_back(event);
  ASSERT_OK(Run(store_->Insert(std::move(events))));
  EXPECT_EQ(Submit("it broke")->issue_id, 77);
  clock().Advance(std::chrono::minutes(31));
  EXPECT_ERROR(kConflict, kFeedbackFrozen, Submit("late"));
}

TEST_P(FeedbackTest, ListsAreNewestFirstAndGoOn) {
  for (const char digit : {'a', 'b', 'c'}) {
    ASSERT_OK(Submit("one", digit));
    clock().Advance(std::chrono::seconds(1));
  }
  auto first = Run(service_->List(acme_, {.project = shop_.id, .limit = 2}));
  ASSERT_OK(first);
  ASSERT_EQ(first->size(), 2u);
  EXPECT_EQ(first->front().event_id[0], 'c');
  auto rest = Run(service_->List(acme_, {.project = shop_.id, .after = first->back(), .limit = 2}));
  ASSERT_OK(rest);
  ASSERT_EQ(rest->size(), 1u);
  EXPECT_EQ(rest->front().event_id[0], 'a');
  EXPECT_TRUE(Run(service_->List(MakeOrg("other", UserId{20}), {}))->empty());
}

}  // namespace
}  // namespace gatehouse::feedback
