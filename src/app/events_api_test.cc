// The API of projects, issues and events over the whole product: shapes, pages, decisions, and what
// others may not see.

#include <set>

#include "app/api_fixture.h"
#include "edge/api/errors.h"
#include "region/events/issues/errors.h"
#include "region/events/issues/seed.h"
#include "region/projects/errors.h"

namespace gatehouse::app {
namespace {

using issues::SeedEvent;
using issues::SeedId;

class EventsApiTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    if (IsSkipped()) return;
    owner_login_ = LogIn(owner_);
    shop_ = Create(acme_, "shop", "Shop");
    seeder_ = std::make_unique<issues::Seeder>(*app().db, app().clock, *app().ids,
                                               events().services().store);
  }
  void TearDown() override {
    seeder_.reset();
    ApiTest::TearDown();
  }
  projects::Project Create(OrgId organization, std::string slug, std::string name) {
    return Do(
        app().projects->CreateOnHost(organization, std::move(slug), std::move(name), "node", {}));
  }
  void Seed(const std::vector<SeedEvent>& events) { seeder_->Add(shop_, events); }

  http::Response GetAs(std::string target) { return Get(owner_login_, std::move(target)); }
  json::Object Object(const http::Response& response) {
    EXPECT_LT(response.status, 300) << response.body;
    auto body = json::ParseObject(response.body, {.max_bytes = 1 << 24, .max_depth = 64});
    EXPECT_TRUE(body.has_value()) << response.body;
    return body ? std::move(*body) : json::Object();
  }
  json::Array List(const http::Response& response) {
    EXPECT_EQ(response.status, 200) << response.body;
    auto body = json::Parse(response.body, {.max_bytes = 1 << 24, .max_depth = 64});
    EXPECT_TRUE(body && body->is_array()) << response.body;
    return body && body->is_array() ? body->as_array() : json::Array();
  }
  json::Object Put(std::string target, std::string body) {
    return Object(Send(owner_login_, http::Method::kPut, std::move(target), std::move(body)));
  }
  int Status(http::Method method, std::string target, std::string body = "{}") {
    return Send(owner_login_, method, std::move(target), std::move(body)).status;
  }
  static std::string Text(const json::Value& value, std::string_view key) {
    return std::string(json::GetString(value.as_object(), key).value_or(""));
  }
  json::Object OnlyIssue(const std::string& query = "") {
    const json::Array list =
        List(GetAs("/api/0/organizations/acme/issues/?query=" + http::PercentEncode(query)));
    EXPECT_EQ(list.size(), 1u) << query;
    return list.empty() ? json::Object() : list.front().as_object();
  }
  std::string IdOf(const std::string& type) { return Text(OnlyIssue(type), "id"); }
  static void ExpectKeys(const json::Object& object, std::initializer_list<const char*> keys) {
    for (const char* key : keys) EXPECT_TRUE(object.contains(key)) << key;
  }
  // {relation: {results, cursor}} of the Link header.
  static std::string CursorOf(const http::Response& response, std::string_view relation,
                              bool* results = nullptr) {
    const std::string link(response.headers.Get("Link"));
    const std::size_t at = link.find("rel=\"" + std::string(relation) + "\"");
    EXPECT_NE(at, std::string::npos) << link;
    if (at == std::string::npos) return "";
    if (results != nullptr) *results = link.substr(at, 60).find("\"true\"") != std::string::npos;
    const std::size_t begin = link.find("cursor=\"", at) + 8;
    return link.substr(begin, link.find('"', begin) - begin);
  }

  Credentials owner_login_;
  projects::Project shop_;
  std::unique_ptr<issues::Seeder> seeder_;
};
GATEHOUSE_ON_ALL_ENGINES(EventsApiTest);

constexpr std::string_view kIssues = "/api/0/organizations/acme/issues/";

TEST_P(EventsApiTest, TheRootSaysWhoAsksAndWithWhichScopes) {
  const json::Object nobody = Object(Get({}, "/api/0/"));
  EXPECT_TRUE(nobody.at("user").is_null());
  EXPECT_TRUE(nobody.at("auth").is_null());
  const json::Object token = Object(Get(Token(owner_, {"project:read", "org:read"}), "/api/0/"));
  EXPECT_EQ(token.at("auth").as_object().at("scopes").as_array().size(), 2u);
  EXPECT_EQ(Text(token.at("user"), "email"), "owner@gate.example");
  const json::Object regions = Object(GetAs("/api/0/users/me/regions/"));
  EXPECT_EQ(Text(regions.at("regions").as_array().front(), "url"), kBase);
}

TEST_P(EventsApiTest, OrganizationsHaveTheDocumentedMembers) {
  const json::Array list = List(GetAs("/api/0/organizations/"));
  ASSERT_EQ(list.size(), 1u);
  ExpectKeys(list.front().as_object(),
             {"id", "slug", "name", "dateCreated", "status", "isEarlyAdopter", "require2FA",
              "avatar", "features", "links", "hasAuthProvider"});
  const json::Object detail = Object(GetAs("/api/0/organizations/acme/"));
  EXPECT_EQ(detail.at("projects").as_array().size(), 1u);
  EXPECT_TRUE(detail.contains("teams"));
  ExpectKeys(detail.at("quota").as_object(),
             {"maxRate", "maxRateInterval", "accountLimit", "projectLimit"});
  EXPECT_FALSE(Object(GetAs("/api/0/organizations/acme/?detailed=0")).contains("projects"));
}

TEST_P(EventsApiTest, ATeamSaysWhatTheCallerHasToDoWithIt) {
  const std::string teams = "/api/0/organizations/acme/teams/";
  EXPECT_EQ(Status(http::Method::kPost, teams, R"({"slug":"makers"})"), 201);
  const auto shown = [&](UserId user) {
    const Credentials login = LogIn(user);
    const json::Object one = Object(Get(login, "/api/0/teams/acme/makers/"));
    EXPECT_EQ(List(Get(login, teams)).front().as_object(), one);
    ExpectKeys(one, {"id", "slug", "name", "dateCreated", "isMember", "teamRole", "flags", "access",
                     "hasAccess", "isPending", "memberCount", "avatar"});
    return one;
  };
  const json::Object of_member = shown(member_);
  EXPECT_TRUE(of_member.at("teamRole").is_null());
  EXPECT_FALSE(of_member.at("isMember").as_bool());
  const std::string join =
      "/api/0/organizations/acme/members/" + MemberOf(acme_, owner_).ToString() + "/teams/makers/";
  EXPECT_LT(Status(http::Method::kPost, join), 300);
  const json::Object of_owner = shown(owner_);
  EXPECT_EQ(Text(of_owner, "teamRole"), "admin");
  EXPECT_TRUE(of_owner.at("hasAccess").as_bool());
  EXPECT_GT(of_owner.at("access").as_array().size(), of_member.at("access").as_array().size());
}

