// The table of an organization's errors and transactions: datasets, columns, conditions, pages, and
// what is refused by its name.

#include "app/api_fixture.h"
#include "region/events/issues/seed.h"

namespace gatehouse::app {
namespace {

using issues::SeedId;

class EventTableTest : public ApiTest {
 protected:
  static constexpr const char* kTable = "/api/0/organizations/acme/events/?dataset=";

  void SetUp() override {
    ApiTest::SetUp();
    if (IsSkipped()) return;
    owner_login_ = LogIn(owner_);
    shop_ = Create("shop", "Shop");
    blog_ = Create("blog", "Blog");
    seeder_ = std::make_unique<issues::Seeder>(*app().db, app().clock, *app().ids,
                                               events().services().store);
    using std::chrono::hours;
    using std::chrono::minutes;
    seeder_->Add(shop_,
                 {{.number = 1,
                   .value = "first",
                   .release = "shop@1.0",
                   .environment = "prod",
                   .user = "7",
                   .ago = hours(30),
                   .more = R"(,"dist":"web","transaction":"/buy","tags":[["plan","gold"]])"
                           R"(,"contexts":{"trace":{"trace_id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",)"
                           R"("span_id":"bbbbbbbbbbbbbbbb"}})"},
                  {.number = 2, .value = "second", .environment = "dev", .ago = hours(2)},
                  {.number = 4, .value = "fourth", .level = "warning", .ago = minutes(1)}});
    seeder_->Add(blog_, {{.number = 3, .value = "third", .environment = "prod", .ago = hours(1)}});
    Do(events().services().store.Insert(
        {{.project_id = shop_.id.value,
          .event_id = SeedId(5),
          .timestamp = app().clock.Now() - minutes(30),
          .type = "transaction",
          .environment = "prod",
          .user = "id:7",
          .level = "info",
          .title = "/buy",
          .message = "/buy",
          .transaction = "/buy",
          .duration = std::chrono::microseconds(1500),
          .tags = {{"sentry:user", "id:7"}, {"plan", "gold"}},
          .payload = R"({"user":{"id":"7","email":"a@b.example"}})"}}));
  }
  void TearDown() override {
    seeder_.reset();
    ApiTest::TearDown();
  }
  projects::Project Create(std::string slug, std::string name) {
    return Do(app().projects->CreateOnHost(acme_, std::move(slug), std::move(name), "node", {}));
  }
  http::Response Table(const std::string& query) { return Get(owner_login_, kTable + query); }
  static json::Object Object(const http::Response& response) {
    EXPECT_EQ(response.status, 200) << response.body;
    auto body = json::ParseObject(response.body, {.max_bytes = 1 << 24, .max_depth = 64});
    EXPECT_TRUE(body.has_value()) << response.body;
    return body ? std::move(*body) : json::Object();
  }
  static std::string Text(const json::Value& value, std::string_view key) {
    return std::string(json::GetString(value.as_object(), key).value_or(""));
  }
  // Of the Link header; `more`: there is a next page.
  static std::string NextOf(const http::Response& response, bool& more) {
    const std::string link(response.headers.Get("Link"));
    const std::size_t at = link.find("rel=\"next\"");
    EXPECT_NE(at, std::string::npos) << link;
    if (at == std::string::npos) return "";
    more = link.find("results=\"true\"", at) != std::string::npos;
    const std::size_t begin = link.find("cursor=\"", at) + 8;
    return link.substr(begin, link.find('"', begin) - begin);
  }
  // The last digits of the ids, in order.
  std::string Ids(const http::Response& response) {
    std::string ids;
    const json::Object answer = Object(response);
    for (const json::Value& row : answer.at("data").as_array()) ids += Text(row, "id").back();
    return ids;
  }
  std::string Ids(const std::string& query) { return Ids(Table(query + "&field=id")); }
  // Every page, one behind the other.
  std::string Walk(const std::string& query) {
    std::string ids;
    std::string cursor;
    bool more = true;
    for (int pages = 0; more && pages < 20; ++pages) {
      const http::Response page = Table(query + "&field=id" + cursor);
      ids += Ids(page);
      cursor = "&cursor=" + NextOf(page, more);
    }
    EXPECT_FALSE(more);
    return ids;
  }
  // A refusal that names what it is about.
  void ExpectNamed(const std::string& query, std::string_view name) {
    const http::Response refused = Table(query);
    EXPECT_EQ(refused.status, 400) << query;
    EXPECT_NE(refused.body.find(name), std::string::npos) << query << refused.body;
  }

