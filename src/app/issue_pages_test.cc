// The pages of issues over the whole product: what they show, what they do, for whom, and what
// strangers' texts do not do.

#include "app/pages_fixture.h"

namespace gatehouse::app {
namespace {

constexpr std::string_view kIssues = "/organizations/acme/issues/";

class IssuePagesTest : public PagesTest {
 protected:
  issues::Issue Issue(const std::string& id) {
    return Do(events().services().issues.Get(acme_, id, owner_));
  }
  static std::string At(const std::string& id) { return std::string(kIssues) + id + "/"; }
  // The page that an action leads to.
  void Act(const std::string& target, Fields fields) {
    const http::Response response = Post(target, std::move(fields));
    EXPECT_EQ(response.status, 302) << response.body;
  }
  void KeepEventAdminFromMembers() {
    Execute("UPDATE organizations SET flags = flags | " +
            std::to_string(orgs::kMembersNoEventAdmin) + " WHERE slug = 'acme'");
  }
};
GATEHOUSE_ON_ALL_ENGINES(IssuePagesTest);

// ---- the list -----------------------------------------------------------------------------------

TEST_P(IssuePagesTest, TheListShowsWhatPeopleLookFor) {
  Seed({{.number = 1, .environment = "prod", .user = "7", .ago = std::chrono::hours(3)},
        {.number = 2, .environment = "prod", .user = "8"},
        {.number = 3, .type = "Other"}});
  Do(events().services().issues.CountUsers());
  const std::string page = Show(std::string(kIssues));
  for (const char* text :
       {"TypeError: boom", "Other: boom", "SHOP-1", "2 found", "3 hours ago", "just now",
        "<b>2</b> <small>events</small>", "<b>2</b> <small>users</small>",
        "2 events in the last 24 hours", "<option value=\"prod\">prod</option>",
        "<option value=\"shop\">shop</option>", "value=\"is:unresolved\"", ">New</span>"}) {
    EXPECT_TRUE(Has(page, text)) << text;
  }
}

TEST_P(IssuePagesTest, TheListIsSearchedFilteredAndOrdered) {
  Seed({{.number = 1, .type = "Alpha", .environment = "prod", .ago = std::chrono::days(3)},
        {.number = 2, .type = "Beta", .more = R"(,"tags":[["browser","Firefox 3"]])"},
        {.number = 3, .type = "Beta"}});
  Create(acme_, "second", "Second");
  const auto shows = [&](const std::string& query, const char* text) {
    return Has(Show(std::string(kIssues) + query), text);
  };
  EXPECT_TRUE(shows("?query=Alpha", "Alpha: boom"));
  EXPECT_FALSE(shows("?query=Alpha", "Beta: boom"));
  EXPECT_TRUE(shows("?query=browser:%22Firefox%203%22", "Beta: boom"));
  EXPECT_FALSE(shows("?query=browser:%22Firefox%203%22", "Alpha: boom"));
  EXPECT_FALSE(shows("?environment=prod", "Beta: boom"));
  EXPECT_FALSE(shows("?statsPeriod=24h", "Alpha: boom"));
  EXPECT_TRUE(shows("?project=second", "Nothing here"));
  EXPECT_TRUE(shows("?query=assigned:me", "Nothing here"));
  EXPECT_TRUE(shows("?query=assigned:nobody@gate.example", "Nothing here"));
  const std::string often = Show(std::string(kIssues) + "?sort=freq");
  EXPECT_LT(often.find("Beta: boom"), often.find("Alpha: boom"));
  EXPECT_EQ(Status(owner_login_, std::string(kIssues) + "?project=none"), 404);
  const http::Response odd = Open(owner_login_, std::string(kIssues) + "?query=is:purple");
  EXPECT_EQ(odd.status, 400);
  EXPECT_TRUE(Has(odd.body, "That search cannot be read"));
}

TEST_P(IssuePagesTest, ALongListHasPages) {
  std::vector<SeedEvent> seeds;
  for (int i = 1; i <= 30; ++i) {
    seeds.push_back(
        {.number = i,
         .type = "Kind" + std::string(1, static_cast<char>('A' + i % 26)) + std::to_string(i),
         .ago = std::chrono::minutes(i)});
  }
  Seed(seeds);
  const std::string first = Show(std::string(kIssues) + "?query=&sort=new");
  EXPECT_TRUE(Has(first, "30 found"));
  EXPECT_TRUE(Has(first, "KindB1: boom"));
  EXPECT_FALSE(Has(first, "KindE30: boom"));
  std::string next = Between(first, "rel=\"next\" href=\"", "\"");
  for (std::size_t at; (at = next.find("&amp;")) != std::string::npos;) next.replace(at, 5, "&");
  ASSERT_FALSE(next.empty());
  const std::string second = Show(next);
  EXPECT_TRUE(Has(second, "KindE30: boom"));
  EXPECT_TRUE(Has(second, "rel=\"prev\""));
}

TEST_P(IssuePagesTest, AShortIdAndTheIdOfAnEventLeadStraightThere) {
  Seed({{.number = 1}});
  const std::string id = Issue("SHOP-1").id.ToString();
  EXPECT_EQ(LocationOf(Open(owner_login_, std::string(kIssues) + "?query=shop-1")), At(id));
  EXPECT_EQ(LocationOf(Open(owner_login_, std::string(kIssues) + "?query=" + SeedId(1))),
            At(id) + "events/" + SeedId(1) + "/");
  EXPECT_EQ(Status(owner_login_, std::string(kIssues) + "?query=shop-99"), 200) << "plain words";
}

TEST_P(IssuePagesTest, AnEmptyListSaysHowToBegin) {
  ASSERT_EQ(Send(owner_login_, http::Method::kDelete, "/api/0/projects/acme/shop/", "{}").status,
            204);
  EXPECT_TRUE(Has(Show(std::string(kIssues)), "npm install @sentry/node"));
}

TEST_P(IssuePagesTest, ManyAreDecidedAtOnce) {
  Seed({{.number = 1, .type = "A"}, {.number = 2, .type = "B"}, {.number = 3, .type = "C"}});
  const std::string a = Issue("SHOP-1").id.ToString(), b = Issue("SHOP-2").id.ToString(),
                    c = Issue("SHOP-3").id.ToString();
  const std::string list(kIssues);
  const auto statuses = [&] { return Issue(a).status + " " + Issue(b).status; };
  http::Response response = Post(
      list, {{"op", "resolve"}, {"id", a}, {"id", b}, {"back", "query=is%3Aunresolved&sort=new"}});
  EXPECT_EQ(LocationOf(response), list + "?query=is%3Aunresolved&sort=new&flash=issues_changed");
  EXPECT_EQ(statuses(), "resolved resolved");
  Act(list, {{"op", "archive"}, {"id", a}});
  EXPECT_EQ(statuses(), "ignored resolved");
  Act(list, {{"op", "reopen"}, {"id", a}, {"id", b}});
  EXPECT_EQ(statuses(), "unresolved unresolved");
  Act(list, {{"op", "mine"}, {"id", c}});
  EXPECT_EQ(Issue(c).assignee, "user:" + owner_.ToString());
  EXPECT_TRUE(Has(Show(list + "?query=assigned:me"), "assigned to <b>owner</b>"));
  Act(list, {{"op", "merge"}, {"id", a}, {"id", b}});
  EXPECT_EQ(Issue(a).id, Issue(b).id);
  // Deleting asks first.
  response = Post(list, {{"op", "delete"}, {"id", c}});
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(Has(response.body, "Delete 1 issue?"));
  EXPECT_TRUE(Has(response.body, "C: boom"));
  EXPECT_EQ(Issue(c).status, "unresolved");
  Act(list, {{"op", "delete"}, {"id", c}, {"confirmed", "yes"}});
  EXPECT_EQ(Status(owner_login_, At(c)), 404);
  EXPECT_TRUE(LocationOf(Post(list, {{"op", "resolve"}})).ends_with("?flash=issues_none"));
  EXPECT_TRUE(LocationOf(Post(list, {{"op", "merge"}, {"id", a}})).ends_with("flash=issues_one"));
  EXPECT_EQ(Post(list, {{"op", "explode"}, {"id", a}}).status, 400);
}

// Nothing but this list can be reached by the way back.
TEST_P(IssuePagesTest, TheWayBackIsNoOpenRedirect) {
  Seed({{.number = 1}});
  const std::string id = Issue("SHOP-1").id.ToString();
  for (const char* back : {"//evil.example", "https://evil.example/", "\r\nSet-Cookie: a=b",
                           "x\\..\\", "query=%0d%0a"}) {
    const http::Response response =
        Post(std::string(kIssues), {{"op", "resolve"}, {"id", id}, {"back", back}});
    EXPECT_EQ(response.status, 302) << back;
    EXPECT_TRUE(LocationOf(response).starts_with(kIssues)) << LocationOf(response);
    EXPECT_EQ(LocationOf(response).find('\n'), std::string::npos);
  }
}

TEST_P(IssuePagesTest, ARefusedBulkShowsTheListWithTheReason) {
  Seed({{.number = 1}});
  const projects::Project second = Create(acme_, "second", "Second");
  seeder_->Add(second, {{.number = 9, .type = "B"}});
  const std::string a = Issue("SHOP-1").id.ToString(), b = Issue("SECOND-1").id.ToString();
  const http::Response response =
      Post(std::string(kIssues), {{"op", "merge"}, {"id", a}, {"id", b}});
  EXPECT_EQ(response.status, 400);
  EXPECT_TRUE(Has(response.body, "These issues are of several projects"));
  EXPECT_TRUE(Has(response.body, "TypeError: boom"));
}

// ---- one issue ----------------------------------------------------------------------------------

constexpr const char* kRich =
    R"(,"logentry":{"formatted":"card 17 was refused","message":"card %s was refused","params":[17]},)"
    R"("breadcrumbs":{"values":[{"message":"two books","category":"cart","timestamp":1795248000.5,)"
    R"("data":{"count":2}},{"category":"http","level":"error","type":"http"}]},)"
    R"("request":{"url":"https://shop.example/pay","method":"POST","query_string":[["step","3"]],)"
    R"("headers":[["User-Agent","Mozilla"]],"data":{"card":"visa"}},)"
    R"("extra":{"cart":{"items":2}},"modules":{"express":"4.19"},)"
    R"("tags":[["browser","Firefox 3"]],"contexts":{"os":{"name":"Linux"},)"
    R"("trace":{"trace_id":"0123456789abcdef0123456789abcdef","span_id":"0123456789abcdef"}},)"
    R"("sdk":{"name":"sentry.javascript.node","version":"9"},)"
    R"("errors":[{"type":"invalid_data","name":"user.id"}],)"
    R"("threads":{"values":[{"id":3,"name":"worker","crashed":true,)"
    R"("stacktrace":{"frames":[{"filename":"w.c","function":"spin","lineno":1}]}}]})";

TEST_P(IssuePagesTest, AnIssueShowsItsEventWithEverythingInIt) {
  Seed({{.number = 1, .release = "shop@1.0", .ago = std::chrono::minutes(2)},
        {.number = 2,
         .release = "shop@1.1",
         .environment = "prod",
         .user = "7",
         .ago = std::chrono::minutes(1),
         .more = kRich},
        {.number = 3}});
  const std::string id = Issue("SHOP-1").id.ToString();
  const std::string page = Show(At(id) + "events/" + SeedId(2) + "/");
  for (const char* text :
       {// the stack: the application's frame open with its source, the other one folded
        "<b>main</b>", "app.js:3", "1 system frame", "<b>call</b>", "lib.js:9",
        "<div class=\"at\"><span>3</span><code>c</code>", "<span>2</span><code>b</code>",
        "<span>4</span><code>d</code>",
        // around it
        "card 17 was refused", "two books", "{&quot;count&quot;:2}", "08:00:00",
        "https://shop.example/pay", "<dt>step</dt><dd>3</dd>", "<dt>User-Agent</dt>", "visa",
        "<dt>cart</dt>", "<dt>express</dt><dd>4.19</dd>", "Firefox 3", "<h3>os</h3>", "Linux",
        "sentry.javascript.node 9", "1 problem while", "A value of the wrong kind was left out",
        "worker", "Crashed", "<b>spin</b>",
        // ways on
        "/organizations/acme/traces/0123456789abcdef0123456789abcdef/", "rel=\"prev\"",
        "rel=\"next\"", "first-release", "shop@1.0"}) {
    if (std::string_view(text) == "first-release") continue;
    EXPECT_TRUE(Has(page, text)) << text;
  }
  EXPECT_TRUE(Has(page, "/events/" + SeedId(1) + "/"));
  EXPECT_TRUE(Has(page, "/events/" + SeedId(3) + "/"));
  EXPECT_TRUE(Has(Show(At(id)), SeedId(3))) << "the newest one, when none is named";
  EXPECT_TRUE(Has(Show(At(id) + "events/oldest/"), SeedId(1)));
  EXPECT_TRUE(Has(Show(At(id) + "events/latest/"), SeedId(3)));
  EXPECT_TRUE(Has(Show(At("SHOP-1")), SeedId(3))) << "by its short id";
  EXPECT_EQ(Status(owner_login_, At(id) + "events/" + SeedId(9) + "/"), 404);
  EXPECT_EQ(Status(owner_login_, At("99999")), 404);
}

TEST_P(IssuePagesTest, TagsHaveSharesAndLeadToTheirIssues) {
  std::vector<SeedEvent> seeds;
  for (int i = 1; i <= 4; ++i) {
    seeds.push_back({.number = i,
                     .more = R"(,"tags":[["browser",")" +
                             std::string(i == 4 ? "Chrome" : "Firefox 3") + R"("]])"});
  }
  Seed(seeds);
  const std::string id = Issue("SHOP-1").id.ToString();
  const std::string page = Show(At(id));
  EXPECT_TRUE(Has(page, "75 %"));
  EXPECT_TRUE(Has(page, "25 %"));
  EXPECT_TRUE(Has(page, "<rect width=\"75\" height=\"4\"/>"));
  EXPECT_TRUE(Has(page, "query=browser%3A%22Firefox%203%22"));
  const std::string all = Show(At(id) + "tags/");
  EXPECT_TRUE(Has(all, "browser"));
  EXPECT_TRUE(Has(all, "2 values"));
  const std::string one = Show(At(id) + "tags/browser/");
  EXPECT_TRUE(Has(one, "Chrome"));
  EXPECT_TRUE(Has(one, "4 events have it"));
  EXPECT_EQ(Status(owner_login_, At(id) + "tags/colour/"), 404);
  EXPECT_EQ(Status(owner_login_, At(id) + "tags/browser/?from=x"), 400);
}