TEST_P(EventsApiTest, UsersOfAnOrganizationAreThoseWhoHaveCome) {
  const json::Array users = List(GetAs("/api/0/organizations/acme/users/"));
  EXPECT_EQ(users.size(), 4u);
  for (const json::Value& one : users) {
    EXPECT_TRUE(one.at("user").is_object());
    EXPECT_TRUE(one.at("projects").as_array().empty());
  }
  EXPECT_LT(Status(http::Method::kPost, "/api/0/organizations/acme/members/",
                   R"({"email":"new@acme.example","role":"member"})"),
            300);
  EXPECT_EQ(List(GetAs("/api/0/organizations/acme/users/")).size(), 4u);
  EXPECT_EQ(List(GetAs("/api/0/organizations/acme/members/")).size(), 5u);
}

TEST_P(EventsApiTest, UsersAreListedWithTheProjectsOfTheirTeams) {
  // The shop is both teams', the blog one's, the attic nobody's.
  for (const char* slug : {"blog", "attic", "gone"}) Create(acme_, slug, slug);
  for (const char* team : {"makers", "sellers"}) {
    EXPECT_EQ(Status(http::Method::kPost, "/api/0/organizations/acme/teams/",
                     R"({"slug":")" + std::string(team) + "\"}"),
              201);
  }
  const auto join = [&](UserId user, const std::string& team) {
    EXPECT_LT(
        Status(http::Method::kPost, "/api/0/organizations/acme/members/" +
                                        MemberOf(acme_, user).ToString() + "/teams/" + team + "/"),
        300);
  };
  const auto give = [&](const std::string& project, const std::string& team) {
    EXPECT_EQ(
        Status(http::Method::kPost, "/api/0/projects/acme/" + project + "/teams/" + team + "/"),
        201);
  };
  give("shop", "makers");
  give("shop", "sellers");
  give("blog", "makers");
  give("gone", "makers");
  EXPECT_EQ(Status(http::Method::kDelete, "/api/0/projects/acme/gone/"), 204);
  join(owner_, "makers");
  join(owner_, "sellers");
  join(member_, "sellers");
  std::map<std::string, std::string> shown;
  for (const json::Value& one : List(GetAs("/api/0/organizations/acme/users/"))) {
    shown[Text(one, "email")] = json::Serialize(one.at("projects"));
  }
  EXPECT_EQ(shown["owner@gate.example"], R"(["blog","shop"])");
  EXPECT_EQ(shown["member@gate.example"], R"(["shop"])");
  EXPECT_EQ(shown["admin@gate.example"], "[]");
  const json::Array members = List(GetAs("/api/0/organizations/acme/members/"));
  EXPECT_FALSE(members.front().as_object().contains("projects"));
}

TEST_P(EventsApiTest, OlderPathsAnswerAsTheirNewerOnes) {
  Seed({{.number = 1, .release = "shop@1.0"}});
  const std::string id = IdOf("TypeError");
  const json::Object issue = Object(GetAs("/api/0/issues/" + id + "/"));
  EXPECT_EQ(Text(issue, "id"), id);
  EXPECT_EQ(List(GetAs("/api/0/issues/" + id + "/events/")).size(), 1u);
  EXPECT_EQ(GetAs("/api/0/issues/SHOP-1/").status, 404) << "without an organization: ids only";
  for (const std::string& path :
       {"/api/0/issues/" + id + "/", "/api/0/issues/" + id + "/events/"}) {
    EXPECT_EQ(Get(LogIn(stranger_), path).status, 404) << path;
    EXPECT_EQ(Get({}, path).status, 401) << path;
    EXPECT_EQ(Get(Token(owner_, {"org:read"}), path).status, 403) << path;
    EXPECT_EQ(Get(Token(owner_, {"event:read"}), path).status, 200) << path;
  }
  const std::string project = "/api/0/projects/acme/shop";
  EXPECT_TRUE(List(GetAs(project + "/releases/shop%401.0/commits/")).empty());
  EXPECT_TRUE(List(GetAs(project + "/releases/shop%401.0/files/")).empty());
  EXPECT_EQ(GetAs(project + "/releases/shop%402.0/files/").status, 404);
  Create(acme_, "other", "Other");
  for (const char* part : {"files/", "commits/"}) {
    EXPECT_EQ(GetAs(std::string("/api/0/projects/acme/other/releases/shop%401.0/") + part).status,
              404)
        << "another project's";
  }
  EXPECT_FALSE(Object(GetAs(project + "/reprocessing/")).at("hasIssues").as_bool());
  EXPECT_EQ(Status(http::Method::kPost, project + "/reprocessing/"), 200);
}

TEST_P(EventsApiTest, AttachmentsOfAnIssueAreThoseOfItsEvents) {
  Seed({{.number = 1}, {.number = 2}, {.number = 3, .type = "Other"}});
  std::vector<eventstore::StoredItem> items;
  for (const int number : {1, 3}) {
    items.push_back({.project_id = shop_.id.value,
                     .type = "attachment",
                     .id = "file" + std::to_string(number),
                     .event_id = SeedId(number),
                     .timestamp = app().clock.Now(),
                     .fields = {{"name", "a.txt"}, {"content_type", "text/plain\r\nX-Evil: 1"}},
                     .payload = "bytes"});
  }
  Do(events().services().store.InsertItems(std::move(items)));
  const json::Array list = List(GetAs(std::string(kIssues) + IdOf("TypeError") + "/attachments/"));
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(Text(list.front(), "id"), "file1");
  EXPECT_EQ(Text(list.front(), "mimetype"), "text/plain");
  EXPECT_EQ(json::Serialize(list).find("Evil"), std::string::npos);
}

