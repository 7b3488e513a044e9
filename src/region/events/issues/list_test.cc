#include <algorithm>

#include "region/events/issues/event_search.h"
#include "region/events/issues/issues_fixture.h"

namespace gatehouse::issues {
namespace {

using Titles = std::vector<std::string>;
constexpr Duration kHour = std::chrono::hours(1);

class IssueListTest : public IssuesFixture {
 protected:
  // A: 3 events of 2 users, newest; B: 1 event, an hour ago; C: 2 events, two hours ago.
  void SeedThree() {
    Seed({{.number = 1, .type = "A", .release = "shop@1.0", .user = "1", .ago = 5 * kHour},
          {.number = 2, .type = "A", .release = "shop@1.1", .user = "2"},
          {.number = 3, .type = "A", .user = "2", .more = R"(,"tags":[["browser","Firefox"]])"},
          {.number = 4,
           .type = "B",
           .environment = "prod",
           .level = "warning",
           .ago = kHour,
           .more = R"(,"logger":"db","tags":[["browser","Chrome"],["colour","red"]])"},
          {.number = 5, .type = "C", .environment = "stage", .ago = 2 * kHour},
          {.number = 6, .type = "C", .level = "fatal", .user = "9", .ago = 3 * kHour}});
  }
};
GATEHOUSE_ON_ALL_ENGINES(IssueListTest);

TEST_P(IssueListTest, EverySortHasItsOrder) {
  SeedThree();
  ASSERT_OK(Run(issues_->CountUsers()));
  EXPECT_EQ(Find("", {.sort = Sort::kLastSeen}), (Titles{"A: boom", "B: boom", "C: boom"}));
  EXPECT_EQ(Find("", {.sort = Sort::kFirstSeen}), (Titles{"B: boom", "C: boom", "A: boom"}));
  EXPECT_EQ(Find("", {.sort = Sort::kTimesSeen}), (Titles{"A: boom", "C: boom", "B: boom"}));
  EXPECT_EQ(Find("", {.sort = Sort::kUsersSeen}).front(), "A: boom");
  EXPECT_EQ(Of("A").users_seen, 2);
  EXPECT_EQ(Of("B").users_seen, 0);
}

TEST_P(IssueListTest, PagesGoForthAndBackWithoutGapsAndTwins) {
  std::vector<SeedEvent> seeds;
  // Twelve issues, four at each of three times: cursors tell equals apart.
  for (int i = 0; i < 12; ++i) {
    seeds.push_back({.number = i, .type = "T" + std::to_string(i), .ago = (i % 3) * kHour});
  }
  Seed(seeds);
  for (const Sort sort : {Sort::kLastSeen, Sort::kFirstSeen, Sort::kTimesSeen}) {
    Titles all = Find("", {.sort = sort, .limit = 100});
    ASSERT_EQ(all.size(), 12u);
    Titles walked;
    std::vector<Page> pages;
    Query query{.sort = sort, .limit = 5};
    for (;;) {
      pages.push_back(List(query));
      for (const Issue& issue : pages.back().issues) walked.push_back(issue.title);
      if (!pages.back().has_next) break;
      query.after = pages.back().next;
    }
    EXPECT_EQ(walked, all);
    EXPECT_EQ(pages.size(), 3u);
    EXPECT_FALSE(pages.front().has_previous);
    EXPECT_TRUE(pages.back().has_previous);
    EXPECT_EQ(pages.front().total, 12);
    EXPECT_TRUE(pages.front().total_is_exact);
    query.after = pages.back().previous;
    const Page back = List(query);
    ASSERT_EQ(back.issues.size(), 5u);
    EXPECT_TRUE(back.has_previous);
    EXPECT_TRUE(back.has_next);
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(back.issues[i].title, all[5 + i]);
    query.after = back.previous;
    const Page first = List(query);
    EXPECT_FALSE(first.has_previous);
    EXPECT_EQ(first.issues.front().title, all.front());
  }
  Query skipping{.offset = 10, .limit = 5};
  EXPECT_EQ(List(skipping).issues.size(), 2u);
}

TEST_P(IssueListTest, EveryTokenOfTheGrammarFindsWhatItSays) {
  SeedThree();
  ASSERT_OK(Run(issues_->CountUsers()));
  const IssueId a = Of("A").id;
  const IssueId b = Of("B").id;
  ASSERT_OK(Update({a}, {.status = "resolved"}));
  ASSERT_OK(Update({b}, {.assignee = "user:11", .is_bookmarked = true}));
  const auto only = [](const char* type) { return Titles{std::string(type) + ": boom"}; };
  EXPECT_EQ(Find("is:resolved"), only("A"));
  EXPECT_EQ(Find("!is:unresolved"), only("A"));
  EXPECT_EQ(Find("is:unresolved").size(), 2u);
  EXPECT_TRUE(Find("is:ignored").empty());
  EXPECT_EQ(Find("is:for_review is:new").size(), 2u);
  EXPECT_EQ(Find("is:assigned"), only("B"));
  EXPECT_EQ(Find("is:unassigned").size(), 2u);
  EXPECT_EQ(Find("assigned:user:11"), only("B"));
  EXPECT_EQ(Find("bookmarks:10"), only("B"));
  EXPECT_TRUE(Find("bookmarks:11").empty());
  EXPECT_TRUE(Find("is:linked").empty());
  EXPECT_EQ(Find("is:unlinked").size(), 3u);
  EXPECT_EQ(Find("level:warning"), only("B"));
  EXPECT_EQ(Find("!level:[warning, fatal]").size(), Find("level:error").size());
  EXPECT_EQ(Find("logger:db"), only("B"));
  EXPECT_EQ(Find("has:logger"), only("B"));
  EXPECT_EQ(Find("!has:logger").size(), 2u);
  EXPECT_EQ(Find("platform.name:node").size(), 3u);
  EXPECT_EQ(Find("issue.category:error").size(), 3u);
  EXPECT_EQ(Find("issue.priority:medium"), only("B"));
  EXPECT_EQ(Find("issue.priority:[high, medium]").size(), 3u);
  EXPECT_EQ(Find("release:shop@1.1"), only("A"));
  EXPECT_EQ(Find("release:latest"), only("A"));
  EXPECT_EQ(Find("release:shop@1*"), only("A"));
  EXPECT_EQ(Find("!has:release").size(), 2u);
  EXPECT_EQ(Find("firstRelease:shop@1.0"), only("A"));
  EXPECT_TRUE(Find("first-release:shop@1.1").empty());
  EXPECT_EQ(Find("environment:[prod, dev]"), only("B"));
  EXPECT_EQ(Find("issue:" + Of("C").short_id), only("C"));
  EXPECT_EQ(Find("timesSeen:>2"), only("A"));
  EXPECT_EQ(Find("timesSeen:<=1"), only("B"));
  EXPECT_EQ(Find("userCount:>=2"), only("A"));
  EXPECT_EQ(Find("lastSeen:-90m").size(), 2u);
  EXPECT_EQ(Find("age:+4h"), only("A"));
  EXPECT_EQ(Find("firstSeen:>2001-01-01T00:00:00").size(), 3u);
  EXPECT_EQ(Find("browser:Firefox"), only("A"));
  EXPECT_EQ(Find("browser:[Firefox, Chrome]").size(), 2u);
  EXPECT_EQ(Find("!browser:Firefox").size(), 2u);
  EXPECT_EQ(Find("browser:Chrome colour:red"), only("B"));
  EXPECT_EQ(Find("has:colour"), only("B"));
  EXPECT_EQ(Find("user.id:9"), only("C"));
  EXPECT_TRUE(Find("colour:green").empty());
  EXPECT_EQ(Find("\"B: BOOM\""), only("B"));
  EXPECT_EQ(Find("\"B: boom\" level:warning"), only("B"));
  EXPECT_TRUE(Find("100%_").empty()) << "no wildcards of SQL";
  EXPECT_TRUE(Find("'; DROP TABLE issues; --").empty());
  EXPECT_EQ(List().issues.size(), 3u);
}

TEST_P(IssueListTest, FailuresOfMonitorsAndErrorsAreToldApart) {
  SeedThree();
  Execute("UPDATE issues SET type = 'monitor_check_in_failure' WHERE title LIKE 'B%'");
  Execute(
      "UPDATE issue_search SET type = 'monitor_check_in_failure' WHERE issue_id IN (SELECT id FROM "
      "issues WHERE title LIKE 'B%')");
  const Titles monitor = {"B: boom"};
  const Titles errors = {"A: boom", "C: boom"};
  EXPECT_EQ(Find("issue.category:cron"), monitor);
  EXPECT_EQ(Find("issue.type:monitor_check_in_failure"), monitor);
  EXPECT_EQ(Find("issue.category:error"), errors);
  EXPECT_EQ(Find("issue.type:error"), errors);
  EXPECT_EQ(Find("!issue.category:cron"), errors);
  EXPECT_TRUE(Find("issue.category:performance").empty());
  EXPECT_EQ(Find("issue.category:[error, cron]").size(), 3u);
}

TEST_P(IssueListTest, AUserIsFoundByEverythingThatTheEventSaysOfThem) {
  SeedThree();
  Seed({{.number = 30,
         .type = "D",
         .more = R"(,"user":{"id":"42","email":"jane@example.com","username":"jane",)"
                 R"("ip_address":"203.0.113.9"})"},
        {.number = 31, .type = "E", .more = R"(,"user":{"email":"jane@example.com"})"}});
  const Titles both = {"D: boom", "E: boom"};
  const auto sorted = [this](const char* text) {
    Titles found = Find(text);
    std::ranges::sort(found);
    return found;
  };
  EXPECT_EQ(sorted("user.id:42"), Titles{"D: boom"});
  EXPECT_EQ(sorted("user.username:jane"), Titles{"D: boom"});
  EXPECT_EQ(sorted("user.ip:203.0.113.9"), Titles{"D: boom"});
  EXPECT_EQ(sorted("user.email:jane@example.com"), both);
  EXPECT_EQ(Find("!user.email:jane@example.com").size(), 3u);
  EXPECT_TRUE(Find("user.email:42").empty());
  // They are no tags to look at, and count nobody twice.
  eventstore::TagQuery query{.project_id = shop_.id.value, .group_id = Of("D").id.value};
  auto tags = Run(store_->Tags(query));
  ASSERT_OK(tags);
  for (const eventstore::TagSummary& tag : *tags) {
    EXPECT_FALSE(tag.key.starts_with("sentry:user.")) << tag.key;
  }
  ASSERT_OK(Run(issues_->CountUsers()));
  EXPECT_EQ(Of("D").users_seen, 1);
  // Events of an issue are searched alike.
  auto terms = ParseQuery("user.email:jane@example.com", clock().Now());
  ASSERT_OK(terms);
  eventstore::EventQuery events{.project_id = shop_.id.value};
  ASSERT_OK(NarrowEvents(*terms, events));
  auto page = Run(store_->List(events));
  ASSERT_OK(page);
  EXPECT_EQ(page->events.size(), 2u);
}

TEST_P(IssueListTest, ProjectsIdsTimesAndEnvironmentsNarrow) {
  SeedThree();
  const projects::Project second = Project("second");
  seeder_->Add(second, {{.number = 20, .type = "D"}});
  EXPECT_EQ(List().issues.size(), 4u);
  EXPECT_EQ(Find("", {.projects = {second.id}}), (Titles{"D: boom"}));
  EXPECT_EQ(Find("", {.projects = {second.id, shop_.id}}).size(), 4u);
  Query ids;
  ids.ids = {Of("C").id, Of("B").id};
  EXPECT_EQ(List(ids).issues.size(), 2u);
  ids.projects = {second.id};
  EXPECT_TRUE(List(ids).issues.empty());
  EXPECT_EQ(Find("", {.from = clock().Now() - 90 * std::chrono::minutes(1)}).size(), 3u);
  EXPECT_EQ(Find("", {.to = clock().Now() - 4 * kHour}), (Titles{"A: boom"}));
  EXPECT_EQ(Find("", {.environments = {"prod", "stage"}}).size(), 2u);
}

TEST_P(IssueListTest, AnotherOrganizationsIssuesAreNotThere) {
  SeedThree();
  const Issue a = Of("A");
  auto page = Run(issues_->List(other_, {}));
  ASSERT_OK(page);
  EXPECT_TRUE(page->issues.empty());
  Query named;
  named.ids = {a.id};
  named.projects = {shop_.id};
  EXPECT_TRUE(Run(issues_->List(other_, named))->issues.empty());
  EXPECT_ERROR(kNotFound, kIssueNotFound, Run(issues_->Get(other_, a.id.ToString())));
  EXPECT_ERROR(kNotFound, kIssueNotFound, Run(issues_->Get(other_, a.short_id)));
  EXPECT_TRUE(Run(issues_->Activities(other_, a.id))->empty());
  EXPECT_TRUE(Run(issues_->Hashes(other_, a.id))->empty());
}

TEST_P(IssueListTest, ASearchLooksAtSoManyIssuesAndSaysWhereToGoOn) {
  std::vector<SeedEvent> seeds;
  for (int i = 0; i < 250; ++i) {
    const std::string type = i < 249 ? "T" : "Rare";
    seeds.push_back(
        {.number = i, .type = type + std::to_string(i), .ago = std::chrono::minutes(i)});
  }
  Seed(seeds);
  ServiceImpl::Parts parts = Parts();
  parts.max_examined = 200;
  parts.max_probed = 0;
  ServiceImpl bounded(parts);
  auto terms = ParseQuery("Rare249", clock().Now());
  ASSERT_OK(terms);
  Query query{.terms = *terms, .limit = 5};
  auto first = Run(bounded.List(acme_, query));
  ASSERT_OK(first);
  EXPECT_TRUE(first->issues.empty());
  ASSERT_TRUE(first->has_next);
  query.after = first->next;
  auto second = Run(bounded.List(acme_, query));
  ASSERT_OK(second);
  ASSERT_EQ(second->issues.size(), 1u);
  EXPECT_FALSE(second->has_next);
  // Where few may have it, these are looked at and nothing else.
  query.after = {};
  const Page few = List(query);
  ASSERT_EQ(few.issues.size(), 1u);
  EXPECT_FALSE(few.has_next);
  EXPECT_EQ(few.total, 1);
  EXPECT_TRUE(few.total_is_exact);
}

TEST_P(IssueListTest, ACommonTagIsAskedOfEachIssueAndSaysTheSame) {
  SeedThree();
  ServiceImpl::Parts parts = Parts();
  parts.max_tagged = 0;
  ServiceImpl asking(parts);
  for (const char* text :
       {"browser:Firefox", "!browser:Firefox", "browser:[Firefox, Chrome]", "has:colour",
        "!has:colour", "browser:Chrome colour:red level:warning", "browser:Firefox colour:red"}) {
    auto terms = ParseQuery(text, clock().Now());
    ASSERT_OK(terms);
    auto page = Run(asking.List(acme_, {.terms = *terms}));
    ASSERT_OK(page);
    Titles titles;
    for (const Issue& issue : page->issues) titles.push_back(issue.title);
    EXPECT_EQ(titles, Find(text)) << text;
  }
}

// Only what may be found by a word is looked at: it has to be what was saved last.
class IssueWordsTest : public IssuesFixture {
 protected:
  void SetUp() override {
    IssuesFixture::SetUp();
    if (IsSkipped()) return;
    ServiceImpl::Parts parts = Parts();
    parts.first_chunk = 1;
    issues_ = std::make_unique<ServiceImpl>(parts);
    std::vector<SeedEvent> others;
    for (int i = 0; i < 20; ++i) {
      others.push_back({.number = 100 + i, .type = "Other" + std::to_string(i)});
    }
    Seed(others);
  }
  IssueId Having(const std::string& text) {
    auto terms = ParseQuery(text, clock().Now());
    EXPECT_OK(terms);
    const Page page = List({.terms = *terms, .limit = 2});
    EXPECT_EQ(page.issues.size(), 1u) << text;
    return page.issues.empty() ? IssueId{} : page.issues.front().id;
  }
  std::size_t CountOf(const std::string& text) { return Find(text, {.limit = 2}).size(); }
};
GATEHOUSE_ON_ALL_ENGINES(IssueWordsTest);

TEST_P(IssueWordsTest, WhatWasSavedIsFoundAndWhatItWasReplacedByToo) {
  Seed({{.number = 1, .type = "Quux", .value = "first words", .ago = 2 * kHour}});
  EXPECT_EQ(CountOf("\"first words\""), 1u);
  EXPECT_EQ(CountOf("UUX"), 1u);
  // The same issue: the type and the stack decide.
  Seed({{.number = 2, .type = "Quux", .value = "other text", .level = "fatal", .ago = kHour}});
  EXPECT_EQ(CountOf("\"first words\""), 0u);
  EXPECT_EQ(CountOf("\"other text\""), 1u);
  EXPECT_EQ(CountOf("level:fatal"), 1u);
  Seed({{.number = 3, .type = "Quux", .value = "third one"},
        {.number = 4, .type = "Quux", .value = "fourth one"}});
  EXPECT_EQ(CountOf("\"third one\""), 0u);
  EXPECT_EQ(CountOf("\"fourth one\""), 1u);
  EXPECT_EQ(CountOf("level:fatal"), 0u);
}

TEST_P(IssueWordsTest, AMergedIssueIsFoundByTheOthersWordsAndADeletedOneByNone) {
  Seed({{.number = 1, .type = "Big", .value = "large thing"},
        {.number = 2, .type = "Big", .value = "large thing"},
        {.number = 3, .type = "Small", .value = "little thing"}});
  ASSERT_OK(Update({Having("large"), Having("little")}, {.merge = true}));
  EXPECT_EQ(CountOf("\"large thing\""), 1u);
  EXPECT_EQ(CountOf("\"little thing\""), 0u);
  // Events of the merged one describe the issue now.
  Seed({{.number = 4, .type = "Small", .value = "little thing"}});
  EXPECT_EQ(CountOf("\"little thing\""), 1u);
  EXPECT_EQ(CountOf("\"large thing\""), 0u);
  ASSERT_OK(Run(issues_->Delete(acme_, {Having("little")}, By(acme_, admin_))));
  EXPECT_EQ(CountOf("\"little thing\""), 0u);
  ASSERT_OK(Run(issues_->FinishPending()));
  auto left = Write([&](sql::Tx& tx) -> Result<std::int64_t> {
    GH_TRY(const sql::Rows rows,
           tx.Query(sql::Statement{"",
                                   "SELECT (SELECT COUNT(*) FROM issues) - (SELECT COUNT(*) "
                                   "FROM issue_search)"}));
    return rows.front().Int(0);
  });
  ASSERT_OK(left);
  EXPECT_EQ(*left, 0) << "a row for each issue";
}

TEST_P(IssueWordsTest, WhatAnOlderVersionSavedIsFoundBeforeAndAfterItWasRead) {
  Seed({{.number = 1, .type = "Quux", .value = "first words"}});
  std::string unread = "UPDATE issue_search SET is_read = 0";
  for (int i = 0; i < 12; ++i) unread += ", grams_" + std::to_string(i) + " = -1";
  Execute(unread);
  EXPECT_EQ(CountOf("\"first words\""), 1u);
  auto read = Run(issues_->ReadTexts());
  ASSERT_OK(read);
  EXPECT_EQ(*read, 21);
  EXPECT_EQ(*Run(issues_->ReadTexts()), 0);
  EXPECT_EQ(CountOf("\"first words\""), 1u);
  EXPECT_EQ(CountOf("\"last words\""), 0u);
  // Nothing but the one that may have the word is looked at.
  ServiceImpl::Parts parts = Parts();
  parts.first_chunk = 1;
  parts.max_probed = 1;
  parts.max_examined = 5;
  ServiceImpl strict(parts);
  auto terms = ParseQuery("\"first words\"", clock().Now());
  ASSERT_OK(terms);
  auto page = Run(strict.List(acme_, {.terms = *terms, .limit = 2}));
  ASSERT_OK(page);
  EXPECT_EQ(page->issues.size(), 1u);
  EXPECT_TRUE(page->total_is_exact);
}

TEST_P(IssueListTest, WildcardsInTagsAreRefused) {
  auto terms = ParseQuery("browser:Fire*", clock().Now());
  ASSERT_OK(terms);
  Query query{.terms = *terms};
  EXPECT_ERROR(kInvalidArgument, kIssueQueryInvalid, Run(issues_->List(acme_, query)));
}

TEST_P(IssueListTest, IssuesOfADeletedProjectAreGone) {
  SeedThree();
  const Issue a = Of("A");
  ASSERT_OK(Run(projects_->Delete(acme_, shop_.id, By(acme_, admin_))));
  EXPECT_TRUE(List().issues.empty());
  EXPECT_ERROR(kNotFound, kIssueNotFound, Run(issues_->Get(acme_, a.id.ToString())));
}

}  // namespace
}  // namespace gatehouse::issues
