#include "region/events/issues/issues_fixture.h"

namespace gatehouse::issues {
namespace {

using std::chrono::hours;

class QuietIssuesTest : public IssuesFixture {
 protected:
  void SetAge(std::int64_t age) {
    projects::Edit edit;
    edit.options["resolve_age"] = age;
    ASSERT_OK(Run(projects_->Update(acme_, shop_.id, edit, By(acme_, admin_))));
  }
};
GATEHOUSE_ON_ALL_ENGINES(QuietIssuesTest);

// events.md 8.9, 173
TEST_P(QuietIssuesTest, AnOldIssueIsResolvedByItsAgeAndANewEventBringsItBack) {
  Seed({{.number = 1, .type = "Quiet", .ago = hours(30)},
        {.number = 2, .type = "Loud", .ago = hours(2)},
        {.number = 3, .type = "Archived", .ago = hours(40)}});
  ASSERT_OK(Update({Of("Archived").id}, {.status = "ignored"}));
  EXPECT_EQ(*Run(issues_->ResolveQuiet()), 0) << "no project asks for it";
  SetAge(24);
  EXPECT_EQ(*Run(issues_->ResolveQuiet()), 1);
  EXPECT_EQ(*Run(issues_->ResolveQuiet()), 0);
  const Issue quiet = Of("Quiet");
  EXPECT_EQ(quiet.status, "resolved");
  EXPECT_EQ(Of("Loud").status, "unresolved");
  EXPECT_EQ(Of("Archived").status, "ignored");
  const auto activities = Run(issues_->Activities(acme_, quiet.id));
  ASSERT_OK(activities);
  EXPECT_EQ(activities->front().type, "set_resolved_by_age");
  EXPECT_EQ(json::GetInt(activities->front().data, "age"), 24);
  clock().Advance(hours(1));
  Seed({{.number = 11, .type = "Quiet"}});
  EXPECT_EQ(Of("Quiet").substatus, "regressed");
  SetAge(0);
  clock().Advance(hours(900));
  EXPECT_EQ(*Run(issues_->ResolveQuiet()), 0) << "0 is never";
}

}  // namespace
}  // namespace gatehouse::issues