TEST_P(EventsApiTest, AProjectIsMadeFoundChangedMovedAndDeleted) {
  ASSERT_EQ(Send(owner_login_, http::Method::kPost, "/api/0/organizations/acme/teams/",
                 R"({"slug":"web"})")
                .status,
            201);
  const http::Response made =
      Send(owner_login_, http::Method::kPost, "/api/0/teams/acme/web/projects/",
           R"({"name":"Book Shop","platform":"node"})");
  EXPECT_EQ(made.status, 201);
  const json::Object project = Object(made);
  EXPECT_EQ(Text(project, "slug"), "book-shop");
  EXPECT_EQ(Text(project.at("team"), "slug"), "web");
  ExpectKeys(project, {"id", "dateCreated", "isBookmarked", "isMember", "features", "firstEvent",
                       "firstTransactionEvent", "access", "hasAccess", "isInternal", "isPublic",
                       "avatar", "color", "status", "organization", "latestRelease"});
  EXPECT_EQ(Status(http::Method::kPost, "/api/0/teams/acme/web/projects/",
                   R"({"name":"Again","slug":"book-shop"})"),
            409);
  EXPECT_EQ(Status(http::Method::kPost, "/api/0/teams/acme/nowhere/projects/", R"({"name":"X"})"),
            404);
  EXPECT_EQ(Text(Put("/api/0/projects/acme/book-shop/", R"({"slug":"books"})"), "slug"), "books");
  const http::Response moved = GetAs("/api/0/projects/acme/book-shop/keys/?status=active");
  EXPECT_EQ(moved.status, 302);
  EXPECT_EQ(moved.headers.Get("Location"), "/api/0/projects/acme/books/keys/?status=active");
  EXPECT_EQ(Object(http::Response::Json(200, moved.body)).at("slug").as_string(), "books");
  EXPECT_EQ(GetAs("/api/0/projects/acme/" + Text(project, "id") + "/").status, 200);
  EXPECT_EQ(List(GetAs("/api/0/organizations/acme/projects/")).size(), 2u);
  EXPECT_EQ(List(GetAs("/api/0/organizations/acme/projects/?query=book")).size(), 1u);
  EXPECT_EQ(List(GetAs("/api/0/projects/")).size(), 2u);
  EXPECT_TRUE(List(Get(Token(owner_, {"org:read"}), "/api/0/projects/")).empty())
      << "a token without project:read sees none";
  EXPECT_EQ(Status(http::Method::kPost, "/api/0/projects/acme/shop/teams/web/"), 201);
  EXPECT_EQ(List(GetAs("/api/0/projects/acme/shop/teams/")).size(), 1u);
  EXPECT_EQ(Status(http::Method::kDelete, "/api/0/projects/acme/shop/teams/web/"), 200);
  EXPECT_EQ(Status(http::Method::kDelete, "/api/0/projects/acme/books/"), 204);
  EXPECT_EQ(GetAs("/api/0/projects/acme/books/").status, 404);
  EXPECT_EQ(GetAs("/api/0/projects/acme/book-shop/").status, 404);
}

TEST_P(EventsApiTest, KeysAreRotatedAndLimited) {
  const std::string base = "/api/0/projects/acme/shop/keys/";
  const json::Array first = List(GetAs(base));
  ASSERT_EQ(first.size(), 1u);
  const std::string old = Text(first.front(), "public");
  EXPECT_EQ(Text(first.front().as_object().at("dsn"), "public"),
            "https://" + old + "@gate.example/" + shop_.id.ToString());
  const http::Response made = Send(owner_login_, http::Method::kPost, base,
                                   R"({"name":"Next","rateLimit":{"count":100,"window":60}})");
  EXPECT_EQ(made.status, 201);
  const json::Object key = Object(made);
  EXPECT_EQ(key.at("rateLimit").as_object().at("count").as_int64(), 100);
  EXPECT_NE(Text(key, "public"), old);
  const json::Object off = Put(base + old + "/", R"({"isActive":false,"rateLimit":null})");
  EXPECT_FALSE(off.at("isActive").as_bool());
  EXPECT_EQ(List(GetAs(base + "?status=active")).size(), 1u);
  EXPECT_EQ(List(GetAs(base + "?status=inactive")).size(), 1u);
  EXPECT_EQ(GetAs(base + "?status=odd").status, 400);
  EXPECT_EQ(Status(http::Method::kDelete, base + old + "/"), 204);
  EXPECT_EQ(GetAs(base + old + "/").status, 404);
  EXPECT_EQ(Status(http::Method::kPost, base, R"({"rateLimit":{"count":-1,"window":60}})"), 400);
  const std::string one = base + Text(key, "public") + "/";
  EXPECT_EQ(Status(http::Method::kPut, one, R"({"rateLimit":7})"), 400);
  for (const char* half : {R"({"rateLimit":{"count":1}})", R"({"rateLimit":{"window":60}})",
                           R"({"rateLimit":{"count":1,"window":0}})"}) {
    EXPECT_EQ(Status(http::Method::kPost, base, half), 400) << half;
    EXPECT_EQ(Status(http::Method::kPut, one, half), 400) << half;
  }
  EXPECT_EQ(Status(http::Method::kPut, one, R"({"rateLimit":{"count":0,"window":0}})"), 200);
  // What is not kept is refused by its name.
  for (const auto& [field, body] :
       {std::pair("browserSdkVersion", R"({"browserSdkVersion":"7.x"})"),
        std::pair("dynamicSdkLoaderOptions",
                  R"({"dynamicSdkLoaderOptions":{"hasReplay":true}})")}) {
    const http::Response refused = Send(owner_login_, http::Method::kPut, one, body);
    EXPECT_EQ(refused.status, 400) << field;
    EXPECT_NE(refused.body.find(field), std::string::npos) << refused.body;
  }
  EXPECT_EQ(
      Status(http::Method::kPut, one,
             R"({"browserSdkVersion":"latest","dynamicSdkLoaderOptions":{"hasDebug":false}})"),
      200);
}