TEST_P(IssuePagesTest, AllEventsAreSearchedAndPaged) {
  std::vector<SeedEvent> seeds;
  for (int i = 1; i <= 30; ++i) {
    seeds.push_back({.number = i, .ago = std::chrono::minutes(i)});
    if (i == 7) seeds.back().release = "shop@2.0";
  }
  Seed(seeds);
  const std::string events = At(Issue("SHOP-1").id.ToString()) + "events/";
  const std::string first = Show(events);
  EXPECT_TRUE(Has(first, "/events/" + SeedId(1) + "/"));
  EXPECT_FALSE(Has(first, "/events/" + SeedId(30) + "/"));
  const std::string next = Between(first, "rel=\"next\" href=\"", "\"");
  EXPECT_TRUE(Has(Show(next), "/events/" + SeedId(30) + "/"));
  const std::string found = Show(events + "?query=release:shop%402.0");
  EXPECT_TRUE(Has(found, "/events/" + SeedId(7) + "/"));
  EXPECT_FALSE(Has(found, "/events/" + SeedId(8) + "/"));
  EXPECT_TRUE(Has(Show(events + "?query=" + SeedId(9)), "/events/" + SeedId(9) + "/"));
  EXPECT_TRUE(Has(Show(events + "?query=nothing"), "No events found"));
  EXPECT_EQ(Status(owner_login_, events + "?query=is:resolved"), 400);
}

