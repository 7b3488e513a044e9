// The pages of projects' and organizations' settings: what they change, who may, and what they say
// to what cannot be.

#include "app/pages_fixture.h"
#include "region/ingest/protocol/outcome.h"

namespace gatehouse::app {
namespace {

constexpr std::string_view kHostile = "\"><script>alert(1)</script>";
constexpr const char* kProject = "/organizations/acme/projects/shop/";
constexpr const char* kSettings = "/organizations/acme/projects/shop/settings/";
constexpr const char* kEvents = "/organizations/acme/settings/events/";
constexpr const char* kStats = "/organizations/acme/stats/";
const char* const kSettingsPages[] = {"", "keys/", "filters/", "privacy/", "grouping/", "files/"};

class ProjectPagesTest : public PagesTest {
 protected:
  projects::Project Shop() { return Do(app().projects->Get(acme_, "shop")); }
  std::vector<projects::Key> Keys() { return Do(app().projects->Keys(acme_, shop_.id)); }
  projects::Key KeyNamed(std::string_view label) {
    for (projects::Key& key : Keys()) {
      if (key.label == label) return key;
    }
    ADD_FAILURE() << "no key " << label;
    return {};
  }
  static Fields General(std::string name, std::string slug = "shop") {
    return {{"op", "general"}, {"name", std::move(name)}, {"new_slug", std::move(slug)}};
  }
  // Saved: back to the page.
  void Save(const std::string& path, const Fields& fields) {
    const http::Response response = Post(path, fields);
    EXPECT_EQ(response.status, 302) << response.body.substr(0, 3000);
  }
  std::string Refused(const std::string& path, const Fields& fields) {
    const http::Response response = Post(path, fields);
    EXPECT_EQ(response.status, 400);
    web::testing::ExpectClean(response, path);
    return response.body;
  }
};
GATEHOUSE_ON_ALL_ENGINES(ProjectPagesTest);

TEST_P(ProjectPagesTest, AWaitingProjectShowsItsSnippetForEveryPlatform) {
  const std::string page = Show(kProject);
  EXPECT_TRUE(Has(page, "Waiting for the first event"));
  EXPECT_TRUE(Has(page, "data-poll"));
  EXPECT_TRUE(Has(page, "npm install @sentry/node"));
  EXPECT_TRUE(Has(page, projects::Dsn(kBase, Keys().front())));
  EXPECT_TRUE(Has(page, "        throw") || Has(page, "  throw new Error"));
  const std::pair<const char*, const char*> platforms[] = {{"javascript", "@sentry/browser"},
                                                           {"javascript-react", "@sentry/react"},
                                                           {"javascript-nextjs", "@sentry/nextjs"},
                                                           {"python", "sentry_sdk.init"},
                                                           {"php", "composer require"},
                                                           {"go", "go get github.com/getsentry"},
                                                           {"java", "io.sentry.Sentry"},
                                                           {"ruby", "bundle add"},
                                                           {"dotnet", "dotnet add package"},
                                                           {"rust", "cargo add sentry"},
                                                           {"react-native", "@sentry/react-native"},
                                                           {"flutter", "sentry_flutter"},
                                                           {"native", "sentry_options_new"},
                                                           {"other", "curl"},
                                                           {"node-express", "@sentry/node"},
                                                           {"cobol", "curl"}};
  for (const auto& [platform, text] : platforms) {
    EXPECT_TRUE(Has(Show(std::string(kProject) + "?platform=" + platform), text)) << platform;
  }
  EXPECT_TRUE(Has(Show(std::string(kProject) + "?platform=other"),
                  "/store/?sentry_key=" + Keys().front().public_key));
}

TEST_P(ProjectPagesTest, AfterTheFirstEventNothingWaitsAnyMore) {
  Execute("UPDATE projects SET first_event_at = 1700000000000000");
  const std::string page = Show(kProject);
  EXPECT_FALSE(Has(page, "data-poll"));
  EXPECT_TRUE(Has(page, "Events are arriving"));
  EXPECT_TRUE(Has(Show("/organizations/acme/projects/"), "Receiving"));
}

TEST_P(ProjectPagesTest, OnlyThoseWhoMayChangeAProjectSeeItsSettings) {
  const Credentials member = LogIn(member_), stranger = LogIn(stranger_), admin = LogIn(admin_);
  EXPECT_EQ(Status(member, kProject), 200);
  EXPECT_FALSE(Has(Show(member, kProject), "/settings/"));
  for (const char* page : kSettingsPages) {
    const std::string path = std::string(kSettings) + page;
    Show(path);
    EXPECT_EQ(Status(admin, path), 200) << path;
    EXPECT_EQ(Status(member, path), 403) << path;
    EXPECT_EQ(Status(stranger, path), 404) << path;
    EXPECT_EQ(Post(member, path, {{"op", "new"}, {"label", "x"}}).status, 403) << path;
    EXPECT_EQ(Post(stranger, path, {{"op", "new"}, {"label", "x"}}).status, 404) << path;
    EXPECT_EQ(Post(owner_login_, path, {{"op", "new"}, {"label", "x"}}, false).status, 403)
        << path << ": without the token of the form";
  }
  EXPECT_EQ(Keys().size(), 1u);
  EXPECT_EQ(Shop().version, shop_.version);
  for (const char* path : {kEvents, kStats}) {
    EXPECT_EQ(Status(stranger, path), 404);
    Show(path);
  }
  EXPECT_EQ(Status(member, kStats), 200);
  EXPECT_EQ(Status(member, kEvents), 403);
  EXPECT_EQ(Post(member, kEvents, {{"quota_events_per_hour", "1"}}).status, 403);
  EXPECT_EQ(Status(owner_login_, "/organizations/acme/projects/nowhere/settings/"), 404);
}

TEST_P(ProjectPagesTest, NameAddressDomainsAndAge) {
  Fields fields = General("Book shop", "books");
  fields.insert(fields.end(), {{"platform", "python"},
                               {"domains", "https://shop.example\r\n\r\n*.cdn.example\r\n"},
                               {"resolve_age", "48"}});
  const http::Response saved = Post(kSettings, fields);
  EXPECT_EQ(LocationOf(saved), "/organizations/acme/projects/books/settings/?flash=settings_saved");
  const projects::Project shop = Do(app().projects->Get(acme_, "books"));
  EXPECT_EQ(shop.name, "Book shop");
  EXPECT_EQ(shop.platform, "python");
  EXPECT_EQ(json::Serialize(shop.options.at("allowed_domains")),
            R"(["https://shop.example","*.cdn.example"])");
  EXPECT_EQ(shop.options.at("resolve_age").as_int64(), 48);
  const std::string page = Show(kSettings);
  EXPECT_TRUE(Has(page, "*.cdn.example\n")) << "the old address leads here, lines are lines";
  Save(kSettings, General("Book shop", "books"));
  EXPECT_TRUE(Do(app().projects->Get(acme_, "books")).options.empty());

  Create(acme_, "other", "Other");
  const std::string taken = "/organizations/acme/projects/books/settings/";
  const http::Response refused = Post(taken, General(std::string(kHostile), "other"));
  EXPECT_EQ(refused.status, 409);
  EXPECT_FALSE(Has(refused.body, kHostile));
  EXPECT_TRUE(Has(refused.body, "&lt;script&gt;")) << "what was typed stays";
  EXPECT_EQ(Post(taken, General("", "books")).status, 400);
  Fields old = General("Book shop", "books");
  old.emplace_back("resolve_age", "99999");
  EXPECT_EQ(Post(taken, old).status, 400);
}

TEST_P(ProjectPagesTest, TeamsComeAndGo) {
  ASSERT_EQ(Send(owner_login_, http::Method::kPost, "/api/0/organizations/acme/teams/",
                 R"({"slug":"makers"})")
                .status,
            201);
  EXPECT_TRUE(Has(Show(kSettings), "No team yet"));
  Save(kSettings, {{"op", "add_team"}, {"team", "makers"}});
  EXPECT_EQ(Do(app().projects->Teams(acme_, shop_.id)), std::vector<std::string>{"makers"});
  EXPECT_TRUE(Has(Show(kSettings), "remove_team"));
  Save(kSettings, {{"op", "remove_team"}, {"team", "makers"}});
  EXPECT_TRUE(Do(app().projects->Teams(acme_, shop_.id)).empty());
  EXPECT_EQ(Post(kSettings, {{"op", "add_team"}, {"team", "nobody"}}).status, 404);
}

TEST_P(ProjectPagesTest, AProjectIsRemovedByItsNameOnly) {
  EXPECT_TRUE(
      Has(Refused(kSettings, {{"op", "remove"}, {"confirm", "Shop"}}), "Nothing was removed"));
  EXPECT_TRUE(Shop().is_active);
  EXPECT_EQ(LocationOf(Post(kSettings, {{"op", "remove"}, {"confirm", "shop"}})),
            "/organizations/acme/projects/?flash=project_removed");
  EXPECT_EQ(Status(owner_login_, kProject), 404);
}

TEST_P(ProjectPagesTest, KeysAreNamedLimitedRotatedAndDeleted) {
  const std::string path = std::string(kSettings) + "keys/";
  const std::string first = Keys().front().public_key;
  Save(path,
       {{"op", "save"}, {"key", first}, {"label", "Live"}, {"count", "100"}, {"seconds", "60"}});
  EXPECT_EQ(KeyNamed("Live").rate_count, 100);
  Save(path, {{"op", "rotate"}, {"key", first}});
  ASSERT_EQ(Keys().size(), 2u);
  for (const projects::Key& key : Keys()) {
    EXPECT_EQ(key.rate_seconds, 60);
    EXPECT_TRUE(key.is_active) << "the old one works until somebody disables it";
  }
  Save(path, {{"op", "disable"}, {"key", first}});
  EXPECT_TRUE(Has(Show(path), "Disabled"));
  Save(path, {{"op", "delete"}, {"key", first}});
  ASSERT_EQ(Keys().size(), 1u);
  EXPECT_NE(Keys().front().public_key, first);
  Save(path, {{"op", "new"}, {"label", std::string(kHostile)}});
  EXPECT_FALSE(Has(Show(path), kHostile));
  const std::string second = Keys().front().public_key;
  for (const Fields& bad :
       std::vector<Fields>{{{"op", "save"}, {"key", second}, {"label", "x"}, {"count", "-1"}},
                           {{"op", "save"}, {"key", second}, {"label", "x"}, {"count", "ten"}},
                           {{"op", "save"}, {"key", second}, {"label", ""}},
                           {{"op", "nonsense"}, {"key", second}}}) {
    EXPECT_EQ(Post(path, bad).status, 400) << bad[0].second;
  }
  EXPECT_EQ(Post(path, {{"op", "delete"}, {"key", std::string(32, 'a')}}).status, 404);
  Save(path, {{"op", "disable"}, {"key", second}});
  for (const projects::Key& key : Keys()) {
    if (key.is_active) Save(path, {{"op", "disable"}, {"key", key.public_key}});
  }
  EXPECT_TRUE(Has(Show(kProject), "No key is enabled"));
}

TEST_P(ProjectPagesTest, FiltersAreSetAndTakenBack) {
  const std::string path = std::string(kSettings) + "filters/";
  const std::string before = Show(path);
  EXPECT_TRUE(Has(before, "Default: on"));
  EXPECT_TRUE(Has(before, "*/healthz\n")) << "the defaults are there to be changed";
  const std::string generic =
      R"([{"id":"beta","condition":{"op":"eq","name":"event.release","value":"x"}}])";
  Save(path, {{"filter_localhost", "on"},
              {"filter_web_crawlers", "off"},
              {"own_browsers", "on"},
              {"browser", "ie"},
              {"browser", "safari"},
              {"list_error_messages", "*reset*\r\nother"},
              {"list_ignore_transactions", ""},
              {"generic", generic}});
  const json::Object filters = Shop().options.at("filters").as_object();
  EXPECT_EQ(filters.at("localhost"), json::Value(true));
  EXPECT_EQ(filters.at("web_crawlers"), json::Value(false));
  EXPECT_FALSE(filters.contains("browser_extensions"));
  EXPECT_EQ(json::Serialize(filters.at("legacy_browsers")), R"(["ie","safari"])");
  EXPECT_EQ(json::Serialize(filters.at("error_messages")), R"(["*reset*","other"])");
  EXPECT_EQ(json::Serialize(filters.at("ignore_transactions")), "[]");
  EXPECT_EQ(json::Serialize(filters.at("generic")), generic);
  EXPECT_TRUE(Has(Show(path), "&quot;id&quot;: &quot;beta&quot;"));

  const std::string wrong = Refused(path, {{"generic",
                                            "[{\"id\": \"a\", \"condition\": {\"op\": "
                                            "\"<b>like</b>\"}}]"}});
  EXPECT_TRUE(Has(wrong, "A condition cannot be read"));
  EXPECT_TRUE(Has(wrong, "&lt;b&gt;like"));
  EXPECT_TRUE(Has(Refused(path, {{"generic", "not json"}}), "not json")) << "typed text stays";
  EXPECT_EQ(Shop().options.at("filters").as_object(), filters) << "nothing was saved";

  Save(path, {{"list_ignore_transactions",
               "*healthcheck*\n*heartbeat*\n*/health\n*/healthy\n*/healthz\n*/_health\n"
               "*/[_health]\n*/live\n*/livez\n*/ready\n*/readyz\n*/ping\n"}});
  EXPECT_FALSE(Shop().options.contains("filters")) << "what is as by default is not kept";
}

TEST_P(ProjectPagesTest, PrivacyRulesWithTheirMistakes) {
  const std::string path = std::string(kSettings) + "privacy/";
  EXPECT_TRUE(Has(Show(path), "name=\"scrub_data\" value=\"on\" checked"));
  Save(path, {{"scrub_data", "on"},
              {"scrub_ip", "on"},
              {"sensitive", "iban\r\n tax_id "},
              {"safe", "token_kind"},
              {"rules", R"({"applications": {"$string": ["@email:mask"]}})"}});
  EXPECT_EQ(
      json::Serialize(Shop().options.at("scrubbing")),
      R"({"scrubDefaults":false,"scrubIpAddresses":true,"sensitiveFields":["iban","tax_id"],)"
      R"("excludeFields":["token_kind"],"piiConfig":{"applications":{"$string":["@email:mask"]}}})");
  EXPECT_TRUE(Has(Show(path), "tax_id\n"));
  EXPECT_TRUE(Has(Refused(path, {{"scrub_data", "on"},
                                 {"rules", R"({"rules":{"a":{"type":"pattern","pattern":"("}}})"}}),
                  "A pattern cannot be read"));
  EXPECT_TRUE(Has(Refused(path, {{"scrub_data", "on"}, {"rules", "{"}}),
                  "scrubbing settings cannot be read"));
  Save(path, {{"scrub_data", "on"}, {"scrub_defaults", "on"}});
  EXPECT_FALSE(Shop().options.contains("scrubbing"));
}

TEST_P(ProjectPagesTest, GroupingRulesAreRefusedAtTheirLine) {
  const std::string path = std::string(kSettings) + "grouping/";
  EXPECT_TRUE(Has(Show(path), "double braces"));
  Save(path, {{"fingerprint_rules", "type:A -> b\r\n# note\r\n"},
              {"stack_rules", "stack.function:x -app"}});
  EXPECT_EQ(Shop().options.at("grouping.fingerprint_rules").as_string(), "type:A -> b\n# note\n");
  const std::string wrong =
      Refused(path, {{"fingerprint_rules", "type:A -> b\r\nthis <i>is</i> none\r\n"},
                     {"stack_rules", "also none"}});
  EXPECT_TRUE(Has(wrong, "fingerprint rules cannot be read"));
  EXPECT_TRUE(Has(wrong, "2: this &lt;i&gt;is&lt;/i&gt; none"));
  EXPECT_TRUE(Has(wrong, "stack rules cannot be read"));
  EXPECT_TRUE(Has(wrong, "1: also none"));
  EXPECT_EQ(Shop().options.at("grouping.fingerprint_rules").as_string(), "type:A -> b\n# note\n");
  Save(path, {});
  EXPECT_TRUE(Shop().options.empty());
}

// The API refuses what the page refuses.
TEST_P(ProjectPagesTest, OptionsAreCheckedWhoeverSetsThem) {
  for (const char* options :
       {R"({"filters":{"localhost":"yes"}})", R"({"grouping.stack_rules":"also none"})",
        R"({"filters":{"generic":[{"id":"a","condition":{"op":"?"}}]}})",
        R"({"scrubbing":{"piiConfig":{"rules":{"a":{"type":"magic"}}}}})",
        R"({"resolve_age":"soon"})", R"({"store_crash_reports":101})",
        R"({"store_crash_reports":"all"})"}) {
    EXPECT_EQ(Send(owner_login_, http::Method::kPut, "/api/0/projects/acme/shop/",
                   std::string(R"({"options":)") + options + "}")
                  .status,
              400)
        << options;
  }
  EXPECT_TRUE(Shop().options.empty());
}

TEST_P(ProjectPagesTest, AnOrganizationsQuotasAndFilters) {
  const auto settings = [&] { return Do(events().services().intake.Get(acme_)); };
  Save(kEvents, {{"quota_events_per_hour", "1000"},
                 {"quota_check_ins_per_minute", "-1"},
                 {"filter_localhost", "on"},
                 {"list_releases", "shop@0.*"}});
  EXPECT_EQ(settings().events_per_hour, 1000);
  EXPECT_EQ(settings().check_ins_per_minute, -1);
  EXPECT_EQ(json::Serialize(settings().filters), R"({"localhost":true,"releases":["shop@0.*"]})");
  const std::string page = Show(kEvents);
  EXPECT_TRUE(Has(page, "value=\"1000\""));
  EXPECT_TRUE(Has(page, "shop@0.*\n"));
  const std::string project = Show(std::string(kSettings) + "filters/");
  EXPECT_TRUE(Has(project, "As the organization: on"));
  EXPECT_TRUE(Has(project, "The organization adds"));
  const std::int64_t version = settings().version;
  Save(kEvents, {{"quota_events_per_hour", "1000"},
                 {"quota_check_ins_per_minute", "-1"},
                 {"filter_localhost", "on"},
                 {"list_releases", "shop@0.*"}});
  EXPECT_EQ(settings().version, version) << "nothing changed, nothing is written";
  for (const char* wrong : {"many", "-2", "1e9"}) {
    EXPECT_EQ(Post(kEvents, {{"quota_events_per_hour", wrong}}).status, 400) << wrong;
  }
  EXPECT_TRUE(Has(Refused(kEvents, {{"generic", "[1]"}}), "no setting of intake"));
  Save(kEvents, {});
  EXPECT_EQ(settings().events_per_hour, 0);
  EXPECT_TRUE(settings().filters.empty());
}

TEST_P(ProjectPagesTest, CrashReportsKeptByTheOrganizationAndTheProject) {
  const auto settings = [&] { return Do(events().services().intake.Get(acme_)); };
  Save(kEvents, {{"crash_reports", "5"}});
  EXPECT_EQ(settings().store_crash_reports, 5);
  EXPECT_TRUE(Has(Show(kEvents), "max=\"100\" value=\"5\""));
  EXPECT_TRUE(Has(Show(kSettings), "as the organization, 5."));
  for (const char* wrong : {"101", "-2", "all"}) {
    EXPECT_EQ(Post(kEvents, {{"crash_reports", wrong}}).status, 400) << wrong;
  }
  const auto with = [](const char* count) {
    Fields form = General("Shop");
    form.emplace_back("crash_reports", count);
    return form;
  };
  Save(kSettings, with("-1"));
  EXPECT_EQ(json::GetInt(Shop().options, "store_crash_reports"), -1);
  EXPECT_TRUE(Has(Show(kSettings), "max=\"100\" value=\"-1\""));
  EXPECT_EQ(Post(kSettings, with("101")).status, 400);
  Save(kSettings, with(""));
  EXPECT_FALSE(Shop().options.contains("store_crash_reports"));
}

TEST_P(ProjectPagesTest, WhatAnOrganizationScrubsIsSetOnAPageOfItsOwn) {
  const std::string path = std::string(kEvents) + "privacy/";
  const auto settings = [&] { return Do(events().services().intake.Get(acme_)); };
  EXPECT_TRUE(Has(Show(kEvents), path));
  EXPECT_TRUE(Has(Show(path), "Projects can add to it"));
  Save(path, {{"scrub_defaults", "on"},
              {"sensitive", "iban\r\npassport\r\n"},
              {"rules", R"({"applications":{"$message":["@email"]}})"}});
  EXPECT_EQ(json::Serialize(settings().scrubbing),
            R"({"scrubDefaults":true,"sensitiveFields":["iban","passport"],)"
            R"("piiConfig":{"applications":{"$message":["@email"]}}})");
  const std::string page = Show(path);
  EXPECT_TRUE(Has(page, "name=\"scrub_defaults\" value=\"on\" checked"));
  EXPECT_FALSE(Has(page, "name=\"scrub_data\" value=\"on\" checked"));
  EXPECT_TRUE(Has(page, "passport\n"));
  const std::string project = Show(std::string(kSettings) + "privacy/");
  EXPECT_TRUE(Has(project, "The organization adds iban, passport."));
  EXPECT_TRUE(Has(project, "The organization demands it"));
  EXPECT_TRUE(Has(project, "The organization has rules as well"));
  const std::int64_t version = settings().version;
  Save(path, {{"scrub_defaults", "on"},
              {"sensitive", "iban\r\npassport"},
              {"rules", R"({"applications":{"$message":["@email"]}})"}});
  EXPECT_EQ(settings().version, version) << "nothing changed, nothing is written";
  EXPECT_TRUE(Has(Refused(path, {{"rules", "{ this is none"}}), "{ this is none"));
  const std::string refused =
      Refused(path, {{"rules", "{\"rules\": {},\n \"applications\": [1,]\n}"}});
  EXPECT_TRUE(Has(refused, "Rules as JSON: line 2 is not JSON.")) << refused;
  EXPECT_FALSE(Has(refused, "piiConfig"));
  EXPECT_TRUE(Has(Refused(path, {{"rules", "[1]"}}), "Rules as JSON: an object"));
  Refused(path, {{"rules", R"({"applications":{"$$":["@email"]}})"}});
  EXPECT_EQ(settings().version, version);
  Save(path, {});
  EXPECT_TRUE(settings().scrubbing.empty());
}

TEST_P(ProjectPagesTest, UsageShowsWhatBecameOfWhatWasSent) {
  EXPECT_TRUE(Has(Show(kStats), "Nothing was sent in this time"));
  const auto add = [&](ingest::OutcomeKind kind, std::string reason, ingest::DataCategory category,
                       std::uint64_t quantity) {
    events().services().outcomes.Add({.timestamp = app().clock.Now() - std::chrono::hours(2),
                                      .organization_id = acme_.value,
                                      .project_id = shop_.id.value,
                                      .kind = kind,
                                      .reason = std::move(reason),
                                      .event_id = {},
                                      .remote_addr = {},
                                      .category = category,
                                      .quantity = quantity});
  };
  using enum ingest::OutcomeKind;
  add(kAccepted, "", ingest::DataCategory::kError, 1500);
  add(kFiltered, "web-crawlers", ingest::DataCategory::kError, 40);
  add(kFiltered, std::string(kHostile), ingest::DataCategory::kError, 3);
  add(kRateLimited, "key_quota", ingest::DataCategory::kError, 7);
  add(kClientDiscard, "before_send", ingest::DataCategory::kTransaction, 9);
  ASSERT_TRUE(runtime::RunSync(events().services().outcomes.Flush()).has_value());
  for (const char* period : {"24h", "7d", "30d", "90d", "1h"}) {
    Show(std::string(kStats) + "?period=" + period);
  }
  const std::string page = Show(kStats);
  for (const char* text : {"1,500", "web-crawlers", "From a bot", "key_quota", "Rate limited",
                           "<rect", "class=\"limited\""}) {
    EXPECT_TRUE(Has(page, text)) << text;
  }
  EXPECT_FALSE(Has(page, kHostile));
  EXPECT_FALSE(Has(page, "before_send")) << "of another kind of data";
  const std::string other = Show(std::string(kStats) + "?category=transaction&project=shop");
  EXPECT_TRUE(Has(other, "before_send"));
  EXPECT_TRUE(Has(other, "Dropped by the client"));
  Create(acme_, "empty", "Empty");
  EXPECT_TRUE(Has(Show(std::string(kStats) + "?project=empty"), "Nothing was sent"));
  EXPECT_EQ(Status(owner_login_, std::string(kStats) + "?project=nowhere"), 404);
}

TEST_P(ProjectPagesTest, FilesAreListedAndDeleted) {
  const std::string path = std::string(kSettings) + "files/";
  EXPECT_TRUE(Has(Show(path), "sentry-cli sourcemaps upload"));
  EXPECT_EQ(Post(path, {{"op", "remove_bundle"}, {"id", "77"}}).status, 404);
  EXPECT_EQ(Post(path, {{"op", "remove_debug"}, {"id", "77"}}).status, 404);
  EXPECT_EQ(Post(path, {{"op", "remove_debug"}, {"id", "x"}}).status, 400);
  Execute(
      "INSERT INTO debug_files (id, organization_id, project_id, debug_id, code_id, cpu, type, "
      "kind, features, name, checksum, size, created_at) VALUES (77, " +
      acme_.ToString() + ", " + shop_.id.ToString() +
      ", '0190aaaa-0000-0000-0000-000000000000-0', '', 'x86_64', 'elf', 'dbg', '[]', "
      "'lib<b>shop.so', '" +
      std::string(40, 'a') + "', 5000000, 1700000000000000)");
  const std::string page = Show(path);
  EXPECT_TRUE(Has(page, "lib&lt;b&gt;shop.so"));
  EXPECT_TRUE(Has(page, "4.7 MiB"));
  Save(path, {{"op", "remove_debug"}, {"id", "77"}});
  EXPECT_FALSE(Has(Show(path), "shop.so"));
}

}  // namespace
}  // namespace gatehouse::app