TEST_P(EventsApiTest, AKeyMayBringItsPublicHalfAlong) {
  const std::string base = "/api/0/projects/acme/shop/keys/";
  const std::string own(32, 'a');
  const auto post = [&](const std::string& body) {
    return Send(owner_login_, http::Method::kPost, base, body);
  };
  const http::Response made =
      post(R"({"name":"Mine","public":")" + own + R"(","secret":")" + std::string(32, 'b') + "\"}");
  EXPECT_EQ(made.status, 201) << made.body;
  const json::Object key = Object(made);
  EXPECT_EQ(Text(key, "public"), own);
  const std::string secret = Text(key, "secret");
  EXPECT_EQ(secret.size(), 32u);
  const json::Object& dsn = key.at("dsn").as_object();
  EXPECT_EQ(Text(dsn, "public"), "https://" + own + "@gate.example/" + shop_.id.ToString());
  EXPECT_EQ(Text(dsn, "secret"),
            "https://" + own + ":" + secret + "@gate.example/" + shop_.id.ToString());
  EXPECT_EQ(post(R"({"public":")" + own + "\"}").status, 409) << "taken";
  for (const char* bad : {R"({"public":"x"})", R"({"secret":"x"})", R"({"public":7})",
                          R"({"public":"ABCDEFABCDEFABCDEFABCDEFABCDEFAB"})"}) {
    EXPECT_EQ(post(bad).status, 400) << bad;
  }
}

TEST_P(EventsApiTest, EnvironmentsAreListedAndHidden) {
  Seed({{.number = 1, .environment = "prod"}, {.number = 2, .environment = ""}});
  EXPECT_EQ(List(GetAs("/api/0/organizations/acme/environments/")).size(), 1u);
  const std::string one = "/api/0/projects/acme/shop/environments/prod/";
  EXPECT_FALSE(Object(GetAs(one)).at("isHidden").as_bool());
  EXPECT_TRUE(Put(one, R"({"isHidden":true})").at("isHidden").as_bool());
  const std::string base = "/api/0/projects/acme/shop/environments/";
  EXPECT_TRUE(List(GetAs(base)).empty());
  EXPECT_EQ(List(GetAs(base + "?visibility=hidden")).size(), 1u);
  EXPECT_EQ(List(GetAs(base + "?visibility=all")).size(), 1u);
  const http::Response odd = GetAs(base + "?visibility=odd");
  EXPECT_EQ(odd.status, 400);
  EXPECT_NE(odd.body.find(api::kVisibilityInvalid), std::string::npos);
  const http::Response none = GetAs(base + "none/");
  EXPECT_EQ(none.status, 404);
  EXPECT_NE(none.body.find(projects::kEnvironmentNotFound), std::string::npos);
}

TEST_P(EventsApiTest, AnIssueHasTheDocumentedMembers) {
  Seed({{.number = 1, .release = "shop@1.0", .environment = "prod", .user = "7"}});
  const json::Object issue = OnlyIssue();
  ExpectKeys(issue, {"id",
                     "shareId",
                     "shortId",
                     "title",
                     "culprit",
                     "permalink",
                     "logger",
                     "level",
                     "status",
                     "statusDetails",
                     "substatus",
                     "isPublic",
                     "platform",
                     "project",
                     "type",
                     "metadata",
                     "numComments",
                     "assignedTo",
                     "isBookmarked",
                     "isSubscribed",
                     "subscriptionDetails",
                     "hasSeen",
                     "annotations",
                     "issueType",
                     "issueCategory",
                     "priority",
                     "priorityLockedAt",
                     "count",
                     "userCount",
                     "firstSeen",
                     "lastSeen",
                     "isUnhandled",
                     "stats",
                     "lifetime",
                     "filtered"});
  EXPECT_EQ(Text(issue, "shortId"), "SHOP-1");
  EXPECT_EQ(Text(issue, "title"), "TypeError: boom");
  EXPECT_EQ(issue.at("stats").as_object().at("24h").as_array().size(), 24u);
  const json::Object detail = Object(GetAs(std::string(kIssues) + "SHOP-1/"));
  ExpectKeys(detail, {"isUnhandled", "firstRelease", "lastRelease", "tags", "activity", "seenBy",
                      "participants", "pluginActions", "userReportCount"});
  EXPECT_EQ(Text(detail.at("firstRelease"), "version"), "shop@1.0");
  EXPECT_EQ(detail.at("stats").as_object().at("30d").as_array().size(), 30u);
  EXPECT_EQ(detail.at("userCount").as_int64(), 1);
  const json::Object collapsed =
      List(GetAs(std::string(kIssues) + "?collapse=stats&collapse=lifetime")).front().as_object();
  EXPECT_FALSE(collapsed.contains("stats"));
  EXPECT_FALSE(collapsed.contains("lifetime"));
}

TEST_P(EventsApiTest, AnIssueIsUnhandledInListsAsInItself) {
  const auto of = [](const char* type, const char* handled) {
    return SeedEvent{.type = type,
                     .more = std::string(R"(,"tags":[["handled",")") + handled + "\"]]"};
  };
  std::vector<SeedEvent> seeds = {of("Caught", "yes"), of("Loose", "no"), of("Both", "yes"),
                                  of("Both", "no")};
  for (std::size_t i = 0; i < seeds.size(); ++i) seeds[i].number = static_cast<int>(i) + 1;
  Seed(seeds);
  for (const auto& [type, unhandled] :
       {std::pair("Caught", false), std::pair("Loose", true), std::pair("Both", true)}) {
    const json::Object issue = OnlyIssue(type);
    EXPECT_EQ(issue.at("isUnhandled").as_bool(), unhandled) << type;
    const json::Object detail = Object(GetAs(std::string(kIssues) + Text(issue, "id") + "/"));
    EXPECT_EQ(detail.at("isUnhandled").as_bool(), unhandled) << type;
  }
}