TEST_P(IssuePagesTest, OneEventIsShownAsJsonAndExplained) {
  Seed({{.number = 1}});
  const std::string id = Issue("SHOP-1").id.ToString();
  const std::string event = At(id) + "events/" + SeedId(1) + "/";
  const std::string text = Show(event + "json/");
  EXPECT_TRUE(Has(text, "&quot;function&quot;: &quot;main&quot;,")) << text;
  EXPECT_TRUE(Has(text, "/api/0/projects/acme/shop/events/" + SeedId(1) + "/json/"));
  EXPECT_EQ(Open(owner_login_, "/api/0/projects/acme/shop/events/" + SeedId(1) + "/json/").status,
            200)
      << "where the page leads";
  for (const std::string& target : {event + "grouping/", At(id) + "grouping/"}) {
    const std::string why = Show(target);
    for (const char* part :
         {"app", "Counts", "stack trace", "source line", "newstyle:2023-01-11", "class=\"d2"}) {
      EXPECT_TRUE(Has(why, part)) << part;
    }
    EXPECT_TRUE(Has(why, Do(events().services().issues.Hashes(acme_, Issue(id).id)).front()));
  }
}

TEST_P(IssuePagesTest, DecisionsAreTakenOnThePage) {
  Seed({{.number = 1, .release = "shop@1.0"}});
  const std::string id = Issue("SHOP-1").id.ToString();
  const std::string at = At(id);
  Act(at, {{"op", "resolve"}, {"in", "next"}});
  EXPECT_TRUE(Has(Show(at), "Resolved in the release after <b>shop@1.0</b>, by owner"));
  Act(at, {{"op", "reopen"}});
  EXPECT_EQ(Issue(id).status, "unresolved");
  Act(at, {{"op", "resolve"}, {"in", "release"}, {"release", "shop@1.0"}});
  EXPECT_TRUE(Has(Show(at), "Resolved in <b>shop@1.0</b>, by owner"));
  Act(at, {{"op", "archive"}, {"until", "escalating"}});
  EXPECT_TRUE(Has(Show(at), "Archived until it escalates"));
  Act(at, {{"op", "archive"}, {"until", "time"}, {"minutes", "30"}});
  EXPECT_TRUE(Has(Show(at), "Archived by owner until <time"));
  Act(at, {{"op", "archive"}, {"until", "events"}, {"count", "10"}, {"window", "60"}});
  EXPECT_TRUE(Has(Show(at), "until 10 more events within 60 minutes"));
  Act(at, {{"op", "archive"}, {"until", "users"}, {"count", "3"}, {"window", ""}});
  EXPECT_TRUE(Has(Show(at), "until 3 more users"));
  Act(at, {{"op", "archive"}, {"until", "forever"}});
  EXPECT_EQ(Issue(id).substatus, "archived_forever");
  Act(at, {{"op", "priority"}, {"priority", "75"}});
  EXPECT_TRUE(Has(Show(at), "High priority"));
  Act(at, {{"op", "assign"}, {"assignee", "me"}});
  EXPECT_EQ(Issue(id).assignee, "user:" + owner_.ToString());
  Act(at, {{"op", "assign"}, {"assignee", "member@gate.example"}});
  EXPECT_EQ(Issue(id).assignee, "user:" + member_.ToString());
  Act(at, {{"op", "assign"}, {"assignee", ""}});
  EXPECT_EQ(Issue(id).assignee, "");
  Act(at, {{"op", "bookmark"}});
  Act(at, {{"op", "subscribe"}});
  EXPECT_TRUE(Issue(id).marks.is_bookmarked);
  EXPECT_EQ(Issue(id).marks.is_subscribed, true);
  EXPECT_TRUE(Has(Show(std::string(kIssues) + "?query=bookmarks:me"), "SHOP-1"));
  Act(at, {{"op", "unbookmark"}});
  Act(at, {{"op", "unsubscribe"}});
  EXPECT_FALSE(Issue(id).marks.is_bookmarked);

  const std::pair<Fields, const char*> refused[] = {
      {{{"op", "resolve"}, {"in", "release"}, {"release", "9.9"}}, "No such release or commit"},
      {{{"op", "resolve"}, {"in", "release"}, {"release", " "}}, "No such release or commit"},
      {{{"op", "assign"}, {"assignee", "stranger@gate.example"}}, "Nobody to assign"},
      {{{"op", "archive"}, {"until", "events"}, {"count", "9999999999"}},
       "condition does not work"},
      {{{"op", "priority"}, {"priority", "7"}}, "Unknown status"}};
  for (const auto& [fields, reason] : refused) {
    const http::Response response = Post(at, fields);
    EXPECT_EQ(response.status, 400) << reason;
    EXPECT_TRUE(Has(response.body, reason)) << reason;
    EXPECT_TRUE(Has(response.body, "SHOP-1")) << "the page is there again";
  }
  EXPECT_EQ(Post(at, {{"op", "explode"}}).status, 400);
}

