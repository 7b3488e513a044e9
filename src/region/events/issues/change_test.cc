#include <algorithm>

#include "region/events/issues/issues_fixture.h"

namespace gatehouse::issues {
namespace {

constexpr Duration kMinute = std::chrono::minutes(1);

class IssueChangeTest : public IssuesFixture {
 protected:
  Issue One() {
    Seed({{.number = 1}});
    return Of("TypeError");
  }
  std::vector<std::string> Types(IssueId issue) {
    auto activities = Run(issues_->Activities(acme_, issue));
    EXPECT_OK(activities);
    std::vector<std::string> types;
    if (activities) {
      for (const Activity& one : *activities) types.push_back(one.type);
    }
    return types;
  }
};
GATEHOUSE_ON_ALL_ENGINES(IssueChangeTest);

TEST_P(IssueChangeTest, ResolvingNowReopeningAndIgnoringAreNoted) {
  const IssueId id = One().id;
  ASSERT_OK(Update({id}, {.status = "resolved"}));
  EXPECT_EQ(Of("TypeError").status, "resolved");
  EXPECT_EQ(Of("TypeError").substatus, "");
  ASSERT_OK(Update({id}, {.status = "unresolved"}));
  EXPECT_EQ(Of("TypeError").substatus, "ongoing");
  ASSERT_OK(Update({id}, {.status = "ignored"}));
  EXPECT_EQ(Of("TypeError").substatus, "archived_forever");
  ASSERT_OK(Update({id}, {.status = "ignored", .substatus = "until_escalating"}));
  EXPECT_EQ(Of("TypeError").substatus, "archived_until_escalating");
  // Ignored and seen first within a week: new again.
  ASSERT_OK(Update({id}, {.status = "unresolved"}));
  EXPECT_EQ(Of("TypeError").substatus, "new");
  EXPECT_EQ(Types(id), (std::vector<std::string>{"set_unresolved", "set_ignored", "set_ignored",
                                                 "set_unresolved", "set_resolved"}));
  EXPECT_EQ(Of("TypeError").marks.is_subscribed, true) << "who decides follows";
}

TEST_P(IssueChangeTest, AReleaseIsRemembered) {
  Seed({{.number = 1, .release = "shop@1.0"}});
  const IssueId id = Of("TypeError").id;
  auto changed = Update({id}, {.status = "resolved", .in_next_release = true});
  ASSERT_OK(changed);
  ASSERT_TRUE(changed->activity.has_value());
  EXPECT_EQ(changed->activity->type, "set_resolved_in_release");
  EXPECT_EQ(Of("TypeError").resolution->type, "in_next_release");
  ASSERT_OK(Update({id}, {.status = "resolved", .in_release = "shop@1.0"}));
  EXPECT_EQ(Of("TypeError").resolution->type, "in_release");
  EXPECT_EQ(Of("TypeError").resolution->release, "shop@1.0");
  ASSERT_OK(Update({id}, {.status = "resolved", .in_release = "latest"}));
  EXPECT_EQ(Of("TypeError").resolution->release, "shop@1.0");
  ASSERT_OK(Update({id}, {.status = "resolved", .in_upcoming_release = true}));
  EXPECT_EQ(Of("TypeError").resolution->type, "in_upcoming_release");
  EXPECT_ERROR(kInvalidArgument, kIssueReleaseUnknown,
               Update({id}, {.status = "resolved", .in_release = "shop@9.9"}));
  ASSERT_OK(Update({id}, {.status = "unresolved"}));
  EXPECT_FALSE(Of("TypeError").resolution.has_value());
  auto span = Run(issues_->Releases(acme_, id));
  ASSERT_OK(span);
  EXPECT_EQ(span->first, "shop@1.0");
  EXPECT_EQ(span->last, "shop@1.0");
}

TEST_P(IssueChangeTest, TheNextReleaseComesAfterTheHighestThatTheIssueWasSeenIn) {
  const auto resolve = [this](const char* type) {
    const IssueId id = Of(type).id;
    ASSERT_OK(Update({id}, {.status = "resolved", .in_next_release = true}));
    // The release is what counts, not the time.
    clock().Advance(std::chrono::minutes(1));
  };
  Seed({{.number = 1, .release = "qq@1.0.0"}});
  clock().Advance(std::chrono::minutes(1));
  // Made later, and lower.
  Seed({{.number = 2, .release = "qq@0.9.0"}});
  resolve("TypeError");
  Seed({{.number = 3, .release = "qq@1.0.0"}, {.number = 4, .release = "qq@0.9.0"}});
  EXPECT_EQ(Of("TypeError").status, "resolved");
  EXPECT_EQ(Of("TypeError").resolution->release, "qq@1.0.0");
  Seed({{.number = 5, .release = "qq@1.0.1"}});
  EXPECT_EQ(Of("TypeError").substatus, "regressed");
}

TEST_P(IssueChangeTest, WithoutOrderedVersionsTheNextReleaseComesAfterTheOneSeenLast) {
  Seed({{.number = 1, .release = "red", .ago = std::chrono::hours(1)}});
  clock().Advance(std::chrono::minutes(1));
  Seed({{.number = 2, .type = "Other", .release = "blue"}});
  const IssueId id = Of("TypeError").id;
  ASSERT_OK(Update({id}, {.status = "resolved", .in_next_release = true}));
  EXPECT_EQ(Of("TypeError").resolution->release, "red") << "not another issue's";
  clock().Advance(std::chrono::minutes(1));
  Seed({{.number = 3, .release = "red"}});
  EXPECT_EQ(Of("TypeError").status, "resolved");
  Seed({{.number = 4, .release = "blue"}});
  EXPECT_EQ(Of("TypeError").substatus, "regressed");
}

TEST_P(IssueChangeTest, UsersAreCountedFromThoseOfTheMomentOfTheDecision) {
  Seed({{.number = 1, .user = "1"}, {.number = 2, .user = "2"}, {.number = 3, .user = "3"}});
  // Lists do not know of them yet.
  EXPECT_EQ(Of("TypeError").users_seen, 0);
  ASSERT_OK(Update({Of("TypeError").id}, {.status = "ignored", .ignore_users = 2}));
  EXPECT_EQ(Of("TypeError").snooze->users_then, 3);
  EXPECT_EQ(*Run(issues_->WakeSnoozed()), 0);
  Seed({{.number = 4, .user = "4"}});
  EXPECT_EQ(*Run(issues_->WakeSnoozed()), 0);
  Seed({{.number = 5, .user = "5"}});
  EXPECT_EQ(*Run(issues_->WakeSnoozed()), 1);
}

TEST_P(IssueChangeTest, AReleaseOfSeveralProjectsAndAMergeAcrossThemAreRefused) {
  const IssueId here = One().id;
  const projects::Project second = Project("second");
  seeder_->Add(second, {{.number = 2, .type = "Elsewhere"}});
  const IssueId there = Of("Elsewhere").id;
  EXPECT_ERROR(kInvalidArgument, kIssueManyProjects,
               Update({here, there}, {.status = "resolved", .in_next_release = true}));
  EXPECT_ERROR(kInvalidArgument, kIssueManyProjects, Update({here, there}, {.merge = true}));
  EXPECT_EQ(Of("TypeError").status, "unresolved") << "all or none";
}

TEST_P(IssueChangeTest, SnoozesWakeWhenTheirConditionIsOver) {
  Seed({{.number = 1, .type = "Until"},
        {.number = 2, .type = "Events"},
        {.number = 3, .type = "Users", .user = "1"},
        {.number = 4, .type = "Window"}});
  const IssueId until = Of("Until").id, events = Of("Events").id, users = Of("Users").id,
                window = Of("Window").id;
  ASSERT_OK(Run(issues_->CountUsers()));
  ASSERT_OK(Update({until}, {.status = "ignored", .ignore_minutes = 30}));
  ASSERT_OK(Update({events}, {.status = "ignored", .ignore_events = 2}));
  ASSERT_OK(Update({users}, {.status = "ignored", .ignore_users = 2}));
  ASSERT_OK(
      Update({window}, {.status = "ignored", .ignore_events = 2, .ignore_window_minutes = 60}));
  EXPECT_EQ(Of("Until").substatus, "archived_until_condition_met");
  EXPECT_EQ(Of("Until").snooze->until, clock().Now() + 30 * kMinute);
  EXPECT_EQ(Of("Events").snooze->events, 2);
  EXPECT_EQ(*Run(issues_->WakeSnoozed()), 0);
  Seed({{.number = 11, .type = "Events"},
        {.number = 12, .type = "Users", .user = "2"},
        {.number = 13, .type = "Window", .ago = std::chrono::hours(30)},
        {.number = 14, .type = "Window", .ago = std::chrono::hours(31)}});
  EXPECT_EQ(*Run(issues_->WakeSnoozed()), 0);
  Seed({{.number = 21, .type = "Events"}, {.number = 22, .type = "Users", .user = "3"}});
  EXPECT_EQ(Of("Events").status, "unresolved") << "with the event itself";
  EXPECT_EQ(*Run(issues_->WakeSnoozed()), 1);
  EXPECT_EQ(Of("Events").substatus, "escalating");
  EXPECT_EQ(Of("Users").status, "unresolved");
  EXPECT_EQ(Of("Window").status, "ignored") << "two events, but not within the hour";
  clock().Advance(31 * kMinute);
  EXPECT_EQ(*Run(issues_->WakeSnoozed()), 1);
  EXPECT_EQ(Of("Until").substatus, "ongoing");
  EXPECT_EQ(Types(until).front(), "set_unresolved");
  EXPECT_EQ(*Run(issues_->WakeSnoozed()), 0);
}

TEST_P(IssueChangeTest, OnlyMembersAndTeamsOfHereAreAssigned) {
  const IssueId id = One().id;
  const TeamId team = MakeTeam(acme_, "web");
  ASSERT_OK(Update({id}, {.assignee = "user:11"}));
  EXPECT_EQ(Of("TypeError").assignee, "user:11");
  EXPECT_EQ(*Run(issues_->Participants(acme_, id)), std::vector<UserId>{UserId{11}});
  ASSERT_OK(Update({id}, {.assignee = "team:" + team.ToString()}));
  ASSERT_OK(Update({id}, {.assignee = ""}));
  EXPECT_EQ(Of("TypeError").assignee, "");
  for (const char* bad : {"user:20", "user:999", "team:999", "root", "user:x", "user:"}) {
    SCOPED_TRACE(bad);
    EXPECT_ERROR(kInvalidArgument, kAssigneeInvalid, Update({id}, {.assignee = bad}));
  }
  EXPECT_EQ(Types(id), (std::vector<std::string>{"unassigned", "assigned", "assigned"}));
}

TEST_P(IssueChangeTest, MarksAreTheViewersOwn) {
  const IssueId id = One().id;
  ASSERT_OK(Update(
      {id}, {.priority = 25, .has_seen = true, .is_bookmarked = true, .is_subscribed = false}));
  const Issue seen = Of("TypeError");
  EXPECT_TRUE(seen.marks.has_seen);
  EXPECT_TRUE(seen.marks.is_bookmarked);
  EXPECT_EQ(seen.marks.is_subscribed, false);
  EXPECT_EQ(seen.priority, 25);
  EXPECT_TRUE(seen.priority_locked_at.has_value());
  auto others = Run(issues_->Get(acme_, id.ToString(), UserId{11}));
  ASSERT_OK(others);
  EXPECT_FALSE(others->marks.has_seen);
  EXPECT_FALSE(others->marks.is_bookmarked);
  EXPECT_EQ(*Run(issues_->SeenBy(acme_, id)), std::vector<UserId>{UserId{10}});
  ASSERT_OK(Update({id}, {.has_seen = false, .is_bookmarked = false}));
  EXPECT_FALSE(Of("TypeError").marks.has_seen);
}

TEST_P(IssueChangeTest, SharingMakesALinkThatNobodyGuessesAndTakesItBack) {
  const IssueId id = One().id;
  auto shared = Update({id}, {.is_public = true});
  ASSERT_OK(shared);
  EXPECT_EQ(shared->share_id.size(), 32u);
  EXPECT_EQ(Update({id}, {.is_public = true})->share_id, shared->share_id);
  ASSERT_OK(Update({id}, {.is_public = false}));
  EXPECT_EQ(Of("TypeError").share_id, "");
}

TEST_P(IssueChangeTest, AMergeGoesIntoTheBiggestAndLinksFollow) {
  Seed({{.number = 1, .type = "Big", .release = "1.0", .environment = "prod"},
        {.number = 2, .type = "Big"},
        {.number = 3,
         .type = "Small",
         .release = "0.9",
         .environment = "dev",
         .ago = std::chrono::hours(2)}});
  const Issue big = Of("Big");
  const Issue small = Of("Small");
  ASSERT_OK(Run(issues_->AddNote(acme_, small.id, "a word", By(acme_, admin_))));
  auto merged = Update({small.id, big.id}, {.merge = true});
  ASSERT_OK(merged);
  EXPECT_EQ(merged->merged_into, big.id);
  EXPECT_EQ(merged->merged, std::vector<IssueId>{small.id});
  ASSERT_EQ(List().issues.size(), 1u);
  const Issue all = Of("Big");
  EXPECT_EQ(all.times_seen, 3);
  EXPECT_EQ(all.first_seen, small.first_seen);
  EXPECT_EQ(all.comments, 1);
  EXPECT_EQ(EventsOf(big.id), 3u);
  EXPECT_EQ(EventsOf(small.id), 0u);
  EXPECT_EQ(Run(issues_->Get(acme_, small.id.ToString()))->id, big.id);
  EXPECT_EQ(Run(issues_->Get(acme_, small.short_id))->id, big.id);
  EXPECT_EQ(Run(issues_->Hashes(acme_, big.id))->size(), 4u);
  EXPECT_EQ(Find("environment:dev").size(), 1u);
  EXPECT_EQ(Types(big.id).front(), "merge");
  // What comes goes to where it was merged.
  Seed({{.number = 4, .type = "Small"}});
  EXPECT_EQ(Run(issues_->Get(acme_, big.id.ToString()))->times_seen, 4);
  // A second merge takes the first one's links along.
  Seed({{.number = 5, .type = "Third"},
        {.number = 6, .type = "Third"},
        {.number = 7, .type = "Third"},
        {.number = 8, .type = "Third"},
        {.number = 9, .type = "Third"}});
  const Issue third = Of("Third");
  ASSERT_OK(Update({big.id, third.id}, {.merge = true}));
  EXPECT_EQ(Run(issues_->Get(acme_, small.id.ToString()))->id, third.id);
  EXPECT_EQ(EventsOf(third.id), 9u);
}

TEST_P(IssueChangeTest, ACrashBetweenDecisionAndStoreIsGoneOnWith) {
  Seed({{.number = 1, .type = "Big"},
        {.number = 2, .type = "Big"},
        {.number = 3, .type = "Small"},
        {.number = 4, .type = "Doomed"}});
  const Issue big = Of("Big"), small = Of("Small"), doomed = Of("Doomed");
  // What the transactions leave, without what follows them.
  Execute(
      "INSERT INTO issue_redirects (issue_id, organization_id, project_id, short_id, target_id) "
      "VALUES (" +
      small.id.ToString() + ", " + acme_.ToString() + ", " + shop_.id.ToString() + ", 999, " +
      big.id.ToString() + ")");
  Execute("UPDATE issues SET status = 'pending_merge' WHERE id = " + small.id.ToString());
  Execute("UPDATE issues SET status = 'pending_deletion' WHERE id = " + doomed.id.ToString());
  EXPECT_EQ(List().issues.size(), 1u) << "nothing pending is shown";
  EXPECT_EQ(*Run(issues_->FinishPending()), 2);
  EXPECT_EQ(EventsOf(big.id), 3u);
  EXPECT_EQ(EventsOf(doomed.id), 0u);
  EXPECT_EQ(*Run(issues_->FinishPending()), 0);
}

TEST_P(IssueChangeTest, ADiscardedIssueTakesNoMore) {
  const IssueId id = One().id;
  ASSERT_OK(Update({id}, {.discard = true}));
  EXPECT_TRUE(List().issues.empty());
  EXPECT_EQ(EventsOf(id), 0u);
  Seed({{.number = 2}});
  EXPECT_TRUE(List().issues.empty());
}

TEST_P(IssueChangeTest, WhatIsTakenAwayIsInTheAuditLogWithoutItsWords) {
  Seed({{.number = 1, .type = "Alpha", .value = "hunter2"}, {.number = 2, .type = "Beta"}});
  std::vector<IssueId> ids;
  for (const Issue& issue : List().issues) ids.push_back(issue.id);
  ASSERT_EQ(ids.size(), 2u);
  EXPECT_EQ(*Run(issues_->Delete(acme_, {IssueId{999}}, By(acme_, admin_))), 0);
  const auto noted = [&](audit::Event event) {
    std::vector<json::Object> out;
    for (const auto& row : AuditRows()) {
      if (row.event == event) out.push_back(row.data);
    }
    return out;
  };
  EXPECT_TRUE(noted(audit::Event::kIssueDelete).empty());
  EXPECT_EQ(*Run(issues_->Delete(acme_, {ids[0]}, By(acme_, admin_))), 1);
  Change discard;
  discard.discard = true;
  ASSERT_OK(Run(issues_->Update(acme_, {ids[1]}, discard, By(acme_, admin_))));
  ASSERT_EQ(noted(audit::Event::kIssueDelete).size(), 1u);
  ASSERT_EQ(noted(audit::Event::kIssueDiscard).size(), 1u);
  const json::Object data = noted(audit::Event::kIssueDelete)[0];
  EXPECT_EQ(json::GetInt(data, "issues"), 1);
  EXPECT_TRUE(json::GetString(data, "short_ids")->starts_with("SHOP-"));
  EXPECT_EQ(json::Serialize(data).find("hunter2"), std::string::npos);
}

TEST_P(IssueChangeTest, ARemovedAttachmentIsNotedAndOnlyForThoseWhoMay) {
  const std::string event = "fc6d8c0c43fc4630ad850ee518f1b9d0";
  std::vector<eventstore::StoredItem> items;
  items.push_back({.project_id = shop_.id.value,
                   .type = "attachment",
                   .id = "one",
                   .event_id = event,
                   .timestamp = clock().Now(),
                   .text = "passport.png",
                   .fields = {{"attachment_type", "event.attachment"}},
                   .payload = "bytes"});
  ASSERT_OK(Run(store_->InsertItems(std::move(items))));
  const auto remove = [&](OrgId organization, const std::string& id, MemberId by) {
    return Run(issues_->RemoveAttachment(organization, shop_.id, event, id, By(organization, by)));
  };
  members::Caller writer = By(acme_, member_);
  writer.scopes = {"event:read", "event:write"};
  EXPECT_ERROR(kPermissionDenied, members::kForbidden,
               Run(issues_->RemoveAttachment(acme_, shop_.id, event, "one", writer)));
  EXPECT_ERROR(kNotFound, kAttachmentNotFound, remove(acme_, "two", admin_));
  EXPECT_ERROR(kNotFound, kAttachmentNotFound,
               Run(issues_->RemoveAttachment(acme_, shop_.id, std::string(32, 'a'), "one",
                                             By(acme_, admin_))));
  EXPECT_FALSE(Run(issues_->RemoveAttachment(other_, shop_.id, event, "one", By(acme_, admin_))))
      << "another organization's";
  std::size_t before = 0;
  for (const auto& row : AuditRows()) before += row.event == audit::Event::kAttachmentRemove;
  EXPECT_EQ(before, 0u);
  ASSERT_OK(remove(acme_, "one", admin_));
  EXPECT_ERROR(kNotFound, kAttachmentNotFound, remove(acme_, "one", admin_));
  std::vector<json::Object> noted;
  for (const auto& row : AuditRows()) {
    if (row.event == audit::Event::kAttachmentRemove) noted.push_back(row.data);
  }
  ASSERT_EQ(noted.size(), 1u);
  EXPECT_EQ(json::GetString(noted[0], "event_id"), event);
  EXPECT_EQ(json::GetString(noted[0], "project_slug"), "shop");
  EXPECT_EQ(json::Serialize(noted[0]).find("passport"), std::string::npos);
}

TEST_P(IssueChangeTest, ADeletedIssueIsForgottenAndBeginsAnew) {
  Seed({{.number = 1, .release = "1.0", .environment = "prod"}});
  const Issue first = Of("TypeError");
  ASSERT_OK(Update({first.id}, {.status = "ignored", .ignore_events = 5, .is_bookmarked = true}));
  ASSERT_OK(Run(issues_->AddNote(acme_, first.id, "a word", By(acme_, admin_))));
  EXPECT_EQ(*Run(issues_->Delete(acme_, {first.id, IssueId{999}}, By(acme_, admin_))), 1);
  EXPECT_TRUE(List().issues.empty());
  EXPECT_EQ(EventsOf(first.id), 0u);
  Seed({{.number = 2}});
  EXPECT_NE(Of("TypeError").id, first.id);
  EXPECT_ERROR(kNotFound, kIssueNotFound, Run(issues_->Get(acme_, first.id.ToString())));
}

TEST_P(IssueChangeTest, AHashTakenAwayMakesAnIssueOfItsOwn) {
  Seed({{.number = 1, .type = "A"}, {.number = 2, .type = "A"}, {.number = 3, .type = "B"}});
  const Issue a = Of("A"), b = Of("B");
  const auto of_b = *Run(issues_->Hashes(acme_, b.id));
  ASSERT_OK(Update({a.id, b.id}, {.merge = true}));
  const auto by = By(acme_, admin_);
  EXPECT_EQ(*Run(issues_->Unmerge(acme_, a.id, of_b, by)), static_cast<std::int64_t>(of_b.size()));
  Seed({{.number = 4, .type = "B"}});
  EXPECT_EQ(Of("B").times_seen, 1);
  EXPECT_NE(Of("B").id, a.id);
  // The last one stays.
  const auto rest = *Run(issues_->Hashes(acme_, a.id));
  EXPECT_EQ(*Run(issues_->Unmerge(acme_, a.id, rest, by)),
            static_cast<std::int64_t>(rest.size()) - 1);
  EXPECT_EQ(Run(issues_->Hashes(acme_, a.id))->size(), 1u);
}

TEST_P(IssueChangeTest, CommentsAreTheirAuthors) {
  const IssueId id = One().id;
  const auto admin = By(acme_, admin_);
  const auto member = By(acme_, member_);
  auto note = Run(issues_->AddNote(acme_, id, "look here", member));
  ASSERT_OK(note);
  EXPECT_EQ(Of("TypeError").comments, 1);
  EXPECT_ERROR(kInvalidArgument, kNoteInvalid, Run(issues_->AddNote(acme_, id, "  ", member)));
  EXPECT_ERROR(kPermissionDenied, members::kForbidden,
               Run(issues_->EditNote(acme_, id, note->id, "mine", admin)));
  EXPECT_ERROR(kPermissionDenied, members::kForbidden,
               Run(issues_->RemoveNote(acme_, id, note->id, admin)));
  EXPECT_ERROR(kNotFound, kNoteNotFound, Run(issues_->EditNote(acme_, id, 77, "x", member)));
  auto edited = Run(issues_->EditNote(acme_, id, note->id, "look there", member));
  ASSERT_OK(edited);
  EXPECT_EQ(json::GetString(edited->data, "text"), "look there");
  ASSERT_OK(Run(issues_->RemoveNote(acme_, id, note->id, member)));
  EXPECT_EQ(Of("TypeError").comments, 0);
}

TEST_P(IssueChangeTest, WhatCannotBeIsRefused) {
  const IssueId id = One().id;
  EXPECT_ERROR(kInvalidArgument, kIssueStatusInvalid, Update({id}, {.status = "purple"}));
  EXPECT_ERROR(kInvalidArgument, kIssueStatusInvalid, Update({id}, {.priority = 7}));
  EXPECT_ERROR(kInvalidArgument, kIssueSubstatusInvalid,
               Update({id}, {.status = "resolved", .substatus = "new"}));
  EXPECT_ERROR(kInvalidArgument, kIssueSubstatusInvalid, Update({id}, {.substatus = "new"}));
  EXPECT_ERROR(kInvalidArgument, kSnoozeInvalid,
               Update({id}, {.status = "ignored", .ignore_minutes = 0}));
  EXPECT_ERROR(
      kInvalidArgument, kSnoozeInvalid,
      Update({id}, {.status = "ignored", .ignore_events = 1, .ignore_window_minutes = 1'000'000}));
  EXPECT_EQ(Of("TypeError").status, "unresolved");
}

// AUTHZ: what a role may not, the service refuses, whatever the page showed.
TEST_P(IssueChangeTest, RightsAreReadInTheTransaction) {
  const IssueId id = One().id;
  members::Caller reader = By(acme_, member_);
  reader.scopes = {"event:read"};
  EXPECT_ERROR(kPermissionDenied, members::kForbidden,
               Run(issues_->Update(acme_, {id}, {.status = "resolved"}, reader)));
  EXPECT_ERROR(kPermissionDenied, members::kForbidden, Run(issues_->Delete(acme_, {id}, reader)));
  EXPECT_ERROR(kPermissionDenied, members::kForbidden,
               Run(issues_->AddNote(acme_, id, "x", reader)));
  members::Caller writer = By(acme_, member_);
  writer.scopes = {"event:write"};
  EXPECT_ERROR(kPermissionDenied, members::kForbidden,
               Run(issues_->Update(acme_, {id}, {.discard = true}, writer)));
  // Another organization's: passed over, and unknown.
  auto passed = Run(issues_->Update(other_, {id}, {.status = "resolved"},
                                    By(other_, MemberOf(other_, UserId{20}))));
  ASSERT_OK(passed);
  EXPECT_TRUE(passed->issues.empty());
  EXPECT_EQ(Of("TypeError").status, "unresolved");
}

}  // namespace
}  // namespace gatehouse::issues