TEST_P(EventsApiTest, MutedIsIgnoredAndAPersonWhoActsIsNoAccount) {
  Seed({{.number = 1}});
  const std::string one = std::string(kIssues) + IdOf("TypeError") + "/";
  const json::Object muted = Put(one, R"({"status":"muted","snoozeDuration":null})");
  EXPECT_EQ(Text(muted, "status"), "ignored");
  EXPECT_EQ(Text(muted, "substatus"), "archived_forever");
  const json::Object snoozed = Put(one, R"({"status":"muted","snoozeDuration":30})");
  const json::Object& details = snoozed.at("statusDetails").as_object();
  EXPECT_FALSE(details.at("ignoreUntil").is_null());
  const json::Object& actor = details.at("actor").as_object();
  ExpectKeys(actor, {"id", "name", "username", "email", "avatar"});
  for (const char* hidden : {"lastLogin", "hasPasswordAuth", "dateJoined", "isManaged"}) {
    EXPECT_FALSE(actor.contains(hidden)) << hidden;
  }
  EXPECT_EQ(List(GetAs(std::string(kIssues) + "?query=&sort=trends")).size(), 1u);
  // Days are all that is known of a tag's values; the issue knows more.
  const json::Object tag = Object(GetAs(one + "tags/level/"));
  const json::Value& value = tag.at("topValues").as_array().front();
  EXPECT_EQ(Text(value, "firstSeen"), Text(snoozed, "firstSeen"));
  EXPECT_EQ(Text(value, "lastSeen"), Text(snoozed, "lastSeen"));
}

TEST_P(EventsApiTest, TheListPagesByLinksSortsAndCounts) {
  std::vector<SeedEvent> seeds;
  for (int i = 1; i <= 5; ++i) {
    seeds.push_back({.number = i, .type = "T" + std::to_string(i), .ago = std::chrono::minutes(i)});
  }
  seeds.push_back({.number = 9, .type = "T5", .ago = std::chrono::minutes(50)});
  Seed(seeds);
  std::vector<std::string> titles;
  std::string target = std::string(kIssues) + "?query=&per_page=2&sort=new";
  http::Response page;
  for (int pages = 0; pages < 5; ++pages) {
    page = GetAs(target);
    for (const json::Value& issue : List(page)) titles.push_back(Text(issue, "title"));
    EXPECT_EQ(page.headers.Get("X-Hits"), "5");
    bool more = false;
    const std::string next = CursorOf(page, "next", &more);
    if (!more) break;
    target = std::string(kIssues) + "?query=&per_page=2&sort=new&cursor=" + next;
  }
  EXPECT_EQ(titles,
            (std::vector<std::string>{"T1: boom", "T2: boom", "T3: boom", "T4: boom", "T5: boom"}));
  bool back = false;
  const std::string previous = CursorOf(page, "previous", &back);
  EXPECT_TRUE(back);
  EXPECT_EQ(
      Text(List(GetAs(std::string(kIssues) + "?query=&per_page=2&sort=new&cursor=" + previous))
               .front(),
           "title"),
      "T3: boom");
  EXPECT_EQ(Text(List(GetAs(std::string(kIssues) + "?sort=freq")).front(), "title"), "T5: boom");
  const std::pair<const char*, std::string_view> refused[] = {
      {"?cursor=soon", api::kCursor},
      {"?cursor=1:2", api::kCursor},
      {"?limit=0", api::kFieldInvalid},
      {"?limit=101", api::kFieldInvalid},
      {"?sort=oddly", api::kSortInvalid},
      {"?statsPeriod=soon", api::kStatsPeriodInvalid},
      {"?groupStatsPeriod=7d", api::kStatsPeriodInvalid},
      {"?group=x", api::kGroupInvalid},
      {"?project=shop", api::kFieldInvalid},
      {"?query=is:purple", issues::kIssueQueryInvalid}};
  for (const auto& [query, reason] : refused) {
    const http::Response response = GetAs(std::string(kIssues) + query);
    EXPECT_EQ(response.status, 400) << query;
    EXPECT_NE(response.body.find(reason), std::string::npos) << response.body;
  }
  const http::Response period = GetAs("/api/0/projects/acme/shop/issues/?statsPeriod=30d");
  EXPECT_NE(period.body.find("Valid choices are '', '24h', and '14d'"), std::string::npos);
}

TEST_P(EventsApiTest, TheListFindsByProjectIdGroupEventAndShortId) {
  Seed({{.number = 1, .type = "A", .environment = "prod"}, {.number = 2, .type = "B"}});
  const projects::Project second = Create(acme_, "second", "Second");
  const auto count = [&](const std::string& query) {
    return List(GetAs(std::string(kIssues) + query)).size();
  };
  EXPECT_EQ(count("?project=" + shop_.id.ToString()), 2u);
  EXPECT_EQ(count("?project=" + second.id.ToString()), 0u);
  EXPECT_EQ(count("?project=-1"), 2u);
  EXPECT_EQ(count("?project=987654321"), 0u) << "no accessible project";
  EXPECT_EQ(count("?environment=prod"), 1u);
  EXPECT_EQ(count("?statsPeriod=14d"), 2u);
  EXPECT_EQ(count("?group=" + IdOf("A: boom")), 1u);
  EXPECT_EQ(count("?query=assigned:me"), 0u);
  EXPECT_EQ(List(GetAs("/api/0/projects/acme/second/issues/")).size(), 0u);
  const http::Response event = GetAs(std::string(kIssues) + "?query=" + SeedId(1));
  EXPECT_EQ(event.headers.Get("X-Sentry-Direct-Hit"), "1");
  EXPECT_EQ(Text(List(event).front(), "matchingEventId"), SeedId(1));
  EXPECT_EQ(Text(List(event).front(), "matchingEventEnvironment"), "prod");
  const http::Response by_short = GetAs(std::string(kIssues) + "?shortIdLookup=1&query=SHOP-2");
  EXPECT_EQ(by_short.headers.Get("X-Sentry-Direct-Hit"), "1");
  EXPECT_EQ(count("?query=SHOP-2"), 0u) << "text, without the switch";
  EXPECT_EQ(count("?query=" + SeedId(77)), 0u) << "an unknown event falls through to text";
  const json::Object found = Object(GetAs("/api/0/organizations/acme/shortids/shop-2/"));
  EXPECT_EQ(Text(found, "shortId"), "SHOP-2");
  EXPECT_EQ(Text(found.at("group"), "title"), "B: boom");
}