TEST_P(IssuePagesTest, DeletingAndDiscardingAskFirst) {
  Seed({{.number = 1, .type = "A"}, {.number = 2, .type = "B"}});
  const std::string a = At(Issue("SHOP-1").id.ToString()), b = At(Issue("SHOP-2").id.ToString());
  EXPECT_EQ(LocationOf(Post(a, {{"op", "delete"}})), a + "delete/");
  EXPECT_TRUE(Has(Show(a + "delete/"), "Delete this issue?"));
  EXPECT_TRUE(Has(Show(b + "discard/"), "thrown away from now on"));
  EXPECT_EQ(Status(owner_login_, a), 200);
  Act(a, {{"op", "delete"}, {"confirmed", "yes"}});
  Act(b, {{"op", "discard"}, {"confirmed", "yes"}});
  EXPECT_EQ(Status(owner_login_, a), 404);
  EXPECT_EQ(Status(owner_login_, b), 404);
}

TEST_P(IssuePagesTest, CommentsAreWrittenChangedAndRemoved) {
  Seed({{.number = 1}});
  const std::string at = At(Issue("SHOP-1").id.ToString()) + "activity/";
  Act(at, {{"op", "note"}, {"text", "first line\r\nsecond <b>line</b>"}});
  std::string page = Show(at);
  EXPECT_TRUE(Has(page, "<div>first line</div><div>second &lt;b&gt;line&lt;/b&gt;</div>")) << page;
  EXPECT_TRUE(Has(page, "Activity (1)"));
  const std::string note = Between(page, "name=\"note\" value=\"", "\"");
  // What is changed begins as it was, line for line.
  EXPECT_TRUE(Has(page, ">first line\nsecond &lt;b&gt;line&lt;/b&gt;\n</textarea>")) << page;
  EXPECT_EQ(Post(LogIn(member_), at, {{"op", "edit"}, {"note", note}, {"text", "mine"}}).status,
            403);
  Act(at, {{"op", "edit"}, {"note", note}, {"text", "better"}});
  page = Show(at);
  EXPECT_TRUE(Has(page, "<div>better</div>"));
  EXPECT_FALSE(Has(Show(LogIn(member_), at), "name=\"note\"")) << "nobody else's to change";
  Act(at, {{"op", "remove"}, {"note", note}});
  EXPECT_FALSE(Has(Show(at), "better"));
  EXPECT_EQ(Post(at, {{"op", "remove"}, {"note", note}}).status, 404);
  const http::Response empty = Post(at, {{"op", "note"}, {"text", "  "}});
  EXPECT_EQ(empty.status, 400);
  EXPECT_TRUE(Has(empty.body, "That comment cannot be saved"));
}

