// The API of monitors, release health, feedback and items over the whole product: shapes, refusals,
// and what another organization sees of it (nothing).

#include "app/api_fixture.h"
#include "region/projects/service_impl.h"
#include "region/sessions/store.h"

namespace gatehouse::app {
namespace {

constexpr std::string_view kEvent = "fc6d8c0c43fc4630ad850ee518f1b9d0";

class IntakeApiTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    if (IsSkipped()) return;
    const projects::Project shop =
        Do(app().projects->CreateOnHost(acme_, "shop", "Shop", "node", orgs::Actor{}));
    key_ = Do(app().projects->Keys(acme_, shop.id)).front();
    Do(app().projects->CreateOnHost(beta_, "other", "Other", "node", orgs::Actor{}));
    olivia_ = LogIn(owner_);
  }
  static json::Object Read(const http::Response& response) {
    auto body = json::ParseObject(response.body);
    EXPECT_TRUE(body.has_value()) << response.body;
    return body ? std::move(*body) : json::Object();
  }
  static std::string Code(const http::Response& response) {
    return std::string(json::GetString(Read(response), "code").value_or(""));
  }
  http::Response Post(const std::string& target, const std::string& body) {
    return Send(olivia_, http::Method::kPost, target, body);
  }

  projects::Key key_;
  Credentials olivia_;
};
GATEHOUSE_ON_ALL_ENGINES(IntakeApiTest);

constexpr const char* kMonitors = "/api/0/organizations/acme/monitors/";

TEST_P(IntakeApiTest, AMonitorFromTheFirstToTheLast) {
  const http::Response made = Post(
      kMonitors,
      R"({"name":"Nightly","project":"shop","config":{"schedule_type":"crontab","schedule":"0 3 * * *","timezone":"Europe/Vienna"}})");
  ASSERT_EQ(made.status, 201) << made.body;
  json::Object monitor = Read(made);
  EXPECT_EQ(json::GetString(monitor, "slug"), "nightly");
  EXPECT_EQ(json::GetString(monitor, "type"), "cron_job");
  EXPECT_EQ(json::GetString(*json::GetObject(monitor, "config"), "timezone"), "Europe/Vienna");
  const std::string id(*json::GetString(monitor, "id"));
  EXPECT_EQ(id.size(), 36u);
  EXPECT_EQ(Get(olivia_, kMonitors + id + "/").status, 200) << "by its public id";
  EXPECT_EQ(Get(olivia_, std::string(kMonitors) + "nightly/checkins/").body, "[]");
  EXPECT_EQ(
      Code(Post(
          kMonitors,
          R"({"name":"x","project":"shop","config":{"schedule_type":"crontab","schedule":"x"}})")),
      "monitor_config_invalid");
  EXPECT_EQ(Send(olivia_, http::Method::kPut, std::string(kMonitors) + "nightly/",
                 R"({"status":"disabled"})")
                .status,
            200);
  EXPECT_EQ(Send(olivia_, http::Method::kDelete, std::string(kMonitors) + "nightly/", "").status,
            202);
  EXPECT_EQ(Code(Get(olivia_, std::string(kMonitors) + "nightly/")), "monitor_not_found");
}