  Credentials owner_login_;
  projects::Project shop_, blog_;
  std::unique_ptr<issues::Seeder> seeder_;
};
GATEHOUSE_ON_ALL_ENGINES(EventTableTest);

TEST_P(EventTableTest, EachDatasetHasItsEventsOfAllProjects) {
  EXPECT_EQ(Ids("errors"), "4321");
  EXPECT_EQ(Ids("transactions"), "5");
  EXPECT_EQ(Ids("discover"), "45321");
  EXPECT_EQ(Ids("errors&sort=timestamp"), "1234");
  EXPECT_EQ(Ids("errors&sort=-timestamp"), "4321");
  EXPECT_EQ(Ids("errors&project=" + blog_.id.ToString()), "3");
  EXPECT_EQ(Ids("errors&project=-1"), "4321");
  EXPECT_EQ(Ids("errors&statsPeriod=90m"), "43");
  EXPECT_EQ(Ids("errors&environment=prod"), "31");
  EXPECT_EQ(Ids("errors&environment=prod&environment=dev&environment=prod"), "321");
  EXPECT_EQ(Ids("discover&environment=prod&query=environment:dev"), "");
}

TEST_P(EventTableTest, ColumnsAreThoseThatWereAskedFor) {
  const json::Object answer = Object(
      Table("errors&query=first&field=id&field=title&field=message&field=timestamp&field=project"
            "&field=project.name&field=release&field=environment&field=user&field=user.display"
            "&field=transaction&field=level&field=platform&field=event.type&field=trace&field=dist"
            "&field=transaction.duration&field=plan&field=tags%5Bplan%5D&field=nothing"));
  ASSERT_EQ(answer.at("data").as_array().size(), 1u);
  const json::Object row = answer.at("data").as_array().front().as_object();
  EXPECT_EQ(row.size(), 20u);
  EXPECT_EQ(Text(row, "id"), SeedId(1));
  EXPECT_EQ(Text(row, "title"), "TypeError: first");
  EXPECT_NE(Text(row, "message").find("first"), std::string::npos);
  EXPECT_EQ(Text(row, "project"), "shop");
  EXPECT_EQ(Text(row, "project.name"), "shop");
  EXPECT_EQ(Text(row, "release"), "shop@1.0");
  EXPECT_EQ(Text(row, "environment"), "prod");
  EXPECT_EQ(Text(row, "user"), "id:7");
  EXPECT_EQ(Text(row, "user.display"), "7");
  EXPECT_EQ(Text(row, "transaction"), "/buy");
  EXPECT_EQ(Text(row, "level"), "error");
  EXPECT_EQ(Text(row, "platform"), "node");
  EXPECT_EQ(Text(row, "event.type"), "error");
  EXPECT_EQ(Text(row, "trace"), std::string(32, 'a'));
  EXPECT_EQ(Text(row, "dist"), "web");
  EXPECT_TRUE(row.at("transaction.duration").is_null());
  EXPECT_EQ(Text(row, "plan"), "gold");
  EXPECT_EQ(Text(row, "tags[plan]"), "gold");
  EXPECT_TRUE(row.at("nothing").is_null());
  const json::Object& fields = answer.at("meta").as_object().at("fields").as_object();
  EXPECT_EQ(Text(fields, "timestamp"), "date");
  EXPECT_EQ(Text(fields, "title"), "string");

  const json::Object timed =
      Object(Table("transactions&field=transaction.duration&field=user.display&field=release"));
  const json::Object buy = timed.at("data").as_array().front().as_object();
  EXPECT_EQ(buy.at("transaction.duration").to_number<double>(), 1.5);
  EXPECT_EQ(Text(buy, "user.display"), "a@b.example");
  EXPECT_TRUE(buy.at("release").is_null());
  const json::Object& meta = timed.at("meta").as_object();
  EXPECT_EQ(Text(meta.at("fields"), "transaction.duration"), "duration");
  EXPECT_EQ(Text(meta.at("units"), "transaction.duration"), "millisecond");
}

TEST_P(EventTableTest, ConditionsNarrowIt) {
  for (const auto& [query, ids] : std::initializer_list<std::pair<std::string, const char*>>{
           {"second", "2"},
           {"release:shop@1.0", "1"},
           {"environment:prod", "531"},
           {"transaction:/buy", "51"},
           {"trace:" + std::string(32, 'a'), "1"},
           {"id:" + SeedId(3), "3"},
           {"id:" + SeedId(3) + " environment:dev", ""},
           {"id:" + std::string(32, 'c'), ""},
           {"level:warning", "4"},
           {"plan:gold", "51"},
           {"tags[plan]:gold first", "1"},
           {"dist:web", "1"},
           {"user.id:7", "51"},
           {"project:blog", "3"},
           {"nothing:here", ""}}) {
    EXPECT_EQ(Ids("discover&query=" + http::PercentEncode(query)), ids) << query;
  }
}

TEST_P(EventTableTest, WhatCannotBeAnsweredIsRefusedByName) {
  for (const char* field : {"count()", "p95(transaction.duration)", "equation|1 + 1", "error.type",
                            "measurements.lcp", "issue", "tags[a b]"}) {
    ExpectNamed("errors&field=id&field=" + http::PercentEncode(field), field);
  }
  for (const auto& [query, name] : std::initializer_list<std::pair<const char*, const char*>>{
           {"is:unresolved", "is"},
           {"!level:error", "level"},
           {"release:1.*", "release"},
           {"release:\"\"", "release"},
           {"release:a release:b", "release"},
           {"has:plan", "plan"},
           {"level:[error,warning]", "level"},
           {"plan:[a,b]", "plan"},
           {"platform:node", "platform"},
           {"event.type:error", "event.type"},
           {"transaction.duration:>10", "transaction.duration"},
           {"timestamp:>2026-01-01", "timestamp"},
           {"error.type:TypeError", "error.type"},
           {"trace:nonsense", "trace"},
           {"id:nonsense", "id"},
           {"level:nonsense", "level:nonsense"},
           {"project:theirs", "project:theirs"},
           {"\"open", "an open quote"}}) {
    ExpectNamed("errors&query=" + http::PercentEncode(query), name);
  }
  // A transaction keeps the first name of its user only.
  ExpectNamed("transactions&query=user.email:a%40b.example", "user");
  EXPECT_EQ(Ids("errors&query=user.email:a%40b.example"), "");
  ExpectNamed("errors&sort=-title", "title");
  for (const char* bad :
       {"errors&per_page=0", "errors&per_page=101", "errors&cursor=x", "errors&cursor=-1:1:0",
        "errors&cursor=9223372036854775807:1:0", "errors&cursor=5:1000000:0",
        "errors&statsPeriod=x", "errors&project=shop", "errors&start=2026-01-02&end=2026-01-01"}) {
    EXPECT_EQ(Table(bad).status, 400) << bad;
  }
}

TEST_P(EventTableTest, PagesFollowEachOtherWithoutAGap) {
  for (const char* size : {"1", "2", "3", "100"}) {
    const std::string page = std::string("&per_page=") + size;
    EXPECT_EQ(Walk("discover" + page), "45321") << size;
    EXPECT_EQ(Walk("discover&sort=timestamp" + page), "12354") << size;
    EXPECT_EQ(Walk("errors&query=environment:prod" + page), "31") << size;
  }
  // Of one time, in two projects.
  const Duration ago = std::chrono::hours(3);
  const Timestamp at = app().clock.Now() - ago;
  std::vector<eventstore::StoredEvent> same;
  for (int number = 10; number < 20; ++number) {
    same.push_back({.project_id = number % 3 == 0 ? blog_.id.value : shop_.id.value,
                    .event_id = SeedId(number),
                    .timestamp = at,
                    .title = "same",
                    .tags = {{"level", "error"}},
                    .payload = "{}"});
  }
  Do(events().services().store.Insert(std::move(same)));
  for (const char* size : {"1", "3", "4", "7"}) {
    for (const char* sort : {"timestamp", "-timestamp"}) {
      std::string ids =
          Walk(std::string("errors&statsPeriod=5h&per_page=") + size + "&sort=" + sort);
      if (*sort == '-') std::ranges::reverse(ids);
      ASSERT_EQ(ids.size(), 13u) << size << sort << ids;
      EXPECT_EQ(ids.substr(10), "234");
      std::ranges::sort(ids.begin(), ids.begin() + 10);
      EXPECT_EQ(ids.substr(0, 10), "0123456789");
    }
  }
}

// A search that looks at more than a request may ends in a short page, and goes on behind it.
TEST_P(EventTableTest, ALongSearchGoesOnWhereItEnded) {
  if (GetParam() != sql::Engine::kSqlite) GTEST_SKIP() << "the event store is the same";
  const Timestamp now = app().clock.Now();
  std::vector<eventstore::StoredEvent> many;
  for (int i = 0; i < 51'000; ++i) {
    char id[33];
    std::snprintf(id, sizeof id, "%032x", i + 1);
    many.push_back({.project_id = shop_.id.value,
                    .event_id = id,
                    .timestamp = now - std::chrono::hours(4) - std::chrono::milliseconds(i),
                    .title = "many",
                    .payload = "{}"});
  }
  Do(events().services().store.Insert(std::move(many)));
  bool more = false;
  const http::Response first = Table("errors&field=id&query=plan:gold");
  EXPECT_EQ(Ids(first), "");
  NextOf(first, more);
  EXPECT_TRUE(more);
  EXPECT_EQ(Walk("errors&query=plan:gold"), "1");
}

TEST_P(EventTableTest, OnlyThoseOfTheOrganizationMayAsk) {
  const std::string target = std::string(kTable) + "errors";
  EXPECT_EQ(Get({}, target).status, 401);
  EXPECT_EQ(Get(LogIn(stranger_), target).status, 404);
  EXPECT_EQ(Get(Token(owner_, {"org:read"}), target).status, 403);
  EXPECT_EQ(Get(Token(member_, {"event:read"}), target).status, 200);
  // Another organization's project is none of these.
  const http::Response theirs =
      Get(LogIn(stranger_),
          "/api/0/organizations/beta/events/?dataset=discover&project=" + shop_.id.ToString());
  EXPECT_EQ(Ids(theirs), "");
  EXPECT_EQ(Ids(Get(LogIn(stranger_), "/api/0/organizations/beta/events/?dataset=discover")), "");
}

}  // namespace
}  // namespace gatehouse::app