TEST_P(IssuePagesTest, WhatHappenedIsTold) {
  Seed({{.number = 1, .release = "shop@1.0"}});
  const std::string at = At(Issue("SHOP-1").id.ToString());
  Act(at, {{"op", "resolve"}, {"in", "latest"}});
  Act(at, {{"op", "archive"}, {"until", "events"}, {"count", "5"}});
  Act(at, {{"op", "reopen"}});
  Act(at, {{"op", "assign"}, {"assignee", "me"}});
  Act(at, {{"op", "assign"}, {"assignee", ""}});
  Act(at, {{"op", "priority"}, {"priority", "25"}});
  const std::string page = Show(at + "activity/");
  for (const char* text : {"resolved it in shop@1.0", "archived it until 5 more events",
                           "reopened it", "assigned it to owner", "took it from everybody",
                           "set its priority to low", "Followed by owner"}) {
    EXPECT_TRUE(Has(page, text)) << text;
  }
}

TEST_P(IssuePagesTest, IssuesThatLookAlikeAreMergedAndTakenApart) {
  Seed({{.number = 1, .value = "card was refused"},
        {.number = 2, .value = "card was refused", .more = R"(,"fingerprint":["apart"])"},
        {.number = 3, .type = "Elsewhere", .value = "sun went down"}});
  const std::string at = At(Issue("SHOP-1").id.ToString());
  const std::string other = Issue("SHOP-2").id.ToString();
  const std::string page = Show(at + "similar/");
  EXPECT_TRUE(Has(page, "<b>100 %</b>"));
  EXPECT_TRUE(Has(page, "the type"));
  EXPECT_TRUE(Has(page, "100 % of the frames"));
  EXPECT_TRUE(LocationOf(Post(at + "similar/", {})).ends_with("flash=issues_none"));
  Act(at + "similar/", {{"id", other}});
  EXPECT_EQ(Issue("SHOP-1").id, Issue("SHOP-2").id);
  const std::string merged = At(Issue("SHOP-1").id.ToString());
  const auto hashes = Do(events().services().issues.Hashes(acme_, Issue("SHOP-1").id));
  ASSERT_GE(hashes.size(), 2u);
  EXPECT_TRUE(Has(Show(merged + "hashes/"), hashes.front()));
  EXPECT_TRUE(LocationOf(Post(merged + "hashes/", {})).ends_with("flash=issues_none"));
  Act(merged + "hashes/", {{"hash", hashes.front()}});
  EXPECT_EQ(Do(events().services().issues.Hashes(acme_, Issue("SHOP-1").id)).size(),
            hashes.size() - 1);
  EXPECT_TRUE(Has(Show(merged + "activity/"), "took 1 hash away"));
}