TEST_P(EventsApiTest, WhatIsDecidedIsAnswered) {
  Seed({{.number = 1, .release = "shop@1.0"}, {.number = 2, .type = "Other"}});
  const std::string id = IdOf("TypeError");
  const std::string one = std::string(kIssues) + id + "/";
  json::Object issue = Put(one, R"({"status":"resolved","statusDetails":{"inNextRelease":true}})");
  EXPECT_EQ(Text(issue, "status"), "resolved");
  EXPECT_TRUE(issue.at("statusDetails").as_object().at("inNextRelease").as_bool());
  EXPECT_EQ(Text(issue.at("activity").as_array().front(), "type"), "set_resolved_in_release");
  issue = Put(one, R"({"status":"ignored","statusDetails":{},"snoozeDuration":30})");
  EXPECT_TRUE(issue.at("statusDetails").as_object().at("ignoreUntil").is_string());
  issue = Put(one, R"({"status":"unresolved","substatus":"ongoing"})");
  EXPECT_TRUE(issue.at("statusDetails").as_object().empty());

  issue = Put(one, R"({"assignedTo":"member@gate.example","priority":"low"})");
  EXPECT_EQ(Text(issue.at("assignedTo"), "email"), "member@gate.example");
  EXPECT_EQ(Text(issue, "priority"), "low");
  for (const char* nobody : {"stranger@gate.example", "nobody@gate.example", "user:1", "team:1"}) {
    const http::Response refused = Send(owner_login_, http::Method::kPut, one,
                                        json::Serialize(json::Object{{"assignedTo", nobody}}));
    EXPECT_EQ(refused.status, 400) << nobody;
    EXPECT_NE(refused.body.find(issues::kAssigneeInvalid), std::string::npos);
  }
  issue = Put(one, R"({"assignedTo":"","hasSeen":true,"isBookmarked":true,"isSubscribed":true})");
  EXPECT_TRUE(issue.at("assignedTo").is_null());
  EXPECT_TRUE(issue.at("hasSeen").as_bool());
  EXPECT_EQ(issue.at("seenBy").as_array().size(), 1u);

  // Many at once: what changed, ids of others passed over, none meant.
  const std::string many = std::string(kIssues) + "?id=" + id + "&id=1";
  json::Object delta = Put(many, R"({"status":"ignored","statusDetails":{"ignoreCount":3}})");
  EXPECT_EQ(Text(delta, "status"), "ignored");
  EXPECT_FALSE(delta.contains("title"));
  delta = Put(many, R"({"isPublic":true})");
  EXPECT_EQ(Text(delta, "shareId").size(), 32u);
  EXPECT_EQ(Status(http::Method::kPut, std::string(kIssues) + "?id=1", R"({"hasSeen":true})"), 204);
  const projects::Project second = Create(acme_, "second", "Second");
  EXPECT_EQ(Status(http::Method::kPut, "/api/0/projects/acme/second/issues/?id=" + id,
                   R"({"status":"resolved"})"),
            204)
      << "another project's issue";
  delta = Put("/api/0/projects/acme/shop/issues/?query=is:ignored", R"({"status":"unresolved"})");
  EXPECT_EQ(Text(delta, "status"), "unresolved");
  delta = Put(std::string(kIssues) + "?id=" + id + "&id=" + IdOf("Other"), R"({"merge":1})");
  EXPECT_EQ(delta.at("merge").as_object().at("children").as_array().size(), 1u);
  EXPECT_EQ(List(GetAs(std::string(kIssues) + "?query=")).size(), 1u);

  const std::pair<const char*, std::string_view> refused[] = {
      {R"({"status":"purple"})", issues::kIssueStatusInvalid},
      {R"({"status":"resolved","statusDetails":{"inRelease":"9.9"}})",
       issues::kIssueReleaseUnknown},
      {R"({"status":"resolved","statusDetails":{"inCommit":{"commit":"a","repository":"b"}}})",
       issues::kIssueReleaseUnknown},
      {R"({"status":"ignored","statusDetails":{"ignoreCount":0}})", issues::kSnoozeInvalid},
      {R"({"hasSeen":"yes"})", api::kFieldInvalid},
      {R"({"priority":"urgent"})", api::kFieldInvalid}};
  for (const auto& [body, reason] : refused) {
    const http::Response response =
        Send(owner_login_, http::Method::kPut, std::string(kIssues) + "?id=" + IdOf("boom"), body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_NE(response.body.find(reason), std::string::npos) << response.body;
  }
}

TEST_P(EventsApiTest, DiscardedAndDeletedIssuesAreGone) {
  Seed({{.number = 1, .type = "A"}, {.number = 2, .type = "B"}, {.number = 3, .type = "C"}});
  const std::string a = IdOf("A: boom"), b = IdOf("B: boom"), c = IdOf("C: boom");
  EXPECT_EQ(Status(http::Method::kPut, std::string(kIssues) + a + "/", R"({"discard":true})"), 204);
  EXPECT_EQ(Status(http::Method::kDelete, std::string(kIssues) + b + "/"), 202);
  EXPECT_EQ(Status(http::Method::kDelete, std::string(kIssues) + "?id=" + c), 204);
  EXPECT_TRUE(List(GetAs(std::string(kIssues) + "?query=")).empty());
  EXPECT_EQ(GetAs(std::string(kIssues) + b + "/").status, 404);
  const http::Response event = GetAs("/api/0/projects/acme/shop/events/" + SeedId(2) + "/");
  EXPECT_EQ(event.status, 404);
  EXPECT_NE(event.body.find("Event not found"), std::string::npos);
}

TEST_P(EventsApiTest, CommentsHashesAndTags) {
  Seed({{.number = 1, .user = "7", .more = R"(,"tags":[["browser","Firefox"]])"},
        {.number = 2, .user = "8", .more = R"(,"tags":[["browser","Chrome"]])"}});
  const std::string one = std::string(kIssues) + IdOf("TypeError") + "/";
  const http::Response made =
      Send(owner_login_, http::Method::kPost, one + "notes/", R"({"text":"look"})");
  EXPECT_EQ(made.status, 201);
  const std::string note = one + "notes/" + Text(Object(made), "id") + "/";
  EXPECT_EQ(Text(Put(note, R"({"text":"there"})").at("data"), "text"), "there");
  EXPECT_EQ(Send(LogIn(member_), http::Method::kPut, note, R"({"text":"mine"})").status, 403);
  EXPECT_EQ(List(GetAs(one + "notes/")).size(), 1u);
  EXPECT_EQ(Object(GetAs(one + "activities/")).at("activity").as_array().size(), 1u);
  EXPECT_EQ(Status(http::Method::kDelete, note), 204);
  EXPECT_EQ(Status(http::Method::kDelete, note), 404);
  EXPECT_EQ(Status(http::Method::kPost, one + "notes/", R"({"text":""})"), 400);
  const json::Array hashes = List(GetAs(one + "hashes/"));
  ASSERT_FALSE(hashes.empty());
  EXPECT_EQ(Status(http::Method::kDelete, one + "hashes/?id=" + Text(hashes.front(), "id")), 202);
  EXPECT_EQ(Status(http::Method::kDelete, one + "hashes/"), 400);
  const json::Array tags = List(GetAs(one + "tags/"));
  std::set<std::string> keys;
  for (const json::Value& tag : tags) keys.insert(Text(tag, "key"));
  EXPECT_TRUE(keys.contains("browser") && keys.contains("user") && keys.contains("level"));
  const json::Object browser = Object(GetAs(one + "tags/browser/"));
  EXPECT_EQ(browser.at("uniqueValues").as_int64(), 2);
  EXPECT_EQ(browser.at("topValues").as_array().size(), 2u);
  const json::Array users = List(GetAs(one + "tags/user/values/"));
  ASSERT_EQ(users.size(), 2u);
  EXPECT_TRUE(Text(users.front(), "query").starts_with("user.id:\""));
  EXPECT_EQ(List(GetAs(one + "tags/browser/values/?query=fire")).size(), 1u);
  const http::Response colour = GetAs(one + "tags/colour/");
  EXPECT_EQ(colour.status, 404);
  EXPECT_NE(colour.body.find(api::kTagNotFound), std::string::npos);
  EXPECT_FALSE(List(GetAs("/api/0/projects/acme/shop/tags/")).empty());
  EXPECT_EQ(List(GetAs("/api/0/projects/acme/shop/tags/browser/values/")).size(), 2u);
}

TEST_P(EventsApiTest, AnEventIsShownWithEverythingInIt) {
  Seed({{.number = 1, .release = "shop@1.0", .ago = std::chrono::minutes(2)},
        {.number = 2,
         .release = "shop@1.1",
         .environment = "prod",
         .user = "7",
         .ago = std::chrono::minutes(1),
         .more = R"(,"breadcrumbs":{"values":[{"message":"two books","timestamp":1.5}]},)"
                 R"("request":{"url":"https://x/","method":"GET","query_string":[["a","b"]]},)"
                 R"("extra":{"cart":1},"modules":{"express":"4"},"tags":[["browser","Firefox"]],)"
                 R"("errors":[{"type":"invalid_data","name":"user.id"},)"
                 R"({"type":"invalid_data","name":"tags.0.1"},{"type":"odd"}],)"
                 R"("contexts":{"os":{"name":"Linux"}},"sdk":{"name":"node","version":"9"})"},
        {.number = 3}});
  const json::Object event = Object(GetAs("/api/0/projects/acme/shop/events/" + SeedId(2) + "/"));
  EXPECT_EQ(Text(event, "eventID"), SeedId(2));
  EXPECT_EQ(Text(event, "previousEventID"), SeedId(1));
  EXPECT_EQ(Text(event, "nextEventID"), SeedId(3));
  EXPECT_EQ(Text(event.at("release"), "version"), "shop@1.1");
  EXPECT_EQ(event.at("errors").as_array().size(), 2u) << "errors of tags say little to people";
  EXPECT_EQ(Text(event.at("errors").as_array()[0], "message"), "Discarded invalid value");
  EXPECT_EQ(Text(event.at("errors").as_array()[1], "message"), "Unknown error");
  EXPECT_EQ(event.at("context").as_object().size(), 1u);
  EXPECT_EQ(event.at("packages").as_object().size(), 1u);
  EXPECT_EQ(Text(event, "dateCreated").size(), 20u) << "without a fraction";
  EXPECT_FALSE(event.at("fingerprints").as_array().empty());
  std::vector<std::string> types;
  for (const json::Value& entry : event.at("entries").as_array()) {
    types.push_back(Text(entry, "type"));
  }
  EXPECT_EQ(types, (std::vector<std::string>{"exception", "request", "breadcrumbs"}));
  const json::Object& exception = event.at("entries")
                                      .as_array()[0]
                                      .as_object()
                                      .at("data")
                                      .as_object()
                                      .at("values")
                                      .as_array()[0]
                                      .as_object();
  const json::Object& stack = exception.at("stacktrace").as_object();
  EXPECT_TRUE(stack.at("hasSystemFrames").as_bool());
  const json::Object& frame = stack.at("frames").as_array()[0].as_object();
  EXPECT_TRUE(frame.at("inApp").as_bool());
  EXPECT_EQ(frame.at("lineNo").to_number<int>(), 3);
  EXPECT_EQ(json::Serialize(json::Value(frame.at("context"))),
            R"([[1,"a"],[2,"b"],[3,"c"],[4,"d"]])");
  const json::Object raw =
      Object(GetAs("/api/0/projects/acme/shop/events/" + SeedId(2) + "/json/"));
  EXPECT_EQ(Text(raw, "event_id"), SeedId(2));
  EXPECT_TRUE(raw.contains("exception"));
  const json::Object why =
      Object(GetAs("/api/0/projects/acme/shop/events/" + SeedId(2) + "/grouping-info/"));
  EXPECT_FALSE(why.at("hashes").as_array().empty());
  const json::Object found = Object(GetAs("/api/0/organizations/acme/eventids/" + SeedId(2) + "/"));
  EXPECT_EQ(Text(found, "projectSlug"), "shop");
  const http::Response bad = GetAs("/api/0/organizations/acme/eventids/x/");
  EXPECT_EQ(bad.status, 400);
  EXPECT_NE(bad.body.find(api::kEventIdInvalid), std::string::npos);
  const http::Response none = GetAs("/api/0/organizations/acme/eventids/" + SeedId(9) + "/");
  EXPECT_EQ(none.status, 404);
  EXPECT_NE(none.body.find(api::kEventNotFound), std::string::npos);
}

TEST_P(EventsApiTest, EventsOfAnIssueAreSearchedAndPaged) {
  Seed({{.number = 1, .ago = std::chrono::hours(2)},
        {.number = 2, .release = "1.0", .environment = "prod", .ago = std::chrono::hours(1)},
        {.number = 3, .more = R"(,"tags":[["browser","Firefox"]])"},
        {.number = 4, .type = "Other"}});
  const std::string base = std::string(kIssues) + IdOf("TypeError") + "/events/";
  const auto ids = [&](const std::string& query) {
    std::vector<std::string> out;
    for (const json::Value& event : List(GetAs(base + query))) out.push_back(Text(event, "id"));
    return out;
  };
  using Ids = std::vector<std::string>;
  EXPECT_EQ(ids(""), (Ids{SeedId(3), SeedId(2), SeedId(1)}));
  EXPECT_EQ(ids("?query=release:1.0"), Ids{SeedId(2)});
  EXPECT_EQ(ids("?query=browser:Firefox"), Ids{SeedId(3)});
  EXPECT_EQ(ids("?environment=prod"), Ids{SeedId(2)});
  EXPECT_EQ(ids("?query=" + SeedId(1)), Ids{SeedId(1)});
  EXPECT_EQ(ids("?query=" + SeedId(4)), Ids{}) << "another issue's";
  EXPECT_EQ(ids("?query=boom").size(), 3u);
  EXPECT_EQ(ids("?query=nothing"), Ids{});
  EXPECT_EQ(ids("?statsPeriod=90m").size(), 2u);
  EXPECT_EQ(GetAs(base + "?query=is:resolved").status, 400);
  EXPECT_TRUE(List(GetAs(base + "?full=1")).front().as_object().contains("entries"));
  const http::Response first = GetAs(base + "?per_page=2");
  EXPECT_EQ(List(first).size(), 2u);
  EXPECT_EQ(ids("?per_page=2&cursor=" + CursorOf(first, "next")), Ids{SeedId(1)});
  EXPECT_EQ(Text(Object(GetAs(base + "latest/")), "id"), SeedId(3));
  EXPECT_EQ(Text(Object(GetAs(base + "oldest/")), "id"), SeedId(1));
  EXPECT_EQ(GetAs(base + "recommended/").status, 200);
  EXPECT_EQ(GetAs(base + SeedId(4) + "/").status, 404);
  EXPECT_EQ(List(GetAs("/api/0/projects/acme/shop/events/")).size(), 4u);
  EXPECT_EQ(List(GetAs("/api/0/projects/acme/shop/events/?query=other")).size(), 1u);
  const json::Array hours = List(GetAs("/api/0/projects/acme/shop/stats/"));
  EXPECT_EQ(hours.size(), 24u);
  std::int64_t total = 0;
  for (const json::Value& hour : hours) total += hour.as_array()[1].as_int64();
  EXPECT_EQ(total, 4);
  EXPECT_EQ(GetAs("/api/0/projects/acme/shop/stats/?resolution=1s").status, 400);
}

// Isolation: what is another organization's answers as what never was.
TEST_P(EventsApiTest, NothingOfAnotherOrganizationIsReached) {
  Seed({{.number = 1}});
  const std::string id = IdOf("TypeError");
  const Credentials stranger = LogIn(stranger_);
  Create(beta_, "theirs", "Theirs");
  const std::string org = "/api/0/organizations/beta";
  const std::string event = "/events/" + SeedId(1) + "/";
  const std::vector<std::string> targets = {org + "/issues/" + id + "/",
                                            org + "/issues/SHOP-1/",
                                            org + "/issues/" + id + "/events/",
                                            org + "/issues/" + id + "/hashes/",
                                            org + "/issues/" + id + "/tags/",
                                            org + "/shortids/SHOP-1/",
                                            org + "/eventids/" + SeedId(1) + "/",
                                            "/api/0/projects/beta/shop/",
                                            "/api/0/projects/beta/" + shop_.id.ToString() + "/",
                                            "/api/0/projects/beta/theirs" + event,
                                            "/api/0/projects/acme/shop/",
                                            "/api/0/organizations/acme/issues/"};
  for (const std::string& target : targets) {
    EXPECT_EQ(Get(stranger, target).status, 404) << target;
  }
  EXPECT_TRUE(List(Get(stranger, org + "/issues/?query=&group=" + id)).empty());
  EXPECT_TRUE(List(Get(stranger, org + "/issues/?query=" + SeedId(1))).empty());
  EXPECT_TRUE(List(Get(stranger, org + "/issues/?project=" + shop_.id.ToString())).empty());
  EXPECT_EQ(
      Send(stranger, http::Method::kPut, org + "/issues/?id=" + id, R"({"status":"resolved"})")
          .status,
      204);
  EXPECT_EQ(Send(stranger, http::Method::kDelete, org + "/issues/?id=" + id, "").status, 204);
  EXPECT_EQ(Text(OnlyIssue("TypeError"), "status"), "unresolved");
}

TEST_P(EventsApiTest, ATokenDoesWhatItsScopesSayAndNoMore) {
  Seed({{.number = 1}});
  const std::string one = std::string(kIssues) + IdOf("TypeError") + "/";
  const Credentials reader = Token(owner_, {"event:read"});
  EXPECT_EQ(Get(reader, one).status, 200);
  EXPECT_EQ(Send(reader, http::Method::kPut, one, R"({"status":"resolved"})").status, 403);
  const Credentials writer = Token(owner_, {"event:write"});
  EXPECT_EQ(Send(writer, http::Method::kPut, one, R"({"status":"resolved"})").status, 200);
  EXPECT_EQ(Send(writer, http::Method::kPut, one, R"({"discard":true})").status, 403);
  EXPECT_EQ(Send(writer, http::Method::kDelete, one, "").status, 403);
  EXPECT_EQ(Get(writer, "/api/0/projects/acme/shop/").status, 403);
}

}  // namespace
}  // namespace gatehouse::app