TEST_P(IntakeApiTest, MonitorsAndTheirEnvironmentsAreMutedAndForgotten) {
  const std::string here = std::string(kMonitors) + "nightly/";
  ASSERT_EQ(
      Post(
          kMonitors,
          R"({"name":"Nightly","project":"shop","config":{"schedule_type":"crontab","schedule":"0 3 * * *"}})")
          .status,
      201);
  for (const char* name : {"production", "staging eu"}) {
    Execute(
        "INSERT INTO monitor_environments (organization_id, monitor_id, environment, status, "
        "failures, recoveries) SELECT organization_id, id, '" +
        std::string(name) + "', 'ok', 0, 0 FROM monitors WHERE slug = 'nightly'");
  }
  const auto put = [&](const std::string& target, const std::string& body) {
    return Send(olivia_, http::Method::kPut, target, body);
  };
  const json::Object muted = Read(put(here, R"({"isMuted":true})"));
  EXPECT_TRUE(muted.at("isMuted").as_bool());
  EXPECT_FALSE(muted.at("environments").at(0).at("isMuted").as_bool());
  EXPECT_EQ(put(here, R"({"isMuted":"yes"})").status, 400);
  const http::Response one = put(here + "environments/staging%20eu/", R"({"isMuted":true})");
  EXPECT_EQ(one.status, 200) << one.body;
  EXPECT_EQ(json::GetString(Read(one), "name"), "staging eu");
  EXPECT_TRUE(Read(one).at("isMuted").as_bool());
  EXPECT_EQ(put(here + "environments/production/", "{}").status, 400);
  EXPECT_EQ(Code(put(here + "environments/nowhere/", R"({"isMuted":true})")),
            "monitor_environment_not_found");
  const json::Object shown = Read(Get(olivia_, here));
  EXPECT_TRUE(shown.at("environments").at(1).at("isMuted").as_bool());
  EXPECT_FALSE(Read(put(here, R"({"isMuted":false})")).at("isMuted").as_bool());

  const auto forget = [&](const std::string& target) {
    return Send(olivia_, http::Method::kDelete, target, "");
  };
  EXPECT_EQ(forget(here + "environments/staging%20eu/").status, 202);
  EXPECT_EQ(forget(here + "environments/staging%20eu/").status, 404);
  EXPECT_EQ(forget(here + "?environment=production").status, 202);
  EXPECT_EQ(Read(Get(olivia_, here)).at("environments").as_array().size(), 0u);
  EXPECT_EQ(forget(here).status, 202) << "and only then the monitor";
  EXPECT_EQ(Get(olivia_, here).status, 404);
}