// ---- for whom -----------------------------------------------------------------------------------

std::vector<std::string> AllPages(const std::string& at) {
  std::vector<std::string> pages = {std::string(kIssues), at};
  for (const char* tab : {"events/", "activity/", "tags/", "tags/level/", "similar/", "hashes/",
                          "grouping/", "delete/", "discard/"}) {
    pages.push_back(at + tab);
  }
  for (const char* part : {"", "json/", "grouping/"}) {
    pages.push_back(at + "events/" + SeedId(1) + "/" + part);
  }
  return pages;
}

TEST_P(IssuePagesTest, EveryPageIsCleanForMembersAndShutForEverybodyElse) {
  Seed({{.number = 1}, {.number = 2, .type = "Other"}});
  const Credentials member = LogIn(member_), stranger = LogIn(stranger_);
  for (const std::string& page : AllPages(At(Issue("SHOP-1").id.ToString()))) {
    Show(member, page);
    EXPECT_EQ(Status(stranger, page), 404) << page;
    const http::Response nobody = Open({}, page);
    EXPECT_EQ(nobody.status, 302) << page;
    EXPECT_TRUE(LocationOf(nobody).starts_with("/auth/login/")) << page;
  }
}

// Isolation: another organization's issue answers as what never was, in one's own organization.
TEST_P(IssuePagesTest, AnIssueOfAnotherOrganizationIsNotFound) {
  Seed({{.number = 1}});
  const Credentials stranger = LogIn(stranger_);
  const std::string id = Issue("SHOP-1").id.ToString();
  for (std::string page : AllPages("/organizations/beta/issues/" + id + "/")) {
    if (page == kIssues) continue;
    EXPECT_EQ(Status(stranger, page), 404) << page;
  }
  const std::string at = "/organizations/beta/issues/" + id + "/";
  EXPECT_EQ(Post(stranger, at, {{"op", "resolve"}}).status, 404);
  EXPECT_EQ(Post(stranger, at + "activity/", {{"op", "note"}, {"text", "x"}}).status, 404);
  EXPECT_EQ(Post(stranger, at + "similar/", {{"id", id}}).status, 404);
  EXPECT_EQ(Post(stranger, at + "hashes/", {{"hash", "x"}}).status, 404);
  EXPECT_EQ(Post(stranger, "/organizations/beta/issues/", {{"op", "resolve"}, {"id", id}}).status,
            302);
  EXPECT_EQ(Issue(id).status, "unresolved") << "ids of others are passed over";
}

TEST_P(IssuePagesTest, WhoMayNotDeleteSeesNoButtonAndIsRefused) {
  Seed({{.number = 1}});
  KeepEventAdminFromMembers();
  const Credentials member = LogIn(member_);
  const std::string id = Issue("SHOP-1").id.ToString();
  const std::string at = At(id);
  EXPECT_FALSE(Has(Show(member, at), "Delete …"));
  EXPECT_TRUE(Has(Show(at), "Delete …"));
  EXPECT_FALSE(Has(Show(member, std::string(kIssues)), "value=\"delete\""));
  EXPECT_TRUE(Has(Show(member, std::string(kIssues)), "value=\"resolve\""));
  EXPECT_EQ(Status(member, at + "delete/"), 403);
  EXPECT_EQ(Status(member, at + "discard/"), 403);
  for (const char* op : {"delete", "discard"}) {
    EXPECT_EQ(Post(member, at, {{"op", op}, {"confirmed", "yes"}}).status, 403) << op;
  }
  EXPECT_EQ(Post(member, std::string(kIssues), {{"op", "delete"}, {"id", id}}).status, 403);
  EXPECT_EQ(Post(member, std::string(kIssues), {{"op", "delete"}, {"id", id}, {"confirmed", "yes"}})
                .status,
            403);
  EXPECT_EQ(Issue(id).status, "unresolved");
}