TEST_P(IntakeApiTest, DurationsOfSessionsHavePercentiles) {
  const std::string target =
      "/api/0/organizations/acme/sessions/?statsPeriod=24h&interval=1d&field=sum(session)";
  const std::int64_t hour = app().clock.Now().micros / 3'600'000'000;
  sessions::Tally tally;
  const projects::Project shop = Do(app().projects->Get(acme_, "shop"));
  sessions::Counts& counts = tally[{acme_, shop.id, "shop@1", "", hour}];
  counts.sessions = 100;
  for (int i = 1; i <= 100; ++i) {
    counts.duration_parts.Add(std::chrono::seconds(i));
    counts.duration += std::chrono::seconds(i);
    ++counts.durations;
  }
  ASSERT_TRUE(app()
                  .db
                  ->WriteSync(sql::Tenant::All(),
                              [&](sql::Tx& tx) {
                                return sessions::store::Apply(tx, *app().ids, tally,
                                                              app().clock.Now());
                              })
                  .has_value());
  const json::Object answer = Read(Get(
      olivia_, target +
                   "&field=avg(session.duration)&field=p50(session.duration)&field=p75(session."
                   "duration)&field=p90(session.duration)&field=p95(session.duration)&field=p99("
                   "session.duration)&field=max(session.duration)"));
  const json::Value& totals = answer.at("groups").at(0).at("totals");
  const auto near = [&](const char* field, double seconds) {
    EXPECT_NEAR(totals.at(field).as_double(), seconds * 1000, seconds * 100) << field;
  };
  near("avg(session.duration)", 50.5);
  near("p50(session.duration)", 50);
  near("p75(session.duration)", 75);
  near("p90(session.duration)", 90);
  near("p95(session.duration)", 95);
  near("p99(session.duration)", 99);
  EXPECT_DOUBLE_EQ(totals.at("max(session.duration)").as_double(), 100'000);
  const json::Object parts =
      Read(Get(olivia_, target + "&field=p50(session.duration)&groupBy=session.status"));
  for (const json::Value& group : parts.at("groups").as_array()) {
    EXPECT_EQ(group.at("totals").at("p50(session.duration)").is_null(),
              group.at("by").at("session.status").as_string() != "healthy");
  }
  for (const char* odd : {"p49(session.duration)", "p50(session)", "p50()", "max(user)"}) {
    EXPECT_EQ(Get(olivia_, target + "&field=" + odd).status, 400) << odd;
  }
}

TEST_P(IntakeApiTest, FeedbackWithADsnAndWithASession) {
  const std::string target = "/api/0/projects/acme/shop/user-feedback/";
  const std::string body = "{\"event_id\":\"" + std::string(kEvent) +
                           "\",\"name\":\"Ann\",\"email\":\"ann@example.com\",\"comments\":\"it "
                           "broke\"}";
  const std::string dsn = "DSN " + projects::Dsn(kBase, key_);
  const auto by_dsn = [&](const std::string& where, const std::string& with) {
    return Ask({}, {http::Method::kPost, where, body, {{"Authorization", with}}});
  };
  EXPECT_EQ(by_dsn(target, "DSN https://" + std::string(32, 'a') + "@gate.example/1").status, 401);
  EXPECT_EQ(by_dsn(target, "DSN nonsense").status, 401);
  EXPECT_EQ(by_dsn("/api/0/projects/beta/other/user-feedback/", dsn).status, 404);
  const http::Response sent = by_dsn(target, dsn);
  EXPECT_EQ(sent.status, 200) << sent.body;
  EXPECT_EQ(sent.body, "");
  const http::Response written = Post(target, body);
  EXPECT_EQ(written.status, 200) << written.body;
  EXPECT_EQ(json::GetString(Read(written), "eventID"), kEvent);
  EXPECT_EQ(Post(target, R"({"event_id":"x","name":"a","email":"b","comments":"c"})").status, 400);
  EXPECT_NE(Get(olivia_, target).body.find("it broke"), std::string::npos);
  EXPECT_EQ(Get(olivia_, "/api/0/projects/acme/shop/user-reports/").body,
            Get(olivia_, target).body);
  Execute("UPDATE user_reports SET created_at = created_at - 600000000");
  EXPECT_EQ(Post(target, body).status, 409);
}

TEST_P(IntakeApiTest, StatsNeedFieldsAndAnswerInBuckets) {
  for (const char* target :
       {"/api/0/organizations/acme/sessions/", "/api/0/organizations/acme/sessions/?field=nonsense",
        "/api/0/organizations/acme/sessions/?field=sum(session)&groupBy=nonsense",
        "/api/0/organizations/acme/sessions/?field=sum(session)&interval=1m",
        "/api/0/organizations/acme/stats_v2/?field=sum(nonsense)",
        "/api/0/organizations/acme/events/?dataset=nonsense",
        "/api/0/projects/acme/shop/items/?type=..%2F"}) {
    EXPECT_EQ(Get(olivia_, target).status, 400) << target;
  }
  for (const char* target :
       {"/api/0/organizations/acme/sessions/?field=sum(session)&statsPeriod=24h&interval=1h",
        "/api/0/organizations/acme/stats_v2/?field=sum(quantity)&statsPeriod=24h"}) {
    const json::Object answer = Read(Get(olivia_, target));
    ASSERT_NE(json::GetArray(answer, "intervals"), nullptr) << target;
    EXPECT_GE(json::GetArray(answer, "intervals")->size(), 24u);
    EXPECT_LE(json::GetArray(answer, "intervals")->size(), 25u);
  }
}

TEST_P(IntakeApiTest, SettingsAreForThoseWhoMayChangeTheOrganization) {
  const std::string target = "/api/0/organizations/acme/intake-settings/";
  const char* quota = R"({"quotas":{"events_per_hour":100}})";
  EXPECT_EQ(Send(LogIn(member_), http::Method::kPut, target, quota).status, 403);
  EXPECT_EQ(Send(olivia_, http::Method::kPut, target, quota).status, 200);
  EXPECT_EQ(Code(Send(olivia_, http::Method::kPut, target, R"({"quotas":{"x":1}})")),
            "intake_settings_invalid");
  EXPECT_NE(Get(olivia_, target).body.find("\"events_per_hour\":100"), std::string::npos);
}

TEST_P(IntakeApiTest, WhatIsNotThereIsNotFound) {
  const std::string project = "/api/0/projects/acme/shop/";
  EXPECT_EQ(Code(Get(olivia_, project + "items/log/nothing/")), "item_not_found");
  EXPECT_EQ(Get(olivia_, project + "items/?type=log").body, "[]");
  EXPECT_EQ(Get(olivia_, project + "events/" + std::string(kEvent) + "/attachments/").body, "[]");
  EXPECT_EQ(Get(olivia_, project + "events/" + std::string(kEvent) + "/attachments/1/").status,
            404);
  // Another organization's, by any path.
  const Credentials stranger = LogIn(stranger_);
  for (const char* target :
       {"/api/0/projects/acme/shop/items/?type=log", "/api/0/projects/beta/shop/items/?type=log",
        "/api/0/organizations/acme/monitors/", "/api/0/projects/beta/shop/user-feedback/",
        "/api/0/organizations/acme/intake-settings/"}) {
    EXPECT_EQ(Get(stranger, target).status, 404) << target;
  }
}

}  // namespace
}  // namespace gatehouse::app