TEST_P(IssuePagesTest, AFormFromElsewhereDoesNothing) {
  Seed({{.number = 1}});
  const std::string id = Issue("SHOP-1").id.ToString();
  const std::string at = At(id);
  EXPECT_EQ(Post(owner_login_, at, {{"op", "resolve"}}, false).status, 403);
  EXPECT_EQ(Post(owner_login_, std::string(kIssues), {{"op", "resolve"}, {"id", id}}, false).status,
            403);
  EXPECT_EQ(Post(owner_login_, at + "activity/", {{"op", "note"}, {"text", "x"}}, false).status,
            403);
  EXPECT_EQ(Post(owner_login_, at + "hashes/", {{"hash", "x"}}, false).status, 403);
  EXPECT_EQ(Issue(id).status, "unresolved");
}

// What an SDK, or whoever holds its key, sends is text and nothing else.
TEST_P(IssuePagesTest, HostileTextsStayTexts) {
  const std::string evil = R"x(</code><script>alert(1)</script>\" onload=x javascript:alert(1))x";
  const std::string more =
      R"x(,"breadcrumbs":{"values":[{"message":"EVIL","category":"EVIL","level":"<b>",)x"
      R"x("timestamp":"<script>Tx<script>xxxxxxxxxxx"}]},"request":{"url":"javascript:alert(1)",)x"
      R"x("method":"<b>","headers":[["<x>","<y>"]]},"extra":{"<k>":"EVIL"},)x"
      R"x("modules":{"<m>":"<v>"},"tags":[["<tag>","EVIL"],["href","javascript:alert(1)"]],)x"
      R"x("contexts":{"<c>":{"<k>":"<v>"}},"sdk":{"name":"<s>","version":"<v>"},)x"
      R"x("threads":{"values":[{"id":"<i>","name":"<n>","stacktrace":{"frames":[)x"
      R"x({"filename":"<f>","function":"<fn>","lineno":1,"context_line":"<script>",)x"
      R"x("vars":{"<a>":"<b>"},"in_app":true}]}}]})x";
  std::string filled;
  for (std::size_t at = 0; at < more.size();) {
    const bool here = more.compare(at, 4, "EVIL") == 0;
    filled += here ? evil : std::string(1, more[at]);
    at += here ? 4 : 1;
  }
  Seed({{.number = 1,
         .type = "E<img src=x onerror=alert(1)>",
         .value = evil,
         .release = "r<script>",
         .environment = "e<script>",
         .user = "<svg onload=alert(1)>",
         .more = filled}});
  for (const std::string& target : AllPages(At(Issue("SHOP-1").id.ToString()))) {
    const std::string page = Show(target);
    EXPECT_FALSE(Has(page, "<script>")) << target;
    EXPECT_FALSE(Has(page, "<img src=x")) << target;
    EXPECT_FALSE(Has(page, "<svg onload")) << target;
    EXPECT_FALSE(Has(page, "href=\"javascript:")) << target;
  }
}

TEST_P(IssuePagesTest, EndlessEventsMakeNoEndlessPage) {
  std::string frames, crumbs, extra;
  for (int i = 0; i < 400; ++i) {
    const std::string n = std::to_string(i);
    frames += std::string(i ? "," : "") + R"({"filename":"f)" + n + R"(.js","function":"fn)" + n +
              R"(","lineno":1,"context_line":")" + std::string(300, 'x') + R"("})";
    crumbs += std::string(i ? "," : "") + R"({"message":")" + std::string(1500, 'y') + R"("})";
    extra += std::string(i ? "," : "") + "\"k" + n + "\":\"" + std::string(50, 'z') + "\"";
  }
  Seed({{.number = 1,
         .more = R"(,"threads":{"values":[{"id":1,"stacktrace":{"frames":[)" + frames +
                 R"(]}}]},"breadcrumbs":{"values":[)" + crumbs + R"(]},"extra":{)" + extra + "}"}});
  const std::string page = Show(At(Issue("SHOP-1").id.ToString()));
  EXPECT_LT(page.size(), 600u * 1024);
  EXPECT_TRUE(Has(page, "are not shown here"));
}

}  // namespace
}  // namespace gatehouse::app
